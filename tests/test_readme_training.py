"""The way to a trained model that the README prints, walked as it is printed."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import spacy

ROOT = Path(__file__).parents[1]


def printed() -> list[str]:
    """The commands of the section on training, one a line."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Train a span categorizer\n")[1].split("\n## ")[0]
    [block] = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    return [line for line in block.split("\n") if line]


def test_the_commands_train_a_span_categorizer_on_the_shipped_corpus(tmp_path: Path) -> None:
    install, *commands = printed()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert install == 'pip install -q -e ".[spacy]"'  # tests run where that is done
    assert "spacy" in extras["optional-dependencies"]
    for name in ("corpus", "guidelines"):
        shutil.copytree(ROOT / name, tmp_path / name)
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    for command in commands:
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    model = spacy.load(tmp_path / "model" / "model-last")
    assert {"CLAIM", "CUE", "SPEAKER", "STANCE"} <= set(model.get_pipe("spancat").labels)
    assert "sc" in model("The council said the bridge would open.").spans
