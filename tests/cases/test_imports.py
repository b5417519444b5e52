"""Files as other tools write them, with the faults that people report of their neighbours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotator.cli import main
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.project import Project

Bring = Callable[..., int]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "news")


@pytest.fixture
def bring(project: Project, capsys: pytest.CaptureFixture[str]) -> Bring:
    """Run `annotator import` in the project; what it prints is in `bring.said`."""

    def call(path: Path, *options: str) -> int:
        arguments = ["--project", str(project.root), "import", str(path), "--as", "ada", *options]
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        call.said = "".join(capsys.readouterr())  # type: ignore[attr-defined]
        return int(ended.value.code or 0)

    return call


def only(project: Project) -> tuple[Article, AnnotationSet]:
    """The one article and ada's work on it."""
    project.store.refresh()
    [head] = project.store.heads()
    work = project.store.annotations(head.id, "ada")
    assert work is not None
    return project.store.article(head.id), work


def found(project: Project) -> list[tuple[str, str]]:
    article, work = only(project)
    return [(span.label, span.surface(article.text)) for span in work.in_order()]


def lines(path: Path, *records: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def pair(folder: Path, text: bytes, annotations: str) -> Path:
    """A brat pair."""
    folder.mkdir()
    (folder / "doc.txt").write_bytes(text)
    (folder / "doc.ann").write_text(annotations, encoding="utf-8", newline="")
    return folder


# -- offsets in units that the file does not name --------------------------------------------------

EMOJI = "Late 🚢 news: “The ferry 👩‍🔧 sails,” purser Ola Brandt said, and waved 👋🏽 twice."
WORDS = ("“The ferry 👩‍🔧 sails,”", "Ola Brandt", "waved 👋🏽")


def doccano(path: Path, count: Callable[[str], int]) -> Path:
    triples = []
    for label, words in zip(("CLAIM", "SPEAKER", "STANCE"), WORDS, strict=True):
        start = EMOJI.index(words)
        triples.append([count(EMOJI[:start]), count(EMOJI[: start + len(words)]), label])
    return lines(path, {"id": 3, "text": EMOJI, "label": triples})


def clusters(text: str) -> int:
    return len(text.replace("👩‍🔧", "x").replace("👋🏽", "x"))


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("unit", "count"), [("code-points", len), ("utf-16", utf16), ("graphemes", clusters)]
)
def test_a_unit_that_is_told_is_used(
    bring: Bring, project: Project, tmp_path: Path, unit: str, count: Callable[[str], int]
) -> None:
    path = doccano(tmp_path / "all.jsonl", count)
    assert bring(path, "--format", "doccano", "--set", f"unit={unit}") == 0
    assert [words for _, words in found(project)] == list(WORDS)


def test_a_unit_that_is_not_told_is_asked_for(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    path = doccano(tmp_path / "all.jsonl", utf16)
    assert bring(path, "--format", "doccano") != 0
    assert "say --set unit=code-points or --set unit=utf-16" in bring.said  # type: ignore[attr-defined]
    assert not project.store.owners()


def test_the_wrong_unit_shows_at_the_end_of_the_text(bring: Bring, tmp_path: Path) -> None:
    path = lines(tmp_path / "x.jsonl", {"text": "On 🚢 deck", "label": [[6, 11, "CUE"]]})
    assert bring(path, "--format", "doccano", "--set", "unit=code-points") == 3
    assert "11 lies outside the text of 9" in bring.said  # type: ignore[attr-defined]


# -- line ends and byte order marks ----------------------------------------------------------------

LINES = "Lock shut\r\n\r\n“No water,” said the\r\nkeeper of lock 9.\r\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("counted", [1, 2])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("mark_counted", [False, True])
def test_line_ends_and_marks_may_be_counted_or_not(
    bring: Bring,
    project: Project,
    tmp_path: Path,
    ends: str,
    counted: int,
    mark: str,
    mark_counted: bool,
) -> None:
    base = LINES if counted == 2 else LINES.replace("\r\n", "\n")
    shift = int(bool(mark) and mark_counted)
    rows = []
    for number, (label, words) in enumerate(
        [("CLAIM", "“No water,”"), ("SPEAKER", "keeper of lock 9")], 1
    ):
        start = base.index(words) + shift
        rows.append(f"T{number}\t{label} {start} {start + len(words)}\t{words}{ends}")
    folder = pair(tmp_path / "doc", (mark + LINES).encode(), mark + "".join(rows))
    assert bring(folder, "--format", "brat") == 0
    assert found(project) == [("CLAIM", "“No water,”"), ("SPEAKER", "keeper of lock 9")]
    article, work = only(project)
    assert article.text == LINES.replace("\r\n", "\n")
    assert sum("CRLF to LF" in step for step in article.steps) == 1
    assert list(work.spans) == ["T1", "T2"]


def test_a_mark_before_json_lines_and_one_inside_the_text(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    text = "Holm \ufeff left"
    path = tmp_path / "x.jsonl"
    span = {"start": 7, "end": 11, "label": "CUE"}
    path.write_bytes(b"\xef\xbb\xbf" + orjson.dumps({"text": text, "spans": [span]}) + b"\n")
    assert bring(path, "--format", "prodigy") == 0
    assert only(project)[0].text == text
    assert found(project) == [("CUE", "left")]


# -- spans that are no spans, or not quite ---------------------------------------------------------


def test_edges_of_white_space_are_trimmed_and_told(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    text = "Dr  Osk said\u00a0\n “later”, then left."
    spans = [(0, 8), (8, 15), (13, 22), (12, 15)]
    labels = ("SPEAKER", "CUE", "CLAIM", "TARGET")
    record = {
        "text": text,
        "spans": [
            {"start": start, "end": end, "label": label}
            for (start, end), label in zip(spans, labels, strict=True)
        ],
    }
    assert bring(lines(tmp_path / "x.jsonl", record), "--format", "prodigy") == 3
    assert found(project) == [("SPEAKER", "Dr  Osk"), ("CUE", "said"), ("CLAIM", "“later”")]
    said = bring.said  # type: ignore[attr-defined]
    assert said.count("white space at the edges trimmed, now") == 3
    assert "left out  1  TARGET spans   cover white space only" in said


PIECED = "“We left,” he did, “as told,” \nsaid the crew, “at dawn”\n"


def test_pieces_are_kept_sorted_joined_or_refused(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    text = PIECED
    at = [text.index(words) for words in ("“We left,”", "“as told,”", "“at dawn”", "he did")]
    ends = [at[0] + 10, at[1] + 10, at[2] + 9]
    annotations = (
        f"T1\tCLAIM {at[0]} {ends[0]};{at[1]} {ends[1]};{at[2]} {ends[2]}\t"
        "“We left,” “as told,” “at dawn”\n"
        f"T2\tCLAIM {at[1]} {ends[1]};{at[0]} {ends[0]}\t“as told,” “We left,”\n"
        f"T3\tCUE {at[3]} {at[3] + 2};{at[3] + 2} {at[3] + 6}\the  did\n"
        f"T4\tCUE {at[3]} {at[3] + 4};{at[3] + 3} {at[3] + 6}\the d did\n"
    )
    folder = pair(tmp_path / "doc", text.encode(), annotations)
    assert bring(folder, "--format", "brat") == 3
    work = only(project)[1]
    assert work.spans["T1"].fragments == tuple(zip(at[:3], ends, strict=True))
    assert work.spans["T2"].fragments == work.spans["T1"].fragments[:2]
    assert work.spans["T3"].fragments == ((at[3], at[3] + 6),)
    assert "T4" not in work.spans
    assert "doc.ann:4: CUE T4 has pieces that overlap" in bring.said  # type: ignore[attr-defined]


def test_bad_offsets_do_not_take_good_spans_with_them(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    annotations = (
        "T1\tSPEAKER 0 8\tDea Holm\n"
        "T2\tCUE 9 9\t\n"
        "T3\tCUE 13 9\tsaid\n"
        "T4\tCUE 9 13\tsaid\n"
        "T5\tCLAIM 18 18\t\n"
        "T6\tCLAIM\n"
    )
    folder = pair(tmp_path / "doc", b"Dea Holm said no.\n", annotations)
    assert bring(folder, "--format", "brat") == 3
    assert found(project) == [("SPEAKER", "Dea Holm"), ("CUE", "said")]
    said = bring.said  # type: ignore[attr-defined]
    for number in (2, 3, 5, 6):
        assert f"doc.ann:{number}: " in said


def test_links_and_attributes_of_missing_spans_are_told_by_line(
    bring: Bring, project: Project, tmp_path: Path
) -> None:
    annotations = (
        "T2\tCLAIM 14 23\tit stays.\n"
        "R1\tholder Arg1:T2 Arg2:T1\n"
        "R2\tsame_as Arg1:T2 Arg2:T3\n"
        "T3\tCLAIM 14 22\tit stays\n"
        "A1\tform T9 direct\n"
    )
    folder = pair(tmp_path / "doc", b"Dea Holm said it stays.\n", annotations)
    assert bring(folder, "--format", "brat") == 3
    work = only(project)[1]
    assert list(work.links) == ["R2"]
    said = bring.said  # type: ignore[attr-defined]
    assert "doc.ann:2: holder link R1 has lost an end: T1 is not there" in said
    assert "doc.ann:5: " in said
    assert "T9" in said


def test_scripts_that_run_to_the_left(bring: Bring, project: Project, tmp_path: Path) -> None:
    text = "وقالت هالة: «لن نغادر» في Radio Osk عام 2029.\n\u202bשלום\u202c end.\n"
    words = [("SPEAKER", "هالة"), ("CLAIM", "«لن نغادر»"), ("TARGET", "2029"), ("CUE", "שלום")]
    rows = [
        f"T{n}\t{label} {text.index(w)} {text.index(w) + len(w)}\t{w}\n"
        for n, (label, w) in enumerate(words, 1)
    ]
    folder = pair(tmp_path / "doc", text.encode(), "".join(rows))
    assert bring(folder, "--format", "brat") == 0
    assert only(project)[0].text == text
    assert found(project) == words
