"""What every reader shares: options, notices, ids, and the making of an article."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from annotator.formats.decoding import REPLACEMENT, clean, mojibake
from annotator.model.article import Article, hash_text
from annotator.text.regions import propose

Severity = Literal["refused", "warning", "skipped"]

# The names under which other people's files keep what we keep; the first one present is taken.
TEXT_KEYS = ("text", "body", "content")
ID_KEYS = ("id", "article_id", "doc_id", "_id")
HEADLINE_KEYS = ("headline", "title")
DATE_KEYS = ("published", "date", "publish_date", "pub_date", "published_at", "date_publish")
SOURCE_KEYS = ("source", "outlet", "publisher")
URL_KEYS = ("url", "link")
LANGUAGE_KEYS = ("language", "lang")

_SURROGATES = re.compile("[\ud800-\udfff]")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2})?")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about the files to add. `limit` is in characters of text an article."""

    encoding: str = ""
    source: str = ""
    language: str = ""
    text_column: str = ""
    id: str = ""
    limit: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell about a file. `line` counts from 1; 0 means the whole file."""

    path: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says about its article, as it stands there; `draft` puts it in order."""

    headline: str = ""
    source: str = ""
    published: str = ""
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as read, before the project has agreed to its id.

    `fallback_id` is tried where another file of the same run has taken the id ("" where the id was
    given and must not be bent). `titled` says that the headline is known, not just the first line.
    """

    article: Article
    path: str
    line: int = 0
    fallback_id: str = ""
    titled: bool = False


Item = Draft | Notice


def draft(
    text: str,
    *,
    path: str,
    line: int = 0,
    id: str,
    fallback_id: str = "",
    options: Options,
    steps: tuple[str, ...] = (),
    facts: Facts = Facts(),
    meta: Mapping[str, object] | None = None,
) -> list[Item]:
    """An article ready for the project, or why it was refused; warnings come after it.

    `text` must have been through `decoding.clean`. A date that is no ISO 8601 or e-mail date is
    kept in `meta` as `date`.
    """
    if not text.strip():
        return [Notice(path, line, "refused", "holds no text")]
    if len(text) > options.limit:
        return [
            Notice(
                path,
                line,
                "refused",
                f"holds {len(text):,} characters, more than the {options.limit:,} allowed;"
                " raise it with --limit",
            )
        ]
    digest = hash_text(text)
    kept = dict(meta or {})
    date = iso_date(facts.published)
    if facts.published and not date:
        kept.setdefault("date", facts.published)
    article = Article(
        id=safe_id(options.id or id) or digest[:12],
        text=text,
        text_hash=digest,
        headline=one_line(facts.headline) or first_line(text),
        source=one_line(options.source or facts.source),
        published=date,
        url=one_line(facts.url),
        language=one_line(options.language or facts.language),
        steps=steps,
        meta=kept,
    )
    spare = "" if options.id else safe_id(fallback_id)
    items: list[Item] = [Draft(article, path, line, spare, bool(one_line(facts.headline)))]
    broken = mojibake(text)
    if broken:
        examples = ", ".join(dict.fromkeys(broken[:50]))
        items.append(
            Notice(
                path,
                line,
                "warning",
                f"{article.id} looks wrongly decoded in {len(broken)} places ({examples[:40]});"
                " added as it is (was it meant to be read with --encoding utf-8?)",
            )
        )
    return items


def with_regions(draft: Draft) -> Article:
    """The article with the lines that are not body text proposed as regions; none is cut out."""
    article = draft.article
    headline = article.headline if draft.titled else None
    return replace(article, regions=tuple(propose(article.text, headline=headline)))


def from_record(
    record: Mapping[str, object],
    *,
    path: str,
    line: int,
    id: str,
    options: Options,
    steps: tuple[str, ...] = (),
    drop: frozenset[str] = frozenset(),
) -> list[Item]:
    """An article from a row of named values; names are matched without regard to case.

    What no field of ours takes is kept in `meta`, except the names in `drop`. `id` is used where
    the record has none.
    """
    names = {name.casefold(): name for name in reversed(list(record))}
    text_key = _text_key(record, options)
    if text_key is None:
        wanted = options.text_column or ", ".join(TEXT_KEYS)
        return [
            Notice(path, line, "refused", f"has no text under {wanted}; name it with --text-column")
        ]
    if not isinstance(record[text_key], str):
        return [Notice(path, line, "refused", f"{text_key} is not a piece of text")]
    used = {text_key}

    def take(keys: tuple[str, ...]) -> str:
        for key in keys:
            value = record.get(names.get(key, ""))
            if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
                used.add(names[key])
                return str(value)
        return ""

    given_id = take(ID_KEYS)
    inner = record.get(names.get("meta", ""))
    meta: dict[str, object] = {}
    if isinstance(inner, Mapping):
        used.add(names["meta"])
        meta.update(inner)
        given_id = given_id or str(inner.get("id") or "")
    facts = Facts(
        headline=take(HEADLINE_KEYS),
        source=take(SOURCE_KEYS),
        published=take(DATE_KEYS),
        url=take(URL_KEYS),
        language=take(LANGUAGE_KEYS),
    )
    for key, value in record.items():
        if key not in used and key not in drop and value not in (None, ""):
            meta[key] = value
    cleaned = clean(str(record[text_key]))
    return draft(
        cleaned.text,
        path=path,
        line=line,
        id=given_id or id,
        options=options,
        steps=(*steps, *cleaned.steps),
        meta=plain(meta),  # type: ignore[arg-type]
        facts=facts,
    )


def text_column(names: list[str], options: Options) -> str | None:
    """Which of a table's columns holds the text."""
    return _text_key(dict.fromkeys(names, ""), options)


def _text_key(record: Mapping[str, object], options: Options) -> str | None:
    names = {name.casefold(): name for name in reversed(list(record))}
    wanted = (options.text_column,) if options.text_column else TEXT_KEYS
    present = [names[key.casefold()] for key in wanted if key.casefold() in names]
    return next(
        (key for key in present if record[key] not in (None, "")), next(iter(present), None)
    )


def safe_id(text: str) -> str:
    """An id that can be shown and typed: no control characters or lone surrogates, no edges."""
    text = _SURROGATES.sub(REPLACEMENT, text)
    return "".join(
        char for char in text if unicodedata.category(char) != "Cc" and char not in _BIDI
    ).strip()


def one_line(text: str) -> str:
    """Metadata on one line; the text itself is never treated so."""
    return " ".join(_SURROGATES.sub(REPLACEMENT, text).replace("\0", REPLACEMENT).split())


def first_line(text: str) -> str:
    return next((one_line(line) for line in text.split("\n") if line.strip()), "")[:300]


def iso_date(text: str) -> str:
    """An ISO 8601 date or date-time as it stands, an e-mail date turned into one, else ''."""
    text = text.strip()
    if _PARTIAL_DATE.fullmatch(text):
        return text
    try:
        datetime.fromisoformat(text)
    except ValueError:
        pass
    else:
        return text
    try:
        return parsedate_to_datetime(text).isoformat()
    except (TypeError, ValueError, IndexError):
        return ""


def plain(value: object) -> object:
    """A JSON value that every JSON writer takes: no lone surrogates, no integers over 64 bits."""
    if isinstance(value, str):
        return _SURROGATES.sub(REPLACEMENT, value)
    if isinstance(value, Mapping):
        return {str(plain(str(key))): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value
