"""Names that become file names."""

import re
import unicodedata
from hashlib import sha256

from annotator.model.errors import AnnotatorError

GOLD = "gold"
"""Whose work the adjudicated sets are: kept like an annotator's, but nobody has this name."""
_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
_FORBIDDEN = set('/\\<>:"|?*')
_LONGEST = 64


def check_owner(name: str) -> str:
    """`check_annotator`, but gold may own work as well."""
    return name if name == GOLD else check_annotator(name)


def check_annotator(name: str) -> str:
    """The name itself, if it can be a folder's name on any system; else AnnotatorError."""
    if name.casefold() == GOLD:
        raise AnnotatorError(
            f"The name {name} is kept for adjudicated work; choose another with --as NAME, or see"
            f" `annotator adjudicate`."
        )
    if not name:
        raise AnnotatorError("An annotator needs a name; give one with --as NAME.")
    remedy = "; choose another with --as NAME"
    if len(name) > _LONGEST or len(name.encode("utf-8", "replace")) > 200:
        raise AnnotatorError(
            f"An annotator's name has at most {_LONGEST} characters, this one {len(name)}{remedy}."
        )
    if name.startswith(".") or name.endswith((".", " ")) or name != name.strip():
        raise AnnotatorError(
            f"The annotator name {name!r} begins or ends with a dot or a space{remedy}."
        )
    for character in name:
        if character in _FORBIDDEN or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl"):
            raise AnnotatorError(f"The annotator name {name!r} holds {character!r}{remedy}.")
    if name.split(".")[0].strip().upper() in _DEVICES:
        raise AnnotatorError(f"The annotator name {name!r} is a device's name{remedy}.")
    return name


def file_key(article_id: str) -> str:
    """A file name for an article id of any characters and length; distinct for distinct ids."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", article_id).strip("-")[:40]
    digest = sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{readable}-{digest}" if readable else digest
