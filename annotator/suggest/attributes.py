"""Attributes computed for a new span, so that a person only has to correct them.

A rule is named in the scheme (`rule = "form"`); any label may use any rule. A rule that cannot tell
leaves the scheme's default.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
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
_STATES = wordlist("was were had went came did lay stood held saw")
_PASSIVE = wordlist("was were been being is are be")
_TO_COME = wordlist("will would should shall going must could might may if")


_CLAUSE_BEGINS = wordlist("that to whether if how why what who when where because")
_SUBJECTS = wordlist("i he she we they it's there")
_SIDE = wordlist("but although though because while whereas if unless until since so when after")
_FALSE = wordlist("untrue false unfounded invented wrong nonsense absurd lie lies excluded")
_ALL = wordlist("all every most majority record first largest twice third quarter both each")
_AFTER_PLACE = wordlist("the a an this that these those his her its their our my your one all any")
_SHORT = 10
_ACTS = {
    **dict.fromkeys(wordlist("found find finds understood considers regards"), "believe"),
    **dict.fromkeys(wordlist("voted agreed agrees intends plans"), "commit"),
    **dict.fromkeys(wordlist("oppose opposes opposed against rejects rejected contested"), "deny"),
}
_SELF = wordlist("i we he she they")
_OWN_WILL = wordlist("will would")


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


def _main_clause(words: Sequence[str]) -> list[str]:
    """The words of the first main clause, as far as commas and conjunctions tell."""
    if words[:1] and words[0] in _SIDE and "," in words:
        words = words[words.index(",") + 1 :]
    for index in range(2, len(words)):
        word, before = words[index], words[index - 1]
        if word in _SIDE or word in (";", ":", "–", "—"):
            return list(words[:index])
        if before == "," and word in ("and", "not", "which", "who", "where", "whose", "or"):
            return list(words[: index - 1])
        if word == "and" and _has_verb(words[:index]) and _has_verb(words[index + 1 : index + 5]):
            return list(words[:index])
    return list(words)


def _form(context: Context) -> Value | None:
    if context.is_authors:
        return "authorial"
    quoted = [_quoted(context.units, piece) for piece in context.span.fragments]
    if all(part == "all" for part in quoted):
        is_phrase = context.cue is not None and not _has_verb(context.words)
        stops = context.content.rstrip("”“’\"'»« ,").endswith((".", "?", "!"))
        return "mixed" if is_phrase and not stops and len(context.words) <= _SHORT else "direct"
    if any(part != "none" for part in quoted):
        return "mixed"
    if context.cue is None and context.annotations.links_from(context.span.id):
        # Somebody holds it, and nothing in the sentence frames it.
        return "direct" if _in_interview(context) else "free"
    words = context.words
    acts = any(
        (word == "to" and after not in _AFTER_PLACE) or (word == "of" and after.endswith("ing"))
        for word, after in pairwise(words)
    )
    return "indirect" if acts or (_has_verb(words) and words != ["that"]) else "summary"


def _has_verb(words: Sequence[str]) -> bool:
    """Whether words look like a clause: a finite verb, a past form, a pronoun that acts, or the
    beginning of a clause."""
    if words[:1] and words[0] in _CLAUSE_BEGINS:
        return True
    return any(
        word in FINITE
        or word in _PAST
        or word in _SUBJECTS
        or word.endswith(("n't", "'s", "'re", "'ll", "'ve", "'d", "'m"))
        or (word.endswith("ed") and len(word) > 4 and number > 1)
        for number, word in enumerate(words)
    )


def _in_interview(context: Context) -> bool:
    return context.annotations.fields.get("genre") == "interview"


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
    act = _ACTS.get(cue.word, cue.act)
    if act == "assert" and cue.word not in ("according to", "reportedly"):
        words = _main_clause(context.words)
        if words[:1] == ["that"]:
            words = words[1:]
        if len(words) > 1 and words[0] in _SELF and words[1] in _OWN_WILL:
            return "commit"  # “she would resign”
        if "should" in words or "must" in words:
            return "request"
    return act


def _polarity(context: Context) -> Value | None:
    words = _main_clause(context.words)
    turns = sum(
        negates(word) or word in ("nobody", "nothing", "cannot", "none", "nowhere")
        for word in words
        if word != "nor"
    )
    turns += sum(word in ("doubt", "doubts") or word in _FALSE for word in words)
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
    return "uncertain" if unsure or _HEDGES.intersection(_main_clause(context.words)) else "certain"


def _check(context: Context) -> Value | None:
    words = _main_clause(context.words)
    if _act(context) in _FACTLESS_ACTS or _TO_COME.intersection(words):
        return "nonfactual"
    cue = context.cue
    if cue is not None and cue.word.startswith(("den", "disput")):
        return "worth"
    figure = any(_NUMBER.search(word) for word in words) or _NUMBER_WORDS.intersection(words)
    if figure or _ALL.intersection(words) or _FALSE.intersection(words) or _is_deed(words):
        return "worth"
    return "minor" if _PAST.intersection(words) else "nonfactual"


def _is_deed(words: Sequence[str]) -> bool:
    """A verb in the past, other than of being, having or knowing, that is no passive."""
    return any(
        before not in _PASSIVE
        and ((word in _PAST and word not in _STATES) or (word.endswith("ed") and len(word) > 4))
        for before, word in pairwise(["", *words])
    )


def _topic(context: Context) -> Value | None:
    """The topic that a stance of this span has, or that a span within it means, if it is one."""
    work, own = context.annotations, context.span
    answers = {link.source for link in work.links_to(own.id)} if own.id else set()
    topics = set()
    for link in work.links.values():  # few of which lead to topics: spans are looked at last
        if link.target_kind == "topic" and link.source != own.id:
            other = work.spans.get(link.source)
            inside = other is not None and any(
                own.start <= start and end <= own.end for start, end in other.fragments
            )
            if inside or link.source in answers:
                topics.add(link.target)
    return topics.pop() if len(topics) == 1 else None


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
