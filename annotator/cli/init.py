"""`annotator init`: a new project."""

from pathlib import Path

import click

from annotator.cli.output import OK, emit, json_option, say


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path))
@json_option
def command(directory: Path, as_json: bool) -> int:
    """Make a project in DIRECTORY, with our label scheme and guidelines ready to use.

    The folder is made if it does not exist. Nothing in it is ever overwritten, and a folder that
    is a project already is refused.
    """
    from annotator.project import Project

    project = Project.create(directory)
    if as_json:
        emit({"project": str(project.root), "scheme": project.scheme.id})
    else:
        say(f"Made a project in {directory}.")
        say("  guidelines/scheme.toml  the labels; guidelines/*.md  how to use them")
        say("  corpus/                 articles and annotations will be kept here")
        say(f"Next: cd {directory}, annotator add FILES..., annotator")
    return OK
