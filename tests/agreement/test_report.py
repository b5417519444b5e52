"""The panel as text, CSV and a web page."""

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import orjson
import pytest
from wcwidth import wcswidth

from annotator.agreement.measures import Confusion
from annotator.agreement.panel import Panel, compare, panel
from annotator.agreement.report import as_csv, lines, number, percent
from annotator.agreement.report_html import page
from annotator.agreement.works import Document, Options, Work
from tests.agreement.test_panel import SCHEME, document, invented, span


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return invented(8)


@pytest.fixture(scope="module")
def found(documents: list[Document]) -> Panel:
    return panel(documents, SCHEME, Options(replicates=100))


@pytest.fixture(scope="module")
def web(documents: list[Document], found: Panel) -> str:
    texts = {one.id: one.text or "" for one in documents}
    return page(found, texts.__getitem__)


class Reader(HTMLParser):
    """Ids, link targets and the tags that stay open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.targets += [given["href"] or ""] if "href" in given else []
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_figures_are_short_and_a_missing_one_is_a_dash() -> None:
    assert [number(value) for value in (0.714, 1.0, 0.0, -0.031, -0.001, -1.2, None)] == [
        ".71",
        "1.00",
        ".00",
        "−.03",
        ".00",
        "−1.20",
        "—",
    ]
    assert [percent(share) for share in (0.5, 0.031, 0.0, 1.0, None)] == [
        "50 %",
        "3.1 %",
        "0 %",
        "100 %",
        "—",
    ]


def test_text_fits_80_columns_and_says_what_it_rests_on(found: Panel) -> None:
    text = list(lines(found))
    assert max(map(wcswidth, text)) <= 80
    whole = " ".join(" ".join(text).split())
    for words in (
        "Agreement of asta, bram and cleo on 8 articles",
        "IoU of .50",
        "over characters",
        "100 bootstrap replicates over articles, seed 0",
        "intervals are rough",
        "— only one value was used: CLAIM.polarity",
        "asta / bram",
    ):
        assert words in whole


def test_a_long_or_wide_name_breaks_no_table() -> None:
    label = "記者会見における発言者の肩書きと所属の一覧"
    works = {name: Work(name, spans=[span("s1", label, (0, 4))]) for name in ("ada", "bo")}
    text = list(lines(panel([Document("a", 50, works)], SCHEME, Options(replicates=50))))
    assert f"  {label}" in text
    assert max(map(wcswidth, text)) <= 80


def test_what_was_left_out_is_told() -> None:
    region = span("s9", "REGION", (50, 100), kind="boilerplate")
    claim = span("s1", "CLAIM", (0, 10))
    some = [
        document("a", ada=[claim, region], bo=[claim, region], cy=Work("cy", "open")),
        document("b", ada=[], bo=[]),
        document("c", ada=[claim]),
    ]
    text = " ".join("\n".join(lines(panel(some, SCHEME, Options(replicates=0)))).split())
    assert "1 piece of work not done: cy 1" in text
    assert "1 piece of work only one annotator: ada 1" in text
    assert "25 % of the text, in 1 article" in text
    assert "1 article in which nobody marked anything" in text


def test_the_mean_over_pairs_leaves_alpha_out(found: Panel) -> None:
    (mean,) = (line for line in lines(found) if line.startswith("  mean"))
    (least,) = (line for line in lines(found) if line.startswith("  least"))
    assert len(mean.split()) == 4
    assert len(least.split()) == 5


def test_csv_has_a_line_for_each_figure(found: Panel) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == len(found.rows)
    for read, row in zip(rows, found.rows, strict=True):
        assert (read["family"], read["layer"], read["measure"]) == (
            row.family,
            row.layer,
            row.measure,
        )
        assert (float(read["value"]) if read["value"] else None) == row.value
        assert bool(read["reason"]) == (row.value is None)


def test_json_holds_null_and_reasons_and_counts_cases(found: Panel) -> None:
    data = orjson.loads(orjson.dumps(found.to_dict()))
    assert len(data["rows"]) == len(found.rows)
    for read, row in zip(data["rows"], found.rows, strict=True):
        assert (read["value"] is None) == (read["reason"] is not None)
        counts = [count for case in read["cases"] for count in case["articles"].values()]
        assert sum(counts) == len(found.cases(row))
        assert {case["kind"] for case in read["cases"]} <= set(row.kinds)


def test_the_page_needs_nothing_else(web: str) -> None:
    reader = Reader(web)
    assert reader.open == []
    assert not {"script", "link", "img", "iframe", "object", "base"} & set(reader.tags)
    assert all(target.startswith("#") for target in reader.targets)
    style = re.search(r"<style>(.*?)</style>", web, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    for words in ("prefers-color-scheme: dark", "@media print"):
        assert words in style[1]


def test_every_figure_with_cases_leads_to_them(found: Panel, web: str) -> None:
    reader = Reader(web)
    assert len(reader.ids) == len(set(reader.ids))
    assert {target.removeprefix("#") for target in reader.targets} <= set(reader.ids)
    with_cases = sum(bool(row.value is not None and found.cases(row)) for row in found.rows)
    assert sum(target.startswith("#c") and target[2:].isdecimal() for target in reader.targets) == (
        with_cases
    )


def test_the_page_shows_the_words_in_question(found: Panel, web: str) -> None:
    case = found.cases(next(row for row in found.rows if row.layer == "CLAIM"))[0]
    text = invented(8)[[one.article for one in found.articles].index(case.article)].text or ""
    assert f"<mark>{text[case.start : case.end]}</mark>" in web


def test_nothing_from_articles_or_names_becomes_markup() -> None:
    text = "<script>alert(1)</script> & \u202eevil\x1b[31m said Osk"
    works = {
        "<b>ada</b>": Work("<b>ada</b>", spans=[span("s1", "CLAIM", (0, len(text)))]),
        "bo": Work("bo", spans=[span("s1", '"><i>', (0, 5))]),
    }
    one = Document('a"><img src=x>', len(text), works)
    result = page(panel([one], SCHEME, Options(replicates=0)), lambda _: text)
    assert not {"script", "b>ada", "i", "img"} & set(Reader(result).tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in result
    assert "\u202e" not in result
    assert "\x1b" not in result


def test_two_moments_stand_side_by_side(documents: list[Document], found: Panel) -> None:
    before = panel(documents[:4], SCHEME, Options(replicates=0)).to_dict()
    both = compare(found, before)
    text = "\n".join(lines(both))
    assert "Compared with before (attribution/1, 4 articles)" in text
    assert max(map(wcswidth, text.split("\n"))) <= 80
    old = next(row for row in before["rows"] if row["layer"] == "CLAIM")
    (line,) = (line for line in text.split("\n") if re.match(r"    CLAIM\s+F1 exact", line))
    assert number(old["value"]) in line
    assert "before" in as_csv(both).split("\n")[0]
    assert 'id="before"' in page(both, lambda _: "x" * 5000)


def test_copies_and_assisted_work_are_told() -> None:
    own = [span(f"s{i}", "CLAIM", (10 * i, 10 * i + 5)) for i in range(6)]
    helped = [{**one, "origin": "copied"} for one in own]
    result = panel([document("a", ada=own, bo=helped)], SCHEME, Options(replicates=0))
    text = "\n".join(lines(result))
    assert "! ada and bo may not be independent: all of bo's spans were copied." in text
    assert "Assisted and manual work" in text
    assert "may not be independent" in page(result, lambda _: "x" * 100)
    by_hand = replace(result, without_assisted=True)
    assert "left out" in " ".join(lines(by_hand))


def test_of_many_values_the_page_shows_those_that_were_confused(
    documents: list[Document], found: Panel
) -> None:
    texts = {one.id: one.text or "" for one in documents}

    def shown(counts: np.ndarray) -> str:
        values = tuple(f"value-{number}" for number in range(20))
        several = replace(found, confusions=(Confusion("CLAIM.topic", values, counts),))
        return " ".join(page(several, texts.__getitem__).split())

    counts = np.eye(20, dtype=int) * 3
    web = shown(counts)
    assert "CLAIM.topic: 20 values, always said alike (60 times)" in web
    assert "value-7" not in web
    counts[7, 9] = 1
    web = shown(counts)
    assert "18 more values" in web
    assert [f"<th>value-{number}</th>" in web for number in (7, 9, 8)] == [True, True, False]
