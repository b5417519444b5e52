"""Foreign annotations put onto our text: offsets in any unit, and what does not fit."""

import pytest

from annotator.formats.decoding import clean
from annotator.formats.exchange import ForeignDocument, ForeignLink, ForeignSet, ForeignSpan
from annotator.formats.fitting import FittingError, fit
from annotator.formats.loss import Loss
from annotator.model.annotation import AnnotationSet, Entity
from annotator.model.article import Article, hash_text
from annotator.model.scheme import EntityRules, Label, Scheme

SCHEME = Scheme(
    "test",
    "1",
    {
        "CLAIM": Label("CLAIM", "c", fragments=True),
        "SPEAKER": Label("SPEAKER", "s"),
        "REGION": Label("REGION", "x", lines=True),
    },
    EntityRules(builtin=("AUTHOR",)),
)


def fitted(raw: str, spans: list[ForeignSpan], **more: object) -> tuple[AnnotationSet, Loss]:
    loss = Loss()
    text = clean(raw).text
    article = Article("a1", text, hash_text(text))
    foreign = ForeignSet(spans=spans, **more)  # type: ignore[arg-type]
    document = ForeignDocument("file.ann", text=raw, sets=[foreign])
    return fit(document, foreign, article, "ada", SCHEME, loss), loss


def span(*fragments: tuple[int, int], surface: str | None = None, **more: object) -> ForeignSpan:
    return ForeignSpan("", "CLAIM", list(fragments), surface, **more)  # type: ignore[arg-type]


def surfaces(annotations: AnnotationSet, raw: str) -> list[str]:
    return [item.surface(clean(raw).text) for item in annotations.spans.values()]


TEXT = "Osk 👩‍🚒 left.\r\n“Río é 🎻”, Dene Var said, and sat."
CLEAN = clean(TEXT).text


def in_unit(surface: str, unit: str, *, raw: str = TEXT, inclusive: bool = False) -> ForeignSpan:
    """A span as a tool would write it that counts `raw` in `unit`, found by its text."""
    start = raw.index(surface)

    def count(piece: str) -> int:
        if unit == "utf-16":
            return len(piece.encode("utf-16-le")) // 2
        if unit == "bytes":
            return len(piece.encode())
        if unit == "graphemes":  # one for the firefighter, one for a CRLF
            return len(piece.replace("👩‍🚒", "x").replace("\r\n", "\n"))
        return len(piece)

    end = start + len(surface)
    return span((count(raw[:start]), count(raw[:end]) - inclusive), surface=surface)


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("unit", ["code points", "utf-16", "graphemes", "bytes"])
@pytest.mark.parametrize("raw", [TEXT, CLEAN, "\ufeff" + TEXT])
def test_covered_texts_tell_what_offsets_count(raw: str, unit: str, inclusive: bool) -> None:
    spans = [
        in_unit(piece, unit, raw=raw, inclusive=inclusive) for piece in ("“Río é 🎻”", "Dene Var")
    ]
    found, loss = fitted(raw, spans, unit="", inclusive=None)
    assert surfaces(found, raw) == ["“Río é 🎻”", "Dene Var"]
    assert not loss.anything_left_out
    assert not [key for key in loss.changed if key[0] == "CLAIM spans"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("counted", [CLEAN, TEXT, "\ufeff" + CLEAN])
def test_line_ends_and_the_mark_may_be_counted_or_not(counted: str, mark: str) -> None:
    raw = "\ufeff" + TEXT if counted.startswith("\ufeff") else mark + TEXT
    spans = [in_unit(piece, "code points", raw=counted) for piece in ("“Río é 🎻”", "and sat")]
    found, loss = fitted(raw, spans)
    assert surfaces(found, raw) == ["“Río é 🎻”", "and sat"]
    assert not loss.anything_left_out


def test_another_reading_than_the_declared_one_is_told() -> None:
    _, loss = fitted(TEXT, [in_unit("Dene Var", "utf-16")], unit="code points")
    [(subject, how)] = loss.changed
    assert subject == "documents"
    assert how == "offsets read as UTF-16 units, ends not included, CRLF counted as two"


def test_without_covered_texts_the_declared_unit_counts() -> None:
    item = in_unit("Dene Var", "utf-16")
    item.surface = None
    found, loss = fitted(TEXT, [item], unit="utf-16")
    assert surfaces(found, TEXT) == ["Dene Var"]
    assert not loss.changed


def test_unknown_units_are_asked_for_when_they_matter() -> None:
    item = in_unit("Dene Var", "utf-16")
    item.surface = None
    with pytest.raises(FittingError, match=r"file\.ann: .*--set unit=code-points or .*utf-16"):
        fitted(TEXT, [item], unit="")
    found, _ = fitted("Éva Tamm said so.", [span((0, 8))], unit="")
    assert surfaces(found, "Éva Tamm said so.") == ["Éva Tamm"]


def test_units_do_not_matter_before_the_first_odd_character() -> None:
    found, _ = fitted("Mayor Osk 👩‍🚒", [span((0, 9))], unit="")
    assert surfaces(found, "Mayor Osk 👩‍🚒") == ["Mayor Osk"]


def test_line_ends_of_unknown_length_are_asked_for() -> None:
    with pytest.raises(FittingError, match="CRLF as two"):
        fitted("One.\r\nTwo.", [span((6, 10))], unit="")
    found, _ = fitted("One.\r\nTwo.", [span((5, 9))], unit="graphemes")
    assert surfaces(found, "One.\r\nTwo.") == ["Two."]


def test_whether_ends_are_included_is_asked_for() -> None:
    with pytest.raises(FittingError, match="--set end=exclusive"):
        fitted("Rain fell.", [span((0, 3))], inclusive=None)


def test_spans_past_the_end_are_refused_not_cut() -> None:
    found, loss = fitted("Rain fell.", [span((5, 12), line=4), span((0, 4))])
    assert surfaces(found, "Rain fell.") == ["Rain"]
    assert loss.left_out == {("CLAIM spans", "lie outside the text"): 1}
    assert str(loss.findings[0]).startswith("file.ann:4: CLAIM [5, 12]: 12 lies outside")


@pytest.mark.parametrize(
    ("fragments", "why"),
    [
        ([], "have no offsets"),
        ([(3, 3)], "are empty"),
        ([(4, 3)], "start after their end"),
        ([(9**30, 2)], "start after their end"),
        ([(-2, 3)], "lie outside the text"),
        ([(4, 5)], "cover white space only"),
        ([(0, 4), (2, 6)], "have overlapping pieces"),
    ],
)
def test_what_is_no_span_is_refused(fragments: list[tuple[int, int]], why: str) -> None:
    found, loss = fitted("Rain fell.", [span(*fragments)])
    assert not found.spans
    assert loss.left_out == {("CLAIM spans", why): 1}


def test_an_offset_inside_a_character_is_refused() -> None:
    _, loss = fitted("🎻 plays", [span((1, 8))], unit="utf-16")
    assert loss.left_out == {("CLAIM spans", "lie outside the text"): 1}


def test_white_space_at_edges_is_trimmed_and_counted() -> None:
    text = "The guild  said “never” \n\u00a0then left."
    found, loss = fitted(text, [span((16, 26)), span((3, 10)), span((0, 9))])
    assert surfaces(found, text) == ["“never”", "guild", "The guild"]
    assert loss.changed == {("CLAIM spans", "white space at the edges trimmed"): 2}
    assert loss.carried["CLAIM spans"] == 3


def test_whole_lines_keep_their_white_space() -> None:
    found, loss = fitted("  Share this \nRain.", [ForeignSpan("", "REGION", [(0, 14)])])
    assert found.in_order()[0].fragments == ((0, 14),)
    assert not loss.changed


def test_pieces_are_sorted_and_joined_where_they_touch() -> None:
    text = "“We stay,” he said, “for now.”"
    found, loss = fitted(
        text,
        [
            span((20, 30), (0, 10), surface="“for now.” “We stay,”"),
            span((11, 13), (13, 18), surface="he  said"),
            span((0, 10), (20, 30), surface="“We stay,”“for now.”"),
        ],
    )
    assert [item.fragments for item in found.spans.values()] == [
        ((0, 10), (20, 30)),
        ((11, 18),),
        ((0, 10), (20, 30)),
    ]
    assert loss.changed == {
        ("CLAIM spans", "pieces put in order"): 1,
        ("CLAIM spans", "touching pieces joined"): 1,
    }


def test_a_line_feed_may_be_given_as_a_space() -> None:
    found, loss = fitted("Old\nHarbour road", [span((0, 11), surface="Old Harbour")])
    assert surfaces(found, "Old\nHarbour road") == ["Old\nHarbour"]
    assert not loss.changed


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Zoe\u0308 & Co\nran", "Zo\u00eb & Co ran"),
        ("Zoe & Co\nran", "Zoe &amp; Co\\nran"),
        ("Zoe  &\tCo ran", "Zoe & Co ran"),
    ],
)
def test_a_text_may_be_written_in_another_way(text: str, stated: str) -> None:
    found, loss = fitted(text + " off.", [span((0, len(text)), surface=stated)])
    assert surfaces(found, text) == [text]
    assert not loss.changed


def test_a_text_that_stands_once_nearby_is_found_again() -> None:
    text = "Late news. The miller spoke at noon."
    found, loss = fitted(text, [span((3, 13), surface="The miller"), span((0, 4), surface="Late")])
    assert surfaces(found, text) == ["The miller", "Late"]
    assert loss.changed == {("CLAIM spans", "moved to the one place nearby that has their text"): 1}
    assert "[11, 21)" in str(loss.findings[0])


@pytest.mark.parametrize(
    "text",
    [
        "He paid. He paid. They saw. Late.",  # twice
        "Nobody did. Late.",  # nowhere
        "A crow sat. Late." + " x" * 150 + " He paid",  # too far
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    found, loss = fitted(text, [span((1, 8), surface="He paid"), span((0, 1), surface=text[0])])
    assert len(found.spans) == 1
    assert loss.left_out == {("CLAIM spans", "cover another text than they state"): 1}


def test_links_that_lose_an_end_are_counted_with_their_line() -> None:
    loss = Loss()
    text = "Osk said it rains."
    foreign = ForeignSet(
        spans=[
            ForeignSpan("T1", "SPEAKER", [(0, 3)]),
            ForeignSpan("T2", "CLAIM", [(9, 17)]),
            ForeignSpan("T3", "CLAIM", [(9, 99)], line=3),
        ],
        links=[
            ForeignLink("holder", "T2", "T1", id="R1"),
            ForeignLink("holder", "T3", "T1", id="R2", line=6),
            ForeignLink("holder", "T2", "T9", id="R3", line=7),
            ForeignLink("holder", "T2", "AUTHOR", "entity", id="R4"),
            ForeignLink("holder", "T2", "E1", "entity", id="R5"),
            ForeignLink("holder", "T2", "E7", "entity", id="R6", line=10),
        ],
        entities=[Entity("E1", "Osk", affiliation="E2"), Entity("E2", "Vardia", affiliation="E8")],
    )
    document = ForeignDocument("x.ann", text=text, sets=[foreign])
    found = fit(document, foreign, Article("a", text, hash_text(text)), "ada", SCHEME, loss)
    assert list(found.links) == ["R1", "R4", "R5"]
    assert found.entities["E1"].affiliation == "E2"
    assert loss.left_out == {
        ("CLAIM spans", "lie outside the text"): 1,
        ("holder links", "an end is left out or missing"): 3,
        ("affiliations", "the entity is missing"): 1,
    }
    lines = {finding.line for finding in loss.findings}
    assert {6, 7, 10} < lines


def test_ids_are_kept_where_they_are_unique() -> None:
    text = "One two three four."
    foreign = ForeignSet(
        spans=[
            ForeignSpan("s2", "CLAIM", [(0, 3)]),
            ForeignSpan("s2", "CLAIM", [(4, 7)]),
            ForeignSpan("é b", "CLAIM", [(8, 13)]),
            ForeignSpan(f"s{9**40}", "CLAIM", [(14, 18)]),
        ],
        links=[ForeignLink("same_as", "é b", "s2", id="s2")],
    )
    loss = Loss()
    document = ForeignDocument("x", text=text, sets=[foreign])
    found = fit(document, foreign, Article("a", text, hash_text(text)), "ada", SCHEME, loss)
    assert list(found.spans) == ["s2", "s3", "é b", "s4"]
    [link] = found.links.values()
    assert (link.id, link.source, link.target) == ("l5", "é b", "s2")
    assert found.serial == 5
    assert loss.changed == {("CLAIM spans", "given an id of their own"): 1}
