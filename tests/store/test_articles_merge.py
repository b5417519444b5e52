"""Two clones of a project that both add articles."""

import shutil
import subprocess
from pathlib import Path

import pytest

from annotator.model.article import Article, hash_text
from annotator.project import Project


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(("git", *who, *arguments), cwd=root, check=True, capture_output=True)


def add(root: Path, *texts: str) -> None:
    project = Project.open(root)
    project.store.add_articles(Article(text[:5].strip(), text, hash_text(text)) for text in texts)
    project.close()
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "add")


def test_a_merge_keeps_the_articles_of_both_without_conflict(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    Project.create(ours).close()
    git(ours, "init", "-q")
    add(ours, "first article")
    shutil.copytree(ours, theirs)
    add(ours, "second article", "third article")
    add(theirs, "third article", "fourth article")
    git(ours, "pull", "-q", "--no-rebase", str(theirs), "HEAD")

    project = Project.open(ours)
    assert {head.id for head in project.store.heads()} == {"first", "secon", "third", "fourt"}
    assert project.store.article("fourt").text == "fourth article"
    told = [problem.message for problem in project.store.verify()]
    assert all("manifest" in message and "annotator add" in message for message in told)
    project.store.add_articles([Article("new", "new article", hash_text("new article"))])
    assert project.store.verify() == []
    project.close()
