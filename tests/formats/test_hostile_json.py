"""JSON of other tools with anything anywhere: readers count it, they never break."""

import contextlib
import copy
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.formats import registry
from annotator.formats.decoding import clean
from annotator.formats.exchange import Source
from annotator.formats.fitting import fit
from annotator.formats.loss import Loss
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from tests.formats import trips
from tests.formats.strategies import SCHEME, exports

TEXT = "Osk rejects the fees."
NAMES = ("doccano", "label-studio", "prodigy", "bdoc", "w3c")
GIVEN: dict[str, Any] = {
    "doccano": {
        "id": 7,
        "text": TEXT,
        "label": [[0, 3, "SPEAKER"], {"start_offset": 4, "end_offset": 11, "label": "CUE"}],
        "entities": [{"id": 1, "start_offset": 0, "end_offset": 3, "label": "SPEAKER"}],
        "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "same_as"}],
        "cats": ["news"],
        "Comments": ["odd"],
        "annotator": "ada",
        "offsets": "utf-16",
    },
    "label-studio": {
        "id": 4,
        "data": {"text": TEXT, "meta": {"desk": "city"}},
        "annotations": [
            {
                "completed_by": {"id": 5, "email": "x@news.example"},
                "was_cancelled": False,
                "result": [
                    {
                        "id": "r1",
                        "from_name": "label",
                        "type": "labels",
                        "origin": "manual",
                        "value": {"start": 0, "end": 3, "text": "Osk", "labels": ["SPEAKER"]},
                        "meta": {"text": ["who?"], "annotator": {"id": "s1", "flags": ["mt"]}},
                    },
                    {
                        "id": "r1",
                        "from_name": "act",
                        "type": "choices",
                        "value": {"start": 0, "end": 3, "choices": ["deny"]},
                    },
                    {
                        "type": "relation",
                        "from_id": "r1",
                        "to_id": "r1",
                        "direction": "left",
                        "labels": ["x"],
                    },
                    {
                        "id": "a",
                        "from_name": "annotator",
                        "type": "textarea",
                        "value": {"text": ['{"name": "ada", "links": [{"type": "x"}]}']},
                    },
                ],
            }
        ],
        "predictions": [{"model_version": "m1", "result": []}],
        "drafts": [{}],
    },
    "prodigy": {
        "text": TEXT,
        "_input_hash": 5,
        "tokens": [{"text": "Osk", "start": 0, "end": 3, "id": 0}],
        "spans": [
            {"start": 0, "end": 3, "token_start": 0, "token_end": 0, "label": "SPEAKER"},
            {"start": 4, "end": 11, "token_end": 1, "label": "CUE", "annotator": {"id": "s9"}},
        ],
        "relations": [
            {"head": 0, "child": 1, "label": "x", "head_span": {"start": 0, "end": 3},
             "child_span": {"start": 4, "end": 11, "label": "CUE"}, "annotator": {"type": "x"}}
        ],
        "accept": ["news"],
        "answer": "accept",
        "meta": {"id": "p1"},
        "_annotator_id": "ada",
    },
    "bdoc": {
        "name": "d1",
        "text": TEXT,
        "offset_type": "j",
        "features": {"annotator": {"id": "a1", "sets": {"ada": {"entities": [{"id": "e1"}]}}}},
        "annotation_sets": {
            "ada": {
                "name": "ada",
                "annotations": [
                    {"type": "CUE", "start": 4, "end": 11, "id": 0,
                     "features": {"links": {"x": [0]}, "act": "deny", "annotator": {"id": "s"}}}
                ],
                "next_annid": 1,
            }
        },
    },
    "w3c": {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "AnnotationCollection",
        "creator": {"type": "Person", "nickname": "ada"},
        "annotator:article": {"id": "a1", "text": TEXT},
        "annotator:set": {"name": "ada", "status": "done", "verdicts": [{"decision": "agree"}]},
        "first": {
            "type": "AnnotationPage",
            "items": [
                {
                    "id": "x:1",
                    "type": "Annotation",
                    "motivation": "tagging",
                    "body": [{"type": "TextualBody", "value": "CUE", "purpose": "tagging"}],
                    "target": {
                        "source": "x:doc",
                        "selector": [
                            {"type": "TextQuoteSelector", "exact": "rejects", "prefix": "Osk "},
                            {"type": "TextPositionSelector", "start": 4, "end": 11},
                        ],
                    },
                },
                {
                    "id": "x:2",
                    "motivation": "linking",
                    "body": [{"value": "x"}, {"id": "x:1"}],
                    "target": "x:1",
                    "annotator:link": {"type": "x", "source": "x:1", "order": 1},
                },
            ],
        },
    },
}  # fmt: skip

HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, -1, 3, 10**30, 1e400, float("nan"), 2.5, "", "x", "7", "\ud83d", "\0",
    [], [None], [[]], [[[1]]], [1, 2, "X"], {}, {"id": None}, {"text": 5}, ["x", 5, {}],
)  # fmt: skip
NO_WORK = (
    b"", b" \n", b"\xff\xfe", b"no", b"7", b"[", b"{", b"[]", b"null\n", b"{}\n{}", b"[[[[",
    b"\0" * 50, b"%PDF-1",
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all parts of a JSON value."""
    if path:
        yield path
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, item in parts:
        yield from places(item, (*path, key))


def spoilt(value: Any, path: tuple[Any, ...], hostile: Any, *, remove: bool) -> Any:
    """The value with another one in one place, or with nothing there."""
    found = copy.deepcopy(value)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = hostile
    return found


def read(name: str, path: Path) -> Loss:
    """Read and fit all there is; what the user can act on may be raised, nothing else."""
    form = registry.get(name)
    assert form.read is not None
    loss = Loss()
    with contextlib.suppress(AnnotatorError):
        for document in form.read(Source(path, form.settle({}), SCHEME, loss)):
            text = clean(TEXT if document.text is None else document.text).text
            article = Article("a", text, hash_text(text))
            for foreign in document.sets:
                work = fit(document, foreign, article, foreign.annotator, SCHEME, loss)
                check(work, text)
    json.dumps(loss.as_json(), allow_nan=False)
    return loss


def check(work: AnnotationSet, text: str) -> None:
    """A set as the project could keep it."""
    for span in work.spans.values():
        assert 0 <= span.start < span.end <= len(text)
        assert span.label
    assert {link.source for link in work.links.values()} <= work.spans.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_spoilt_part_never_breaks_a_reader(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    for number, place in enumerate(places(GIVEN[name])):
        for hostile in HOSTILE[number % 3 :: 3]:  # a third of all pairs: each value often enough
            path.write_text(json.dumps(spoilt(GIVEN[name], place, hostile, remove=False)))
            read(name, path)
        path.write_text(json.dumps(spoilt(GIVEN[name], place, None, remove=True)))
        read(name, path)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_torn_or_scrambled_file_never_breaks_a_reader(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        form = registry.get(name)
        path = Path(folder, f"out{form.suffix}")
        trips.write(name, path, data.draw(exports()))
        path = next(path.iterdir()) if path.is_dir() else path
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        read(name, path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", NO_WORK)
def test_files_of_something_else_are_refused_or_counted(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    form = registry.get(name)
    assert form.read is not None
    assert form.knows is not None
    assert not form.knows(path, content)
    loss, refused = Loss(), ""
    try:
        found = list(form.read(Source(path, form.settle({}), SCHEME, loss)))
    except AnnotatorError as error:
        found, refused = [], str(error)
    assert not [work for document in found for work in document.sets]
    assert str(path) in refused or loss.anything_left_out or content == b"[]"
