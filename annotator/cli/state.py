"""What the global options say, and the project they lead to."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from annotator.project import Project


@dataclass(slots=True)
class State:
    """The options given before the command's name."""

    directory: Path | None = None
    name: str | None = None
    profile: str | None = None

    def project(self) -> "Project":
        """Raises AnnotatorError if there is no project or it cannot be opened."""
        from annotator.cli.output import percentage
        from annotator.project import Project

        with percentage("Indexing articles") as progress:
            return Project.open(self.directory, profile=self.profile, progress=progress)


pass_state = click.make_pass_decorator(State, ensure=True)
