"""Parts of an annotation set: of chosen labels, of chosen spans, outside of some text.

Who asks for a part is told what is not in it, by `Loss.set_aside`, or, where it is a format that
has no place for the rest, by `Loss.leave_out`.
"""

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import replace

from annotator.formats.loss import Loss
from annotator.model.annotation import AnnotationSet, Fragment, Span, normalise_fragments
from annotator.model.article import Article, hash_text

Tell = Callable[[str, str, int], None]
ORIGINAL = "original_text_sha256"
"""Where the facts of an article whose text was cut or masked keep the hash it had."""


def only_spans(work: AnnotationSet, wanted: Container[str], why: str, tell: Tell) -> AnnotationSet:
    """Without the spans whose ids are not wanted, and what leads to or from them."""
    spans = {key: span for key, span in work.spans.items() if key in wanted}
    for key, span in work.spans.items():
        if key not in spans:
            tell(f"{span.label} spans", why, 1)
    return _with(work, spans, why, tell)


def only_labels(
    work: AnnotationSet,
    labels: Collection[str],
    without_links: Collection[str],
    loss: Loss,
) -> AnnotationSet:
    """Spans of some labels, without some links, which are written LABEL.link."""
    wanted = {key for key, span in work.spans.items() if span.label in labels}
    found = only_spans(work, wanted, "of another label", loss.set_aside)
    if not without_links:
        return found
    links = {}
    for key, link in found.links.items():
        source = found.spans.get(link.source)
        if source is not None and f"{source.label}.{link.type}" in without_links:
            loss.set_aside(f"{link.type} links", "not in the profile")
        else:
            links[key] = link
    return replace(found, links=links)


def without_text(
    article: Article,
    works: Sequence[AnnotationSet],
    excluded: Sequence[Fragment],
    loss: Loss,
    *,
    mask: bool,
) -> tuple[Article, tuple[AnnotationSet, ...]]:
    """An article and the work on it without the whole lines that touch `excluded`.

    They are cut out, or, with `mask`, replaced by as many spaces. Spans inside are left out, others
    lose what they have of it. The facts of the new article keep the old text's hash.
    """
    ranges = _whole_lines(article.text, excluded)
    if not ranges:
        return article, tuple(works)
    text = article.text
    pieces, last = [], 0
    for start, end in ranges:
        pieces.append(text[last:start])
        if mask:
            pieces.append("".join("\n" if one == "\n" else " " for one in text[start:end]))
        last = end
    pieces.append(text[last:])
    new = "".join(pieces)
    cut = replace(
        article,
        text=new,
        text_hash=hash_text(new),
        regions=(),
        meta={**article.meta, ORIGINAL: article.text_hash},
    )
    loss.change("articles", "excluded lines masked" if mask else "excluded lines cut out")
    moved = _Moved(ranges, mask=mask)
    return cut, tuple(_outside(work, cut, moved, loss) for work in works)


def _outside(work: AnnotationSet, article: Article, moved: "_Moved", loss: Loss) -> AnnotationSet:
    why = "in excluded lines"
    spans: dict[str, Span] = {}
    for key, span in work.spans.items():
        fragments, shorter = moved.fragments(span.fragments)
        if shorter:
            fragments = _trimmed(article.text, fragments)
        if not fragments:
            loss.set_aside(f"{span.label} spans", why)
            continue
        if shorter:
            loss.change(f"{span.label} spans", "cut where lines are excluded")
        spans[key] = replace(span, fragments=normalise_fragments(fragments, len(article.text)))
    found = _with(work, spans, why, loss.set_aside)
    return replace(found, text_hash=article.text_hash)


def _trimmed(text: str, fragments: Sequence[Fragment]) -> list[Fragment]:
    """Without the white space that a cut leaves at their edges."""
    found = []
    for start, end in fragments:
        piece = text[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append((first, first + len(piece.strip())))
    return found


def _with(work: AnnotationSet, spans: dict[str, Span], why: str, tell: Tell) -> AnnotationSet:
    """With fewer spans. Links that had no end before are kept: they are not lost here."""
    gone = work.spans.keys() - spans.keys()
    links = {}
    for key, link in work.links.items():
        if link.source in gone or (link.target_kind == "span" and link.target in gone):
            tell(f"{link.type} links", why, 1)
        else:
            links[key] = link
    verdicts = {
        key: item
        for key, item in work.verdicts.items()
        if not gone or any(span in spans or span in work.entities for span in item.spans)
    }
    return replace(work, spans=spans, links=links, verdicts=verdicts)


class _Moved:
    """Where code points are once some ranges are cut out (or, masked, stay but count no more)."""

    def __init__(self, ranges: Sequence[Fragment], *, mask: bool) -> None:
        self._kept: list[tuple[int, int, int]] = []  # kept stretches and how far they move
        last = gone = 0
        for start, end in ranges:
            self._kept.append((last, start, gone))
            gone += 0 if mask else end - start
            last = end
        self._kept.append((last, 1 << 60, gone))

    def fragments(self, fragments: Sequence[Fragment]) -> tuple[list[Fragment], bool]:
        """What is left of them, in the new text; and whether that is less than there was."""
        found = [
            (max(start, first) - gone, min(end, last) - gone)
            for start, end in fragments
            for first, last, gone in self._kept
            if max(start, first) < min(end, last)
        ]
        size = sum(end - start for start, end in fragments)
        return found, sum(end - start for start, end in found) < size


def _whole_lines(text: str, excluded: Sequence[Fragment]) -> list[Fragment]:
    """The lines, with their line ends, that ranges touch; sorted and joined."""
    found: list[Fragment] = []
    for start, end in sorted(excluded):
        if start >= end:
            continue
        first = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", end - 1) + 1 or len(text)
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], stop)
        else:
            found.append((first, stop))
    return found
