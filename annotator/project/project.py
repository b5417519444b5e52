"""A project: a folder with guidelines and a corpus, opened."""

import getpass
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from annotator.model.annotation import AnnotationSet
from annotator.model.errors import AnnotatorError
from annotator.model.scheme import Scheme
from annotator.model.session import Session
from annotator.store.area import WORK, Area
from annotator.store.assignments import Assignments
from annotator.store.base import Head, WriteError
from annotator.store.files import FileStore
from annotator.store.journal import FileJournal
from annotator.store.known_scheme import load_known_scheme
from annotator.store.lock import hold
from annotator.store.names import GOLD, check_annotator, check_owner
from annotator.store.settings import Settings, load_settings
from annotator.store.topics import Topic, add_topic, load_topics

SCHEME_FILE = "guidelines/scheme.toml"
_IGNORED = ".annotator/\n*.torn\n"
_ATTRIBUTES = """\
# Offsets and hashes count every byte: git must not touch line ends here.
corpus/articles/** -text -diff merge=union
corpus/annotations/** -text merge=union
corpus/gold/** -text merge=union
corpus/training/** -text merge=union
corpus/assignments.jsonl -text merge=union
corpus/splits.jsonl -text merge=union
"""


@dataclass(frozen=True, slots=True)
class Recovery:
    """An article whose journal held `edits` that no checkpoint had."""

    article_id: str
    edits: int


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One article as an annotator's list of work shows it; `problem` is empty or one phrase."""

    head: Head
    status: str = "new"
    spans: int = 0
    active_seconds: float = 0.0
    flags: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""


class Project:
    """Scheme, guidelines, topics, settings and store of one folder.

    `scheme` is the whole scheme, `profile_scheme` the part that the profile in use offers.
    """

    area: ClassVar[Area] = WORK
    reference: str = ""
    """Whose work an annotator's is compared with at once, in training alone."""

    def __init__(
        self,
        root: Path,
        scheme: Scheme,
        profile_scheme: Scheme,
        settings: Settings,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.root = root
        self.scheme = scheme
        self.profile_scheme = profile_scheme
        self.settings = settings
        self.store = FileStore(root, scheme.id, progress, self.area)
        self.assignments = Assignments(root)
        self.topics: list[Topic] = load_topics(self._topics_path)
        self._journals: dict[tuple[str, str], FileJournal] = {}

    # -- opening -----------------------------------------------------------------------------------

    @staticmethod
    def find(start: Path) -> Path:
        """The nearest folder at or above `start` that holds a scheme. Raises AnnotatorError."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / SCHEME_FILE).is_file():
                return folder
        raise AnnotatorError(
            f"There is no project in {start} or above it (no {SCHEME_FILE}); "
            "make one with `annotator init DIR`, or go to one."
        )

    @classmethod
    def open(
        cls,
        start: Path | None = None,
        *,
        profile: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Project":
        """Open the project around a folder (by default the current one).

        `profile` is preferred to the settings' profile, and that to the scheme's. `progress` is
        told how many bytes of how many are read, if the files are not known yet. Raises
        AnnotatorError for a scheme, settings or topics file that cannot be used, naming the key.
        """
        root = cls.find(start or Path.cwd())
        settings = load_settings(root)
        scheme = load_known_scheme(root, root / SCHEME_FILE)
        name = profile or settings.profile or scheme.profile
        if name and name not in scheme.profiles:
            close = get_close_matches(name, scheme.profiles, n=1)
            known = ", ".join(scheme.profiles) or "none"
            remedy = f"did you mean {close[0]}?" if close else f"there are: {known}."
            raise AnnotatorError(f"{SCHEME_FILE} has no profile {name!r}; {remedy}")
        return cls(root, scheme, scheme.under(name), settings, progress)

    @classmethod
    def create(cls, directory: Path) -> "Project":
        """Make a project with the shipped scheme and guidelines. Existing files are kept.

        Raises AnnotatorError if the folder already holds a project or cannot be written.
        """
        if (directory / SCHEME_FILE).exists():
            raise AnnotatorError(f"{directory} already holds a project; nothing was changed.")
        try:
            for folder in ("guidelines", "corpus/articles", "corpus/annotations"):
                (directory / folder).mkdir(parents=True, exist_ok=True)
            for name, text in ((".gitignore", _IGNORED), (".gitattributes", _ATTRIBUTES)):
                if not (directory / name).exists():
                    (directory / name).write_text(text, encoding="utf-8", newline="\n")
            shipped = sorted(_shipped_guidelines().iterdir())
            # The scheme makes the folder a project, so it comes last.
            for page in sorted(shipped, key=lambda page: page.name == "scheme.toml"):
                if page.is_file() and not (directory / "guidelines" / page.name).exists():
                    shutil.copyfile(page, directory / "guidelines" / page.name)
        except OSError as error:
            raise AnnotatorError(
                f"No project could be made in {directory}: {error.strerror}; choose another folder."
            ) from error
        return cls.open(directory)

    def close(self) -> None:
        for journal in self._journals.values():
            journal.close()
        self._journals.clear()
        self.store.close()

    # -- who ---------------------------------------------------------------------------------------

    def annotator_name(self, name: str | None = None) -> str:
        """The name given, else the setting's, else the system's user. Raises AnnotatorError."""
        if name is None:
            name = self.settings.annotator
            if not name:
                try:
                    name = getpass.getuser()
                except (OSError, KeyError, ImportError):
                    name = ""
        return check_annotator(name)

    def owner_name(self, name: str | None = None) -> str:
        """Whose work to read: `annotator_name`, or gold. Raises AnnotatorError."""
        return GOLD if name == GOLD else self.annotator_name(name)

    def lock(self, annotator: str) -> AbstractContextManager[None]:
        """Hold while annotating: one process per annotator and clone.

        Entering raises AnnotatorError if another process holds it; a dead one's lock is taken.
        """
        folder = self.root / ".annotator/locks"
        return hold(folder, check_owner(annotator), f"annotating as {annotator}")

    # -- work --------------------------------------------------------------------------------------

    def session(self, article_id: str, annotator: str) -> Session:
        """An editing session on the latest state; its edits go to the journal one by one.

        Undo reaches back over restarts. Where the disk refuses, edits wait in `unsaved`.
        """
        self.store.refresh()
        article = self.store.article(article_id)
        annotations = self.store.annotations(article_id, annotator) or AnnotationSet(
            article_id, article.text_hash, annotator, self.scheme.id
        )
        journal = self.store.journal(article_id, annotator)
        before = self._journals.pop((article_id, annotator), None)
        if before is not None:
            before.close()
        self._journals[article_id, annotator] = journal
        return Session(
            article, self.scheme, annotations, history=journal.read(), record=journal.append
        )

    def checkpoint(self, session: Session) -> None:
        """Save the session's state; nothing is written if nothing changed. Raises WriteError."""
        annotations = session.annotations
        journal = self._journals.get((annotations.article_id, annotations.annotator))
        annotations.scheme = self.scheme.id
        self.store.save(annotations, journal)

    def recover(self, annotator: str) -> list[Recovery]:
        """Checkpoint what a crash left in journals alone. Call it with the lock held.

        In a read-only folder nothing is written; `session` shows those edits all the same.
        """
        try:
            found = self.store.recover(annotator)
        except WriteError:
            return []
        return [Recovery(article_id, edits) for article_id, edits in found.items()]

    def queue(self, annotator: str) -> list[QueueItem]:
        """The articles in the order of import with the state of this annotator's work.

        Only those assigned to the annotator, if there ever were any; else all.
        """
        return list(self._queue(annotator))

    def _queue(self, annotator: str) -> Iterator[QueueItem]:
        self.store.refresh()
        summaries = self.store.summaries(annotator)
        stale = self.store.outdated(annotator)
        offered = self._offered(annotator)
        for head in self.store.heads():
            if offered is not None and head.id not in offered:
                continue
            summary = summaries.get(head.id)
            if summary is None:
                problem = "work on another text" if head.id in stale else ""
                yield QueueItem(head, problem=problem)
                continue
            yield QueueItem(
                head,
                summary.status,
                summary.spans,
                summary.active_seconds,
                summary.flags,
                summary.note,
                "two versions" if summary.versions > 1 else "",
            )

    # -- assignments -------------------------------------------------------------------------------

    def assigned(self, article_id: str) -> frozenset[str]:
        """Who is to annotate an article: whose work, if there is none, is missing, not empty."""
        return self.assignments.people(article_id)

    def started(self, annotator: str) -> set[str]:
        """The ids of articles someone has begun, finished or skipped, as far as known here."""
        self.store.refresh()
        summaries = self.store.summaries(annotator)
        begun = {summary.article_id for summary in summaries.values() if summary.status != "new"}
        known = {head.id for head in self.store.heads()} - summaries.keys()
        for article_id in known.intersection(self.assignments.articles(annotator) or ()):
            # What a crash left in a journal alone.
            if self.store.annotations(article_id, annotator) is not None:
                begun.add(article_id)
        return begun

    def may_see(self, viewer: str, owner: str, article_id: str) -> bool:
        """Whether someone may look at another's work on an article: when both are done with it.

        The lead may always (the setting `lead`). Everybody may see their own work.
        """
        if viewer == owner or self.settings.lead:
            return True
        return all(self._is_done(article_id, name) for name in (viewer, owner))

    def _is_done(self, article_id: str, annotator: str) -> bool:
        annotations = self.store.annotations(article_id, annotator)
        return annotations is not None and annotations.status in ("done", "skipped")

    def _offered(self, annotator: str) -> frozenset[str] | None:
        """The ids of the articles in someone's queue; None means all."""
        return self.assignments.articles(annotator)

    # -- topics and guidelines ---------------------------------------------------------------------

    def add_topic(self, name: str) -> Topic:
        """Add a topic to the project, or return the one of that name. Raises AnnotatorError."""
        topic = add_topic(self._topics_path, name)
        self.topics = load_topics(self._topics_path)
        return topic

    def topic_name(self, topic_id: str) -> str:
        """The topic's name; its id if the project does not know it."""
        return next((topic.name for topic in self.topics if topic.id == topic_id), topic_id)

    def page(self, label_name: str) -> str:
        """The guideline page of a label as Markdown; "" if it has none."""
        label = self.scheme.labels.get(label_name)
        return self.page_file(label.page) if label and label.page else ""

    def page_file(self, name: str) -> str:
        """A file of `guidelines/` as text; "" if there is none of that name inside."""
        folder = (self.root / "guidelines").resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            return ""
        return path.read_text(encoding="utf-8-sig", errors="replace")

    @property
    def _topics_path(self) -> Path:
        return self.root / "corpus/topics.toml"


def _shipped_guidelines() -> Path:
    """Inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "guidelines"
    return inside if inside.is_dir() else package.parent / "guidelines"
