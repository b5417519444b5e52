"""A project on a real disk and the environment in which the app is started on it."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from annotator.model.article import Article, hash_text
from annotator.project import Project

TEXT = """Ferry tolls to rise in May

Harbour minister Oda Brenn said on Monday that the ferry tolls will rise in May. “Nobody will be
left on the quay,” Brenn told Radio Osk, adding that pupils keep their passes.

The boatmen's guild rejects the plan. Its warden, Ilko Sern, wrote that the island council had never
been asked and that winter crossings might stop altogether.

According to two officials who asked not to be named, a second draft is being prepared in Veldora.
"""

MakeProject = Callable[[Path], Path]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """What a login shell in a colour terminal sets; nothing of whoever runs the tests."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "ANNOTATOR_CACHE_DIR": str(tmp_path / "cache"),
        "ANNOTATOR_CONFIG_DIR": str(tmp_path / "config"),
    }


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProject:
    """Makes a project with the article `ferry` in a folder."""
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))

    def make(folder: Path) -> Path:
        project = Project.create(folder)
        headline = TEXT.partition("\n")[0]
        project.store.add_articles(
            [Article("ferry", TEXT, hash_text(TEXT), headline, "Osk Wire", language="en")]
        )
        project.close()
        return folder

    return make


@pytest.fixture
def root(make_project: MakeProject, tmp_path: Path) -> Path:
    return make_project(tmp_path / "news")
