"""Annotators who disagree in one chosen way, by a chosen amount.

The noise is coupled: every draw belongs to (seed, document, annotator, span) and is compared with
the amount afterwards. What is damaged at 0.2 is damaged at 0.4 too, so a measure that should fall
with the amount does so on a dozen documents, and a test needs no tolerance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

LABELS = ("claim", "stance", "speaker", "evidence", "quote")
Span = tuple[int, int, str]
AMOUNTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Text:
    """A document's length and what should be marked in it; the spans do not overlap."""

    length: int
    spans: Sequence[Span]


def text(seed: int, spans: int = 40, labels: Sequence[str] = LABELS) -> Text:
    """Exponential gaps, log-normal lengths."""
    random, end, found = Random(seed), 0, []
    for _ in range(spans):
        start = end + 2 + int(random.expovariate(1 / 40))
        end = start + max(4, int(random.lognormvariate(3.2, 0.6)))
        found.append((start, end, random.choice(labels)))
    return Text(end + 60, found)


@dataclass(frozen=True)
class Draws:
    """What fate holds for one span, whatever the amount of damage."""

    shift: tuple[float, float]
    split: float
    cut: float
    merge: float
    miss: float
    relabel: float
    label: str


def _draws(random: Random) -> Draws:
    return Draws(
        (random.uniform(-1, 1), random.uniform(-1, 1)),
        random.random(),
        random.random(),
        random.random(),
        random.random(),
        random.random(),
        random.choice(LABELS),
    )


def annotate(given: Text, damage: Mapping[str, float], seed: Any) -> list[Span]:
    """One annotator's version of a text, `damage` being kind -> amount in [0, 1].

    shift: both boundaries move by up to amount * mean length. split, merge: for up to half of the
    spans (beyond, agreement would come back). miss: up to nine tenths. extra: up to as many spans
    as there are. label: a label at random, the old one included.
    """
    random = Random(str(seed))
    draws = [_draws(random) for _ in given.spans]
    mean = sum(end - start for start, end, _ in given.spans) / len(given.spans)
    found: list[Span] = []
    swallowed = False
    for number, ((start, end, label), drawn) in enumerate(zip(given.spans, draws, strict=True)):
        if swallowed:
            swallowed = False
            continue
        if drawn.miss < 0.9 * damage.get("miss", 0):
            continue
        if drawn.relabel < damage.get("label", 0):
            label = drawn.label
        if drawn.merge < damage.get("merge", 0) / 2 and number + 1 < len(given.spans):
            end, swallowed = given.spans[number + 1][1], True
        reach = damage.get("shift", 0) * mean
        start = min(max(0, start + round(drawn.shift[0] * reach)), given.length - 1)
        end = min(max(start + 1, end + round(drawn.shift[1] * reach)), given.length)
        if drawn.split < damage.get("split", 0) / 2 and end - start >= 4:
            cut = start + 1 + int(drawn.cut * (end - start - 2))
            found += [(start, cut, label), (cut, end, label)]
        else:
            found.append((start, end, label))
    for number in range(len(given.spans)):
        length = max(4, int(random.lognormvariate(3.2, 0.6)))
        start = random.randrange(max(1, given.length - length))
        label = random.choice(LABELS)
        if number < damage.get("extra", 0) * len(given.spans):
            found.append((start, start + length, label))
    return sorted(set(found))


def document(
    number: int,
    damage: Mapping[str, float] | Sequence[Mapping[str, float]],
    *,
    seed: int = 1,
    annotators: int = 3,
    spans: int = 40,
) -> dict[str, Any]:
    """A document with its annotators; `damage` for all of them, or one for each."""
    given = text(seed * 1000 + number, spans)
    each = [damage] * annotators if isinstance(damage, Mapping) else damage
    return {
        "id": f"text-{number}",
        "length": given.length,
        "annotators": {
            f"annotator-{who}": annotate(given, one, (seed, number, who))
            for who, one in enumerate(each)
        },
    }


def corpus(damage: Any, documents: int = 12, **options: Any) -> list[dict[str, Any]]:
    return [document(number, damage, **options) for number in range(documents)]
