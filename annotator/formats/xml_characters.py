"""XML that other programs write although XML does not allow it, made such that it can be read.

Java writes characters above U+FFFF as two references to surrogates, XML 1.1 has references to
control characters, and some files simply hold these. Control characters travel through the parser
as private-use characters; lone surrogates become U+FFFD, which is as long in UTF-16.
"""

import re

_STAND_IN = 0x10FF00
_VERSION = re.compile(rb"""^(\s*<\?xml[^>]{0,100}?version\s*=\s*["'])1\.1""")
_RUN = re.compile(rb"(?:&#(?:x[0-9A-Fa-f]+|[0-9]+);)+")
_RAW = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BACK = re.compile(f"[{chr(_STAND_IN)}-{chr(_STAND_IN + 0x1F)}]")


def made_legal(data: bytes) -> bytes:
    """The document as XML 1.0. One in UTF-16 or UTF-32 is left as it is."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0")):
        return data
    data = _VERSION.sub(rb"\g<1>1.0", data.removeprefix(b"\xef\xbb\xbf"))
    if _RAW.search(data):
        data = _RAW.sub(lambda found: _reference(found[0][0]), data)
    return _RUN.sub(_run, data)


def restored(text: str) -> str:
    """The text with its control characters again."""
    return _BACK.sub(lambda found: chr(ord(found[0]) - _STAND_IN), text)


def _run(found: re.Match[bytes]) -> bytes:
    """References that follow each other; two surrogates are one character."""
    codes: list[int] = []
    for reference in found[0][2:-1].split(b";&#"):
        code = int(reference[1:], 16) if reference.startswith(b"x") else int(reference[:12])
        if codes and 0xD800 <= codes[-1] < 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((codes.pop() - 0xD800) << 10) + (code - 0xDC00)
        codes.append(code)
    return b"".join(map(_reference, codes))


def _reference(code: int) -> bytes:
    if code < 0x20 and code not in (0, 9, 10, 13):
        code += _STAND_IN
    elif code == 0 or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF) or code > 0x10FFFF:
        code = 0xFFFD
    return b"&#%d;" % code
