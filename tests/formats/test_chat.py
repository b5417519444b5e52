"""Conversations: every quote stands in the piece it answers, and the schema says what comes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from annotator.formats.exchange import Export
from annotator.model.errors import AnnotatorError
from tests.formats.dock import TEXT, dock
from tests.formats.strategies import exports
from tests.formats.trips import write

Talk = tuple[str, str, dict[str, Any]]


def talks(path: Path) -> list[Talk]:
    found = []
    for line in path.read_bytes().splitlines():
        messages = orjson.loads(line)["messages"]
        assert [message["role"] for message in messages] == ["system", "user", "assistant"]
        system, user, answer = (message["content"] for message in messages)
        found.append((system, user, orjson.loads(answer)))
    return found


def test_one_article_is_one_conversation(tmp_path: Path) -> None:
    loss = write("chat", tmp_path / "out.jsonl", [dock()])
    ((system, user, answer),) = talks(tmp_path / "out.jsonl")
    assert user == TEXT.strip()
    first, denial, _, pieces = answer["claims"]
    assert first["quotes"] == ["that the old dock is “not safe 🚢”"]
    assert first["speakers"] == [
        {"name": "Iva Tolm", "mention": "Mayor Iva Tolm", "type": "person"}
    ]
    assert (first["cue"], first["act"], first["check"]) == (["said"], "assert", "worth")
    assert pieces["quotes"] == ["“bill,", "is ours”"]
    assert pieces["gloss"] == "The bill is theirs."
    assert denial["polarity"] == "neg"
    assert [(x["stance"], x["claim"]) for x in answer["stances"]] == [
        ("neutral", 0),
        ("against", 1),
    ]
    assert loss.carried["conversations"] == 1
    schema = orjson.loads(system.split("\n", 1)[1])
    for part in ("claims", "stances"):
        item = schema["properties"][part]["items"]
        assert all(list(said) == list(item["properties"]) for said in answer[part])
        for said in answer[part]:
            for name, rule in item["properties"].items():
                assert "enum" not in rule or said[name] in rule["enum"]


def test_pieces_hold_what_lies_in_them(tmp_path: Path) -> None:
    loss = write("chat", tmp_path / "a.jsonl", [dock()], unit="paragraph", schema="no")
    parts = talks(tmp_path / "a.jsonl")
    assert [len(answer["claims"]) for _, _, answer in parts] == [0, 2, 2, 0]
    (_, _, third) = parts[2]
    assert [who["mention"] for who in third["claims"][1]["speakers"]] == [None, None]
    assert [who["name"] for who in third["claims"][1]["speakers"]] == ["Rem Osk", "Iva Tolm"]
    assert {what for what, _ in loss.left_out} == {"flags of spans", "notes of spans"}
    write("chat", tmp_path / "b.jsonl", [dock()], unit="paragraph", empty="drop")
    assert len(talks(tmp_path / "b.jsonl")) == 2
    whole = Export(dock().article, ())
    write("chat", tmp_path / "c.jsonl", [whole])
    assert talks(tmp_path / "c.jsonl") == []


def test_what_crosses_an_edge_is_counted(tmp_path: Path) -> None:
    export = dock()
    (work,) = export.sets
    long = replace(work.spans["s5"], fragments=((work.spans["s5"].start, TEXT.index("painted")),))
    crossing = Export(export.article, (replace(work, spans={**work.spans, "s5": long}),))
    loss = write("chat", tmp_path / "out.jsonl", [crossing], unit="paragraph")
    assert loss.left_out["CLAIM spans", "in no one paragraph"] == 1
    with pytest.raises(AnnotatorError, match="number of sentences"):
        write("chat", tmp_path / "no.jsonl", [export], unit="sentences", size="few")


@pytest.mark.parametrize("unit", ["article", "paragraph", "sentences"])
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(written=exports())
def test_every_quote_is_exact(tmp_path: Path, unit: str, written: list[Export]) -> None:
    first = write("chat", tmp_path / "out.jsonl", written, unit=unit, size="2")
    data = (tmp_path / "out.jsonl").read_bytes()
    claims = 0
    for _, user, answer in talks(tmp_path / "out.jsonl"):
        claims += len(answer["claims"])
        for said in (*answer["claims"], *answer["stances"]):
            assert all(quote in user for quote in said["quotes"])
            assert all(words in user for words in said.get("cue", ()))
            for who in said["speakers"]:
                assert who["mention"] is None or who["mention"] in user
    lost = sum(n for (what, _), n in first.left_out.items() if what == "CLAIM spans")
    assert claims + lost == sum(
        span.label == "CLAIM" for x in written for work in x.sets for span in work.spans.values()
    )
    write("chat", tmp_path / "again.jsonl", written, unit=unit, size="2")
    assert (tmp_path / "again.jsonl").read_bytes() == data
