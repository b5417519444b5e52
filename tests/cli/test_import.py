"""`annotator import`, as a user calls it."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotator.model.annotation import AnnotationSet
from annotator.project import Project

Run = Callable[..., Any]

TEXT = "Osk rejects the toll. “We pay enough,” harbour master Dea Holm said.\n"


def rows(path: Path, *records: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def row(id: str = "toll", text: str = TEXT, **more: Any) -> dict[str, Any]:
    """A row with a speaker and a claim, as plain data sets have them."""
    return {"id": id, "text": text, "spans": [span("Dea Holm", "SPEAKER"), QUOTE], **more}


def span(words: str, label: str, text: str = TEXT, **more: Any) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "label": label, "text": words, **more}


QUOTE = span("“We pay enough,”", "CLAIM")


@pytest.fixture
def bring(root: Path, run: Run, tmp_path: Path) -> Callable[..., Any]:
    """Import records as a file of plain rows into the project."""

    def call(records: list[dict[str, Any]], *options: object, name: str = "ada") -> Any:
        path = rows(tmp_path / "in.jsonl", *records)
        named = ("--as", name) if name else ()
        return run("--project", root, "import", path, "--format", "rows", *named, *options)

    return call


def work(root: Path, article: str = "toll", name: str = "ada") -> AnnotationSet:
    project = Project.open(root)
    try:
        found = project.store.annotations(article, name)
        assert found is not None
        return found
    finally:
        project.close()


def surfaces(found: AnnotationSet, text: str = TEXT) -> list[tuple[str, str]]:
    return [(item.label, item.surface(text)) for item in found.in_order()]


# -- texts -----------------------------------------------------------------------------------------


def test_new_texts_are_added_with_their_work(bring: Run, root: Path, run: Run) -> None:
    done = bring([row(title="Toll rejected", lang="en")])
    assert done.code == 0
    assert "Imported 1 annotation set from 1 document as ada; 1 new article." in done.out
    assert surfaces(work(root)) == [("CLAIM", "“We pay enough,”"), ("SPEAKER", "Dea Holm")]
    assert {item.origin for item in work(root).spans.values()} == {"imported"}
    assert work(root).status == "open"
    project = Project.open(root)
    article = project.store.article("toll")
    project.close()
    assert (article.headline, article.language) == ("Toll rejected", "en")
    assert "imported from rows" in article.steps
    assert run("--project", root, "check").code == 0


def test_a_text_that_is_there_gets_the_work(bring: Run, root: Path) -> None:
    bring([row()])
    done = bring([row(id="other-id")], name="bo")
    assert "new article" not in done.out
    assert surfaces(work(root, name="bo")) == surfaces(work(root))


def test_another_text_under_an_id_is_refused_with_the_difference(bring: Run, root: Path) -> None:
    bring([row()])
    changed = TEXT.replace("toll.", "tolls.")
    done = bring([row(text=changed, spans=[])], name="bo")
    assert done.code == 1
    assert "differs from article 'toll' from character 21 on: “s. “We pay" in done.err


def test_a_text_that_is_not_what_its_hash_says_is_refused(
    root: Path, run: Run, annotated: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.jsonl"
    run("--project", annotated, "export", "-o", path)
    path.write_bytes(path.read_bytes().replace(b"Radio Osk", b"Radio Ask"))
    done = run("--project", annotated, "import", path, "--as", "bo", "--format", "jsonl")
    assert "not the one that its SHA-256 was made of" in done.err
    assert done.code == 1


def test_texts_differing_in_line_ends_only_are_one(bring: Run, root: Path) -> None:
    text = "Osk waits.\r\n“Soon,” Holm said."
    spans = [span("“Soon,”", "CLAIM", text), span("Holm", "SPEAKER", text)]
    bring([row(text=text, spans=spans)])
    assert surfaces(work(root), text.replace("\r\n", "\n")) == [
        ("CLAIM", "“Soon,”"),
        ("SPEAKER", "Holm"),
    ]


def test_who_looked_and_found_nothing_has_an_empty_set(bring: Run, root: Path) -> None:
    done = bring([row(spans=[])])
    assert "Imported 1 annotation set" in done.out
    assert (work(root).spans, work(root).status) == ({}, "open")
    bring([row(id="b", text="Rain.", spans=[{**QUOTE, "label": "Odd"}])])  # found, but not by us
    project = Project.open(root)
    assert project.store.annotations("b", "ada") is None
    project.close()


def test_who_lost_all_spans_did_not_find_nothing(bring: Run, root: Path, run: Run) -> None:
    broken = {**QUOTE, "start": "six"}
    done = bring([row(spans=[broken])], "--done")
    assert done.code == 3
    shown = run("--project", root, "export").out
    assert shown == ""


def test_spans_under_a_key_that_is_not_read_are_counted(bring: Run) -> None:
    done = bring([row(marks=[QUOTE, QUOTE], stops=[{"start": 1, "end": 2}])])
    assert done.code == 3
    assert "has spans under 'marks', which rows does not read" in done.err
    assert re.search("left out +2 +spans in marks", done.err)


def test_one_text_under_two_ids_is_one_article_and_told(bring: Run) -> None:
    done = bring([row("a"), row("b")])
    assert done.code == 0
    assert "b: the text is that of article 'a'" in done.err
    assert "are an article with another id" in done.err


def test_a_pipe_is_no_file(root: Path, run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run("--project", root, "import", tmp_path / "pipe", "--format", "rows", "--as", "ada")
    assert done.code == 1
    assert "save it to a file first" in done.err


def test_white_space_at_the_end_is_no_difference(bring: Run, root: Path) -> None:
    bring([row()])
    longer = row(text=TEXT + " \n", spans=[QUOTE, {"start": 54, "end": 71, "label": "SPEAKER"}])
    bring([longer], name="bo")
    assert surfaces(work(root, name="bo")) == [
        ("CLAIM", "“We pay enough,”"),
        ("SPEAKER", "Dea Holm said."),
    ]


def test_tokens_alone_are_found_in_the_text_that_is_there(bring: Run, root: Path) -> None:
    bring([{"id": "toll", "text": TEXT}])
    tokens = ["Osk", "rejects", "the", "toll", ".", "“", "We", "pay", "enough", ",", "”"]
    tokens += ["harbour", "master", "Dea", "Holm", "said", "."]
    tags = ["O"] * 17
    tags[13:15] = ["B-SPEAKER", "I-SPEAKER"]
    tags[5:11] = ["B-CLAIM", *["I-CLAIM"] * 5]
    bring([{"id": "toll", "tokens": tokens, "tags": tags}])
    assert surfaces(work(root)) == [("CLAIM", "“We pay enough,”"), ("SPEAKER", "Dea Holm")]


# -- the same again, and other work ----------------------------------------------------------------


def test_the_same_again_changes_nothing(bring: Run, root: Path) -> None:
    bring([row()])
    files = {path: path.read_bytes() for path in (root / "corpus").rglob("*.jsonl")}
    done = bring([row()])
    assert done.code == 0
    assert "1 there already" in done.out
    assert {path: path.read_bytes() for path in (root / "corpus").rglob("*.jsonl")} == files


def test_other_work_is_refused_unless_replaced(bring: Run, root: Path) -> None:
    bring([row()])
    other = row(spans=[QUOTE])
    refused = bring([other])
    assert refused.code == 1
    assert "ada has other work on this article already" in refused.err
    assert len(work(root).spans) == 2
    replaced = bring([other], "--replace")
    assert replaced.code == 0
    assert surfaces(work(root)) == [("CLAIM", "“We pay enough,”")]
    [file] = (root / "corpus/annotations/ada").glob("*.jsonl")
    assert len(file.read_bytes().splitlines()) == 2  # the old one is kept


def test_replaced_work_can_be_gone_on_with(bring: Run, root: Path, run: Run) -> None:
    bring([row()])
    project = Project.open(root)
    session = project.session("toll", "ada")
    taken = session.add_span("CUE", [(4, 11)]).id
    project.checkpoint(session)
    project.close()
    bring([row(spans=[QUOTE])], "--replace")
    project = Project.open(root)
    session = project.session("toll", "ada")
    assert len(session.annotations.spans) == 1
    assert session.add_span("CUE", [(4, 11)]).id != taken
    project.checkpoint(session)
    assert len(project.store.versions("toll", "ada")) == 1
    project.close()
    assert len(work(root).spans) == 2
    assert run("--project", root, "check").code == 0


def test_work_that_only_a_journal_holds_is_not_lost(bring: Run, root: Path) -> None:
    bring([{"id": "toll", "text": TEXT}])
    project = Project.open(root)
    project.session("toll", "ada").add_span("CUE", [(4, 11)])
    project.close()
    assert "ada has other work on this article already" in bring([row()]).err
    assert surfaces(work(root)) == [("CUE", "rejects")]


def test_what_is_no_format_is_told_where_it_belongs(root: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text(TEXT)
    done = run("--project", root, "import", path, "--as", "ada")
    assert done.code == 1
    assert "name it with --format" in done.err
    assert "texts alone come in with `annotator add`" in done.err
    assert "does not exist" in run("--project", root, "import", tmp_path / "no.json").err


def test_the_format_of_a_file_is_recognised(annotated: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run("--project", annotated, "export", "-o", path)
    done = run("--project", annotated, "import", path)
    assert f"{path} is read as jsonl." in done.out
    assert "1 there already" in done.out


def test_nothing_refused_counts_as_carried(bring: Run) -> None:
    bring([row()])
    done = bring([row(spans=[QUOTE])], "--json")
    assert orjson.loads(done.out)["loss"]["carried"] == {"documents": 1}


def test_a_dry_run_changes_nothing(bring: Run, root: Path) -> None:
    done = bring([row(), {"id": "two", "text": "Rain.\n"}], "--dry-run")
    assert done.out.startswith("Would import 1 annotation set")
    assert "2 new articles" in done.out
    assert not list((root / "corpus").rglob("*.jsonl"))


def test_nothing_is_touched_if_a_file_cannot_be_used(root: Path, run: Run, tmp_path: Path) -> None:
    good = rows(tmp_path / "good.jsonl", row())
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"\x89PNG\r\n")
    done = run("--project", root, "import", good, bad, "--format", "rows", "--as", "ada")
    assert done.code == 1
    assert "bad.jsonl" in done.err
    assert not list((root / "corpus").rglob("*.jsonl"))


def test_someone_at_work_keeps_others_from_importing(bring: Run, root: Path) -> None:
    project = Project.open(root)
    with project.lock("ada"):
        done = bring([row()])
    project.close()
    assert done.code == 1
    assert "ada" in done.err


# -- whose work ------------------------------------------------------------------------------------


def test_names_of_the_file_are_taken_without_as(bring: Run, root: Path) -> None:
    bring([row(annotator="Tilde")], name="")
    assert surfaces(work(root, name="Tilde"))


def test_a_name_is_asked_for_where_there_is_none(bring: Run) -> None:
    assert "give a name with --as NAME" in bring([row()], name="").err


def test_several_people_get_names_of_their_own(bring: Run, root: Path) -> None:
    people = ["Tilde", "x@osk.example", "a/b"]
    done = bring([row(annotator=name) for name in people])
    project = Project.open(root)
    assert project.store.owners() == ["ada-1", "ada-2", "ada-Tilde"]
    project.close()
    assert "x@osk.example is ada-2 here." in done.err


def test_e_mail_addresses_are_never_names(bring: Run, root: Path) -> None:
    done = bring([row(annotator="x@osk.example")], name="")
    assert done.code == 1
    assert "is an e-mail address; give a name with --as NAME" in done.err


def test_the_map_names_people(bring: Run, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('[annotators]\n"x@osk.example" = "mira"\n')
    bring([row(annotator="x@osk.example")], "--map", path, name="")
    assert surfaces(work(root, name="mira"))


def test_predictions_are_suggestions(root: Path, run: Run, tmp_path: Path) -> None:
    """One annotation and one prediction on a task, as Label Studio exports them."""

    def result(words: str, label: str) -> dict[str, Any]:
        found = span(words, label)
        value = {key: found[key] for key in ("start", "end", "text")}
        made = {"value": {**value, "labels": [label]}, "type": "labels", "id": words}
        return {**made, "from_name": "label", "to_name": "text"}

    task = {
        "id": 1,
        "data": {"text": TEXT},
        "annotations": [{"id": 4, "result": [result("“We pay enough,”", "CLAIM")]}],
        "predictions": [{"model_version": "m", "result": [result("Dea Holm", "SPEAKER")]}],
    }
    path = tmp_path / "tasks.json"
    path.write_bytes(orjson.dumps([task]))
    done = run("--project", root, "import", path, "--as", "ada", "--format", "label-studio")
    assert "as ada, ada-suggestions; 1 new article; 1 suggested span." in done.out
    project = Project.open(root)
    [head] = project.store.heads()
    project.close()
    assert [x.origin for x in work(root, head.id).spans.values()] == ["imported"]
    suggested = work(root, head.id, "ada-suggestions")
    assert [x.origin for x in suggested.spans.values()] == ["suggested"]


# -- labels ----------------------------------------------------------------------------------------


def test_labels_that_differ_in_spelling_only_are_taken_over(bring: Run, root: Path) -> None:
    done = bring([row(spans=[{**QUOTE, "label": "claim", "Form": "Direct"}])])
    assert work(root).in_order()[0].label == "CLAIM"
    assert work(root).in_order()[0].attributes == {"form": "direct"}
    assert "changed  1  claim spans            read as CLAIM" in done.err
    assert done.code == 0


def test_unknown_names_are_refused_and_counted(bring: Run, root: Path) -> None:
    done = bring([row(spans=[{**QUOTE, "mood": "x"}, {**QUOTE, "label": "Rumour"}])])
    assert done.code == 3
    assert "the scheme has no label Rumour; map it with --map" in done.err
    assert "left out  1  CLAIM.mood attributes  the scheme has no such attribute" in done.err
    assert "left out  1  Rumour spans           the scheme has no such label" in done.err
    assert len(work(root).spans) == 1
    allowed = bring([row(id="b", text=TEXT + "x", spans=[{**QUOTE, "mood": "x"}])], "--allow-loss")
    assert allowed.code == 0


MAP = """
[labels]
Quote = { label = "CLAIM", attributes = { form = "direct" } }
PER = { label = "SPEAKER", entity = "ref" }
O = ""

[attributes]
"Quote.negated" = { attribute = "polarity", values = { true = "neg", false = "pos" } }
source = { link = "holder", to = "entity" }
"""


def test_a_map_says_what_is_what(bring: Run, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    quote = {**QUOTE, "label": "Quote", "negated": True, "source": "Dea Holm"}
    spans = [quote, span("Dea Holm", "PER"), span("Osk", "PER"), span("toll", "O")]
    done = bring([row(spans=spans)], "--map", path)
    assert done.code == 0
    found = work(root)
    claim, osk, holm = sorted(found.in_order(), key=lambda item: item.label + item.id)
    assert claim.attributes == {"form": "direct", "polarity": "neg"}
    names = {entity.id: entity.name for entity in found.entities.values()}
    assert sorted(names.values()) == ["Dea Holm", "Osk"]
    links = {(link.source, link.type, names[link.target]) for link in found.links.values()}
    assert {name for _, _, name in links} == {"Dea Holm", "Osk"}
    assert (claim.id, "holder", "Dea Holm") in links
    assert {source for source, type, _ in links if type == "ref"} == {osk.id, holm.id}
    assert "not asked for  1  O spans  the map leaves them out" in re.sub("  +", "  ", done.err)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[labels]\nPER = "SPEEKER"',
            "labels.PER: the scheme has no label 'SPEEKER'; did you mean",
        ),
        ("[label]\n", "label: is not known; did you mean labels?"),
        ("[labels]\nPER = 3", "labels.PER: is neither a name in quotes nor a table"),
        ('[labels]\nP = { lable = "CUE" }', "labels.P.lable: is not known; did you mean label?"),
        ('[annotators]\nx = "a/b"', "annotators.x: The annotator name 'a/b' holds '/'"),
        ("[labels", "is not TOML"),
    ],
)
def test_a_wrong_map_is_refused(
    bring: Run, root: Path, tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    done = bring([row()], "--map", path)
    assert done.code == 1
    assert message in done.err
    assert not list((root / "corpus").rglob("*.jsonl"))


def test_a_draft_of_a_map_can_be_used(bring: Run, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "draft.toml"
    spans = [{**QUOTE, "label": "claim", "mood": "grim"}, span("Osk", "Speakers"), QUOTE]
    done = bring([row(spans=spans)], "--draft-map", path)
    assert done.code == 0
    text = path.read_text()
    assert '"claim" = "CLAIM"   # 1 spans' in text
    assert '# "Speakers" = ""   # 1 spans; SPEAKER?' in text
    assert '# "claim.mood" = ""   # "grim" 1' in text
    assert not list((root / "corpus").rglob("*.jsonl"))
    assert bring([row(spans=spans[:1])], "--map", path).code == 3
    assert bring([row()], "--draft-map", path).code == 1  # never overwritten


# -- reports ---------------------------------------------------------------------------------------


def test_rejects_keep_the_words_of_the_file(bring: Run, tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    wrong = {"start": 2, "end": 2, "label": "CLAIM"}
    done = bring([row(spans=[QUOTE, wrong])], "--rejects", path)
    assert done.code == 3
    [line] = path.read_bytes().splitlines()
    found = orjson.loads(line)
    assert (found["line"], found["raw"]) == (1, wrong)
    assert found["message"] == "CLAIM [2, 2] is empty"


def test_rejects_never_take_the_place_of_the_file(root: Path, run: Run, tmp_path: Path) -> None:
    path = rows(tmp_path / "in.jsonl", row(spans=[{**QUOTE, "label": "NOPE"}]))
    before = path.read_bytes()
    done = run("--project", root, "import", path, "--as", "ada", "--rejects", path)
    assert done.code == 1
    assert "name another file for the rejects" in done.err
    assert path.read_bytes() == before


def test_options_must_exist(bring: Run) -> None:
    assert "has no option txt; did you mean text?" in bring([row()], "--set", "txt=a").err
    assert "should be NAME=VALUE" in bring([row()], "--set", "text").err


def test_what_the_scheme_does_not_allow_is_taken_out(root: Path, run: Run, tmp_path: Path) -> None:
    """Links to wrong ends, too many of them, loops, and values that entities may not have."""
    line = {
        "id": "toll",
        "text": TEXT,
        "spans": [
            {**QUOTE, "id": "s1", "flags": ["mt", "odd"]},
            {**span("Dea Holm", "SPEAKER"), "id": "s2"},
            {**span("said", "CUE"), "id": "s3"},
            {**span("rejects", "CUE"), "id": "s4"},
            {"id": "s5", "label": "SPEAKER", "fragments": [[0, 3], [16, 20]], "text": "Osk toll"},
        ],
        "links": [
            {"id": f"l{number}", "type": type_, "source": "s1", "target": target, "order": number}
            for number, (type_, target) in enumerate(
                [("cue", "s3"), ("cue", "s4"), ("holder", "s3"), ("same_as", "s1"), ("odd", "s2")]
            )
        ],
        "entities": [{"id": "e1", "name": "Osk", "type": "planet"}],
    }
    path = rows(tmp_path / "in.jsonl", line)
    args = ("import", path, "--format", "jsonl", "--as", "ada", "--json")
    done = run("--project", root, *args)
    assert done.code == 3
    left = {(x["what"], x["why"]): x["count"] for x in orjson.loads(done.out)["loss"]["left_out"]}
    assert left == {
        ("cue links", "are more than the scheme allows"): 1,
        ("flags of spans", "are not in the scheme"): 1,
        ("holder links", "have an end that the scheme does not allow"): 1,
        ("odd links", "the scheme has no such link"): 1,
        ("same_as links", "point to their own span"): 1,
        ("type of entities", "are not in the scheme"): 1,
    }
    found = work(root)
    assert [(link.type, link.target) for link in found.links.values()] == [("cue", "s3")]
    assert found.spans["s5"].fragments == ((0, 20),)
    assert found.spans["s1"].flags == ("mt",)
    assert run("--project", root, "check").code == 0


def test_topics_get_the_ids_they_have_here(root: Path, run: Run, tmp_path: Path) -> None:
    project = Project.open(root)
    ours = project.add_topic("Harbour toll")
    project.close()
    line = {
        "id": "toll",
        "text": TEXT,
        "spans": [{**QUOTE, "id": "s1", "attributes": {"topic": "t-9"}}, {**QUOTE, "id": "s2"}],
        "topics": [{"id": "t-9", "name": "harbour  toll"}, {"id": "t-10", "name": "Ferry fares"}],
        "fields": {"topics": ["t-9", "t-10"]},
    }
    path = rows(tmp_path / "in.jsonl", line)
    done = run("--project", root, "import", path, "--format", "jsonl", "--as", "ada")
    assert "1 new topic" in done.out
    assert work(root).spans["s1"].attributes["topic"] == ours.id
    assert work(root).fields["topics"] == (ours.id, "ferry-fares")


def test_our_own_lines_come_back_whole(annotated: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run("--project", annotated, "export", "-o", path)
    run("init", tmp_path / "new")
    done = run("--project", tmp_path / "new", "import", path, "--format", "jsonl")
    assert done.code == 0
    here, there = work(annotated, "bridge", "mira"), work(tmp_path / "new", "bridge", "mira")
    assert (there.spans, there.links, there.entities) == (here.spans, here.links, here.entities)
    assert there.fields == here.fields


def test_tables_of_tokens_find_their_article(
    root: Path, run: Run, bring: Callable[..., Any], tmp_path: Path
) -> None:
    text = "Dea Holm said: “We pay\u200b enough (now).”\n"
    bring([{"id": "toll", "text": text, "spans": []}])
    table = tmp_path / "toll.conll"
    rows = ["Dea B-SPEAKER", "Holm I-SPEAKER", "said O", ": O", "`` B-CLAIM", "We I-CLAIM"]
    rows += ["pay I-CLAIM", "enough I-CLAIM", "-LRB- O", "now O", "-RRB- O", ". O", "'' O"]
    table.write_text("\n".join(rows))
    assert run("--project", root, "import", table, "--as", "bo").code == 0
    found = work(root, name="bo")
    assert surfaces(found, text) == [("SPEAKER", "Dea Holm"), ("CLAIM", "“We pay\u200b enough")]
    table.write_text("\n".join([*rows, "tomorrow O"]))
    refused = run("--project", root, "import", table, "--as", "cy")
    assert refused.code == 1
    assert "the text differs from article 'toll'" in refused.err
