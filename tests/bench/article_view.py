"""CPU time of the article view: caret, add a span, page; ANSI generation included.

Run it with `python -m tests.bench.article_view` (or as a script). Each cell of the table is the
median and the 95th percentile, in milliseconds of process CPU time, from the key to the bytes a
terminal would get. The texts and spans are made up.
"""

import asyncio
import gc
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import process_time

from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import Screen

from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article, hash_text
from annotator.model.scheme import Label, Scheme
from annotator.text.units import Units
from annotator.tui.widgets.article import ArticleView

SPANS = (200, 20_000)
STEPS = 40
BUDGETS = {"caret": 8.0, "select": 8.0, "add": 20.0, "page": 25.0}

_PROSE = (
    "the a mayor of Veldora said that ferry harbour would not be closed before spring and council"
    " members who had asked for report on dredging were told to wait until new figures came in"
)
_WORDS = _PROSE.split()
_LABELS = {
    "SPEAKER": ("s", "amber"),
    "CLAIM": ("c", "blue"),
    "STANCE": ("t", "green"),
    "CUE": ("e", "pink"),
}


def make_text(size: int, seed: int = 7) -> str:
    """About `size` characters of sentences in paragraphs."""
    rng = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        sentences = []
        for _ in range(rng.randint(2, 6)):
            words = rng.choices(_WORDS, k=rng.randint(8, 28))
            sentences.append(" ".join(words).capitalize() + ".")
        parts.append(" ".join(sentences) + "\n\n")
        length += len(parts[-1])
    return "".join(parts)[:size]


def make_line(size: int) -> str:
    """One line: prose with curly quotes, a run without a blank, and wide characters."""
    prose = make_text(size).replace("\n\n", " ").replace(" said ", " said “so” ")
    return f"{prose}{'x' * 20_000} “last words” {'港内' * 5_000}\n"


def make_spans(text: str, count: int, seed: int = 11) -> dict[str, Span]:
    """Spans in four nested levels; one in five crosses the edge of its neighbour."""
    rng = random.Random(seed)
    labels = list(_LABELS)
    spans: dict[str, Span] = {}
    for number in range(1, count + 1):
        level = number % 4
        length = (8, 20, 60, 150)[level]
        start = int(number / count * (len(text) - 200)) + rng.randint(0, 9)
        if number % 5 == 0:
            start += length // 2
        end = min(start + rng.randint(length // 2, length), len(text))
        spans[f"s{number}"] = Span(f"s{number}", labels[level], ((start, end),))
    return spans


class Bench(App[None]):
    """Does what `action` says on each key."""

    CSS = "ArticleView { width: 1fr; height: 1fr; }"
    action: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        yield ArticleView()

    def on_key(self, event: events.Key) -> None:
        if self.action is not None:
            self.action()
            self.action = None


class Meter:
    """Presses a key for each action and notes the CPU time up to the bytes for the terminal."""

    def __init__(self, app: Bench) -> None:
        self._app = app
        self._written = 0
        display = app._display

        def note(screen: Screen[object], renderable: RenderableType | None) -> None:
            if isinstance(renderable, CompositorUpdate):
                # The headless driver leaves this out, and it is a good part of the work.
                self._written += len(renderable.render_segments(app.console))
            display(screen, renderable)

        app._display = note  # type: ignore[method-assign]

    async def run(self, actions: Iterator[Callable[[], None]]) -> tuple[float, float, int]:
        """The median and 95th percentile in milliseconds, and the median bytes written."""
        times, sizes = [], []
        for action in actions:
            await self._settle()
            self._written = 0
            before = process_time()
            self._app.action = action
            self._app.post_message(events.Key("x", "x"))
            await self._settle()
            if self._written:  # a key at an end of the text changes nothing
                times.append((process_time() - before) * 1000)
                sizes.append(self._written)
        times.sort()
        sizes.sort()
        return times[len(times) // 2], times[int(len(times) * 0.95)], sizes[len(sizes) // 2]

    async def _settle(self) -> None:
        """Until the key is handled and no frame has come for a while."""
        quiet, seen = 0, self._written
        while quiet < 3 or self._app.action is not None:
            await asyncio.sleep(0.004)
            quiet = quiet + 1 if self._written == seen else 0
            seen = self._written


async def measure(text: str, count: int) -> dict[str, tuple[float, float, int]]:
    spans = make_spans(text, count)
    labels = {name: Label(name, key, colour) for name, (key, colour) in _LABELS.items()}
    scheme = Scheme("bench", "1", labels)
    annotations = AnnotationSet("a", "", "bench", spans=spans)
    units = Units(text)
    app = Bench()
    found: dict[str, tuple[float, float, int]] = {}
    async with app.run_test(size=(120, 40)) as pilot:
        view = app.query_one(ArticleView)
        meter = Meter(app)

        def there_and_back(what: str, steps: int) -> Iterator[Callable[[], None]]:
            for motion in [f"{what}-down"] * steps + [f"{what}-up"] * steps:
                yield partial(view.move, motion)

        before = process_time()
        view.load(Article("a", text, hash_text(text)), units, scheme, annotations)
        await pilot.pause()
        found["load"] = ((process_time() - before) * 1000, 0.0, 0)
        gc.collect()
        gc.freeze()
        view.goto(len(text) // 2)
        await pilot.pause()
        found["caret"] = await meter.run(partial(view.move, "token-right") for _ in range(STEPS))
        found["down"] = await meter.run(there_and_back("row", STEPS // 2))
        view.goto(len(text) // 2)
        found["select"] = await meter.run(
            partial(view.move, "token-right", extend=True) for _ in range(STEPS)
        )
        view.goto(len(text) // 2)
        await pilot.pause()

        def add(number: int) -> Callable[[], None]:
            def action() -> None:
                at = view.caret + number * 4
                span = Span(f"s{count + 1 + number}", "CLAIM", ((at, at + 40),))
                annotations.spans[span.id] = span
                view.changed([span.id])

            return action

        found["add"] = await meter.run(add(number) for number in range(STEPS))
        view.goto(0)
        found["page"] = await meter.run(
            there_and_back("page", min(STEPS, max(len(text) // 4000, 2)))
        )
        assert app.size == Size(120, 40)
    gc.unfreeze()
    return found


def main() -> int:
    """Prints the table; 1 if a budget or the ratio of 1.5 between large and small is broken."""
    broken = 0
    print(
        f"{'article':>8} {'spans':>7} {'load':>6}  "
        + "  ".join(
            f"{name + ' p50/p95 (bytes)':>24}"
            for name in ("caret", "down", "select", "add", "page")
        )
    )
    caret: dict[tuple[str, int], float] = {}
    texts = {
        "5 kB": make_text(5_000),
        "100 kB": make_text(100_000),
        "1 MB": make_text(1_000_000),
        "one line": make_line(300_000),
    }
    for name, text in texts.items():
        for count in SPANS:
            found = asyncio.run(measure(text, count))
            cells = "  ".join(
                f"{p50:8.1f} / {p95:5.1f} ({sent:5d})"
                for p50, p95, sent in (found[k] for k in ("caret", "down", "select", "add", "page"))
            )
            print(f"{name:>8} {count:7d} {found['load'][0]:6.0f}  {cells}")
            caret[name, count] = found["caret"][0]
            for what, budget in BUDGETS.items():
                if found[what][1] > budget:
                    broken = 1
                    print(f"         over budget: {what} {found[what][1]:.1f} > {budget:.0f} ms")
    for name in ("1 MB", "one line"):
        for count in SPANS:
            ratio = caret[name, count] / caret["5 kB", count]
            print(f"caret, {name} against 5 kB, {count} spans: {ratio:.2f}")
            broken = broken or int(ratio > 1.5)
    return broken


if __name__ == "__main__":
    sys.exit(main())
