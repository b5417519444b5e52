"""The four counts of SemEval-2013 task 9.1: strict, exact, partial and type."""

from __future__ import annotations

from typing import Any

import numpy as np

from annotator.agreement.corpus import read_corpus
from annotator.agreement.matching import match_spans
from annotator.agreement.result import Result, defined, undefined

_ORDER = ("correct", "incorrect", "partial", "missed", "spurious")


def semeval(data: Any) -> Result:
    """Spans of a second annotator against a first (Segura-Bedmar, Martinez & Herrero-Zazo 2013).

    `data`: see `annotator.agreement`; two annotators, the reference first. Spans are matched one
    to one wherever they share a character (largest total IoU), whatever their label. A match is
    correct if the label and the fragments are equal (`strict`), the fragments (`exact`,
    `partial`), the label (`type`); otherwise incorrect, or partial for `partial`. What is not
    matched is missed (reference) or spurious.
    F1 = 2 c / (2 correct + 2 incorrect + 2 partial + missed + spurious), c = correct + partial/2.

    The value is the strict F1; `detail["counts"]` has the five counts of each, `detail["f1"]`
    their F1. Undefined: `not_two_annotators`, `no_units`.
    """
    corpus = read_corpus(data)
    facts: dict[str, Any] = corpus.facts()
    if len(corpus.annotators) != 2 or not corpus.pairs:
        return undefined("semeval_strict_f1", "not_two_annotators", **facts)
    both = corpus.both((0, 1))[corpus.doc]
    left, right, _ = match_spans(corpus, (0, 1), 0.0, same_label=False)
    missed = int(((corpus.annotator == 0) & both).sum()) - len(left)
    spurious = int(((corpus.annotator == 1) & both).sum()) - len(right)
    if not len(left) + missed + spurious:
        return undefined("semeval_strict_f1", "no_units", **facts)
    ends = np.all(
        [column[left] == column[right] for column in (corpus.first, corpus.last, corpus.shape)],
        axis=0,
    )
    label = corpus.label[left] == corpus.label[right]
    counts, f1 = {}, {}
    for name, agree in {
        "strict": ends & label,
        "exact": ends,
        "partial": ends,
        "type": label,
    }.items():
        correct, rest = int(agree.sum()), int((~agree).sum())
        halves = rest if name == "partial" else 0
        row = (correct, rest - halves, halves, missed, spurious)
        counts[name] = dict(zip(_ORDER, row, strict=True))
        f1[name] = (2 * correct + halves) / (2 * len(left) + missed + spurious)
    return defined("semeval_strict_f1", f1["strict"], counts=counts, f1=f1, **facts)
