"""How fast `annotator split` is, how much memory it takes, and what it finds of what is there.

    python -m tests.bench.splitting [ARTICLES]

The articles are random words, four years of them. A fifth are copies under another source with
3 % of the words changed, a tenth tell another one's story in other words.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from random import Random

import orjson

from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.text.wordlist import wordlist

_SYLLABLES = sorted(
    wordlist("ba be du fi go ha ik jo ka lu mer nid ol pra quo ris san tor ul ven wix yar zel")
)
_WORDS = ["".join(parts) for n in (2, 3) for parts in combinations(_SYLLABLES, n)]
_SMALL, _NAMES = _WORDS[::2], [word.capitalize() for word in _WORDS[1::2]]
_LENGTH = 450


def articles(count: int, seed: int = 0) -> Iterator[tuple[Article, int, str]]:
    """Articles with the number of the one they derive from (or their own), and how."""
    random = Random(seed)
    kept: list[tuple[int, list[str], list[str], int]] = []
    for number in range(count):
        kind = random.random() if kept else 1.0
        day = random.randrange(1460)
        origin, how = number, "new"
        if kind < 0.3:
            origin, words, names, day = random.choice(kept)
            how = "copy" if kind < 0.2 else "story"
        if how == "copy":
            words = [random.choice(_SMALL) if random.random() < 0.03 else word for word in words]
        else:
            if how == "new":
                names = random.sample(_NAMES, 12)
            words = [
                random.choice(names) if random.random() < 0.08 else _frequent(random)
                for _ in range(_LENGTH)
            ]
        if how == "new":
            kept.append((number, words, names, day))
            kept = kept[-5000:]
        text = ". ".join(" ".join(words[at : at + 15]) for at in range(0, len(words), 15)) + ".\n"
        published = (date(2028, 1, 1) + timedelta(days=day + random.randrange(4))).isoformat()
        source = f"Source {random.randrange(40)}"
        yield (
            Article(f"a{number:07}", text, hash_text(text), words[0], source, published),
            origin,
            how,
        )


def _frequent(random: Random) -> str:
    """Few words make most of a text."""
    return _SMALL[int(len(_SMALL) * random.random() ** 3)]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        os.environ["ANNOTATOR_CACHE_DIR"] = f"{place}/cache"
        root = Path(place) / "news"
        project = Project.create(root)
        derived: dict[str, tuple[str, str]] = {}

        def made() -> Iterator[Article]:
            for article, origin, how in articles(count):
                derived[article.id] = (f"a{origin:07}", how)
                yield article

        project.store.add_articles(made())
        project.close()
        for options in (["--together", "none"], ["--redo"], []):
            command = [sys.executable, "-m", "annotator", "split", "--json", *options]
            started = time.perf_counter()
            with open(f"{place}/out", "wb") as out:
                done = subprocess.Popen(command, cwd=root, stdout=out)
                _, status, usage = os.wait4(done.pid, 0)
            took = time.perf_counter() - started
            result = orjson.loads(Path(f"{place}/out").read_bytes())
            shares = [round(one["articles"] / count, 4) for one in result["splits"].values()]
            print(
                f"split {' '.join(options)}: exit {os.waitstatus_to_exitcode(status)}, "
                f"{took:.1f} s, {count / took:,.0f} articles/s, "
                f"CPU {usage.ru_utime + usage.ru_stime:.1f} s, {usage.ru_maxrss / 1024:.0f} MB, "
                f"shares {shares}, {result['groups']:,} groups, "
                f"largest {len(result['largest'])}, {len(result['ties']):,} ties, "
                f"{len(result['leaks'])} leaks"
            )
            lines = (root / "corpus/splits.jsonl").read_bytes().splitlines()[1:]
            group = {item["article"]: item["group"] for item in map(orjson.loads, lines)}
            for how in ("copy", "story"):
                pairs = [(one, two[0]) for one, two in derived.items() if two[1] == how]
                found = sum(group[one] == group[two] for one, two in pairs)
                print(f"  {how}: {found:,} of {len(pairs):,} with their origin")
            right = sum(derived[a][0] == derived[b][0] for a, b in _tied(result))
            print(f"  ties between what is related: {right:,} of {len(result['ties']):,}")
        print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _tied(result: dict[str, list[dict[str, list[str]]]]) -> Iterator[tuple[str, str]]:
    for tie in result["ties"]:
        one, two = tie["articles"]
        yield one, two


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
