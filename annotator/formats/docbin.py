"""spaCy DocBin: span groups for a span categorizer, and the exact work beside them.

Every annotation set becomes one Doc, tokenised by spaCy's blank pipeline of the article's language.
`doc.spans["sc"]` holds all spans, and one more group for each label, under its name, those of that
label; `span.id_` is our id. spaCy knows whole tokens only and neither links nor pieces, so
`doc.user_data["annotator"]` holds the whole set as JSON (see `nested`), with its true offsets.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from annotator.formats.capability import EVERYTHING, reduced
from annotator.formats.docbin_groups import Grouping
from annotator.formats.exchange import (
    Export,
    ForeignDocument,
    ForeignSet,
    ForeignSpan,
    Sink,
    Source,
    needs,
)
from annotator.formats.foreign_json import Record
from annotator.formats.loss import Finding
from annotator.formats.nested import nested_line
from annotator.formats.nested_in import document
from annotator.formats.registry import Format, Option
from annotator.formats.spancat import Lengths, config
from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, DocBin

KEY = "annotator"
_SHARD = 10_000
"""How many Docs one file holds, so that memory has a bound."""
_ATTRIBUTES = ["ORTH", "ENT_IOB", "ENT_TYPE"]
_SUFFIX = ".spacy"


# -- out -------------------------------------------------------------------------------------------


def write(exports: Iterable[Export], sink: Sink) -> None:
    """One file where the target is one (`x.spacy`, or standard output), else a folder.

    The folder has `train.spacy`, `dev.spacy` and `test.spacy` (all in `train.spacy` where there are
    no splits) and a `config.cfg` to train on them. Above 10,000 Docs a split is a folder of such
    files, `train/`, which spaCy reads as well.
    """
    docs = _Docs(sink)
    if sink.output.target == "-" or sink.output.target.endswith(_SUFFIX):
        bin_ = docs.empty()
        for export in exports:
            for work in export.sets:
                bin_.add(docs.doc(export.article, work))
        with sink.output.file() as file:
            file.write(bin_.to_bytes())
        return
    splits: dict[str, _Split] = {"train": _Split("train", docs, sink)}
    for export in exports:
        name = export.split or "train"
        split = splits.setdefault(name, _Split(name, docs, sink))
        for work in export.sets:
            split.add(docs.doc(export.article, work))
    for split in splits.values():
        split.close()
    with sink.output.part("config.cfg") as file:
        language = sink.options["lang"] or docs.most_frequent_language
        file.write(config(language, sink.options["key"], docs.lengths).encode("utf-8"))


class _Split:
    """The Docs of one split, written a shard at a time."""

    def __init__(self, name: str, docs: "_Docs", sink: Sink) -> None:
        self._name, self._docs, self._sink = name, docs, sink
        self._bin = docs.empty()
        self._shards: list[Path] = []

    def add(self, doc: "Doc") -> None:
        if len(self._bin) == _SHARD:
            self._flush()
        self._bin.add(doc)

    def close(self) -> None:
        """Write the rest; a single shard needs no folder."""
        self._flush()
        if len(self._shards) == 1:
            shard = self._shards[0]
            shard.rename(self._sink.output.place(f"{self._name}{_SUFFIX}"))
            shard.parent.rmdir()

    def _flush(self) -> None:
        name = f"{self._name}/{len(self._shards):05}{_SUFFIX}"
        with self._sink.output.part(name) as file:
            file.write(self._bin.to_bytes())
        self._shards.append(self._sink.output.place(name))
        self._bin = self._docs.empty()


class _Docs:
    """Makes Docs of annotation sets, and counts what becomes of the spans."""

    def __init__(self, sink: Sink) -> None:
        with needs("spacy", "spaCy"):
            import spacy
            from spacy.tokens import DocBin
        self._blank, self._bin = spacy.blank, DocBin
        self._sink = sink
        self._pipelines: dict[str, Language] = {}
        self._uses: Counter[str] = Counter()
        self._grouping = Grouping(sink.options, sink.loss)
        self.lengths = Lengths()

    def empty(self) -> "DocBin":
        return self._bin(attrs=_ATTRIBUTES, store_user_data=True)

    @property
    def most_frequent_language(self) -> str:
        return min(self._uses, key=lambda x: (-self._uses[x], x), default="xx")

    def doc(self, article: Article, work: AnnotationSet) -> "Doc":
        work = reduced(work, FORMAT.capability, self._sink.loss)
        doc = self._tokenised(article)
        self._grouping.apply(doc, work)
        for span in doc.spans[self._sink.options["key"]]:
            self.lengths.add(len(span))
        line = orjson.loads(nested_line(article, work, self._sink.scheme, self._sink.topic_name))
        del line["text"]  # doc.text is the same
        doc.user_data[KEY] = orjson.dumps(line).decode()
        return doc

    def _tokenised(self, article: Article) -> "Doc":
        given = self._sink.options["lang"] or article.language
        code = given.split("-")[0].split("_")[0].lower() or "xx"
        pipeline = self._pipeline(code)
        self._uses[str(pipeline.lang)] += 1
        doc = pipeline.tokenizer(article.text)  # not the pipeline, which limits the length
        if doc.text == article.text:
            return doc
        # Some tokenizers of spaCy change white space; offsets would move.
        return self._pipeline("xx").tokenizer(article.text)

    def _pipeline(self, code: str) -> "Language":
        """The blank pipeline of a language, or the one of all languages where spaCy has none."""
        if code not in self._pipelines:
            try:
                self._pipelines[code] = self._blank(code)
            except (ImportError, ValueError, OSError) as error:
                if self._sink.options["lang"]:
                    raise AnnotatorError(
                        f"spaCy cannot tokenise language {code!r} ({_first_line(error)});"
                        " try --set lang=xx."
                    ) from error
                message = f"spaCy cannot tokenise {code!r} here; tokenised as xx"
                finding = Finding("", 0, message)
                self._sink.loss.change("languages", "tokenised as xx", 1, finding)
                self._pipelines[code] = self._blank("xx")
        return self._pipelines[code]


# -- in --------------------------------------------------------------------------------------------


def read(source: Source) -> Iterator[ForeignDocument]:
    """The Docs of a `.spacy` file, or of all such files in a folder.

    What we wrote comes back exactly; of other files, the spans of all groups and `doc.ents`, those
    in several places once.
    """
    with needs("spacy", "spaCy"):
        import spacy
        from spacy.tokens import DocBin
    vocab = spacy.blank("xx").vocab
    paths = [source.path]
    if source.path.is_dir():
        paths = sorted(source.path.rglob(f"*{_SUFFIX}"))
        if not paths:
            raise AnnotatorError(f"{source.path} holds no file that ends in {_SUFFIX}.")
    for path in paths:
        number = 0
        try:
            for number, doc in enumerate(DocBin().from_bytes(path.read_bytes()).get_docs(vocab), 1):
                yield _document(doc, path, number, source)
        except OSError as error:
            raise AnnotatorError(f"{path} cannot be read ({error.strerror}).") from error
        except Exception as error:  # a broken one fails anywhere in spaCy, with errors of any kind
            if isinstance(error, AnnotatorError):
                raise
            if not number:
                message = f"{path} is no DocBin that this spaCy can read ({_first_line(error)})."
                raise AnnotatorError(message) from error
            finding = Finding(str(path), number + 1, f"is broken ({_first_line(error)})")
            source.loss.leave_out("documents", "are broken, with all after them", 1, finding)


def _document(doc: "Doc", path: Path, number: int, source: Source) -> ForeignDocument:
    kept = _ours(doc.user_data.get(KEY))
    if kept is not None:
        found = document(Record({**kept, "text": doc.text}, source, str(path), number))
        if found is not None:
            return found
    foreign = ForeignSet(unit="code points", inclusive=False)
    seen: set[tuple[object, ...]] = set()
    for name, group in doc.spans.items():
        places = [_place(span, name) for span in group]
        foreign.spans += [_span(*place, number) for place in places if place not in seen]
        seen.update(places)
    bare = {place[:3] for place in seen}
    for ent in doc.ents:
        place = _place(ent, "ENTITY")
        if place[:3] not in bare:
            foreign.spans.append(_span(*place, number))
    if doc.cats:
        source.loss.leave_out("document categories", "the project has no place", len(doc.cats))
    meta = {} if source.path.is_file() else {"split": path.stem}
    return ForeignDocument(str(path), text=doc.text, meta=meta, sets=[foreign], line=number)


def _ours(value: object) -> dict[str, Any] | None:
    """What we kept in a Doc, or None if this is not of ours."""
    try:
        kept = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return kept if isinstance(kept, dict) and "spans" in kept else None


def _place(span: Any, otherwise: str) -> tuple[int, int, str, str, str]:
    label = span.label_ or otherwise
    return span.start_char, span.end_char, label, span.id_, span.kb_id_


def _span(start: int, end: int, label: str, id_: str, kb: str, line: int) -> ForeignSpan:
    span = ForeignSpan(id_, label, [(start, end)], line=line)
    return replace(span, attributes={"kb_id": kb}) if kb else span


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]


def _knows(path: Path, head: bytes) -> bool:
    return path.suffix == _SUFFIX


FORMAT = Format(
    name="spacy",
    title="spaCy DocBin: span groups, exact offsets and links in user_data",
    capability=replace(EVERYTHING, unit="tokens"),
    read=read,
    write=write,
    options=(
        Option("lang", "whose tokenizer, such as en; by default the article's language, else xx"),
        Option(
            "align",
            "what to do with a span that cuts a token",
            "expand",
            ("expand", "contract", "strict"),
        ),
        Option("pieces", "a span in pieces becomes", "hull", ("hull", "pieces")),
        Option("ents", "also fill doc.ents, the longest spans first", "no", ("no", "yes")),
        Option("key", "the span group that holds all spans", "sc"),
    ),
    extra="spacy",
    knows=_knows,
)
