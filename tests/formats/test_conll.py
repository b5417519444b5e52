"""Token tables in and out: tag schemes, levels, spans that fit no token, texts found again."""

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats import registry
from annotator.formats.capability import reduced
from annotator.formats.exchange import Export
from annotator.formats.loss import Loss
from annotator.formats.tags import STYLES, Run, Usage, runs, tagged
from annotator.model.annotation import Span
from annotator.model.errors import AnnotatorError
from tests.formats.strategies import exports
from tests.formats.trips import read, work_on, write

SENTENCES = [
    ("Port", "B-PLACE"),
    ("Ostra", "I-PLACE"),
    ("closed", "O"),
    (".", "O"),
    None,
    ("Isa", "B-WHO"),
    ("Bram", "B-WHO"),
    ("waited", "O"),
]


def table(rows: list[tuple[str, str] | None], separator: str = "\t") -> str:
    return "".join(f"{separator.join(row)}\n" if row else "\n" for row in rows)


def tagged_as(*tags: str) -> str:
    tokens = [row[0] for row in SENTENCES if row]
    rows: list[tuple[str, str] | None] = list(zip(tokens, tags, strict=True))
    rows.insert(4, None)
    return table(rows)


# -- in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        ("B-PLACE", "I-PLACE", "O", "O", "B-WHO", "B-WHO", "O"),
        ("I-PLACE", "I-PLACE", "O", "O", "I-WHO", "B-WHO", "O"),
        ("B-PLACE", "L-PLACE", "O", "O", "U-WHO", "U-WHO", "O"),
        ("B-PLACE", "E-PLACE", "O", "O", "S-WHO", "S-WHO", "O"),
    ],
    ids=["BIO", "IOB1", "BILOU", "IOBES"],
)
def test_every_tag_scheme_is_seen_for_what_it_is(tmp_path: Path, tags: tuple[str, ...]) -> None:
    file = tmp_path / "port.conll"
    file.write_text(tagged_as(*tags))
    (trip,) = read("conll", file)
    assert trip.places() == [("PLACE", "Port Ostra"), ("WHO", "Isa"), ("WHO", "Bram")]
    assert trip.article.text == "Port Ostra closed .\nIsa Bram waited"
    assert trip.document.rebuilt
    assert not trip.loss.changed


def test_a_span_without_its_beginning_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "port.conll"
    file.write_text(tagged_as("B-PLACE", "I-PLACE", "O", "I-X", "B-WHO", "O", "O"))
    (trip,) = read("conll", file)
    assert trip.places() == [("PLACE", "Port Ostra"), ("X", "."), ("WHO", "Isa")]
    assert trip.loss.changed["spans", "begun where no tag begins them"] == 1


def test_a_sentence_ends_every_span(tmp_path: Path) -> None:
    file = tmp_path / "port.conll"
    file.write_text("a I-X\nb I-X\n\nc I-X\n")
    (trip,) = read("conll", file)
    assert trip.places() == [("X", "a b"), ("X", "c")]


def test_documents_columns_between_blanks_and_the_layers_that_are_tags(tmp_path: Path) -> None:
    file = tmp_path / "news.txt"
    file.write_text(
        "-DOCSTART- -X- -X- O\n\nIsa NNP I-NP I-WHO\nwaits VBZ I-VP O\n\n"
        "-DOCSTART- -X- -X- O\n\nOstra NNP I-NP I-PLACE\n"
    )
    trips = read("conll", file)
    assert [trip.document.id for trip in trips] == ["news-1", "news-2"]
    assert [trip.places() for trip in trips] == [[("WHO", "Isa")], [("PLACE", "Ostra")]]
    assert read("conll", file, layers="all")[0].places() == [
        ("NP", "Isa"),
        ("WHO", "Isa"),
        ("VP", "waits"),
    ]
    assert read("conll", file, layers="3")[1].places() == [("NP", "Ostra")]
    with pytest.raises(AnnotatorError, match="numbers from 2 to 4"):
        read("conll", file, layers="7")


def test_tokens_find_their_place_in_the_text_they_are_from(tmp_path: Path) -> None:
    text = "“Port (Ostra)\xa0closed.”\n\n  Isa's brother—Bram—waited…\n"
    file = tmp_path / "port.conll"
    file.write_text(
        "``\tO\nPort\tB-PLACE\n-LRB-\tI-PLACE\nOstra\tI-PLACE\n-RRB-\tI-PLACE\nclosed\tO\n.\tO\n''\tO\n\n"
        "Isa\tB-WHO\n's\tI-WHO\nbrother\tI-WHO\n--\tO\nBram\tB-WHO\n--\tO\nwaited\tO\n...\tO\n"
    )
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "port.txt").write_text(text)
    for given_text in (tmp_path / "texts", tmp_path / "texts" / "port.txt"):
        (trip,) = read("conll", file, text=str(given_text))
        assert trip.article.text == text
        assert not trip.document.rebuilt
        assert trip.places() == [
            ("PLACE", "Port (Ostra)"),
            ("WHO", "Isa's brother"),
            ("WHO", "Bram"),
        ]


def test_a_text_that_is_another_is_not_used(tmp_path: Path) -> None:
    file, text = tmp_path / "port.conll", tmp_path / "port.txt"
    file.write_text(tagged_as("B-PLACE", "I-PLACE", "O", "O", "B-WHO", "O", "O"))
    text.write_text("Port of Ostra closed. Isa and Bram waited.")
    (trip,) = read("conll", file, text=str(text))
    assert trip.document.rebuilt
    assert trip.loss.changed["texts", "put together from tokens"] == 1


def test_lines_that_are_no_rows_are_named(tmp_path: Path) -> None:
    file = tmp_path / "port.conll"
    file.write_text("Port\tB-PLACE\nOstra\nclosed\tO\tO\n\tO\n.\tO\n")
    (trip,) = read("conll", file)
    assert trip.article.text == "Port ."
    assert [finding.line for finding in trip.loss.findings] == [2, 3, 4]


@pytest.mark.parametrize("content", ["", "\n\n", "word\nword\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.conll"
    file.write_text(content)
    with pytest.raises(AnnotatorError, match="a table has a token and its tags a line"):
        read("conll", file)


def test_what_looks_like_a_table(tmp_path: Path) -> None:
    knows = registry.get("conll").knows
    assert knows is not None
    assert knows(Path("x"), tagged_as("O", "B-X", "O", "O", "O", "O", "O").encode())
    assert knows(Path("x"), b"-DOCSTART- -X- O\n")
    assert not knows(Path("x"), b"He said O\nand then B-list\nstars O came\n")
    assert not knows(Path("x"), b'{"text": "x"}\n')


# -- tags ------------------------------------------------------------------------------------------


@st.composite
def rows_of_runs(draw: st.DrawFn) -> list[Run]:
    found, at = [], 0
    for gap, size in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), max_size=6)):
        label = draw(st.sampled_from(["A", "B-2", "I"]))
        found.append(Run(label, at + gap, at + gap + size))
        at += gap + size
    return found


@pytest.mark.parametrize("style", STYLES)
@given(found=rows_of_runs())
def test_tags_give_their_spans_back(style: str, found: list[Run]) -> None:
    length = found[-1].end + 1 if found else 1
    usage = Usage()
    assert list(runs(tagged(length, found, style), frozenset(), usage)) == found  # type: ignore[arg-type]
    assert not usage.irregular or style == "iob1"


# -- out -------------------------------------------------------------------------------------------

DENIED = work_on(
    "Osk accused Karl of denying the leak that Tide FM reported",
    ("SPEAKER", "Osk"),
    ("CUE", "accused"),
    ("CLAIM", "Karl of denying the leak that Tide FM reported"),
    ("SPEAKER", "Karl"),
    ("CUE", "denying"),
    ("CLAIM", "the leak that Tide FM reported"),
    ("SPEAKER", "Tide FM"),
    ("STANCE", "accused Karl of denying"),
    ("TARGET", "Karl of"),
)


def columns(path: Path) -> dict[str, list[str]]:
    lines = path.read_text("utf-8").split("\n")
    head = next(line for line in lines if line.startswith("# columns = "))
    names = [name.strip('"') for name in head.removeprefix("# columns = ").strip("[]").split(",")]
    rows = [line.split("\t") for line in lines if "\t" in line and not line.startswith("-DOC")]
    return {name: [row[index] for row in rows] for index, name in enumerate(names)}


def test_overlapping_spans_of_a_label_get_columns_of_their_own(tmp_path: Path) -> None:
    loss = write("conll", tmp_path / "x.conll", [DENIED])
    assert not loss.anything_left_out
    found = columns(tmp_path / "x.conll")
    used = [name for name, cells in found.items() if set(cells) != {"O"} and "/" in name]
    assert used == ["SPEAKER/1", "CUE/1", "CLAIM/1", "STANCE/1", "TARGET/1", "CLAIM/2"]
    assert found["CLAIM/2"][4:7] == ["O", "B-CLAIM", "I-CLAIM"]
    (trip,) = read("conll", tmp_path / "x.conll")
    assert Counter(trip.places()) == Counter(
        (span.label, span.surface(DENIED.article.text)) for span in DENIED.sets[0].spans.values()
    )


def test_one_column_holds_the_longest_and_says_what_it_lost(tmp_path: Path) -> None:
    loss = write("conll", tmp_path / "x.conll", [DENIED], columns="one")
    assert sum(loss.left_out.values()) == 6
    assert sum(loss.carried.values()) == 3
    (trip,) = read("conll", tmp_path / "x.conll")
    assert [label for label, _ in trip.places()] == ["SPEAKER", "CUE", "CLAIM"]


def test_levels_may_be_limited(tmp_path: Path) -> None:
    loss = write("conll", tmp_path / "x.conll", [DENIED], levels="1")
    why = "overlap more spans of their label than levels allow"
    assert loss.left_out == {("CLAIM spans", why): 1}
    with pytest.raises(AnnotatorError, match="no number of columns"):
        write("conll", tmp_path / "y.conll", [DENIED], levels="few")


def test_spans_inside_tokens_are_widened_and_counted(tmp_path: Path) -> None:
    export = work_on(
        "Seaports and Hafenrat un-paid.",
        ("TARGET", "ports"),
        ("TARGET", "Hafen"),
        ("SPEAKER", "rat"),
        ("CUE", "paid"),
    )
    loss = write("conll", tmp_path / "x.conll", [export])
    assert sum(loss.changed.values()) == 4
    (trip,) = read("conll", tmp_path / "x.conll")
    assert trip.places() == [
        ("TARGET", "Seaports"),
        ("SPEAKER", "Hafenrat"),
        ("TARGET", "Hafenrat"),
        ("CUE", "un-paid"),
    ]
    one = write("conll", tmp_path / "one.conll", [export], columns="one")
    assert one.left_out == {("SPEAKER spans", "share a token with a longer span"): 1}
    write("conll", tmp_path / "exact.conll", [export], offsets="yes")
    (trip,) = read("conll", tmp_path / "exact.conll", export.article.text)
    assert trip.document.text is None
    assert trip.document.text_hash == export.article.text_hash
    assert [surface for _, surface in trip.places()] == ["ports", "Hafen", "rat", "paid"]


def test_pieces_are_a_stretch_or_spans_and_counted_either_way(tmp_path: Path) -> None:
    export = work_on("“Yes,” he said, “soon.”", ("CLAIM", "“Yes,”"))
    work = export.sets[0]
    work.spans["s1"] = Span("s1", "CLAIM", ((0, 6), (16, 23)), origin="imported")
    loss = write("conll", tmp_path / "hull.conll", [export])
    assert loss.changed == {("CLAIM spans", "pieces joined to one stretch"): 1}
    loss = write("conll", tmp_path / "pieces.conll", [export], fragments="pieces")
    assert loss.changed == {("CLAIM spans", "written as one span a piece"): 1}
    assert loss.carried["CLAIM spans"] == 2
    (trip,) = read("conll", tmp_path / "pieces.conll")
    assert trip.places() == [("CLAIM", "“ Yes , ”"), ("CLAIM", "“ soon . ”")]


def test_sentences_styles_and_comments(tmp_path: Path) -> None:
    export = work_on("Isa waits. She said: “No.”", ("SPEAKER", "Isa"), ("CLAIM", "“No.”"))
    write("conll", tmp_path / "x.conll", [export], tags="bilou", comments="no", columns="one")
    assert (tmp_path / "x.conll").read_text() == (
        "-DOCSTART-\tO\n\nIsa\tU-SPEAKER\nwaits\tO\n.\tO\n\nShe\tO\nsaid\tO\n:\tO\n"
        "“\tB-CLAIM\nNo\tI-CLAIM\n.\tI-CLAIM\n”\tL-CLAIM\n\n"
    )
    write("conll", tmp_path / "y.conll", [export], tokens="blanks", columns="one")
    assert "“No.”\tB-CLAIM\n" in (tmp_path / "y.conll").read_text()


def test_who_said_it_is_kept(tmp_path: Path) -> None:
    export = work_on("Isa waits.", ("SPEAKER", "Isa"), id="a\n1")
    other = replace(export.sets[0], annotator="bo", spans={})
    write("conll", tmp_path / "x.conll", [Export(export.article, (export.sets[0], other))])
    trips = read("conll", tmp_path / "x.conll")
    assert [(x.document.id, x.foreign.annotator) for x in trips] == [
        ("a\n1", "ada"),
        ("a\n1", "bo"),
    ]
    assert [trip.places() for trip in trips] == [[("SPEAKER", "Isa")], []]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(written=exports())
def test_with_offsets_nothing_is_lost_but_what_the_capability_says(written: list[Export]) -> None:
    form = registry.get("conll")
    expected = Loss()
    kept = []
    for export in written:
        for work in export.sets:
            spans = reduced(work, form.capability, expected).spans.values()
            kept.append((work.annotator, Counter((x.label, x.fragments) for x in spans)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.conll")
        told = write("conll", path, written, offsets="yes")
        texts = {export.article.text_hash: export.article.text for export in written}
        back = []
        for trip in read("conll", path, "x" * 10_000):
            assert trip.document.text_hash in texts
            spans = trip.foreign.spans
            found = Counter((span.label, tuple(span.fragments)) for span in spans)
            back.append((trip.foreign.annotator, found))
    lost = sum(n for (_, why), n in told.left_out.items() if why == "cover no token")
    assert sum((b - a).total() for (_, a), (_, b) in zip(back, kept, strict=True)) == lost
    assert not any((a - b).total() for (_, a), (_, b) in zip(back, kept, strict=True))
    assert [name for name, _ in back] == [name for name, _ in kept]
    assert told.left_out.total() - lost == expected.left_out.total()
