"""Names of files that can be written everywhere, for articles and annotators with any name."""

import re
from hashlib import sha256

_ODD = re.compile(r"[^\w.-]")
_LONGEST = 200  # bytes of UTF-8; with hash and suffix, disks allow 255
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Stems:
    """Gives every name a file name of its own, the same in every run.

    Names that are no good file names, or differ from another's by case only, get a part of their
    hash added.
    """

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def of(self, name: str) -> str:
        stem = _ODD.sub("_", name).encode()[:_LONGEST].decode(errors="ignore").rstrip(".")
        if stem.startswith(".") or not stem or _RESERVED.match(stem):
            stem = f"_{stem}"
        if stem != name or self._taken.setdefault(stem.casefold(), name) != name:
            stem = f"{stem}-{sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
        return stem
