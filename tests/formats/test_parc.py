"""Attribution relations: claims regrouped, relays unfolded, and the way back."""

from pathlib import Path

import orjson
import pytest

from annotator.formats.exchange import Export
from annotator.model.annotation import Entity, Span
from annotator.model.errors import AnnotatorError
from tests.formats.trips import Trip, linked, read, work_on, write

STORM = (
    "According to Bay News, Isa Ort said the dyke holds. “It is old,” she said on Monday."
    "\n\nFares have doubled."
)


def storm() -> Export:
    """A relay, a quotation of two claims with one cue, and a claim of the author's."""
    text = STORM
    export = work_on(
        text,
        ("CUE", "According to"),
        ("SPEAKER", "Bay News"),
        ("SPEAKER", "Isa Ort"),
        ("CUE", "said"),
        ("CLAIM", "the dyke holds"),
        ("CLAIM", "“It is"),
        ("CLAIM", "old,”"),
        ("SPEAKER", "she"),
        ("CLAIM", "Fares have doubled"),
        ("TARGET", "Monday"),
    )
    work = export.sets[0]
    start = text.index("she said") + 4
    work.spans["s11"] = Span("s11", "CUE", ((start, start + 4),), origin="imported")
    work.entities["e1"] = Entity("e1", "Isa Ort")
    return linked(
        export,
        *[("holder", "s5", "s3"), ("cue", "s5", "s4"), ("relay", "s5", "s2")],
        *[("relay_cue", "s5", "s1"), ("holder", "s6", "s8"), ("cue", "s6", "s11")],
        *[("holder", "s7", "s8"), ("cue", "s7", "s11"), ("ref", "s3", "e1"), ("ref", "s8", "e1")],
        ("holder", "s9", "AUTHOR"),
    )


def told(trip: Trip) -> list[tuple[str, str, str]]:
    """Every content with its sources and cues."""
    text, found = trip.article.text, []
    for span in trip.work.in_order():
        if span.label == "CLAIM":
            ends = [
                "+".join(
                    trip.work.spans[x.target].surface(text) if x.target_kind == "span" else x.target
                    for x in trip.work.links_from(span.id, type)
                )
                for type in ("holder", "cue")
            ]
            found.append((ends[0], ends[1], span.surface(text)))
    return found


RELATIONS = [
    ("Bay News", "According to", "Isa Ort said the dyke holds"),
    ("Isa Ort", "said", "the dyke holds"),
    ("she", "said", "“It is old,”"),
]


@pytest.mark.parametrize("shape", ["jsonl", "brat"])
def test_claims_become_relations_and_come_back_as_such(tmp_path: Path, shape: str) -> None:
    loss = write("parc", tmp_path / "out", [storm()], shape=shape)
    assert loss.carried["attributions"] == 3
    named = loss.left_out.pop(("names of sources", "the format has no place"), 0)
    assert named == (2 if shape == "brat" else 0)
    assert loss.left_out == {
        ("CLAIM spans", "are the author's own"): 1,
        ("holder links", "take no part in an attribution"): 1,
        ("entities", "the format has no place"): 1,
    }
    (trip,) = read("parc", tmp_path / "out")
    assert trip.article.text == STORM
    assert told(trip) == RELATIONS
    assert not trip.loss.anything_left_out


def test_the_lines(tmp_path: Path) -> None:
    write("parc", tmp_path / "out.jsonl", [storm()])
    record = orjson.loads((tmp_path / "out.jsonl").read_bytes())
    assert list(record)[:3] == ["article", "annotator", "text_sha256"]
    outer, inner, quoted = record["attributions"]
    assert inner["nested_in"] == outer["id"]
    assert "nested_in" not in outer
    assert inner["source"] == {"spans": [[23, 30]], "text": "Isa Ort", "names": ["Isa Ort"]}
    assert quoted["content"]["spans"] == [[52, 64]]


def test_what_polnear_sees(tmp_path: Path) -> None:
    write("parc", tmp_path / "out", [storm()], shape="brat")
    lines = (tmp_path / "out" / "ada" / "a1.ann").read_text("utf-8").splitlines()
    assert lines[:5] == [
        "T1\tContent 23 50\tIsa Ort said the dyke holds",
        "T2\tCue 0 12\tAccording to",
        "T3\tSource 13 21\tBay News",
        "T4\tAttribution 0 12\tAccording to",
        "E1\tAttribution:T4 Content:T1 Cue:T2 Source:T3",
    ]
    assert "[events]" in (tmp_path / "out" / "annotation.conf").read_text()


def test_a_free_claim_is_all_its_relay_says_and_own_words_are_taken_out(tmp_path: Path) -> None:
    text = "Isa said, per her office, the dyke holds. It would stand."
    export = work_on(
        text, ("SPEAKER", "Isa"), ("CUE", "said"), ("CUE", "per"), ("SPEAKER", "her office"),
        ("CLAIM", "the dyke holds"), ("CLAIM", "It would stand"),
    )  # fmt: skip
    export.sets[0].spans["s6"].attributes["form"] = "free"  # type: ignore[index]
    export = linked(
        export,
        *[("holder", "s5", "s1"), ("cue", "s5", "s2"), ("relay", "s5", "s4")],
        *[("relay_cue", "s5", "s3"), ("holder", "s6", "s1"), ("relay", "s6", "s4")],
    )
    write("parc", tmp_path / "out.jsonl", [export])
    relations = orjson.loads((tmp_path / "out.jsonl").read_bytes())["attributions"]
    assert [item["content"]["text"] for item in relations] == [
        "Isa said the dyke holds",
        "the dyke holds",
        "It would stand",
        "It would stand",
    ]


def test_sources_outside_the_text_are_entities(tmp_path: Path) -> None:
    lines = [
        {"article": "n1", "text": "It holds. It may not.", "content": {"spans": [[0, 8]]},
         "source": {"names": ["Isa Ort"]}, "cue": None},
        {"article": "n1", "text": "It holds. It may not.", "content": [[10, 20]]},
        {"article": "n2", "text": "No.", "quote": {"start": 0, "end": 2}, "source": "Bo"},
    ]  # fmt: skip
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    first, second = read("parc", file)
    assert first.links() == [
        ("holder", "It holds", "Isa Ort"),
        ("holder", "It may not", "IMPLICIT"),
    ]
    assert second.links() == [("holder", "No", "Bo")]


def test_lines_that_are_no_relations_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(
        '{"id": "n1", "text": "It holds.", "attributions": [{"content": {"spans": [[0, 8], "x"]}},'
        ' 7, {"source": {"spans": [[0, 2]]}}, {"content": {"spans": [[0, 99]], "text": "It"}}]}\n'
        '{"id": "n2"}\nnot json\n[1]\n'
    )
    (trip,) = read("parc", file)
    assert trip.places() == [("CLAIM", "It holds"), ("CLAIM", "It")]
    assert sum(trip.loss.left_out.values()) == 6


def test_polnear_files_with_loose_spans_and_shared_sources(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("Isa says yes and adds maybe\nnot today.\n")
    (tmp_path / "n.ann").write_text(
        "T1\tSource 0 3\tIsa\nT2\tCue 4 8\tsays\nT3\tContent 9 12\tyes\n"
        "T4\tAttribution 4 8\tsays\nT5\tCue 17 21\tadds\n"
        "T6\tContent 22 27;28 37\tmaybe not today\nT7\tAttribution 17 21\tadds\n"
        "T8\tSource 31 36\ttoday\n"
        "E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
        "E2\tAttribution:T7 Content:T6 Cue:T5 Source:T1\n"
        "#1\tAnnotatorNotes E2\tone or two?\n"
    )
    (trip,) = read("parc", tmp_path)
    assert told(trip) == [("Isa", "says", "yes"), ("Isa", "adds", "maybe\nnot today")]
    assert [span.label for span in trip.work.in_order()].count("SPEAKER") == 2
    assert trip.work.spans["T6"].note == "one or two?"
    assert trip.loss.aside["Attribution triggers", "repeat the cue"] == 2


XML = """<?xml version="1.0"?>
<root><SENTENCE gorn="0"><WORD text="Isa"><attribution id="n_set_0"><attributionRole
roleValue="source"/></attribution></WORD><S><WORD text="says"><attribution id="n_set_0">
<attributionRole roleValue="cue"/></attribution></WORD><WORD text="it"><attribution id="n_set_0">
<attributionRole roleValue="content"/></attribution></WORD><WORD text=","/><WORD text="too">
<attribution id="n_set_0"><attributionRole roleValue="content"/></attribution><attribution
id="n_Nested_set_1"><attributionRole roleValue="content"/></attribution></WORD></S></SENTENCE>
<SENTENCE gorn="1"><WORD text="Yes"/></SENTENCE></root>
"""


def test_the_xml_of_parc(tmp_path: Path) -> None:
    (tmp_path / "n.xml").write_text(XML)
    (tmp_path / "other.xml").write_text("<a/>")
    (tmp_path / "torn.xml").write_text(XML[:400])
    (trip,) = read("parc", tmp_path)
    assert trip.article.text == "Isa says it , too\nYes"
    assert trip.document.rebuilt
    assert told(trip) == [("Isa", "says", "it too"), ("IMPLICIT", "", "too")]
    assert trip.loss.left_out == {("documents", "cannot be read"): 1}
    with pytest.raises(AnnotatorError, match="is not XML"):
        read("parc", tmp_path / "torn.xml")
    with pytest.raises(AnnotatorError, match="holds no WORD"):
        read("parc", tmp_path / "other.xml")
