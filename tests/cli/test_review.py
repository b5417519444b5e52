"""`annotator review` where there is no screen to open."""

import importlib.util
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_without_a_terminal_it_says_what_to_use(root: Path, run: Run) -> None:
    result = run("review")
    assert result.code == 1
    assert "annotator agreement" in result.err
    assert len(result.err.splitlines()) == 1


def test_names_that_nobody_has_are_refused(root: Path, run: Run) -> None:
    assert "There is no annotator nobody" in run("review", "--annotators", "nobody").err
    assert "There is no label CLIAM" in run("review", "--labels", "CLIAM").err


def test_without_numpy_it_is_one_sentence(
    root: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> object:
        return None if name == "numpy" else find(name, package)

    monkeypatch.setattr("annotator.cli.adjudicate.find_spec", without)
    result = run("review")
    assert result.code == 1
    assert "numpy" in result.err
    assert len(result.err.splitlines()) == 1
