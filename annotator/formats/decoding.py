"""Bytes to text, without ever guessing at a letter.

The order is fixed: byte order mark, then what the user or the document declares, then strict UTF-8,
then strict cp1252, else refused. What was done is returned in words, each thing once.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from annotator.model.errors import AnnotatorError

BOM = "\ufeff"
REPLACEMENT = "\ufffd"

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh91AY", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"OggS\x00", "a sound file"),
    (b"ID3\x03", "a sound file"),
)
_SAMPLE = 65536
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_SURROGATE = re.compile("[\ud800-\udfff]")


class DecodingError(AnnotatorError):
    """The bytes are not text that can be read without guessing."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and, in `steps`, what was done to its bytes."""

    text: str
    steps: tuple[str, ...]


def decode(data: bytes, *, encoding: str = "", declared: str = "") -> Decoded:
    """Turn the bytes of a file into text.

    `encoding` is what the user says and must fit; `declared` is what the document says of itself
    and is passed over if it does not. Raises DecodingError for binary files, for an unknown or
    unfitting `encoding`, and for bytes that are neither UTF-8 nor cp1252.
    """
    codec, text = _decode(data, encoding, declared)
    cleaned = clean(text)
    return Decoded(cleaned.text, (f"decoded as {codec}", *cleaned.steps))


def codec_for(data: bytes, *, encoding: str = "", declared: str = "") -> str:
    """The name of the codec that `decode` would use. Raises as it does."""
    return _decode(data, encoding, declared)[0]


def clean(text: str) -> Decoded:
    """The changes every text undergoes once, at import: line ends, one mark, NUL, surrogates."""
    steps: list[str] = []
    if text.startswith(BOM):
        text = text[1:]
        steps.append("byte order mark dropped")
    if "\r" in text:
        without_pairs = text.replace("\r\n", "\n")
        lone = "\r" in without_pairs
        ends = ["CRLF"] * (len(without_pairs) != len(text)) + ["CR"] * lone
        text = without_pairs.replace("\r", "\n")
        steps.append(f"{' and '.join(ends)} to LF")
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
        steps.append("NUL to U+FFFD")
    if _SURROGATE.search(text):
        text = _SURROGATE.sub(REPLACEMENT, text)
        steps.append("lone surrogate to U+FFFD")
    return Decoded(text, tuple(steps))


def declared_in_markup(data: bytes) -> str:
    """The encoding an HTML or XML document declares in its first 4,096 bytes, or ''."""
    head = data[:4096]
    found = _XML_ENCODING.search(head) or _META_CHARSET.search(head)
    return found.group(1).decode("ascii", "replace") if found else ""


def mark_of(data: bytes) -> str:
    """The codec that a byte order mark at the start of the bytes stands for, or ''."""
    return next((codec for mark, codec in _MARKS if data.startswith(mark)), "")


def refuse_binary(data: bytes) -> None:
    """Raise DecodingError if the first bytes are those of a file that is no text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise DecodingError(f"is {kind}, not text; save it as text or HTML first")
    sample = data[:_SAMPLE]
    nuls = sample.count(0)
    # A stray NUL becomes U+FFFD; hundreds of them mean that the bytes are something else.
    if nuls >= 8 and nuls * 20 > len(sample):
        if max(sample[::2].count(0), sample[1::2].count(0)) == nuls:
            order = "le" if sample[1::2].count(0) == nuls else "be"
            raise DecodingError(
                f"looks like UTF-16 without a byte order mark; try --encoding utf-16-{order}"
            )
        raise DecodingError("is a binary file, not text")


def _decode(data: bytes, encoding: str, declared: str) -> tuple[str, str]:
    mark = mark_of(data)
    if mark:
        return mark, _strictly(data, mark, f"has the byte order mark of {mark} but is not {mark}")
    if encoding:
        codec = _codec(encoding)
        if not codec:
            raise DecodingError(f"cannot be read: {encoding} is not an encoding that is known here")
        return codec, _strictly(data, codec, f"is not valid {codec}, which --encoding asks for")
    refuse_binary(data)
    codec = _codec(declared) if declared else ""
    if codec.startswith(("utf-16", "utf-32")):
        codec = ""  # a declaration that could be read as ASCII cannot be true
    if codec and codec != "utf-8":
        try:
            return codec, data.decode(codec)
        except UnicodeDecodeError:
            pass
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = error.start
    return "cp1252", _strictly(
        data,
        "cp1252",
        f"is neither UTF-8 (byte {where + 1}) nor cp1252; name its encoding with --encoding",
    )


def _strictly(data: bytes, codec: str, otherwise: str) -> str:
    # UTF-16 and UTF-32 files may hold lone surrogates; `clean` replaces those and says so.
    errors = "surrogatepass" if codec.startswith(("utf-16", "utf-32")) else "strict"
    try:
        return data.decode(codec, errors)
    except UnicodeDecodeError:
        raise DecodingError(otherwise) from None


def _codec(name: str) -> str:
    """The codec to use for an encoding's name; latin-1 and ASCII mean cp1252, as on the web."""
    try:
        info = codecs.lookup(name)
        "".encode(name)  # refuses codecs that are not text encodings, such as rot13 or zlib
    except (LookupError, ValueError):
        return ""
    if info.name in ("iso8859-1", "ascii"):
        return "cp1252"
    return "utf-8" if info.name == "utf-8-sig" else info.name


# -- mojibake: reported, never repaired ------------------------------------------------------------

_LEAD = "ÂÃÄÅÎÏÐÑâïð"
_TRAIL = "".join(
    bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0)
)
_SUSPECT = re.compile(f"[{_LEAD}][{re.escape(_TRAIL)}]{{1,3}}")


def mojibake(text: str) -> list[str]:
    """The places where UTF-8 was once read as cp1252 ("â€œ", "Ã©"), each as it stands."""
    return [match for match in _suspects(text) if _was_utf8(match)]


def _suspects(text: str) -> Iterator[str]:
    for match in _SUSPECT.finditer(text):
        size = {"â": 3, "ï": 3, "ð": 4}.get(match[0][0], 2)
        yield match[0][:size]


def _was_utf8(piece: str) -> bool:
    try:
        raw = b"".join(
            bytes([ord(char)]) if "\x80" <= char <= "\x9f" else char.encode("cp1252")
            for char in piece
        )
        raw.decode("utf-8")
    except UnicodeError:
        return False
    return True
