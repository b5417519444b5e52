"""Any size of terminal, and from any to any: no failure, and the article is drawn again."""

import random
import signal
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests.durability.annotator import edits_on_disk
from tests.durability.terminal import terminal

SIZES = [(24, 80), (10, 60), (5, 20), (3, 10), (1, 1)]
USUAL = SIZES[0]


def _fresh(text: str) -> bool:
    return "Harbour minister Oda Brenn" in text and "open ·" in text


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_started_at_a_size(
    root: Path, environment: Mapping[str, str], size: tuple[int, int]
) -> None:
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, size=size) as opened:
        opened.wait_for(lambda _: "\x1b[1;1H" in opened.screen.controls)
        opened.resize(*USUAL)
        opened.wait_for("Harbour minister Oda Brenn")
        opened.type("c")
        opened.wait_for(_fresh)
        opened.type("\x11")
        assert opened.wait() == 0
        assert b"Traceback" not in opened.output
    assert not (root / ".annotator/crash.txt").exists()
    assert [edit.action for edit in edits_on_disk(root, "kim")] == ["add CLAIM"]


def test_resized_from_each_to_each(root: Path, environment: Mapping[str, str]) -> None:
    """With a label and an undo at each size; at the usual one everything is there."""
    ways = [(a, b) for a in SIZES for b in SIZES if a != b]
    random.Random(11).shuffle(ways)
    path = [USUAL, *(size for way in ways for size in way), USUAL]
    path = [size for size, following in pairwise([*path, None]) if size != following]
    keys = 0
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, size=USUAL) as opened:
        opened.wait_for("Harbour minister Oda Brenn")
        for size in path[1:]:
            opened.resize(*size)
            opened.type("\x1b[Cs" if keys % 3 else "u")
            keys += 1
            if size == USUAL:
                opened.wait_for("Harbour minister Oda Brenn")
        opened.type("\x1b[Cc")
        opened.wait_for("⏎ take")
        opened.type("\x11")
        assert opened.wait() == 0
        assert b"Traceback" not in opened.output
    assert not (root / ".annotator/crash.txt").exists()
    # The first key was an undo with nothing to undo.
    assert len(edits_on_disk(root, "kim")) == keys


def test_resized_and_back_before_anyone_asks(root: Path, environment: Mapping[str, str]) -> None:
    """The size is the one before, but the terminal has dropped what was drawn."""
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, size=USUAL) as opened:
        opened.wait_for("Harbour minister Oda Brenn")
        for keys in ("", "\x1bOQ", "?"):
            opened.type(keys)
            opened.read_for(0.7)
            whole = opened.screen.text
            opened.screen.resize(*USUAL)
            opened.send(signal.SIGWINCH)
            opened.wait_for(whole)
        opened.type("\x1b")
        opened.read_for(0.3)
        opened.type("\x11")
        assert opened.wait() == 0


def test_panes_in_small_terminals(root: Path, environment: Mapping[str, str]) -> None:
    panes = {"\x1bOQ": "queue", "\x1bOR": "cast", "\x1bOS": "claims", "\x1b[17~": "document"}
    command = ("--project", root, "--as", "kim", "open", "ferry")
    with terminal(*command, environment=environment, size=USUAL) as opened:
        opened.wait_for("Harbour minister Oda Brenn")
        opened.type("c")
        opened.wait_for(_fresh)
        for key in (*panes, "\x1b[15~", "?"):
            opened.type(key)
            opened.wait_for(lambda text: "Harbour minister Oda Brenn said on" not in text)
            for size in (*SIZES[1:], USUAL):
                drawn = len(opened.output)
                opened.resize(*size)
                opened.wait_for(lambda _, drawn=drawn: len(opened.output) > drawn)
            opened.wait_for(lambda text: len(text.split()) > 3)
            opened.type("\x1b")
            opened.wait_for("Harbour minister Oda Brenn")
        opened.type("\x11")
        assert opened.wait() == 0
    assert not (root / ".annotator/crash.txt").exists()
