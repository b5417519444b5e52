"""The group, its global options, and how everything that can go wrong ends."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path

import click

from annotator import __version__
from annotator.cli.lazy import LazyGroup
from annotator.cli.state import State
from annotator.model.errors import AnnotatorError

COMMANDS = {
    "init": "Make a new project in a folder.",
    "add": "Add articles: text, web pages, JSON Lines, tables, folders.",
    "tour": "Be shown round the screen, in ten minutes; nothing is kept.",
    "import": "Bring in articles with the annotations of other tools.",
    "formats": "List the formats that can be read and written, and what they carry.",
    "open": "Open the labelling screen (so does `annotator` alone).",
    "list": "List the articles and how far each is.",
    "show": "Print an article with its annotations.",
    "status": "Show progress by annotator and label.",
    "assign": "Give articles to annotators, with an overlap.",
    "adjudicate": "Decide disagreements between annotators and write gold.",
    "gaps": "List what adjudication marked as gaps in the guidelines.",
    "train": "Label adjudicated articles and see what you missed.",
    "agreement": "Measure how far annotators agree, and on what.",
    "review": "Walk from the figures of agreement to the places behind them.",
    "check": "Verify the whole project.",
    "export": "Write annotations for training scripts.",
    "split": "Divide the articles into train, dev and test without leaks.",
    "migrate": "Rename labels, attributes, values, links and fields in existing work.",
    "guidelines": "Print the guidelines, or the page of a label.",
    "keys": "Print the key map of the screen.",
    "config": "Show or change settings.",
}

_GLOBAL = ("--project", "--as", "--profile")
BROKEN_PIPE = 141
INTERRUPTED = 130


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--project",
    "directory",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The project's folder, or one inside it. Default: where you are.",
)
@click.option("--as", "name", metavar="NAME", help="Who annotates. Default: the setting, or you.")
@click.option("--profile", metavar="NAME", help="Which profile of the scheme to use.")
@click.version_option(__version__, prog_name="annotator")
@click.pass_context
def cli(ctx: click.Context, directory: Path | None, name: str | None, profile: str | None) -> int:
    """Label speakers, claims and stance in news articles, in a terminal.

    A project is a folder with a corpus/ and a guidelines/ in it. Inside one, `annotator` alone
    opens your next article. To start from nothing:

    \b
      annotator init news
      cd news
      annotator add ~/articles
      annotator

    \b
    Exit codes: 0 done; 1 problems found, or it could not be done; 2 wrong usage;
    3 done, but something was refused or left out.
    """
    ctx.obj = State(directory, name, profile)
    if ctx.invoked_subcommand is None:
        from annotator.cli.open import open_screen

        return open_screen(ctx.obj, None)
    return 0


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. Whatever happens, a user sees sentences, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without UTF-8 must not stop a command
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(args=arguments, prog_name="annotator", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more; without this Python complains once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        print("Interrupted.", file=sys.stderr)
        code = INTERRUPTED
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and error.option_name in _GLOBAL:
            message = f"{error.option_name} goes before the command's name."
            error = click.UsageError(message, error.ctx)
        error.show()
        code = error.exit_code
    except AnnotatorError as error:
        code = _fail(str(error))
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        code = _fail(f"{named}{error.strerror or error}.")
    except Exception as error:
        from annotator.cli.crash import report

        code = _fail(report(error))
    sys.exit(code or 0)


def _fail(message: str) -> int:
    from annotator.cli.output import warn

    warn(f"annotator: {message}")
    return 1
