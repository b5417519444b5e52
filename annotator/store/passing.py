"""All articles with the latest work on them in one pass, as records: for reading thousands."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import orjson

from annotator.model.article import hash_text
from annotator.model.errors import AnnotatorError
from annotator.store.articles import Articles
from annotator.store.base import Recorded
from annotator.store.checkpoints import Checkpoints, Version
from annotator.store.index import Found, Index, Place
from annotator.store.lines import Reader, Record, RecordError, decode_known
from annotator.store.names import file_key
from annotator.store.pending import Pending
from annotator.store.records import article_record, checkpoint_record, line_hash


class Pass:
    """Gives checkpoints as they are written where no journal holds more; no set is made of them.

    `versions` gives the states of one annotator on one article, the winner first.
    """

    def __init__(
        self,
        root: Path,
        index: Index,
        articles: Articles,
        checkpoints: Checkpoints,
        pending: Pending,
        versions: Callable[[str, str], list[Version]],
    ) -> None:
        self._root, self._index, self._articles = root, index, articles
        self._checkpoints, self._pending, self._versions = checkpoints, pending, versions

    def works(self, annotator: str) -> Iterator[Record]:
        """The latest work of one annotator, in the order of import."""
        winners = {entry.article_id: entry for entry in self._index.all_latest(annotator)}
        ahead = self._pending.unsettled(annotator)
        for head in self._articles.heads():
            waiting = bool(ahead) and file_key(head.id) in ahead
            if head.id in winners and not waiting:
                with suppress(RecordError):
                    yield self._checkpoints.record(winners[head.id])
                    continue
            if head.id in winners or waiting:
                latest = self._latest(head.id, self._articles.get(head.id).text, annotator)
                if latest is not None:
                    yield latest

    def articles(
        self, annotators: Sequence[str], tell: Callable[[str], None]
    ) -> Iterator[Recorded]:
        """See `Store.recorded`."""
        ahead = {name: self._pending.unsettled(name) for name in annotators}
        some_ahead = any(ahead.values())
        with (
            closing(Reader(self._root, in_order=True)) as shards,
            closing(Reader(self._root)) as own,
        ):
            for found in self._index.found(annotators):
                try:
                    article = self._article(shards, found)
                    if some_ahead:
                        works = self._ahead(own, article, found, ahead)
                    else:
                        works = [
                            self._work(own, article, name, *known)
                            for name, known in found.works.items()
                        ]
                except AnnotatorError as error:
                    tell(str(error))
                    continue
                yield Recorded(article, tuple([work for work in works if work is not None]))

    def _article(self, reader: Reader, found: Found) -> Record:
        place = found.place
        try:
            article: Record = orjson.loads(reader.read(place.path, place.offset, place.length))
            if article["id"] == found.id and hash_text(article["text"]) == found.text_hash:
                return article
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return article_record(self._articles.get(found.id))  # read anew, or refused in words

    def _ahead(
        self, reader: Reader, article: Record, found: Found, ahead: Mapping[str, set[str]]
    ) -> list[Record | None]:
        """Where journals may hold more than the checkpoints."""
        key = file_key(found.id)
        works = []
        for name in sorted({*found.works, *ahead}):
            if key in ahead[name]:
                works.append(self._latest(article["id"], article["text"], name))
            elif name in found.works:
                works.append(self._work(reader, article, name, *found.works[name]))
        return works

    def _work(
        self, reader: Reader, article: Record, annotator: str, place: Place, digest: str
    ) -> Record | None:
        try:
            raw = reader.read(place.path, place.offset, place.length)
            if line_hash(raw) == digest:
                return decode_known(raw)
        except OSError:
            pass
        return self._latest(article["id"], article["text"], annotator)

    def _latest(self, article_id: str, text: str, annotator: str) -> Record | None:
        versions = self._versions(article_id, annotator)
        if not versions:
            return None
        return checkpoint_record(versions[0].annotations, text, versions[0].lineage)
