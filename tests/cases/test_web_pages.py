"""A paragraph of a page comes once for each time it stands there, and always the same.

Extractors take what lies in nested or small article elements twice, so claims are annotated twice;
to make up for it they drop real repeats, and what they drop depends on what was read before.
"""

from pathlib import Path

import pytest

from annotator.formats.intake import Draft, Options
from annotator.formats.reading import read
from annotator.model.article import Article
from annotator.project import Project
from tests.cli.conftest import Run

LAKE = (
    "The water board met on Monday and voted to lower the lake by two metres before the floods of"
    " spring arrive in the valley."
)
FARMS = (
    "Its chair said that no farm would lose its pumps, and that the towns on the shore would pay"
    " for the work."
)
# Bodies of pages, and the lines that are their text.
PAGES = {
    "article in article": (f"<article><article><p>{LAKE}</p></article></article>", [LAKE]),
    "four deep": (f"{'<article>' * 4}<div><br>{LAKE}</div>{'</article>' * 4}", [LAKE]),
    "article in main": (f"<main><article><p>{LAKE}</p></article></main>", [LAKE]),
    "sections": (
        f"<article><section><div><p>{LAKE}</p><div><p>{FARMS}</p></div></div></section></article>",
        [LAKE, FARMS],
    ),
    "bare text beside an article": (
        f"<article>{LAKE}<article>{FARMS}</article></article>",
        [LAKE, FARMS],
    ),
    "two articles": (
        f"<article><p>{LAKE}</p></article><article><p>{FARMS}</p></article>",
        [LAKE, FARMS],
    ),
    "quotations": (
        f"<article><blockquote><blockquote><p>{LAKE}</p></blockquote></blockquote>"
        f"<p>{FARMS}</p></article>",
        [LAKE, FARMS],
    ),
    "lists in lists": (
        f"<article><p>{LAKE}</p><ul><li>Pumps.<ul><li>Two.</li></ul></li></ul>"
        f"<p>{FARMS}</p></article>",
        [LAKE, "Pumps.", "Two.", FARMS],
    ),
    "breaks": (f"<article><div>{LAKE}<br><br>{FARMS}</div></article>", [LAKE, FARMS]),
    "no end tags": (f"<article><p>{LAKE}<p>{FARMS}</article>", [LAKE, FARMS]),
    "for those without scripts": (
        f"<article><p>{LAKE}</p><noscript><p>{LAKE}</p></noscript>"
        f"<template><p>{LAKE}</p></template></article>",
        [LAKE],
    ),
    "a real repeat": (
        f"<article><h1>Lake falls</h1><p>{LAKE}</p><p>{FARMS}</p><p>{LAKE}</p></article>",
        ["Lake falls", LAKE, FARMS, LAKE],
    ),
    "a repeat at once": (f"<article><p>{LAKE}</p><p>{LAKE}</p></article>", [LAKE, LAKE]),
    "a small page": (
        "<nav>Menu</nav><article><h1>Lake falls</h1><p>It fell.</p><p>Nobody minds.</p>"
        "<p>It fell.</p></article><footer>Who we are</footer>",
        ["Lake falls", "It fell.", "Nobody minds.", "It fell."],
    ),
}


def lines_of(article: Article) -> list[str]:
    return [line for line in article.text.split("\n") if line]


def page_files(folder: Path) -> list[Path]:
    files = []
    for name, (body, _) in PAGES.items():
        file = folder / f"{name}.html"
        file.write_text(f"<!doctype html><html><body>{body}</body></html>", encoding="utf-8")
        files.append(file)
    return files


@pytest.mark.parametrize("name", PAGES)
def test_each_paragraph_comes_as_often_as_it_stands_there(tmp_path: Path, name: str) -> None:
    body, expected = PAGES[name]
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><html><body>{body}</body></html>", encoding="utf-8")
    hashes = set()
    for _ in range(11):
        (item,) = read(file, Options())
        assert isinstance(item, Draft)
        assert lines_of(item.article) == expected
        hashes.add(item.article.text_hash)
    assert len(hashes) == 1


def test_the_order_of_files_changes_no_text(tmp_path: Path, run: Run) -> None:
    """Nor does what was added before; the reader and its version stand with each article."""
    pages = tmp_path / "pages"
    pages.mkdir()
    files = page_files(pages)
    found = []
    for order in (files, files[::-1]):
        root = tmp_path / f"news{len(found)}"
        Project.create(root).close()
        assert run("--project", root, "add", *order).code == 0
        project = Project.open(root)
        articles = [project.store.article(head.id) for head in project.store.heads()]
        project.close()
        found.append({article.text_hash for article in articles})
        assert all("resiliparse" in str(article.meta["extractor"]) for article in articles)
    assert found[0] == found[1]


def test_a_repeat_in_the_page_is_proposed_not_cut_out(tmp_path: Path, run: Run) -> None:
    root = tmp_path / "news"
    Project.create(root).close()
    body, _ = PAGES["a real repeat"]
    (tmp_path / "lake.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert run("--project", root, "add", tmp_path / "lake.html").code == 0
    project = Project.open(root)
    article = project.store.article("lake")
    project.close()
    assert article.text.count(LAKE) == 2
    (repeat,) = [region for region in article.regions if region.duplicate_of]
    assert article.text[repeat.start : repeat.end] == LAKE
    assert repeat.start == article.text.rindex(LAKE)
