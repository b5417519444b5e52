"""`annotator add`, as someone with a folder of scraped articles uses it."""

from pathlib import Path

import orjson

from annotator.project import Project
from tests.cli.conftest import Run


def test_a_folder_is_added_once(root: Path, run: Run) -> None:
    box = root / "scraped"
    box.mkdir()
    (box / "one.txt").write_text("Dam holds\n\nThe dam holds, said engineer Pell.\n")
    (box / "two.md").write_text("Dam holds\n\nREAD MORE: Ten dams to see\n\nNobody asked.\n")
    (box / "three.html").write_text("<article><p>The sluice stays open all night.</p></article>")
    first = run("add", "scraped")
    assert (first.code, first.out[:16]) == (0, "Added 3 articles")
    assert "1 region proposed" in first.out
    again = run("add", "scraped", "scraped/one.txt")
    assert again.code == 0
    assert again.out.startswith("Added 0 articles (0 characters); 3 already there")
    assert "one.txt: is in the project already" in again.err
    assert [head.id for head in Project.open(root).store.heads()] == ["one", "three", "two"]


def test_proposed_regions_are_kept_with_the_article_and_cut_nothing(root: Path, run: Run) -> None:
    text = (
        "Lowmark dam holds after the storm\n\nThe dam holds, said engineer Pell on Monday. He had"
        " looked at it all night, he added.\n\nNobody was hurt in the valley, the town said.\n\n"
        "Share this article\n"
    )
    Path("dam.txt").write_text(text)
    run("add", "dam.txt")
    article = Project.open(root).store.article("dam")
    assert article.text == text
    assert [text[region.start : region.end] for region in article.regions] == [
        "Lowmark dam holds after the storm",
        "Share this article",
    ]


def test_what_cannot_be_added_is_told_and_the_rest_goes_on(root: Path, run: Run) -> None:
    Path("good.txt").write_text("A good line.")
    Path("empty.txt").write_text(" \n")
    Path("photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    Path("huge.txt").write_text("word " * 3000)
    result = run(
        "add", "--limit", "0.01", "empty.txt", "photo.txt", "huge.txt", "lost.txt", "good.txt"
    )
    assert result.code == 3
    assert result.err.splitlines() == [
        "empty.txt: holds no text",
        "photo.txt: is a PNG picture, not text; save it as text or HTML first",
        "huge.txt: holds 15,000 characters, more than the 10,000 allowed; raise it with --limit",
        "lost.txt: does not exist",
    ]
    assert result.out == "Added 1 article (12 characters); 4 refused.\n"


def test_many_duplicates_are_counted_not_listed(root: Path, run: Run) -> None:
    Path("feed.jsonl").write_bytes(
        b"".join(orjson.dumps({"text": f"Text {number}."}) + b"\n" for number in range(60))
    )
    run("add", "feed.jsonl")
    result = run("add", "feed.jsonl")
    assert result.err.count("\n") == 21
    assert result.out == "Added 0 articles (0 characters); 60 already there.\n"


def test_same_id_other_text_is_told_and_not_added(root: Path, run: Run) -> None:
    Path("levy.txt").write_text("First wording.")
    run("add", "levy.txt")
    Path("levy.txt").write_text("Second wording.")
    result = run("add", "levy.txt")
    assert "levy belongs to another text already" in result.err
    assert (result.code, result.out) == (3, "Added 0 articles (0 characters); 1 refused.\n")
    assert Project.open(root).store.article("levy").text == "First wording."
    assert run("add", "levy.txt", "--id", "levy 2").code == 0
    assert Project.open(root).store.article("levy 2").text == "Second wording."


def test_files_of_one_name_in_two_folders_are_told_apart(root: Path, run: Run) -> None:
    for folder in ("may", "june"):
        Path(folder).mkdir()
        Path(folder, "index.txt").write_text(f"It is {folder}.")
    result = run("add", "may", "june", "--json")
    assert result.json["ids"] == ["index", "june-index"]
    assert run("add", "june", "may").out.startswith("Added 0 articles")


def test_the_json_summary_holds_every_notice(root: Path, run: Run) -> None:
    Path("feed.jsonl").write_bytes(
        b'{"id": "a", "text": "Alpha."}\n{"id": "a", "text": "Beta."}\nnonsense\n'
        b'{"text": "Gamma.", "spans": [{"start": 0, "end": 5, "label": "X"}]}\n'
    )
    result = run("add", "feed.jsonl", "--json", "--source", "Osk Wire")
    assert result.code == 3
    assert result.err == ""
    assert (result.json["added"], result.json["refused"], result.json["duplicates"]) == (2, 2, 0)
    assert result.json["ids"] == ["a", "feed-4"]
    assert [(item["kind"], item["line"]) for item in result.json["notices"]] == [
        ("refused", 2),
        ("refused", 3),
        ("skipped", None),
    ]
    assert {head.source for head in Project.open(root).store.heads()} == {"Osk Wire"}


def test_our_own_lines_come_in_again_whole(annotated: Path, run: Run, tmp_path: Path) -> None:
    run("export", "-o", "out.jsonl")
    Project.create(tmp_path / "other").close()
    result = run("--project", tmp_path / "other", "add", "out.jsonl", "corpus/articles/00000.jsonl")
    assert result.code == 0
    here, there = Project.open(annotated).store, Project.open(tmp_path / "other").store
    assert [head.id for head in there.heads()] == ["bridge", "untouched"]
    assert there.article("bridge").text_hash == here.article("bridge").text_hash
    assert there.article("bridge").meta == {}
    assert "11 annotations" not in result.err
    assert "holds annotations (8 in 1 of its articles)" in result.err


def test_standard_input_and_names_with_brackets(root: Path, run_process: Run) -> None:
    result = run_process("add", "-", "--id", "piped", input="“Aye,” said Pell.\r\n".encode())
    assert (result.code, result.err) == (0, "")
    odd = "[memo] pier [2].txt"
    Path(odd).write_text("The pier [b]is[/b] shut. \x1b[31m\x07")
    assert run_process("add", odd).code == 0
    store = Project.open(root).store
    assert store.article("piped").text == "“Aye,” said Pell.\n"
    assert store.article("piped").steps == ("decoded as utf-8", "CRLF to LF")
    shown = run_process("show", "[memo] pier [2]")
    assert "The pier [b]is[/b] shut. ␛[31m␇" in shown.out
    assert "\x1b" not in shown.out + run_process("list").out


def test_the_project_itself_is_not_added(root: Path, run: Run) -> None:
    Path("one.txt").write_text("One line.")
    run("add", "one.txt")
    result = run("add", ".", "--json")
    assert result.json["added"] == 0
    assert result.json["duplicates"] == 1


def test_meta_of_lines_is_kept(root: Path, run: Run) -> None:
    Path("x.jsonl").write_bytes(orjson.dumps({"text": "T.", "desk": "city", "n": [1, {"a": None}]}))
    run("add", "x.jsonl")
    assert Project.open(root).store.article("x-1").meta == {"desk": "city", "n": [1, {"a": None}]}


def test_a_table_says_where_a_folder_of_texts_comes_from(root: Path, run: Run) -> None:
    box = root / "scraped"
    box.mkdir()
    (box / "one.txt").write_text("Dam holds\n\nThe dam holds, said engineer Pell.\n")
    (box / "two.txt").write_text("Dam leaks\n\nThe dam leaks, said diver Orm.\n")
    (box / "three.txt").write_text("Nobody knows\n\nNobody asked.\n")
    (box / "facts.csv").write_text(
        "File;Outlet;Date;lang;beat\n"
        "one.txt;Osk Radio;2031-05-02;en;water\n"
        "two;The Lowmark Bell;spring;;\n"
        "four.txt;Nobody;2031-01-01;en;\n"
    )
    done = run("add", "scraped", "--metadata", "scraped/facts.csv")
    assert (done.code, done.out[:16]) == (0, "Added 3 articles")
    assert "facts.csv:4: no file four.txt was read" in done.err
    store = Project.open(root).store
    one, two, three = (store.article(name) for name in ("one", "two", "three"))
    assert (one.source, one.published, one.language) == ("Osk Radio", "2031-05-02", "en")
    assert one.meta == {"beat": "water"}
    assert (two.source, two.published, two.meta) == ("The Lowmark Bell", "", {"date": "spring"})
    assert (three.source, three.published, three.headline) == ("", "", "Nobody knows")


def test_a_table_that_cannot_be_used_adds_nothing(root: Path, run: Run) -> None:
    (root / "one.txt").write_text("Dam holds\n\nThe dam holds.\n")
    for text, message in (
        ("outlet,date\nOsk,2031\n", "line 1: there is no column called file"),
        ("file,outlet\none.txt\n", "line 2: has 1 cells, but the header has 2"),
        ("file,outlet\none.txt,A\none.txt,B\n", "line 3: one.txt has a row already (line 2)"),
    ):
        (root / "facts.csv").write_text(text)
        done = run("add", "one.txt", "--metadata", "facts.csv")
        assert done.code == 1
        assert message in done.err
    assert run("add", "one.txt", "--metadata", "none.csv").code == 1
    assert not Project.open(root).store.heads()
