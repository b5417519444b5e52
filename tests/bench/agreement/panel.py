"""The whole panel, from JSONL to table: `python -m tests.bench.agreement.panel`.

500 articles x 3 annotators x some 40 spans with links, attributes, entities and document fields,
2,000 bootstrap replicates. Prints the median wall and CPU time of `annotator agreement`, a process
of its own, with the index of the files in place and (`cold`) without. The verdict is on the
smaller one: on a busy machine that is CPU time.
`--articles N`, `--rounds N`, `--keep FOLDER` leaves the project there.
"""

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.store.lines import encode
from annotator.store.records import Lineage, checkpoint_record

ROOT = Path(__file__).parents[3]
ANNOTATORS = ("asta", "bram", "cleo")
NAMES = ("Ilse Varn", "Tam Brode", "Osk Ferry Guild", "Mirel Okono", "Lowmark Council")
TARGET_SECONDS = 2.0
_TEXT = "the ferry bridge council says river toll will not open late new plan guild warns on"
_WORDS = _TEXT.split()


@dataclass
class Claim:
    """A sentence with who says it, the word that says so, and what is said."""

    speaker: tuple[int, int]
    cue: tuple[int, int]
    claim: tuple[int, int]
    stance: tuple[int, int] | None
    name: str
    form: str
    act: str
    direction: str


@dataclass
class Draft:
    """One annotator's work in the making."""

    annotations: AnnotationSet
    entities: dict[str, str] = field(default_factory=dict)

    def key(self, letter: str) -> str:
        self.annotations.serial += 1
        return f"{letter}{self.annotations.serial}"

    def span(self, label: str, place: tuple[int, int], **attributes: str | bool) -> str:
        key = self.key("s")
        self.annotations.spans[key] = Span(key, label, (place,), attributes)
        return key

    def link(self, type: str, source: str, target: str, kind: str = "span") -> None:
        key = self.key("l")
        self.annotations.links[key] = Link(key, type, source, target, kind)  # type: ignore[arg-type]

    def entity(self, name: str) -> str:
        if name not in self.entities:
            key = self.entities[name] = self.key("e")
            self.annotations.entities[key] = Entity(key, name, "person", "named")
        return self.entities[name]


def article(number: int) -> tuple[Article, list[Claim]]:
    """An invented article of some 11 sentences of reported speech, and its claims."""
    draw = random.Random(number)
    text, claims = f"Article {number}\n\n", []
    for _ in range(11):
        name = draw.choice(NAMES)
        start = len(text)
        text += name
        speaker = start, len(text)
        text += " "
        cue = len(text), len(text) + 4
        text += "said that "
        begin = len(text)
        text += " ".join(draw.choices(_WORDS, k=draw.randint(6, 16)))
        stance = (begin, begin + text[begin:].index(" ")) if draw.random() < 0.5 else None
        claim = begin, len(text)
        text += ".\n" if draw.random() < 0.3 else ". "
        form = draw.choice(("indirect", "direct", "mixed", "summary"))
        act = draw.choice(("assert", "deny", "believe"))
        direction = draw.choice(("favour", "against"))
        claims.append(Claim(speaker, cue, claim, stance, name, form, act, direction))
    return Article(f"a{number:04}", text, hash_text(text), language="en"), claims


def annotate(given: Article, claims: list[Claim], name: str, rate: float) -> AnnotationSet:
    """Work that misses, shifts and misreads a share of the claims."""
    draw = random.Random(f"{given.id} {name}")
    made = Draft(AnnotationSet(given.id, given.text_hash, name, "attribution/1"))
    for claim in claims:
        if draw.random() < rate:
            continue
        speaker = made.span("SPEAKER", claim.speaker)
        said = draw.choice(NAMES) if draw.random() < rate / 2 else claim.name
        made.link("ref", speaker, made.entity(said), "entity")
        cue = made.span("CUE", claim.cue, neg=draw.random() < 0.1)
        start, end = claim.claim
        if draw.random() < rate:
            start, end = start - draw.choice((0, 5)), end - draw.choice((0, 4))
        form = draw.choice(("indirect", "direct")) if draw.random() < rate else claim.form
        body = made.span("CLAIM", (start, end), form=form, act=claim.act, check="minor")
        made.link("holder", body, speaker)
        made.link("cue", body, cue)
        if claim.stance and draw.random() > rate:
            direction = "unclear" if draw.random() < rate else claim.direction
            stance = made.span("STANCE", claim.stance, stance=direction, basis="stated")
            made.link("holder", stance, speaker)
            made.link("target", stance, draw.choice(("ferry", "toll")), "topic")
            made.link("claim", stance, body)
    fields = {"status": "done", "language": "en", "genre": "news-report", "usable": True}
    made.annotations.fields.update(fields)
    made.annotations.fields["quality"] = draw.choice(("clean", "minor"))
    made.annotations.mark = made.annotations.serial
    return made.annotations


def write_project(root: Path, articles: int) -> int:
    """A project with the work of all annotators; returns the number of spans."""
    project = Project.create(root)
    made = [article(number) for number in range(articles)]
    project.store.add_articles(given for given, _ in made)
    project.close()
    spans = 0
    for name, rate in zip(ANNOTATORS, (0.1, 0.2, 0.3), strict=True):
        folder = root / "corpus/annotations" / name
        folder.mkdir(parents=True)
        with (folder / "bench1-001.jsonl").open("wb") as file:
            for number, (given, claims) in enumerate(made):
                work = annotate(given, claims, name, rate)
                spans += len(work.spans)
                day = f"2031-{number % 12 + 1:02}-{number % 28 + 1:02}T09:00:00Z"
                lineage = Lineage(1, (), day, "bench1", "")
                file.write(encode(checkpoint_record(work, given.text, lineage)))
    return spans


def timed(root: Path, cache: Path, *arguments: str) -> tuple[float, float]:
    """Seconds of one `annotator agreement`, from start to exit: wall and CPU time."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "annotator", "agreement", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ANNOTATOR_CACHE_DIR": str(cache)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = options.keep or Path(folder) / "project"
        spans = write_project(root, options.articles)
        size = sum(path.stat().st_size for path in root.glob("corpus/annotations/*/*.jsonl"))
        print(
            f"{options.articles} articles, {len(ANNOTATORS)} annotators, {spans:,} spans,"
            f" {size / 1e6:.1f} MB of JSONL, 2,000 replicates"
        )
        cache = Path(folder) / "cache"
        cold = []
        for _ in range(options.rounds):
            shutil.rmtree(cache, ignore_errors=True)
            cold.append(timed(root, cache))
        warm = [timed(root, cache) for _ in range(options.rounds)]
        for name, found in (("index in place", warm), ("cold", cold)):
            wall, cpu = (statistics.median(column) for column in zip(*found, strict=True))
            met = "met" if min(wall, cpu) < TARGET_SECONDS else "missed"
            print(
                f"{name:16} {wall:.2f} s wall, {cpu:.2f} s CPU"
                f"   (target {TARGET_SECONDS:.0f} s: {met})"
            )


if __name__ == "__main__":
    main()
