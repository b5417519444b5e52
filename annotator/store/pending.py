"""What only journals hold: edits that no checkpoint has yet, after a crash or a full disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

from annotator.model.annotation import AnnotationSet
from annotator.store.area import Area
from annotator.store.articles import Articles
from annotator.store.base import Problem
from annotator.store.checkpoints import Checkpoints, Version
from annotator.store.index import Entry, Index
from annotator.store.journal import FileJournal, History, read_histories, replay
from annotator.store.names import file_key
from annotator.store.records import Lineage


class Pending:
    """The journals of all annotators beside their checkpoints.

    A journal file is settled if nothing was written to it since all it holds was checkpointed.
    """

    def __init__(
        self,
        root: Path,
        area: Area,
        index: Index,
        articles: Articles,
        checkpoints: Checkpoints,
        scheme: str,
        tell: Callable[[Problem], None],
    ) -> None:
        """`scheme` is recorded in sets that begin with what a journal holds."""
        self._root, self._area, self._index = root, area, index
        self._articles, self._checkpoints = articles, checkpoints
        self._scheme, self._tell = scheme, tell

    # -- files -------------------------------------------------------------------------------------

    def annotators(self) -> set[str]:
        """Who has journals."""
        paths = (self._root / self._area.journals).glob("*/*.jsonl")
        return {path.parent.name for path in paths}

    def journals(self, annotator: str) -> dict[str, Path]:
        """An annotator's journal files, by the key of the article's id."""
        folder = self._root / self._area.journals / annotator
        return {path.stem: path for path in folder.glob("*.jsonl")}

    def unsettled(self, annotator: str) -> set[str]:
        """The keys of journals that may hold more than the checkpoints."""
        journals = self.journals(annotator)
        settled = self._index.settled() if journals else {}
        return {
            key
            for key, path in journals.items()
            if settled.get(self._name(path)) != self._state(path)
        }

    def _path(self, article_id: str, annotator: str) -> Path:
        return self._root / self._area.journals / annotator / f"{file_key(article_id)}.jsonl"

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()

    def _state(self, path: Path) -> tuple[int, int]:
        stat = path.stat()
        return stat.st_size, stat.st_mtime_ns

    def histories(self, article_id: str, annotator: str) -> list[History]:
        """The histories of one annotator on one article, the oldest first."""
        path = self._path(article_id, annotator)
        histories, problems = read_histories(path, self._name(path))
        for problem in problems:
            self._tell(problem)
        return [
            history
            for history in histories
            if history.article_id == article_id and history.annotator == annotator
        ]

    def exist(self, article_id: str, annotator: str) -> bool:
        """Whether there are histories."""
        return self._path(article_id, annotator).exists() and bool(
            self.histories(article_id, annotator)
        )

    # -- states ------------------------------------------------------------------------------------

    def versions(
        self, article_id: str, annotator: str, besides: str = ""
    ) -> Iterator[tuple[History, Version]]:
        """What histories hold beyond their last checkpoints, as states; but for the one whose id
        is `besides`."""
        text_hash = self._articles.text_hash(article_id)
        for history in self.histories(article_id, annotator):
            if text_hash is not None and history.id != besides:
                version = self._version(history, text_hash)
                if version is not None:
                    yield history, version

    def _version(self, history: History, text_hash: str) -> Version | None:
        origin = self.origin(history)
        edits = history.after(origin.mark if origin else 0)
        if history.base and origin is None:
            edits = history.edits
        if not edits:
            return None
        name = self._name(self._path(history.article_id, history.annotator))
        fault = ""
        if history.text_hash != text_hash:
            fault = f"the text of article {history.article_id!r} is not the one they were made on"
        elif history.base and origin is None:
            fault = "the checkpoint they follow is no longer there"
        if fault:
            count = f"{len(edits)} edit{'s' if len(edits) > 1 else ''}"
            message = f"{count} from here on: {fault}; kept but not shown"
            self._tell(Problem(name, history.line, message))
            return None
        before = self._checkpoints.load(origin) if origin else None
        annotations = (
            before.annotations
            if before
            else AnnotationSet(
                history.article_id, history.text_hash, history.annotator, self._scheme
            )
        )
        applied, fault = replay(annotations, edits)
        if fault:
            self._tell(Problem(name, history.line, f"{fault}; it and those after it are kept"))
        if not applied:
            return None
        lineage = Lineage(
            revision=origin.revision + 1 if origin else 1,
            replaces=(origin.hash,) if origin else (),
            at=edits[applied - 1].at,
            writer="",
            journal=history.id,
        )
        return Version(annotations, lineage, edits=applied)

    def origin(self, history: History) -> Entry | None:
        """The last checkpoint made from a history, or the one it began with."""
        entries = self._index.entries(history.article_id, history.annotator)
        own = [entry for entry in entries if entry.journal == history.id]
        if own:
            return max(own, key=lambda entry: (entry.mark, entry.revision, entry.at))
        return next((entry for entry in entries if entry.hash == history.base), None)

    # -- writing -----------------------------------------------------------------------------------

    def journal(self, article_id: str, annotator: str, versions: list[Version]) -> FileJournal:
        """The journal that continues the first of these versions, which are all there are."""
        path = self._path(article_id, annotator)
        histories = self.histories(article_id, annotator)
        if histories and _continues(histories[-1], versions):
            return FileJournal(path, histories[-1].base, histories[-1])
        text_hash = self._articles.text_hash(article_id) or ""
        base = versions[0].hash if versions else ""

        def begin() -> History:
            # What only the old histories hold becomes a checkpoint before a new one starts.
            self.save(article_id, annotator)
            start = base
            if versions and not base:
                start = self._index.latest(article_id, annotator)[-1].hash
            return History.begin(article_id, annotator, text_hash, start)

        return FileJournal(path, base, begin=begin)

    def save(self, article_id: str, annotator: str, besides: History | None = None) -> int:
        """Checkpoint what only journals hold; returns the number of edits."""
        saved = 0
        own = besides.id if besides else ""
        for history, version in self.versions(article_id, annotator, own):
            origin, at = self.origin(history), version.lineage.at
            self._checkpoints.add(version.annotations, origin, [], history.id, at)
            saved += version.edits
        return saved

    def recover(self, annotator: str) -> dict[str, int]:
        """Checkpoint what only journals hold; the number of edits by article id."""
        settled = self._index.settled()
        recovered: dict[str, int] = {}
        for path in sorted(self.journals(annotator).values()):
            name, state = self._name(path), self._state(path)
            if settled.get(name) == state:
                continue
            histories, problems = read_histories(path, name)
            for problem in problems:
                self._tell(problem)
            for article_id in {history.article_id for history in histories}:
                if self._articles.text_hash(article_id) is None:
                    message = f"there is no article {article_id!r}; these edits are kept"
                    self._tell(Problem(name, 0, message))
                    continue
                edits = self.save(article_id, annotator)
                if edits:
                    recovered[article_id] = edits
            if not problems:
                self._index.settle(name, *state)
        return recovered


def _continues(history: History, versions: list[Version]) -> bool:
    """Whether the winner is this history's own state, down to its last edit."""
    if not versions:
        return not history.base and not history.edits
    winner = versions[0]
    last = history.edits[-1].number if history.edits else 0
    if winner.lineage.journal == history.id:
        return winner.annotations.mark >= last
    return winner.hash == history.base and not history.edits
