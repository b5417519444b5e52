"""MPQA's lines: nested sources, attitudes and targets, offsets in bytes."""

from pathlib import Path

import pytest

from annotator.formats import registry
from annotator.model.errors import AnnotatorError
from tests.formats.trips import Trip, read

TEXT = "Isa – she’s mayor – said Karl hates the toll. A shabby toll, he added."


def line(number: int, covered: str, type: str, attributes: str = "", at: int = 0) -> str:
    start = len(TEXT[: TEXT.index(covered, at)].encode())
    return (
        f"{number}\t{start},{start + len(covered.encode())}\tstring\tGATE_{type}\t {attributes}\n"
    )


LINES = (
    "# made by hand\n"
    + line(1, "Isa", "agent", 'nested-source="w, isa" id="isa"')
    + line(2, "she", "agent", 'nested-source="w, isa"')
    + line(3, "Karl", "agent", 'nested-source="w, isa, karl" id="karl"')
    + line(4, "said", "objective-speech-event", 'nested-source="w, isa"')
    + line(
        5, "hates", "direct-subjective",
        'intensity="high" nested-source="w, isa, karl" attitude-link="a1, a2"',
    )
    + line(6, "hates", "attitude", 'id="a1" attitude-type="sentiment-neg" target-link="t1"')
    + line(7, "the toll", "target", 'id="t1"')
    + line(8, "shabby", "expressive-subjectivity", 'nested-source="w" polarity="negative"')
    + "9\t0,0\tstring\tGATE_agent\tid=\"w\" nested-source=\"w\"\n"
    + "10\t0,0\tstring\tGATE_direct-subjective\timplicit=\"true\" nested-source=\"w\"\n"
    + "what is this\n"
)  # fmt: skip


def database(folder: Path) -> Path:
    (folder / "docs" / "20310203").mkdir(parents=True)
    (folder / "docs" / "20310203" / "toll-1").write_text(TEXT, "utf-8")
    place = folder / "man_anns" / "20310203" / "toll-1"
    place.mkdir(parents=True)
    (place / "gateman.mpqa.lre.2.0").write_text(LINES, "utf-8")
    (place / "gatesentences.mpqa.2.0").write_text("1\t0,40\tstring\tGATE_sentence\t\n")
    return folder


def test_a_file_named_from_within_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(database(tmp_path) / "man_anns" / "20310203" / "toll-1")
    trip = only(read("mpqa", Path("gateman.mpqa.lre.2.0")))
    assert trip.document.id == "toll-1"
    assert trip.document.text == TEXT


def only(trips: list[Trip]) -> Trip:
    (trip,) = trips
    return trip


def test_a_database(tmp_path: Path) -> None:
    trip = only(read("mpqa", database(tmp_path)))
    assert trip.document.id == "toll-1"
    assert trip.places() == [
        ("SPEAKER", "Isa"),
        ("SPEAKER", "she"),
        ("CUE", "said"),
        ("SPEAKER", "Karl"),
        ("CUE", "hates"),
        ("STANCE", "hates"),
        ("TARGET", "the toll"),
        ("STANCE", "shabby"),
    ]
    assert trip.links() == [
        ("attitude", "hates", "hates"),
        ("holder", "hates", "Karl"),
        ("holder", "shabby", "AUTHOR"),
        ("ref", "Isa", "Isa"),
        ("ref", "Karl", "Karl"),
        ("ref", "she", "Isa"),
        ("relay", "hates", "she"),
        ("target", "hates", "the toll"),
    ]
    stances = [x.attributes["stance"] for x in trip.work.in_order() if x.label == "STANCE"]
    assert stances == ["against", "against"]
    assert trip.work.spans["5"].attributes == {"intensity": "high"}
    messages = {finding.line: finding.message for finding in trip.loss.findings}
    assert messages == {
        6: "attitude a2 is not there",
        11: "CUE 10 [0, 0] is empty",
        12: "is no annotation line",
    }
    assert trip.loss.aside == {("agents", "are not in the text"): 1}


def test_one_file_with_its_text_beside_it_or_named(tmp_path: Path) -> None:
    (tmp_path / "x.mpqa").write_text(LINES.replace("\tstring\t", "\t"), "utf-8")
    with_text = tmp_path / "y.txt"
    with_text.write_text(TEXT, "utf-8")
    assert len(only(read("mpqa", tmp_path / "x.mpqa", text=str(with_text))).work.spans) == 8
    assert not read("mpqa", tmp_path / "x.mpqa")
    (tmp_path / "x.txt").write_text(TEXT, "utf-8")
    assert len(only(read("mpqa", tmp_path / "x.mpqa")).work.spans) == 8


def test_their_own_types(tmp_path: Path) -> None:
    trip = only(read("mpqa", database(tmp_path), labels="theirs"))
    assert {span.label for span in trip.work.spans.values()} == {
        *("agent", "objective-speech-event", "direct-subjective", "attitude", "target"),
        "expressive-subjectivity",
    }
    assert ("holder", "said", "she") in trip.links()


def test_what_is_none(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="holds no annotation lines of MPQA"):
        read("mpqa", tmp_path)
    knows = registry.get("mpqa").knows
    assert knows is not None
    assert knows(Path("x"), LINES.encode())
    assert not knows(Path("x"), b"1\t2,3\tword\n")
