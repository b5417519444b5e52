"""`annotator split`: train, dev and test without leaks."""

from pathlib import Path
from random import Random

import orjson
import pytest

from annotator.model.article import Article, hash_text
from annotator.project import Project
from annotator.store.splits import FILE, Placed, load_splits, read_splits, write_splits
from tests.cli.conftest import BRIDGE, Run, add_text, annotate_bridge, mark

COUNT = 30
WORDS = [f"{a}{b}" for a in ("bar", "mel", "tor", "win", "zul") for b in ("da", "ke", "mi", "no")]


def words(seed: int, length: int = 90) -> list[str]:
    random = Random(seed)
    return [random.choice(WORDS) for _ in range(length)]


def put(root: Path, *articles: tuple[str, str, str, str]) -> None:
    """Articles as id, text, source and date."""
    project = Project.open(root)
    project.store.add_articles(
        Article(id, text, hash_text(text), f"About {id}", source, published)
        for id, text, source, published in articles
    )
    project.close()


@pytest.fixture
def many(root: Path) -> Path:
    """`a00` ... `a29`, one a day from 1 March 2031 on, by three sources."""
    put(
        root,
        *(
            (f"a{n:02}", " ".join(words(n)), f"Gazette {n % 3}", f"2031-03-{n + 1:02}T08:00")
            for n in range(COUNT)
        ),
    )
    return root


def copy_of(seed: int, changed: int = 3) -> str:
    found = words(seed)
    for at in range(changed):
        found[at * 20 + 5] = "altered"
    return " ".join(found)


def test_everything_gets_a_place_by_the_shares(many: Path, run_process: Run) -> None:
    result = run_process("split", "--json")
    assert result.code == 0
    assert {name: one["articles"] for name, one in result.json["splits"].items()} == {
        "train": 24,
        "dev": 3,
        "test": 3,
    }
    assert result.json["leaks"] == result.json["ties"] == result.json["moved"] == []
    placed = load_splits(many)
    assert sorted(placed) == [f"a{n:02}" for n in range(COUNT)]
    train = result.json["splits"]["train"]
    assert train["sources"] == ["Gazette 0", "Gazette 1", "Gazette 2"]
    days = sorted(int(id[1:]) + 1 for id, split in placed.items() if split == "train")
    assert (train["from"], train["to"]) == (f"2031-03-{days[0]:02}", f"2031-03-{days[-1]:02}")


def test_the_same_command_changes_nothing_and_a_dry_run_writes_nothing(
    many: Path, run: Run
) -> None:
    assert run("split", "--dry-run").code == 0
    assert not (many / FILE).exists()
    run("split")
    before = (many / FILE).read_bytes()
    assert "0 articles placed, 30 kept" in run("split").out
    assert (many / FILE).read_bytes() == before
    run("split", "--redo", "--salt", "7")
    assert (many / FILE).read_bytes() != before
    run("split", "--redo", "--salt", "")
    assert (many / FILE).read_bytes() == before


def test_near_duplicates_stay_together_and_are_named(many: Path, run: Run) -> None:
    put(many, *((f"copy{n}", copy_of(n), "Other", "2033-01-01") for n in range(6)))
    result = run("split")
    placed = load_splits(many)
    assert all(placed[f"copy{n}"] == placed[f"a{n:02}"] for n in range(6))
    assert "Near-duplicates (6 ties):" in result.out
    assert "About a03 | About copy3" in result.out
    assert "Leaks: 0 of 30 groups" in result.out
    ties = run("split", "--json").json["ties"]
    assert {tuple(tie["articles"]) for tie in ties} == {(f"a0{n}", f"copy{n}") for n in range(6)}
    assert all(0.6 <= tie["likeness"] < 1 for tie in ties)


def test_added_articles_move_nothing(many: Path, run: Run) -> None:
    run("split")
    before = load_splits(many)
    put(many, *((f"b{n:02}", " ".join(words(900 + n)), "", "") for n in range(10)))
    put(many, ("later", copy_of(4), "", ""))
    result = run("split")
    assert "11 articles placed, 30 kept" in result.out
    after = load_splits(many)
    assert after.items() >= before.items()
    assert after["later"] == before["a04"]


def test_what_grows_together_moves_to_the_earlier_place(many: Path, run: Run) -> None:
    common = words(600, 80)
    one, two = " ".join(words(601, 30) + common), " ".join(common + words(602, 30))
    put(many, ("one", one, "", ""), ("two", two, "", ""))
    assert run("split", "--json").json["ties"] == []  # .56: not alike enough
    first = load_splits(many)["one"]
    other = "test" if first == "train" else "train"
    force(many, "two", other)
    assert run("split", "--check").code == 0
    put(many, ("both", " ".join(common), "", ""))
    checked = run("split", "--check")
    assert checked.code == 1
    assert f"one ({first}) and two ({other}) belong together." in checked.out
    result = run("split", "--json").json
    assert result["moved"] == [{"article": "two", "from": other, "to": first}]
    assert result["added"] == ["both"]
    placed = load_splits(many)
    assert placed["one"] == placed["two"] == placed["both"] == first
    assert run("split", "--check").code == 0


def test_check_finds_what_leaks_now(many: Path, run: Run) -> None:
    assert "Nothing is split here yet" in run("split", "--check").err
    run("split")
    placed = load_splits(many)
    one = next(id for id, split in placed.items() if split == "test")
    put(many, ("copy", copy_of(int(one[1:])), "", ""))
    clean = run("split", "--check")
    assert clean.code == 0
    assert "none in several splits" in clean.out
    assert "1 article not placed yet" in clean.out
    force(many, "copy", "train")
    result = run("split", "--check")
    assert result.code == 1
    assert f"{one} (test) and copy (train) belong together: near-duplicate ." in result.out
    found = run("split", "--check", "--json").json
    assert found["leaks"][0]["articles"] == {"test": [one], "train": ["copy"]}
    # The next split puts it where the first of them was placed, and says so.
    healed = run("split")
    assert "copy moves from train to test: its group is there." in healed.out
    assert run("split", "--check").code == 0


def force(root: Path, article: str, split: str) -> None:
    """Place an article by hand, as a later round would."""
    found = read_splits(root)
    assert found.settings is not None
    found.articles[article] = Placed(split, "00", 2)  # type: ignore[arg-type]
    write_splits(root, found.settings, found.articles)


STORY = [
    "Warden Tam Brode closed the Lowmark bridge. Brode told Radio Osk that Lowmark’s piers crack.",
    "No lorry will cross at Lowmark, Radio Osk has learned: Tam Brode signed the order himself.",
]


def test_one_story_stays_together_for_two_weeks(many: Path, run: Run) -> None:
    put(
        many,
        ("s1", STORY[0], "Osk", "2031-05-01"),
        ("s2", STORY[1], "Selm", "2031-05-09"),
        ("s3", STORY[1] + " Again.", "Selm", "2032-05-09"),
    )
    result = run("split", "--json").json
    assert [tie["articles"] for tie in result["ties"] if tie["kind"] == "story"] == [["s1", "s2"]]
    assert len(set(groups_of(many, "s1", "s2"))) == 1
    assert run("split", "--redo", "--together", "none", "--json").json["ties"][0]["kind"] == (
        "near-duplicate"
    )


def groups_of(root: Path, *ids: str) -> list[str]:
    records = map(orjson.loads, (root / FILE).read_bytes().splitlines()[1:])
    return [record["group"] for record in records if record["article"] in ids]


def test_sources_topics_and_speakers_stay_together_if_asked(many: Path, run: Run) -> None:
    run("split", "--together", "source")
    placed = load_splits(many)
    for source in range(3):
        assert len({placed[f"a{n:02}"] for n in range(source, COUNT, 3)}) == 1

    project = Project.open(many)
    add_text(project, "bridge", BRIDGE)
    add_text(project, "second", "Premier Ilse Varn opened a school.\n")
    project.add_topic("reopening")
    annotate_bridge(project, "mira")
    other = project.session("second", "tom")
    speaker = other.add_entity("ilse  varn", "person", "named")
    other.link(mark(other, "SPEAKER", "Premier Ilse Varn"), "ref", speaker.id, "entity")
    project.checkpoint(other)
    project.close()
    for bond, together in (("speaker", True), ("topic", False), ("none", False)):
        run("split", "--redo", "--together", bond)
        assert (len(set(groups_of(many, "bridge", "second"))) == 1) is together


def test_labels_are_shared_out_and_what_lacks_is_told(many: Path, run: Run) -> None:
    assert "Nothing is annotated yet" in run("split", "--dry-run").out
    project = Project.open(many)
    for n in range(20):
        session = project.session(f"a{n:02}", "mira")
        for word in words(n)[:3]:
            mark(session, "CUE", word)
        if n == 0:
            mark(session, "REGION", words(n)[5])
        project.checkpoint(session)
    # Who marked less does not count a span twice.
    session = project.session("a01", "tom")
    mark(session, "CUE", words(1)[0])
    project.checkpoint(session)
    project.close()
    result = run("split", "--json").json
    spans = {name: one["spans"] for name, one in result["splits"].items()}
    assert {name: one["CUE"] for name, one in spans.items()} == {"train": 48, "dev": 6, "test": 6}
    assert spans["train"]["REGION"] == 1
    assert "No REGION in dev and test: too few groups have any." in run("split").out


def test_by_date_tests_on_the_latest_and_leaves_a_gap(many: Path, run: Run) -> None:
    put(many, ("undated", " ".join(words(800)), "", ""))
    result = run("split", "--by-date", "--gap", 2)
    assert result.code == 3
    assert "1 article without a date left out." in result.out
    placed = load_splits(many)
    assert [id for id, split in placed.items() if split == "test"] == ["a27", "a28", "a29"]
    assert [id for id, split in placed.items() if split == "dev"] == ["a24"]
    assert max(id for id, split in placed.items() if split == "train") == "a21"
    assert "undated" not in placed
    put(many, ("b", " ".join(words(801)), "", "2031-06-01"))
    assert run("split").code == 3
    assert load_splits(many)["b"] == "test"


def test_small_projects_are_told_what_is_empty(root: Path, run: Run) -> None:
    put(root, ("only", "Dam holds.", "", ""))
    result = run("split")
    assert result.code == 0
    assert load_splits(root) == {"only": "train"}
    assert "dev is empty: there are too few groups for these shares." in result.out
    assert "test is empty" in result.out


def test_a_group_too_large_for_the_shares_is_told(many: Path, run: Run) -> None:
    out = run("split", "--together", "source").out
    assert "The largest group is 33% of all articles" in out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--shares", "0/1/1"], 2, "as 80/10/10"),
        (["--shares", "80"], 2, "as 80/10/10"),
        (["--shares", "a/b/c"], 2, "as 80/10/10"),
        (["--shares", "nan/1/1"], 2, "as 80/10/10"),
        (["--together", "colour"], 2, "'colour' is none of story, speaker"),
        (["--gap", "3"], 2, "--gap goes with --by-date"),
        (["--check", "--redo"], 2, "--check looks at"),
        ([], 1, "There are no articles to split yet"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    root: Path, run: Run, arguments: list[str], code: int, told: str
) -> None:
    result = run("split", *arguments)
    assert result.code == code
    assert told in result.err
    assert not (root / FILE).exists()


def test_other_settings_than_before_need_redo(many: Path, run: Run) -> None:
    run("split", "--shares", "4/1")
    for option in (
        ["--shares", "80/10/10"],
        ["--salt", "x"],
        ["--together", "none"],
        ["--by-date"],
    ):
        result = run("split", *option)
        assert result.code == 1
        assert "made with --shares 80/0/20 --together story" in result.err
    assert run("split", "--shares", "80/20").code == 0
    assert run("split", "--redo", "--by-date").code == 0


def test_a_damaged_file_is_not_written_over(many: Path, run: Run) -> None:
    run("split")
    file = many / FILE
    damaged = file.read_bytes().replace(b'"article":"a07"', b'"article":"a70"')
    file.write_bytes(damaged)
    result = run("split")
    assert result.code == 1
    assert f"{FILE}:9: this line was changed: its checksum does not match" in result.err
    assert "--redo" in result.err
    assert file.read_bytes() == damaged
    checked = run("split", "--check")
    assert checked.code == 1
    assert f"{FILE}:9" in checked.out
    assert run("split", "--redo").code == 0
    assert run("split", "--check").code == 0
