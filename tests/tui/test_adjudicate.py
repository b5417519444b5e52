"""The adjudication screen, driven by keys."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from annotator.agreement.adjudication import Adjudication
from annotator.model.annotation import AnnotationSet, Change, Span
from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.adjudicate_app import AdjudicateApp, nothing_to_adjudicate
from annotator.tui.screens.adjudicate_edit import EditGoldScreen
from annotator.tui.widgets.compare import CompareView
from tests.agreement import simulated
from tests.tui.desk import Desk

ROOT = Path(__file__).parents[2]
LONG = "strait-cable-freighter-skarvang"
TEXT = (
    "The weir at Osk will close, warden Ilva Toren said. [bold]The guild[/bold] rejects the plan.\n"
    "It calls the weir \x1b[31mharmless\x1b[0m and old.\n"
)


class Bench(Desk):
    """Presses keys on the adjudication screen."""

    @property
    def screen(self) -> AdjudicateScreen:  # type: ignore[override]
        return self.app.desk  # type: ignore[return-value]

    @property
    def gold(self) -> AnnotationSet:
        return self.screen.session.annotations

    @property
    def adjudication(self) -> Adjudication:
        return self.screen.adjudication

    def places(self) -> list[str]:
        return [f"{s.label} {s.surface(self.text)}" for s in self.gold.in_order()]

    async def until(self, kind: str, name: str = "") -> None:
        """Step to the first case of a kind."""
        for _ in self.screen.listed:
            case = self.screen.case
            if case is not None and (case.kind, case.name) == (kind, name):
                return
            await self.press("n")
        raise AssertionError(f"no case {kind} {name}")


@asynccontextmanager
async def at_bench(
    root: Path, article: str | None = None, *, size: tuple[int, int] = (120, 40), who: str = "lea"
) -> AsyncIterator[Bench]:
    project = Project.open(root)
    with project.lock("gold"):
        app = AdjudicateApp(project, who, article)
        async with app.run_test(size=size) as pilot:
            bench = Bench(app, pilot)  # type: ignore[arg-type]
            while not hasattr(app.desk, "session"):
                await bench.settle()
            await bench.settle()
            yield bench
    project.close()


def claim(key: str, words: str, label: str = "CLAIM", **values: str) -> Span:
    start = TEXT.index(words)
    return Span(key, label, ((start, start + len(words)),), values)


def save(root: Path, annotator: str, *spans: Span, status: str = "done") -> None:
    project = Project.open(root)
    work = project.store.annotations("weir", annotator)
    made = AnnotationSet("weir", hash_text(TEXT), annotator, project.scheme.id, mark=1)
    made.fields["status"] = status
    for span in spans:
        made.apply(Change("span", span.id, None, span))
    if work is not None:
        made.mark = work.mark + 1
    project.store.save(made)
    project.close()


def lead(root: Path) -> None:
    (root / ".annotator").mkdir(exist_ok=True)
    (root / ".annotator/settings.toml").write_text("lead = true\n", encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two annotators who agree on one claim, differ on edges, a value, and a whole span."""
    folder = tmp_path / "p"
    project = Project.create(folder)
    project.store.add_articles([Article("weir", TEXT, hash_text(TEXT), "The [b]weir[/b]")])
    project.close()
    save(
        folder,
        "mira",
        claim("s1", "The weir at Osk will close", form="direct"),
        claim("s2", "rejects", "CUE"),
        claim("s3", "harmless\x1b[0m and old"),
        claim("s4", "said", "CUE"),
    )
    save(
        folder,
        "tom",
        claim("s1", "The weir at Osk will close", form="mixed"),
        claim("s3", "\x1b[31mharmless"),
        claim("s4", "said", "CUE"),
    )
    lead(folder)
    return folder


async def test_what_agrees_is_gold_at_once_and_the_rest_is_asked(root: Path) -> None:
    async with at_bench(root) as bench:
        assert bench.places() == ["CLAIM The weir at Osk will close", "CUE said"]
        assert [case.kind for case in bench.screen.left] == ["attribute", "missed", "boundary"]
        assert "2 spans agree" in bench.said
        assert "Case 1 of 3 · CLAIM: form" in bench.shown
        assert "A mira: direct" in bench.shown
        assert "B tom: mixed" in bench.shown


async def test_every_case_by_its_key_then_done(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("b", "a", "m", "u")
        assert bench.screen.left == []
        assert "Every case is decided" in bench.shown
        assert bench.places() == [
            "CLAIM The weir at Osk will close",
            "CUE said",
            "CUE rejects",
            "CLAIM \x1b[31mharmless\x1b[0m and old",
        ]
        assert bench.gold.in_order()[0].attributes["form"] == "mixed"
        await bench.press("ctrl+d")
        assert "missing" in bench.said
        await bench.press("ctrl+d")
        assert bench.gold.status == "done"
        assert "Every article is finished" in bench.said
    project = Project.open(root)
    saved = project.store.annotations("weir", "gold")
    assert saved is not None
    decisions = {item.decision for item in saved.verdicts.values()}
    assert decisions == {"agree", "took-a", "took-b", "merged"}
    assert list((root / "corpus/gold").glob("*.jsonl"))
    project.close()


async def test_what_is_asked_of_one_span_may_be_meant_of_two(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("*")
        assert bench.places().count("CLAIM The weir at Osk will close") == 2
        forms = [x.attributes["form"] for x in bench.gold.in_order() if x.label == "CLAIM"]
        assert sorted(forms) == ["direct", "mixed"]
        assert [case.kind for case in bench.screen.left] == ["missed", "boundary"]
        await bench.press("u")
        assert bench.places().count("CLAIM The weir at Osk will close") == 1


async def test_both_neither_and_intersection(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("+")
        assert "one value" in bench.said
        await bench.press("m", "2")
        assert bench.gold.in_order()[0].attributes["form"] == "direct"
        await bench.press("x", "+")
        assert bench.screen.left == []
        assert bench.places()[2:] == ["CLAIM \x1b[31mharmless", "CLAIM harmless\x1b[0m and old"]
        await bench.press("u", "m", "i")
        assert bench.places()[2:] == ["CLAIM harmless"]


async def test_open_cases_hold_done_back(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("n", "ctrl+d")
        assert "3 still open" in bench.said
        assert bench.gold.status != "done"


async def test_undo_goes_back_to_the_case_and_redo_again(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("a", "a")
        assert len(bench.screen.left) == 1
        await bench.press("u")
        assert bench.screen.case is not None
        assert bench.screen.case.kind == "missed"
        assert len(bench.screen.left) == 2
        await bench.press("U")
        assert "CUE rejects" in bench.places()


async def test_a_killed_program_loses_no_decision_and_can_still_undo(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("b", "a", "g")  # no checkpoint: the block just ends
    assert not list((root / "corpus/gold").glob("*.jsonl"))
    async with at_bench(root) as bench:
        assert "CUE rejects" in bench.places()
        assert [case.kind for case in bench.screen.left] == ["boundary"]
        while bench.places():
            await bench.press("u")
        assert not bench.gold.verdicts


async def test_notes_and_gaps(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("g")
        assert "guideline gap" in bench.shown
        await bench.press("i", *"what [x]?", "enter")
        assert "guideline gap: what [x]?" in bench.shown
        await bench.press("a", "p")
        [verdict] = [item for item in bench.gold.verdicts.values() if item.gap]
        assert (verdict.decision, verdict.note) == ("took-a", "what [x]?")


async def test_names_can_be_hidden(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("h")
        assert not {"mira", "tom"} & set(bench.shown.replace(":", " ").split())
        await bench.press("h")
        assert "A mira:" in bench.shown


async def test_with_three_the_majority_is_taken_by_enter_and_pairs_follow(root: Path) -> None:
    save(
        root,
        "uma",
        claim("s1", "The weir at Osk will close", form="mixed"),
        claim("s2", "rejects", "CUE"),
        claim("s4", "said", "CUE"),
        claim("s9", "calls", "CUE"),
    )
    async with at_bench(root) as bench:
        assert "1 of 3 say a, 2 say b" in bench.shown
        await bench.press("enter", "enter")
        assert bench.gold.in_order()[0].attributes["form"] == "mixed"
        assert "CUE rejects" in bench.places()
        await bench.press("enter")
        assert "no majority" in bench.said
        await bench.press("a")
        assert bench.screen.pair == ("mira", "uma")
        assert [case.kind for case in bench.screen.left] == ["extra"]
        await bench.press("x")
        assert bench.screen.left == []
        await bench.press("c", "3")
        assert bench.screen.pair == ("tom", "uma")


async def test_gold_is_edited_by_hand_in_the_labelling_view(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.until("boundary")
        await bench.press("m", "e")
        edit = bench.app.screen
        assert isinstance(edit, EditGoldScreen)
        assert edit.session.span(edit.chosen or "").surface(TEXT) == "harmless\x1b[0m and old"
        await bench.press("}", "}", "ctrl+d")
        assert bench.app.screen is bench.screen
        assert any("and old." in place for place in bench.places())
        decisions = [item.decision for item in bench.gold.verdicts.values()]
        assert "merged" in decisions
        await bench.press("n", "a", "e", "ctrl+d", "e", "ctrl+q", "a")
        expected = bench.places()
        bench.screen.close_article()
    project = Project.open(root)
    assert project.store.problems == []
    saved = project.store.annotations("weir", "gold")
    assert saved is not None
    assert [f"{s.label} {s.surface(TEXT)}" for s in saved.in_order()] == expected
    project.close()


async def test_a_decision_by_hand_is_undone_and_done_again_by_one_key(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.until("boundary")
        before = bench.places()
        await bench.press("m", "e", "}", "}", "ctrl+d")
        after = bench.places()
        assert any("and old." in place for place in after)
        await bench.press("u")
        assert bench.places() == before
        assert bench.screen.case is not None
        assert bench.screen.case.kind == "boundary"
        await bench.press("U")
        assert bench.places() == after


async def test_both_is_not_offered_for_a_value(root: Path) -> None:
    async with at_bench(root, size=(160, 40)) as bench:
        for kind, name, offered in (("attribute", "form", False), ("missed", "", True)):
            await bench.until(kind, name)
            assert ("Take both" in bench.shown) == offered


async def test_ending_while_gold_is_edited_by_hand_keeps_what_was_edited(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("e", "tab", "d")
        edit = bench.app.screen
        assert isinstance(edit, EditGoldScreen)
        expected = dict(edit.session.annotations.spans)
        bench.app.desk.close_article()  # what the app does when the terminal goes away
    project = Project.open(root)
    assert project.store.problems == []
    saved = project.store.annotations("weir", "gold")
    assert saved is not None
    assert saved.spans == expected
    project.close()


async def test_a_later_change_is_told_and_not_merged(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("a", "a", "a", "ctrl+d", "ctrl+d")
        before = bench.places()
    save(root, "tom", claim("s1", "The weir at Osk will close", form="mixed"))
    async with at_bench(root) as bench:
        assert "tom changed this article after it was adjudicated" in bench.said
        assert bench.places() == before
        assert [case.kind for case in bench.screen.left] == ["missed", "missed"]
        await bench.press("f2")
        assert "changed: tom" in bench.shown
        await bench.press("escape", "a", "b", "ctrl+d", "ctrl+d")
        assert len(bench.places()) == len(before) - 1
        await bench.press("f2")
        assert "changed" not in bench.shown


async def test_the_queue_goes_by_disagreement_and_opens(root: Path, tmp_path: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("f2")
        assert "Articles to adjudicate" in bench.shown
        await bench.press("enter")
        assert bench.app.screen is bench.screen


def test_blind_work_and_work_of_one_are_not_offered(root: Path) -> None:
    (root / ".annotator/settings.toml").unlink()
    project = Project.open(root)
    assert "may not see them yet" in nothing_to_adjudicate(project, "ada")
    project.close()
    save(root, "tom", claim("s1", "said", "CUE"), status="open")
    project = Project.open(root)
    assert "No article is done by two" in nothing_to_adjudicate(project, "mira")
    project.close()


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (80, 24), (160, 50)])
@pytest.mark.parametrize("colour", [True, False])
async def test_any_size_with_and_without_colours(
    root: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], colour: bool
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    async with at_bench(root, size=size) as bench:
        await bench.press("n", "n", "a", "f9", "question_mark", "escape", "f2", "escape", "f5")
        await bench.press("escape", "c", "z", "ctrl+p", "down", "ctrl+end")
        assert "\x1b" not in bench.shown
        if size[0] > 20:
            assert "[b]weir[/b]" in bench.shown
    async with at_bench(root, size=size) as bench:
        await bench.pilot.resize_terminal(30, 8)
        await bench.press("b", "b", "b")
        assert bench.screen.left == []


async def test_lanes_of_a_above_and_of_b_below(root: Path) -> None:
    async with at_bench(root, size=(120, 30)) as bench:
        rows = bench.screen.view.dump()
        [text] = [n for n, row in enumerate(rows) if "harmless" in row]
        assert rows[text - 1].startswith("A ")
        assert "╭" in rows[text - 1]
        assert "╰" in rows[text + 1]
        assert rows[text + 1].startswith("B ")
        [agreed] = [n for n, row in enumerate(rows) if "warden" in row]
        assert "cue" not in rows[agreed - 1] + rows[agreed + 1].split("said")[0]
        view = bench.screen.view
        assert isinstance(view, CompareView)
        view.ascii = True
        assert "/" in view.dump()[text - 1]
        assert Units(TEXT).text == bench.text


@pytest.mark.parametrize("seed", [1, 2])
async def test_two_simulated_annotators_become_the_reference(tmp_path: Path, seed: int) -> None:
    for name in ("guidelines", "corpus"):
        ignored = shutil.ignore_patterns("gold", "pass-2")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    project = Project.open(tmp_path)
    reference = project.store.annotations(LONG, "pass-1")
    assert reference is not None
    a, b = simulated.pair(reference, project.scheme, seed, share=0.25)
    for work in (a, b):
        work.fields["status"] = "done"
        project.store.save(work)
    project.close()
    shutil.rmtree(tmp_path / "corpus/annotations/pass-1")
    lead(tmp_path)
    async with at_bench(tmp_path, LONG) as bench:
        while bench.screen.left:
            assert bench.screen.case is not None
            side = simulated.right_side(bench.screen.case, a, b, reference)
            await bench.press({"both": "plus", "": "x"}.get(side, side))
        await bench.press("ctrl+d")
        if bench.gold.status != "done":
            await bench.press("ctrl+d")
        assert bench.gold.status == "done"
    project = Project.open(tmp_path)
    gold = project.store.annotations(LONG, "gold")
    assert gold is not None
    assert simulated.said(gold) == simulated.said(reference)
    project.close()


async def test_what_was_all_undone_can_be_done_again_after_a_restart(root: Path) -> None:
    async with at_bench(root) as bench:
        await bench.press("a", "u", "u")
        assert not bench.gold.spans
    async with at_bench(root) as bench:
        await bench.press("U", "U")
        assert bench.places() == ["CLAIM The weir at Osk will close", "CUE said"]
        assert [case.kind for case in bench.screen.left] == ["missed", "boundary"]
