"""Foreign annotations put onto our text: what their offsets count, and what does not fit.

The covered texts a file states decide how its offsets are read; without them, what the format or
the user says. Nothing is moved, cut or dropped without being counted.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape

from annotator.formats.decoding import REPLACEMENT
from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan
from annotator.formats.loss import Finding, Loss
from annotator.formats.readings import Reading, Ruler, possible, readings
from annotator.model.annotation import AnnotationSet, Entity, Fragment, Link, Span, Value, Verdict
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme

NEARBY = 200
"""How far, in code points, a text may stand from where its span says it does."""

_ID_LENGTH = 100
_NUMBERS = 2**53  # ids end in a number; the store keeps the highest


class FittingError(AnnotatorError):
    """A document whose annotations cannot be placed before the user answers a question."""


class _MisfitError(Exception):
    """Why a span is refused: in a few words after a number of them, and of this one."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


def fit(
    document: ForeignDocument,
    foreign: ForeignSet,
    article: Article,
    annotator: str,
    scheme: Scheme,
    loss: Loss,
) -> AnnotationSet:
    """The annotation set that one foreign set amounts to, on the article with the same text.

    Refused spans, and links that have lost an end, are counted in `loss` with file and line; ids
    are kept where they are unique. Raises FittingError if it is unknown what the offsets count and
    that would matter.
    """
    return fit_named(document, foreign, article, annotator, scheme, loss)[0]


def fit_named(
    document: ForeignDocument,
    foreign: ForeignSet,
    article: Article,
    annotator: str,
    scheme: Scheme,
    loss: Loss,
) -> tuple[AnnotationSet, dict[str, str]]:
    """`fit`, and the ids that spans have now by those they have in the file."""
    raw = article.text if document.text is None else document.text
    reading, declared = _reading(document, foreign, raw, article.text)
    if reading != declared:
        message = f"the covered texts tell that offsets are {reading}"
        loss.change(
            "documents", f"offsets read as {reading}", 1, Finding(document.path, 0, message)
        )
    placing = _Placing(document, article.text, Ruler(raw, reading), scheme, loss)
    placed = [
        (item, fragments)
        for item in foreign.spans
        if (fragments := placing.place(item)) is not None
    ]
    ids = _Ids()
    entities = _entities(document, foreign.entities, ids, scheme, loss)
    spans: dict[str, Span] = {}
    by_foreign: dict[str, str] = {}
    for item, fragments in placed:
        key = ids.keep(item.id, "s")
        if item.id in by_foreign and item.id:
            message = f"{item.id} names two spans; links go to the first"
            loss.change(
                f"{item.label} spans",
                "given an id of their own",
                1,
                Finding(document.path, item.line, message, item.raw),
            )
        by_foreign.setdefault(item.id, key)
        spans[key] = Span(
            key,
            item.label,
            fragments,
            dict(item.attributes),
            tuple(item.flags),
            item.note,
            item.origin,
        )
        loss.carry(f"{item.label} spans")
        loss.carry("attributes", len(item.attributes))
    links = _links(document, foreign.links, by_foreign, entities, ids, scheme, loss)
    loss.carry("entities", len(entities))
    fields = dict(foreign.fields)
    loss.carry("document fields", len(fields.keys() - set(AnnotationSet.RESERVED_FIELDS)))
    fields.update(_state(foreign))
    work = AnnotationSet(
        article.id,
        article.text_hash,
        annotator,
        scheme.id,
        spans,
        links,
        {entity.id: entity for entity in entities.values()},
        fields,
        verdicts=_verdicts(foreign, by_foreign, entities, ids),
        serial=ids.serial,
    )
    return work, by_foreign


# -- how offsets are read --------------------------------------------------------------------------


def _reading(
    document: ForeignDocument, foreign: ForeignSet, raw: str, text: str
) -> tuple[Reading, Reading]:
    """The reading to use and the declared one. Raises FittingError if several may be right."""
    ways = readings(foreign, raw)
    declared = next(ways)
    open_question = not foreign.unit or foreign.inclusive is None
    voters = [span for span in foreign.spans if span.surface and span.surface.strip()]
    if not foreign.spans or not (voters or open_question):
        return declared, declared
    silent = [span for span in foreign.spans if not span.surface]
    best, best_score = declared, (-1, -1)
    right: list[Reading] = []
    for way in (declared, *ways):
        ruler = Ruler(raw, way)
        score = _score(voters, ruler, text)
        if score[0] == len(voters) and (voters or possible(foreign, way)):
            if score[1] == len(voters) and not (open_question and silent):
                return way, declared
            right.append(way)
        if score > best_score:
            best, best_score = way, score
    if not right:
        return best, declared
    if open_question and silent:
        places = {way: _places(silent, Ruler(raw, way)) for way in right if possible(foreign, way)}
        if len(set(places.values())) > 1:
            raise FittingError(_question(document, foreign, places))
    return (best if best in right else right[0]), declared


def _score(voters: list[ForeignSpan], ruler: Ruler, text: str) -> tuple[int, int]:
    """How many spans cover what they state: but for white space, and to the letter."""
    loosely = exactly = 0
    for span in voters:
        try:
            pieces = [ruler.range(*fragment) for fragment in span.fragments]
        except ValueError:
            continue
        grade = _agrees(span, pieces, text)
        loosely += grade > 0
        exactly += grade > 1
    return loosely, exactly


def _agrees(span: ForeignSpan, pieces: list[Fragment], text: str) -> int:
    """2 if the stated text is the covered one, 1 if it is but for how it is written, else 0.

    Fragments are joined by one space or by nothing; formats of lines give a line feed as a space.
    White space, composed letters, HTML entities and a line feed as `\\n` are ways of writing.
    """
    if len(pieces) == 1 and span.surface == text[slice(*pieces[0])]:
        return 2
    stated = _one_line(span.surface or "")
    covered = [text[start:end] for start, end in pieces]
    in_order = [text[start:end] for start, end in sorted(pieces)]
    for parts in (covered, in_order):
        if stated in (_one_line(" ".join(parts)), _one_line("".join(parts))):
            return 2
    between = " " if len(pieces) == 1 else ""
    plain = _words(stated, between)
    return int(plain in (_words("".join(covered), between), _words("".join(in_order), between)))


def _words(text: str, between: str) -> str:
    written = unicodedata.normalize("NFC", unescape(text.replace("\\n", " ")))
    return between.join(written.split())


def _one_line(text: str) -> str:
    return _BREAK.sub(" ", _UNCLEAN.sub(REPLACEMENT, text))


_BREAK = re.compile(r"\r\n|[\n\r\t]")
_UNCLEAN = re.compile("[\0\ud800-\udfff]")  # what import has replaced in the text


def _places(spans: list[ForeignSpan], ruler: Ruler) -> tuple[tuple[Fragment, ...] | None, ...]:
    found: list[tuple[Fragment, ...] | None] = []
    for span in spans:
        try:
            found.append(tuple(ruler.range(*fragment) for fragment in span.fragments))
        except ValueError:
            found.append(None)
    return tuple(found)


def _question(document: ForeignDocument, foreign: ForeignSet, places: Iterable[Reading]) -> str:
    units = list(dict.fromkeys(way.unit for way in places))
    where = f"{document.path}:{document.line}" if document.line else document.path
    if not foreign.unit and len(units) > 1:
        choices = " or ".join(f"--set unit={unit.replace(' ', '-')}" for unit in units)
        return (
            f"{where}: nothing tells what the offsets of this file count, and with this text it"
            f" matters; say {choices}."
        )
    if foreign.inclusive is None:
        return (
            f"{where}: nothing tells whether the end of a span is part of it;"
            " say --set end=exclusive or --set end=inclusive."
        )
    return (
        f"{where}: nothing tells whether offsets count the line end CRLF as two characters"
        " (--set unit=code-points) or as one (--set unit=graphemes)."
    )


# -- where a span goes -----------------------------------------------------------------------------


class _Placing:
    """Puts the spans of one document onto our text, or says why not."""

    def __init__(
        self, document: ForeignDocument, text: str, ruler: Ruler, scheme: Scheme, loss: Loss
    ) -> None:
        self._document = document
        self._text = text
        self._ruler = ruler
        self._scheme = scheme
        self._loss = loss

    def place(self, span: ForeignSpan) -> tuple[Fragment, ...] | None:
        """The span's fragments in our text, sorted and disjoint; None if it is refused."""
        subject = f"{span.label} spans"
        name = f"{span.label} {span.id}".strip() if span.id.isprintable() else span.label
        changes: list[str] = []
        try:
            pieces = self._pieces(span)
            if span.surface and not _agrees(span, pieces, self._text):
                pieces = [self._nearby(span, pieces[0][0])]
                changes.append("moved to the one place nearby that has their text")
            pieces = self._sorted(pieces, changes)
            pieces = self._trimmed(span, pieces, changes)
        except _MisfitError as misfit:
            self._loss.leave_out(
                subject,
                misfit.why,
                1,
                Finding(self._document.path, span.line, f"{name} {misfit}", span.raw),
            )
            return None
        for how in changes:
            place = ", ".join(f"[{start}, {end})" for start, end in pieces)
            message = f"{name}: {how}, now {place}"
            self._loss.change(
                subject, how, 1, Finding(self._document.path, span.line, message, span.raw)
            )
        return tuple(pieces)

    def _pieces(self, span: ForeignSpan) -> list[Fragment]:
        if not span.fragments:
            raise _MisfitError("have no offsets", "has no offsets")
        pieces = []
        for start, end in span.fragments:
            try:
                first, last = self._ruler.range(start, end)
            except ValueError as error:
                if span.surface and span.surface.strip() and len(span.fragments) == 1:
                    return [self._nearby(span, min(start, len(self._text)))]
                if start > end:
                    break
                raise _MisfitError("lie outside the text", f"[{start}, {end}]: {error}") from None
            # The article may lack white space that ends the file's text.
            last = min(last, len(self._text))
            if first == last:
                raise _MisfitError("are empty", f"[{start}, {end}] is empty")
            if first > last:
                break
            pieces.append((first, last))
        else:
            return pieces
        raise _MisfitError("start after their end", f"[{start}, {end}] starts after its end")

    def _nearby(self, span: ForeignSpan, at: int) -> Fragment:
        """The one place around `at` where the stated text stands."""
        stated = span.surface or ""
        shown = " ".join(stated.split())
        shown = f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"
        why = "cover another text than they state"
        if not stated.strip() or len(span.fragments) > 1:
            raise _MisfitError(why, f"does not cover {shown}, the text it states")
        words = r"\s+".join(re.escape(word) for word in stated.split())
        low, high = max(at - NEARBY, 0), at + NEARBY + len(stated)
        pattern = re.compile(f"(?=({words}))")  # looks ahead: places may overlap
        found = [match.span(1) for match in pattern.finditer(self._text[low:high])]
        if len(found) != 1:
            times = f"{len(found)} times" if found else "nowhere"
            raise _MisfitError(why, f"does not cover {shown}, which stands {times} nearby")
        return low + found[0][0], low + found[0][1]

    def _sorted(self, pieces: list[Fragment], changes: list[str]) -> list[Fragment]:
        ordered = sorted(pieces)
        if ordered != pieces:
            changes.append("pieces put in order")
        joined = ordered[:1]
        for start, end in ordered[1:]:
            if start < joined[-1][1]:
                raise _MisfitError(
                    "have overlapping pieces", f"has pieces that overlap at [{start}, {end})"
                )
            if start == joined[-1][1]:
                joined[-1] = joined[-1][0], end
            else:
                joined.append((start, end))
        if len(joined) < len(ordered):
            changes.append("touching pieces joined")
        return joined

    def _trimmed(
        self, span: ForeignSpan, pieces: list[Fragment], changes: list[str]
    ) -> list[Fragment]:
        label = self._scheme.labels.get(span.label)
        if label is not None and label.lines:
            return pieces
        trimmed = [piece for piece in map(self._trim, pieces) if piece[0] < piece[1]]
        if not trimmed:
            raise _MisfitError("cover white space only", "covers white space only")
        if trimmed != pieces:
            changes.append("white space at the edges trimmed")
        return trimmed

    def _trim(self, piece: Fragment) -> Fragment:
        start, end = piece
        text = self._text
        while start < end and text[start].isspace() and not _carries(text, start, end):
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return start, end


def _carries(text: str, at: int, end: int) -> bool:
    """Whether a blank bears a combining mark, and so is seen."""
    return at + 1 < end and unicodedata.category(text[at + 1]).startswith("M")


# -- ids, links, entities, state -------------------------------------------------------------------


class _Ids:
    """Ids of one annotation set: spans, links and entities never share one."""

    def __init__(self) -> None:
        self.serial = 0
        self._taken: set[str] = set()

    def keep(self, wanted: str, prefix: str) -> str:
        """The id wanted if it can be had, else a new one."""
        number = wanted[1:] if wanted[1:].isdecimal() else "0"
        fits = wanted.strip() == wanted and wanted.isprintable() and len(wanted) <= _ID_LENGTH
        if wanted and wanted not in self._taken and fits and int(number) < _NUMBERS:
            self.serial = max(self.serial, int(number))
            self._taken.add(wanted)
            return wanted
        while True:
            self.serial += 1
            made = f"{prefix}{self.serial}"
            if made not in self._taken:
                self._taken.add(made)
                return made


def _entities(
    document: ForeignDocument, given: list[Entity], ids: _Ids, scheme: Scheme, loss: Loss
) -> dict[str, Entity]:
    """Entities by the id the file has for them."""
    found: dict[str, Entity] = {}
    for entity in given:
        if entity.id in scheme.entities.builtin:
            continue  # every article has it
        if entity.id in found:
            message = f"entity {entity.id} ({entity.name}) is there already"
            finding = Finding(document.path, document.line, message)
            loss.leave_out("entities", "have the id of another", 1, finding)
        else:
            found[entity.id] = replace(entity, id=ids.keep(entity.id, "e"))
    for key, entity in found.items():
        home = entity.affiliation
        if home and home not in found and home not in scheme.entities.builtin:
            message = f"entity {key} is affiliated with {home}, which is not there"
            loss.leave_out(
                "affiliations",
                "the entity is missing",
                1,
                Finding(document.path, document.line, message),
            )
            found[key] = replace(entity, affiliation="")
        elif home in found:
            found[key] = replace(entity, affiliation=found[home].id)
    return found


def _links(
    document: ForeignDocument,
    given: list[ForeignLink],
    spans: dict[str, str],
    entities: dict[str, Entity],
    ids: _Ids,
    scheme: Scheme,
    loss: Loss,
) -> dict[str, Link]:
    found: dict[str, Link] = {}
    for item in given:
        missing = [item.source] if item.source not in spans else []
        target = item.target
        if item.target_kind == "span":
            target = spans.get(item.target, "")
        elif item.target_kind == "entity" and item.target not in scheme.entities.builtin:
            target = entities[item.target].id if item.target in entities else ""
        if not target:
            missing.append(item.target or "nothing")
        if missing:
            name = f"{item.type} link {item.id}".strip()
            message = f"{name} has lost an end: {' and '.join(missing)} is not there"
            loss.leave_out(
                f"{item.type} links",
                "an end is left out or missing",
                1,
                Finding(document.path, item.line, message, item.raw),
            )
            continue
        key = ids.keep(item.id, "l")
        found[key] = Link(
            key,
            item.type,
            spans[item.source],
            target,
            item.target_kind,
            item.order,
            item.origin,
        )
        loss.carry(f"{item.type} links")
    return found


def _verdicts(
    foreign: ForeignSet, spans: dict[str, str], entities: dict[str, Entity], ids: _Ids
) -> dict[str, Verdict]:
    """Verdicts as they are, about the spans and entities as they are named now."""
    named = {key: entity.id for key, entity in entities.items()} | spans
    found: dict[str, Verdict] = {}
    for item in foreign.verdicts:
        key = ids.keep(item.id, "v")
        about = tuple(named[x] for x in item.spans if x in named)
        found[key] = replace(item, id=key, spans=about)
    return found


def _state(foreign: ForeignSet) -> Iterator[tuple[str, Value]]:
    if foreign.status and foreign.status != "new":
        yield "status", foreign.status
    if foreign.flags:
        yield "flags", foreign.flags
    if foreign.note:
        yield "note", foreign.note
