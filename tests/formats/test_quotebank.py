"""Quotations of Quotebank's two shapes, found in their article or put together."""

from pathlib import Path

import orjson

from tests.formats.trips import Trip, read

TEXT = (
    "TOLL ROW\n\n“We will not pay,” said Isa Ort on Monday. Karl Vey, the mayor, shrugged.\n"
    "“It is late,” she said. “It is late,” Vey agreed."
)


def article(**more: object) -> dict[str, object]:
    return {
        "articleID": "2031-02-03-000007",
        "articleLength": 40,
        "date": "2031-02-03 10:00:00",
        "phase": "E",
        "title": "Toll row",
        "url": "http://news.example/toll",
        "names": [
            {"name": "Isa Ort", "ids": "[Q7]", "offsets": "[[9, 11]]"},
            {"name": "Karl Vey", "ids": ["Q8", "Q9"], "offsets": [[14, 16]]},
        ],
        "quotations": [
            {
                "quoteID": "2031-02-03-000001",
                "quotation": "We will not pay ,",
                "quotationOffset": 3,
                "leftContext": "TOLL ROW",
                "rightContext": "said Isa Ort on Monday.",
                "localTopSpeaker": "Isa Ort",
                "localProbas": [["Isa Ort", "0.9"], ["None", "0.1"]],
            },
            {
                "quotation": "It is late,",
                "leftContext": "she said.",
                "rightContext": "Vey agreed.",
                "localTopSpeaker": "Karl Vey",
                "localProbas": [{"speaker": "Karl Vey", "proba": 0.6}],
            },
        ],
        **more,
    }


def one(folder: Path, *records: object, **said: str) -> Trip:
    file = folder / "quotebank.json"
    file.write_bytes(b"\n".join(map(orjson.dumps, records)))
    (trip,) = read("quotebank", file, **said)
    return trip


def check(trip: Trip) -> None:
    assert trip.places() == [
        ("CLAIM", "“We will not pay,”"),
        ("SPEAKER", "Isa Ort"),
        ("CLAIM", "“It is late,”"),
        ("SPEAKER", "Vey"),
    ]
    assert trip.links() == [
        ("holder", "“It is late,”", "Vey"),
        ("holder", "“We will not pay,”", "Isa Ort"),
        ("ref", "Isa Ort", "Isa Ort"),
        ("ref", "Vey", "Karl Vey"),
    ]
    assert trip.foreign.suggested
    assert not trip.loss.anything_left_out
    assert trip.loss.changed == {("CLAIM spans", "quotation marks taken in"): 2}


def test_quotations_are_found_in_the_text_by_words_and_contexts(tmp_path: Path) -> None:
    trip = one(tmp_path, article(content=TEXT))
    check(trip)
    first = trip.work.in_order()[0]
    assert first.note == "Isa Ort 0.9; None 0.1"
    assert first.attributes == {"form": "direct"}
    assert trip.fragments("CLAIM")[1][0][0] == TEXT.rindex("“It is")
    assert {x.name: x.kb for x in trip.work.entities.values()} == {"Isa Ort": "Q7", "Karl Vey": ""}
    assert trip.document.facts.headline == "Toll row"
    assert trip.document.id == "2031-02-03-000007"


def test_texts_may_lie_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "2031-02-03-000007.txt").write_text(TEXT, "utf-8")
    check(one(tmp_path, article(), text=str(tmp_path)))


def test_without_a_text_contexts_are_put_together(tmp_path: Path) -> None:
    trip = one(tmp_path, article())
    assert trip.document.rebuilt
    assert trip.article.text == (
        "TOLL ROW We will not pay , said Isa Ort on Monday.\n\nshe said. It is late, Vey agreed."
    )
    assert ("holder", "We will not pay ,", "Isa Ort") in trip.links()


def test_single_quotations(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        {
            "quoteID": "2031-02-03-000001", "quotation": "We will not pay", "speaker": "Isa Ort",
            "qids": ["Q7"], "probas": [["Isa Ort", "0.9"]], "urls": ["x"], "numOccurrences": 2,
        },
    )  # fmt: skip
    assert trip.places() == [("CLAIM", "We will not pay")]
    assert trip.links() == [("holder", "We will not pay", "Isa Ort")]
    assert trip.document.id == "2031-02-03-000001"


def test_what_cannot_be_placed_is_named(tmp_path: Path) -> None:
    quotations = [
        {"quotation": "It is late", "speaker": "None"},
        {"quotation": "We were never here", "speaker": "Isa Ort"},
        {"quotation": "?!", "speaker": 3},
        {"quotation": None},
        {"quotation": "not pay", "start": 20, "end": 27, "speaker": "None", "probas": [3, ["x"]]},
        {"quotation": "far", "start": 900, "end": 903},
        "words",
    ]
    trip = one(tmp_path, article(text=TEXT, quotations=quotations, names=[4]))
    assert trip.places() == [("CLAIM", "not pay")]
    assert sum(trip.loss.left_out.values()) == 7
    assert trip.loss.left_out["quotations", "do not stand in the text exactly once"] == 2
    assert not trip.work.links


def test_records_without_quotations_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(orjson.dumps({"speaker": "x"}) + b"\n" + orjson.dumps({"quotation": "a b"}))
    (trip,) = read("quotebank", file)
    assert trip.places() == [("CLAIM", "a b")]
    assert trip.loss.left_out == {("records", "hold no quotation"): 1}
