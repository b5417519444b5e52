"""Which article of the project a foreign document is about, or that it is a new one."""

import re
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from annotator.formats.decoding import Decoded, clean
from annotator.formats.exchange import ForeignDocument
from annotator.formats.intake import Draft, Notice, Options, draft, safe_id, with_regions
from annotator.formats.loss import Finding, Loss
from annotator.formats.token_places import token_places
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.store.base import Store

_AROUND = 30
_NOT_BLANK = re.compile(r"\S+")


class Admission:
    """Matches documents by text, then by id; texts that are not there become new articles.

    `new` are the articles to add that the store does not have yet; clear it once it has.
    """

    def __init__(self, store: Store, loss: Loss) -> None:
        self.new: dict[str, Article] = {}
        self.added = 0
        self._store = store
        self._loss = loss
        self._texts: dict[str, str] = {}

    def clear(self) -> None:
        """Forget what was new: the store has it."""
        self.new.clear()
        self._texts.clear()

    def forget_texts(self) -> None:
        """Keep of what is new only what tells it from other articles: nothing will be added."""
        self.new = {key: replace(article, text="", regions=()) for key, article in self.new.items()}

    def admit(
        self, document: ForeignDocument, format_name: str
    ) -> tuple[ForeignDocument, Article] | None:
        """The document and its article; None if it is refused, which is counted.

        New articles remember that they came from a file of the format.
        The document is another one where its text was put together from tokens and the article
        has the real one.
        """
        if document.text is None:
            article = self._without_text(document)
            return (document, article) if article else None
        cleaned = clean(document.text)
        digest = hash_text(cleaned.text)
        if document.text_hash not in ("", digest):
            message = "the text is not the one that its SHA-256 was made of"
            self._refuse(document, "hold another text than their hash says", message)
            return None
        known = self._texts.get(digest) or self._store.article_with_text(digest)
        if known is not None:
            if safe_id(document.id) not in ("", known):
                message = f"{document.id}: the text is that of article {known!r}"
                finding = Finding(document.path, document.line, message)
                self._loss.change("documents", "are an article with another id", 1, finding)
            article = self.new.get(known) or Article(known, "", digest)
            return document, replace(article, text=cleaned.text)
        wanted = safe_id(document.id)
        other = self._article(wanted) if wanted else None
        if other is not None:
            aligned = _aligned(document, cleaned.text, other.text) if document.rebuilt else None
            if aligned is not None:
                return aligned, other
            if cleaned.text.rstrip() == other.text.rstrip():
                self._loss.change("documents", "white space at the end differs")
                return document, other
            self._refuse(
                document,
                "hold another text than the article with their id",
                f"{_difference(cleaned.text, other)}; import it under another id",
            )
            return None
        made = self._draft(document, cleaned, wanted, format_name)
        if made is None:
            return None
        if document.rebuilt:
            self._loss.change("documents", "text put together from tokens")
        self.new[made.id] = made
        self._texts[digest] = made.id
        self.added += 1
        return document, made

    def _without_text(self, document: ForeignDocument) -> Article | None:
        known = self._store.article_with_text(document.text_hash) if document.text_hash else None
        found = self._article(known or safe_id(document.id))
        if found is not None and document.text_hash in ("", found.text_hash):
            return found
        name = f"article {document.id!r}" if document.id else "such an article"
        message = f"there is no {name} in the project; add the texts first (annotator add)"
        self._refuse(document, "have no text, and none is in the project", message)
        return None

    def _article(self, article_id: str) -> Article | None:
        if article_id in self.new or not article_id:
            return self.new.get(article_id)
        try:
            return self._store.article(article_id)
        except AnnotatorError:
            return None

    def _draft(
        self, document: ForeignDocument, cleaned: Decoded, wanted: str, format_name: str
    ) -> Article | None:
        stem = Path(document.path).stem
        spare = safe_id(f"{stem}-{document.line}" if document.line else stem)
        if not wanted and self._article(spare) is not None:
            spare = ""  # the first letters of the hash, then
        steps = (f"imported from {format_name}", *cleaned.steps)
        for item in draft(
            cleaned.text,
            path=document.path,
            line=document.line,
            id=wanted or spare,
            options=Options(),
            steps=steps,
            facts=document.facts,
            meta=document.meta,
        ):
            if isinstance(item, Draft):
                return with_regions(item)
            if isinstance(item, Notice) and item.severity == "refused":
                self._refuse(document, item.message, item.message)
                return None
        return None

    def _refuse(self, document: ForeignDocument, why: str, message: str) -> None:
        name = f"{document.id}: " if document.id else ""
        finding = Finding(document.path, document.line, f"{name}{message}")
        self._loss.leave_out("documents", why, 1, finding)


def _difference(text: str, article: Article) -> str:
    at = next(at for at, pair in enumerate(zip_longest(text, article.text)) if pair[0] != pair[1])
    mine, theirs = (" ".join(x[at : at + _AROUND].split()) for x in (text, article.text))
    return (
        f"the text differs from article {article.id!r} from character {at + 1:,} on:"
        f" “{mine}” instead of “{theirs}”"
    )


def _aligned(document: ForeignDocument, rebuilt: str, text: str) -> ForeignDocument | None:
    """A document with spans on the real text, if its tokens follow each other there."""
    pieces = list(_NOT_BLANK.finditer(rebuilt))
    places = token_places([piece[0] for piece in pieces], text)
    if places is None:
        return None
    place: dict[int, int] = {}
    after: dict[int, int] = {}
    for piece, (start, end) in zip(pieces, places, strict=True):
        # A quotation mark or bracket may be written in another way, then only its edges are known.
        same = end - start == piece.end() - piece.start()
        for at in range(piece.start(), piece.end()) if same else (piece.start(),):
            place[at] = start + at - piece.start()
        for at in range(piece.start(), piece.end()) if same else (piece.end() - 1,):
            after[at + 1] = end - (piece.end() - at - 1)

    def moved(fragment: tuple[int, int]) -> tuple[int, int]:
        start, end = fragment
        return place.get(start, start), after.get(end, end)

    sets = [
        replace(
            foreign,
            spans=[
                replace(span, fragments=[moved(x) for x in span.fragments], surface=None)
                for span in foreign.spans
            ],
        )
        for foreign in document.sets
    ]
    return replace(document, text=text, sets=sets)
