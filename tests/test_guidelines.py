"""Every example of the guidelines can be read and fits the scheme they ship with."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.formats.notation import example
from annotator.model.requirements import missing_of, unfit
from annotator.store.scheme_file import load_scheme

FOLDER = Path(__file__).parents[1] / "guidelines"
SCHEME = load_scheme(FOLDER / "scheme.toml")
LABEL_PAGES = sorted(label.page for label in SCHEME.labels.values())
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(page: Path) -> Iterator[tuple[str, int, str]]:
    """Kind, line and source of each block of a page."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield found[1], text.count("\n", 0, found.start()) + 2, found[2].rstrip("\n")


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_examples_fit_the_scheme(page: Path) -> None:
    for kind, line, source in examples(page):
        if kind not in ("example", "counter"):
            continue
        _, work = example(source, SCHEME)
        wrong = [issue.message for issue in unfit(work, SCHEME)]
        for span in work.spans.values():
            wrong += [issue.message for issue in missing_of(span, work, SCHEME)]
        assert not wrong, f"{page.name}:{line}: {wrong}"


@pytest.mark.parametrize("name", LABEL_PAGES)
def test_a_label_has_six_examples_and_six_counter_examples(name: str) -> None:
    kinds = [kind for kind, _, _ in examples(FOLDER / name)]
    assert kinds.count("example") >= 6
    assert kinds.count("counter") >= 6


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_a_page_fits_a_terminal_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert max(map(len, text.split("\n"))) <= 80
    for name in re.findall(r"\]\(([\w./-]+\.(?:md|toml))", text):
        assert (FOLDER / name).is_file(), name
