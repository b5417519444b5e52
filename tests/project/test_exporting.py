"""What is exported: whose work, which articles, and the account of everything else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.formats.conditions import parse
from annotator.formats.exchange import Export
from annotator.formats.loss import Loss
from annotator.formats.narrowing import ORIGINAL
from annotator.formats.recorded import RecordedExport
from annotator.model.annotation import AnnotationSet, Span
from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.project.exporting import MEASURE, Choice, Selection
from annotator.store.splits import Placed, SplitSettings, write_splits
from tests.formats.dock import TEXT, dock


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Three articles: dock by ada and bo, quay by ada (open), pier by nobody."""
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    project = Project.create(tmp_path / "news")
    texts = {"dock": TEXT, "quay": f"Quay\n{TEXT}", "pier": "Nothing was said.\n"}
    project.store.add_articles(
        Article(key, text, hash_text(text), "Dock", f"{key} wire", f"2031-05-0{number}", "", "en")
        for number, (key, text) in enumerate(texts.items(), 1)
    )
    (work,) = dock().sets
    project.store.save(work)
    shorter = {k: v for k, v in work.spans.items() if k not in ("s2", "s8", "s9")}
    bo = replace(
        work,
        annotator="bo",
        spans=shorter,
        links={
            k: v for k, v in work.links.items() if v.source in shorter and v.target not in ("s2",)
        },
    )
    project.store.save(bo)
    quay = AnnotationSet(
        "quay", hash_text(texts["quay"]), "ada", "attribution/1",
        {"s1": Span("s1", "CUE", ((0, 4),))}, fields={"genre": "opinion"}, serial=1, mark=1,
    )  # fmt: skip
    project.store.save(quay)
    yield project
    project.close()


def chosen(project: Project, **said: object) -> tuple[list[Export], Loss]:
    loss = Loss()
    found = list(Selection(project, Choice(**said), loss).exports())  # type: ignore[arg-type]
    return found, loss


def who(found: list[Export]) -> list[tuple[str, list[str]]]:
    return [(one.article.id, [work.annotator for work in one.sets]) for one in found]


def test_everything_by_article_and_name(project: Project) -> None:
    found, loss = chosen(project)
    assert who(found) == [("dock", ["ada", "bo"]), ("quay", ["ada"])]
    assert all(isinstance(export, RecordedExport) for export in found)
    assert (loss.carried["articles"], loss.carried["annotation sets"]) == (2, 3)
    assert loss.aside == {("articles", "without annotations"): 1}
    assert not loss.left_out


def test_annotators_by_name_each_gold(project: Project) -> None:
    assert who(chosen(project, annotators="bo")[0]) == [("dock", ["bo"])]
    with pytest.raises(AnnotatorError, match="no gold yet"):
        chosen(project, annotators="gold")
    (work,) = dock().sets
    project.store.save(replace(work, annotator="gold"))
    assert who(chosen(project, annotators="gold")[0]) == [("dock", ["gold"])]
    assert who(chosen(project, annotators="each")[0])[0] == ("dock", ["ada", "bo"])
    assert who(chosen(project)[0])[0] == ("dock", ["ada", "bo", "gold"])
    with pytest.raises(AnnotatorError, match="There is no annotator b; there are ada, bo, gold"):
        chosen(project, annotators="b")


def test_majority_and_union_are_one_set(project: Project) -> None:
    found, loss = chosen(project, annotators="majority")
    assert who(found) == [("dock", ["majority"]), ("quay", ["majority"])]
    assert len(found[0].sets[0].spans) == 7  # what both have
    assert loss.aside["REGION spans", "no majority has them"] == 1
    (both, _), _ = chosen(project, annotators="union")
    assert len(both.sets[0].spans) == 10


def test_articles_without_enough_agreement_stay_out(project: Project) -> None:
    # 7 spans are equal, of 10 and 7: F1 = 14/17
    for least, there in ((0.82, True), (0.83, False)):
        found, loss = chosen(project, min_agreement=least)
        assert ("dock" in [one.article.id for one in found]) is there
        why = f"agreement below {least:g} ({MEASURE})"
        assert loss.aside["articles", why] == (not there)
    (work,) = dock().sets
    project.store.save(replace(work, annotator="gold"))
    found, _ = chosen(project, min_agreement=0.83, annotators="gold")
    assert found == []


def test_labels_and_profiles(project: Project) -> None:
    found, loss = chosen(project, labels=("CLAIM", "CUE"))
    assert {span.label for one in found for work in one.sets for span in work.spans.values()} == {
        "CLAIM",
        "CUE",
    }
    assert loss.aside["STANCE spans", "of another label"] == 4
    assert not loss.left_out
    with pytest.raises(AnnotatorError, match=r"did you mean CLAIM\?"):
        chosen(project, labels=("CLAIMS",))
    with pytest.raises(AnnotatorError, match="There is no profile slow"):
        chosen(project, profile="slow")
    assert len(chosen(project, profile="fast")[0]) == 2


def test_conditions_on_articles_and_on_work(project: Project) -> None:
    def ids(*texts: str) -> list[str]:
        found, _ = chosen(project, where=parse(texts, project.scheme))
        return [one.article.id for one in found]

    assert ids("genre=opinion") == ["quay"]
    assert ids("source=dock wire", "published<=2031-05-01") == ["dock"]
    assert ids("status=done", "genre=opinion") == []
    _, loss = chosen(project, where=parse(["source=dock wire", "annotator=bo"], project.scheme))
    assert loss.aside["articles", "not source=dock wire"] == 1
    assert loss.aside["annotation sets", "not annotator=bo"] == 1
    _, loss = chosen(project, done_only=True)
    assert loss.aside["annotation sets", "not marked done"] == 1


def test_excluded_lines_are_cut_where_all_exclude_them(project: Project) -> None:
    (both, quay), loss = chosen(project, regions="drop")
    assert both.article.text == TEXT  # bo did not exclude anything
    assert quay.article.meta == {}
    (alone, _), loss = chosen(project, regions="drop", annotators="ada")
    assert alone.article.text == TEXT.removesuffix("Read also: ten harbours\n")
    assert alone.article.text_hash == alone.sets[0].text_hash == hash_text(alone.article.text)
    assert alone.article.meta[ORIGINAL] == hash_text(TEXT)
    assert alone.excluded == ()
    assert loss.aside["REGION spans", "in excluded lines"] == 1
    (masked, _), _ = chosen(project, regions="mask", annotators="ada")
    assert len(masked.article.text) == len(TEXT)
    start = TEXT.index("Read also")
    assert masked.excluded == ((start, len(TEXT) - 1),)
    (plain, _), _ = chosen(project, annotators="ada")
    assert plain.excluded == masked.excluded


def test_splits(project: Project) -> None:
    with pytest.raises(AnnotatorError, match="make them with `annotator split`"):
        chosen(project, split="train")
    write_splits(project.root, SplitSettings(), {"dock": Placed("test", "dock", 1)})
    found, loss = chosen(project, split="test")
    assert [(one.article.id, one.split) for one in found] == [("dock", "test")]
    assert loss.aside["articles", "not in split test"] == 1
    assert [one.split for one in chosen(project)[0]] == ["test", ""]
    with pytest.raises(AnnotatorError, match="there are test"):
        chosen(project, split="dev")
    loss = Loss()
    parts = list(Selection(project, Choice(), loss).parts())
    assert [(part.choice.split, who(list(part.exports()))) for part in parts] == [
        ("test", [("dock", ["ada", "bo"])])
    ]
    assert loss.left_out == {("articles", "in no split"): 1}


def test_what_no_longer_fits_the_scheme_is_named(project: Project) -> None:
    (work,) = dock().sets
    odd = replace(work, annotator="cem", spans={"s1": Span("s1", "RUMOUR", ((0, 4),))}, links={})
    project.store.save(odd)
    selection = Selection(project, Choice(annotators="cem"), Loss())
    (found,) = selection.exports()
    assert found.sets[0].spans == odd.spans
    assert selection.unfit == {"unknown label RUMOUR": 1}


def test_a_text_that_was_changed_is_a_loss(project: Project) -> None:
    (shard,) = (project.root / "corpus/articles").glob("*.jsonl")
    shard.write_bytes(shard.read_bytes().replace(b"Mayor Iva", b"Mayor Eva", 1))
    again = Project.open(project.root)
    found, loss = chosen(again)
    again.close()
    assert [one.article.id for one in found] == ["quay"]
    assert loss.left_out["articles", "cannot be read"] == 1
    assert "this text was changed" in str(loss.findings[0])


def test_a_data_card_learns_how_far_people_agreed_and_how_it_was_split(project: Project) -> None:
    facts = Selection(project, Choice(annotators="majority", done_only=True), Loss()).about()
    rows = facts["agreement"]
    assert isinstance(rows, list)
    (exact,) = [row for row in rows if row["measure"] == "F1 exact" and row["of"] == "all labels"]
    assert exact["value"] == ".88"  # 7 are equal of 9 and 7; REGION is measured apart
    assert (facts["annotators"], facts["splits"]) == ("majority", {})
    write_splits(project.root, SplitSettings(salt="x"), {"dock": Placed("test", "dock", 1)})
    splits = Selection(project, Choice(), Loss()).about()["splits"]
    assert isinstance(splits, dict)
    assert splits["salt"] == "x"
