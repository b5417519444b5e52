"""spaCy reads what we write, what spaCy writes is read, and whatever tokens cannot hold is told."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from spacy.tokens import Doc, DocBin, Span, SpanGroup

from annotator.formats import registry
from annotator.formats.capability import reduced
from annotator.formats.loss import Loss
from annotator.model.annotation import AnnotationSet
from annotator.model.annotation import Span as Annotation
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.strategies import SCHEME, exports
from tests.formats.test_round_trips import text_and_state
from tests.formats.trips import work_on

FORM = registry.get("spacy")
PORT = (
    "The harbour's anti-toll vote cost $3.7m, wrote Quill Ltd. on Sunday;"
    " the seaports boss and Seeminister re-counted."
)
CUT = (
    ("SPEAKER", "harbour"),
    ("TARGET", "toll"),
    ("CLAIM", "$3.7"),
    ("SPEAKER", "Quill Ltd"),
    ("TARGET", "ports"),
    ("TARGET", "See"),
    ("SPEAKER", "minister"),
    ("CLAIM", "counted"),
    ("CUE", "wrot"),
)
NEST = "Ostrava blamed Kerin for hiding the memo that Lake News had printed"
NESTED = (
    ("SPEAKER", "Ostrava"),
    ("CUE", "blamed"),
    ("CLAIM", NEST[15:]),
    ("SPEAKER", "Kerin"),
    ("CUE", "hiding"),
    ("CLAIM", "the memo that Lake News had printed"),
    ("SPEAKER", "Lake News"),
    ("STANCE", "blamed Kerin for hiding"),
    ("TARGET", "Kerin for"),
)


def docs(path: Path, language: str = "en") -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank(language).vocab))


def in_pieces(text: str, *pieces: str, label: str = "CLAIM") -> AnnotationSet:
    starts = [text.index(piece) for piece in pieces]
    fragments = tuple((a, a + len(piece)) for a, piece in zip(starts, pieces, strict=True))
    span = Annotation("s1", label, fragments)
    return AnnotationSet("a1", hash_text(text), "ada", SCHEME.id, {"s1": span})


# -- tokens ----------------------------------------------------------------------------------------


def test_spans_that_cut_a_token_are_widened_named_and_kept_exactly(tmp_path: Path) -> None:
    export = work_on(PORT, *CUT)
    loss = trips.write("spacy", tmp_path / "x.spacy", [export], lang="en")
    [doc] = docs(tmp_path / "x.spacy")
    group = doc.spans["sc"]
    assert len(group) == 9
    widened = {span.text for span in group} - {text for _, text in CUT}
    assert widened == {"Quill Ltd.", "seaports", "Seeminister", "wrote"}
    how = "widened to whole tokens in the span groups"
    assert {s: n for (s, h), n in loss.changed.items() if h == how} == {
        "SPEAKER spans": 2,
        "TARGET spans": 2,
        "CUE spans": 1,
    }
    assert any("'Quill Ltd.'" in finding.message for finding in loss.findings)
    [trip] = trips.read("spacy", tmp_path / "x.spacy")
    assert Counter(trip.places()) == Counter(CUT)


def test_two_spans_of_a_label_on_the_same_token_are_one_in_spacy_and_two_for_us(
    tmp_path: Path,
) -> None:
    export = work_on("Die Seeminister tagt.", ("TARGET", "See"), ("TARGET", "minister"))
    loss = trips.write("spacy", tmp_path / "x.spacy", [export], lang="de")
    [doc] = docs(tmp_path / "x.spacy")
    assert [span.text for span in doc.spans["sc"]] == ["Seeminister"]
    assert loss.changed["TARGET spans", "one with another on the same tokens, in the span groups"]
    assert any("s2" in finding.message for finding in loss.findings)
    [trip] = trips.read("spacy", tmp_path / "x.spacy")
    assert trip.places() == [("TARGET", "See"), ("TARGET", "minister")]


@pytest.mark.parametrize(("align", "kept"), [("strict", 4), ("contract", 5)])
def test_what_alignment_loses_is_left_out_by_label(tmp_path: Path, align: str, kept: int) -> None:
    loss = trips.write("spacy", tmp_path / "x.spacy", [work_on(PORT, *CUT)], lang="en", align=align)
    [doc] = docs(tmp_path / "x.spacy")
    assert len(doc.spans["sc"]) == kept
    assert sum(loss.left_out.values()) == 9 - kept
    assert loss.anything_left_out
    assert sum(n for (what, _), n in loss.left_out.items() if what.startswith("TARGET")) == 2


def test_white_space_at_the_edges_of_a_foreign_span_is_trimmed_when_read(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    doc = nlp("The guild replied “not yet” \n\u00a0 at noon.")
    doc.spans["sc"] = [Span(doc, 3, 8, "CLAIM"), Span(doc, 7, 8, "TARGET")]
    assert doc.spans["sc"][0].text.endswith("\u00a0 ")
    DocBin(docs=[doc]).to_disk(tmp_path / "x.spacy")
    [trip] = trips.read("spacy", tmp_path / "x.spacy")
    assert trip.places() == [("CLAIM", "“not yet”")]
    assert trip.loss.changed["CLAIM spans", "white space at the edges trimmed"] == 1
    assert trip.loss.left_out["TARGET spans", "cover white space only"] == 1


# -- groups and entities ---------------------------------------------------------------------------


def test_nested_and_crossing_spans_all_stand_in_groups(tmp_path: Path) -> None:
    trips.write("spacy", tmp_path / "x.spacy", [work_on(NEST, *NESTED)], lang="en")
    [doc] = docs(tmp_path / "x.spacy")
    assert Counter((s.label_, s.text) for s in doc.spans["sc"]) == Counter(NESTED)
    assert not doc.ents
    assert {name: len(group) for name, group in doc.spans.items()} == {
        "sc": 9, "CLAIM": 2, "CUE": 2, "SPEAKER": 3, "STANCE": 1, "TARGET": 1,
    }  # fmt: skip
    assert {span.id_ for span in doc.spans["SPEAKER"]} == {"s1", "s4", "s7"}


def test_doc_ents_hold_the_longest_spans_and_the_rest_is_told(tmp_path: Path) -> None:
    nested = [work_on(NEST, *NESTED)]
    loss = trips.write("spacy", tmp_path / "x.spacy", nested, lang="en", ents="yes")
    [doc] = docs(tmp_path / "x.spacy")
    assert [span.text for span in doc.ents] == ["Ostrava", "blamed", NEST[15:]]
    assert {k: n for k, n in loss.carried.items() if k.endswith("doc.ents")} == {
        "CLAIM spans in doc.ents": 1,
        "CUE spans in doc.ents": 1,
        "SPEAKER spans in doc.ents": 1,
    }
    assert {k: n for (k, how), n in loss.changed.items() if "doc.ents" in how} == {
        "CLAIM spans": 1, "CUE spans": 1, "SPEAKER spans": 2, "STANCE spans": 1, "TARGET spans": 1,
    }  # fmt: skip
    assert len(doc.spans["sc"]) == 9


def test_pieces_are_a_hull_or_spans_of_their_own_and_come_back_as_pieces(tmp_path: Path) -> None:
    text = "“We stay,” said Orla, “if paid.”"
    work = in_pieces(text, "“We stay,”", "“if paid.”")
    export = [trips.Export(Article("a1", text, work.text_hash), (work,))]
    for how, expected in (("hull", [text]), ("pieces", ["“We stay,”", "“if paid.”"])):
        path = tmp_path / f"{how}.spacy"
        loss = trips.write("spacy", path, export, lang="en", pieces=how)
        [doc] = docs(path)
        assert [span.text for span in doc.spans["sc"]] == expected
        assert sum(loss.changed.values()) == 1
        [trip] = trips.read("spacy", path)
        assert trip.work.spans["s1"].fragments == work.spans["s1"].fragments


def test_the_group_of_all_spans_can_have_any_name(tmp_path: Path) -> None:
    trips.write("spacy", tmp_path / "x.spacy", [work_on(NEST, *NESTED)], key="CLAIM")
    [doc] = docs(tmp_path / "x.spacy")
    assert len(doc.spans["CLAIM"]) == 9
    assert "sc" not in doc.spans


# -- texts, languages, files -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "en", "de", "nb-NO", "zh", "quenya", "vi"])
def test_texts_come_back_to_the_letter_in_any_language(tmp_path: Path, language: str) -> None:
    text = " \t Hei 👨‍👩‍👧!\u00a0 e\u0301 –\u2028\n\n“ja”  قال 漢字 \n"
    export = work_on(text, ("CLAIM", "“ja”"))
    article = Article("a1", text, hash_text(text), language=language)
    path = tmp_path / "x.spacy"
    loss = trips.write("spacy", path, [trips.Export(article, export.sets)])
    [doc] = docs(path)
    assert doc.text == text
    [trip] = trips.read("spacy", path)
    assert trip.places() == [("CLAIM", "“ja”")]
    assert trip.document.facts.language == language
    assert bool(loss.changed["languages", "tokenised as xx"]) == (language in ("quenya", "vi"))


def test_a_language_the_user_names_must_exist(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"cannot tokenise language 'quenya'.*--set lang=xx"):
        trips.write("spacy", tmp_path / "x.spacy", [work_on("Ja.")], lang="quenya")
    assert not list(tmp_path.iterdir())


def test_a_folder_has_a_file_for_each_split_and_a_configuration(tmp_path: Path) -> None:
    train = work_on(NEST, *NESTED, id="a")
    dev = work_on(PORT, *CUT, id="b")
    split = [trips.Export(train.article, train.sets, "train"),
             trips.Export(dev.article, dev.sets, "dev")]  # fmt: skip
    trips.write("spacy", tmp_path / "out", split, lang="en")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "config.cfg", "dev.spacy", "train.spacy",
    ]  # fmt: skip
    assert [doc.text for doc in docs(tmp_path / "out" / "dev.spacy")] == [PORT]
    assert {trip.document.id for trip in trips.read("spacy", tmp_path / "out")} == {"a", "b"}


def test_many_articles_make_a_folder_of_files_that_spacy_reads_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.formats.docbin._SHARD", 2)
    some = [work_on(f"No {number}.", ("CUE", "No"), id=f"a{number}") for number in range(5)]
    trips.write("spacy", tmp_path / "out", some, lang="en")
    shards = tmp_path / "out" / "train"
    assert len(list(shards.iterdir())) == 3
    reader = spacy.training.Corpus(shards)
    assert len(list(reader(spacy.blank("en")))) == 5
    assert len(trips.read("spacy", tmp_path / "out")) == 5


def test_equal_work_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        trips.write("spacy", tmp_path / name, [work_on(NEST, *NESTED), work_on(PORT, *CUT)])
    for file in ("train.spacy", "config.cfg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("damage", [b"", b"no spacy file", b"x\x9c\x03\x00"])
def test_what_is_no_docbin_is_refused_in_a_sentence(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "x.spacy").write_bytes(damage)
    with pytest.raises(AnnotatorError, match=r"x\.spacy is no DocBin"):
        trips.read("spacy", tmp_path / "x.spacy")


# -- foreign files ---------------------------------------------------------------------------------


def test_groups_and_ents_of_others_are_read_once_each(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    doc = nlp("🎻 Ines Tal of Quill Ltd. sang.")
    person, firm = doc.char_span(2, 10, "PERSON"), doc.char_span(14, 24, "ORG", kb_id="Q7")
    doc.spans["sc"] = [person, firm]
    doc.spans["people"] = [person]
    doc.spans["other"] = SpanGroup(doc, spans=[Span(doc, 0, 1)])
    doc.ents = [person, doc.char_span(25, 29, "VERB")]
    doc.cats = {"music": 1.0}
    DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "x.spacy")
    [trip] = trips.read("spacy", tmp_path / "x.spacy")
    assert trip.places() == [
        ("other", "🎻"), ("PERSON", "Ines Tal"), ("ORG", "Quill Ltd."), ("VERB", "sang"),
    ]  # fmt: skip
    assert trip.work.in_order()[2].attributes == {"kb_id": "Q7"}
    assert trip.loss.left_out["document categories", "the project has no place"] == 1


def test_notes_of_others_under_our_key_do_no_harm(tmp_path: Path) -> None:
    doc = spacy.blank("en")("Tarn left.")
    doc.spans["sc"] = [Span(doc, 0, 1, "SPEAKER")]
    for kept in (5, "{", "[]", '{"spans": 3}'):
        doc.user_data["annotator"] = kept
        DocBin(docs=[doc], store_user_data=True).to_disk(tmp_path / "x.spacy")
        [trip] = trips.read("spacy", tmp_path / "x.spacy")
        assert trip.places() == [("SPEAKER", "Tarn")]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=exports())
def test_everything_comes_back(written: list[trips.Export]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = trips.write("spacy", Path(folder, "out"), written)
        back = trips.read("spacy", Path(folder, "out"))
    expected = Loss()
    can = FORM.capability
    kept = [
        text_and_state(one.article.text, reduced(work, can, expected), can, True)
        for one in written
        for work in one.sets
    ]
    assert Counter(kept) == Counter(
        text_and_state(trip.article.text, trip.work, can, True) for trip in back
    )
    assert not told.left_out
    assert {k: n for k, n in told.carried.items() if k in expected.carried} == expected.carried


def test_a_missing_library_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(AnnotatorError, match=r'pip install "annotator\[spacy\]"'):
        trips.write("spacy", tmp_path / "out", [work_on(NEST, *NESTED)])
