"""Under which names the annotators of a file come in."""

import pytest

from annotator.formats.exchange import ForeignSet
from annotator.formats.people import People
from annotator.model.errors import AnnotatorError


def named(
    theirs: list[tuple[str, bool]], given: str = "", rules: dict[str, str] | None = None
) -> list[str]:
    people = People(theirs, given, rules or {})
    people.check()
    return [people.of(ForeignSet(name, suggested=machine)) for name, machine in theirs]


@pytest.mark.parametrize(
    ("theirs", "given", "ours"),
    [
        ([("", False)], "ada", ["ada"]),
        ([("bo", False)], "", ["bo"]),
        ([("bo", False)], "ada", ["ada"]),
        ([("gold", False)], "", ["gold"]),
        ([("b@osk.example", False)], "ada", ["ada"]),
        ([("bo", False), ("cy", False)], "", ["bo", "cy"]),
        ([("bo", False), ("cy", False)], "ada", ["ada-bo", "ada-cy"]),
        ([("bo", False), ("", False)], "ada", ["ada-bo", "ada"]),
        ([("b@osk.example", False), ("a@osk.example", False)], "ada", ["ada-2", "ada-1"]),
        ([("1", False), ("a@osk.example", False)], "ada", ["ada-1", "ada-2"]),
        ([("a/b", False), ("c", False)], "ada", ["ada-1", "ada-c"]),
        ([("m1", True)], "ada", ["ada"]),
        ([("", True)], "", ["suggestions"]),
        ([("m1", True), ("bo", False)], "", ["suggestions", "bo"]),
        ([("m1", True), ("bo", False)], "ada", ["ada-suggestions", "ada"]),
        ([("m1", True), ("m2", True)], "ada", ["ada-m1", "ada-m2"]),
    ],
)
def test_names(theirs: list[tuple[str, bool]], given: str, ours: list[str]) -> None:
    assert named(theirs, given) == ours


def test_what_the_map_says_comes_first() -> None:
    theirs = [("a@osk.example", False), ("bo", False)]
    assert named(theirs, "ada", {"a@osk.example": "mira"}) == ["mira", "ada"]


@pytest.mark.parametrize("name", ["", "a@osk.example", "a/b"])
def test_a_name_that_cannot_be_used_is_asked_for(name: str) -> None:
    with pytest.raises(AnnotatorError, match="--as NAME"):
        named([(name, False)])
