"""A Croissant 1.0 description of a data set's files and columns (https://mlcommons.org/croissant)."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_PARQUET = "application/x-parquet"  # the registered type is not known to Croissant's own reader


@dataclass(frozen=True, slots=True)
class Shard:
    """A Parquet file of the data set: its name in the folder, split, rows, bytes and SHA-256."""

    name: str
    split: str
    rows: int
    size: int
    sha256: str


def croissant(
    schema: Any, shards: Sequence[Shard], about: Mapping[str, object], licence: str, pa: Any
) -> bytes:
    """The JSON of the description; `schema` is a `pyarrow.Schema`, `pa` that module."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", str(about.get("name") or "annotations")).strip("-")
    splits = list(dict.fromkeys(shard.split for shard in shards))
    described: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name or "annotations",
        "description": "News articles with spans, links and entities; see README.md.",
        "license": licence,
        "distribution": [
            *({
                "@type": "cr:FileObject",
                "@id": shard.name,
                "name": shard.name,
                "contentUrl": shard.name,
                "contentSize": f"{shard.size} B",
                "encodingFormat": _PARQUET,
                "sha256": shard.sha256,
            } for shard in shards),
            *({
                "@type": "cr:FileSet",
                "@id": f"files-{split}",
                "name": f"files-{split}",
                "encodingFormat": _PARQUET,
                "includes": f"data/{split}-*.parquet",
            } for split in splits),
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": split,
                "name": split,
                "field": list(_fields(schema, split, f"files-{split}", pa)),
            }
            for split in splits
        ],
    }  # fmt: skip
    return json.dumps(described, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def _fields(schema: Any, parent: str, files: str, pa: Any) -> Iterator[dict[str, object]]:
    """The columns; of those with members, the members that are single values."""
    for column in schema:
        kind, many = column.type, pa.types.is_list(column.type)
        while pa.types.is_list(kind):
            kind = kind.value_type
        name = f"{parent}/{column.name}"
        source = {"fileSet": {"@id": files}, "extract": {"column": column.name}}
        field: dict[str, object] = {"@type": "cr:Field", "@id": name, "name": column.name}
        if many:
            field["repeated"] = True
        if pa.types.is_struct(kind):
            field["subField"] = [
                {
                    "@type": "cr:Field",
                    "@id": f"{name}/{member.name}",
                    "name": member.name,
                    "dataType": _data_type(member.type, pa),
                    "source": {**source, "transform": {"jsonPath": member.name}},
                }
                for member in kind
                if not pa.types.is_nested(member.type)
            ]
        else:
            field |= {"dataType": _data_type(kind, pa), "source": source}
        yield field


def _data_type(kind: Any, pa: Any) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    return "sc:Integer" if pa.types.is_integer(kind) else "sc:Text"
