"""Writing attribution relations; see `parc` for the two shapes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import orjson

from annotator.formats.attributions import need, told
from annotator.formats.brat_writer import brat_fragments
from annotator.formats.capability import Capability
from annotator.formats.exchange import Export, Sink
from annotator.formats.loss import Loss
from annotator.formats.parc_relations import CLAIM, CUE, SPEAKER, Attributions, Role, attributions
from annotator.formats.stems import Stems
from annotator.model.annotation import AnnotationSet, Fragment
from annotator.model.scheme import Scheme

ATTRIBUTION = "Attribution"
ROLES = {"Source": SPEAKER, "Cue": CUE, "Content": CLAIM}

CAPABILITY = Capability(fragments=True, links=frozenset(("span", "entity")), annotators=True)

_CONF = """[entities]
Source
Cue
Content

[relations]
<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>

[events]
Attribution\tContent+:Content, Cue*:Cue, Source*:Source

[attributes]
"""


def write(exports: Iterable[Export], sink: Sink) -> None:
    """JSON lines, or with `shape=brat` a folder for each annotator."""
    need(sink.scheme, CLAIM)
    if sink.options["shape"] == "brat":
        _write_pairs(exports, sink)
    else:
        sink.output.lines(_lines(exports, sink))


def _lines(exports: Iterable[Export], sink: Sink) -> Iterator[bytes]:
    for export in exports:
        article = export.article
        for given in export.sets:
            found = _converted(given, article.text, sink.scheme, sink.loss)
            yield orjson.dumps(
                {
                    "article": article.id,
                    "annotator": given.annotator,
                    "text_sha256": article.text_hash,
                    "headline": article.headline,
                    "published": article.published,
                    "outlet": article.source,
                    "url": article.url,
                    "language": article.language,
                    "text": article.text,
                    "attributions": [
                        {
                            "id": f"A{number}",
                            "source": _role(item.source, article.text)
                            | {"names": list(item.source.names)},
                            "cue": _role(item.cue, article.text),
                            "content": _role(Role(item.content), article.text),
                        }
                        | ({} if item.around is None else {"nested_in": f"A{item.around + 1}"})
                        for number, item in enumerate(found.relations, 1)
                    ],
                }
            )


def _role(role: Role, text: str) -> dict[str, object]:
    pieces = [list(piece) for piece in role.fragments]
    return {"spans": pieces, "text": " ".join(text[start:end] for start, end in pieces)}


def _converted(given: AnnotationSet, text: str, scheme: Scheme, loss: Loss) -> Attributions:
    """The relations of a set; what takes no part in them is counted as left out."""
    claims = [span for span in given.in_order() if span.label == CLAIM]
    work = told(given, scheme, claims, CAPABILITY, loss)
    # How a claim is given decides what becomes of it, so the attributes are still needed here.
    whole = replace(
        work, spans={key: given.spans[key] for key in work.spans}, entities=given.entities
    )
    found = attributions(whole, text)
    for span in work.spans.values():
        if span.id not in found.spans:
            loss.carried[f"{span.label} spans"] -= 1
            own = span.id in found.authorial
            why = "are the author's own" if own else "take no part in an attribution"
            loss.leave_out(f"{span.label} spans", why)
    for link in work.links.values():
        if link.id not in found.links:
            loss.carried[f"{link.type} links"] -= 1
            loss.leave_out(f"{link.type} links", "take no part in an attribution")
    loss.carry("attributions", len(found.relations))
    return found


def _write_pairs(exports: Iterable[Export], sink: Sink) -> None:
    articles, annotators = Stems(), Stems()
    for export in exports:
        text = export.article.text
        for given in export.sets:
            stem = f"{annotators.of(given.annotator)}/{articles.of(export.article.id)}"
            found = _converted(given, text, sink.scheme, sink.loss)
            with sink.output.part(f"{stem}.txt") as file:
                file.write(text.encode())
            with sink.output.part(f"{stem}.ann") as file:
                for line in _Pair(text, found, sink.loss).lines():
                    file.write(f"{line}\n".encode())
    with sink.output.part("annotation.conf") as file:
        file.write(_CONF.encode())


class _Pair:
    """The lines of one annotation file."""

    def __init__(self, text: str, found: Attributions, loss: Loss) -> None:
        self._text = text
        self._found = found
        self._loss = loss
        self._names: dict[tuple[str, tuple[Fragment, ...]], str] = {}
        self._count = 0

    def lines(self) -> Iterator[str]:
        for number, item in enumerate(self._found.relations, 1):
            arguments = []
            roles = (("Content", item.content), ("Cue", item.cue.fragments))
            for role, fragments in (*roles, ("Source", item.source.fragments)):
                if fragments:
                    known = self._names.get((role, fragments))
                    if known is None or role == "Content":
                        known = self._new_name()
                        self._names[role, fragments] = known
                        yield self._text_bound(known, role, fragments)
                    arguments.append(f"{role}:{known}")
            if item.source.names:
                count = len(item.source.names)
                self._loss.leave_out("names of sources", "the format has no place", count)
            trigger = self._new_name()
            place = item.cue.fragments or item.source.fragments or item.content
            yield self._text_bound(trigger, ATTRIBUTION, place)
            yield f"E{number}\t{ATTRIBUTION}:{trigger} {' '.join(arguments)}"

    def _new_name(self) -> str:
        self._count += 1
        return f"T{self._count}"

    def _text_bound(self, name: str, role: str, fragments: tuple[Fragment, ...]) -> str:
        pieces = brat_fragments(self._text, fragments)
        where = ";".join(f"{start} {end}" for start, end in pieces)
        covered = " ".join(self._text[start:end] for start, end in pieces)
        return f"{name}\t{role} {where}\t{covered}"
