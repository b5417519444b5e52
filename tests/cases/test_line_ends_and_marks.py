"""Line ends and byte order marks, where every offset after them depends on how they are counted.

Tools that keep CR or U+FEFF put every span late by the number of lines above it, or by one; tools
that split at other characters than LF tear lines in two; tools that expect neither in their own
files lose the first record, or all of them.
"""

import codecs
import io
from pathlib import Path

import orjson
import pytest

from annotator.formats.html import read as read_html
from annotator.formats.intake import Draft, Options
from annotator.model.article import Article
from annotator.project import Project
from annotator.store.settings import load_settings, save_setting
from annotator.text.units import Units
from tests.cli.conftest import Run, add_text, mark

TEXT = "Quay “closed”\n\nWarden Sern 🚢 said so.\nPilots disagree.\n"
ROWS = ["Quay “closed”", "", "Warden Sern 🚢 said so.", "Pilots disagree.", ""]
LINE_ENDS = {
    "unix": ["\n"],
    "windows": ["\r\n"],
    "old mac": ["\r"],
    "mixed": ["\r\n", "\n", "\r"],
    "mixed otherwise": ["\r", "\r\n", "\n"],
}


def with_line_ends(text: str, ends: list[str]) -> str:
    """`text` with its line feeds replaced by each of `ends` in turn."""
    lines = text.split("\n")
    return "".join(
        line + ends[number % len(ends)] for number, line in enumerate(lines[:-1])
    ) + "".join(lines[-1:])


def articles(root: Path) -> list[Article]:
    project = Project.open(root)
    try:
        return [project.store.article(head.id) for head in project.store.heads()]
    finally:
        project.close()


def table_of(text: str, newline: str = "\n") -> str:
    cell = text.replace('"', '""')
    return f'id,text{newline}quay,"{cell}"{newline}'


@pytest.mark.parametrize("ends", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize("kind", ["txt", "md", "jsonl", "csv"])
def test_a_text_is_the_same_whatever_its_line_ends(
    root: Path, run: Run, tmp_path: Path, kind: str, ends: list[str]
) -> None:
    raw = with_line_ends(TEXT, ends)
    content = {
        "txt": raw.encode(),
        "md": raw.encode(),
        "jsonl": orjson.dumps({"id": "quay", "text": raw}) + b"\r\n",
        "csv": table_of(raw, "\r\n").encode(),
    }[kind]
    file = tmp_path / f"quay.{kind}"
    file.write_bytes(content)
    assert run("add", file).code == 0
    (article,) = articles(root)
    assert article.text == TEXT
    units = Units(article.text)
    lines = [units.paragraph(number) for number in range(units.paragraph_count())]
    assert [article.text[slice(*line)] for line in lines] == ROWS
    assert sum("to LF" in step for step in article.steps) == (ends != ["\n"])


@pytest.mark.parametrize("size", [1 << 13, 1 << 16, 1 << 20])
def test_a_pair_on_the_border_of_two_blocks_is_one_line_end(
    root: Path, run: Run, tmp_path: Path, size: int
) -> None:
    """Readers that take files in blocks see CR at the end of one and LF at the start of another."""
    for shift in range(-2, 3):
        head = f"plain {shift} "
        text = head + "q" * (size + shift - len(head)) + "\r\nend."
        (tmp_path / f"plain{shift}.txt").write_bytes(text.encode())
        before = table_of("").index('"') + 1
        cell = text.replace("plain", "table").replace("q" * before, "", 1)
        (tmp_path / f"rows{shift}.csv").write_bytes(
            table_of(cell).replace("quay", f"q{shift}").encode()
        )
    assert run("add", *tmp_path.glob("*.txt"), *tmp_path.glob("*.csv")).code == 0
    found = articles(root)
    assert len(found) == 10
    assert all(item.text.endswith("q\nend.") and item.text.count("\n") == 1 for item in found)


def test_only_line_feeds_end_a_line(root: Path, run: Run, tmp_path: Path) -> None:
    """Form feeds and the separators of Unicode are what `splitlines` would split at."""
    odd = "one\x0ctwo\x0bthree\x1cfour\x1dfive\x1esix\x85seven\u2028eight\u2029nine"
    (tmp_path / "plain.txt").write_text(odd + "\nlast\n", encoding="utf-8")
    lines = [orjson.dumps({"id": f"n{n}", "text": f"{n} {odd}"}) for n in range(3)]
    (tmp_path / "lines.jsonl").write_bytes(b"\n".join(lines))
    assert run("add", tmp_path / "plain.txt", tmp_path / "lines.jsonl").code == 0
    plain, *rows = articles(root)
    assert plain.text == odd + "\nlast\n"
    assert Units(plain.text).paragraph_count() == 3
    assert [row.text for row in rows] == [f"{n} {odd}" for n in range(3)]
    project = Project.open(root)
    session = project.session("plain", "mira")
    mark(session, "CUE", "nine")
    project.checkpoint(session)
    project.close()
    assert orjson.loads(run("export").out.split("\n")[0])["spans"][0]["text"] == "nine"


@pytest.mark.parametrize(
    "codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv", "html"])
def test_a_mark_at_the_start_is_no_character(
    root: Path, run: Run, tmp_path: Path, kind: str, codec: str
) -> None:
    text = "Sern 🚢 said \ufeff “so”."
    content = {
        "txt": text,
        "jsonl": orjson.dumps({"id": "x", "text": text}).decode() + "\r\n",
        "csv": table_of(text, "\r\n"),
        "html": f"<html><body><article><p>{text}</p></article></body></html>",
    }[kind]
    data = content.encode(codec)
    if codec.endswith(("-le", "-be")):
        data = "\ufeff".encode(codec) + data
    (tmp_path / f"quay.{kind}").write_bytes(data)
    assert run("add", tmp_path / f"quay.{kind}").code == 0
    (article,) = articles(root)
    assert article.text == text  # with the mark inside
    assert article.text.index("\ufeff") == 12


def test_marks_amid_a_file_stay_in_the_text_and_cost_no_record(
    root: Path, run: Run, tmp_path: Path
) -> None:
    """Files that were put one after the other have a mark before each but the first."""
    lines = [orjson.dumps({"id": f"n{n}", "text": f"Note {n}."}) for n in range(3)]
    (tmp_path / "joined.jsonl").write_bytes(
        b"".join(codecs.BOM_UTF8 + line + b"\r\n" for line in lines)
    )
    assert run("add", tmp_path / "joined.jsonl").code == 0
    (tmp_path / "twice.txt").write_bytes(codecs.BOM_UTF8 * 2 + b"Two marks.\n")
    (tmp_path / "cells.csv").write_bytes(
        codecs.BOM_UTF8 + '"text","id"\r\n"\ufeffMarked cell.",c1\r\n"b\ufeffc",c2\r\n'.encode()
    )
    assert run("add", tmp_path / "twice.txt", tmp_path / "cells.csv").code == 0
    texts = {article.id: article.text for article in articles(root)}
    assert [texts[f"n{n}"] for n in range(3)] == ["Note 0.", "Note 1.", "Note 2."]
    assert texts["twice"] == "\ufeffTwo marks.\n"
    assert (texts["c1"], texts["c2"]) == ("Marked cell.", "b\ufeffc")


def test_markup_with_windows_line_ends_is_read_alike() -> None:
    page = "<article>\n<h1>Quay</h1>\n<p>Sern said\nso.</p>\n<pre>one\ntwo</pre>\n</article>"
    texts = []
    for end in ("\n", "\r\n", "\r"):
        stream = io.BytesIO(page.replace("\n", end).encode())
        (item,) = read_html(stream, path="x.html", id="x", options=Options())
        assert isinstance(item, Draft)
        texts.append(item.article.text)
    assert texts[0] == texts[1] == texts[2]
    assert "\r" not in texts[0]


# -- the project's own files -----------------------------------------------------------------------


def _windows(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _marked(data: bytes) -> bytes:
    return codecs.BOM_UTF8 + data


@pytest.mark.parametrize(
    "change",
    [_windows, _marked, lambda data: _marked(_windows(data))],
    ids=["CRLF", "mark", "both"],
)
def test_what_an_editor_does_to_our_files_costs_no_work(root: Path, run: Run, change) -> None:
    """Git on Windows, or an editor there, may write CRLF and a mark into any text file."""
    project = Project.open(root)
    add_text(project, "quay", TEXT)
    add_text(project, "pier", TEXT.replace("Quay", "Pier"))
    for id in ("quay", "pier"):
        session = project.session(id, "mira")
        mark(session, "CUE", "said")
        project.checkpoint(session)
    mark(session, "SPEAKER", "Warden Sern")  # in the journal only
    project.add_topic("The quay")
    project.close()
    changed = [
        *root.glob("corpus/articles/*.jsonl"),
        *root.glob("corpus/annotations/*/*.jsonl"),
        *root.glob(".annotator/journal/*/*.jsonl"),
        *root.glob("corpus/topics.toml"),
        *root.glob("guidelines/*"),
    ]
    assert len(changed) > 5
    for file in changed:
        file.write_bytes(change(file.read_bytes()))
    for _ in range(2):  # also after new lines were written behind the changed ones
        project = Project.open(root)
        assert [head.id for head in project.store.heads()] == ["quay", "pier"]
        quay, pier = project.session("quay", "mira"), project.session("pier", "mira")
        assert [span.surface(TEXT) for span in quay.annotations.spans.values()] == ["said"]
        assert len(pier.annotations.spans) >= 2
        assert project.store.problems == []
        assert project.store.article("quay").text == TEXT
        assert project.topics[0].name == "The quay"
        quay.set_note("s1", "sure")
        quay.set_note("s1", "")
        mark(pier, "CUE", "disagree")
        project.checkpoint(pier)
        project.add_topic("The pier")
        project.close()
    assert run("export").code == 0


def test_settings_with_a_mark_can_be_read_and_changed(root: Path) -> None:
    file = root / ".annotator/settings.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(codecs.BOM_UTF8 + b'annotator = "mira"\r\n')
    save_setting(file, "theme", "light")
    settings = load_settings(root)
    assert (settings.annotator, settings.theme) == ("mira", "light")
