"""UIMA CAS XMI with its type system; what is in it, see `uima_out`.

Type systems are written with dkpro-cassis. Files are read with lxml: cassis gives up a whole file
for one broken reference or type, and reads on where an offset leaves the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.cas_json import LABEL
from annotator.formats.exchange import Export, ForeignDocument, Sink, Source, needs
from annotator.formats.loss import Finding
from annotator.formats.nested import nested_line
from annotator.formats.registry import Format, Option
from annotator.formats.stems import Stems
from annotator.formats.uima import ARRAY, STRING, VIEW, Cas, CasError, Structure, Type, Types
from annotator.formats.uima_files import Entry, read_each
from annotator.formats.uima_in import document_of
from annotator.formats.uima_out import legalised, members, structures_of, types_of
from annotator.formats.xml_characters import made_legal, restored
from annotator.model.errors import AnnotatorError

_SUFFIX = ".xmi"
_XMI, _CAS = "http://www.omg.org/XMI", "http:///uima/cas.ecore"
_ID = f"{{{_XMI}}}id"
_NAMESPACE = re.compile(r"\{http:///(?:(.*)/)?([^/]+)\.ecore\}(.+)")
_TEXTS = ("uima.cas.StringArray", "uima.cas.StringList")
_REFERENCES = (ARRAY, "uima.cas.FSList")
_PLAIN = {f"uima.cas.{x}" for x in ("Integer", "Long", "Short", "Byte", "Float", "Double")}
_NUMBERS = {f"{x}Array" for x in (*_PLAIN, "uima.cas.Boolean")} | {f"{x}List" for x in _PLAIN}


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """`TypeSystem.xml`, and a file `ANNOTATOR/ARTICLE.xmi` for each annotator's work."""
    with needs("cas", "dkpro-cassis"):
        from lxml import etree
    types = types_of(sink.scheme)
    with sink.output.part("TypeSystem.xml") as file:
        file.write(_type_system(types))
    people, articles = Stems(), Stems()
    for export in exports:
        text, patches = legalised(export.article.text)
        if patches:
            message = f"{len(patches)} control characters stand as U+FFFD for other tools"
            finding = Finding(export.article.id, 0, message)
            how = "with U+FFFD for control characters, which XML cannot hold"
            sink.loss.change("articles", how, 1, finding)
        for work in export.sets:
            kept = reduced(work, FORMAT.capability, sink.loss)
            record = orjson.loads(nested_line(export.article, kept, sink.scheme, sink.topic_name))
            structures = structures_of(record, sink.scheme, text, patches)
            stem = articles.of(export.article.id)
            with sink.output.part(f"{people.of(work.annotator)}/{stem}{_SUFFIX}") as file:
                file.write(_xmi(structures, text, etree))


def _type_system(types: Iterable[Type]) -> bytes:
    from cassis import TypeSystem

    system = TypeSystem()
    types = list(types)
    made = {x.name: system.create_type(x.name, x.supertype, x.description) for x in types}
    for item in types:
        for name, range_ in item.features.items():
            element = range_.removesuffix("[]")
            if element == range_:
                system.create_feature(made[item.name], name, range_)
            else:
                system.create_feature(
                    made[item.name], name, ARRAY, elementType=element,
                    multipleReferencesAllowed=False,
                )  # fmt: skip
    return str(system.to_xml()).encode("utf-8")


def _xmi(structures: list[Structure], text: str, etree: Any) -> bytes:
    spaces = {"xmi": _XMI, "cas": _CAS}
    for item in structures:
        space = _space(item.type)
        if space not in spaces.values():
            name = item.type.split(".")[-2]
            spaces[name if name not in spaces else f"{name}{len(spaces)}"] = space
    root = etree.Element(f"{{{_XMI}}}XMI", {f"{{{_XMI}}}version": "2.0"}, spaces)
    etree.SubElement(root, f"{{{_CAS}}}NULL", {_ID: "0"})
    for item in structures:
        values = {_ID: str(item.id)}
        if item.sofa is not None:
            values["sofa"] = str(item.sofa)
        values |= {name: str(value) for name, value in item.values.items()}
        values |= {name: str(target) for name, target in item.refs.items()}
        values |= {name: " ".join(map(str, all_)) for name, all_ in item.arrays.items()}
        short = item.short_type
        etree.SubElement(root, f"{{{_space(item.type)}}}{short}", values)
    sofa = {_ID: "1", "sofaNum": "1", "sofaID": VIEW, "mimeType": "text", "sofaString": text}
    etree.SubElement(root, f"{{{_CAS}}}Sofa", sofa)
    indexed = " ".join(map(str, members(structures)))
    etree.SubElement(root, f"{{{_CAS}}}View", {"sofa": "1", "members": indexed})
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _space(type_: str) -> str:
    return f"http:///{'/'.join(type_.split('.')[:-1])}.ecore"


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """The documents of a file, of a folder of them, or of an archive that INCEpTION wrote.

    Raises AnnotatorError where the type system is missing.
    """
    with needs("cas", "dkpro-cassis"):
        from lxml import etree
    known: dict[tuple[bytes, ...], Types] = {}

    def one(entry: Entry) -> ForeignDocument:
        data = _type_systems(entry, source)
        if data not in known:
            known[data] = _types(data, entry.path, etree)
        cas = _Parser(entry, source, known[data], etree).cas()
        return document_of(cas, source, entry.path, name=entry.document, annotator=entry.annotator)

    return read_each(source, _SUFFIX, one)


def _type_systems(entry: Entry, source: Source) -> tuple[bytes, ...]:
    """The file that the user names, or all that are near: one may import another."""
    given = source.options["types"]
    if given:
        try:
            return (Path(given).read_bytes(),)
        except OSError as error:
            raise AnnotatorError(f"{given} cannot be read ({error.strerror}).") from error
    found = tuple(data for _, data in entry.near() if b"typeSystemDescription" in data[:4096])
    if not found:
        raise CasError(
            f"{entry.path} cannot be read without its type system: put TypeSystem.xml beside it,"
            " or say --set types=FILE."
        )
    return found


def _types(files: tuple[bytes, ...], path: str, etree: Any) -> Types:
    """All types of the files; of a type that is there twice, the nearest."""
    found: dict[str, Type] = {}
    for data in files:
        try:
            root = etree.fromstring(data, _parser(etree))
        except etree.XMLSyntaxError as error:
            message = f"{path}: its type system is not well-formed XML ({str(error)[:200]})."
            raise CasError(message) from error
        for item in root.iterfind(".//{*}typeDescription"):
            features = item.iterfind("{*}features/{*}featureDescription")
            ranges = {_said(x, "name"): _said(x, "rangeTypeName") for x in features}
            name = _said(item, "name")
            found.setdefault(name, Type(name, _said(item, "supertypeName"), ranges))
    return Types(list(found.values()))


def _said(element: Any, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()


def _parser(etree: Any, encoding: str | None = None) -> Any:
    """Reads nothing but what it is given."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        encoding=encoding,
    )


class _Parser:
    """One file; what in it has the wrong shape is counted, with its line."""

    def __init__(self, entry: Entry, source: Source, types: Types, etree: Any) -> None:
        self._path, self._loss, self._types = entry.path, source.loss, types
        data = entry.data()
        if b"<!DOCTYPE" in data[:4096]:
            raise CasError(f"{self._path} declares a document type, which no XMI file needs.")
        parser = _parser(etree, source.encoding or None)
        try:
            self._root = etree.fromstring(made_legal(data), parser)
        except (etree.XMLSyntaxError, LookupError, ValueError) as error:
            message = f"{self._path} is not well-formed XML ({str(error)[:200]})."
            raise CasError(message) from error
        if self._root.tag != f"{{{_XMI}}}XMI":
            raise CasError(f"{self._path} is no XMI file: it does not begin with xmi:XMI.")

    def cas(self) -> Cas:
        sofas: dict[int, tuple[str, str | None]] = {}
        members: set[int] | None = None
        elements: dict[int, Any] = {}
        for element in self._root:
            if element.tag == f"{{{_CAS}}}View":
                listed = element.get("members", "").split()
                members = (members or set()) | {int(x) for x in listed if x.isdecimal()}
            elif element.tag != f"{{{_CAS}}}NULL":
                key = _number(element.get(_ID))
                if key is None or key in elements or key in sofas:
                    why = "have no id" if key is None else "have the id of another"
                    self._refuse(element, why)
                elif element.tag == f"{{{_CAS}}}Sofa":
                    text = element.get("sofaString")
                    text = restored(text) if text is not None else None
                    sofas[key] = element.get("sofaID", ""), text
                else:
                    elements[key] = element
        structures = {}
        for key, element in elements.items():
            found = self._structure(key, element, elements)
            if found is not None:
                structures[key] = found
        return Cas(self._types, sofas, structures, members)

    def _structure(self, key: int, element: Any, all_: Mapping[int, Any]) -> Structure | None:
        type_ = _type_name(element.tag)
        if type_ not in self._types:
            self._refuse(element, "are of no type that the type system has")
            return None
        if type_.startswith("uima.cas."):
            return None  # arrays, read where they are used
        found = Structure(key, type_, line=element.sourceline or 0)
        ranges = self._types.features(type_)
        for name, value in element.attrib.items():
            if name == "sofa":
                found.sofa = _number(value)
            elif name in ("begin", "end"):
                number = _number(value)
                found.values[name] = restored(value) if number is None else number
            elif name != _ID:
                self._feature(found, name, restored(value), ranges.get(name) or STRING, all_)
        texts: dict[str, list[str]] = {}
        for child in element:
            texts.setdefault(child.tag, []).append(restored(child.text or ""))
        found.values.update(texts)
        return found

    def _feature(
        self, found: Structure, name: str, value: str, range_: str, all_: Mapping[int, Any]
    ) -> None:
        if range_ == STRING or range_ in _PLAIN:
            found.values[name] = value
            return
        if range_ == "uima.cas.Boolean":
            found.values[name] = value == "true"
            return
        if range_ in _NUMBERS:
            found.values[name] = value.split()
            return
        targets = [_number(part) for part in value.split()]
        known = [target for target in targets if target is not None]
        if len(known) == len(targets) == 1 and all_.get(known[0]) is not None:
            array = all_[known[0]]  # an array of its own, which several may share
            type_ = _type_name(array.tag)
            if type_ == ARRAY:
                inner = map(_number, array.get("elements", "").split())
                found.arrays[name] = [target for target in inner if target is not None]
                return
            if type_ in _TEXTS:
                found.values[name] = [restored(child.text or "") for child in array]
                return
        if range_ in _REFERENCES and len(known) == len(targets):
            found.arrays[name] = known
        elif len(known) == len(targets) == 1:
            found.refs[name] = known[0]
        elif range_ in self._types.types or range_ in _REFERENCES:
            finding = Finding(self._path, found.line, f"{name}={value[:60]!r} is no reference")
            self._loss.leave_out("references", "are no ids", 1, finding)
        elif value:
            found.values[name] = value.split()

    def _refuse(self, element: Any, why: str) -> None:
        name = str(element.tag).rsplit("}", 1)[-1]
        raw = {str(key): restored(value)[:200] for key, value in element.attrib.items()}
        finding = Finding(self._path, element.sourceline or 0, f"{name}: {why}", raw)
        self._loss.leave_out("feature structures", why, 1, finding)


def _type_name(tag: str) -> str:
    found = _NAMESPACE.fullmatch(tag)
    if found is None:
        return tag
    package = ".".join(part for part in (found[1] or "", found[2]) if part).replace("/", ".")
    return found[3] if package == "uima.noNamespace" else f"{package}.{found[3]}"


def _number(value: str | None) -> int | None:
    if value is None or not re.fullmatch(r"-?\d{1,18}", value.strip(), re.ASCII):
        return None
    return int(value)


def _knows(path: Path, head: bytes) -> bool:
    if path.is_dir():
        return next(path.rglob(f"*{_SUFFIX}"), None) is not None
    return path.suffix == _SUFFIX or b"<xmi:XMI" in head[:4096]


FORMAT = Format(
    name="xmi",
    title="UIMA CAS XMI (INCEpTION, DKPro): a type system, a file an annotator and article",
    capability=replace(EVERYTHING, unit="utf-16"),
    read=read,
    write=write,
    options=(
        LABEL,
        Option("types", "the type system's file; by default one beside the XMI or above it"),
    ),
    extra="cas",
    knows=_knows,
)
