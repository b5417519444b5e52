"""Right-to-left text among left-to-right: offsets are in the order of reading, never of the screen.

Tools that take a selection in visual order mirror its offsets, mark one character of many, or
change the places of the parts of a number; some strip the controls that say the direction.
"""

from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from annotator.text.units import Units
from tests.cli.conftest import Run
from tests.tui.desk import at_desk, make_project

TEXT = (
    "وقالت رئيسة الميناء: «لن نغلق الرصيف» لإذاعة Quay FM في 2047.\n"
    'אמרה שרת הים: "הרציף יפתח ב-2047", 18.5%.\n'
    "\u202bnotice\u202c \u2067(so)\u2069 end \u200fب\u200e 3\n"
)
MARKED = [
    ("s", "رئيسة الميناء"),
    ("c", "«لن نغلق الرصيف»"),
    ("s", "Quay FM"),
    ("e", "2047"),
    ("s", "שרת הים"),
    ("c", '"הרציף יפתח ב-2047"'),
    ("e", "18.5"),
    ("e", "notice"),
    ("e", "so"),
]


async def test_what_is_marked_by_keys_comes_out_in_the_order_of_reading(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "quay.txt"
    file.write_text(TEXT, encoding="utf-8")
    root = make_project(tmp_path / "news")
    monkeypatch.chdir(root)
    assert run("add", file).code == 0
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        assert desk.text == TEXT  # the controls are characters like others
        for key, words in MARKED:
            await desk.mark(key, words)
            await desk.press("escape", "escape")
    exported = orjson.loads(run("export").out.split("\n")[0])
    assert exported["text"] == TEXT
    found = {(span["start"], span["end"], span["text"]) for span in exported["spans"]}
    places = [(TEXT.index(words), words) for _, words in MARKED]
    assert found == {(start, start + len(words), words) for start, words in places}
    assert run("check").code == 0


async def test_a_part_of_a_number_is_that_part(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", quay=TEXT)
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        for nth in range(2):
            at = desk.place("2047", nth)[0]
            for start, end, digits in ((at, at + 2, "20"), (at + 2, at + 4, "47")):
                await desk.press("escape")
                await desk.go("ב-2047" if nth else "2047")
                while desk.screen.view.caret < start:
                    await desk.press("alt+right")
                await desk.press("alt+shift+right", "alt+shift+right")
                assert desk.screen.view.selection == (start, end)
                assert desk.selected == digits


async def test_keys_go_forwards_and_the_mouse_hits_what_is_seen(tmp_path: Path) -> None:
    """The screen shows the text in the order of reading too, so no selection can be mirrored."""
    root = make_project(tmp_path / "news", quay=TEXT)
    async with at_desk(root, "quay", size=(80, 24)) as desk:
        view = desk.screen.view
        units = Units(TEXT)
        seen = [view.caret]
        while view.caret < len(TEXT):
            await desk.press("alt+right")
            seen.append(view.caret)
        assert seen == sorted(seen)
        assert set(seen) == {units.snap(offset) for offset in range(len(TEXT) + 1)}
        shown = desk.shown
        for bidi in "\u202b\u202c\u2067\u2069\u200e\u200f":
            assert bidi not in shown
        assert "▯notice▯ ▯(so)▯ end ▯ب▯ 3" in shown


def test_right_to_left_names_and_notes_are_kept(root: Path, run: Run) -> None:
    project = Project.open(root)
    (root / "n.jsonl").write_bytes(orjson.dumps({"id": "خبر-1", "text": TEXT, "title": "הרציף"}))
    assert run("add", root / "n.jsonl").code == 0
    project.close()
    project = Project.open(root)
    article = project.store.article("خبر-1")
    assert (article.text, article.headline) == (TEXT, "הרציף")
    session = project.session("خبر-1", "mira")
    span = session.add_span("CUE", [(0, 5)], note="ראה «هنا»")
    project.checkpoint(session)
    project.close()
    line = orjson.loads(run("export").out.split("\n")[0])
    assert line["spans"][0]["note"] == span.note
    assert run("show", "خبر-1").code == 0
