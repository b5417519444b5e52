"""What JSON formats keep for us beside their native form, and who wins if both say something."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.formats.exchange import Export
from annotator.model.annotation import AnnotationSet, Link, Span, Value, Verdict
from annotator.model.article import Article, hash_text
from tests.formats import trips
from tests.formats.strategies import SCHEME

LOSSLESS = ("label-studio", "prodigy", "bdoc", "w3c")
TEXT = "“Never,” said Mira Vell 🌊 of Osk, “never again.”"

names = st.sampled_from(
    ["act", "check", "id", "text", "label", "labels", "links", "note", "annotator", "start", "end",
     "type", "meta", "value", "genre", "accept", "spans", "x y", "é", "#"]
)  # fmt: skip
strings = st.sampled_from(["", "plain", "true", "yes", "no", "7", 'q"', "a\nb", "🌊", "[]", " "])
values = strings | st.booleans() | st.lists(strings.filter(bool), max_size=3).map(tuple)


def exported(name: str, folder: Path, *works: AnnotationSet) -> Path:
    path = folder / f"out{'' if name == 'bdoc' else '.json'}"
    trips.write(name, path, [Export(Article("a1", TEXT, hash_text(TEXT)), works)])
    return path


def a_set(spans: list[Span], links: list[Link] | None = None, **more: Any) -> AnnotationSet:
    return AnnotationSet(
        "a1",
        hash_text(TEXT),
        more.pop("annotator", "ada"),
        SCHEME.id,
        {item.id: item for item in spans},
        {item.id: item for item in links or []},
        **more,
    )


def span(label: str, *covered: str, id: str = "s1", **attributes: Value) -> Span:
    fragments = tuple((TEXT.index(x), TEXT.index(x) + len(x)) for x in covered)
    return Span(id, label, fragments, attributes)


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=40, deadline=None)
@given(
    attributes=st.dictionaries(names, values, max_size=4),
    fields=st.dictionaries(names.filter(lambda x: x != "note"), values, max_size=4),
    label=st.sampled_from(["CLAIM", "SPEAKER", "ODD LABEL", "label", "é", "annotator"]),
    id=st.sampled_from(["s1", "annotator", "field act", "", "label", "a/b", "%2F", "urn:x"]),
)
def test_names_and_values_that_the_format_has_for_itself(
    name: str,
    attributes: dict[str, Value],
    fields: dict[str, Value],
    label: str,
    id: str,
) -> None:
    id = id or "s9"
    given_span = Span(id, label, ((9, 13),), attributes)
    with tempfile.TemporaryDirectory() as folder:
        path = exported(name, Path(folder), a_set([given_span], fields=dict(fields)))
        (trip,) = trips.read(name, path)
    assert trip.work.spans == {id: given_span}
    assert trip.work.fields == fields
    assert not trip.loss.left_out
    assert not trip.loss.changed


@pytest.mark.parametrize("name", LOSSLESS)
def test_gold_keeps_its_verdicts_and_topics_their_names(name: str, tmp_path: Path) -> None:
    verdict = Verdict("v1", "c", "took-a", ("ada/s1",), ("s1",), "clear", gap=True)
    spans = [span("CLAIM", "“never again.”")]
    link = Link("l1", "topic", "s1", "t-sea", "topic")
    gold = a_set(
        spans, [link], annotator="gold", fields={"sources": ("ada", "bo")}, verdicts={"v1": verdict}
    )
    (trip,) = trips.read(name, exported(name, tmp_path, gold, a_set([])))[:1]
    assert trip.foreign.annotator == "gold"
    assert trip.work.verdicts == {"v1": verdict}
    assert trip.work.fields["sources"] == ("ada", "bo")
    assert trip.document.topics == {"t-sea": "Topic t-sea"}


@pytest.mark.parametrize("name", LOSSLESS)
def test_equal_work_gives_equal_bytes(name: str, tmp_path: Path) -> None:
    one, other = span("CLAIM", "“Never,”", act="deny", check="worth"), span("CUE", "said", id="s2")
    link = Link("l1", "cue", "s1", "s2")
    turned = Span("s1", "CLAIM", one.fragments, dict(reversed(list(one.attributes.items()))))
    written = []
    for number, spans in enumerate(([one, other], [other, turned])):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = exported(name, folder, a_set(spans, [link]))
        written.append((next(path.iterdir()) if path.is_dir() else path).read_bytes())
    assert written[0] == written[1]


def changed(name: str, path: Path, change: Callable[[str], str]) -> Path:
    """The file as another tool might leave it."""
    path = next(path.iterdir()) if path.is_dir() else path
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["label-studio", "prodigy", "bdoc"])
def test_a_stretch_that_another_tool_moved_has_its_old_pieces_no_more(
    name: str, tmp_path: Path
) -> None:
    path = exported(name, tmp_path, a_set([span("CLAIM", "“Never,”", "“never again.”")]))
    (trip,) = trips.read(name, path)
    assert trip.places() == [("CLAIM", "“Never,” “never again.”")]

    def shortened(raw: str) -> str:
        record = json.loads(raw)
        if name == "label-studio":
            place = record[0]["annotations"][0]["result"][0]["value"]
        elif name == "prodigy":
            place = record["spans"][0]
        else:
            place = record["annotation_sets"]["ada"]["annotations"][0]
        place["end"] = 8
        place.pop("text", None)
        return json.dumps(record)

    (trip,) = trips.read(name, changed(name, path, shortened), **said(name))
    assert trip.places() == [("CLAIM", "“Never,”")]


def said(name: str) -> dict[str, str]:
    """What a user must say where no covered text is left."""
    return {"unit": "code-points"} if name == "label-studio" else {}


@pytest.mark.parametrize("name", ["label-studio", "bdoc", "w3c", "prodigy"])
def test_a_link_that_another_tool_removed_stays_removed(name: str, tmp_path: Path) -> None:
    spans = [span("CLAIM", "“Never,”"), span("SPEAKER", "Mira Vell", id="s2")]
    links = [
        Link("l1", "holder", "s1", "s2", origin="copied"),
        Link("l2", "topic", "s1", "t-sea", "topic"),
    ]
    path = exported(name, tmp_path, a_set(spans, links))
    (trip,) = trips.read(name, path)
    assert trip.work.links == {item.id: item for item in links}

    def without(raw: str) -> str:
        record = json.loads(raw)
        if name == "label-studio":
            results = record[0]["annotations"][0]["result"]
            results[:] = [item for item in results if item["type"] != "relation"]
        elif name == "bdoc":
            for item in record["annotation_sets"]["ada"]["annotations"]:
                item["features"].pop("links", None)
        elif name == "w3c":
            items = record["first"]["items"]
            items[:] = [item for item in items if item["motivation"] != "linking"]
        else:
            record["relations"] = []
        return json.dumps(record)

    (trip,) = trips.read(name, changed(name, path, without))
    assert trip.work.links == {"l2": links[1]}
