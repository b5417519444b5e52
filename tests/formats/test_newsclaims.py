"""NewsClaims rows, both ways."""

from pathlib import Path

import orjson
import pytest

from annotator.formats import registry
from annotator.formats.exchange import Source
from annotator.formats.loss import Loss
from annotator.model.errors import AnnotatorError
from tests.formats.dock import TEXT, TOPIC, dock
from tests.formats.strategies import SCHEME
from tests.formats.trips import read, write


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_a_row_a_claim_and_claimer(tmp_path: Path) -> None:
    loss = write("newsclaims", tmp_path / "out.jsonl", [dock()])
    rows = lines(tmp_path / "out.jsonl")
    first, denial, author, mine, hers = rows
    assert TEXT[first["claim_start"] : first["claim_end"]] == first["claim"]  # type: ignore[misc]
    assert (first["claimer"], first["claimer_mention"]) == ("Iva Tolm", "Mayor Iva Tolm")
    assert (first["stance"], first["topic"], first["topic_id"]) == (
        *("affirm", f"Topic {TOPIC}"),
        TOPIC,
    )
    assert str(first["sentence"]).startswith("Mayor Iva Tolm said")
    assert denial["stance"] == "refute"
    assert (author["claimer"], author["claimer_start"]) == ("journalist", None)
    assert mine["claim_id"] == hers["claim_id"] == "s6"
    assert [mine["claimer"], hers["claimer"]] == ["Rem Osk", "Iva Tolm"]
    assert loss.left_out["cue links", "the format has no place"] == 1
    assert loss.left_out["attributes", "the format has no place"] == 4
    assert loss.aside["STANCE spans", "not part of what this format tells"] == 2


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write("newsclaims", tmp_path / "out.jsonl", [dock(), dock("bo")])
    trips = read("newsclaims", tmp_path / "out.jsonl")
    assert [trip.work.annotator for trip in trips] == ["ada", "bo"]
    for trip in trips:
        own = dock().sets[0]
        claims = [span.fragments for span in own.in_order() if span.label == "CLAIM"]
        assert trip.fragments("CLAIM") == claims
        assert trip.fragments("SPEAKER") == [own.spans["s1"].fragments, own.spans["s4"].fragments]
        said = {(source, target) for type, source, target in trip.links() if type == "holder"}
        assert said == {
            ("that the old dock is “not safe 🚢”", "Mayor Iva Tolm"),
            ("denied it", "Pilot Rem Osk"),
            ("“bill, is ours”", "Pilot Rem Osk"),
            ("“bill, is ours”", "Mayor Iva Tolm"),
            ("=SUM(cranes)", "AUTHOR"),
        }
        assert trip.work.spans["s5"].attributes == {"polarity": "neg"}
        assert trip.work.spans["s3"].attributes == {"topic": TOPIC}
        assert {entity.name: entity.type for entity in trip.work.entities.values()} == {
            "Iva Tolm": "person",
            "Rem Osk": "person",
        }
        assert not trip.loss.left_out


def test_without_the_text_rows_name_the_article(tmp_path: Path) -> None:
    write("newsclaims", tmp_path / "out.jsonl", [dock()], text="no")
    (trip,) = read("newsclaims", tmp_path / "out.jsonl", TEXT)
    assert trip.document.text is None
    assert (trip.document.id, trip.document.text_hash) == ("dock", dock().article.text_hash)
    assert len(trip.fragments("CLAIM")) == 4


def test_bare_rows_are_looked_up_by_their_words(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    sentence = "The wardens say the weir leaks, and the weir is old."
    whole = {"claim": "the weir leaks", "claimer": "the wardens", "stance": "affirm"}
    rows = [
        {"sentence": sentence, **whole},
        {"sentence": sentence, "claim": "the weir", "claimer": None, "stance": "maybe"},
        {"sentence": sentence, "claim": "it floods", "claimer": ""},
        {"sentence": sentence},
        {"sentence": sentence, "claim": "is old", "claim_start": "no", "claim_end": 1e300},
    ]  # fmt: skip
    path.write_bytes(b"\n".join([*map(orjson.dumps, rows), b"{broken", b"[1]"]))
    (trip,) = read("newsclaims", path)
    assert trip.places() == [("CLAIM", "the weir leaks")]
    assert trip.links() == [("holder", "the weir leaks", "the wardens")]
    form = registry.get("newsclaims")
    assert form.knows is not None
    assert form.knows(path, path.read_bytes())


def test_what_cannot_be_used_is_counted_by_line(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    text = "Ida Quill says the locks hold. The locks hold, says Bram."
    rows = [
        {"text": text, "claim": "locks hold", "claimer": "Ida Quill"},
        {"text": text, "claim": 7},
        {"text": text, "claim": "the locks hold", "claim_start": 15, "claim_end": 29,
         "claimer": "Bram", "claimer_start": 52, "claimer_end": 56, "object": "locks"},
        {"text": text, "claim": "nowhere", "stance": "affirm"},
    ]  # fmt: skip
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    form = registry.get("newsclaims")
    assert form.read is not None
    loss = Loss()
    (document,) = form.read(Source(path, form.settle({}), SCHEME, loss))
    assert [span.label for span in document.sets[0].spans] == ["CLAIM", "SPEAKER"]
    assert loss.left_out == {
        ("claims", "have no place in the text"): 2,
        ("rows", "have no claim"): 1,
        ("objects", "have no place in the text"): 1,
    }
    assert [finding.line for finding in loss.findings] == [1, 2, 3, 4]


@pytest.mark.parametrize("broken", [b"", b"nothing\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "in.jsonl").write_bytes(broken)
    with pytest.raises(AnnotatorError, match=r"empty|not JSON"):
        read("newsclaims", tmp_path / "in.jsonl")
