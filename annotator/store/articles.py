"""The articles of a project, in the shards of corpus/articles."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.store.base import Head
from annotator.store.index import Index, Place
from annotator.store.lines import RecordError, encode_plain, read_at
from annotator.store.lock import hold
from annotator.store.records import article_record, read_article
from annotator.store.shards import append_articles

ARTICLES = "corpus/articles"
_KEPT = 8


class Articles:
    """Reads articles by the index, compares each text with its hash, and appends new ones."""

    def __init__(self, root: Path, index: Index) -> None:
        self._root, self._index = root, index
        self._recent: OrderedDict[str, Article] = OrderedDict()
        self._heads: list[Head] | None = None

    def refresh(self, changed: str = "") -> None:
        """Take in what others changed in the files, of articles and of work."""
        self._index.refresh(changed)
        self._heads = None

    def heads(self) -> list[Head]:
        """All articles in the order of import."""
        if self._heads is None:
            self._heads = self._index.heads()
        return self._heads

    def place(self, article_id: str) -> Place:
        """Where an article's line is; if there is none, the folder."""
        found = self._index.article(article_id)
        return found[0] if found is not None else Place(ARTICLES, 0, 0, 0)

    def text_hash(self, article_id: str) -> str | None:
        """The hash of an article's text; None if there is no such article."""
        found = self._index.article(article_id)
        return found[1] if found is not None else None

    def get(self, article_id: str, *, anew: bool = False) -> Article:
        """`anew` reads it from its file whatever was read before. Raises AnnotatorError if there is
        none, or its text is not what its hash says."""
        if anew:
            self._recent.pop(article_id, None)
        if article_id in self._recent:
            self._recent.move_to_end(article_id)
            return self._recent[article_id]
        article = self._read(article_id)
        self._recent[article_id] = article
        if len(self._recent) > _KEPT:
            self._recent.popitem(last=False)
        return article

    def _read(self, article_id: str) -> Article:
        fault = "this line is another article"
        place = Place(ARTICLES, 0, 0, 0)
        for last_try in (False, True):
            found = self._index.article(article_id)
            if found is None:
                raise AnnotatorError(f"There is no article {article_id!r} in this project.")
            place, _ = found
            try:
                article = read_article(read_at(self._root / place.path, place.offset, place.length))
                if hash_text(article.text) != article.text_hash:
                    fault = "this text was changed; its hash does not match"
                elif article.id == article_id:
                    return article
            except RecordError as error:
                fault = f"this line {error}"
            except OSError as error:
                fault = f"this file cannot be read: {error.strerror}"
            if not last_try:
                self.refresh(place.path)
        raise AnnotatorError(f"{place.path}:{place.line}: {fault}; restore the file.")

    def add(self, articles: Iterable[Article]) -> int:
        """Append articles; returns how many. Raises AnnotatorError at an id already there."""
        known = {head.id for head in self.heads()}
        added = 0

        def new() -> Iterator[Article]:
            nonlocal added
            for article in articles:
                if article.id in known:
                    raise AnnotatorError(f"There is already an article {article.id!r}.")
                yield article
                known.add(article.id)
                added += 1

        try:
            self.append(new())
        finally:
            self.refresh()
        return added

    def append(self, articles: Iterable[Article]) -> None:
        """Append articles whose ids are new. Raises WriteError."""
        with hold(self._root / ".annotator", "corpus", "adding articles"):
            append_articles(self._root / ARTICLES, map(_line, articles))


def _line(article: Article) -> bytes:
    try:
        if hash_text(article.text) != article.text_hash:
            raise AnnotatorError(f"The text of article {article.id!r} does not match its hash.")
        return encode_plain(article_record(article))
    except (RecordError, UnicodeEncodeError) as error:
        raise AnnotatorError(f"Article {article.id!r} cannot be written as JSON.") from error
