"""UIMA CAS JSON 0.4, which brings its type system along; what is in it, see `uima_out`."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.decoding import DecodingError, decode
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source
from annotator.formats.foreign_json import shown
from annotator.formats.intake import plain
from annotator.formats.loss import Finding
from annotator.formats.nested import nested_line
from annotator.formats.registry import Format, Option
from annotator.formats.stems import Stems
from annotator.formats.uima import SOFA, VIEW, Cas, CasError, Structure, Type, Types
from annotator.formats.uima_files import Entry, read_each
from annotator.formats.uima_in import document_of
from annotator.formats.uima_out import members, structures_of, types_of

LABEL = Option("label", "the feature that holds the label; by default the layer's name is it")
_SUFFIX = ".json"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """A file `ANNOTATOR/ARTICLE.json` for each annotator's work on an article."""
    people, articles = Stems(), Stems()
    types = {item.name: _type(item) for item in types_of(sink.scheme)}
    for export in exports:
        article = export.article
        for work in export.sets:
            kept = reduced(work, FORMAT.capability, sink.loss)
            record = orjson.loads(nested_line(article, kept, sink.scheme, sink.topic_name))
            structures = structures_of(record, sink.scheme, article.text, [])
            cas = {
                "%TYPES": types,
                "%FEATURE_STRUCTURES": [
                    {
                        "%ID": 1,
                        "%TYPE": SOFA,
                        "sofaNum": 1,
                        "sofaID": VIEW,
                        "mimeType": "text",
                        "sofaString": article.text,
                    },
                    *_written(structures),
                ],
                "%VIEWS": {VIEW: {"%SOFA": 1, "%MEMBERS": members(structures)}},
            }
            name = f"{people.of(work.annotator)}/{articles.of(article.id)}{_SUFFIX}"
            with sink.output.part(name) as file:
                file.write(orjson.dumps(cas, option=orjson.OPT_INDENT_2))


def _type(item: Type) -> dict[str, object]:
    found: dict[str, object] = {"%NAME": item.name, "%SUPER_TYPE": item.supertype}
    if item.description:
        found["%DESCRIPTION"] = item.description
    for name, range_ in item.features.items():
        found[name] = {"%NAME": name, "%RANGE": range_}
    return found


def _written(structures: list[Structure]) -> Iterator[dict[str, object]]:
    """Each structure, with the arrays it refers to as structures of their own."""
    last = max(item.id for item in structures)
    slots = {item.id: item.type for item in structures}
    for item in structures:
        refs = dict(item.refs)
        for name, targets in item.arrays.items():
            last += 1
            yield {"%ID": last, "%TYPE": f"{slots[targets[0]]}[]", "%ELEMENTS": targets}
            refs[name] = last
        yield {
            "%ID": item.id,
            "%TYPE": item.type,
            **({"@sofa": item.sofa} if item.sofa is not None else {}),
            **item.values,
            **{f"@{name}": target for name, target in refs.items()},
        }


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a file, of a folder of them, or of an archive that INCEpTION wrote."""

    def one(entry: Entry) -> ForeignDocument:
        cas = _Parser(entry, source).cas()
        return document_of(cas, source, entry.path, name=entry.document, annotator=entry.annotator)

    return read_each(source, _SUFFIX, one)


class _Parser:
    """One file; what in it has the wrong shape is counted."""

    def __init__(self, entry: Entry, source: Source) -> None:
        self._path, self._loss = entry.path, source.loss
        try:
            text = decode(entry.data(), encoding=source.encoding).text
            self._data: Any = json.loads(text)
            if _SURROGATE.search(text):
                self._data = plain(self._data)  # U+FFFD is as long, so offsets stay right
        except DecodingError as error:
            raise CasError(f"{entry.path} {error}.") from error
        except (ValueError, RecursionError) as error:
            raise CasError(f"{entry.path} is not JSON ({str(error)[:200]}).") from error
        if not isinstance(self._data, dict) or "%FEATURE_STRUCTURES" not in self._data:
            raise CasError(f"{entry.path} is no CAS JSON: it has no %FEATURE_STRUCTURES.")

    def cas(self) -> Cas:
        raw = dict(self._structures())
        arrays = {
            key: item.get("%ELEMENTS")
            for key, item in raw.items()
            if str(item["%TYPE"]).endswith("[]") or str(item["%TYPE"]).endswith("Array")
        }
        sofas = {
            key: (str(item.get("sofaID", "")), _text(item.get("sofaString")))
            for key, item in raw.items()
            if item["%TYPE"] == SOFA
        }
        structures = {
            key: self._structure(key, item, arrays)
            for key, item in raw.items()
            if key not in arrays and key not in sofas
        }
        return Cas(Types(self._types()), sofas, structures, self._members())

    def _structures(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """By id; they stand in a list with ids, or in an object under them."""
        given = self._data["%FEATURE_STRUCTURES"]
        if isinstance(given, dict):
            pairs = [(key, item) for key, item in given.items()]
        elif isinstance(given, list):
            pairs = [(x.get("%ID") if isinstance(x, dict) else None, x) for x in given]
        else:
            raise CasError(f"{self._path}: %FEATURE_STRUCTURES is neither a list nor an object.")
        seen = set()
        for key, item in pairs:
            number = _id(key)
            if (
                number is None
                or not isinstance(item, dict)
                or not isinstance(item.get("%TYPE"), str)
            ):
                self._refuse("feature structures", "have no id or type", item)
            elif number in seen:
                self._refuse("feature structures", "have the id of another", item)
            else:
                seen.add(number)
                yield number, item

    def _structure(self, key: int, item: dict[str, Any], arrays: dict[int, Any]) -> Structure:
        found = Structure(key, item["%TYPE"])
        for name, value in item.items():
            bare = name[1:]
            if name == "@sofa":
                found.sofa = _id(value)
            elif name.startswith("@"):
                target = _id(value)
                elements = arrays.get(target) if target is not None else None
                if isinstance(elements, list) and item["%TYPE"] != SOFA:
                    self._array(found, bare, elements)
                elif target is not None and target not in arrays:
                    found.refs[bare] = target
                elif value is not None and target not in arrays:
                    self._refuse("references", "are no ids", item)
            elif name.startswith("#"):
                found.values[bare] = str(value)
            elif not name.startswith(("%", "^")) and value is not None:
                found.values[name] = value
        return found

    def _array(self, found: Structure, name: str, elements: list[Any]) -> None:
        if all(type(element) is int for element in elements):
            found.arrays[name] = elements
        else:
            found.values[name] = [str(element) for element in elements]

    def _types(self) -> list[Type]:
        given = self._data.get("%TYPES")
        if not isinstance(given, dict):
            return []
        return [
            Type(
                name,
                str(item.get("%SUPER_TYPE", "")),
                {
                    feature: str(about.get("%RANGE", ""))
                    for feature, about in item.items()
                    if isinstance(about, dict) and not feature.startswith("%")
                },
            )
            for name, item in given.items()
            if isinstance(item, dict)
        ]

    def _members(self) -> set[int] | None:
        given = self._data.get("%VIEWS")
        if not isinstance(given, dict) or not given:
            return None
        return {
            member
            for view in given.values()
            if isinstance(view, dict) and isinstance(view.get("%MEMBERS"), list)
            for member in view["%MEMBERS"]
            if isinstance(member, int)
        }

    def _refuse(self, subject: str, why: str, item: object) -> None:
        finding = Finding(self._path, 0, f"{shown(item)}: {subject} {why}", str(item)[:1000])
        self._loss.leave_out(subject, why, 1, finding)


def _id(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _knows(path: Path, head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:4096]
    return start.startswith(b"{") and (
        b'"%TYPES"' in start[:200] or b'"%FEATURE_STRUCTURES"' in start
    )


FORMAT = Format(
    name="cas-json",
    title="UIMA CAS JSON 0.4 (INCEpTION), a file an annotator and article",
    capability=replace(EVERYTHING, unit="utf-16"),
    read=read,
    write=write,
    options=(LABEL,),
    knows=_knows,
)
