"""The panes, by keys, on a real project."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from annotator.model.annotation import Entity
from annotator.model.session import Session
from annotator.project import Project
from annotator.tui.panes.cast import CastPane
from annotator.tui.panes.claims import ClaimsPane
from annotator.tui.panes.document import DocumentPane
from annotator.tui.panes.guidelines import GuidelinesPane
from annotator.tui.panes.pane import Pane
from annotator.tui.panes.queue import QueuePane
from annotator.tui.widgets.rows import Rows
from tests.tui.host import Host, make_project, mark, refer, screen_text

PANES = (QueuePane, CastPane, ClaimsPane, GuidelinesPane, DocumentPane)

Open = Callable[[Pane], Host]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "p", articles=6)


@pytest.fixture
def session(project: Project) -> Session:
    """Two spellings of one speaker, one speaker without entity, two claims and a stance."""
    session = project.session("crane", "kim")
    first = refer(session, "Ilva Rennick", "Ilva Rennick", kind="person")
    refer(session, "Rennik", "Rennik")
    refer(session, "Ilva Rennick", "Ilva Rennick", nth=1)
    mark(session, "SPEAKER", "The port council")
    claim = mark(session, "CLAIM", 'that the crane "is unsafe"', form="mixed", polarity="neg")
    session.link(claim.id, "holder", first.id)
    mark(session, "CLAIM", "the port will close, \x1b[31mred\x1b[0m", form="indirect")
    mark(session, "STANCE", "denied")
    return session


@pytest.fixture
def host(project: Project, session: Session) -> Open:
    return lambda pane: Host(pane, project, session)


def entity(session: Session, name: str) -> Entity:
    return next(e for e in session.annotations.entities.values() if e.name == name)


# -- all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("size", [(160, 50), (80, 24), (42, 12), (20, 5), (3, 2), (1, 1)])
async def test_every_pane_at_every_size(
    host: Open, pane: type[Pane], size: tuple[int, int]
) -> None:
    app = host(pane())
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "end", "home", "pagedown", "x", "1", "escape")
        await pilot.resize_terminal(90, 20)
        await pilot.pause()
        assert "closed" in app.seen
        assert "\x1b" not in app.text


@pytest.mark.parametrize("pane", PANES)
async def test_undo_works_from_every_pane(host: Open, session: Session, pane: type[Pane]) -> None:
    spans = len(session.annotations.spans)
    async with host(pane()).run_test() as pilot:
        await pilot.press("u")
        assert len(session.annotations.spans) == spans - 1
        await pilot.press("U")
        assert len(session.annotations.spans) == spans


# -- queue ---------------------------------------------------------------------------------------


async def test_queue_shows_progress_and_opens(host: Open, project: Project) -> None:
    for article, status in (("a1", "done"), ("a2", "skipped")):
        other = project.session(article, "kim")
        other.set_status(status)  # type: ignore[arg-type]
        project.checkpoint(other)
    app = host(QueuePane())
    async with app.run_test() as pilot:
        assert "1 of 6 done · 1 skipped" in app.text
        assert "Crane [b]row[/b] in Dasko" in app.text, "a headline is no markup"
        assert "✓  Ship number 1" in app.text
        await pilot.press("down", "down", "down", "enter")
        assert app.seen == [("open", "a3")]


async def test_queue_filters_by_words_and_status(host: Open, project: Project) -> None:
    other = project.session("a4", "kim")
    other.set_status("done")
    project.checkpoint(other)
    app = host(QueuePane())
    async with app.run_test() as pilot:
        await pilot.press("/", *"wire 5")
        assert "Ship number 5" in app.text
        assert "Ship number 4" not in app.text
        await pilot.press("enter")
        assert app.seen == [("open", "a5")]
        await pilot.press("escape", "s", "s")
        assert "Ship number 4" in app.text
        assert "Ship number 5" not in app.text
        assert "closed" not in app.seen, "the first Esc only left the filter"


async def test_queue_follows_the_session(host: Open, session: Session) -> None:
    app = host(QueuePane())
    async with app.run_test() as pilot:
        session.set_status("done")
        mark(session, "CUE", "added")
        await pilot.pause()
        row = next(text for text in app.text.splitlines() if "Crane" in text)
        assert "✓" in row
        assert row.endswith(" 8")
        assert "1 of 6 done" in app.text


class ManyRows(App[None]):
    """A list of rows that notes which of them it had to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: set[int] = set()
        self.rows = Rows(self._draw)

    def _draw(self, index: int, width: int) -> list[Content]:
        self.drawn.add(index)
        return [Content(f"row {index}")]

    def compose(self) -> ComposeResult:
        yield self.rows


async def test_only_the_rows_in_sight_of_ten_thousand_are_drawn() -> None:
    app = ManyRows()
    async with app.run_test(size=(80, 24)) as pilot:
        app.rows.show(10_000)
        await pilot.press("end")
        assert app.rows.cursor == 9_999
        assert "row 9999" in screen_text(app)
        assert len(app.drawn) < 100


# -- cast ----------------------------------------------------------------------------------------


async def test_a_proposal_is_taken_by_one_key(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        assert "? Ilva Rennick = Rennik" in app.text
        await pilot.press("home", "m")
        assert [e.name for e in session.annotations.entities.values()] == ["Ilva Rennick"]
        assert "Same name?" not in app.text
        assert "3×" in app.text


async def test_a_rejected_proposal_stays_away(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        assert "= Rennik" in app.text
        await pilot.press("home", "x")
        assert "= Rennik" not in app.text
        session.update_entity(entity(session, "Rennik").id, naming="named")
        await pilot.pause()
        assert "= Rennik" not in app.text
        assert len(session.annotations.entities) == 2


async def test_marked_entities_and_mentions_come_to_the_cursor(
    host: Open, session: Session
) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        # The second entity, and the mention without one in the last row, go to the first.
        await pilot.press("home", "down", "down", "space", "end", "space")
        assert "2 marked" in app.text
        await pilot.press("home", "down", "m")
        renn = entity(session, "Ilva Rennick")
        surfaces = [s.surface(session.article.text) for s in session.annotations.mentions(renn.id)]
        assert surfaces == ["Ilva Rennick", "Rennik", "The port council", "Ilva Rennick"]
        assert "Not assigned" not in app.text
        await pilot.press("u")
        assert len(session.annotations.entities) == 2, "one merge is one edit"


async def test_a_loose_mention_gets_an_entity_of_its_own(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("end", "s")
        assert len(session.annotations.entities) == 3
        assert "not assigned" not in app.text


async def test_a_mention_is_split_off(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("home", "down", "enter", "enter")
        mentions = session.annotations.mentions(entity(session, "Ilva Rennick").id)
        assert app.seen == [("go", span.id) for span in mentions]
        await pilot.press("s")
        assert len(session.annotations.entities) == 3
        await pilot.press("u", "right", "down", "down", "s")
        assert len(session.annotations.entities) == 3


async def test_entities_are_renamed_and_described(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("home", "down", "down", "t", "n", "r")
        await pilot.press("home", *"Dr ", "enter")
        renamed = entity(session, "Dr Rennik")
        assert (renamed.type, renamed.naming) == ("person", "named")
        await pilot.press("r", *"zzz", "escape")
        assert entity(session, "Dr Rennik") == renamed


async def test_affiliation_comes_from_the_marked_entity(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("home", "down", "space", "a")
        home = entity(session, "Ilva Rennick").id
        assert entity(session, "Rennik").affiliation == home
        assert "→ Ilva Rennick" in app.text
        await pilot.press("a")
        assert entity(session, "Rennik").affiliation == ""


async def test_removing_an_entity_says_what_it_took(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("home", "down", "delete")
        assert "Removed Ilva Rennick and 2 links; u brings all back." in app.seen
        assert "3 not assigned" in app.text
        await pilot.press("u")
        assert len(session.annotations.entities) == 2


async def test_builtin_entities_cannot_be_changed(host: Open, session: Session) -> None:
    app = host(CastPane())
    async with app.run_test() as pilot:
        await pilot.press("end", "up", "delete", "t")
        assert app.seen == ["Put the cursor on an entity that can be changed."] * 2
        assert "IMPLICIT" in app.text


# -- claims --------------------------------------------------------------------------------------


async def test_claims_come_first_with_holder_and_what_is_missing(host: Open) -> None:
    app = host(ClaimsPane())
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        rows = app.text.splitlines()
        assert "CLAIM 2 · STANCE 1 · ! 2 incomplete" in rows[0]
        claim = next(text for text in rows if "unsafe" in text)
        assert "Ilva Rennick" in claim
        assert "mixed" in claim
        assert "!" not in claim
        red = next(text for text in rows if "port will close" in text)
        assert red.strip().startswith("!")
        assert "! no holder" in red


async def test_attribute_keys_cycle_and_digits_pick(host: Open, session: Session) -> None:
    claim = next(s for s in session.annotations.in_order() if s.label == "CLAIM")
    app = host(ClaimsPane())
    async with app.run_test() as pilot:
        await pilot.press("A")
        assert session.span(claim.id).attributes["act"] == "deny"
        assert "act: 1 assert  2 deny" in app.text
        await pilot.press("5")
        assert session.span(claim.id).attributes["act"] == "believe"
        await pilot.press("9")
        assert session.span(claim.id).attributes["act"] == "believe", "there is no ninth"
        await pilot.press("P")
        assert session.span(claim.id).attributes["polarity"] == "pos"
        await pilot.press("down", "1")
        assert session.span(claim.id).attributes["polarity"] == "pos"


async def test_topic_and_gloss_of_a_claim(host: Open, session: Session) -> None:
    claim = next(s for s in session.annotations.in_order() if s.label == "CLAIM")
    app = host(ClaimsPane())
    async with app.run_test() as pilot:
        await pilot.press("T", *"clos", "enter")
        assert session.span(claim.id).attributes["topic"] == "closing-the-port-of-dasko"
        await pilot.press("G", *"It is unsafe.", "enter")
        assert session.span(claim.id).attributes["gloss"] == "It is unsafe."
        await pilot.press("G", *["backspace"] * 13, "enter")
        assert "gloss" not in session.span(claim.id).attributes


async def test_only_the_incomplete(host: Open, session: Session) -> None:
    app = host(ClaimsPane())
    async with app.run_test() as pilot:
        await pilot.press("i")
        assert "unsafe" not in app.text
        await pilot.press("down", "enter")
        stance = next(s for s in session.annotations.spans.values() if s.label == "STANCE")
        assert app.seen == [("go", stance.id)]


async def test_claims_follow_names_and_new_spans(host: Open, session: Session) -> None:
    app = host(ClaimsPane())
    async with app.run_test() as pilot:
        session.update_entity(entity(session, "Ilva Rennick").id, name="Ilva R.")
        mark(session, "CLAIM", "that it would be shut")
        await pilot.pause()
        assert "Ilva R." in app.text
        assert "CLAIM 3" in app.text
        assert "that it would be shut" in app.text


# -- guidelines ----------------------------------------------------------------------------------


async def test_the_page_follows_the_caret_and_turns(host: Open, session: Session) -> None:
    app = host(GuidelinesPane())
    stance = next(s for s in session.annotations.spans.values() if s.label == "STANCE")
    async with app.run_test() as pilot:
        app.pane.caret_moved(stance.start, stance.id)
        await pilot.pause()
        assert "[stance]" in app.text
        app.pane.caret_moved(0, None)
        await pilot.pause()
        assert "[speaker]" in app.text
        app.pane.caret_moved(stance.start, None)
        await pilot.press("left")
        assert "[claim]" in app.text
        before = app.text
        await pilot.press("pagedown")
        assert app.text != before


@pytest.mark.parametrize(
    "page",
    [
        "",
        "# \n```\n[bold",
        "[/x] **a *b` | \n|||\n|-",
        "1.\n- \n" + "    x" * 40,
        "\x1b[31m# é\u202e",
    ],
)
async def test_no_page_can_break_the_pane(host: Open, project: Project, page: str) -> None:
    (project.root / "guidelines" / "README.md").write_text(page, encoding="utf-8")
    app = host(GuidelinesPane())
    async with app.run_test() as pilot:
        await pilot.press("down", "up")
        assert "\x1b" not in app.text
        if not page:
            assert "Write it in guidelines/README.md." in app.text


# -- document ------------------------------------------------------------------------------------


async def test_document_fields_by_arrows_digits_and_space(host: Open, session: Session) -> None:
    app = host(DocumentPane())
    async with app.run_test() as pilot:
        assert "news-report" in app.text, "defaults are shown"
        await pilot.press("down", "down", "right", "right")
        assert session.annotations.fields["genre"] == "opinion"
        await pilot.press("left", "up", "3", "9")
        assert session.annotations.fields == {"genre": "analysis", "translated": "unsure"}
        await pilot.press("end", "up", "up", "space")
        assert session.annotations.fields["usable"] is False
        await pilot.press("delete")
        assert "usable" not in session.annotations.fields


async def test_a_required_text_that_was_emptied_is_asked_for(host: Open, session: Session) -> None:
    app = host(DocumentPane())
    async with app.run_test() as pilot:
        await pilot.press("enter", "backspace", "backspace", "enter")
        assert session.annotations.fields["language"] == ""
        assert "! lacks language" in app.text
        await pilot.press("enter", *"de", "enter")
        assert session.annotations.fields["language"] == "de"


async def test_topics_are_added_and_taken_away(host: Open, session: Session) -> None:
    app = host(DocumentPane())
    async with app.run_test() as pilot:
        await pilot.press("end", "enter", *"crane", "enter", *"quay tax", "enter", "escape")
        field = session.annotations.fields["stance_targets_checked"]
        assert field == ("a-new-crane", "quay-tax")
        assert "A new crane, quay tax" in app.text
        await pilot.press("enter", *"crane", "enter", "escape")
        assert session.annotations.fields["stance_targets_checked"] == ("quay-tax",)
