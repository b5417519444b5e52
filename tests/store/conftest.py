from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.model.article import Article, hash_text
from annotator.store.files import FileStore

TEXT = "Die größte 🌊 Welle seit Jahren, sagte Rada Quell.\nMehr sagte sie nicht."


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))


def article(article_id: str = "wave", text: str = TEXT) -> Article:
    return Article(article_id, text, hash_text(text), headline="Wave")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def store(root: Path) -> FileStore:
    """A store with one article, "wave"."""
    store = FileStore(root, "x/1")
    store.add_articles([article()])
    return store


@pytest.fixture
def reopen(root: Path) -> Callable[[], FileStore]:
    """Open the same folder as a new process would."""
    return lambda: FileStore(root, "x/1")
