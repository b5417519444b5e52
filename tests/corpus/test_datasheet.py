"""The data sheet says what the commands say."""

from tests.corpus.datasheet import BEGIN, END, SHEET, figures


def test_the_figures_are_not_stale() -> None:
    text = SHEET.read_text(encoding="utf-8")
    found = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert found == figures(), "run: python -m tests.corpus.datasheet"
