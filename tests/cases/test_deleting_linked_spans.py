"""A span that links point to is deleted: its links go with it, are named, and come back with it.

Tools that leave such a link behind write a relation with an end that does not exist, and fail at
the next start or in the next export; others bring the span back without its links.
"""

from pathlib import Path

import orjson
import pytest

from annotator.project import Project
from annotator.store.lines import encode
from tests.cli.conftest import Run, add_text, mark
from tests.tui.desk import at_desk, make_project

TEXT = "Brode said the lock leaks. Varn denied it, Radio Osk reported. Brode insisted.\n"


def linked(project: Project, annotator: str = "kim") -> dict[str, str]:
    """Spans with every kind of link between them; ids by name."""
    session = project.session("lock", annotator)
    ids = {
        "brode": mark(session, "SPEAKER", "Brode"),
        "said": mark(session, "CUE", "said"),
        "leaks": mark(session, "CLAIM", "the lock leaks"),
        "varn": mark(session, "SPEAKER", "Varn"),
        "denied": mark(session, "STANCE", "denied", stance="against"),
        "osk": mark(session, "SPEAKER", "Radio Osk"),
        "insisted": mark(session, "CLAIM", "insisted"),
    }
    who = session.add_entity("Tam Brode", "person", "named")
    for source, type, target in (
        ("leaks", "holder", "brode"),
        ("leaks", "cue", "said"),
        ("leaks", "relay", "osk"),
        ("denied", "holder", "varn"),
        ("denied", "claim", "leaks"),
        ("insisted", "holder", "brode"),
        ("insisted", "relay", "osk"),
    ):
        session.link(ids[source], type, ids[target])
    session.link(ids["brode"], "ref", who.id, "entity")
    session.link(ids["insisted"], "holder", "AUTHOR", "entity")
    project.checkpoint(session)
    return ids


# What goes with a span: links from it and to it.
TAKEN = {
    "brode": ["holder", "holder", "ref"],
    "said": ["cue"],
    "leaks": ["claim", "cue", "holder", "relay"],
    "varn": ["holder"],
    "denied": ["claim", "holder"],
    "osk": ["relay", "relay"],
    "insisted": ["holder", "holder", "relay"],
}


@pytest.mark.parametrize("name", TAKEN)
async def test_a_key_deletes_it_with_its_links_and_another_brings_all_back(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    root = make_project(tmp_path / "news", lock=TEXT)
    project = Project.open(root)
    ids = linked(project)
    project.close()
    monkeypatch.chdir(root)
    async with at_desk(root, "lock", size=(100, 30)) as desk:
        before = desk.session.annotations
        spans, links = dict(before.spans), dict(before.links)
        words = before.spans[ids[name]].surface(TEXT)
        await desk.go(words)
        await desk.press("d")
        now = desk.session.annotations
        assert now.spans.keys() == spans.keys() - {ids[name]}
        gone = [links[id] for id in links.keys() - now.links.keys()]
        assert sorted(link.type for link in gone) == TAKEN[name]
        assert all(ids[name] in (link.source, link.target) for link in gone)
        count = len(gone)
        assert f"and {count} link{'s' if count > 1 else ''} (" in desk.said
        assert all(link.type in desk.said for link in gone)
        await desk.press("u")
        assert (desk.session.annotations.spans, desk.session.annotations.links) == (spans, links)
        await desk.press("U")
        assert desk.session.annotations.links.keys() == links.keys() - {link.id for link in gone}
    exported = orjson.loads(run("export").out.split("\n")[0])
    known = {span["id"] for span in exported["spans"]}
    assert len(known) == len(spans) - 1
    assert len(exported["links"]) == len(links) - count
    for link in exported["links"]:
        assert link["source"] in known
        assert link["target_kind"] != "span" or link["target"] in known
    assert run("check", "--json").json["counts"] == {}
    async with at_desk(root, "lock", size=(100, 30)) as desk:  # undo reaches over the restart
        await desk.press("u")
        assert (desk.session.annotations.spans, desk.session.annotations.links) == (spans, links)


async def test_all_deleted_one_after_the_other_and_brought_back(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", lock=TEXT)
    project = Project.open(root)
    linked(project)
    project.close()
    async with at_desk(root, "lock", size=(100, 30)) as desk:
        annotations = desk.session.annotations
        spans, links = dict(annotations.spans), dict(annotations.links)
        for _ in spans:
            await desk.press("tab", "d")
            ends = {
                end for link in annotations.links.values() for end in (link.source, link.target)
            }
            assert {end for end in ends if end.startswith("s")} <= annotations.spans.keys()
        assert not annotations.spans
        assert not annotations.links
        await desk.press(*["u"] * len(spans))
        assert (annotations.spans, annotations.links) == (spans, links)
        assert "ref" in str(annotations.links.values())


async def test_another_label_or_a_merge_leaves_no_link_without_an_end(tmp_path: Path) -> None:
    root = make_project(tmp_path / "news", lock=TEXT)
    project = Project.open(root)
    ids = linked(project)
    project.close()
    async with at_desk(root, "lock", size=(100, 30)) as desk:
        session = desk.session
        links = dict(session.annotations.links)
        await desk.go("the lock")
        await desk.press("l", "e")
        assert session.span(ids["leaks"]).label == "CUE"
        assert "claim, cue, holder, relay" in desk.said
        await desk.press("u")
        assert session.annotations.links == links
        (who,) = session.annotations.entities
        session.delete_entity(who)
        assert all(link.target != who for link in session.annotations.links.values())
        await desk.press("u")
        assert session.annotations.links == links


# -- links that others left without an end ---------------------------------------------------------


def broken_project(root: Path, name: str) -> dict[str, str]:
    """A project whose record lacks a span that links need: no tool of ours writes that."""
    project = Project.open(root)
    add_text(project, "lock", TEXT)
    ids = linked(project, "mira")
    project.close()
    (file,) = (root / "corpus/annotations/mira").glob("*.jsonl")
    record = orjson.loads(file.read_bytes())
    record["spans"] = [span for span in record["spans"] if span["id"] != ids[name]]
    del record["crc"]
    file.write_bytes(encode(record))
    for journal in (root / ".annotator/journal/mira").glob("*"):
        journal.unlink()
    return ids


@pytest.mark.parametrize("name", TAKEN)
def test_links_without_an_end_are_told_by_name_and_stop_nothing(
    root: Path, run: Run, name: str
) -> None:
    broken_project(root, name)
    found = run("check", "--json")
    assert found.code == 1
    assert found.json["counts"] == {"broken-link": len(TAKEN[name])}
    assert all("does not exist" in item["message"] for item in found.json["findings"])
    assert sorted(item["name"] for item in found.json["findings"]) == TAKEN[name]
    exported = run("export")
    assert "broken link" in exported.err
    assert len(orjson.loads(exported.out.split("\n")[0])["spans"]) == 6
    flat = run("export", "--flat")
    assert (exported.code, flat.code) == (3, 3)
    assert all("an end is left out or missing" in result.err for result in (exported, flat))
    for arguments in (["show", "lock"], ["status"], ["list"]):
        assert run(*arguments).code == 0


@pytest.mark.parametrize("name", ["brode", "leaks"])
async def test_links_without_an_end_do_not_disturb_the_screen(root: Path, name: str) -> None:
    broken_project(root, name)
    async with at_desk(root, "lock", name="mira", size=(100, 30)) as desk:
        before = dict(desk.session.annotations.spans), dict(desk.session.annotations.links)
        for span in list(desk.spans()):
            await desk.press("escape")
            await desk.go(span.surface(TEXT))
            assert desk.chosen.id == span.id
            await desk.press("o", "O", "f3", "escape", "f4", "escape", "escape")
            await desk.press("l", "e", "escape", "u", "d", "u")
        await desk.press("ctrl+d", "escape", "escape")
        assert (desk.session.annotations.spans, desk.session.annotations.links) == before
