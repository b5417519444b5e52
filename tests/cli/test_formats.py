"""`annotator formats`: what there is, and what it carries."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from annotator.formats import registry

Run = Callable[..., Any]


def test_all_formats_are_listed_with_their_ways(run: Run) -> None:
    listed = run("formats").out.splitlines()
    names = {line.split()[0]: line.split()[1:3] for line in listed[1:]}
    assert list(names) == registry.names()
    assert names["jsonl"] == ["in", "out"]
    assert names["rows"][0] == "in"
    assert names["csv"][0] == "out"


@pytest.mark.parametrize("name", registry.names())
def test_each_is_described_in_words(run: Run, name: str) -> None:
    said = run("formats", name)
    assert said.code == 0
    form = registry.get(name)
    assert said.out.startswith(f"{name}: {form.title}")
    assert all(option.name in said.out for option in form.options)
    assert ("Can be read" in said.out) == (form.read is not None)
    assert orjson.loads(run("formats", name, "--json").out)["capability"]["unit"]


def test_what_cannot_be_held_is_said(run: Run) -> None:
    assert "Cannot hold spans in pieces" in run("formats", "doccano").out
    assert "Cannot hold" not in run("formats", "jsonl").out


def test_an_unknown_format_is_named(run: Run) -> None:
    done = run("formats", "bart")
    assert done.code == 1
    assert "did you mean brat?" in done.err
