"""A project, opened, and all that is done with the whole of one: import, export, splits, gold."""

from annotator.project.project import Project, QueueItem, Recovery

__all__ = ["Project", "QueueItem", "Recovery"]
