"""A project with many annotated articles, made of invented sentences, the same for a seed."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from annotator.model.annotation import AnnotationSet, Entity, Link, Span
from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.store.lines import encode
from annotator.store.records import Lineage, checkpoint_record

_PEOPLE = ("Ada Morrow", "Jory Pell", "Minna Oskar", "the harbour board", "Tam Brode", "the miners")
_SAID = ("said", "warned", "wrote", "announced", "insisted", "told reporters")
_CLAIMS = (
    "that the eastern quay will stay shut until the silt is cleared",
    "“we were promised pumps, and what came was paper”",
    "that the levy would be halved before the first frost",
    "the new lines – three of them – are not safe for night trains",
    "that nobody in Lowmark had asked for a second bridge",
)
_FILLERS = (
    "Rain had fallen on the valley for nine days, and the lower road was under water.",
    "The council meets again on Thursday; its agenda names the dam, the ferry and the budget.",
    "Prices at the fish market rose by a tenth, more than in any week since the spring.",
    "A café near the station in Ørsund stayed open through the night for the crews.",
)
CHARACTERS = 4000
_A_SHARD = 2000


def make(root: Path, count: int, seed: int = 0) -> None:
    """A project of `count` articles of about 4 kB, each with 8 spans and 4 links by one person."""
    project = Project.create(root)
    random = Random(seed)
    folder = root / "corpus/annotations/mira"
    folder.mkdir(parents=True)
    waiting: list[tuple[AnnotationSet, str]] = []

    def articles() -> Iterator[Article]:
        for number in range(count):
            article, work = _annotated(random, number)
            waiting.append((work, article.text))
            if len(waiting) == _A_SHARD:
                _save(folder / f"bencha-{number // _A_SHARD + 1:03d}.jsonl", waiting, random)
            yield article

    project.store.add_articles(articles())
    _save(folder / "bencha-999.jsonl", waiting, random)
    project.close()


def _save(path: Path, works: list[tuple[AnnotationSet, str]], random: Random) -> None:
    random.shuffle(works)  # nobody works in the order of import
    with path.open("wb") as file:
        for work, text in works:
            lineage = Lineage(1, (), "2031-05-04T10:00:00Z", "bencha", "")
            file.write(encode(checkpoint_record(work, text, lineage)))
    works.clear()


def _annotated(random: Random, number: int) -> tuple[Article, AnnotationSet]:
    work = AnnotationSet(f"osk-{number:06d}", "", "mira", "attribution/1")
    work.fields.update(status="done", genre="news-report", quality="clean")
    parts: list[str] = [f"Quay stays shut, board says ({number})\n\n"]
    length = len(parts[0])

    def put(text: str, label: str = "", **attributes: str) -> str:
        nonlocal length
        key = f"s{len(work.spans) + 10}"
        if label:
            place = (length, length + len(text))
            work.spans[key] = Span(key, label, (place,), attributes)
        parts.append(text)
        length += len(text)
        return key

    def link(type: str, source: str, target: str, kind: str = "span") -> None:
        key = f"l{len(work.links) + 40}"
        work.links[key] = Link(key, type, source, target, kind)  # type: ignore[arg-type]

    for turn in range(3):
        claim_first = turn == 2
        who, cue = random.choice(_PEOPLE), random.choice(_SAID)
        speaker = put(who, "SPEAKER")
        put(" ")
        said = put(cue, "CUE")
        put(" ")
        if claim_first:
            put(random.choice(_CLAIMS))
        else:
            claim = put(random.choice(_CLAIMS), "CLAIM", act="assert", form="indirect")
            link("holder", claim, speaker)
            link("cue", claim, said)
        put(".\n")
    work.entities["e1"] = Entity("e1", random.choice(_PEOPLE), "person", "named")
    while length < CHARACTERS:
        put(random.choice(_FILLERS))
        put(random.choice((" ", " ", "\n")))
    text = "".join(parts)
    work.text_hash = hash_text(text)
    article = Article(
        work.article_id,
        text,
        work.text_hash,
        parts[0].strip(),
        "Osk Wire",
        "2031-05-03",
        f"https://osk.example/{number}",
        "en",
    )
    return article, work
