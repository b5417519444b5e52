"""Files read and written through a format's public face, for tests of single formats."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.formats import registry
from annotator.formats.decoding import clean
from annotator.formats.exchange import Export, ForeignDocument, ForeignSet, Sink, Source
from annotator.formats.fitting import fit
from annotator.formats.loss import Loss
from annotator.formats.output import Output
from annotator.model.annotation import AnnotationSet, Link, Span
from annotator.model.article import Article, hash_text
from annotator.model.scheme import Scheme
from tests.formats.strategies import SCHEME


@dataclass
class Trip:
    """One set as it was read, and as it fits its article."""

    document: ForeignDocument
    foreign: ForeignSet
    article: Article
    work: AnnotationSet
    loss: Loss

    def places(self) -> list[tuple[str, str]]:
        """Label and covered text of every span, in text order."""
        spans = self.work.in_order()
        return [(span.label, span.surface(self.article.text)) for span in spans]

    def fragments(self, label: str) -> list[tuple[tuple[int, int], ...]]:
        return [span.fragments for span in self.work.in_order() if span.label == label]

    def links(self) -> list[tuple[str, str, str]]:
        """Type and ends of every link: covered texts, or entity names."""
        return sorted(
            (link.type, self._name(link.source), self._name(link.target))
            for link in self.work.links.values()
        )

    def _name(self, key: str) -> str:
        if key in self.work.spans:
            return self.work.spans[key].surface(self.article.text)
        return self.work.entities[key].name if key in self.work.entities else key


def read(
    name: str, path: Path, text: str | None = None, scheme: Scheme = SCHEME, /, **said: str
) -> list[Trip]:
    """All sets of a file; `text` is the project's article for documents without any."""
    form = registry.get(name)
    assert form.read is not None
    loss = Loss()
    trips = []
    for document in form.read(Source(path, form.settle(said), scheme, loss)):
        own = clean(document.text or "").text if text is None else text
        article = Article(document.id or "x", own, hash_text(own))
        for foreign in document.sets:
            work = fit(document, foreign, article, foreign.annotator or "ada", scheme, loss)
            trips.append(Trip(document, foreign, article, work, loss))
    return trips


def write(
    name: str, path: Path, exports: Iterable[Export], scheme: Scheme = SCHEME, /, **said: str
) -> Loss:
    form = registry.get(name)
    assert form.write is not None
    loss = Loss()
    output = Output(str(path))
    with output.committed():
        form.write(
            iter(list(exports)),
            Sink(output, form.settle(said), scheme, lambda x: f"Topic {x}", loss),
        )
    return loss


def work_on(text: str, *spans: tuple[str, str], id: str = "a1", annotator: str = "ada") -> Export:
    """An article with spans given as label and covered text (its first occurrence)."""
    article = Article(id, text, hash_text(text))
    made = {}
    for number, (label, covered) in enumerate(spans, 1):
        start = text.index(covered)
        fragments = ((start, start + len(covered)),)
        made[f"s{number}"] = Span(f"s{number}", label, fragments, origin="imported")
    work = AnnotationSet(id, article.text_hash, annotator, SCHEME.id, made, {}, {}, {})
    return Export(article, (work,))


def linked(export: Export, *links: tuple[str, str, str]) -> Export:
    """The same with links given as type, source and target, to an entity unless that is a span."""
    (work,) = export.sets
    made = {}
    for number, (type, source, target) in enumerate(links, 100):
        kind = "span" if target in work.spans else "entity"
        made[f"l{number}"] = Link(f"l{number}", type, source, target, kind, origin="imported")
    return Export(export.article, (replace(work, links=made),))
