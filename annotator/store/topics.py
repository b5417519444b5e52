"""`corpus/topics.toml`: the stance targets of a project, in canonical form."""

import re
from dataclasses import dataclass
from pathlib import Path

from annotator.model.errors import AnnotatorError
from annotator.store.lines import replace_file
from annotator.store.settings import read_toml


@dataclass(frozen=True, slots=True)
class Topic:
    """`id` is what links and fields record; `name` may be reworded."""

    id: str
    name: str


def load_topics(path: Path) -> list[Topic]:
    """The topics in the order of the file, `[topics.ID]` with a `name` each.

    Raises AnnotatorError naming the file and key. No file means no topics yet.
    """
    if not path.exists():
        return []
    table = read_toml(path).get("topics", {})
    if not isinstance(table, dict):
        raise AnnotatorError(f'{path}: topics: use tables such as [topics.lake] name = "The lake".')
    topics = []
    for key, entry in table.items():
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise AnnotatorError(f"{path}: topics.{key}.name: give the topic a name in quotes.")
        topics.append(Topic(key, name.strip()))
    return topics


def add_topic(path: Path, name: str) -> Topic:
    """Add a topic; one of the same name (whatever its case and spacing) is returned as it is.

    Raises AnnotatorError for an empty name, and WriteError.
    """
    clean = " ".join(name.split())
    if not clean:
        raise AnnotatorError("A topic needs a name.")
    topics = load_topics(path)
    for topic in topics:
        if " ".join(topic.name.split()).casefold() == clean.casefold():
            return topic
    topic = Topic(_new_id(clean, {topic.id for topic in topics}), clean)
    import tomlkit

    data = (
        tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
    )
    if "topics" not in data:
        data["topics"] = tomlkit.table(is_super_table=True)
    entry = tomlkit.table()
    entry["name"] = topic.name
    data["topics"][topic.id] = entry
    replace_file(path, tomlkit.dumps(data).encode("utf-8"))
    return topic


def _new_id(name: str, taken: set[str]) -> str:
    slug = re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")[:60].strip("-") or "topic"
    number = 1
    unique = slug
    while unique in taken:
        number += 1
        unique = f"{slug}-{number}"
    return unique
