"""What of a text may be drawn: controls and invisible characters become marks of one cell."""

import re

from annotator.text.characters import INVISIBLE

_UNKNOWN = "▯"
_TABLE = {code: chr(0x2400 + code) for code in range(0x20)}
_TABLE[0x7F] = "␡"
_TABLE |= dict.fromkeys(range(0x80, 0xA0), _UNKNOWN)
_TABLE |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # lone surrogates
_TABLE |= dict.fromkeys(range(0x202A, 0x202F), _UNKNOWN)  # bidi embedding and override
_TABLE |= dict.fromkeys(range(0x2060, 0x2070), _UNKNOWN)  # word joiner, bidi isolates, deprecated
_TABLE |= dict.fromkeys(range(0xFFF9, 0xFFFC), _UNKNOWN)  # interlinear annotation
_TABLE |= dict.fromkeys((0x061C, 0x180E, 0x200E, 0x200F, 0xFEFF), _UNKNOWN)
_TABLE |= {0x85: "␤", 0x2028: "␤", 0x2029: "¶", 0xAD: "¬", 0x200B: "␣"}
_TABLE_KEEPING_TABS = {code: mark for code, mark in _TABLE.items() if code != 0x09}
_LABEL_TABLE = _TABLE | {0x0A: "⏎"}

# A joiner, selector or tag belongs to the character before it; where there is none it is alone.
_ATTACHED = "\u200c\u200d\ufe00-\ufe0f\U000e0000-\U000e01ef"
_ALONE = re.compile(rf"(?<![^\s\x00-\x1f\x7f-\x9f{INVISIBLE}])[{_ATTACHED}]+")


def visible(text: str, *, keep_tabs: bool = False) -> str:
    """`text` with each code point that must not reach a terminal replaced by one that may.

    The result is as long as `text`, so offsets hold. A line feed becomes `␊` like other controls;
    tabs too, unless the caller draws them itself and says `keep_tabs`.
    """
    return _replace(text, _TABLE_KEEPING_TABS if keep_tabs else _TABLE)


def visible_label(text: str) -> str:
    """`text` as one line: like `visible`, with `⏎` for a line feed."""
    return _replace(text, _LABEL_TABLE)


def _replace(text: str, table: dict[int, str]) -> str:
    if text.isprintable() or not text:
        return text
    return _ALONE.sub(lambda match: _UNKNOWN * len(match[0]), text).translate(table)
