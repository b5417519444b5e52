"""The text of a foreign file exactly as it is: offsets may count its line ends and its mark."""

from pathlib import Path

from annotator.formats.decoding import BOM, codec_for
from annotator.model.errors import AnnotatorError


def raw_text(path: Path, encoding: str = "") -> str:
    """The decoded text, byte order mark and CRLF included.

    Raises AnnotatorError if the file cannot be opened or is no text.
    """
    try:
        data = path.read_bytes()
        codec = codec_for(data, encoding=encoding)
    except OSError as error:
        raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
    except AnnotatorError as error:
        raise AnnotatorError(f"{path} {error}") from error
    return data.decode(
        codec, "surrogatepass" if codec.startswith(("utf-16", "utf-32")) else "strict"
    )


def raw_lines(path: Path, encoding: str = "") -> list[str]:
    """The lines of a file of records, without their ends and the file's byte order mark.

    Only LF, CRLF and, in files without LF, CR end a line. Raises as `raw_text` does.
    """
    text = raw_text(path, encoding).removeprefix(BOM)
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    return lines
