"""CPU time of a key on the whole labelling screen, panes and journal included, by size of article.

`python -m tests.bench.screen` prints p50 / p95 in milliseconds. The drawing of the article alone,
with the terminal's bytes, is in `article_view`.
"""

import asyncio
import os
import random
import tempfile
import time
from pathlib import Path

from tests.tui.desk import Desk, at_desk, make_project

SIZES = ((5_000, 200), (100_000, 2_000), (1_000_000, 200), (1_000_000, 20_000))
KEYS = (("right", "caret"), ("down", "row"), ("pagedown", "page"), ("s", "add"))
ROUNDS = 25
WORDS = (
    "the mayor said that bridge is safe and old while critics fear it may fall again soon enough"
)


def article(size: int) -> str:
    choose = random.Random(1).choice
    paragraph = " ".join(choose(WORDS.split()) for _ in range(90)) + "."
    return "\n\n".join([paragraph] * (size // len(paragraph) + 1))[:size]


def fill(desk: Desk, count: int) -> None:
    """Mark `count` words without going through the keys."""
    session, watch = desk.session, desk.session.watch
    tokens = desk.screen.units.tokens(0, len(desk.text))
    session.watch = None
    with session.group("fill"):
        for place in range(count):
            label = ("SPEAKER", "CUE", "CLAIM")[place % 3]
            session.add_span(label, [tokens[(place * 7) % len(tokens)]])
    session.watch = watch
    desk.screen.view.changed()


async def measure(size: int, spans: int, folder: Path) -> None:
    root = make_project(folder / f"{size}-{spans}", big=article(size))
    async with at_desk(root) as desk:
        fill(desk, spans)
        desk.screen.view.goto(size // 2)
        await desk.settle()
        figures = []
        for key, name in KEYS:
            times = []
            for _ in range(ROUNDS):
                before = time.process_time()
                await desk.press(key)
                times.append(1000 * (time.process_time() - before))
                if name == "add":
                    await desk.press("escape", "right", "right")
            times.sort()
            figures.append(f"{name} {times[ROUNDS // 2]:5.1f} /{times[-2]:5.1f}")
        print(f"{size:>9,} characters {spans:>6,} spans   " + "   ".join(figures), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ANNOTATOR_CACHE_DIR"] = os.environ["ANNOTATOR_CONFIG_DIR"] = folder
        for size, spans in SIZES:
            asyncio.run(measure(size, spans, Path(folder)))


if __name__ == "__main__":
    main()
