"""XMI: cassis reads ours, INCEpTION's and damaged files are read, nothing raw is shown."""

import io
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from cassis import load_cas_from_xmi, load_typesystem

from annotator.formats import registry
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.cas import TEXT, inception, ours

HEAD = """<?xml version="{version}" encoding="UTF-8"?>
<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"
 xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">
"""
TYPES = """<?xml version="1.0"?>
<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>
<typeDescription><name>webanno.custom.Mark</name><description/>
<supertypeName>uima.tcas.Annotation</supertypeName><features>
<featureDescription><name>type</name><description/><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>
<featureDescription><name>next</name><description/><rangeTypeName>webanno.custom.Mark</rangeTypeName></featureDescription>
<featureDescription><name>votes</name><description/><rangeTypeName>uima.cas.IntegerArray</rangeTypeName></featureDescription>
</features></typeDescription></types></typeSystemDescription>
"""


@pytest.fixture(autouse=True)
def _no_raw_warnings() -> None:
    warnings.simplefilter("error")


def xmi(text: str, *marks: str, version: str = "1.0") -> str:
    """`text` and `marks` are XML already; marks have ids from 10."""
    ids = " ".join(str(number) for number in range(10, 10 + len(marks)))
    spans = "\n".join(
        f'<custom:Mark xmi:id="{number}" sofa="1" {mark}/>' for number, mark in enumerate(marks, 10)
    )
    sofa = f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" sofaString="{text}"/>'
    view = f'<cas:View sofa="1" members="{ids}"/>'
    return f"{HEAD.format(version=version)}{spans}\n{sofa}\n{view}\n</xmi:XMI>"


def read(tmp_path: Path, content: str | bytes, types: str = TYPES, **said: str) -> trips.Trip:
    data = content.encode("utf-8") if isinstance(content, str) else content
    (tmp_path / "x.xmi").write_bytes(data)
    if types:
        (tmp_path / "TypeSystem.xml").write_text(types, encoding="utf-8")
    [trip] = trips.read("xmi", tmp_path / "x.xmi", **said)
    return trip


# -- ours ------------------------------------------------------------------------------------------


def test_cassis_reads_what_we_write(tmp_path: Path) -> None:
    trips.write("xmi", tmp_path / "out", [ours()])
    types = load_typesystem(tmp_path / "out" / "TypeSystem.xml")
    loaded = load_cas_from_xmi(tmp_path / "out" / "ada" / "quay.xmi", types)
    assert loaded.sofa_string == TEXT
    claims = loaded.select("webanno.custom.CLAIM")
    assert {claim.get_covered_text() for claim in claims} == {"the quay, “at last”, would close"}
    [pieces] = [claim for claim in claims if claim.spanId == "s2"]
    assert {(link.role, link.target.get_covered_text()) for link in pieces.links.elements} == {
        ("holder", "Ines Tal"),
        ("cue", "said"),
    }
    assert pieces.gloss == "It\tcloses\n"
    [metadata] = loaded.select("de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData")
    assert (metadata.documentId, metadata.documentTitle) == ("quay", "Quay")


def test_what_cassis_writes_of_ours_comes_back_whole(tmp_path: Path) -> None:
    trips.write("xmi", tmp_path / "out", [ours()])
    types = load_typesystem(tmp_path / "out" / "TypeSystem.xml")
    loaded = load_cas_from_xmi(tmp_path / "out" / "ada" / "quay.xmi", types)
    loaded.to_xmi(tmp_path / "again.xmi")
    types.to_xml(tmp_path / "again-typesystem.xml")
    [trip] = trips.read("xmi", tmp_path / "again.xmi")
    [work] = ours().sets
    assert (trip.work.spans, trip.work.links) == (work.spans, work.links)
    assert (trip.work.entities, trip.work.fields) == (work.entities, work.fields)


def test_control_characters_stand_as_a_replacement_and_come_back(tmp_path: Path) -> None:
    text = "🎻 A \x1b[31mred\x1b[0m \x01word\uffff here."
    loss = trips.write("xmi", tmp_path / "out", [trips.work_on(text, ("CLAIM", "word\uffff here"))])
    assert sum(loss.changed.values()) == 1
    assert "4 control characters" in str(loss.findings[0])
    types = load_typesystem(tmp_path / "out" / "TypeSystem.xml")
    loaded = load_cas_from_xmi(tmp_path / "out" / "ada" / "a1.xmi", types)
    assert loaded.sofa_string == "🎻 A \ufffd[31mred\ufffd[0m \ufffdword\ufffd here."
    [trip] = trips.read("xmi", tmp_path / "out")
    assert trip.document.text == text
    assert trip.places() == [("CLAIM", "word\uffff here")]


def test_equal_work_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        trips.write("xmi", tmp_path / name, [ours()])
    for file in ("TypeSystem.xml", "ada/quay.xmi"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


# -- of others -------------------------------------------------------------------------------------


def test_layers_of_inception_become_labels_attributes_and_links(tmp_path: Path) -> None:
    made = inception()
    made.to_xmi(tmp_path / "x.xmi")
    made.typesystem.to_xml(tmp_path / "TypeSystem.xml")
    [trip] = trips.read("xmi", tmp_path / "x.xmi")
    assert trip.places() == [("PER", "Ines Tal"), ("Statement", "the quay"), ("PER", "Bo")]
    assert trip.work.in_order()[1].attributes == {
        "certain": True, "score": "3", "tags": ("a b", "c"),
    }  # fmt: skip
    assert trip.links() == [
        ("denied by", "the quay", "Bo"),
        ("speaker", "the quay", "Ines Tal"),
    ]
    assert trip.loss.aside["Token annotations", "a layer of the text without labels"] == 2
    assert not trip.loss.left_out


def test_an_exported_project_says_document_and_annotator(tmp_path: Path) -> None:
    made = inception()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        inner.writestr("ria.xmi", made.to_xmi())
        inner.writestr("TypeSystem.xml", made.typesystem.to_xml())
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.writestr("annotation/quay.txt/ria.zip", buffer.getvalue())
        archive.writestr("annotation/quay.txt/INITIAL_CAS.zip", _renamed(made, "INITIAL_CAS.xmi"))
        archive.writestr("source/other.xmi", "<no/>")
    [trip] = trips.read("xmi", tmp_path / "project.zip")
    assert (trip.document.id, trip.foreign.annotator) == ("quay.txt", "ria")
    assert len(trip.places()) == 3
    assert sum(trip.loss.aside.values()) == 3


def _renamed(made: object, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        inner.writestr(name, made.to_xmi())  # type: ignore[attr-defined]
    return buffer.getvalue()


def test_the_type_system_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match=r"x\.xmi.*put TypeSystem\.xml beside it, or say"):
        read(tmp_path, xmi("So."), types="")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "t.xml").write_text(TYPES, encoding="utf-8")
    (tmp_path / "x.xmi").write_text(xmi("So.", 'begin="0" end="2"'), encoding="utf-8")
    [found] = trips.read("xmi", tmp_path / "x.xmi", types=str(tmp_path / "elsewhere" / "t.xml"))
    assert found.places() == [("Mark", "So")]


def test_a_broken_type_system_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="its type system is not well-formed XML"):
        read(tmp_path, xmi("So."), types=TYPES.replace("</types>", ""))


def test_type_systems_may_be_spread_over_files(tmp_path: Path) -> None:
    base = TYPES.replace("webanno.custom.Mark", "webanno.custom.Base").replace(">next<", ">last<")
    (tmp_path / "base.xml").write_text(base, encoding="utf-8")
    own = TYPES.replace("uima.tcas.Annotation", "webanno.custom.Base")
    content = xmi("So it is.", 'begin="0" end="2" last="11"', 'begin="3" end="5"')
    trip = read(tmp_path, content, types=own)
    assert trip.links() == [("last", "So", "it")]


def test_places_that_are_none_are_refused_with_their_lines(tmp_path: Path) -> None:
    content = xmi(
        "🎻 Aid will come.",
        'begin="3" end="6"',
        'begin="4" end="4"',
        'begin="6" end="3"',
        'begin="3" end="400"',
        'begin="1" end="6"',
        'begin="x" end="6"',
        'begin="3"',
    )
    trip = read(tmp_path, content)
    assert trip.places() == [("Mark", "Aid")]
    assert sum(trip.loss.left_out.values()) == 6
    assert trip.loss.left_out["Mark spans", "are empty"] == 1
    assert {finding.line for finding in trip.loss.findings} >= {5, 6, 7, 8}


def test_broken_references_and_unknown_types_cost_only_themselves(tmp_path: Path) -> None:
    content = xmi(
        "So it is.",
        'begin="0" end="2" next="11" type="a" votes="12"',
        'begin="3" end="5" next="77"',
        'begin="6" end="8" next="so"',
    ).replace("<cas:Sofa", '<custom:Ghost xmi:id="40"/><custom:Mark/><cas:Sofa')
    trip = read(tmp_path, content)
    assert trip.places() == [("Mark", "So"), ("Mark", "it"), ("Mark", "is")]
    assert trip.links() == [("next", "So", "it")]
    assert trip.work.in_order()[0].attributes == {"type": "a", "votes": ("12",)}
    assert dict(+trip.loss.left_out) == {
        ("feature structures", "are of no type that the type system has"): 1,
        ("feature structures", "have no id"): 1,
        ("next features", "lead to no span"): 1,
        ("references", "are no ids"): 1,
    }


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a&#x1;b So.", "a\x01b So."),
        ("a&#27;b So.", "a\x1bb So."),
        ("a\x02b So.", "a\x02b So."),
        ("&#65;&#55357;&#56832; So.", "A😀 So."),
        ("&#xD83D;&#xDE00;&#xD83D; So.", "😀\ufffd So."),
        ("a&#0;&#xFFFE; So.", "a\ufffd\ufffd So."),
        ("a&#10;&#9;&amp;b So.", "a\n\t&b So."),
    ],
)
def test_characters_that_xml_forbids_are_read_and_move_nothing(
    tmp_path: Path, written: str, text: str
) -> None:
    begin = len(text.encode("utf-16-le")) // 2 - 3
    mark = f'begin="{begin}" end="{begin + 2}"'
    for version in ("1.0", "1.1"):
        trip = read(tmp_path, xmi(written, mark, version=version))
        assert trip.document.text == text
        assert trip.places() == [("Mark", "So")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not well-formed XML"),
        ("<xmi", "is not well-formed XML"),
        ("<html/>", "is no XMI file"),
        (HEAD.format(version="1.0") + "</xmi:XMI>", "holds no text"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "declares a document type"),
    ],
)
def test_files_without_a_cas_are_refused_in_a_sentence(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(AnnotatorError, match=message):
        read(tmp_path, content)


def test_only_the_initial_view_is_read(tmp_path: Path) -> None:
    other = '<cas:Sofa xmi:id="2" sofaNum="2" sofaID="raw" sofaString="Not it."/>'
    foreign = '<custom:Mark xmi:id="30" sofa="2" begin="0" end="3"/>'
    view = '<cas:View sofa="2" members="30"/>'
    content = xmi("So it is.", 'begin="0" end="2"').replace(
        "<cas:Sofa", other + foreign + view + "<cas:Sofa", 1
    )
    trip = read(tmp_path, content)
    assert trip.places() == [("Mark", "So")]
    assert trip.loss.left_out["annotations", "are on another view"] == 1


def test_a_missing_library_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(AnnotatorError, match=r'pip install "annotator\[cas\]"'):
        trips.write("xmi", tmp_path / "out", [ours()])


def test_a_folder_of_them_is_known(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    assert registry.guess(tmp_path) is None
    (tmp_path / "ada" / "one.xmi").write_text("<xmi:XMI/>")
    assert registry.guess(tmp_path) == registry.get("xmi")
