"""Two annotators and a lead, from an empty folder to gold, through the commands and the keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotator.project import Project
from annotator.tui.screens.adjudicate_edit import EditGoldScreen
from tests.agreement import simulated
from tests.tui.desk import Desk, at_desk
from tests.tui.test_adjudicate import Bench, at_bench
from tests.two_annotators.damage import SIDES, Side, Simulation
from tests.two_annotators.hands import Judge, annotate
from tests.two_annotators.reference import Piece, Said, pieces, said, says

ROOT = Path(__file__).parents[1]
NOTE = "say where it begins"
BY_HAND = ("m", "e")
NAMES: dict[Side, str] = {"a": "ana", "b": "bo"}


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Office:
    """A project's folder and the commands that are run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str, refused: bool = False) -> str:
        """Run the command as a process; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "annotator", *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=False,
        )
        told = done.stdout.decode("utf-8") + done.stderr.decode("utf-8")
        assert (done.returncode != 0) == refused, told
        assert "Traceback" not in told
        return told if refused else done.stdout.decode("utf-8")

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def figures(self, *arguments: str) -> dict[str, float | None]:
        """What `annotator agreement` gives, by family/layer/measure."""
        rows = self.json("agreement", "--replicates", "50", *arguments)["rows"]
        return {f"{x['family']}/{x['layer']}/{x['measure']}": x["value"] for x in rows}

    def queue(self) -> Any:
        return self.json("--as", "lea", "adjudicate", "--list")


def start(root: Path, articles: list[Piece]) -> Office:
    """A project with the articles, given to both annotators."""
    subprocess.run(
        [sys.executable, "-m", "annotator", "init", str(root)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    office = Office(root)
    folder = root.parent / "texts"
    folder.mkdir()
    for piece in articles:
        (folder / f"{piece.id}.txt").write_text(piece.text, encoding="utf-8")
    office.run("add", str(folder))
    office.run("assign", *NAMES.values(), "--per-article", "2")
    assigned = office.json("assign")["assigned"]
    assert assigned == {piece.id: ["ana", "bo"] for piece in articles}
    return office


async def label(office: Office, simulation: Simulation, side: Side) -> None:
    """One annotator goes through the queue as it comes."""
    async with at_desk(office.root, name=NAMES[side]) as desk:
        for _ in simulation.pieces:
            await annotate(desk, simulation.versions[side, desk.session.article.id])
        assert "Every article is finished" in desk.said
    project = Project.open(office.root)
    topics = {topic.id: topic.name for topic in project.topics}
    for (owner, article), version in simulation.versions.items():
        if owner == side:
            work = project.store.annotations(article, NAMES[side])
            assert work is not None
            assert said(work, project.scheme, topics) == says(version)
    project.close()


def f1(shared: int, one: int, other: int) -> float:
    return 2 * shared / (one + other)


def expected(simulation: Simulation) -> dict[str, float]:
    """The figures that follow from the errors alone."""
    found = {}
    for name in ("SPEAKER", "CUE", "CLAIM", "STANCE"):
        made = [simulation.made(name, side) for side in SIDES]
        found[f"spans/{name}/f1_exact"] = f1(simulation.shared(name), *made)
        found[f"spans/{name}/f1_iou"] = f1(simulation.shared(name, nearby=True), *made)
    claims = simulation.shared("CLAIM", nearby=True)
    for attribute in ("form", "act", "polarity", "certainty", "check"):
        wrong = simulation.count("attribute", "third value", attribute=attribute)
        found[f"attributes/CLAIM.{attribute}/percent"] = 1 - wrong / claims
    stances = simulation.shared("STANCE", nearby=True)
    made = [simulation.made("STANCE", side) for side in SIDES]
    found["attributes/STANCE.stance/percent"] = 1.0
    found["links/CLAIM holder/tuple_f1"] = 1 - simulation.count("holder") / claims
    found["links/STANCE target/tuple_f1"] = f1(stances - simulation.count("target"), *made)
    found["links/STANCE target/target_agreement"] = 1 - simulation.count("target") / stances
    found["entities/cast/b_cubed"] = 1.0
    found["fields/genre/percent"] = 1.0
    return found


class GoldDesk(Desk):
    """Gold in the labelling view, opened from the adjudication screen."""

    @property
    def screen(self) -> EditGoldScreen:
        assert isinstance(self.app.screen, EditGoldScreen)
        return self.app.screen


async def decide(bench: Bench, judge: Judge) -> tuple[str, ...]:
    """Give the verdict that follows the reference; returns its keys."""
    case = bench.screen.case
    assert case is not None
    keys = judge.keys(case)
    await bench.press(*keys)
    if keys == BY_HAND:
        desk = GoldDesk(bench.app, bench.pilot)
        await desk.select(desk.text[slice(*judge.mark(case).place)])
        await desk.press("=", "ctrl+d")
    assert case not in bench.screen.left, (case, bench.said)
    return keys


async def there_and_back(bench: Bench, judge: Judge) -> None:
    """A verdict is taken back and given again; one by hand would be several edits."""
    while bench.screen.case is None or judge.keys(bench.screen.case) == BY_HAND:
        await bench.press("n")
    before = bench.places(), len(bench.screen.left), bench.screen.case
    await decide(bench, judge)
    after = bench.places(), len(bench.screen.left)
    await bench.press("u")
    assert (bench.places(), len(bench.screen.left), bench.screen.case) == before
    await bench.press("U")
    assert (bench.places(), len(bench.screen.left)) == after


async def adjudicate(office: Office, articles: list[Piece]) -> set[tuple[str, ...]]:
    """All cases of all articles, with a crash in the middle; returns the verdicts' keys."""
    judges = {piece.id: judge_of(office, piece) for piece in articles}
    used: set[tuple[str, ...]] = set()
    async with at_bench(office.root) as bench:
        worst = bench.session.article.id
        judge = judges[worst]
        await bench.press("g", "i", *NOTE, "enter")
        await there_and_back(bench, judge)
        for _ in range(len(bench.screen.left) // 2):
            used.add(await decide(bench, judge))
        before = bench.places(), len(bench.screen.left), len(bench.gold.verdicts)
        # The program ends here without a checkpoint.
    async with at_bench(office.root) as bench:
        assert bench.session.article.id == worst
        assert (bench.places(), len(bench.screen.left), len(bench.gold.verdicts)) == before
        await bench.press("u", "U")
        assert (bench.places(), len(bench.screen.left), len(bench.gold.verdicts)) == before
        for _ in articles:
            judge = judges[bench.session.article.id]
            while bench.screen.left:
                used.add(await decide(bench, judge))
            await bench.press("ctrl+d")
        assert "Every article is finished" in bench.said
        bench.screen.close_article()
    return used


def judge_of(office: Office, piece: Piece) -> Judge:
    project = Project.open(office.root)
    topics = {topic.id: topic.name for topic in project.topics}
    a, b = (project.store.annotations(piece.id, name) for name in NAMES.values())
    project.close()
    assert a is not None
    assert b is not None
    return Judge(piece, a, b, project.scheme, topics)


def gold_says(office: Office, article: str) -> Said:
    project = Project.open(office.root)
    topics = {topic.id: topic.name for topic in project.topics}
    gold = project.store.annotations(article, "gold")
    project.close()
    assert gold is not None
    assert gold.status == "done"
    return said(gold, project.scheme, topics)


def choices_of_claims(office: Office) -> dict[str, tuple[str, ...]]:
    project = Project.open(office.root)
    project.close()
    attributes = project.scheme.labels["CLAIM"].attributes
    return {x.name: x.values for x in attributes if x.kind == "choice"}


def exported(office: Office, articles: list[Piece]) -> None:
    """The export of gold holds every mark and link, and where they come from."""
    out = office.run("export", "--format", "jsonl", "--annotators", "gold")
    found = {line["id"]: line for line in map(json.loads, out.splitlines())}
    assert list(found) == sorted(piece.id for piece in articles)
    decisions = set()
    for piece in articles:
        line = found[piece.id]
        assert (line["annotator"], line["status"]) == ("gold", "done")
        spans = sorted((x["label"], (x["start"], x["end"]), x["text"]) for x in line["spans"])
        assert spans == sorted(
            (m.label, m.place, piece.text[slice(*m.place)]) for m in piece.marks.values()
        )
        assert len(line["links"]) == sum(len(m.links) for m in piece.marks.values())
        decisions |= {item["decision"] for item in line["verdicts"]}
    assert decisions == {"agree", "took-a", "took-b", "both", "merged", "new", "dropped"}


def gaps_are_listed(office: Office) -> None:
    [gap] = office.json("gaps")["gaps"]
    assert gap["note"] == NOTE
    assert list(gap["versions"]) == [*NAMES.values(), "gold"]
    page = office.run("gaps")
    assert f"note: {NOTE}" in page
    assert f"guidelines/{gap['label'].lower()}.md" in page


async def later_change_is_told(office: Office, piece: Piece) -> None:
    """An annotator goes on after gold is done; gold stays as it is until the lead decides."""
    async with at_desk(office.root, piece.id, name="bo") as desk:
        await desk.mark("e", "rained")
        assert desk.session.annotations.status == "done"
    changed = {item["article"]: item["changed"] for item in office.queue()["articles"]}
    assert changed == {"weir": ["bo"], "bridge": [], "harbour": []}
    async with at_bench(office.root) as bench:
        assert bench.session.article.id == piece.id
        assert [case.kind for case in bench.screen.left] == ["extra"]
        assert "bo changed this article after it was adjudicated" in bench.said
        bench.screen.close_article()
    assert gold_says(office, piece.id) == says(piece.marks)


def gold_agrees_with_itself(office: Office) -> None:
    project = Project.open(office.root)
    for gold in list(project.store.all_annotations("gold")):
        twin = simulated.copy(gold, "twin")
        twin.fields.pop("sources")
        project.store.save(twin)
    project.close()
    figures = office.figures("--annotators", "gold,twin")
    assert len(figures) > 30
    assert {x for x in figures.values() if x is not None} == {1.0}


@pytest.mark.parametrize("seed", [1])
async def test_two_annotators_become_gold(tmp_path: Path, seed: int) -> None:
    articles = pieces()
    office = start(tmp_path / "news", articles)
    simulation = Simulation(articles, choices_of_claims(office), seed)

    await label(office, simulation, "a")
    blind = office.run("--as", "bo", "show", "weir", "--annotator", "ana", refused=True)
    assert "both of you are done" in blind
    assert office.queue() == {"articles": [], "done_by_one": 3, "not_to_be_seen_yet": 0}
    await label(office, simulation, "b")
    assert "Ilva Toren" in office.run("--as", "bo", "show", "weir", "--annotator", "ana")

    figures = office.figures()
    for name, value in expected(simulation).items():
        assert figures[name] == pytest.approx(value, abs=1e-12), name

    assert office.queue() == {"articles": [], "done_by_one": 0, "not_to_be_seen_yet": 3}
    office.run("config", "set", "lead", "true")
    queue = office.queue()["articles"]
    shares = [item["disagreement"] for item in queue]
    assert len(queue) == len(articles)
    assert shares == sorted(shares, reverse=True)
    used = await adjudicate(office, articles)
    assert used >= {("a",), ("b",), ("+",), ("x",), ("m", "u"), ("m", "i"), BY_HAND}
    for piece in articles:
        assert gold_says(office, piece.id) == says(piece.marks)

    exported(office, articles)
    gaps_are_listed(office)
    gold_agrees_with_itself(office)
    await later_change_is_told(office, articles[0])
    assert "0 errors, 0 warnings" in office.run("check")
