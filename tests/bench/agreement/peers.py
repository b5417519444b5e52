"""Other packages, each in a virtual environment of its own in the user's cache folder."""

import os
import subprocess
import sys
import venv
from pathlib import Path

from platformdirs import user_cache_path

VERSIONS = {"krippendorff": "0.9.0", "pygamma-agreement": "0.5.9", "bratiaa": "0.1.4"}


class UnavailableError(Exception):
    """A peer cannot be installed here; the message says why."""


def interpreter(package: str) -> Path:
    """The Python that has the package; installs it at the first call.

    Raises UnavailableError.
    """
    version = VERSIONS[package]
    folder = user_cache_path("annotator") / "bench" / f"{package}-{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if done.exists():
        return python
    print(f"Installing {package} {version} in {folder} ...", file=sys.stderr, flush=True)
    venv.create(folder, clear=True, with_pip=True)
    asked = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", f"{package}=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        said = asked.stderr.strip().splitlines() or ["pip failed"]
        raise UnavailableError(f"{package} {version} cannot be installed: {said[-1]}")
    done.touch()
    return python
