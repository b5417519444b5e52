"""How often the structures of attribution occur in the shipped corpus, beside published rates.

    python -m tests.corpus.rates [ANNOTATOR]      (gold, if nobody is named)

Only body text counts: words and claims in excluded regions are left out.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotator.model.annotation import AUTHOR, IMPLICIT, AnnotationSet, Span
from annotator.project import Project
from annotator.store.names import GOLD
from annotator.text.units import Units

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of `of`, or (for attributions) a number per 750 words; `published` is a range."""

    name: str
    count: int
    of: int
    value: float
    published: str


def rates(project: Project, annotator: str = GOLD) -> list[Rate]:
    """The rates over all finished articles of an annotator."""
    words = 0
    claims: list[tuple[AnnotationSet, Span]] = []
    for work in project.store.all_annotations(annotator):
        if work.status != "done":
            continue
        article = project.store.article(work.article_id)
        units = Units(article.text)
        excluded = [x for x in work.spans.values() if x.attributes.get("exclude", False)]
        for start, _ in units.tokens(0, len(article.text)):
            words += article.text[start].isalnum() and not any(x.covers(start) for x in excluded)
        claims += [
            (work, span)
            for span in work.spans.values()
            if span.label == "CLAIM" and not any(x.covers(span.start) for x in excluded)
        ]
    reported = [(w, s) for w, s in claims if s.attributes.get("form") != "authorial"]
    spans_of = {id(work): [s for w, s in reported if w is work] for work, _ in reported}

    def share(name: str, found: Iterator[bool], of: int, published: str) -> Rate:
        count = sum(found)
        return Rate(name, count, of, count / of if of else 0.0, published)

    def nested(work: AnnotationSet, span: Span) -> bool:
        return bool(work.links_from(span.id, "relay")) or any(
            other.id != span.id and _inside(span, other) for other in spans_of[id(work)]
        )

    def holders(work: AnnotationSet, span: Span) -> set[str]:
        return {link.target for link in work.links_from(span.id, "holder")}

    n = len(reported)
    per = n * 750 / words if words else 0.0
    return [
        Rate("attributed claims per 750 words", n, words, per, "about 24"),
        share("discontinuous", (len(s.fragments) > 1 for _, s in reported), n, "7-16 %"),
        share("nested or relayed", (nested(w, s) for w, s in reported), n, "10-20 %"),
        share("no source", (IMPLICIT in holders(w, s) for w, s in reported), n, "7-18 %"),
        share("no cue", (not w.links_from(s.id, "cue") for w, s in reported), n, "up to 30 %"),
        share(
            "free indirect", (s.attributes.get("form") == "free" for _, s in reported), n, "14.5 %"
        ),
        share("the author's own", (AUTHOR in holders(w, s) for w, s in claims), len(claims), ""),
    ]


def _inside(inner: Span, outer: Span) -> bool:
    return (
        all(
            any(start <= first and last <= end for start, end in outer.fragments)
            for first, last in inner.fragments
        )
        and inner.fragments != outer.fragments
    )


def lines(found: list[Rate]) -> Iterator[str]:
    """A Markdown table."""
    yield "| structure | found | of | rate | published |"
    yield "|---|---|---|---|---|"
    for rate in found:
        value = f"{rate.value:.1f}" if "per" in rate.name else f"{100 * rate.value:.1f} %"
        of = f"{rate.of:,}" + (" words" if "per" in rate.name else "")
        yield f"| {rate.name} | {rate.count:,} | {of} | {value} | {rate.published} |"


def main() -> int:
    project = Project.open(ROOT)
    name = sys.argv[1] if len(sys.argv) > 1 else GOLD
    print("\n".join(lines(rates(project, name))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
