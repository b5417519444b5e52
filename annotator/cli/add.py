"""`annotator add`: articles in."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, plural, progress, say, warn
from annotator.cli.state import State, pass_state
from annotator.formats.intake import Draft, Item, Notice, Options, plain, with_regions
from annotator.formats.metadata import Metadata
from annotator.formats.reading import find, read, read_standard_input
from annotator.model.article import Article
from annotator.project import Project

_MEGA = 1_000_000
_DUPLICATES_SHOWN = 20


@click.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option(
    "--encoding", default="", metavar="NAME", help="The files' encoding, e.g. cp1251 or utf-16-le."
)
@click.option("--source", default="", help="The outlet or agency all these articles come from.")
@click.option("--language", default="", metavar="TAG", help="Their language, e.g. en or pt-BR.")
@click.option(
    "--text-column", default="", metavar="NAME", help="The column or key that holds the text."
)
@click.option(
    "--metadata",
    default="",
    metavar="FILE",
    help="A CSV table with a row a file: file, source, published, url, language, ...",
)
@click.option("--id", "article_id", default="", metavar="ID", help="The id; for one article only.")
@click.option(
    "--limit",
    default=20.0,
    show_default=True,
    type=click.FloatRange(min=0.001),
    metavar="MILLIONS",
    help="Refuse articles with more million characters of text than this.",
)
@json_option
@pass_state
def command(
    state: State,
    paths: tuple[str, ...],
    encoding: str,
    source: str,
    language: str,
    text_column: str,
    metadata: str,
    article_id: str,
    limit: float,
    as_json: bool,
) -> int:
    """Add articles to the project.

    PATHS are files, folders (searched to the bottom), patterns such as 'news/*.html', or - for
    standard input. One article a file: .txt and .md (every line is kept) and .html (the main text
    of the page). One article a line or row: .jsonl, .csv and .tsv, with the text under "text",
    "body" or "content" and, if there are, id, headline or title, published or date, source, url and
    language.

    Facts about a folder of texts can come from a table: --metadata, with a column "file" (or "id")
    and columns named as above; others are kept as they are.

    A text that is there already is not added again, and an id never gets a second text. The text is
    kept as it stands from then on; lines that look like bylines, links or boilerplate are proposed
    as regions and stay in it. Exit code 3 says that something was refused; each such file has its
    line.
    """
    project = state.project()
    options = Options(encoding, source, language, text_column, article_id, round(limit * _MEGA))
    intake = _Intake(project, quiet=as_json)
    table = Metadata(metadata) if metadata else None
    items = _items(project, paths, options, table)
    added = project.store.add_articles(intake.accepted(items))
    if as_json:
        emit(
            {
                "added": added,
                "refused": intake.counts["refused"],
                "duplicates": intake.counts["duplicate"],
                "warnings": intake.counts["warning"],
                "regions": intake.regions,
                "characters": intake.characters,
                "ids": intake.ids,
                "notices": intake.notices,
            }
        )
    else:
        say(intake.summary(added))
    return LEFT_OUT if intake.counts["refused"] else OK


def _items(
    project: Project, paths: tuple[str, ...], options: Options, metadata: Metadata | None
) -> Iterator[Item]:
    root = project.root
    own = [root / "guidelines", root / ".annotator"]
    own += [root / "corpus" / name for name in ("articles", "annotations", "gold")]
    files = [path for path in paths if path != "-"]
    if len(files) < len(paths):
        yield from read_standard_input(sys.stdin.buffer, options)
    for found in find(files, skip=own):
        if isinstance(found, Notice):
            yield found
        elif metadata is None or not metadata.is_in(found):
            items = read(found, options)
            yield from map(metadata.applied, items) if metadata else items
    if metadata:
        yield from metadata.unused()


class _Intake:
    """Decides on each article read, and keeps count of what happened."""

    def __init__(self, project: Project, *, quiet: bool) -> None:
        self.counts: Counter[str] = Counter()
        self.regions = 0
        self.characters = 0
        self.ids: list[str] = []
        self.notices: list[dict[str, object]] = []
        self._store = project.store
        self._quiet = quiet
        self._ids = {head.id for head in project.store.heads()}
        self._new_ids: set[str] = set()
        self._texts: dict[str, str] = {}

    def accepted(self, items: Iterable[Item]) -> Iterator[Article]:
        """The articles to add. What is not is told on standard error as it comes."""
        for item in progress(items, "Adding"):
            if isinstance(item, Notice):
                self._tell(item.severity, item)
                continue
            article = self._admit(item)
            if article is None:
                continue
            self._texts[article.text_hash] = article.id
            self._new_ids.add(article.id)
            self.ids.append(article.id)
            self.regions += len(article.regions)
            self.characters += len(article.text)
            yield article

    def _admit(self, draft: Draft) -> Article | None:
        article = draft.article
        known = self._texts.get(article.text_hash) or self._store.article_with_text(
            article.text_hash
        )
        if known is not None:
            same = "" if known == article.id else f" as {known}"
            self._duplicate(draft, f"is in the project already{same}; not added again")
            return None
        if article.id in self._new_ids and draft.fallback_id not in ("", article.id):
            draft = replace(draft, article=replace(article, id=draft.fallback_id))
            article = draft.article
        if article.id in self._ids or article.id in self._new_ids:
            message = (
                f"the id {article.id} belongs to another text already; not added"
                " (give this one another with --id)"
            )
            self._tell("refused", Notice(draft.path, draft.line, "refused", message))
            return None
        return with_regions(draft)

    def _duplicate(self, draft: Draft, message: str) -> None:
        self._tell("duplicate", Notice(draft.path, draft.line, "skipped", message))

    def _tell(self, kind: str, notice: Notice) -> None:
        self.counts[kind] += 1
        self.notices.append(
            {
                "kind": kind,
                "path": plain(notice.path),
                "line": notice.line or None,
                "message": notice.message,
            }
        )
        if self._quiet:
            return
        if kind != "duplicate" or self.counts[kind] <= _DUPLICATES_SHOWN:
            warn(str(notice))
        elif self.counts[kind] == _DUPLICATES_SHOWN + 1:
            warn("More that is in the project already is only counted; --json lists it all.")

    def summary(self, added: int) -> str:
        parts = [f"Added {plural(added, 'article')} ({self.characters:,} characters)"]
        if self.regions:
            parts.append(f"{plural(self.regions, 'region')} proposed")
        for kind, text in (
            ("duplicate", "already there"),
            ("refused", "refused"),
            ("warning", "with a warning"),
        ):
            if self.counts[kind]:
                parts.append(f"{self.counts[kind]:,} {text}")
        return "; ".join(parts) + "."
