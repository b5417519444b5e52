"""Our own JSON lines read back, whole or damaged."""

import json
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.formats.exchange import ForeignDocument, Source
from annotator.formats.fitting import fit, fit_named
from annotator.formats.loss import Loss
from annotator.formats.mapping import LabelMap
from annotator.formats.mending import mend
from annotator.formats.nested import nested_line
from annotator.formats.nested_in import read
from annotator.formats.translating import Translator, draw_named
from annotator.model.annotation import AnnotationSet, Verdict
from annotator.model.article import Article, hash_text
from annotator.model.requirements import unfit
from tests.formats.strategies import SCHEME, annotation_sets, articles

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", -1, 0, 3, 10**30, 1.5, True, [], {}, ["x"], [[0]], [[0, 1]], {"x": 1}, "\ud800"]
)


def documents(line: bytes) -> tuple[list[ForeignDocument], Loss]:
    loss = Loss()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.jsonl")
        path.write_bytes(line + b"\n")
        return list(read(Source(path, {}, SCHEME, loss))), loss


def a_line(article: Article, work: AnnotationSet) -> bytes:
    return nested_line(article, work, SCHEME, str)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_line_says_all_about_its_article(data: st.DataObject) -> None:
    article = data.draw(articles("a1"))
    work = data.draw(annotation_sets(article))
    [document], loss = documents(a_line(article, work))
    assert (document.id, document.text) == ("a1", article.text)
    assert document.text_hash == article.text_hash
    facts = document.facts
    assert (facts.headline, facts.source) == (article.headline, article.source)
    assert (facts.published, facts.language) == (article.published, article.language)
    assert not loss.anything_left_out


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_lines_are_refused_piece_by_piece(data: st.DataObject) -> None:
    """Whatever a value is replaced by: nothing crashes, and what comes out fits the scheme."""
    article = data.draw(articles("a1"))
    line = orjson.loads(a_line(article, data.draw(annotation_sets(article))))
    for _ in range(data.draw(st.integers(1, 3))):
        _damage(data, line)
    found, loss = documents(json.dumps(line).encode())
    for document in found:
        for foreign in document.sets:
            translated = Translator(SCHEME, LabelMap()).translate(document, foreign, loss)
            work, names = fit_named(document, translated.foreign, article, "ada", SCHEME, loss)
            draw_named(work, translated, names, article.text, "imported")
            mend(work, SCHEME, document.path, document.line, loss)
            assert not list(unfit(work, SCHEME))


def _damage(data: st.DataObject, line: dict[str, Any]) -> None:
    at: Any = line
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.integers(0, 3)):
            at = at[key]
            continue
        if isinstance(at, dict) and data.draw(st.booleans()):
            del at[key]
        else:
            at[key] = data.draw(ODD)
        return


def test_verdicts_come_back_with_gold() -> None:
    text = "Rain fell."
    article = Article("a1", text, hash_text(text))
    verdict = Verdict("v3", "case", "took-a", ("ada/s1",), ("s1",), "clear", True)
    line = {
        "id": "a1",
        "text": text,
        "annotator": "gold",
        "spans": [{"id": "s1", "label": "CLAIM", "start": 0, "end": 4}],
        "sources": ["ada", "bo"],
        "verdicts": [
            {
                "id": "v3",
                "case": "case",
                "decision": "took-a",
                "spans": ["s1"],
                "from": ["ada/s1"],
                "gap": True,
                "note": "clear",
            }
        ],
    }
    [document], _ = documents(orjson.dumps(line))
    work = fit(document, document.sets[0], article, "gold", SCHEME, Loss())
    assert work.verdicts == {"v3": verdict}
    assert work.fields["sources"] == ("ada", "bo")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"id": "a", "text": "x"}, "are no annotated articles of ours"),
        ({"id": "a", "text": 5, "spans": []}, "have no text"),
        ([1], "are no JSON objects"),
    ],
)
def test_other_lines_are_refused(line: object, why: str) -> None:
    found, loss = documents(orjson.dumps(line) + b'\n{"text": "y", "spans": []}')
    assert [document.text for document in found] == ["y"]
    assert loss.left_out == {("records", why): 1}
