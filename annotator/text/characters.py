"""Classes of characters the text rules share: bodies for a regex `[...]` unless said otherwise."""

INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Drawn as nothing, and not part of the cluster before: ZWSP, BOM, bidi controls, soft hyphen."""

BLANK = r"\s" + INVISIBLE

HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
HIRAGANA = "\u3041-\u3096\u309d-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"

SIMPLE = (
    "\n -~\u00a1-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0482\u048a-\u0590\u05d0-\u05ea"
    "\u0620-\u064a\u1e00-\u1fff\u2010-\u2027\u2030-\u203b\u3001-\u3029" + HAN + HIRAGANA + KATAKANA
)
"""Characters that join neither the one before nor the one after into a grapheme cluster: between
two of them a text may always be cut. Not all there are; enough for prose in most scripts."""

CLOSING_QUOTES = "”“’‘\"'»«›‹」』｣"
OPENING_QUOTES = "“„‟‚‘\"'«»‹›「『｢"
CLOSERS = CLOSING_QUOTES + r")\]）］】"
OPENERS = OPENING_QUOTES + r"(\[（［【¿¡"
