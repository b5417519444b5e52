"""What each reader makes of a file: articles, and one clear line for everything else."""

import csv
import re
import sys
from io import BytesIO, StringIO
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats import jsonl, table
from annotator.formats.decoding import clean
from annotator.formats.intake import Draft, Notice, Options
from annotator.formats.reading import find, read, read_standard_input
from annotator.model.article import Article, hash_text


def articles(path: Path, **options: object) -> list[Article]:
    return [item.article for item in read(path, Options(**options)) if isinstance(item, Draft)]


def notices(path: Path, **options: object) -> list[Notice]:
    return [item for item in read(path, Options(**options)) if isinstance(item, Notice)]


# -- plain text ------------------------------------------------------------------------------------


def test_a_text_file_keeps_every_line(tmp_path: Path) -> None:
    file = tmp_path / "quay.txt"
    file.write_bytes("\n\n  Quay shut  \n\nThe warden said: “Not today.”\n\n\n".encode())
    (article,) = articles(file, source="Tideline", language="en")
    assert article.text == "\n\n  Quay shut  \n\nThe warden said: “Not today.”\n\n\n"
    assert (article.id, article.headline) == ("quay", "Quay shut")
    assert (article.source, article.language) == ("Tideline", "en")
    assert article.text_hash == hash_text(article.text)


def test_windows_old_mac_and_unix_line_ends_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "ends.txt"
    file.write_bytes("“No ferry,” she said.\r\nThe crew left.\rNight fell.\nEnd".encode())
    (article,) = articles(file)
    assert article.text == "“No ferry,” she said.\nThe crew left.\nNight fell.\nEnd"
    assert article.steps == ("decoded as utf-8", "CRLF and CR to LF")


def test_a_leading_mark_goes_and_an_inner_one_stays(tmp_path: Path) -> None:
    text = "Osk: levy falls\r\nThe house \ufeff voted “aye 🎈”.\r\n"
    for name, data in (
        ("plain.txt", text.encode("utf-8-sig")),
        ("wide.txt", ("\ufeff" + text).encode("utf-16-le")),
        ("line.jsonl", b"\xef\xbb\xbf" + orjson.dumps({"text": text}) + b"\n"),
    ):
        (tmp_path / name).write_bytes(data)
        (article,) = articles(tmp_path / name)
        assert article.text == "Osk: levy falls\nThe house \ufeff voted “aye 🎈”.\n"
        assert article.text.index("\ufeff") == 26


def test_names_of_files_become_ids_without_control_characters(tmp_path: Path) -> None:
    file = tmp_path / "[draft] no\x1b[31m 2 \u202e.txt"
    file.write_text("A plain line.")
    (article,) = articles(file)
    assert article.id == "[draft] no[31m 2"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "no text"),
        ("blank.md", b" \n\xc2\xa0\n", "no text"),
        ("scan.txt", b"%PDF-1.4 ...", "PDF"),
        ("empty.jsonl", b"", "empty"),
        ("table.csv", b"name,age\nOda,40\n", "text-column"),
        ("big.txt", b"word " * 400, "too large|more than"),
        ("page.html", b"<html><body><p> </p></body></html>", "without text"),
    ],
)
def test_what_is_no_article_gets_one_line(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert articles(tmp_path / name, limit=1000) == []
    (notice,) = notices(tmp_path / name, limit=1000)
    assert notice.severity == "refused"
    assert re.search(reason, notice.message)


def test_unreadable_and_missing_files_get_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone.txt"
    (notice,) = notices(gone)
    assert "no such file" in notice.message
    (tmp_path / "folder.txt").mkdir()
    (notice,) = notices(tmp_path / "folder.txt")
    assert notice.severity == "refused"


def test_mojibake_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "old.txt"
    file.write_text("The mayor said â€œnoâ€\x9d at the cafÃ©.", encoding="utf-8")
    (article,) = articles(file)
    assert article.text == "The mayor said â€œnoâ€\x9d at the cafÃ©."
    (notice,) = notices(file)
    assert notice.severity == "warning"
    assert "3 places" in notice.message


# -- JSON Lines ------------------------------------------------------------------------------------


def test_json_lines_with_the_names_that_others_use(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    rows = [
        {"id": 7, "body": "First text.", "title": "One", "date": "2031-04-05", "link": "x://1"},
        {"content": "Second text.", "Headline": "Two", "published": "5 April", "lang": "fr"},
        {"text": "Third.", "meta": {"id": "third", "desk": "city"}, "rank": 3, "outlet": "Osk FM"},
    ]
    file.write_bytes(b"\n\n".join(map(orjson.dumps, rows)))
    one, two, three = articles(file)
    assert (one.id, one.text, one.headline) == ("7", "First text.", "One")
    assert (one.published, one.url) == ("2031-04-05", "x://1")
    assert (two.id, two.headline, two.language) == ("feed-3", "Two", "fr")
    assert (two.published, two.meta) == ("", {"date": "5 April"})
    assert (three.id, three.source) == ("third", "Osk FM")
    assert three.meta == {"id": "third", "desk": "city", "rank": 3}


def test_annotations_in_lines_are_not_taken_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    rows: list[dict[str, object]] = [
        {"text": "Ana agreed.", "spans": [{"start": 0, "end": 3, "label": "WHO"}], "tokens": [1]},
        {"text": "Bo left.", "label": [[0, 2, "WHO"], [3, 7, "ACT"]]},
        {"text": "Nobody came.", "label": "politics", "entities": []},
    ]
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    found = articles(file)
    assert [dict(article.meta) for article in found] == [
        {},
        {},
        {"label": "politics", "entities": []},
    ]
    (notice,) = notices(file)
    assert notice.severity == "skipped"
    assert "3 in 2 of its articles" in notice.message


def test_bad_lines_are_told_by_number_and_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    file.write_bytes(
        b'{"text": "Good."}\n{"text": "Torn\n[1]\n{"note": 1}\n{"text": 5}\n{"text":"B"}'
    )
    assert [article.text for article in articles(file)] == ["Good.", "B"]
    told = notices(file)
    assert [notice.line for notice in told] == [2, 3, 4, 5]
    assert "not JSON" in told[0].message
    assert "--text-column" in told[2].message


def test_a_line_longer_than_an_article_may_be_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    long = orjson.dumps({"text": "x" * 3_000_000})
    file.write_bytes(long + b'\n{"text": "Short."}\n')
    assert [article.text for article in articles(file, limit=1000)] == ["Short."]
    (notice,) = notices(file, limit=1000)
    assert (notice.line, notice.severity) == (1, "refused")


def test_lone_surrogates_and_huge_numbers_do_not_stop_a_line(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_bytes(
        b'{"text": "cut \\ud83d here", "n": 99999999999999999999999, "t": "\\udc00"}\n'
    )
    (article,) = articles(file)
    assert article.text == "cut \ufffd here"
    assert "lone surrogate to U+FFFD" in article.steps
    orjson.dumps(dict(article.meta))


@pytest.mark.parametrize(
    "data",
    [
        b'[{"text": "One."}, {"text": "Two."}]',
        b'[\n {"text": "One."},\n {"text": "Two."}\n]\n',
        b'{\n "text": "One."\n}\n{\n "text": "Two."\n}\n',
        b'{"n": 1,\n "text": "One."}\n\n{"n": 2,\n "text": "Two."}',
    ],
)
def test_a_whole_file_value_is_read_too(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "all.json").write_bytes(data)
    found = articles(tmp_path / "all.json")
    assert [(article.id, article.text) for article in found] == [
        ("all-1", "One."),
        ("all-2", "Two."),
    ]


def test_json_lines_in_utf16_and_cp1252(tmp_path: Path) -> None:
    line = '{"text": "“Später”, sagte Jörn."}\n'
    for codec, steps in (("utf-16", ()), ("cp1252", ("decoded as cp1252",))):
        (tmp_path / "other.jsonl").write_bytes(line.encode(codec))
        (article,) = articles(tmp_path / "other.jsonl")
        assert article.text == "“Später”, sagte Jörn."
        assert article.steps == steps


# -- tables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delimiter", "suffix"), [(",", "csv"), (";", "csv"), ("\t", "tsv")])
def test_tables_with_any_delimiter(tmp_path: Path, delimiter: str, suffix: str) -> None:
    file = tmp_path / f"export.{suffix}"
    rows = [
        ["id", "Title", "text", "date"],
        ["a1", "Levy", f'"Two{delimiter} not one,"" he said.\r\nThen he left."', "2031-01-02"],
        ["a2", "", "Short.", ""],
    ]
    file.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding="utf-8-sig")
    first, second = articles(file)
    assert first.text == f'Two{delimiter} not one," he said.\nThen he left.'
    assert (first.id, first.headline, first.published) == ("a1", "Levy", "2031-01-02")
    assert (second.headline, second.text) == ("Short.", "Short.")


def test_a_table_says_which_column_it_wants(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("nr,story\n1,The dam holds.\n")
    (notice,) = notices(file)
    assert "story" in notice.message
    (article,) = articles(file, text_column="Story")
    assert (article.text, article.meta) == ("The dam holds.", {"nr": "1"})


def test_big_cells_bad_rows_and_cp1252_tables(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    long = "été “oui” " * 30_000
    file.write_bytes(f"text,b\n{long},1\nx,2,3\nlast\n".encode("cp1252"))
    found = articles(file)
    assert [len(article.text) for article in found] == [len(long), 4]
    assert found[0].steps == ("decoded as cp1252",)
    (notice,) = notices(file)
    assert (notice.line, notice.severity) == (3, "refused")


# -- web pages -------------------------------------------------------------------------------------

PAGE = """<!doctype html><html lang="en-GB"><head><title>Levy | Tideline</title>
<meta property="og:title" content="Harbour levy falls"><meta name="date" content="2031-05-01">
<meta property="og:site_name" content="Tideline"><link rel="canonical" href="https://t.example/1">
<script type="application/ld+json">{"@graph": [{"@type": "WebPage"}, {"@type": ["NewsArticle"],
"headline": "Levy &amp; quay", "datePublished": "2031-05-02T08:00:00Z",
"publisher": {"name": "Tideline Daily"}}]}</script></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><main><article>
<h1>Levy falls</h1><p>The council halved the levy.</p><p>“At last,” said the pilot.</p>
<p>The council halved the levy.</p><ul><li>One berth <b>shuts</b>.</li><li>Two more stay.</li></ul>
<ul><li><a href="/1">Read on</a></li></ul></article></main>
<footer>Imprint</footer></body></html>"""


def test_a_page_gives_its_main_text_and_its_metadata(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE, encoding="utf-8")
    (article,) = articles(file)
    assert article.text.split("\n\n") == [
        "Levy falls",
        "The council halved the levy.",
        "“At last,” said the pilot.",
        "The council halved the levy.",
        "One berth shuts.",
        "Two more stay.",
    ]
    assert (article.headline, article.source) == ("Levy & quay", "Tideline Daily")
    assert (article.published, article.url) == ("2031-05-02T08:00:00Z", "https://t.example/1")
    assert article.language == "en-GB"
    assert article.meta["extractor"] == "resiliparse 2.0.1"
    assert len(str(article.meta["html_sha256"])) == 64


def test_nested_articles_are_not_taken_twice_and_runs_agree(tmp_path: Path) -> None:
    file = tmp_path / "nested.htm"
    sentence = "The ferry company said on Tuesday that the crossing stays shut until the thaw."
    file.write_text(f"<article><article><div><br>{sentence}</div></article></article>")
    hashes = {article.text_hash for _ in range(5) for article in articles(file)}
    assert hashes == {hash_text(sentence)}


def test_a_page_in_its_declared_encoding(tmp_path: Path) -> None:
    file = tmp_path / "old.html"
    body = "<meta charset=windows-1251><article><p>Мост закрыт до весны.</p></article>"
    file.write_bytes(body.encode("cp1251"))
    (article,) = articles(file)
    assert article.text == "Мост закрыт до весны."
    assert article.steps[0] == "decoded as cp1251"


def test_without_the_extra_the_command_to_install_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resiliparse.parse.html", None)
    file = tmp_path / "page.html"
    file.write_text(PAGE)
    (notice,) = notices(file)
    assert "pip install 'annotator[html]'" in notice.message


# -- which files -----------------------------------------------------------------------------------


def test_folders_patterns_and_brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b/2.txt", "b/deep/3.html", "b/.hidden.txt", "b/x.png", "[a] 1.txt", "own/4.txt"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    found = list(find(["b", "b/2.txt", "[a] 1.txt", "**/*.html", "no*.txt"], skip=[Path("own")]))
    assert [str(item) for item in found if isinstance(item, Path)] == [
        "b/2.txt",
        "b/deep/3.html",
        "[a] 1.txt",
    ]
    told = [(item.severity, item.path) for item in found if isinstance(item, Notice)]
    assert told == [("skipped", "b"), ("refused", "no*.txt")]
    assert not [item for item in find(["."], skip=[Path("own")]) if str(item).startswith("own")]


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"Just a line.\n", ["Just a line.\n"]),
        (b'{"text": "A."}\n{"text": "B."}\n', ["A.", "B."]),
        (b"<!DOCTYPE html><article><p>The mast fell.</p></article>", ["The mast fell."]),
    ],
)
def test_standard_input_may_be_any_of_them(data: bytes, texts: list[str]) -> None:
    found = read_standard_input(BytesIO(data), Options())
    assert [item.article.text for item in found if isinstance(item, Draft)] == texts


written = st.lists(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip), max_size=4)


@given(written)
def test_every_text_comes_out_of_json_lines_as_it_went_in(texts: list[str]) -> None:
    data = b"\n".join(orjson.dumps({"text": text}) for text in texts)
    found = jsonl.read(BytesIO(data), path="x", id="x", options=Options())
    kept = [item.article.text for item in found if isinstance(item, Draft)]
    assert kept == [cleaned for text in texts if (cleaned := clean(text).text).strip()]


@given(written)
def test_every_text_comes_out_of_a_table_as_it_went_in(texts: list[str]) -> None:
    rows = StringIO()
    csv.writer(rows).writerows([["n", "text"], *enumerate(texts)])
    data = BytesIO(rows.getvalue().encode("utf-8"))
    found = table.read(data, path="x", id="x", options=Options())
    kept = [item.article.text for item in found if isinstance(item, Draft)]
    assert kept == [cleaned for text in texts if (cleaned := clean(text).text).strip()]
