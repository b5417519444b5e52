"""An error nobody foresaw: kept in a file to send in, told in one sentence."""

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from annotator import __version__


def report(error: Exception) -> str:
    """Write the details to `.annotator/` of the project (or the temporary folder); say where."""
    text = "".join(
        [
            f"annotator {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            f"arguments: {sys.argv[1:]!r}\n\n",
            *traceback.format_exception(error),
        ]
    )
    for folder in _folders():
        try:
            with tempfile.NamedTemporaryFile(
                "w",
                encoding="utf-8",
                errors="backslashreplace",
                dir=folder,
                prefix="crash-",
                suffix=".txt",
                delete=False,
            ) as file:
                file.write(text)
        except OSError:
            continue
        return (
            f"Something went wrong that should not ({type(error).__name__}); your work is kept,"
            f" and the details are in {file.name}."
        )
    return f"Something went wrong that should not ({type(error).__name__}: {error})."


def _folders() -> list[Path]:
    here = Path.cwd()
    own = [parent / ".annotator" for parent in (here, *here.parents)]
    return [*(folder for folder in own if folder.is_dir()), Path(tempfile.gettempdir())]
