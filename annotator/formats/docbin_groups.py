"""Spans put on spaCy's tokens: into span groups and, if asked for, into `doc.ents`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from annotator.formats.loss import Finding, Loss
from annotator.model.annotation import AnnotationSet, Fragment
from annotator.model.annotation import Span as Annotation

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

_MOVED = {"expand": "widened to whole tokens", "contract": "narrowed to whole tokens"}


class Grouping:
    """Fills the groups of Docs as the options of the format say, and counts what had to give."""

    def __init__(self, options: Mapping[str, str], loss: Loss) -> None:
        self._align, self._key = options["align"], options["key"]
        self._whole, self._ents = options["pieces"] == "hull", options["ents"] == "yes"
        self._loss = loss

    def apply(self, doc: "Doc", work: AnnotationSet) -> None:
        """Put the spans of a set on a Doc of the same text."""
        groups: dict[str, list[Span]] = defaultdict(list)
        taken: dict[tuple[int, int, str], str] = {}
        everything: list[Span] = []
        for annotation in work.in_order():
            for span in self._placed(doc, annotation, work.article_id):
                place = (span.start, span.end, annotation.label)
                if place in taken:
                    message = (
                        f"{annotation.label} {annotation.id} is on the same tokens as"
                        f" {taken[place]}: {span.text!r}"
                    )
                    how = "one with another on the same tokens, in the span groups"
                    self._change(annotation, how, work.article_id, message)
                    continue
                taken[place] = annotation.id
                everything.append(span)
                groups[annotation.label].append(span)
        for name, spans in sorted(groups.items()):
            doc.spans[name] = spans
        doc.spans[self._key] = everything  # last: no label takes its place
        if self._ents:
            self._fill_ents(doc, everything)

    def _placed(self, doc: "Doc", annotation: Annotation, article: str) -> "list[Span]":
        pieces: tuple[Fragment, ...] = annotation.fragments
        if len(pieces) > 1:
            if self._whole:
                pieces = ((annotation.start, annotation.end),)
            how = "joined to one stretch" if self._whole else "one span each"
            self._change(annotation, f"pieces {how} in the span groups", article)
        found = []
        moved = False
        for start, end in pieces:
            span = doc.char_span(
                start, end, annotation.label, alignment_mode=self._align, span_id=annotation.id
            )
            if span is None or not len(span):
                self._lost(annotation, doc.text[start:end], article)
                continue
            moved = moved or (span.start_char, span.end_char) != (start, end)
            found.append(span)
        if moved:
            covered = " … ".join(span.text for span in found)
            message = f"{annotation.label} {annotation.id} now covers {covered[:80]!r}"
            how = f"{_MOVED[self._align]} in the span groups"
            self._change(annotation, how, article, message)
        return found

    def _lost(self, annotation: Annotation, text: str, article: str) -> None:
        why = "cut a token" if self._align == "strict" else "hold no whole token"
        message = f"{annotation.label} {annotation.id} ({text[:80]!r}) is in no span group: {why}"
        finding = Finding(article, 0, message)
        self._loss.leave_out(f"{annotation.label} spans in the span groups", why, 1, finding)

    def _change(self, annotation: Annotation, how: str, article: str, message: str = "") -> None:
        finding = Finding(article, 0, message) if message else None
        self._loss.change(f"{annotation.label} spans", how, 1, finding)

    def _fill_ents(self, doc: "Doc", spans: "list[Span]") -> None:
        """The longest spans that do not overlap, of equally long ones the first, as spaCy does."""
        from spacy.util import filter_spans

        kept = filter_spans(spans)
        chosen = {(span.start, span.end, span.label) for span in kept}
        doc.ents = kept
        for span in spans:
            if (span.start, span.end, span.label) in chosen:
                self._loss.carry(f"{span.label_} spans in doc.ents")
            else:
                how = "not in doc.ents, where a longer span is"
                self._loss.change(f"{span.label_} spans", how)
