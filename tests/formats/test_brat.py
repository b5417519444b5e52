"""brat folders in and out: everything brat can say, and what its files look like in the wild."""

from dataclasses import replace
from pathlib import Path

import pytest
from brat_parser import get_entities_relations_attributes_groups

from annotator.formats.exchange import Export
from annotator.model.annotation import Entity, Link
from annotator.model.errors import AnnotatorError
from tests.formats.trips import Trip, read, work_on, write


def pair(folder: Path, text: str | bytes, annotations: str | bytes, stem: str = "quay") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, content in ((".txt", text), (".ann", annotations)):
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{stem}{suffix}").write_bytes(data)
    return folder


def one(folder: Path, text: str | bytes, annotations: str | bytes) -> Trip:
    (trip,) = read("brat", pair(folder, text, annotations))
    return trip


def messages(trip: Trip) -> list[str]:
    return [str(finding).rpartition("/")[2] for finding in trip.loss.findings]


# -- in --------------------------------------------------------------------------------------------

LOCK = "Bram denies that the lock leaks, and Isa agrees."


def test_spans_relations_attributes_and_notes_in_any_order(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "R1\tholder Arg1:T2 Arg2:T1\n"
        "A1\tact T2 deny\n"
        "M1\tneg T3\n"
        "#1\tAnnotatorNotes T2\tis this one claim?\n"
        "T2\tCLAIM 12 31\tthat the lock leaks\n"
        "T1\tSPEAKER 0 4\tBram\n"
        "T3\tCUE 5 11\tdenies\n"
        "#2\tSTATUS T3\tchecked\n",
    )
    assert trip.places() == [
        ("SPEAKER", "Bram"),
        ("CUE", "denies"),
        ("CLAIM", "that the lock leaks"),
    ]
    assert trip.links() == [("holder", "that the lock leaks", "Bram")]
    claim, cue = trip.work.spans["T2"], trip.work.spans["T3"]
    assert claim.attributes == {"act": "deny"}
    assert claim.note == "is this one claim?"
    assert cue.attributes == {"neg": True}
    assert cue.note == "STATUS: checked"
    assert not trip.loss.anything_left_out


def test_an_event_is_its_trigger_with_a_link_for_each_argument(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "T1\tSPEAKER 0 4\tBram\nT2\tCUE 5 11\tdenies\nT3\tCLAIM 12 31\tthat the lock leaks\n"
        "T4\tSPEAKER 37 40\tIsa\nT5\tCUE 41 47\tagrees\n"
        "E1\tCUE:T2 relay2:T1 relay:T4 says:T3\n"
        "E2\tCUE:T5 says:E1\n"
        "A1\tneg E1\n",
    )
    assert trip.links() == [
        ("relay", "denies", "Bram"),
        ("relay", "denies", "Isa"),
        ("says", "agrees", "denies"),
        ("says", "denies", "that the lock leaks"),
    ]
    relays = trip.work.links_from("T2", "relay")
    assert [(link.order, link.target) for link in relays] == [(0, "T4"), (1, "T1")]
    assert trip.work.spans["T2"].attributes == {"neg": True}


def test_events_that_share_a_trigger_stay_apart(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "T1\tSPEAKER 0 4\tBram\nT2\tCUE 5 11\tdenies\nT4\tSPEAKER 37 40\tIsa\n"
        "E1\tCUE:T2 by:T1\nE2\tCUE:T2 by:T4\n",
    )
    assert trip.fragments("CUE") == [((5, 11),), ((5, 11),)]
    assert trip.links() == [("by", "denies", "Bram"), ("by", "denies", "Isa")]
    assert trip.loss.changed["events", "their shared trigger given once for each"] == 1


def test_both_kinds_of_normalisation_and_equivalences_that_share_a_member(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "Isa, she and Ms Ort; the port.",
        "T1\tSPEAKER 0 3\tIsa\nT2\tSPEAKER 5 8\tshe\nT3\tSPEAKER 13 19\tMs Ort\n"
        "T4\tTARGET 21 29\tthe port\n"
        "*\tEquiv T1 T2\n*\tEquiv T2 T3\n"
        "N1\tReference T1 People:77\tIsa Ort\n"
        "N2\tReference Annotation:T4 Referent:port-9\n",
    )
    assert trip.links() == [
        ("Equiv", "Ms Ort", "Isa"),
        ("Equiv", "she", "Isa"),
        ("ref", "Isa", "Isa Ort"),
        ("ref", "the port", "port-9"),
    ]
    (isa,) = (entity for entity in trip.work.entities.values() if entity.name == "Isa Ort")
    assert isa.kb == "People:77"


def test_bionlp_files_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(LOCK)
    (tmp_path / "lock.a1").write_text("T1\tSPEAKER 0 4\tBram\n")
    (tmp_path / "lock.a2").write_text("T2\tCUE 5 11\tdenies\nE1\tCUE:T2 by:T1\n*\tEquiv T1 T2\n")
    (trip,) = read("brat", tmp_path)
    assert trip.links() == [("Equiv", "denies", "Bram"), ("by", "denies", "Bram")]


def test_annotations_beside_a_folder_of_texts_name_their_annotator(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "attributions").mkdir()
    (tmp_path / "text" / "paper_2031_lock.txt").write_text(LOCK)
    for who in ("a1f0", "b2e9"):
        (tmp_path / "attributions" / f"paper_2031_lock_{who}.ann").write_text(
            "T1\tSPEAKER 0 4\tBram\n"
        )
    trips = read("brat", tmp_path)
    assert [(trip.document.id, trip.foreign.annotator) for trip in trips] == [
        ("paper_2031_lock", "a1f0"),
        ("paper_2031_lock", "b2e9"),
    ]


def test_folders_with_the_same_texts_are_named_after_annotators(tmp_path: Path) -> None:
    for who, text in (("ada", LOCK), ("bo", LOCK), ("test", "Another lock.")):
        pair(tmp_path / who, text, "T1\tSPEAKER 0 4\tBram\n" if text == LOCK else "")
    assert [trip.foreign.annotator for trip in read("brat", tmp_path)] == ["ada", "bo", ""]


def test_a_covered_text_with_line_feeds_may_be_broken_over_lines(tmp_path: Path) -> None:
    text = "He said “We wait.\n\nT-shirts\nwere sold” today."
    trip = one(
        tmp_path,
        text,
        f"T1\tCLAIM 8 38\t{text[8:38]}\nT2\tCUE 3 7\tsaid\nwhat is this line\n",
    )
    assert trip.places() == [("CUE", "said"), ("CLAIM", text[8:38])]
    assert messages(trip) == ["quay.ann:6: is no line of the format"]


def test_what_cannot_be_used_is_named_with_its_line(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "T1\tSPEAKER 0 4\tBram\n"
        "T2\tCUE 11 5\tdenies\n"
        "T3\tCUE 6 6\t\n"
        "T4\tCLAIM\n"
        "T1\tSPEAKER 37 40\tIsa\n"
        "T5\tCUE five 9\tx\n"
        f"T6\tCUE {'9' * 5000} 9\tx\n"
        "R1\tholder Arg1:T1\n"
        "R2\tholder Arg1:T1 Arg2:T9\n"
        "A1\tact T9 deny\n"
        "A2\tact R2 deny\n"
        "E1\tCUE:T9 by:T1\n"
        "N1\tReference T1 none\tx\n"
        "Z1\tQuestion T1\n"
        "no tab\n"
        "#1\n",
    )
    assert trip.places() == [("SPEAKER", "Bram")]
    lines = sorted(finding.line for finding in trip.loss.findings)
    assert lines == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert "quay.ann:4: gives T4 no offsets" in messages(trip)
    assert "quay.ann:10: T9 is not there" in messages(trip)


def test_links_and_attributes_of_a_missing_span_are_named(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "T2\tCLAIM 12 31\tthat the lock leaks\nT3\tSPEAKER 37 40\tIsa\n"
        "R1\tholder Arg1:T2 Arg2:T1\nR2\tholder Arg1:T2 Arg2:T3\nA1\tact T9 deny\n",
    )
    assert trip.links() == [("holder", "that the lock leaks", "Isa")]
    assert [finding.line for finding in trip.loss.findings] == [5, 3]


def test_fragments_are_sorted_joined_or_refused(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        "“Never,” he says, “not once,” he says again.",
        "T1\tCLAIM 0 8;18 29\t“Never,” “not once,”\n"
        "T2\tCLAIM 18 29;0 8\t“not once,” “Never,”\n"
        "T3\tCUE 9 12;12 16\the  says\n"
        "T4\tCUE 9 12;11 16\the  says\n",
    )
    assert trip.fragments("CLAIM") == [((0, 8), (18, 29))] * 2
    assert trip.fragments("CUE") == [((9, 16),)]
    assert [finding.line for finding in trip.loss.findings if "overlap" in finding.message] == [4]


@pytest.mark.parametrize("counted", [1, 2])
def test_windows_line_ends_counted_once_or_twice(tmp_path: Path, counted: int) -> None:
    extra = counted - 1
    text = "Lock shut\r\n\r\n“We wait,” said Isa.\r\nBoats queue.\r\n"
    trip = one(
        tmp_path,
        text.encode(),
        f"T1\tCLAIM {11 + 2 * extra} {21 + 2 * extra}\t“We wait,”\r\n"
        f"T2\tSPEAKER {27 + 2 * extra} {30 + 2 * extra}\tIsa\r\n"
        f"T3\tCUE {38 + 3 * extra} {43 + 3 * extra}\tqueue\r\n",
    )
    assert [span.fragments for span in trip.work.in_order()] == [
        ((11, 21),),
        ((27, 30),),
        ((38, 43),),
    ]
    assert trip.places() == [("CLAIM", "“We wait,”"), ("SPEAKER", "Isa"), ("CUE", "queue")]


@pytest.mark.parametrize("counted", [0, 1])
def test_byte_order_marks_counted_or_not(tmp_path: Path, counted: int) -> None:
    text = "\ufeffIsa\ufeff waits 🎻 here.\r\n"
    trip = one(
        tmp_path,
        text.encode(),
        f"\ufeffT1\tSPEAKER {counted} {counted + 3}\tIsa\n"
        f"T2\tCUE {counted + 11} {counted + 17}\t🎻 here\n",
    )
    assert trip.article.text.startswith("Isa\ufeff waits")
    assert [span.fragments for span in trip.work.in_order()] == [((0, 3),), ((11, 17),)]


def test_offsets_are_logical_in_right_to_left_text(tmp_path: Path) -> None:
    text = "قال العمدة «ننتظر 2040» \u202bשלום\u202c אמר Port FM."
    spans = {"العمدة": "SPEAKER", "«ننتظر 2040»": "CLAIM", "2040": "TARGET", "Port FM": "SPEAKER"}
    lines = []
    for number, (covered, label) in enumerate(spans.items(), 1):
        start = text.index(covered)
        lines.append(f"T{number}\t{label} {start} {start + len(covered)}\t{covered}\n")
    trip = one(tmp_path / "in", text, "".join(lines))
    assert sorted(trip.places()) == sorted((label, covered) for covered, label in spans.items())
    write("brat", tmp_path / "out", [Export(trip.article, (trip.work,))])
    written = (tmp_path / "out" / "ada" / "quay.ann").read_text("utf-8").splitlines(keepends=True)
    assert [line for line in written if line[0] == "T"] == lines
    assert (tmp_path / "out" / "ada" / "quay.txt").read_text("utf-8") == text


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "lonely.ann").write_text("T1\tSPEAKER 0 4\tBram\n")
    with pytest.raises(AnnotatorError, match=r"holds no pair of a \.txt and a \.ann"):
        read("brat", tmp_path)


def test_an_empty_annotation_file_is_an_empty_set(tmp_path: Path) -> None:
    trip = one(tmp_path, LOCK, "")
    assert not trip.work.spans
    assert not trip.loss.anything_left_out


def test_notes_of_ours_that_make_no_sense_do_no_harm(tmp_path: Path) -> None:
    trip = one(
        tmp_path,
        LOCK,
        "T1\tSPEAKER 0 4\tBram\n"
        '#1\tX-annotator DOCUMENT\t{"flags":7,"entities":[3,{"name":"x"}],"fields":[]}\n'
        '#2\tX-annotator T1\t{"fragments":[[0,"4"],[1]],"attributes":3,"origin":"space","id":5}\n'
        "#3\tX-annotator T1\t{broken\n",
    )
    assert trip.places() == [("SPEAKER", "Bram")]
    assert [finding.line for finding in trip.loss.findings] == [4]


# -- out -------------------------------------------------------------------------------------------


def full_export() -> Export:
    export = work_on(
        "Bram says: “The lock\nleaks.”\n\nIsa agrees.",
        ("SPEAKER", "Bram"),
        ("CUE", "says"),
        ("CLAIM", "“The lock\nleaks.”"),
    )
    work = export.sets[0]
    work.spans["s3"] = replace(
        work.spans["s3"],
        attributes={"form": "direct", "gloss": "It leaks."},
        note="two\nlines",
        origin="manual",
    )
    work.spans["s2"] = replace(work.spans["s2"], attributes={"neg": False})
    work.entities["e4"] = Entity("e4", "Bram Ost", "person")
    for link in (
        Link("l5", "holder", "s3", "s1", origin="imported"),
        Link("l6", "ref", "s1", "e4", "entity", origin="imported"),
        Link("l7", "relay", "s3", "AUTHOR", "entity", 1, origin="imported"),
        Link("l8", "target", "s3", "a b", "topic", origin="imported"),
    ):
        work.links[link.id] = link
    work.fields["status"] = "done"
    return export


def test_what_brat_sees(tmp_path: Path) -> None:
    loss = write("brat", tmp_path / "out", [full_export()])
    assert not loss.anything_left_out
    lines = (tmp_path / "out" / "ada" / "a1.ann").read_text("utf-8").split("\n")
    assert [line for line in lines if not line.startswith("#")] == [
        "T1\tSPEAKER 0 4\tBram",
        "T2\tCUE 5 9\tsays",
        "T3\tCLAIM 11 20;21 28\t“The lock leaks.”",
        "A1\tform T3 direct",
        "R5\tholder Arg1:T3 Arg2:T1",
        "N6\tReference T1 entity:e4\tBram Ost",
        "N7\trelay T3 entity:AUTHOR\tAUTHOR",
        "N8\ttarget T3 topic:a%20b\tTopic a b",
        "",
    ]
    assert any(line.endswith("\tAnnotatorNotes T3\ttwo lines") for line in lines)
    conf = (tmp_path / "out" / "annotation.conf").read_text("utf-8")
    assert "holder\tArg1:CLAIM, Arg2:SPEAKER" in conf
    assert "form\tArg:CLAIM, Value:indirect|direct|mixed|summary|free|authorial" in conf
    assert "CLAIM\tbgColor:#afd7ff" in (tmp_path / "out" / "visual.conf").read_text("utf-8")


def test_it_comes_back_whole_and_in_the_same_bytes(tmp_path: Path) -> None:
    export = full_export()
    write("brat", tmp_path / "one", [export])
    (trip,) = read("brat", tmp_path / "one")
    work = export.sets[0]
    assert (trip.work.spans, trip.work.links) == (work.spans, work.links)
    assert (trip.work.entities, trip.work.fields) == (work.entities, work.fields)
    write("brat", tmp_path / "two", [Export(export.article, (trip.work,))])
    first, second = ((tmp_path / name / "ada" / "a1.ann").read_bytes() for name in ("one", "two"))
    assert first == second


def test_what_brat_changed_in_our_file_counts(tmp_path: Path) -> None:
    write("brat", tmp_path / "out", [full_export()])
    file = tmp_path / "out" / "ada" / "a1.ann"
    changed = file.read_text("utf-8").replace(
        "CLAIM 11 20;21 28\t“The lock leaks.”", "CLAIM 11 20\t“The lock"
    )
    file.write_text(changed, "utf-8")
    (trip,) = read("brat", tmp_path / "out")
    assert trip.fragments("CLAIM") == [((11, 20),)]


def test_odd_names_become_names_that_brat_and_disks_allow(tmp_path: Path) -> None:
    export = work_on("Isa waits.", ("A b:[c]", "Isa"), id="../x y", annotator="Bo Lind")
    write("brat", tmp_path / "out", [export])
    (file,) = (tmp_path / "out").rglob("*.ann")
    assert file.parent.parent == tmp_path / "out"
    assert "T1\tA_b__c_ 0 3\tIsa" in file.read_text("utf-8")
    (trip,) = read("brat", tmp_path / "out")
    assert (trip.document.id, trip.foreign.annotator) == ("../x y", "Bo Lind")
    assert trip.places() == [("A b:[c]", "Isa")]


def test_another_parser_reads_the_same(tmp_path: Path) -> None:
    """A parser that knows no normalisations, so there are none here."""
    export = full_export()
    links = export.sets[0].links
    for key in [link.id for link in links.values() if link.target_kind != "span"]:
        del links[key]
    write("brat", tmp_path / "out", [export])
    file = tmp_path / "out" / "ada" / "a1.ann"
    entities, relations, attributes, _ = get_entities_relations_attributes_groups(str(file))
    assert {key: (x.type, tuple(x.span), x.text) for key, x in entities.items()} == {
        "T1": ("SPEAKER", ((0, 4),), "Bram"),
        "T2": ("CUE", ((5, 9),), "says"),
        "T3": ("CLAIM", ((11, 20), (21, 28)), "“The lock leaks.”"),
    }
    assert {(x.type, x.subj, x.obj) for x in relations.values()} == {("holder", "T3", "T1")}
    assert {(x.type, x.target, tuple(x.values)) for x in attributes.values()} == {
        ("form", "T3", ("direct",))
    }
