"""Attributes computed for a new span, so that a person only has to correct them.

A rule is named in the scheme (`rule = "form"`); any label may use any rule. A rule that cannot tell
leaves the scheme's default.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from annotator.model.annotation import AnnotationSet, Fragment, Span, Value
from annotator.model.article import Article, Region
from annotator.model.scheme import Scheme
from annotator.suggest.context import Context, cue_labels, is_negated
from annotator.suggest.phrases import FINITE, negates
from annotator.text.units import Units
from annotator.text.wordlist import wordlist

if TYPE_CHECKING:
    from annotator.text import regions

_HEDGES = wordlist(
    """
    may might could possibly perhaps maybe probably likely unlikely apparently seemingly presumably
    potentially seem seems seemed appear appears appeared uncertain unclear unsure possible probable
    doubt doubts doubted guess
    """
)
_UNSURE_CUES = wordlist(
    """
    believe believes believed think thinks thought fear fears feared hope hopes hoped expect expects
    expected doubt doubts doubted suspect suspects suspected assume assumes assumed guess worry
    worries worried suppose reckons reckon imagine anticipate anticipates anticipated estimate
    estimates estimated predict predicts predicted rumoured rumored
    """
)
_AGAINST_CUES = wordlist(
    """
    doubt doubts doubted refuse refuses refused oppose opposes opposed decline declines declined
    """
)
_WANT = wordlist("want wants wanted")
_ASK = wordlist("ask asks asked asking")
_FACTLESS_ACTS = wordlist("request ask commit")
_NUMBER = re.compile(r"\d")
_NUMBER_WORDS = wordlist(
    """
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred
    hundreds thousand thousands million millions billion billions half doubled tripled halved
    percent dozen dozens
    """
)
_PAST = wordlist(
    """
    was were had did went came took made gave got became sent built fell rose lost won died left met
    held struck shot hit paid sold bought broke began stood saw found
    """
)
_TO_COME = wordlist("will would should shall going must")


def defaults(
    units: Units,
    scheme: Scheme,
    annotations: AnnotationSet,
    label: str,
    fragments: Sequence[Fragment],
    article: Article,
) -> dict[str, Value]:
    """The computed attributes of a span about to be made; `fragments` as `Span` has them."""
    return computed(units, scheme, annotations, Span("", label, tuple(fragments)), article)


def computed(
    units: Units,
    scheme: Scheme,
    annotations: AnnotationSet,
    span: Span,
    article: Article,
) -> dict[str, Value]:
    """The computed attributes of a span as its links are now, whatever it says at present.

    Only attributes with a rule, and only values the scheme allows.
    """
    label = scheme.labels.get(span.label)
    if label is None:
        return {}
    context = Context(units, scheme, annotations, span, article)
    values: dict[str, Value] = {}
    for attribute in label.attributes:
        rule = RULES.get(attribute.rule)
        if rule is None:
            continue
        value = rule(context)
        if value is None or not attribute.allows(value):
            value = attribute.default
        if value is not None:
            values[attribute.name] = value
    return values


def _form(context: Context) -> Value | None:
    if context.is_authors:
        return "authorial"
    quoted = [_quoted(context.units, piece) for piece in context.span.fragments]
    if all(part == "all" for part in quoted):
        return "direct"
    if any(part != "none" for part in quoted):
        return "mixed"
    cue = context.cue
    compresses = cue is not None and (
        cue.act == "deny" or cue.word.startswith(("call for", "called for", "calls for", "demand"))
    )
    words = context.words
    plain = words and words[0] not in ("that", "to", "whether", "if")
    if compresses and plain and len(words) <= 10 and not FINITE.intersection(words):
        return "summary"
    return "indirect"


def _quoted(units: Units, piece: Fragment) -> str:
    """Whether "all", "some" or "none" of a piece stands within quotation marks."""
    start, end = piece
    around = units.quotations(start, end)
    if any(first <= start and last >= end for first, last in around):
        return "all"
    return "some" if around else "none"


def _act(context: Context) -> Value | None:
    cue = context.cue
    asks = context.content.rstrip("”“’\"'»« ").endswith("?")
    if cue is None:
        return "ask" if asks and not context.is_authors else None
    if cue.word in _WANT:
        return "request"
    if cue.word in _ASK:
        question = asks or (context.words[:1] or [""])[0] in ("whether", "if", "why", "how", "who")
        return "request" if not question and "to" in context.words else "ask"
    if cue.act == "assert" and asks:
        return "ask"
    return cue.act


def _polarity(context: Context) -> Value | None:
    words = context.words
    turns = sum(
        negates(word) or word in ("nobody", "nothing", "without", "cannot", "none", "nowhere")
        for word in words
        if word != "nor"
    )
    turns += sum(word in ("doubt", "doubts") for word in words)
    cue = context.cue
    if cue is not None:
        turns += cue.act == "deny" or cue.word in _AGAINST_CUES or cue.word.endswith(" against")
        turns += cue.negated and cue.act != "assert"
    return "neg" if turns % 2 else "pos"


def _certainty(context: Context) -> Value | None:
    act, cue = _act(context), context.cue
    if act in ("request", "ask") or (cue is not None and cue.negated and cue.act == "assert"):
        return "none"
    unsure = cue is not None and cue.word in _UNSURE_CUES
    return "uncertain" if unsure or _HEDGES.intersection(context.words) else "certain"


def _check(context: Context) -> Value | None:
    words = context.words
    if _act(context) in _FACTLESS_ACTS or _TO_COME.intersection(words):
        return "nonfactual"
    if _NUMBER.search(context.content) or _NUMBER_WORDS.intersection(words):
        return "minor"
    if _form(context) == "direct":
        return "nonfactual"
    return "minor" if _names_event(context) else "nonfactual"


def _names_event(context: Context) -> bool:
    """A name and a verb in the past: Vardia closed the bridge."""
    names = any(
        match[0] != "I"
        for match in re.finditer(r"(?<=\s)[A-ZÀ-Þ][\w’'-]+", " " + context.content)
        if match.start() > 1 or context.span.start != context.sentence[0]
    )
    past = any(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in context.words)
    return names and past


def _topic(context: Context) -> Value | None:
    """The topic of the document, if it has one only."""
    for field in context.scheme.fields:
        if field.kind == "topics" and field.name == "topics":
            topics = context.annotations.fields.get(field.name)
            if isinstance(topics, tuple) and len(topics) == 1:
                return topics[0]
    return None


def _basis(context: Context) -> Value | None:
    labels = cue_labels(context.scheme)
    on_cue = any(
        other.label in labels and other.fragments == context.span.fragments
        for other in context.annotations.spans.values()
    )
    return "stated" if on_cue else None


def _negated_cue(context: Context) -> Value | None:
    return is_negated(context.units, context.span.start)


def _region_kind(context: Context) -> Value | None:
    region = _proposed(context)
    return region.kind if region else None


def _region_exclude(context: Context) -> Value | None:
    from annotator.text.regions import KEPT  # its patterns take long to compile

    label = context.scheme.labels[context.span.label]
    for attribute in label.attributes:
        kind = context.span.attributes.get(attribute.name)
        if attribute.rule == "region-kind" and isinstance(kind, str):
            return kind not in KEPT
    region = _proposed(context)
    return region.exclude if region else None


def _proposed(context: Context) -> "Region | regions.Region | None":
    """What import proposed for these lines, else what they look like by themselves."""
    start, end = context.span.start, context.span.end
    shared = [
        (min(end, region.end) - max(start, region.start), region)
        for region in context.article.regions
        if region.start < end and region.end > start
    ]
    if shared:
        return max(shared, key=lambda item: item[0])[1]
    from annotator.text.regions import propose

    found = propose(context.units.text[start:end])
    return found[0] if found else None


RULES: Mapping[str, Callable[[Context], Value | None]] = MappingProxyType(
    {
        "form": _form,
        "act": _act,
        "polarity": _polarity,
        "certainty": _certainty,
        "check": _check,
        "topic": _topic,
        "basis": _basis,
        "negated-cue": _negated_cue,
        "region-kind": _region_kind,
        "region-exclude": _region_exclude,
    }
)
"""What a scheme may name as the rule of an attribute; None means "use the default"."""
