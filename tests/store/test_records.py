import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, Change, Span
from annotator.model.article import Article, Region, hash_text
from annotator.model.session import Edit
from annotator.store.lines import RecordError, decode, encode, encode_plain
from annotator.store.records import (
    Lineage,
    article_record,
    checkpoint_record,
    edit_record,
    misplaced,
    read_article,
    read_checkpoint,
    read_edit,
    read_head,
    read_lineage,
)
from tests.store.sets import annotation_sets, texts

LINEAGE = Lineage(3, ("ab", "cd"), "2026-01-02T03:04:05.678Z", "abcdef", "j1")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.data(), texts)
def test_an_annotation_set_comes_back_as_it_was(data: st.DataObject, text: str) -> None:
    work = data.draw(annotation_sets("a", text, hash_text(text)))
    record = decode(encode(checkpoint_record(work, text, LINEAGE))[:-1])
    assert read_checkpoint(record) == work
    assert read_lineage(record) == LINEAGE
    assert misplaced(record, text) == []


@given(st.data(), texts)
def test_an_edit_comes_back_as_it_was(data: st.DataObject, text: str) -> None:
    old = data.draw(annotation_sets("a", text, hash_text(text)))
    new = data.draw(annotation_sets("a", text, hash_text(text)))
    changes = [
        Change(kind, key, before.get(key), after.get(key))
        for kind, before, after in (
            ("span", old.spans, new.spans),
            ("link", old.links, new.links),
            ("entity", old.entities, new.entities),
            ("verdict", old.verdicts, new.verdicts),
            ("field", old.fields, new.fields),
        )
        for key in sorted({*before, *after})
    ]
    seconds = data.draw(st.floats(0, 1e6))
    edit = Edit(7, "2026-01-02T03:04:05.678Z", "redo", "merge x", tuple(changes), 5, seconds)
    rename = Edit(8, "", "rename", "rename", tuple(changes), done=(edit, edit), undone=(edit,))
    for item in (edit, rename):
        assert read_edit(decode(encode(edit_record(item))[:-1])) == item


def test_an_edit_of_before_there_were_renamings_is_read() -> None:
    edit = Edit(1, "2026-01-02T03:04:05.678Z", "edit", "note", (Change("field", "x", None, "y"),))
    record = edit_record(edit)
    del record["active"]
    assert "done" not in record
    assert read_edit(record) == edit


@given(
    texts,
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), max_size=3),
)
def test_an_article_comes_back_and_its_head_is_read_without_the_text(
    text: str, meta: dict[str, object]
) -> None:
    whole = Article(
        "a/1", text, hash_text(text), "Wave, \"huge\"", "wire", "2026-01-02", "https://x.example",
        "de", ("LF",), (Region(0, 2, "byline", True, (2, 3)), Region(2, 4, "photo", False)),
        {"deep": {"x": 1, "text": "y"}, **meta},
    )  # fmt: skip
    raw = encode_plain(article_record(whole))[:-1]
    assert read_article(raw) == whole
    head = read_head(raw)
    assert (head.id, head.text_hash, head.headline, head.characters) == (
        *("a/1", whole.text_hash, whole.headline, len(text)),
    )


def paths(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    found = [path] if path else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        found += paths(inner, (*path, key))
    return found


def put(record: object, path: tuple[object, ...], value: object) -> None:
    for step in path[:-1]:
        record = record[step]  # type: ignore[index]
    record[path[-1]] = value  # type: ignore[index]


TEXT = "Rada Quell denied it."


def sample() -> AnnotationSet:
    from annotator.model.annotation import Entity, Link

    return AnnotationSet(
        "a", hash_text(TEXT), "ann", "x/1",
        {"s1": Span("s1", "SPEAKER", ((0, 4), (5, 10)), {"form": "direct"}, ("unsure",), "n")},
        {"l2": Link("l2", "ref", "s1", "e3", "entity")},
        {"e3": Entity("e3", "Rada Quell", "person")},
        {"status": "done", "flags": ("mt",), "genre": "news"}, 3, 4, 1.5,
    )  # fmt: skip


@given(st.data())
def test_any_value_in_any_place_is_read_or_refused_never_a_crash(data: st.DataObject) -> None:
    record = checkpoint_record(sample(), TEXT, LINEAGE)
    put(record, data.draw(st.sampled_from(paths(record))), data.draw(json_values))
    try:
        work = read_checkpoint(record)
        read_lineage(record)
    except RecordError:
        return
    again = decode(encode(checkpoint_record(work, TEXT, LINEAGE))[:-1])
    again.pop("spans")
    assert read_checkpoint(again).links == work.links


@given(st.data())
def test_any_value_in_any_place_of_an_edit(data: st.DataObject) -> None:
    span = sample().spans["s1"]
    change = Change("span", "s1", None, span)
    step = Edit(1, "", "edit", "add", (change, Change("field", "x", True, ("a",))))
    record = edit_record(Edit(2, "", "rename", "rename", step.changes, done=(step,)))
    put(record, data.draw(st.sampled_from(paths(record))), data.draw(json_values))
    try:
        edit = read_edit(record)
    except RecordError:
        return
    assert edit_record(edit)


@given(st.data())
def test_any_value_in_any_place_of_an_article(data: st.DataObject) -> None:
    article = Article("a", TEXT, hash_text(TEXT), regions=(Region(0, 1, "x", True, (0, 1)),))
    record = article_record(article)
    put(record, data.draw(st.sampled_from(paths(record))), data.draw(json_values))
    try:
        raw = encode_plain(record)[:-1]
        read = read_article(raw)
        head = read_head(raw)
    except RecordError:
        return
    assert (head.id, head.text_hash) == (read.id, read.text_hash)


@pytest.mark.parametrize(
    "fragments",
    [[], [[3, 3]], [[5, 2]], [[0, 4], [2, 6]], [[4, 6], [0, 2]], [[-1, 2]], [[0, True]]],
)
def test_wrong_fragments_are_refused(fragments: list[list[int]]) -> None:
    record = checkpoint_record(sample(), TEXT, LINEAGE)
    record["spans"][0].pop("text")
    record["spans"][0]["fragments"] = fragments
    with pytest.raises(RecordError):
        read_checkpoint(record)


def test_ids_are_not_used_again_even_if_the_counter_was_wrong() -> None:
    record = checkpoint_record(sample(), TEXT, LINEAGE)
    record["serial"] = 0
    assert read_checkpoint(record).serial == 3


def test_a_broken_link_in_a_record_breaks_nothing() -> None:
    record = checkpoint_record(sample(), TEXT, LINEAGE)
    record["spans"] = []
    work = read_checkpoint(record)
    assert work.mentions("e3") == []
    assert [link.id for link in work.links_to("e3")] == ["l2"]
