"""Random annotation sets over a text, and edits, for property tests."""

from hypothesis import strategies as st

from annotator.model.annotation import (
    AnnotationSet,
    Entity,
    Link,
    Span,
    Verdict,
    normalise_fragments,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = words.filter(bool)
values = st.one_of(st.booleans(), words, st.lists(words, max_size=3).map(tuple))
origins = st.sampled_from(["manual", "suggested", "edited", "imported", "copied"])
odd = st.sampled_from(
    ["👩‍👩‍👧", "é", "שלום", "\u202e", "\u2028", "\x85", '"', "\\", "\n", ',"text":"', "{"]
)
texts = st.lists(words | odd, min_size=2, max_size=12).map("".join).filter(lambda t: len(t) > 3)


@st.composite
def spans(draw: st.DrawFn, length: int, number: int) -> Span:
    cuts = draw(st.lists(st.integers(0, length), min_size=2, max_size=6, unique=True).map(sorted))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return Span(
        f"s{number}",
        draw(names),
        normalise_fragments(pairs, length),
        draw(st.dictionaries(names, values, max_size=3)),
        tuple(draw(st.lists(words, max_size=2))),
        draw(words),
        draw(origins),
    )


@st.composite
def annotation_sets(
    draw: st.DrawFn, article_id: str, text: str, text_hash: str, annotator: str = "ann"
) -> AnnotationSet:
    """Nested, crossing and discontinuous spans, links between them, entities and fields."""
    count = draw(st.integers(0, 5))
    marked = {f"s{n}": draw(spans(len(text), n)) for n in range(1, count + 1)}
    entities = {
        f"e{n}": Entity(
            f"e{n}", draw(names), draw(words), draw(words), "", draw(words), draw(words)
        )
        for n in range(10, 10 + draw(st.integers(0, 2)))
    }
    links = {}
    for n in range(20, 20 + draw(st.integers(0, 3 if marked else 0))):
        source = draw(st.sampled_from(sorted(marked)))
        kind = draw(st.sampled_from(["span", "entity", "topic"]))
        target = draw(st.sampled_from(sorted(marked)) if kind == "span" else names)
        links[f"l{n}"] = Link(
            f"l{n}", draw(names), source, target, kind, draw(st.integers(0, 9)), draw(origins)
        )
    fields = draw(st.dictionaries(names.map(lambda name: f"x{name}"), values, max_size=2))
    if draw(st.booleans()):
        fields["status"] = draw(st.sampled_from(["open", "done", "skipped"]))
        fields["flags"] = tuple(draw(st.lists(words, max_size=2)))
        fields["note"] = draw(words)
        fields["sources"] = tuple(draw(st.lists(words, max_size=2)))
    decisions = st.sampled_from(["agree", "took-a", "both", "merged", "new", "dropped"])
    verdicts = {
        f"v{n}": Verdict(
            f"v{n}",
            draw(words),
            draw(decisions),
            tuple(draw(st.lists(words, max_size=2))),
            tuple(sorted(marked)[:n]),
            draw(words),
            draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 2)))
    }
    return AnnotationSet(
        article_id,
        text_hash,
        annotator,
        draw(words),
        marked,
        links,
        entities,
        fields,
        serial=draw(st.integers(30, 99)),
        mark=draw(st.integers(0, 99)),
        active_seconds=draw(st.floats(0, 1e6)),
        verdicts=verdicts,
    )
