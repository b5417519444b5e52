"""Under which names the annotators of a file come into the project."""

from collections.abc import Iterable, Mapping

from annotator.formats.exchange import ForeignSet
from annotator.model.errors import AnnotatorError
from annotator.store.names import GOLD, check_annotator

SUGGESTIONS = "suggestions"
"""Whose work predictions are, if nobody says otherwise."""


class People:
    """Our names for a file's annotators, the same in every run over the same file.

    What the map says comes first. With a name given, the only annotator of the file gets it, and
    several get it with their own added; e-mail addresses become numbers. Without one, the file's
    own names are taken. Predictions belong to the name given, or to that name with "-suggestions"
    if the file holds people's work too; without a name to "suggestions".
    """

    def __init__(
        self, theirs: Iterable[tuple[str, bool]], given: str, rules: Mapping[str, str]
    ) -> None:
        """`theirs` are the names in the file, each with whether it is a machine's."""
        known = set(theirs)
        self._rules = rules
        self._given = given
        people = sorted(name for name, suggested in known if not suggested)
        machines = sorted(name for name, suggested in known if suggested)
        self._names = {(name, False): ours for name, ours in self._named(people, given)}
        home = given or SUGGESTIONS
        if given and people:
            home = f"{given}-{SUGGESTIONS}"
        self._names |= {(name, True): ours for name, ours in self._named(machines, home)}

    def of(self, foreign: ForeignSet) -> str:
        """Our name for whose work a set is."""
        return self._names[foreign.annotator, foreign.suggested]

    def nameless(self, number: int) -> str:
        """The name of the second, third ... of those a document does not name."""
        return f"{self._names.get(('', False), '')}-{number}"

    def check(self) -> None:
        """Raises AnnotatorError if someone has no name of their own and none was given."""
        for (theirs, _), ours in sorted(self._names.items()):
            if ours:
                continue
            if not theirs:
                raise AnnotatorError(
                    "The file does not say whose work it holds; give a name with --as NAME."
                )
            what = "an e-mail address" if "@" in theirs else "no name that can be used here"
            raise AnnotatorError(
                f"The file's annotator {theirs!r} is {what}; give a name with --as NAME,"
                " or one for each in the section [annotators] of a --map."
            )

    @property
    def names(self) -> set[str]:
        """All names whose work may be written."""
        return set(self._names.values()) - {""}

    @property
    def renamed(self) -> dict[str, str]:
        """Ours by theirs, where they differ and the file has a name."""
        return {
            theirs: ours
            for (theirs, _), ours in sorted(self._names.items())
            if theirs and ours and theirs != ours
        }

    def _named(self, theirs: list[str], given: str) -> Iterable[tuple[str, str]]:
        free = [name for name in theirs if name not in self._rules]
        number = 0
        for name in theirs:
            if name in self._rules:
                yield name, self._rules[name]
            elif not given:
                yield name, name if _usable(name) or name == GOLD else ""
            elif len(free) == 1 or not name:
                yield name, given
            elif _usable(f"{given}-{name}") and "@" not in name:
                yield name, f"{given}-{name}"
            else:
                number += 1
                while f"{given}-{number}" in {f"{given}-{x}" for x in theirs}:
                    number += 1
                yield name, f"{given}-{number}"


def _usable(name: str) -> bool:
    if "@" in name:
        return False
    try:
        check_annotator(name)
    except AnnotatorError:
        return False
    return True
