"""No control in a text, name or scheme reaches the terminal, and nothing is taken as markup."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from annotator.model.article import Article, hash_text
from annotator.project import Project
from tests.durability.terminal import Terminal, terminal

# Every kind of thing a terminal would obey, with what is to be readable in its place.
HOSTILE = {
    "colour": ("\x1b[31;45mred\x1b[0;7m", "␛[31;45mred␛[0;7m"),
    "title": ("\x1b]0;taken over\x07", "␛]0;taken over␇"),
    "clear": ("\x1b[2J\x1b[3Jgone", "␛[2J␛[3Jgone"),
    "query": ("\x1b[6n\x1b[>0q", "␛[6n␛[>0q"),
    "c1": ("\x9b41mcsi\x9d2;osc\x9c", "▯41mcsi▯2;osc▯"),
    "bell": ("ding\a\b\b", "ding␇␈␈"),
    "bidi": ("abc\u202edef\u2066ghi\u200f", "abc▯def▯ghi▯"),
    "separators": ("one\u2028two\u0085three", "one␤two␤three"),
}
BRACKETS = ["[/]", "[b]bold[/b]", "[00]", "[x y=z]", "[@click=app.bell()]go[/]", "[unclosed"]
TEXT = "\n".join(
    ["Quay talk [/] stalls", "", *(f"{name} {raw} end" for name, (raw, _) in HOSTILE.items())]
    + [f"Warden Sern said {words} twice." for words in BRACKETS]
)
HEADLINE = "Quay\x1b]0;x\x07 \u202e[/b] talk"
SCHEME = """
name = "odd [/]"
version = "1"
flags = ["un[/]sure"]

[labels."CLAIM[x]"]
key = "c"
colour = "blue"
page = "claim.md"
help = "a [claim]"

[labels."CLAIM[x]".attributes."act[0]"]
kind = "choice"
values = ["[yes]", "[/no]"]
default = "[yes]"
key = "A"

[[labels."CLAIM[x]".links]]
name = "holder"
targets = ["[/]", "ENTITY"]
offer = "nearest"
key = "h"

[labels."[/]"]
key = "s"
colour = "amber"
"""
# What the app writes to draw: cursor places, colours and its own modes.
_OWN = [
    re.compile(r"\x1b\[\d+;\d+H"),
    re.compile(r"\x1b\[[0-9;]*m"),
    re.compile(r"\x1b\[\?\d+[hl]"),
    re.compile(r"\x1b\[\?\d+\$p"),
    re.compile(r"\x1b\[[<>]\d*u"),
    re.compile(r"\x1b\]22;\w+\x07"),  # the shape of the mouse pointer
    re.compile(r"\x1b\[K|[\r\n]"),  # the progress line of commands
]


@pytest.fixture
def hostile(root: Path) -> Path:
    (root / "guidelines/scheme.toml").write_text(SCHEME, encoding="utf-8")
    (root / "guidelines/claim.md").write_text(
        "# Claims \x1b[31;45m [/]\n\nMark [b]all[/b] \x07 of \u202e it.\n", encoding="utf-8"
    )
    project = Project.open(root)
    project.store.add_articles(
        [
            Article(
                "quay\x1b[31;45m[/]", TEXT, hash_text(TEXT), HEADLINE, "Osk\x07[/i]", language="en"
            )
        ]
    )
    project.add_topic("tolls [/] [b]")
    project.close()
    return root


@contextmanager
def at_quay(root: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    article = "quay\x1b[31;45m[/]"
    command = ("--project", root, "--as", "ann[1]", "open", article)
    with terminal(*command, environment=environment, size=(50, 160)) as opened:
        opened.wait_for("Quay talk [/] stalls")
        yield opened
        assert b"Traceback" not in opened.output
    assert not (root / ".annotator/crash.txt").exists()


def assert_harmless(opened: Terminal) -> None:
    """Every control that came is one the app draws with, and none is one of the texts'."""
    foreign = [c for c in opened.screen.controls if not any(own.fullmatch(c) for own in _OWN)]
    assert foreign == []
    assert not opened.screen.controls & {"\x1b[31;45m", "\x1b[0;7m", "\x1b[41m", "\x1b[6n"}
    drawn = opened.output.decode("utf-8")
    assert re.findall("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", drawn) == []
    assert re.findall("[\x80-\x9f]", drawn) == []


def test_article_is_shown_as_it_is_written(hostile: Path, environment: Mapping[str, str]) -> None:
    with at_quay(hostile, environment) as opened:
        for name, (_, shown) in HOSTILE.items():
            assert f"{name} {shown} end" in opened.screen.text
        for words in BRACKETS:
            assert f"Warden Sern said {words} twice." in opened.screen.text
        assert "Quay␛]0;x␇ ▯[/b] talk" in opened.screen.row(0)
        assert "ann[1]" in opened.screen.row(0)
        assert_harmless(opened)


def test_names_and_notes(hostile: Path, environment: Mapping[str, str]) -> None:
    """Labels, values, flags, notes, offers and messages, where square brackets are common."""
    with at_quay(hostile, environment) as opened:
        opened.type("\x1b[C\x1b[Cs")
        opened.wait_for("▸ [/] s1")
        opened.type("\x1b[C" * 3 + "c")
        opened.wait_for("▸ CLAIM[x] s2")
        opened.wait_for("holder  1")
        opened.type("\r")
        opened.wait_for("holder →")
        opened.type("A")
        opened.wait_for("A act[0] [/no]")
        opened.type("~")
        opened.wait_for("un[/]sure: yes")
        opened.type("i")
        opened.wait_for("Note")
        opened.type("see [/b] [@click=app.bell()]here[/]\r")
        opened.wait_for("✎ see [/b] [@click=app.bell()]here[/]")
        opened.type("d")
        opened.wait_for("Deleted CLAIM[x] s2")
        opened.type("u")
        opened.wait_for("Undone: delete CLAIM[x].")
        assert_harmless(opened)


def test_panes_search_and_palette(hostile: Path, environment: Mapping[str, str]) -> None:
    with at_quay(hostile, environment) as opened:
        opened.type("\x1b[C" * 30 + "c")
        opened.wait_for("▸ CLAIM[x] s1")
        opened.type("\r")
        for key, shown in {
            "\x1bOQ": "Osk␇[/i]",  # queue
            "\x1b[15~": "Claims ␛[31;45m [/]",  # guidelines of the label at the caret
            "\x1bOS": "CLAIM[x]",  # claims
            "?": "All keys",
        }.items():
            opened.type(key)
            opened.wait_for(lambda text, shown=shown: shown in text and "At the caret" not in text)
            opened.type("\x1b")
            opened.wait_for("At the caret")
        opened.type("/")
        opened.wait_for("Search")
        opened.type("[/b]\r")
        opened.wait_for("“[/b]”")
        opened.type("\x10")
        opened.wait_for("Search for commands")
        opened.type("[x]")
        opened.wait_for("Mark the selection: CLAIM[x]")
        opened.type("\x1b")
        assert_harmless(opened)


@pytest.mark.parametrize("command", ["show", "list", "status", "check", "keys", "guidelines"])
def test_commands(hostile: Path, environment: Mapping[str, str], command: str) -> None:
    article = ["quay\x1b[31;45m[/]"] if command == "show" else []
    with terminal(
        "--project", hostile, command, *article, environment=environment, size=(60, 160)
    ) as opened:
        assert opened.wait() == 0, opened.screen.text
        assert_harmless(opened)


def test_error_messages(hostile: Path, environment: Mapping[str, str]) -> None:
    for arguments in (["open", "no\x1b]0;x\x07\u202ewhere"], ["--as", "a\x1b[31;45m/", "open"]):
        with terminal(
            "--project", hostile, *arguments, environment=environment, size=(10, 160)
        ) as opened:
            assert opened.wait() == 1
            assert opened.screen.text.strip()
            assert_harmless(opened)
