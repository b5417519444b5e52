"""An article: one immutable text and what is known about where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256


def hash_text(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, as 64 hexadecimal digits.

    Raises UnicodeEncodeError if the text holds a lone surrogate; import replaces those.
    """
    return sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Region:
    """Whole lines `[start, end)` of a text, proposed as something other than body text."""

    start: int
    end: int
    kind: str
    exclude: bool
    duplicate_of: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One news article. `text` never changes after import; offsets count its code points.

    `published` is an ISO 8601 date or date-time, or empty. `steps` names what import did to the
    bytes (for example "decoded as cp1252", "CRLF to LF"). `regions` are proposals only.
    """

    id: str
    text: str
    text_hash: str
    headline: str = ""
    source: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    steps: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    meta: Mapping[str, object] = field(default_factory=dict)
