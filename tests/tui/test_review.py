"""From a figure to its cases to the place in the text, by keys, on real projects."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from annotator.agreement.panel import Panel
from annotator.agreement.works import Options
from annotator.model.annotation import AnnotationSet, Change, Span
from annotator.project import Project
from annotator.project.reviewing import Review
from annotator.tui.screens.review import ReviewScreen
from annotator.tui.screens.review_app import ReviewApp
from annotator.tui.screens.review_article import ReviewArticleScreen
from annotator.tui.screens.review_cases import CasesScreen
from annotator.tui.screens.review_heat import heat
from tests.tui.desk import key_event, make_project
from tests.tui.host import mark, screen_text

HARBOUR = (
    "Ilva Rennick denied that the crane is unsafe. “Every bolt was checked in May,” she said.\n\n"
    "The port council wants the crane closed. Its engineer called the bolts rusty and thin.\n"
)
SCHOOL = (
    "Pavo Lint, who runs the school of Dasko, said that [b]two classes[/b] will move. "
    "Parents welcomed the plan, but the union rejected it.\n"
)
Mark = tuple[str, str] | tuple[str, str, str]
ONE_MIND: list[Mark] = [("SPEAKER", "Ilva Rennick"), ("CUE", "denied")]


def work(project: Project, annotator: str, article: str, marks: Iterable[Mark]) -> None:
    """Finished work of one annotator: labels, words, and the form of a claim."""
    session = project.session(article, annotator)
    for label, words, *form in marks:
        span = mark(session, label, words)
        if form:
            session.set_attribute(span.id, "form", form[0])
    session.set_status("done")
    project.checkpoint(session)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """mira and tom: in one article another value, other edges, pieces and a miss; in the other
    another label."""
    folder = make_project(tmp_path / "p", harbour=HARBOUR, school=SCHOOL)
    project = Project.open(folder)
    work(
        project,
        "mira",
        "harbour",
        [
            *ONE_MIND,
            ("CLAIM", "that the crane is unsafe", "indirect"),
            ("CLAIM", "Every bolt was checked in May", "direct"),
            ("CLAIM", "The port council wants the crane closed"),
            ("SPEAKER", "Its engineer"),
        ],
    )
    work(
        project,
        "tom",
        "harbour",
        [
            *ONE_MIND,
            ("CLAIM", "that the crane is unsafe", "mixed"),
            ("CLAIM", "Every bolt was checked", "direct"),
            ("CLAIM", "The port council wants"),
            ("CLAIM", "the crane closed"),
        ],
    )
    work(project, "mira", "school", [("SPEAKER", "the union"), ("STANCE", "rejected")])
    work(project, "tom", "school", [("TARGET", "the union"), ("STANCE", "rejected")])
    project.close()
    return folder


class Sight:
    """Presses keys and looks at what came of them."""

    def __init__(self, app: ReviewApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def shown(self) -> str:
        return screen_text(self.app)  # type: ignore[arg-type]

    @property
    def table(self) -> ReviewScreen:
        return self.app.desk

    @property
    def cases(self) -> CasesScreen:
        assert isinstance(self.app.screen, CasesScreen), self.app.screen
        return self.app.screen

    @property
    def article(self) -> ReviewArticleScreen:
        assert isinstance(self.app.screen, ReviewArticleScreen), self.app.screen
        return self.app.screen

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.post_message(key_event(key))
            for _ in range(3):
                await self.pilot.pause(0)

    async def computed(self) -> None:
        await self.app.workers.wait_for_complete()
        for _ in range(3):
            await self.pilot.pause(0)

    async def at(self, layer: str, measure: str, family: str = "spans") -> None:
        """Go to a figure with the arrow keys."""
        table = self.table
        assert table.table is not None
        await self.press("home", *["left"] * 5)
        line = table.table.place(f"{family}/{layer}/{measure}")
        while table.rows.cursor < line:
            await self.press("down")
        for _ in range(5):
            row = table.figure()
            assert row is not None
            if row.measure == measure:
                return
            await self.press("right")
        raise AssertionError(f"no figure {family}/{layer}/{measure}")

    def kinds(self) -> list[tuple[str, str]]:
        return [(one.case.kind, one.case.label) for one in self.cases.listed()]


@asynccontextmanager
async def review(
    root: Path,
    size: tuple[int, int] = (130, 40),
    *,
    viewer: str = "mira",
    blind: bool = False,
    options: Options | None = None,
) -> AsyncIterator[Sight]:
    project = Project.open(root)
    options = options or Options(replicates=50)
    app = ReviewApp(project, Review(project, viewer, options), blind=blind)
    async with app.run_test(size=size) as pilot:
        sight = Sight(app, pilot)
        await pilot.pause()
        await sight.computed()
        yield sight
    project.close()


async def test_from_a_figure_to_its_cases_to_the_text_and_back(root: Path) -> None:
    async with review(root) as sight:
        assert "Agreement of mira and tom on 2 articles" in sight.shown
        await sight.at("all labels", "f1_exact")
        assert "F1 exact" in sight.shown
        await sight.press("enter")
        assert sight.kinds() == [
            ("missed", "SPEAKER"),
            ("extra", "TARGET"),
            ("missed", "SPEAKER"),
            ("split", "CLAIM"),
            ("boundary", "CLAIM"),
        ]
        assert "“Its engineer”" in sight.shown
        await sight.press("down", "down", "down", "down", "enter")
        view = sight.article.view
        start = HARBOUR.index("Every bolt")
        assert view.caret == start
        assert "A mira: “Every bolt was checked in May”" in " ".join(sight.shown.split())
        rows = view.dump()
        text = next(number for number, row in enumerate(rows) if "Every bolt" in row)
        assert rows[text - 1].startswith("A")
        assert "━4:claim" in rows[text - 1]
        assert rows[text + 1].startswith("B")
        await sight.press("escape")
        assert sight.cases.rows.cursor == 4
        await sight.press("escape")
        assert sight.app.screen is sight.table
        figure = sight.table.figure()
        assert figure is not None
        assert figure.key == "spans/all labels/f1_exact"


async def test_a_figure_s_cases_are_those_of_its_layer(root: Path) -> None:
    async with review(root) as sight:
        await sight.at("CLAIM.form", "percent", "attributes")
        assert "coverage" in sight.shown
        await sight.press("enter")
        assert sight.kinds() == [("attribute", "CLAIM")]
        assert "indirect" in sight.shown
        assert "mixed" in sight.shown
        await sight.press("escape")
        await sight.at("label", "percent", "labels")


async def test_what_is_undefined_says_why(root: Path) -> None:
    async with review(root, (80, 24)) as sight:
        assert sight.table.panel is not None
        row = next(one for one in sight.table.panel.rows if one.value is None)
        await sight.at(row.layer, row.measure, row.family)
        assert " ".join(row.reason.split()[:4]) in " ".join(sight.shown.split())


async def test_each_filter_is_one_key_and_holds_in_every_screen(root: Path) -> None:
    async with review(root) as sight:
        await sight.at("all labels", "f1_exact")
        await sight.press("enter", "k")
        assert "missed by one" in sight.shown
        await sight.press("1")
        assert sight.kinds() == [("missed", "SPEAKER"), ("extra", "TARGET"), ("missed", "SPEAKER")]
        await sight.press("a")
        assert "Harbour" in sight.shown
        place = next(
            row.split()[0] for row in sight.shown.splitlines() if "Harbour" in row and "F1" in row
        )
        await sight.press(place if place.isdigit() else "2")
        assert sight.kinds() == [("missed", "SPEAKER")]
        await sight.press("escape")
        await sight.computed()
        assert "missed by one · harbour" in sight.shown
        assert "on 1 article" in sight.shown, "the figures follow the article"
        await sight.press("x", "l")
        await sight.press(str(1 + ["SPEAKER", "STANCE"].index("SPEAKER")))
        await sight.computed()
        assert sight.table.state.filter.label == "SPEAKER"
        assert "CLAIM" not in sight.shown.replace("CLAIM.", "")


async def test_next_and_previous_case_stay_in_the_article(root: Path) -> None:
    async with review(root) as sight:
        await sight.at("all labels", "f1_exact")
        await sight.press("enter", "enter")
        here = sight.article
        starts = [one.case.start for one in here.listed()]
        assert starts == sorted(starts)
        assert {one.article for one in here.listed()} == {"harbour"}
        seen = set()
        for _ in starts:
            assert here.finding is not None
            seen.add(here.finding.case.key)
            await sight.press("n")
        assert len(seen) == len(starts)
        last = here.listed()[-1]
        while here.finding is not last:
            await sight.press("n")
        await sight.press("p")
        assert here.finding is here.listed()[-2]
        await sight.press(">")
        assert here.article.id == "school"
        await sight.press(">")
        assert "last article" in sight.shown


async def test_the_guideline_page_of_a_case_s_label(root: Path) -> None:
    async with review(root) as sight:
        await sight.at("SPEAKER", "f1_exact")
        await sight.press("f5")
        assert "esc back" in sight.shown.replace("  ", " ")
        assert "peaker" in sight.shown
        await sight.press("escape", "enter", "enter", "f5")
        assert "peaker" in sight.shown


async def test_names_can_be_hidden(root: Path) -> None:
    async with review(root, blind=True) as sight:
        for keys in ([], ["enter"], ["enter"]):
            await sight.press(*keys)
            assert "mira" not in sight.shown
            assert "tom" not in sight.shown
        await sight.press("h")
        assert "mira" in sight.shown


async def test_user_data_is_never_markup(root: Path) -> None:
    project = Project.open(root)
    work(project, "una", "school", [("CLAIM", "[b]two classes[/b]")])
    project.close()
    async with review(root, (170, 40)) as sight:
        await sight.at("CLAIM", "f1_exact")
        await sight.press("enter")
        assert "[b]two classes[/b]" in sight.shown
        articles = [one.article for one in sight.cases.listed()]
        await sight.press(*["down"] * articles.index("school"), "enter")
        assert "“[b]two classes[/b]”" in sight.shown


# -- more than two -------------------------------------------------------------------------------


@pytest.fixture
def three(root: Path) -> Path:
    project = Project.open(root)
    work(project, "una", "harbour", [("SPEAKER", "Ilva Rennick"), ("SPEAKER", "Its engineer")])
    project.close()
    return root


async def test_pairs_of_three_and_the_majority_heat(three: Path) -> None:
    async with review(three) as sight:
        await sight.at("SPEAKER", "f1_exact")
        assert "mira / tom" in sight.shown
        await sight.press("c")
        assert "mira / una" in sight.shown
        await sight.press("2")
        await sight.computed()
        assert "Agreement of mira and una" in sight.shown
        await sight.press("x", "enter")
        assert {one.annotators for one in sight.cases.listed()} == {("mira", "tom"), ("tom", "una")}
        await sight.press("l", "escape")
        place = [one.case.start for one in sight.cases.listed()].index(
            HARBOUR.index("Its engineer")
        )
        await sight.press(*["down"] * place, "enter")
        assert "2 of 3 marked a SPEAKER here" in " ".join(sight.shown.split())
        await sight.press("m")
        drawn = "\n".join(sight.article.heat.dump())
        assert "3 of 3" in drawn
        assert "2 of 3" in drawn
        assert "1 of 3" not in drawn
        assert sight.article.heat.caret == HARBOUR.index("Its engineer")
        await sight.press("m", "c")
        pair = next(
            row.split()[0]
            for row in sight.shown.splitlines()
            if "mira / una" in row and "│" not in row
        )
        await sight.press(pair if pair.isdigit() else "2")
        assert sight.article.pair == ("mira", "una")


# -- who may see what ----------------------------------------------------------------------------


async def test_work_that_may_not_be_seen_stays_hidden(root: Path) -> None:
    async with review(root, viewer="newcomer") as sight:
        pass
    assert sight.app.return_code == 1
    project = Project.open(root)
    work(project, "newcomer", "school", [("STANCE", "rejected")])
    project.close()
    async with review(root, viewer="newcomer") as sight:
        assert sight.table.state.whole is not None
        assert [one.article for one in sight.table.state.whole.articles] == ["school"]


# -- sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 12), (20, 5), (3, 2), (1, 1)])
async def test_every_screen_at_every_size(three: Path, size: tuple[int, int]) -> None:
    async with review(three, size) as sight:
        keys = ("down", "right", "right", "right", "right", "end", "home", "pagedown", "f9", "h")
        await sight.press(*keys)
        await sight.press("home", "enter", "down", "end", "k", "escape", "enter", "n", "m", "n")
        await sight.press("down", "c", "escape", "p", "?", "escape", "f5", "escape")
        await sight.pilot.resize_terminal(90, 20)
        await sight.pilot.pause()
        assert isinstance(sight.app.screen, ReviewArticleScreen)
        await sight.press("escape", "escape", "r")
        await sight.computed()
        assert "Agreement" in sight.shown


async def test_the_screen_lives_while_figures_are_computed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    measure = Review.measure

    def slowly(self: Review, *asked: object) -> Panel:
        assert go_on.wait(20)
        return measure(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Review, "measure", slowly)
    project = Project.open(root)
    app = ReviewApp(project, Review(project, "mira", Options(replicates=0)))
    async with app.run_test(size=(80, 24)) as pilot:
        sight = Sight(app, pilot)
        await sight.press("enter", "right", "l")
        assert "not there yet" in sight.shown
        await sight.press("?")
        assert "All keys" in sight.shown
        go_on.set()
        await sight.press("escape")
        await sight.computed()
        assert "Agreement of mira and tom" in sight.shown
    project.close()


async def test_what_was_saved_meanwhile_is_read_on_demand(root: Path) -> None:
    async with review(root) as sight:
        other = Project.open(root)
        session = other.session("harbour", "tom")
        mark(session, "SPEAKER", "Its engineer")
        other.checkpoint(session)
        other.close()
        await sight.at("SPEAKER", "f1_exact")
        await sight.press("r")
        await sight.computed()
        await sight.press("enter")
        assert sight.kinds() == [("missed", "SPEAKER")], "only the union is left"


# -- what is behind it ---------------------------------------------------------------------------


def test_pieces_are_one_case_and_nothing_is_lost(root: Path) -> None:
    project = Project.open(root)
    found = Review(project, "mira", Options(replicates=0))
    found.read()
    whole = found.measure()
    row = next(one for one in whole.rows if one.key == "spans/CLAIM/f1_exact")
    before, after = whole.cases(row), found.findings(whole, row)
    assert len(before) == 3
    assert {key for one in before for key in one.spans if key} == {
        key for one in after for key in (*one.case.a, *one.case.b)
    }
    [split] = [one for one in after if one.case.kind == "split"]
    assert len(split.case.a) == 1
    assert len(split.case.b) == 2
    start = HARBOUR.index("The port council wants")
    assert (split.case.start, split.case.end) == (start, start + 39)
    project.close()


PIECES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=5)


@given(st.lists(PIECES, min_size=1, max_size=4))
def test_heat_counts_annotators_at_every_character(people: list[list[tuple[int, int]]]) -> None:
    works = []
    for name, pieces in enumerate(people):
        made = AnnotationSet("a", "", str(name))
        for number, (start, length) in enumerate(pieces):
            span = Span(f"s{number}", "CLAIM", ((start, start + length),))
            made.apply(Change("span", span.id, None, span))
        works.append(made)
    runs = heat(works)
    drawn = {place: count for start, end, count in runs for place in range(start, end)}
    for place in range(45):
        marked = sum(any(s <= place < s + n for s, n in pieces) for pieces in people)
        assert drawn.get(place, 0) == marked
    assert all(one[1] <= other[0] for one, other in pairwise(runs))
    assert not heat(works, ["SPEAKER"])
