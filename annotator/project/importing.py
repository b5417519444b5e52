"""Work of other tools brought into a project: read, matched, translated, fitted and saved."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from annotator.formats.admission import Admission
from annotator.formats.exchange import ForeignDocument, ForeignSet, Source
from annotator.formats.fitting import FittingError, fit_named
from annotator.formats.loss import Finding, Loss
from annotator.formats.mapping import LabelMap
from annotator.formats.mending import mend
from annotator.formats.overlooked import overlooked
from annotator.formats.people import People
from annotator.formats.reading import HTML, PLAIN, TABLE
from annotator.formats.registry import Format, get, guess
from annotator.formats.survey import Survey
from annotator.formats.translating import Translator, draw_named
from annotator.model.annotation import AnnotationSet, Change, Origin, Value
from annotator.model.article import Article
from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.suggest.attributes import computed
from annotator.text.units import Units

_BATCH = 4_000_000
"""Characters of text, and as many for spans, that wait to be written at once."""
_SPAN = 400

Watch = Callable[[Iterable[ForeignDocument], int], Iterable[ForeignDocument]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for. Without `format` each file is recognised by what it holds."""

    paths: tuple[Path, ...]
    format: str = ""
    name: str = ""
    rules: LabelMap = field(default_factory=LabelMap)
    options: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    replace: bool = False
    done: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Outcome:
    """What an import amounts to; with a dry run, what it would."""

    documents: int = 0
    added: int = 0
    saved: int = 0
    replaced: int = 0
    unchanged: int = 0
    suggestions: int = 0
    topics: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    """The format by file."""

    @property
    def anything(self) -> bool:
        return bool(self.added or self.saved or self.unchanged)


def formats_of(wish: Wish) -> dict[Path, Format]:
    """The format of each file. Raises AnnotatorError if one cannot be read or recognised."""
    found = {}
    for path in wish.paths:
        if not path.exists():
            raise AnnotatorError(f"{path} does not exist.")
        if not (path.is_file() or path.is_dir()):
            raise AnnotatorError(
                f"{path} is no file or folder; it is read twice, so save it to a file first."
            )
        form = get(wish.format) if wish.format else guess(path)
        if form is None:
            texts = (
                "; texts alone come in with `annotator add`"
                if path.suffix in PLAIN | HTML | TABLE
                else ""
            )
            raise AnnotatorError(
                f"{path} is of no format that can be recognised; name it with --format"
                f" (see `annotator formats`){texts}."
            )
        if form.read is None:
            raise AnnotatorError(f"Format {form.name} can be written, but not read.")
        found[path] = form
    return found


def survey(project: Project, wish: Wish, watch: Watch | None = None) -> Survey:
    """What the files hold; nothing is saved. Raises AnnotatorError as readers do."""
    found = Survey()
    for path, form in formats_of(wish).items():
        documents: Iterable[ForeignDocument] = _read(project, wish, path, form, Loss())
        for document in watch(documents, 0) if watch else documents:
            found.add(document)
    return found


def import_work(project: Project, wish: Wish, loss: Loss, watch: Watch | None = None) -> Outcome:
    """Import files; what is refused, changed or left out is counted in `loss`.

    All files are read once before anything is saved, so a file that cannot be used changes
    nothing. The locks of the annotators are held until the end.
    """
    formats = formats_of(wish)
    found = survey(project, wish, watch)
    people = People(found.annotators, wish.name, wish.rules.annotators)
    people.check()
    with ExitStack() as locks:
        for name in sorted({*people.names, *map(people.nameless, range(2, found.nameless + 1))}):
            if not wish.dry_run:
                locks.enter_context(project.lock(name))
        outcome = Outcome(renamed=people.renamed)
        importing = _Importing(project, wish, people, loss, outcome)
        for path, form in formats.items():
            outcome.formats[str(path)] = form.name
            documents: Iterable[ForeignDocument] = _read(project, wish, path, form, loss)
            refused = _refused_spans(loss)
            for document in watch(documents, found.documents) if watch else documents:
                before, refused = refused, _refused_spans(loss)
                importing.take(document, form, lost=refused > before)
                refused = _refused_spans(loss)
        importing.write()
    return outcome


def _read(
    project: Project, wish: Wish, path: Path, form: Format, loss: Loss
) -> Iterator[ForeignDocument]:
    assert form.read is not None
    options = form.settle(wish.options)
    return form.read(Source(path, options, project.scheme, loss, wish.encoding))


def _is_bare(foreign: ForeignSet) -> bool:
    return not (foreign.spans or foreign.links or foreign.fields)


def _refused_spans(loss: Loss) -> int:
    return sum(count for (what, _), count in loss.left_out.items() if what.endswith("spans"))


class _Importing:
    """Takes documents one by one, and writes them in batches."""

    def __init__(
        self,
        project: Project,
        wish: Wish,
        people: People,
        loss: Loss,
        outcome: Outcome,
    ) -> None:
        self._project = project
        self._wish = wish
        self._people = people
        self._loss = loss
        self._outcome = outcome
        self._admission = Admission(project.store, loss)
        self._translator = Translator(project.scheme, wish.rules)
        self._topics = _Topics(project, wish.dry_run, outcome)
        self._works: dict[tuple[str, str], tuple[Article, AnnotationSet]] = {}
        self._tried: dict[tuple[str, str], bytes] = {}
        """What a dry run would have saved, by its digest."""
        self._size = 0

    def take(self, document: ForeignDocument, form: Format, *, lost: bool) -> None:
        """Take a document; `lost` says that its reader refused spans of it."""
        self._outcome.documents += 1
        if lost and len(document.sets) == 1 and _is_bare(document.sets[0]):
            document.sets = []  # whose spans were all refused did not look and find nothing
        for key, count in overlooked(document.meta):
            message = f"has spans under {key!r}, which {form.name} does not read"
            finding = Finding(document.path, document.line, f"{message}; see `annotator formats`")
            self._loss.leave_out(f"spans in {key}", "stand where none are read", count, finding)
        before = self._admission.added
        admitted = self._admission.admit(document, form.name)
        if admitted is None:
            return
        document, article = admitted
        if self._admission.added > before:
            self._outcome.added += 1
            self._size += len(article.text)
        self._loss.carry("documents")
        nameless = 0
        for foreign in document.sets:
            name = self._people.of(foreign)
            if not foreign.annotator and not foreign.suggested:
                nameless += 1
                if nameless > 1:  # people the file does not name are kept apart
                    name = self._people.nameless(nameless)
            self._take_set(document, foreign, article, name, fills=form.fills)
        if self._size >= _BATCH:
            self.write()

    def write(self) -> None:
        """Save what waits."""
        if self._wish.dry_run:
            self._tried.update((key, _digest(work)) for key, (_, work) in self._works.items())
            self._admission.forget_texts()
        else:
            articles = list(self._admission.new.values())
            self._project.store.add_all(articles, self._works.values())
            self._admission.clear()
        self._works.clear()
        self._size = 0

    def _take_set(
        self,
        document: ForeignDocument,
        foreign: ForeignSet,
        article: Article,
        name: str,
        *,
        fills: bool,
    ) -> None:
        if foreign.suggested:
            foreign = _as_suggestions(foreign)
        # Counted apart: of a set that is refused as a whole, nothing was carried.
        findings: list[Finding] = []
        loss = Loss(tell=findings.append)
        work = self._work(document, foreign, article, name, loss)
        if work is not None and fills:
            self._fill(work, article, loss)
        if work is None:
            self._loss.include(loss, findings)
            return
        standing = self._standing(article.id, name, work)
        if standing == "other":
            if not self._wish.replace:
                message = (
                    f"{article.id}: {name} has other work on this article already;"
                    " import it as somebody else's (--as), or say --replace"
                )
                finding = Finding(document.path, document.line, message)
                why = "differ from work that is there already"
                self._loss.leave_out("annotation sets", why, 1, finding)
                return
            self._outcome.replaced += 1
        self._loss.include(loss, findings)
        if foreign.suggested:
            self._outcome.suggestions += len(work.spans)
        self._outcome.people.add(name)
        if standing == "same":
            self._outcome.unchanged += 1
        else:
            self._save(article, work, replaces=standing == "other")

    def _work(
        self,
        document: ForeignDocument,
        foreign: ForeignSet,
        article: Article,
        name: str,
        loss: Loss,
    ) -> AnnotationSet | None:
        scheme = self._project.scheme
        translated = self._translator.translate(document, foreign, loss)
        try:
            work, names = fit_named(document, translated.foreign, article, name, scheme, loss)
        except FittingError as error:
            finding = Finding("", 0, str(error))
            loss.leave_out("annotation sets", "need an answer first", 1, finding)
            return None
        origin: Origin = "suggested" if foreign.suggested else "imported"
        drawn = draw_named(work, translated, names, article.text, origin)
        loss.carry("links to what spans name", drawn)
        self._topics.settle(work, document.topics)
        mend(work, scheme, document.path, document.line, loss)
        said = work.spans or work.links or work.entities or work.fields
        looked = not (foreign.spans or foreign.links)  # and found nothing: that is work, too
        if said or looked:
            work.fields.setdefault("status", "done" if self._wish.done else "open")
            return work
        return None

    def _fill(self, work: AnnotationSet, article: Article, loss: Loss) -> None:
        """Compute the attributes the file does not give, as the screen does for a new span."""
        if article.id not in self._admission.new:
            article = self._project.store.article(article.id)  # with its regions
        units = Units(article.text)
        for span in work.in_order():
            values = computed(units, self._project.scheme, work, span, article)
            added = {key: value for key, value in values.items() if key not in span.attributes}
            if added:
                filled = replace(span, attributes={**span.attributes, **added})
                work.apply(Change("span", span.id, span, filled))
                loss.change(f"{span.label} spans", "attributes computed where none are given")

    def _standing(
        self, article_id: str, name: str, work: AnnotationSet
    ) -> Literal["none", "same", "other"]:
        """How what there is of someone's work on an article compares with this."""
        key = article_id, name
        if key in self._tried:
            return "same" if self._tried[key] == _digest(work) else "other"
        if key in self._works:
            present: AnnotationSet | None = self._works[key][1]
        elif article_id in self._admission.new:
            present = None
        else:
            present = self._project.store.annotations(article_id, name)
        if present is None:
            return "none"
        return "same" if _said(present) == _said(work) else "other"

    def _save(self, article: Article, work: AnnotationSet, *, replaces: bool) -> None:
        self._outcome.saved += 1
        key = article.id, work.annotator
        if replaces:
            if key in self._works:
                self.write()
            if not self._wish.dry_run:
                self._replace(work)
            return
        self._works[key] = article, work
        self._size += _SPAN * (1 + len(work.spans) + len(work.links))

    def _replace(self, work: AnnotationSet) -> None:
        """Save a set in the place of another, whose time stays spent and ids stay used."""
        store = self._project.store
        before = store.annotations(work.article_id, work.annotator)
        if before is not None:
            work.serial = max(work.serial, before.serial)
            work.active_seconds = before.active_seconds
        store.save(work)


class _Topics:
    """Gives topics of files the ids they have in the project, new ones where it lacks them."""

    def __init__(self, project: Project, dry_run: bool, outcome: Outcome) -> None:
        self._project = project
        self._dry_run = dry_run
        self._outcome = outcome
        self._known = {topic.id: topic.id for topic in project.topics}
        self._attributes = {
            (label.name, attribute.name)
            for label in project.scheme.labels.values()
            for attribute in label.attributes
            if attribute.kind == "topic"
        }
        self._fields = {item.name for item in project.scheme.fields if item.kind == "topics"}

    def settle(self, work: AnnotationSet, names: Mapping[str, str]) -> None:
        """Rename the topics a set uses to those of the project, which get what they lack."""
        for link in list(work.links.values()):
            if link.target_kind == "topic":
                ours = self._id(link.target, names)
                if ours != link.target:
                    work.apply(Change("link", link.id, link, replace(link, target=ours)))
        for span in list(work.spans.values()):
            changed: dict[str, Value] = {
                name: self._id(str(value), names)
                for name, value in span.attributes.items()
                if (span.label, name) in self._attributes and value
            }
            if changed.items() - span.attributes.items():
                after = replace(span, attributes={**span.attributes, **changed})
                work.apply(Change("span", span.id, span, after))
        for name in self._fields & work.fields.keys():
            value = work.fields[name]
            if isinstance(value, tuple):
                work.fields[name] = tuple(dict.fromkeys(self._id(item, names) for item in value))

    def _id(self, theirs: str, names: Mapping[str, str]) -> str:
        if theirs not in self._known:
            name = names.get(theirs) or theirs
            same = [x.id for x in self._project.topics if _folded(x.name) == _folded(name)]
            if same:
                self._known[theirs] = same[0]
            elif self._dry_run:
                self._known[theirs] = theirs
                self._outcome.topics.append(name)
            else:
                self._known[theirs] = self._project.add_topic(name).id
                self._outcome.topics.append(name)
        return self._known[theirs]


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _as_suggestions(foreign: ForeignSet) -> ForeignSet:
    return replace(
        foreign,
        spans=[replace(span, origin="suggested") for span in foreign.spans],
        links=[replace(link, origin="suggested") for link in foreign.links],
    )


def _said(work: AnnotationSet) -> tuple[object, ...]:
    """What makes two sets say the same; counters and times are not said."""
    return work.spans, work.links, work.entities, work.fields, work.verdicts


def _digest(work: AnnotationSet) -> bytes:
    return sha256(repr(_said(work)).encode("utf-8", "surrogatepass")).digest()[:16]
