"""What looks like markup is text, and what a terminal would obey is shown as a mark, everywhere.

Libraries for terminals take square brackets for styles and links, colons for pictures, backslashes
for escapes: text goes missing, turns red, or ends the program with an error. Escape sequences in a
page that somebody else wrote can recolour the screen, change its title, or link where they like.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.store.scheme_file import load_scheme
from tests.cli.conftest import Run
from tests.tui.desk import Desk, at_desk

MARKUP = {
    "end of nothing": "[/]",
    "end of a style": "[/red]",
    "bold": "[b]bold[/b]",
    "digits": "[00]",
    "equals": "[a b=c]",
    "action": "[@click=app.quit()]go[/]",
    "empty link": "[link=]",
    "link": "[link=https://osk.example]osk[/link]",
    "never closed": "[never",
    "colour": "[#ff0000 on $error]x[/]",
    "escaped": r"\[b] \\[i]",
    "doubled": "[[x]] ]]",
    "picture": ":warning: :boom:",
    "format": "{0} {name} %s %(x)d $HOME",
    "html": "<b>x</b> &amp;",
    "markdown": "**x** `y` [t](http://u.example)",
}
CONTROLS = {
    "colour": "\x1b[31;45mred\x1b[0m",
    "title": "\x1b]0;taken\x07",
    "link": "\x1b]8;;http://u.example\x1b\\osk\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;eA==\x07",
    "device": "\x1bPq\x1b\\ \x1b[c \x1bc",
    "c1": "\x9b31m \x9d0;x\x9c \x90q\x9c \x85",
    "backspaces": "abc\b\b\bxyz\r0\x7f",
    "bidi": "\u202eabc\u202c \u2067def\u2069 \u200fx\u061c",
    "invisible": "a\u200bb\u2060c\ufeffd\xade\u2028f",
    "half a pair": "a\ufffdb",
}
HOSTILE = {**MARKUP, **CONTROLS}
# Everything but line feeds and, where text is quoted, tabs.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def scheme_of(words: str) -> str:
    """A scheme with `words` in every name."""
    q = orjson.dumps(words).decode().replace("\x7f", "\\u007f")
    return f"""
name = {q}
version = "1"
flags = [{q}]
[entities]
types = [{q}]
naming = [{q}]
builtin = ["AUTHOR"]
[labels.{q}]
key = "c"
help = {q}
page = "claim.md"
[labels.{q}.attributes.{q}]
kind = "choice"
values = [{q}, "other"]
default = {q}
key = "A"
help = {q}
[[labels.{q}.links]]
name = {q}
targets = ["WHO", "TOPIC"]
offer = "nearest"
key = "h"
maximum = "many"
help = {q}
[labels.WHO]
key = "s"
[[labels.WHO.links]]
name = "ref"
targets = ["ENTITY"]
offer = "same-name"
key = "r"
[fields.{q}]
kind = "choice"
values = [{q}, "other"]
default = {q}
help = {q}
[profiles.{q}]
labels = ["WHO", {q}]
help = {q}
"""


@dataclass(frozen=True)
class Place:
    root: Path
    words: str
    label: str


def settle_scheme(root: Path, words: str) -> str:
    """Names of schemes must be printable; where `words` are not, they stay in texts and notes."""
    file = root / "guidelines/scheme.toml"
    shipped = file.read_text(encoding="utf-8")
    file.write_text(scheme_of(words), encoding="utf-8")
    try:
        load_scheme(file)
    except AnnotatorError:
        file.write_text(shipped, encoding="utf-8")
        return "CLAIM"
    return words


def id_of(words: str) -> str:
    return f"id {words}".replace("/", "-")


def make_place(root: Path, words: str) -> Place:
    """A project with the same odd words in every field that may hold them."""
    label = settle_scheme(root, words)
    (root / "guidelines/claim.md").write_text(
        f"# {words}\n\n{words} is {words}\n", encoding="utf-8"
    )
    project = Project.open(root)
    text = f"{words} stalls\n\nSern said {words} twice.\n{words}\n"
    id = id_of(words)
    article = Article(
        id, text, hash_text(text), words, words, url=words, language="en", meta={"note": words}
    )
    project.store.add_articles([article])
    topic = project.add_topic(words)
    session = project.session(article.id, "ann[1]")
    at = text.index("Sern")
    who = session.add_span("WHO" if label == words else "SPEAKER", [(at, at + 4)], note=words)
    start = text.index(words, at)
    claim = session.add_span(label, [(start, start + len(words))], note=words)
    entity = session.add_entity(words)
    session.update_entity(entity.id, note=words, kb=words)
    session.link(who.id, "ref", entity.id, "entity")
    session.link(claim.id, words if label == words else "holder", who.id)
    if label == words:
        session.link(claim.id, words, topic.id, "topic")
        session.set_flag(claim.id, words, True)
        session.set_field(words, words)
    session.set_field("note", words)
    project.checkpoint(session)
    project.close()
    return Place(root, words, label)


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def place(request: pytest.FixtureRequest, root: Path) -> Place:
    return make_place(root, request.param)


def marked(words: str) -> str:
    """The least a screen or a page must show of the words: their printable beginning."""
    return re.split(r"[^ -~]", words)[0].strip() if words in CONTROLS.values() else words


COMMANDS = [
    ["list"],
    ["status"],
    ["check"],
    ["export"],
    ["export", "--flat"],
    ["guidelines"],
    ["keys"],
    ["config"],
]


def test_what_commands_print(place: Place, run: Run) -> None:
    id = id_of(place.words)
    for arguments in (*COMMANDS, ["show", id], ["show", f"no {place.words}"]):
        result = run("--as", "ann[1]", *arguments)
        said = result.err if arguments[0] == "export" else result.out + result.err
        assert OBEYED.search(said) is None, arguments
        assert result.code == (1 if arguments[-1].startswith("no ") else 0)
    shown = run("--as", "ann[1]", "show", id).out
    assert shown.count(marked(place.words)) >= 5


def test_what_commands_give_to_programs(place: Place, run: Run) -> None:
    """JSON says the same words, but with nothing in it that a terminal would obey."""
    for arguments in (["list"], ["status"], ["check"], ["config"]):
        result = run("--as", "ann[1]", *arguments, "--json")
        assert OBEYED.search(result.out.replace("\n", "")) is None, arguments
    id = id_of(place.words)
    result = run("--as", "ann[1]", "show", id, "--json")
    assert OBEYED.search(result.out) is None
    spans = {span["note"]: span["text"] for span in result.json["spans"]}
    assert place.words in spans
    assert f"{place.words} stalls" in result.json["text"]
    exported = orjson.loads(run("export").out.split("\n")[0])
    assert exported["text"] == result.json["text"]  # data is data


def test_what_errors_say(place: Place, run: Run) -> None:
    odd = place.words.replace("\0", "")
    for arguments in (
        ["show", f"x{odd}"],
        ["open", f"x{odd}"],
        ["add", f"x{odd}"],
        ["--as", f"x{odd}/", "status"],
        ["config", "theme", odd],
        ["config", f"x{odd}", "1"],
        ["guidelines", f"x{odd}"],
        ["migrate", "--label", f"x{odd}=y{odd}"],
        ["migrate", "--label", f"x{odd}"],
        [f"x{odd}"],
        ["list", f"--x{odd}"],
        ["export", "--format", f"x{odd}"],
        ["export", "--label", f"x{odd}"],
    ):
        result = run(*arguments)
        assert result.code != 0, arguments
        assert OBEYED.search(result.out + result.err) is None, arguments
        assert result.err.strip()


def test_files_with_such_names(root: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, words in enumerate(HOSTILE.values()):
        name = f"{number} {words}".replace("/", "-").replace("\0", "")
        (folder / f"{name}.txt").write_text(f"Note {number} {words}.\n", encoding="utf-8")
        (folder / f"{name} empty.txt").write_bytes(b"")
        (folder / f"{name} bad.jsonl").write_bytes(b'{"text": "' + words.encode())
    first = run("add", folder)
    second = run("add", *folder.glob("*.txt"))
    for result in (first, second):
        assert OBEYED.search(result.out + result.err) is None
    assert f"Added {len(HOSTILE)} articles" in first.out
    assert f"{2 * len(HOSTILE)} refused" in first.out
    project = Project.open(root)
    texts = {project.store.article(head.id).text for head in project.store.heads()}
    ids = [head.id for head in project.store.heads()]
    project.close()
    for number, words in enumerate(HOSTILE.values()):
        assert f"Note {number} {words}.\n".replace("\r", "\n") in texts
    assert all(re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", id) is None for id in ids)
    for id in ids:
        assert run("show", id).code == 0
    result = run("--project", root, "init", tmp_path / "[b]\x1b]0;x\x07[/]")
    assert OBEYED.search(result.out + result.err) is None


# -- on the screen ---------------------------------------------------------------------------------


def looked_at(desk: Desk) -> str:
    shown = desk.shown
    assert OBEYED.search(shown) is None
    assert "\t" not in shown
    return shown


@pytest.mark.parametrize(
    "words",
    ["[/] " + " ".join(MARKUP.values())[:90], "[x] " + "".join(CONTROLS.values())],
    ids=["markup", "controls"],
)
async def test_what_the_screen_shows(root: Path, words: str) -> None:
    """Article, side panel, queue, cast, claims, form, guidelines, help, search, palette, offers."""
    place = make_place(root, words)
    seen = words[:20] if words[1] == "/" else "[x] ␛[31;45mred␛[0m"
    id = id_of(place.words)
    async with at_desk(place.root, id, name="ann[1]", size=(190, 60)) as desk:
        assert looked_at(desk).count(seen) >= 3
        await desk.go("Sern")
        await desk.press("tab")
        assert looked_at(desk).count(seen) >= 4
        for key in ("f2", "f3", "f4", "f5", "f6", "f7", "?"):
            await desk.press(key)
            shown = looked_at(desk)
            if key in ("f2", "f3"):
                assert seen in shown
            await desk.press("down", "escape", "escape")
            assert desk.app.screen is desk.screen
        await desk.press("/")
        await desk.type(place.words.replace("\r", "").replace("\x1b", "")[:20])
        looked_at(desk)
        await desk.press("enter", "n")
        looked_at(desk)
        await desk.press("escape", "ctrl+p")
        looked_at(desk)
        await desk.press("escape")
        for keys in (
            ("i",),
            ("ctrl+t",),
            ("l",),
            ("y",),
            ("j",),
            ("j", "h"),
            ("A",),
            ("f",),
            ("w",),
        ):
            await desk.press("escape", "escape")
            await desk.go("Sern")
            await desk.press("tab", *keys)
            looked_at(desk)
            await desk.press("escape", "escape", "escape")
        await desk.press("tab", "d")
        assert "Deleted" in looked_at(desk)
        await desk.press("u", "u", "ctrl+d")
        looked_at(desk)
        assert desk.app.is_running
