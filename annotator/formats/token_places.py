"""Where the tokens of a table stand in the text they were made of."""

import re
from collections.abc import Iterator, Sequence

# What treebank tokenizers write for these; the token itself is tried first.
_WRITTEN = {
    "``": ('"', "“", "„", "«"),
    "''": ('"', "”", "“", "»"),
    '"': ("“", "”", "„", "«", "»", "''", "``"),
    "-LRB-": ("(",),
    "-RRB-": (")",),
    "-LSB-": ("[",),
    "-RSB-": ("]",),
    "-LCB-": ("{",),
    "-RCB-": ("}",),
    "...": ("…",),
    "--": ("—", "–"),
    "'": ("’", "‘"),
    "`": ("‘",),
}
_QUOTES = str.maketrans("’‘", "''")
_WORD = re.compile(r"\w")


def token_places(tokens: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """The place `[start, end)` of every token, or None if some token is not there.

    Between two tokens only characters that are no letters or digits may be passed over; brackets,
    quotation marks and dashes may be written as treebanks do.
    """
    places = []
    at = 0
    for token in tokens:
        for form in _forms(token):
            start = text.find(form, at)
            if start >= 0 and not _WORD.search(text, at, start):
                break
        else:
            return None
        at = start + len(form)
        places.append((start, at))
    return places


def _forms(token: str) -> Iterator[str]:
    yield token
    yield from _WRITTEN.get(token, ())
    if "'" in token:
        yield token.replace("'", "’")
    elif "’" in token or "‘" in token:
        yield token.translate(_QUOTES)
    if "\\/" in token or "\\*" in token:
        yield token.replace("\\/", "/").replace("\\*", "*")
