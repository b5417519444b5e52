"""Conditions on what is exported, `--where NAME=VALUE`, about articles and the work on them."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme

Record = Mapping[str, Any]

_OF_ARTICLES = ("id", "source", "headline", "published", "url", "language", "characters")
_OF_WORK = ("annotator", "status")
_FORM = re.compile(r"\s*([\w.-]+)\s*(<=|>=|!=|=|<|>)(.*)", re.DOTALL)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Condition:
    """One `NAME OPERATOR VALUE`. `of_work` says that it is about a set, not the article alone."""

    text: str
    name: str
    operator: str
    value: str
    of_work: bool
    default: object = None

    def holds(self, article: Record, work: Record | None = None) -> bool:
        """About the records of an article and of a checkpoint (for `of_work`)."""
        return self._compare(self._fact(article, work))

    def _fact(self, article: Record, work: Record | None) -> object:
        if self.of_work and work is not None:
            if self.name == "status":
                status = work.get("status")
                known = status in ("open", "done", "skipped")
                return status if known else "open" if work.get("mark") else "new"
            if self.name == "annotator":
                return work["annotator"]
            if self.name in work.get("fields", ()):
                return work["fields"][self.name]
            if self.name == "language" and article.get("language"):
                return article["language"]
            return self.default
        if self.name == "characters":
            return len(article["text"])
        return article.get(self.name, "")

    def _compare(self, fact: object) -> bool:
        if self.operator in _ORDER:
            if isinstance(fact, int):
                return _ORDER[self.operator](fact, int(self.value))
            # A day is compared with days, also where an article tells the hour.
            known = str(fact)[: len(self.value)]
            return bool(known) and _ORDER[self.operator](known, self.value)
        if isinstance(fact, bool):
            same = _FLAGS.get(self.value.lower()) is fact
        elif isinstance(fact, list | tuple):
            same = self.value in fact or (not fact and not self.value)
        elif self.name == "published" and self.value:
            same = str(fact).startswith(self.value)
        else:
            same = self.value == ("" if fact is None else str(fact))
        return same is (self.operator == "=")


def parse(texts: Iterable[str], scheme: Scheme) -> tuple[Condition, ...]:
    """The conditions, all of which must hold. Raises AnnotatorError with what is wrong with one."""
    return tuple(_parse(text, scheme) for text in texts)


def _parse(text: str, scheme: Scheme) -> Condition:
    match = _FORM.fullmatch(text)
    if match is None:
        raise AnnotatorError(
            f"--where {text!r} is no condition; write NAME=VALUE, with = != < <= > or >=,"
            " for example language=en."
        )
    name, sign, value = match[1], match[2], match[3].strip()
    field = scheme.document_field(name)
    known = [*_OF_ARTICLES, *_OF_WORK, *(item.name for item in scheme.fields)]
    if name not in known:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}."
        raise AnnotatorError(f"--where {text!r}: nothing is called {name}; {remedy}")
    if sign in _ORDER:
        _check_order(text, name, value)
    elif field is not None and field.kind == "flag" and value.lower() not in _FLAGS:
        raise AnnotatorError(f"--where {text!r}: {name} is yes or no.")
    elif field is not None and field.kind == "choice" and value and value not in field.values:
        raise AnnotatorError(
            f"--where {text!r}: {name} is never {value!r}; it is one of {', '.join(field.values)}."
        )
    elif name == "status" and value not in ("new", "open", "done", "skipped"):
        raise AnnotatorError(f"--where {text!r}: status is new, open, done or skipped.")
    of_work = name in _OF_WORK or field is not None
    return Condition(
        text.strip(), name, sign, value, of_work, field.default if field is not None else None
    )


def _check_order(text: str, name: str, value: str) -> None:
    if name == "characters":
        if not value.isdecimal() or len(value) > 15:
            raise AnnotatorError(f"--where {text!r}: characters are counted in whole numbers.")
    elif name == "published":
        try:
            date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            raise AnnotatorError(
                f"--where {text!r}: {value!r} is no date; write it like 2031-01-31."
            ) from None
    else:
        raise AnnotatorError(
            f"--where {text!r}: {name} has no order; only published and characters have."
        )
