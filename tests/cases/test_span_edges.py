"""What is marked is words: no white space at an edge, and never nothing.

A space that a hasty selection takes along makes exact agreement fail and training tools stop; an
empty span, stored by a stray key, can be neither seen nor deleted, and breaks whatever reads it.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.model.annotation import AnnotationSet
from annotator.model.article import Article, hash_text
from annotator.model.errors import EditError
from annotator.model.session import Session
from annotator.project import Project
from annotator.text.units import Units
from annotator.tui.labelling import Labelling
from tests.tui.desk import Desk, at_desk, make_project

# Every kind of blank that pages hold between words, and what cannot be seen at all.
BLANKS = {
    "space": " ",
    "spaces": "   ",
    "tab": "\t",
    "no-break": "\xa0",
    "narrow no-break": "\u202f",
    "thin": "\u2009",
    "ideographic": "\u3000",
    "line feed": "\n",
    "empty line": "\n\n",
    "line separator": "\u2028",
    "next line": "\x85",
    "form feed": "\x0c",
    "zero-width": "\u200b",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "bidi": "\u202b",
    "mixed": " \n\xa0\t",
}
BLANK = "".join(BLANKS.values())
KEYS = "secx"  # stances ask for a value at once


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project.create(tmp_path_factory.mktemp("edges") / "news")
    yield project
    project.close()


def labelling_of(project: Project, text: str) -> Labelling:
    article = Article("quay", text, hash_text(text))
    session = Session(article, project.scheme, AnnotationSet("quay", article.text_hash, "kim"))
    return Labelling(project, session, Units(text))


def assert_words(labelling: Labelling) -> None:
    text = labelling.units.text
    for span in labelling.session.annotations.spans.values():
        for start, end in span.fragments:
            assert 0 <= start < end <= len(text)
            piece = text[start:end]
            assert piece.strip(BLANK) == piece


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_blanks_at_the_edges_are_left_out_and_inner_ones_stay(project: Project, blank: str) -> None:
    inner = "Ada" + blank.replace("\n", " ") + "Rook"
    text = f"So{blank}{inner}{blank}spoke."
    labelling = labelling_of(project, text)
    at = text.index(inner)
    for before in range(len(blank) + 1):
        for after in range(len(blank) + 1):
            selected = (at - before, at + len(inner) + after)
            span = labelling.label(labelling.scheme.labels["SPEAKER"], [selected])
            assert span.fragments == ((at, at + len(inner)),)


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_blanks_alone_are_refused_in_words(project: Project, blank: str) -> None:
    text = f"So{blank}spoke."
    labelling = labelling_of(project, text)
    for name, label in labelling.scheme.labels.items():
        if name != "REGION":  # takes the lines around
            with pytest.raises(EditError, match="white space"):
                labelling.label(label, [(2, 2 + len(blank))])
    span = labelling.label(labelling.scheme.labels["CLAIM"], [(0, 2)])
    with pytest.raises(EditError, match="white space"):
        labelling.add_fragment(span.id, (2, 2 + len(blank)))
    with pytest.raises(EditError, match="white space"):
        labelling.set_edges(span.id, [(2, 2 + len(blank))])
    assert labelling.session.span(span.id).fragments == ((0, 2),)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_way_of_marking_leaves_a_blank_edge_or_nothing(
    project: Project, data: st.DataObject
) -> None:
    characters = st.sampled_from([*"ab.“”", "e\u0301", "👩‍🚀", *BLANKS.values()])
    text = "".join(data.draw(st.lists(characters, max_size=25)))
    labelling = labelling_of(project, text)
    session = labelling.session
    offsets = st.integers(0, len(labelling.units.text))
    ranges = st.tuples(offsets, offsets).map(lambda pair: (min(pair), max(pair)))
    for _ in range(data.draw(st.integers(1, 8))):
        way = data.draw(st.sampled_from(["label", "relabel", "edges", "nudge", "add", "remove"]))
        some = sorted(session.annotations.spans)
        if way == "label" or not some:  # the ranges may hold blanks only, or nothing
            name = data.draw(st.sampled_from(sorted(labelling.scheme.labels)))
            pieces = data.draw(st.lists(ranges, min_size=1, max_size=2))
            act = lambda: labelling.label(labelling.scheme.labels[name], pieces)  # noqa: B023, E731
        else:
            span_id = data.draw(st.sampled_from(some))
            piece = data.draw(ranges)
            label = data.draw(st.sampled_from(sorted(labelling.scheme.labels)))
            edge = data.draw(st.sampled_from(["start", "end"]))
            step = data.draw(st.sampled_from([1, -1]))
            act = {
                "relabel": lambda: labelling.relabel(span_id, labelling.scheme.labels[label]),  # noqa: B023
                "edges": lambda: labelling.set_edges(span_id, [piece]),  # noqa: B023
                "add": lambda: labelling.add_fragment(span_id, piece),  # noqa: B023
                "remove": lambda: labelling.remove_fragment(span_id, piece[0]),  # noqa: B023
                "nudge": lambda: labelling.nudge(span_id, edge, step),  # noqa: B023
            }[way]
        before = dict(session.annotations.spans)
        try:
            act()
        except EditError:
            assert session.annotations.spans == before
        assert_words(labelling)


# -- by keys ---------------------------------------------------------------------------------------

ROWS = " Sern said:\n\n \t\n“No  boat” \xa0\nleaves. \n"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_desk(make_project(tmp_path / "news", quay=ROWS), "quay", size=(80, 24)) as desk:
        yield desk


async def test_a_label_key_at_any_caret_marks_a_word_or_says_why_not(desk: Desk) -> None:
    """At the start, on blanks, on empty lines and behind the last character."""
    view = desk.screen.view
    stops = [view.caret]
    while True:
        for key in KEYS:
            before = len(desk.spans())
            await desk.press(key)
            assert len(desk.spans()) == before + 1 or desk.said
            await desk.press("escape", "escape")
        await desk.press("alt+right")
        if view.caret == stops[-1]:
            break
        stops.append(view.caret)
    assert stops == list(range(len(ROWS) + 1))
    assert_words(desk.screen.labelling)
    assert set(desk.surfaces("CUE")) == {"Sern", "said", ":", "“", "No", "boat", "”", "leaves", "."}
    assert set(desk.surfaces("REGION")) == {"Sern said:", "“No  boat”", "leaves."}


async def test_every_selection_is_trimmed_by_the_label_key(desk: Desk) -> None:
    quote = desk.place("“No  boat”")
    for start, end in ((quote[0] - 3, quote[1]), (quote[0], quote[1] + 3), quote):
        view = desk.screen.view
        await desk.press("escape", "ctrl+home")
        while view.caret < start:
            await desk.press("alt+right")
        while view.caret < end:
            await desk.press("alt+shift+right")
        await desk.press("c")
        assert desk.chosen.fragments == (quote,)
        await desk.press("escape", "d")


async def test_edges_are_nudged_over_a_blank_without_holding_it(desk: Desk) -> None:
    await desk.mark("c", "Sern")
    await desk.press("escape")
    wider = ["s", "sa", "sai", "said", "said:", "said:\n\n \t\n“", "said:\n\n \t\n“N"]
    for words in wider:
        await desk.press("}")
        assert desk.surfaces("CLAIM") == [f"Sern {words}"]
    for words in wider[-2::-1]:
        await desk.press("{")
        assert desk.surfaces("CLAIM") == [f"Sern {words}"]
    for words in ("ern s", "rn s", "n s", "s"):
        await desk.press("]")
        assert desk.surfaces("CLAIM") == [words]
    await desk.press("]")
    assert desk.surfaces("CLAIM") == ["s"]
    assert "Nothing would be left" in desk.said
    for words in ("n s", "rn s", "ern s", "Sern s"):
        await desk.press("[")
        assert desk.surfaces("CLAIM") == [words]
    await desk.press("[")
    assert desk.surfaces("CLAIM") == ["Sern s"]
    assert "no more words" in desk.said


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff", "\u200b\u202b"])
async def test_an_article_without_a_word_takes_no_span(tmp_path: Path, text: str) -> None:
    """`annotator add` refuses such a file; a project that was written otherwise may hold one."""
    async with at_desk(make_project(tmp_path / "news", bare=text), "bare", size=(80, 24)) as desk:
        for keys in ((), ("ctrl+end",), ("alt+shift+right",), ("ctrl+a",), ("v", "down")):
            for key in KEYS:
                await desk.press("escape", *keys, key)
                assert desk.spans() == []
                assert desk.said
        for key in ("w", "f", "/", "ctrl+d"):
            await desk.press(key, "escape", "escape")
        assert desk.spans() == []
