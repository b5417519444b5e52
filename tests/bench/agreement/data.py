"""Data for the benchmark, the same for everybody: `python -m tests.bench.agreement.data FOLDER`.

ratings-V.npy    100,000 units x 3 annotators (rows), V values, 10 % missing (NaN)
documents-N.json N articles x 3 annotators x some 40 spans; [{"length", "annotators": {name:
                 [[start, end, label]]}}]
brat-N/          the same as stand-off files, a folder per annotator
spans.npz        8,334 articles x 3 annotators x 40 spans as columns, and the lengths
"""

import json
import random
import sys
from pathlib import Path

LABELS = ("claim", "stance", "speaker", "evidence", "quote")
ANNOTATORS = ("A0", "A1", "A2")
Document = dict[str, object]


def document(seed: int) -> Document:
    """Spans whose annotators shift, miss, add and relabel some of them."""
    draw = random.Random(seed)
    truth, place = [], 0
    for _ in range(40):
        start = place + 1 + int(draw.expovariate(1 / 40))
        place = start + max(3, int(draw.lognormvariate(3.2, 0.6)))
        truth.append((start, place, draw.choice(LABELS)))
    length = place + 40
    return {
        "length": length,
        "annotators": {name: annotate(truth, length, draw) for name in ANNOTATORS},
    }


def annotate(
    truth: list[tuple[int, int, str]], length: int, draw: random.Random
) -> list[tuple[int, int, str]]:
    marked = set()
    for start, end, label in truth:
        if draw.random() < 0.15:
            continue
        if draw.random() < 0.5:
            spread = 0.3 * (end - start)
            start = max(0, start + round(draw.gauss(0, spread)))
            end = min(length, max(start + 2, end + round(draw.gauss(0, spread))))
        marked.add((start, end, draw.choice(LABELS) if draw.random() < 0.2 else label))
        if draw.random() < 0.1:
            start = draw.randrange(length - 30)
            marked.add((start, start + draw.randint(5, 30), draw.choice(LABELS)))
    return sorted(marked)


def write_documents(folder: Path, number: int) -> None:
    documents = [document(seed) for seed in range(number)]
    (folder / f"documents-{number}.json").write_text(json.dumps(documents))


def write_brat(folder: Path, number: int) -> None:
    brat = folder / f"brat-{number}"
    for index in range(number):
        made = document(index)
        text = "x" * made["length"]  # type: ignore[operator]
        for name, spans in made["annotators"].items():  # type: ignore[attr-defined]
            place = brat / name
            place.mkdir(parents=True, exist_ok=True)
            lines = (
                f"T{i}\t{label} {start} {end}\t{text[start:end]}\n"
                for i, (start, end, label) in enumerate(spans, 1)
            )
            (place / f"d{index:04}.ann").write_text("".join(lines))
            (place / f"d{index:04}.txt").write_text(text)
    heads = "[entities]\n" + "\n".join(LABELS) + "\n[relations]\n[events]\n[attributes]\n"
    (brat / "annotation.conf").write_text(heads)


def write_ratings(folder: Path, values: int) -> None:
    import numpy as np

    draw = np.random.default_rng(values)
    shape = (len(ANNOTATORS), 100_000)
    truth, other = draw.integers(0, values, shape[1]), draw.integers(0, values, shape)
    ratings = np.where(draw.random(shape) < 0.25, other, truth).astype(float)
    ratings[draw.random(shape) < 0.1] = np.nan
    np.save(folder / f"ratings-{values}.npy", ratings)


def write_spans(folder: Path) -> None:
    import numpy as np

    draw = np.random.default_rng(0)
    articles, each, annotators = 8334, 40, len(ANNOTATORS)
    rows = articles * annotators
    gap, length = draw.integers(1, 60, (rows, each)), draw.integers(3, 50, (rows, each))
    end = np.cumsum(gap + length, axis=1)
    np.savez(
        folder / "spans.npz",
        doc=np.repeat(np.arange(articles), annotators * each),
        annotator=np.tile(np.repeat(np.arange(annotators), each), articles),
        start=(end - length).ravel(),
        end=end.ravel(),
        label=draw.integers(0, len(LABELS), rows * each),
        lengths=np.full(articles, end.max() + 10),
    )


if __name__ == "__main__":
    where = Path(sys.argv[1])
    write_documents(where, 50)
    write_documents(where, 500)
    write_brat(where, 500)
    write_ratings(where, 5)
    write_ratings(where, 50)
    write_spans(where)
