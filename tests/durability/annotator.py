"""Someone who labels in a real terminal and writes down every edit that the screen acknowledged."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from annotator.model.annotation import AnnotationSet
from annotator.model.session import Edit
from annotator.project import Project
from tests.durability.terminal import Terminal

RIGHT = "\x1b[C"
LABELS = {"s": "SPEAKER", "e": "CUE", "c": "CLAIM"}
TAKE = re.compile(r"take\s+esc\s+leave")  # the end of a question, which may be wrapped
ACT = re.compile(r"\bA act (\w+)")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One edit as the screen told it; `span_id` is empty where the screen names no span."""

    kind: str
    action: str
    span_id: str = ""

    @classmethod
    def of(cls, edit: Edit) -> "Acknowledged":
        spans = [change.key for change in edit.changes if change.kind == "span"]
        return cls(edit.kind, edit.action, spans[0] if spans else "")

    def told_by(self, edit: Edit) -> bool:
        """Whether an edit on disk is this one."""
        keys = {change.key for change in edit.changes}
        return (edit.kind, edit.action) == (self.kind, self.action) and (
            not self.span_id or self.span_id in keys
        )


@dataclass
class Annotator:
    """Chooses steps by chance: keys that make one edit, and what shows that it is made.

    An edit counts as acknowledged once the terminal has drawn its effect: the new span by its id,
    the changed value, the flag, the sentence that names what was undone or deleted.
    """

    chance: random.Random
    acknowledged: list[Acknowledged] = field(default_factory=list)
    chosen: str = ""

    def step(self, terminal: Terminal) -> None:
        """Do one step and wait until the screen acknowledges it."""
        do = self.chance.choice(self._possible(terminal))
        self.acknowledged.append(do(terminal))

    def press_blindly(self, terminal: Terminal) -> int:
        """Type a few keys and look at nothing; how many edits they make at most."""
        keys = [self._walk() + self.chance.choice("secsecuU~AC\rd") for _ in range(3)]
        terminal.type("".join(keys))
        return len(keys)

    def begin(self) -> None:
        """A new process: no span is chosen."""
        self.chosen = ""

    # -- steps -------------------------------------------------------------------------------------

    def _possible(self, terminal: Terminal) -> list:  # type: ignore[type-arg]
        steps = [self._label] * 3
        if self.chosen:
            steps += [self._flag, self._flag]
            if ACT.search(self._block(terminal.screen.text)):
                steps += [self._attribute] * 3
            if TAKE.search(terminal.screen.text):
                steps += [self._take] * 3
            if f"Deleted {self.chosen}" not in terminal.screen.text:
                steps.append(self._delete)
        last = self.acknowledged[-1] if self.acknowledged else None
        if last is not None and last.kind == "undo":
            steps.append(self._redo)
        elif last is not None and f"Undone: {last.action}" not in terminal.screen.text:
            steps += [self._undo] * 2
        return steps

    def _walk(self) -> str:
        return RIGHT * self.chance.randint(0, 12)

    def _label(self, terminal: Terminal) -> Acknowledged:
        key = self.chance.choice(list(LABELS))
        seen = {item.span_id for item in self.acknowledged}
        terminal.type(self._walk() + RIGHT + key)
        new = re.compile(rf"▸ {LABELS[key]} (s\d+)")

        def made(text: str) -> bool:
            found = new.search(text)
            if found is None or found[1] in seen:
                return False
            # What the new span lacks is asked for; the question may come a frame later.
            lacks = text[found.end() :].startswith(" · ! no ")
            return lacks == bool(TAKE.search(text))

        terminal.wait_for(made)
        self.chosen = new.search(terminal.screen.text)[1]  # type: ignore[index]
        return Acknowledged("edit", f"add {LABELS[key]}", self.chosen)

    def _attribute(self, terminal: Terminal) -> Acknowledged:
        before = self._act(terminal.screen.text)
        terminal.type("A")
        terminal.wait_for(lambda text: self._act(text) not in (before, ""))
        return Acknowledged("edit", f"act {self._act(terminal.screen.text)}", self.chosen)

    def _flag(self, terminal: Terminal) -> Acknowledged:
        before = "⚑ unsure" in self._block(terminal.screen.text)
        terminal.type("~")
        terminal.wait_for(lambda text: ("⚑ unsure" in self._block(text)) != before)
        return Acknowledged("edit", "flag unsure", self.chosen)

    def _take(self, terminal: Terminal) -> Acknowledged:
        terminal.type("\r")
        terminal.wait_for(lambda text: not TAKE.search(text) and " → " in self._block(text))
        return Acknowledged("edit", "take the offer")

    def _delete(self, terminal: Terminal) -> Acknowledged:
        gone, self.chosen = self.chosen, ""
        terminal.type("d")
        deleted = re.compile(rf"Deleted (\w+) {gone}\b")
        terminal.wait_for(lambda text: deleted.search(text) is not None)
        label = deleted.search(terminal.screen.text)[1]  # type: ignore[index]
        return Acknowledged("edit", f"delete {label}", gone)

    def _undo(self, terminal: Terminal) -> Acknowledged:
        return self._history(terminal, "u", "undo", "Undone")

    def _redo(self, terminal: Terminal) -> Acknowledged:
        return self._history(terminal, "U", "redo", "Done again")

    def _history(self, terminal: Terminal, key: str, kind: str, verb: str) -> Acknowledged:
        """Only ever one undo, then its redo, so the sentence on the screen is a new one."""
        self.chosen = ""
        terminal.type(key)
        terminal.wait_for(f"{verb}: {self.acknowledged[-1].action}.")
        return Acknowledged(kind, self.acknowledged[-1].action)

    def _act(self, text: str) -> str:
        found = ACT.search(self._block(text))
        return found[1] if found else ""

    def _block(self, text: str) -> str:
        """The panel's lines about the chosen span."""
        _, _, rest = text.partition(f" {self.chosen}")
        return re.split(r"(?:▸|└|▏  ) [A-Z]+ s\d|Labels", rest)[0]


def edits_on_disk(root: Path, name: str) -> list[Edit]:
    """Every edit of the article's journal, read anew; they must give the session's state."""
    project = Project.open(root)
    try:
        edits = project.store.journal("ferry", name).read()
        shown = project.session("ferry", name).annotations
        again = AnnotationSet("ferry", shown.text_hash, name)
        for edit in edits:
            for change in edit.changes:
                again.apply(change)
        assert [edit.number for edit in edits] == list(range(1, len(edits) + 1))
        for part in ("spans", "links", "entities", "fields"):
            assert getattr(again, part) == getattr(shown, part)
        assert shown.mark == len(edits)
        assert not project.store.problems or all(
            problem.path.endswith(".jsonl") for problem in project.store.problems
        )
        return edits
    finally:
        project.close()
