"""The scheme is changed after work was done with the old one: nothing is hidden or lost.

Tools that no longer know a label draw its spans no more, leave them out of the export, count them
as disagreement, or delete them when the label is made anew.
"""

from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from tests.cli.conftest import Run, add_text
from tests.tui.desk import at_desk

TEXT = "Brode told Osk FM the lock leaks. Varn denied it.\n"
SCHEME = """
name = "lock"
version = "1"
flags = ["unsure", "odd"]

[entities]
types = ["person", "org"]
naming = ["named", "unnamed"]
builtin = ["AUTHOR"]

[labels.SPEAKER]
key = "s"
[[labels.SPEAKER.links]]
name = "ref"
targets = ["ENTITY"]
offer = "same-name"
key = "r"

[labels.CLAIM]
key = "c"
fragments = true
[labels.CLAIM.attributes.act]
kind = "choice"
values = ["assert", "deny"]
key = "A"
[[labels.CLAIM.links]]
name = "holder"
targets = ["SPEAKER", "ENTITY"]
maximum = "many"
key = "h"

[labels.STANCE]
key = "t"
[[labels.STANCE.links]]
name = "claim"
targets = ["CLAIM"]
key = "k"

[fields.language]
kind = "choice"
values = ["en", "de"]

[profiles.all]
labels = ["SPEAKER", "CLAIM", "STANCE"]
[profiles.names]
labels = ["SPEAKER"]
"""
DIRECTION = """[labels.STANCE.attributes.direction]
kind = "choice"
values = ["for", "against"]
required = true
key = "D"
"""
ATTRIBUTE = SCHEME[SCHEME.index("[labels.CLAIM.attributes.act]") : SCHEME.index("[[labels.CLAIM")]
HOLDER = SCHEME[SCHEME.index("[[labels.CLAIM.links]]") : SCHEME.index("[labels.STANCE]")]
STANCE = SCHEME[SCHEME.index("[labels.STANCE]") : SCHEME.index("[fields.")]
FIELD = SCHEME[SCHEME.index("[fields.language]") : SCHEME.index("[profiles.all]")]

# What is replaced in the scheme, and what the check must then count: (kind, name) to how often.
CHANGES = {
    "label renamed": ([("SPEAKER", "VOICE")], {("unknown-label", "SPEAKER"): 2}),
    "case of a label": ([("CLAIM", "Claim")], {("unknown-label", "CLAIM"): 1}),
    "label removed": (
        [(STANCE, ""), (', "STANCE"]', "]")],
        {("unknown-label", "STANCE"): 1},
    ),
    "all labels renamed": (
        [("SPEAKER", "A1"), ("CLAIM", "B1"), ("STANCE", "C1")],
        {
            ("unknown-label", "SPEAKER"): 2,
            ("unknown-label", "CLAIM"): 1,
            ("unknown-label", "STANCE"): 1,
        },
    ),
    "value removed": ([('"assert", ', "")], {("unknown-value", "act=assert"): 1}),
    "case of a value": ([('"assert"', '"Assert"')], {("unknown-value", "act=assert"): 1}),
    "attribute removed": ([(ATTRIBUTE, "")], {("unknown-attribute", "act"): 1}),
    "attribute renamed": ([(".act]", ".deed]")], {("unknown-attribute", "act"): 1}),
    "attribute of another kind": (
        [('kind = "choice"\nvalues = ["assert", "deny"]', 'kind = "flag"')],
        {("unknown-value", "act=assert"): 1},
    ),
    "required attribute added": (
        [("[[labels.STANCE.links]]", DIRECTION + "[[labels.STANCE.links]]")],
        {("missing-attribute", ""): 1},
    ),
    "link type removed": ([(HOLDER, "")], {("unknown-link", "holder"): 3}),
    "link type renamed": ([('"holder"', '"by"')], {("unknown-link", "holder"): 3}),
    "other ends of a link": (
        [('["SPEAKER", "ENTITY"]', '["SPEAKER"]')],
        {("unknown-link", "holder"): 1},
    ),
    "fewer links allowed": (
        [('maximum = "many"', "maximum = 2")],
        {("too-many-links", "holder"): 1},
    ),
    "more links wanted": (
        [('name = "claim"', 'name = "claim"\nminimum = 2\nmaximum = 3')],
        {("missing-link", ""): 1},
    ),
    "no more fragments": (
        [("fragments = true", "fragments = false")],
        {("too-many-fragments", "CLAIM"): 1},
    ),
    "flag removed": ([(', "odd"', "")], {("unknown-flag", "odd"): 1}),
    "entity type removed": ([('"person", ', "")], {("unknown-entity-value", "type=person"): 1}),
    "naming removed": ([('"named", ', "")], {("unknown-entity-value", "naming=named"): 1}),
    "built-in entity renamed": ([('"AUTHOR"', '"WRITER"')], {("broken-link", "holder"): 1}),
    "field removed": ([(FIELD, "")], {("unknown-field", "language"): 1}),
    "value of a field removed": ([(', "de"', "")], {("unknown-value", "language=de"): 1}),
    "profile changed": ([('labels = ["SPEAKER", "CLAIM", "STANCE"]', 'labels = ["SPEAKER"]')], {}),
    "key and colour changed": ([('key = "c"', 'key = "m"\ncolour = "red"')], {}),
    "label added": ([("[labels.STANCE]", '[labels.PLACE]\nkey = "p"\n[labels.STANCE]')], {}),
}


@pytest.fixture
def lock(root: Path) -> Path:
    """A done article with a span or more of each label, every link, and a value of each kind."""
    (root / "guidelines/scheme.toml").write_text(SCHEME, encoding="utf-8")
    project = Project.open(root)
    add_text(project, "lock", TEXT)
    session = project.session("lock", "mira")
    brode = session.add_span("SPEAKER", [(0, 5)])
    claim = session.add_span("CLAIM", [(18, 26), (27, 32)], {"act": "assert"}, flags=["odd"])
    osk = session.add_span("SPEAKER", [(11, 17)])
    stance = session.add_span("STANCE", [(39, 45)])
    who = session.add_entity("Tam Brode", "person", "named")
    session.link(claim.id, "holder", brode.id)
    session.link(claim.id, "holder", osk.id)
    session.link(claim.id, "holder", "AUTHOR", "entity")
    session.link(stance.id, "claim", claim.id)
    session.link(brode.id, "ref", who.id, "entity")
    session.set_field("language", "de")
    session.set_status("done")
    project.checkpoint(session)
    project.close()
    return root


def change(root: Path, name: str) -> None:
    file = root / "guidelines/scheme.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in CHANGES[name][0]:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def test_before_the_change_all_is_well(lock: Path, run: Run) -> None:
    assert run("check").out.endswith("0 errors, 0 warnings.\n")


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_longer_fits_is_counted_and_nothing_left_out(
    lock: Path, run: Run, name: str
) -> None:
    before = orjson.loads(run("export").out.split("\n")[0])
    change(lock, name)
    found = run("check", "--json")
    counts: dict[tuple[str, str], int] = {}
    for item in found.json["findings"]:
        counts[item["kind"], item["name"]] = counts.get((item["kind"], item["name"]), 0) + 1
    assert counts == CHANGES[name][1]
    assert found.code == (1 if counts else 0)
    exported = run("export")
    after = orjson.loads(exported.out.split("\n")[0])
    for part in ("spans", "links", "entities", "fields"):
        assert after[part] == before[part]
    for kind, thing in counts:
        if not kind.startswith("missing"):
            assert f"{kind.replace('-', ' ')} {thing}: {counts[kind, thing]}" in exported.err
    assert run("export", "--flat").code == 0
    shown = run("show", "lock").out
    assert all(words in shown for words in ("Brode", "Osk FM", "denied", "the lock", "leaks"))


@pytest.mark.parametrize(
    "name",
    ["label renamed", "label removed", "value removed", "link type removed", "no more fragments"],
)
async def test_old_spans_are_seen_chosen_and_worked_on(lock: Path, name: str) -> None:
    change(lock, name)
    async with at_desk(lock, "lock", name="mira", size=(120, 30)) as desk:
        assert len(desk.spans()) == 4
        before = dict(desk.session.annotations.spans), dict(desk.session.annotations.links)
        assert desk.shown.count("╰") >= 5  # a line under each fragment
        for words in ("Brode", "Osk FM", "denied", "the lock"):
            await desk.press("escape", "escape")
            await desk.go(words)
            span = desk.chosen
            assert words in span.surface(TEXT)
            assert span.label in desk.shown
            for keys in (
                ("o", "O"),
                ("f3", "escape"),
                ("f4", "escape"),
                ("f5", "escape"),
                ("~", "u"),
            ):
                await desk.press(*keys)
            await desk.press("d")
            assert span.id not in desk.session.annotations.spans
            await desk.press("u")
        assert (desk.session.annotations.spans, desk.session.annotations.links) == before
        await desk.press("ctrl+d", "escape", "escape")
        edits = 0
        while desk.session.undo():
            edits += 1
        assert desk.spans() == []
        for _ in range(edits):
            desk.session.redo()
        assert (desk.session.annotations.spans, desk.session.annotations.links) == before


async def test_labels_renamed_by_hand_one_span_after_the_other_keep_their_links(lock: Path) -> None:
    change(lock, "all labels renamed")
    async with at_desk(lock, "lock", name="mira", size=(120, 30)) as desk:
        links = dict(desk.session.annotations.links)
        for words, key in (("Brode", "s"), ("the lock", "c"), ("denied", "t"), ("Osk FM", "s")):
            await desk.press("escape", "escape")
            await desk.go(words)
            await desk.press("l", key)
        assert sorted(span.label for span in desk.spans()) == ["A1", "A1", "B1", "C1"]
        assert desk.session.annotations.links == links


def test_the_command_renames_and_leaves_ids_links_and_undo(lock: Path, run: Run) -> None:
    before = orjson.loads(run("export").out.split("\n")[0])
    change(lock, "all labels renamed")
    rules = ["SPEAKER=A1", "CLAIM=B1", "STANCE=C1"]
    arguments = [part for rule in rules for part in ("--label", rule)]
    assert run("migrate", *arguments).code == 0
    assert run("check").out.endswith("0 errors, 0 warnings.\n")
    after = orjson.loads(run("export").out.split("\n")[0])
    new = dict(rule.split("=") for rule in rules)
    for span in before["spans"]:
        span["label"] = new[span["label"]]
    assert after["spans"] == before["spans"]
    assert after["links"] == before["links"]
    project = Project.open(lock)
    session = project.session("lock", "mira")
    whole = dict(session.annotations.spans), dict(session.annotations.links)
    while session.undo():
        pass
    assert not session.annotations.spans
    while session.redo():
        pass
    assert (session.annotations.spans, session.annotations.links) == whole
    project.close()


def test_a_label_removed_and_made_again_finds_its_spans(lock: Path, run: Run) -> None:
    scheme = lock / "guidelines/scheme.toml"
    text = scheme.read_text(encoding="utf-8")
    change(lock, "label removed")
    assert run("check").code == 1
    scheme.write_text(text, encoding="utf-8")
    assert run("check").code == 0
    assert run("status", "--json").code == 0
