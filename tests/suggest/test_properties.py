"""Whatever the text: suggestions lie inside it, are valid, and nothing fails."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet, Entity, Span, normalise_fragments
from annotator.model.article import Article
from annotator.model.scheme import Scheme
from annotator.suggest import cast
from annotator.suggest.attributes import computed
from annotator.suggest.attributions import frames
from annotator.suggest.links import MOST, offers
from annotator.suggest.mentions import same_string
from annotator.suggest.spelling import similarity
from annotator.text.units import Units

PIECES = (
    "Mirela Oszkar|Talvia|the minister|she|Critics|said|told|denies|wants|urged|called|asked|feared"
    "|It is|According to|reportedly|that|whether|to|who|and|but|not|on Monday|of|the pier|is late"
    '|“|”|‘|’|"|,|.|?|!|:|;| – |\n|(|)|😀|e\u0301|\u200b|\u2028|漢字|ابن|12,5|I|U.S.|A.|...'
)
texts = st.one_of(
    st.lists(st.sampled_from(PIECES.split("|")), max_size=40).map(" ".join),
    st.lists(st.sampled_from(PIECES.split("|")), max_size=40).map("".join),
    st.text(max_size=60),
)
names = st.one_of(st.text(max_size=20), st.sampled_from(PIECES.split("|")))


@settings(max_examples=300, deadline=None)
@given(texts, st.data())
def test_frames_fit_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for frame in frames(Units(text), start, end):
        assert frame.claims
        for piece in (frame.speaker, frame.cue, frame.relay, frame.relay_cue):
            assert piece is None or 0 <= piece[0] < piece[1] <= len(text)
        for claim in frame.claims:
            assert normalise_fragments(claim, len(text)) == claim
            assert all(text[a:b] == text[a:b].strip() for a, b in claim)


@settings(max_examples=150, deadline=None)
@given(texts.filter(bool), names, st.data())
def test_attributes_and_offers_never_fail(
    scheme: Scheme, text: str, name: str, data: st.DataObject
) -> None:
    units, article = Units(text), Article("a1", text, "hash")
    annotations = AnnotationSet("a1", "hash", "mo")
    annotations.entities.update(cast_of(name))
    for number, label in enumerate(scheme.labels):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        span = Span(f"s{number}", label, ((start, end),))
        annotations.spans[span.id] = span
    for span in annotations.spans.values():
        values = computed(units, scheme, annotations, span, article)
        for key, value in values.items():
            attribute = scheme.attribute(span.label, key)
            assert attribute is not None
            assert attribute.allows(value)
        for link, candidates in offers(units, scheme, annotations, span, {"t": name}).items():
            rule = scheme.link(span.label, link)
            assert rule is not None
            assert len(candidates) <= MOST
            for candidate in candidates:
                assert candidate.target != span.id
                if candidate.target_kind == "span":
                    assert annotations.spans[candidate.target].label in rule.targets
                else:
                    assert candidate.target_kind.upper() in rule.targets


def cast_of(name: str) -> dict[str, Entity]:
    return {"e1": Entity("e1", name or "x"), "e2": Entity("e2", "Oszkar")}


@given(texts, names)
def test_same_string_finds_the_string(text: str, name: str) -> None:
    found = same_string(Units(text), name, [])
    assert all(text[start:end] == name for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))


@given(names, names)
def test_names_compare_the_same_both_ways(one: str, other: str) -> None:
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, other) == similarity(other, one)
    assert abs(cast.same_name(one, other) - cast.same_name(other, one)) < 1e-9
    assert cast.naming(one) in ("named", "unnamed", "generic")
    cast.guess_type(one)
    cast.bare_name(one)
