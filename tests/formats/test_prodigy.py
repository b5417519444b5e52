"""Prodigy files: answers, tasks on the same text, tokens, relations."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.formats.registry import get
from annotator.model.annotation import Link, Span
from tests.formats import trips

TEXT = "The guild says “no tolls” \u00a0at Port Eska."


def a_file(folder: Path, *tasks: dict[str, Any]) -> Path:
    path = folder / "tasks.jsonl"
    path.write_text("".join(f"{json.dumps(task)}\n" for task in tasks), encoding="utf-8")
    return path


def span(covered: str, label: str, text: str = TEXT, **more: object) -> dict[str, object]:
    start = text.index(covered)
    return {"start": start, "end": start + len(covered), "label": label, **more}


def test_white_space_at_edges_is_trimmed_and_a_blank_span_refused(tmp_path: Path) -> None:
    spans = [
        span("The guild ", "SPEAKER"),
        span(" says", "CUE"),
        span("“no tolls” \u00a0", "CLAIM"),
        span(" \u00a0", "TARGET"),
        span("Port Eska", "TARGET"),
    ]
    (trip,) = trips.read("prodigy", a_file(tmp_path, {"text": TEXT, "spans": spans}))
    assert trip.places() == [
        ("SPEAKER", "The guild"), ("CUE", "says"), ("CLAIM", "“no tolls”"), ("TARGET", "Port Eska"),
    ]  # fmt: skip
    assert sum(trip.loss.changed.values()) == 3
    assert trip.loss.left_out == {("TARGET spans", "cover white space only"): 1}


def test_only_accepted_tasks_are_work(tmp_path: Path) -> None:
    tasks = [
        {"text": f"{name} left.", "spans": [{"start": 0, "end": 3, "label": "SPEAKER"}],
         "answer": answer}
        for name, answer in [("Ane", "accept"), ("Bor", "reject"), ("Cid", "ignore"), ("Dag", 7)]
    ]  # fmt: skip
    (trip,) = trips.read("prodigy", a_file(tmp_path, *tasks))
    assert trip.places() == [("SPEAKER", "Ane")]
    assert trip.loss.left_out == {
        ("tasks", "were rejected"): 1,
        ("tasks", "were ignored"): 1,
        ("tasks", "have an unknown answer"): 1,
    }


def test_tasks_on_one_input_are_one_document_for_each_annotator(tmp_path: Path) -> None:
    def task(covered: str, label: str, who: str, answer: str = "accept") -> dict[str, Any]:
        return {
            "text": TEXT, "_input_hash": -5, "spans": [span(covered, label)], "answer": answer,
            "_is_binary": True, "_annotator_id": who,
        }  # fmt: skip

    other = {"text": "Ane left.", "_input_hash": 6, "spans": []}
    path = a_file(
        tmp_path,
        task("The guild", "SPEAKER", "ada"),
        other,
        task("says", "CUE", "bo"),
        task("says", "CUE", "ada"),
        task("says", "CUE", "ada"),
        task("Port Eska", "CLAIM", "ada", "reject"),
    )
    found = {(x.foreign.annotator, x.article.text): x.places() for x in trips.read("prodigy", path)}
    assert found == {
        ("ada", TEXT): [("SPEAKER", "The guild"), ("CUE", "says")],
        ("bo", TEXT): [("CUE", "says")],
        ("", "Ane left."): [],
    }


def test_relations_go_by_their_spans_not_by_tokens(tmp_path: Path) -> None:
    claim, speaker = span("“no tolls”", "CLAIM"), span("The guild", "SPEAKER")
    relations = [
        {"head": 9, "child": 9, "label": "holder", "head_span": claim, "child_span": speaker},
        {"head": 9, "child": 1, "label": "lost", "head_span": claim, "child_span": {"start": 1}},
    ]
    task = {"text": TEXT, "spans": [speaker, claim], "relations": relations}
    (trip,) = trips.read("prodigy", a_file(tmp_path, task))
    assert trip.links() == [("holder", "“no tolls”", "The guild")]
    assert trip.loss.left_out == {("links", "have no span at an end"): 1}


def test_old_relations_name_the_last_token_of_a_span(tmp_path: Path) -> None:
    spans = [
        span("The guild", "SPEAKER", token_start=0, token_end=1),
        span("“no tolls”", "CLAIM", token_start=3, token_end=6),
    ]
    task = {"text": TEXT, "spans": spans, "relations": [{"head": 6, "child": 1, "label": "holder"}]}
    (trip,) = trips.read("prodigy", a_file(tmp_path, task))
    assert trip.links() == [("holder", "“no tolls”", "The guild")]


def test_a_text_alone_is_nobodys_work(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"text": "One."}, {"text": "Two.", "spans": []})
    assert [trip.article.text for trip in trips.read("prodigy", path)] == ["Two."]


def test_choices_are_a_document_field(tmp_path: Path) -> None:
    tasks = [
        {"text": "One.", "options": [{"id": "news"}], "accept": ["news"], "answer": "accept"},
        {"text": "Two.", "label": "column", "answer": "accept"},
    ]
    found = trips.read("prodigy", a_file(tmp_path, *tasks), field="genre")
    assert [trip.work.fields for trip in found] == [{"genre": ("news",)}, {"genre": ("column",)}]


def test_extra_keys_of_spans_are_attributes(tmp_path: Path) -> None:
    spans = [span("“no tolls”", "CLAIM", act="deny", source="model", score=0.5, odd={"a": 1})]
    (trip,) = trips.read("prodigy", a_file(tmp_path, {"text": TEXT, "spans": spans}))
    (found,) = trip.work.spans.values()
    assert found.attributes == {"act": "deny"}
    assert trip.loss.left_out == {("attributes", "have no value we know"): 1}


def written(folder: Path, *spans: tuple[str, str], text: str = TEXT) -> tuple[dict[str, Any], Any]:
    path = folder / "out.jsonl"
    loss = trips.write("prodigy", path, [trips.work_on(text, *spans)])
    return json.loads(path.read_bytes()), loss


def test_written_tokens_rebuild_the_text_and_bound_the_spans(tmp_path: Path) -> None:
    task, loss = written(tmp_path, ("SPEAKER", "The guild"), ("CLAIM", "“no tolls”"))
    tokens = task["tokens"]
    assert all(TEXT[x["start"] : x["end"]] == x["text"] for x in tokens)
    assert [x["id"] for x in tokens] == list(range(len(tokens)))
    assert "".join(x["text"] + " " * x["ws"] for x in tokens) == TEXT
    for item in task["spans"]:
        assert tokens[item["token_start"]]["start"] == item["start"]
        assert tokens[item["token_end"]]["end"] == item["end"]
    assert not loss.changed


def test_a_span_that_cuts_tokens_names_those_it_touches(tmp_path: Path) -> None:
    task, loss = written(tmp_path, ("CLAIM", "uild says “no"), ("CUE", "ay"))
    found = [(x["token_start"], x["token_end"]) for x in task["spans"]]
    assert found == [(1, 4), (2, 2)]
    assert loss.changed == {
        ("CLAIM spans", "given the tokens they touch"): 1,
        ("CUE spans", "given the tokens they touch"): 1,
    }


@pytest.mark.parametrize(
    "text", [" a  b\n\n c \u00a0d ", "a\u200b b", "\n", "a\tb ", "👩‍🚒 e\u0301 x"]
)
def test_tokens_are_the_whole_text(text: str, tmp_path: Path) -> None:
    task, _ = written(tmp_path, text=text)
    assert "".join(x["text"] + " " * x["ws"] for x in task["tokens"]) == text


def test_links_between_twins_find_the_right_one_again(tmp_path: Path) -> None:
    export = trips.work_on(TEXT, ("CLAIM", "“no tolls”"), ("SPEAKER", "The guild"))
    work = export.sets[0]
    work.spans["s3"] = Span("s3", "CLAIM", work.spans["s1"].fragments, {"act": "deny"})
    work.links["l1"] = Link("l1", "holder", "s3", "s2")
    path = tmp_path / "out.jsonl"
    trips.write("prodigy", path, [export])
    (trip,) = trips.read("prodigy", path)
    assert trip.work.links == {"l1": Link("l1", "holder", "s3", "s2")}


@pytest.mark.parametrize("status", ["done", "skipped"])
def test_what_was_skipped_is_ignored_there_and_skipped_here(status: str, tmp_path: Path) -> None:
    export = trips.work_on(TEXT)
    export.sets[0].fields["status"] = status
    path = tmp_path / "out.jsonl"
    trips.write("prodigy", path, [export])
    answer = json.loads(path.read_bytes())["answer"]
    assert answer == ("ignore" if status == "skipped" else "accept")
    (trip,) = trips.read("prodigy", path)
    assert trip.work.status == status


def test_files_are_known_by_hashes_or_tokens() -> None:
    knows = get("prodigy").knows
    assert knows is not None
    assert knows(Path("x"), b'{"text": "a", "_input_hash": 1}\n')
    assert not knows(Path("x"), b'{"text": "a", "spans": [{"start": 0, "end": 1}]}\n')
