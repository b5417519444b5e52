"""PARC's XML: words that carry the attributions they belong to, and in which role.

A `WORD` has its `text` and children `attribution`, with an `id` and an `attributionRole` whose
`roleValue` is source, cue or content. The words with one id and role are the span.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from annotator.formats.conll import joined
from annotator.model.errors import AnnotatorError

_ROLES = ("source", "cue", "content")


def parc_record(path: Path) -> dict[str, Any]:
    """A file as one line of our JSON shape; the text is put together from the words.

    Raises AnnotatorError if it is no XML, or holds no words.
    """
    words: list[str] = []
    breaks: set[int] = set()
    found: dict[str, dict[str, list[int]]] = {}
    try:
        for event, element in ElementTree.iterparse(path, ("start", "end")):
            name = element.tag.rpartition("}")[2].upper()
            if event == "start":
                if name == "SENTENCE" and words:
                    breaks.add(len(words))
            elif name == "WORD":
                word = "".join((element.get("text") or "").split())
                if word:
                    for key, role in _roles(element):
                        found.setdefault(key, {}).setdefault(role, []).append(len(words))
                    words.append(word)
                element.clear()
    except ElementTree.ParseError as error:
        raise AnnotatorError(
            f"{path} is not XML ({error}); save it from its source again."
        ) from None
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
    if not words:
        raise AnnotatorError(f"{path} holds no WORD with a text, so it is no file of PARC.")
    text, places = joined(words, breaks)
    relations = [
        {"id": key}
        | {role: {"spans": _spans(indexes, places)} for role, indexes in sorted(roles.items())}
        for key, roles in found.items()
    ]
    return {"id": path.stem, "text": text, "attributions": relations}


def _roles(word: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for item in word.iter():
        if item.tag.rpartition("}")[2] == "attribution":
            for role in item.iter():
                value = (role.get("roleValue") or "").lower()
                if value in _ROLES:
                    yield item.get("id", ""), value


def _spans(indexes: list[int], places: list[tuple[int, int]]) -> list[list[int]]:
    """The stretches of words that follow each other."""
    runs = groupby(enumerate(indexes), key=lambda pair: pair[1] - pair[0])
    found = []
    for _, run in runs:
        members = [index for _, index in run]
        found.append([places[members[0]][0], places[members[-1]][1]])
    return found
