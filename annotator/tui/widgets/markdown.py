"""Markdown as the guidelines use it, drawn as lines; what it does not know it shows as written.

Fenced blocks that begin with "```example" hold a marked text, those with "```counter" one that is
right although something in it is not marked.
"""

import re
from collections.abc import Callable

from textual.content import Content

from annotator.tui.widgets.lines import safe

_INLINE = re.compile(
    r"\*\*(?P<strong>(?:[^*]|\*(?!\*)[^*]+\*(?!\*(?!\*)))+)\*\*"
    r"|\*(?P<em>[^*\s](?:[^*]|\*\*[^*]+\*\*)*)\*|`(?P<code>[^`]+)`"
)
_STYLES = {"strong": "bold", "em": "italic", "code": "$text-accent"}
_LINK = re.compile(r"\[([^\]\[]*)\]\([^()\s]*\)")
_MARKS = {"example": "│", "counter": "✗"}
_BULLET = re.compile(r"^(\s*)([-*+]|\d+[.)])\s+")


def markdown_lines(
    text: str, width: int, example: Callable[[str, int], list[Content]] | None = None
) -> list[Content]:
    """The page in lines of at most `width` cells. Never raises, whatever `text` holds.

    `example` draws the source of an example or counter-example; without it, it is code.
    """
    width = max(8, width)
    drawn: list[Content] = []
    paragraph: list[str] = []
    fenced = False
    mark = ""
    source: list[str] = []

    def flush() -> None:
        if paragraph:
            drawn.extend(_wrapped(paragraph, width))
            paragraph.clear()

    for raw in text.expandtabs(4).splitlines():
        if raw.lstrip().startswith("```"):
            flush()
            if mark and example is not None:
                body = example("\n".join(source), width - 2)
                drawn.extend(Content.assemble((mark, "$text-muted"), " ", part) for part in body)
            source.clear()
            fenced = not fenced
            mark = _MARKS.get(raw.strip().removeprefix("```").strip(), "") if fenced else ""
        elif mark and example is not None:
            source.append(raw)
        elif fenced or (raw.startswith("    ") and not _continues(paragraph)):
            flush()
            code = safe(raw if fenced else raw[4:])
            body = Content.styled(code, "$text-secondary").wrap(width - 2)
            drawn.extend(Content.assemble("  ", part) for part in body or [Content()])
        elif not raw.strip():
            flush()
            drawn.append(Content())
        elif heading := re.match(r"(#{1,6})\s+(.*?)\s*#*\s*$", raw):
            flush()
            style = "bold underline $text-primary" if len(heading[1]) == 1 else "bold $text-primary"
            drawn.extend(Content.styled(safe(heading[2]), style).wrap(width))
        elif raw.lstrip().startswith("|"):
            if not (paragraph and paragraph[0].lstrip().startswith("|")):
                flush()
            paragraph.append(raw)
        elif _BULLET.match(raw):
            flush()
            paragraph.append(raw)
        else:
            paragraph.append(raw)
    flush()
    return drawn


def _continues(paragraph: list[str]) -> bool:
    """Whether an indented line goes on with the list item before it."""
    return bool(paragraph) and _BULLET.match(paragraph[0]) is not None


def _wrapped(paragraph: list[str], width: int) -> list[Content]:
    if paragraph[0].lstrip().startswith("|"):
        return _table(paragraph, width)
    bullet = _BULLET.match(paragraph[0])
    if bullet is None:
        return _inline(" ".join(map(str.strip, paragraph))).wrap(width)
    indent = bullet.end()
    if indent > width // 2:
        return _inline(" ".join(map(str.strip, paragraph))).wrap(width)
    mark = bullet[2] if bullet[2][0].isdigit() else "•"
    first = paragraph[0][indent:]
    body = _inline(" ".join([first.strip(), *map(str.strip, paragraph[1:])])).wrap(width - indent)
    start = f"{bullet[1]}{mark} ".ljust(indent)
    pads = [start, *[" " * indent] * len(body)]
    return [Content.assemble(pad, part) for pad, part in zip(pads, body, strict=False)]


def _table(rows: list[str], width: int) -> list[Content]:
    """Aligned columns; where they are wider than the page, a row is a paragraph."""
    cells = [[_inline(cell.strip()) for cell in row.strip().strip("|").split("|")] for row in rows]
    cells = [row for row in cells if set("".join(cell.plain for cell in row)) - set("-: ")]
    if not cells:
        return []
    count = max(map(len, cells))
    rooms = [max((r[i].cell_length for r in cells if i < len(r)), default=0) for i in range(count)]
    drawn: list[Content] = []
    for number, row in enumerate(cells):
        if sum(rooms) + 2 * (count - 1) <= width:
            padded = [cell.truncate(room, pad=True) for cell, room in zip(row, rooms, strict=False)]
            made = [Content("  ").join(padded)]
        else:
            body = Content(" · ").join(cell for cell in row if cell).wrap(width - 2)
            made = [Content.assemble("  " if i else "", part) for i, part in enumerate(body)]
        drawn += [part.stylize("bold") for part in made] if number == 0 else made
    return drawn


def _inline(text: str) -> Content:
    return _styled(safe(_LINK.sub(r"\1", text)))


def _styled(text: str) -> Content:
    parts: list[str | Content] = []
    place = 0
    for found in _INLINE.finditer(text):
        parts.append(text[place : found.start()])
        kind = found.lastgroup or "em"
        inner = Content(found[kind]) if kind == "code" else _styled(found[kind])
        parts.append(inner.stylize(_STYLES[kind]))
        place = found.end()
    parts.append(text[place:])
    return Content.assemble(*parts)
