"""Names: runs of capitalised tokens, with titles and the small words that join them."""

import re
from collections.abc import Sequence

from annotator.text.sentences import FUNCTION_WORDS, TITLE_ABBREVIATIONS
from annotator.text.wordlist import wordlist

_JOINERS = wordlist(
    "of the de del della der den des di da dos do du la le van von zu zum zur al el bin ibn ben &"
)
# One letter a token: N a part of a name, J a joining word, D the stop of a title or an initial.
_NAME = re.compile(r"N(?:D?J{0,3}N)*")


def name_around(
    text: str, tokens: Sequence[tuple[int, int]], offset: int
) -> tuple[int, int] | None:
    """The name that contains `offset`; `tokens` are those of its sentence or of a part of it.

    Without a possessive ’s. None where the token at `offset` is not part of a name.
    """
    kinds = "".join(_kind(text, tokens, index) for index in range(len(tokens)))
    for match in _NAME.finditer(kinds):
        start, end = tokens[match.start()][0], tokens[match.end() - 1][1]
        if start <= offset < end:
            return start, end
    return None


def _kind(text: str, tokens: Sequence[tuple[int, int]], index: int) -> str:
    start, end = tokens[index]
    word = text[start:end]
    before = text[slice(*tokens[index - 1])] if index else ""
    if word == "." and index and tokens[index - 1][1] == start:
        return "D" if _is_shortened(before) else " "
    if word in _JOINERS:
        return "J"
    if not word[0].isupper() or word == "I":
        return " "
    # “The” may begin a sentence or a quotation; inside one it is part of a name: the The Hague.
    begins = not before[-1:].isalnum() and before not in (",", ".", "&")
    return " " if begins and word in FUNCTION_WORDS else "N"


def _is_shortened(word: str) -> bool:
    return len(word) == 1 or word.lower() in TITLE_ABBREVIATIONS
