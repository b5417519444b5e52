"""Which of a project's folders hold annotators' work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """Folders relative to the project, one of each for every annotator inside.

    Stores of two areas share articles and gold, and never see each other's work.
    """

    annotations: str
    journals: str


WORK = Area("corpus/annotations", ".annotator/journal")
TRAINING = Area("corpus/training", ".annotator/training")
