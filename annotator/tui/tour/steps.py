"""What the tour asks for, one thing at a time, and how it knows that it was done.

Texts name actions in braces, `{accept}`; the screen puts the keys in, so that they are right for
everybody's key map. `{SPEAKER}` is the key of a label, `{CLAIM.topic}` that of an attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator.model.annotation import AnnotationSet

if TYPE_CHECKING:
    from annotator.tui.tour.screen import TourScreen

Done = Callable[["TourScreen"], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """`done` is asked again and again until it is true."""

    title: str
    text: str
    done: Done


def _has(label: str, count: int = 1) -> Done:
    def done(screen: TourScreen) -> bool:
        spans = screen.session.annotations.spans.values()
        return sum(span.label == label for span in spans) >= count

    return done


def _claim_has(*links: str) -> Done:
    def done(screen: TourScreen) -> bool:
        work = screen.session.annotations
        return any(
            all(work.links_from(span.id, link) for link in links)
            for span in work.spans.values()
            if span.label == "CLAIM"
        )

    return done


def _at(words: str) -> Done:
    def done(screen: TourScreen) -> bool:
        start = screen.session.article.text.index(words)
        return start <= screen.view.caret <= start + len(words)

    return done


def _stance(work: AnnotationSet) -> bool:
    return any(
        span.attributes.get("stance") and work.links_from(span.id, "target")
        for span in work.spans.values()
        if span.label == "STANCE"
    )


def _pane(name: str) -> Done:
    return lambda screen: screen.pane is not None and screen.pane.scope == name


STEPS = (
    Step(
        "An article, as it was scraped",
        "The arrow keys go by words, ctrl with them by sentences and paragraphs. Go to the first"
        " words of the report, “The town council” ({move-paragraph-down} a few times).",
        _at("The town council of Selmar"),
    ),
    Step(
        "Lines that are not the report",
        "Headline, byline and the like are REGIONs. They are proposed already, dotted:"
        " {take-regions} takes them all.",
        _has("REGION"),
    ),
    Step(
        "Who speaks: SPEAKER",
        "Select “The town council of Selmar”: {extend-token-right} adds a word, {grow} grows what"
        " is selected. Then {SPEAKER} marks it, and {accept} takes the entity that is offered.",
        _has("SPEAKER"),
    ),
    Step(
        "The word that says so: CUE",
        "One word needs no selecting. Put the caret on “wants” and press {CUE}.",
        _has("CUE"),
    ),
    Step(
        "What is said: CLAIM",
        "Put the caret on the “a” of “a night ferry”; {select-rest} selects the rest of the"
        " sentence. {CLAIM} marks it.",
        _has("CLAIM"),
    ),
    Step(
        "Whose claim, by which word",
        "The nearest speaker and cue are offered below: {accept} takes both, a digit picks"
        " another.",
        _claim_has("holder", "cue"),
    ),
    Step(
        "What it is about",
        "Its attributes were filled in; look at the panel, or at {claims}. One key changes each:"
        " {CLAIM.topic} gives the chosen claim a topic; {accept} takes the night ferry.",
        lambda screen: any(
            span.attributes.get("topic") for span in screen.session.annotations.spans.values()
        ),
    ),
    Step(
        "For or against: STANCE",
        "“wants” shows a direction, too. Caret on it, {STANCE}, then a digit for favour, and"
        " {accept} (or a digit) for what it is about: the topic.",
        lambda screen: _stance(screen.session.annotations),
    ),
    Step(
        "What the tool finds by itself",
        "{next-suggestion} goes to the next suggested attribution, dotted; {accept} takes speaker,"
        " cue and claim in one. What is wrong is left alone: {next-suggestion} again.",
        lambda screen: any(
            span.label == "CLAIM" and span.origin in ("suggested", "edited")
            for span in screen.session.annotations.spans.values()
        ),
    ),
    Step(
        "A quotation in two pieces",
        "“A night ferry is the best thing …” is cut by its speaker. {select-quotation} selects"
        " quotations; {CLAIM} marks the first piece, {escape}; {select-quotation} the second,"
        " {add-fragment} adds it. Or take the suggestion, which has both.",
        lambda screen: any(
            len(span.fragments) > 1 for span in screen.session.annotations.spans.values()
        ),
    ),
    Step(
        "Nothing is ever lost",
        "Every edit is on disk at once, so there is no key to save. {undo} takes back as much as"
        " you like, {redo} does it again. Take one back.",
        lambda screen: "undo" in screen.used,
    ),
    Step(
        "The rules, when you need them",
        "{guidelines} opens the page of the label at the caret; its examples are drawn like this"
        " text. The same key closes it.",
        _pane("guidelines"),
    ),
    Step(
        "All keys",
        "{help} lists every key, {palette} finds an action by its name.",
        lambda screen: "help" in screen.used,
    ),
    Step(
        "Done",
        "{done} marks an article done. If something required is missing, it goes there first: try"
        " it.",
        lambda screen: "done" in screen.used,
    ),
)
