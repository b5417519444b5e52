"""`annotator agreement`: how far annotators agree, on what, and where they do not."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.output import LEFT_OUT, OK, emit, json_option, progress, say, warn, working
from annotator.cli.state import State, pass_state
from annotator.model.errors import AnnotatorError
from annotator.project import Project

if TYPE_CHECKING:
    from annotator.agreement.panel import Panel
    from annotator.agreement.works import Document, Exclusion, Options


@click.command("agreement")
@click.option(
    "--annotators", default="", metavar="NAMES", help="Only these, e.g. mira,tom or mira,gold."
)
@click.option("--labels", default="", metavar="LABELS", help="Only these labels, e.g. CLAIM,CUE.")
@click.option("--articles", default="", metavar="IDS", help="Only these articles, by comma.")
@click.option(
    "--done-only/--all",
    default=True,
    help="Only work marked done (the default), or what is still open as well.",
)
@click.option("--without-assisted", is_flag=True, help="Leave out what was not marked by hand.")
@click.option(
    "--unit",
    type=click.Choice(["character", "token"]),
    default="character",
    show_default=True,
    help="What alpha counts.",
)
@click.option(
    "--replicates",
    type=click.IntRange(0, 100_000),
    default=2000,
    show_default=True,
    metavar="N",
    help="Bootstrap replicates of the intervals; 0 for none.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="S",
    help="Of all that is drawn at random.",
)
@click.option("--gamma", is_flag=True, help="Also gamma, which takes its time (needs scipy).")
@click.option("--since", metavar="DATE", help="Only work last saved on this day or later.")
@click.option("--until", metavar="DATE", help="Only work last saved on this day or earlier.")
@click.option("--scheme-version", metavar="V", help="Only work made under this scheme version.")
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Put an earlier result of --json beside this one.",
)
@click.option("--html", metavar="FILE", help="Write the report as one web page.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write the figures as a table.")
@json_option
@pass_state
def command(
    state: State,
    annotators: str,
    labels: str,
    articles: str,
    done_only: bool,
    without_assisted: bool,
    unit: str,
    replicates: int,
    seed: int,
    gamma: bool,
    since: str | None,
    until: str | None,
    scheme_version: str | None,
    compare: Path | None,
    html: str | None,
    csv_file: str | None,
    as_json: bool,
) -> int:
    """Measure how far annotators agree: spans, attributes, links, who is who, document fields.

    Whoever has no finished work on an article is missing there, which is not the same as having
    marked nothing. Text that everyone excluded does not count. Figures are pooled over articles;
    what cannot be computed is told with its reason. Nothing is changed.

    Every figure leads to its cases: in the page of --html, in the counts of --json, and in the
    review screen. Exit code 3 says that work about another text was left out.
    """
    _need("numpy", "agreement")
    if gamma:
        _need("scipy", "gamma")
    from annotator.agreement.panel import panel
    from annotator.agreement.works import Options

    with _uncollected():
        project = state.project()
    heads = [head.id for head in project.store.heads()]
    options = Options(
        annotators=_names(annotators, project.store.owners(), "annotator"),
        labels=_names(labels, list(project.scheme.labels), "label"),
        articles=_names(articles, heads, "article"),
        done_only=done_only,
        without_assisted=without_assisted,
        unit=unit,  # type: ignore[arg-type]
        replicates=replicates,
        seed=seed,
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        scheme=f"{project.scheme.name}/{scheme_version}" if scheme_version else "",
        gamma=gamma,
    )
    with _uncollected():
        documents, refused = _read(project, options)
        with working("Computing"):
            result = panel(documents, project.scheme, options, refused=refused, tell=_warn)
    if not result.articles:
        raise AnnotatorError(_nothing(result))
    if compare is not None:
        result = _compare(result, compare)
    _write(project, result, html, csv_file)
    if as_json:
        emit(result.to_dict())
    else:
        from annotator.agreement.report import lines

        for line in lines(result):
            say(line)
    return LEFT_OUT if any(one.reason == "made on another text" for one in refused) else OK


def _need(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise AnnotatorError(
            f'This needs {module}, which is not installed: pip install "annotator[{extra}]".'
        )


def _names(text: str, known: list[str], noun: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            there = f"there are {', '.join(known[:10])}" if known else "there are none yet"
            more = f" and {len(known) - 10:,} more" if len(known) > 10 else ""
            raise AnnotatorError(f"There is no {noun} {name}; {there}{more}.")
    return tuple(sorted(set(names)))


def _day(text: str | None, option: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise click.UsageError(f"{option} needs a day like 2031-05-31, not {text!r}.") from None


def _read(project: Project, options: Options) -> tuple[list[Document], list[Exclusion]]:
    from annotator.agreement.reading import read_documents

    def watch(records: Iterable[Any], title: str) -> Iterable[Any]:
        return progress(records, title)

    return read_documents(
        project.store,
        options.annotators,
        assigned=project.assignments.by_article(),
        texts=options.unit == "token",
        watch=watch,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: records hold no cycles, and looking through them takes long,
    also when the process ends."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _warn(text: str) -> None:
    warn(f"Warning: {text}")


def _nothing(result: Panel) -> str:
    reasons = Counter(one.reason for one in result.excluded)
    told = "; ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
    told = f" (pieces of work left out: {told})" if told else ""
    remedy = "; try --all to count open work" if reasons.get("not done") else ""
    return f"No article was finished by two annotators{told}{remedy}."


def _compare(result: Panel, path: Path) -> Panel:
    import orjson

    from annotator.agreement.panel import compare

    try:
        return compare(result, orjson.loads(path.read_bytes()))
    except (ValueError, AttributeError) as error:
        reason = "it is no JSON" if isinstance(error, orjson.JSONDecodeError) else str(error)
        raise AnnotatorError(f"{path} cannot be compared with: {reason}.") from error


def _write(project: Project, result: Panel, html: str | None, csv_file: str | None) -> None:
    from annotator.formats.output import write_lines

    if html:
        from annotator.agreement.report_html import page

        with working("Writing the page"):
            text = page(result, lambda article: project.store.article(article).text)
            write_lines(html, [text.encode("utf-8", "replace")])
        warn(f"Wrote {html}.")
    if csv_file:
        from annotator.agreement.report import as_csv

        write_lines(csv_file, [as_csv(result).rstrip().encode("utf-8", "replace")])
        warn(f"Wrote {csv_file}.")
