"""WebAnno TSV 3 in and out: stacked and sub-token spans, relations, slots, chains, escapes."""

from pathlib import Path

import pytest

from annotator.formats.exchange import Export
from annotator.formats.webanno_cells import escaped, escaped_text, unescaped
from annotator.model.annotation import Link
from annotator.model.errors import AnnotatorError
from tests.formats.trips import Trip, read, work_on, write


def one(folder: Path, *lines: str, **said: str) -> Trip:
    file = folder / "quay.tsv"
    file.write_bytes("\n".join(lines).encode())
    (trip,) = read("webanno-tsv", file, **said)
    return trip


# -- in --------------------------------------------------------------------------------------------


def test_stacked_and_longer_annotations_are_told_apart_by_number(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=webanno.custom.Claim|act|value",
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue",
        "",
        "",
        "#Text=Isa Ort denies it.",
        "1-1\t0-3\tIsa\t*[1]|deny[2]\tSPEAKER[1]|CLAIM[2]\tNE\t",
        "1-2\t4-7\tOrt\t*[1]|deny[2]\tSPEAKER[1]|CLAIM[2]\tNE\t",
        "1-3\t8-14\tdenies\tdeny[2]|*[3]\tCLAIM[2]|*[3]\tV\t",
        "1-4\t15-17\tit\t_\t_\t_\t",
        "1-5\t17-18\t.\t_\t_\t_\t",
    )
    assert trip.article.text == "Isa Ort denies it."
    assert trip.places() == [
        ("CLAIM", "Isa Ort denies"),
        ("SPEAKER", "Isa Ort"),
        ("Claim", "denies"),
    ]
    assert trip.work.in_order()[0].attributes == {"act": "deny"}
    assert trip.loss.aside["POS layer", "is linguistic; see --set layers"] == 1
    assert not trip.loss.anything_left_out


def test_offsets_are_utf16_and_parts_of_tokens_have_rows(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.2",
        "#T_SP=webanno.custom.Named|value",
        "",
        "#Text=🎻🎻 Hafenrat",
        "1-1\t0-4\t🎻🎻\tMUSIC",
        "1-2\t5-13\tHafenrat\t_",
        "1-2.1\t5-10\tHafen\tPLACE",
        "1-2.2\t10-13\trat\tBODY",
    )
    assert trip.places() == [("MUSIC", "🎻🎻"), ("PLACE", "Hafen"), ("BODY", "rat")]
    assert trip.fragments("PLACE") == [((3, 8),)]


def test_relations_go_from_governor_to_dependent(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=webanno.custom.Span|label",
        "#T_RL=webanno.custom.Rel|type|BT_webanno.custom.Span",
        "",
        "#Text=Isa says no",
        "1-1\t0-3\tIsa\tSPEAKER[1]|TARGET[2]\tholder|x\t1-2[0_1]|1-9\t",
        "1-2\t4-8\tsays\tCUE\t*\t1-1[2_0]\t",
        "1-3\t9-11\tno\t_\t_\t_\t",
    )
    assert [(x.type, x.source, x.target) for x in trip.work.links.values()] == [
        ("holder", "Span-3", "Span-1"),
        ("Rel", "Span-2", "Span-3"),
    ]
    assert [finding.line for finding in trip.loss.findings] == [6]


def test_slots_and_chains(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=webanno.custom.Frame|act|ROLE_webanno.custom.Frame:Roles_webanno.custom.L|webanno.custom.Arg",
        "#T_SP=webanno.custom.Arg",
        "#T_CH=webanno.custom.Coref|referenceRelation|referenceType",
        "",
        "#Text=Isa told her aide",
        "1-1\t0-3\tIsa\t_\t_\t_\t*\tname->3-1\tnam\t",
        "1-2\t4-8\ttold\ttell\tby;to;to\t1-1;1-4;1-9\t_\t_\t_\t",
        "1-3\t9-12\ther\t_\t_\t_\t_\t*->3-2\tpro\t",
        "1-4\t13-17\taide\t_\t_\t_\t*\t_\t_\t",
    )
    assert trip.links() == [
        ("by", "told", "Isa"),
        ("ref", "Isa", "Isa"),
        ("ref", "her", "Isa"),
        ("to", "told", "aide"),
    ]
    (finding,) = trip.loss.findings
    assert (finding.line, finding.message) == (8, "slot 1-9 of Frame is not there")
    isa = next(span for span in trip.work.in_order() if span.label == "Coref")
    assert isa.attributes == {"referenceRelation": "name", "referenceType": "nam"}


def test_old_files_with_several_text_lines_and_gaps(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.2",
        "#T_SP=webanno.custom.Span|label",
        "",
        "#Text=Isa",
        "#Text=waits [a] bit.",
        "1-1\t0-3\tIsa\tSPEAKER",
        "1-2\t4-9\twaits\tCUE[1]",
        "1-3\t10-11\t\\[\tCUE[1]",
        "1-4\t11-12\ta\t_",
        "1-5\t17-18\t.\t_",
        "",
        "#Text=No.",
        "2-1\t20-22\tNo\tCLAIM",
    )
    assert trip.article.text == "Isa\nwaits [a] bit.\n\nNo."
    assert trip.document.rebuilt
    assert trip.places() == [("SPEAKER", "Isa"), ("CUE", "waits ["), ("CLAIM", "No")]


def test_folders_of_an_export_name_document_and_annotator(tmp_path: Path) -> None:
    for who in ("ada", "bo"):
        file = tmp_path / "annotation" / "quay.txt" / f"{who}.tsv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#FORMAT=WebAnno TSV 3.3\n\n#Text=Isa\n1-1\t0-3\tIsa\t\n")
    (tmp_path / "other.tsv").write_text("a\tb\n")
    trips = read("webanno-tsv", tmp_path)
    assert [(x.document.id, x.foreign.annotator) for x in trips] == [
        ("quay", "ada"),
        ("quay", "bo"),
    ]
    assert trips[0].loss.left_out == {("documents", "cannot be read"): 1}


def test_rows_that_make_no_sense_are_named(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "#FORMAT=WebAnno TSV 3.3",
        "#T_XX=what",
        "#T_SP=webanno.custom.Span|label",
        "#Text=Isa",
        "1-1\t0-3\tIsa\tSPEAKER",
        "one\t0-3\tIsa\tSPEAKER",
        "1-2\t0-x\tIsa\tSPEAKER",
        f"1-3\t0-{'9' * 40}\tIsa\tSPEAKER",
        "1-4",
        "",
        "#Text=Back",
        "2-1\t0-4\tBack\t_",
    )
    assert trip.article.text == "Isa"
    assert trip.places() == [("SPEAKER", "Isa")]
    assert [finding.line for finding in trip.loss.findings] == [2, 6, 7, 8, 9, 12]


def test_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="does not begin with #FORMAT=WebAnno TSV 3"):
        one(tmp_path, "#FORMAT=WebAnno TSV 2", "x")
    with pytest.raises(AnnotatorError, match=r"holds no \.tsv file"):
        read("webanno-tsv", tmp_path)


@pytest.mark.parametrize("value", ["a|b[3]", "_", "*", "x->y;z", "\\t\t\n\\", "\\u0041", "[1]"])
def test_escapes_come_back(value: str) -> None:
    assert unescaped(escaped(value)) == value
    assert unescaped(escaped_text(value)) == value


# -- out -------------------------------------------------------------------------------------------


def test_what_is_written(tmp_path: Path) -> None:
    export = work_on(
        "Isa 🎻 says no.\nBram’s aide waits.",
        ("SPEAKER", "Isa"),
        ("CLAIM", "no"),
        ("CUE", "says"),
        ("STANCE", "says no"),
        ("TARGET", "aid"),
    )
    work = export.sets[0]
    work.spans["s2"].attributes["form"] = "direct"  # type: ignore[index]
    work.links["l6"] = Link("l6", "holder", "s2", "s1")
    work.links["l7"] = Link("l7", "holder", "s4", "AUTHOR", "entity")
    loss = write("webanno-tsv", tmp_path / "out", [export])
    assert loss.left_out == {("holder links", "end at an entity"): 1}
    lines = (tmp_path / "out" / "annotation" / "a1" / "ada.tsv").read_text("utf-8").split("\n")
    assert lines[0] == "#FORMAT=WebAnno TSV 3.3"
    features = lines[1].split("|")
    assert features[:3] == ["#T_SP=webanno.custom.Span", "label", "neg"]
    assert lines[2] == "#T_RL=webanno.custom.Relation|type|BT_webanno.custom.Span"
    form = features.index("form") + 2
    rows = [line.split("\t") for line in lines[3:]]
    assert [row[:4] for row in rows if len(row) > 4] == [
        ["1-1", "0-3", "Isa", "SPEAKER"],
        ["1-2", "4-6", "🎻", "_"],
        ["1-3", "7-11", "says", "STANCE[1]|CUE[2]"],
        ["1-4", "12-14", "no", "STANCE[1]|CLAIM[3]"],
        ["1-5", "14-15", ".", "_"],
        ["2-1", "16-20", "Bram", "_"],
        ["2-2", "20-22", "’s", "_"],
        ["2-3", "23-27", "aide", "_"],
        ["2-3.1", "23-26", "aid", "TARGET"],
        ["2-4", "28-33", "waits", "_"],
        ["2-5", "33-34", ".", "_"],
    ]
    (claim,) = (row for row in rows if row[0] == "1-4")
    assert claim[form] == "*[1]|direct[3]"
    (speaker,) = (row for row in rows if row[0] == "1-1")
    assert speaker[-3:] == ["holder", "1-4[3_0]", ""]
    assert "#Text=Isa 🎻 says no.\\n" in lines


def test_it_comes_back(tmp_path: Path) -> None:
    export = work_on(
        "Isa\tsays [no].\n\n“We|wait_*;”\\ 🎻", ("CLAIM", "[no"), ("CUE", "wait_*;”\\")
    )
    work = export.sets[0]
    work.spans["s1"].attributes.update(gloss="a|b\n[3]", topic="é x")  # type: ignore[attr-defined]
    work.links["l6"] = Link("l6", "cue", "s1", "s2")
    write("webanno-tsv", tmp_path / "out", [export])
    (trip,) = read("webanno-tsv", tmp_path / "out")
    assert trip.article.text == export.article.text
    assert not trip.document.rebuilt
    assert trip.places() == [("CLAIM", "[no"), ("CUE", "wait_*;”\\")]
    assert trip.work.in_order()[0].attributes == {"gloss": "a|b\n[3]", "topic": "é x"}
    assert trip.links() == [("cue", "[no", "wait_*;”\\")]
    again = Export(export.article, (trip.work,))
    write("webanno-tsv", tmp_path / "again", [again])
    first, second = (
        (tmp_path / x / "annotation" / "a1" / "ada.tsv").read_bytes() for x in ("out", "again")
    )
    assert first == second
