"""`annotator check` finds what is wrong, says where, and changes nothing."""

import shutil
from pathlib import Path

from annotator.project import Project
from tests.cli.conftest import Run, add_text, mark


def test_a_sound_project_has_nothing_to_tell(annotated: Path, run: Run) -> None:
    result = run("check")
    assert (result.code, result.out) == (0, "2 articles, 1 annotator: 0 errors, 0 warnings.\n")


def test_odd_spans_are_warnings(root: Path, run: Run) -> None:
    project = Project.open(root)
    add_text(project, "signs", "The 👩‍🚒 crew said yes.\n")
    session = project.session("signs", "mira")
    session.add_span("CUE", [(4, 6)])
    session.add_span("CUE", [(13, 18)])
    mark(session, "CUE", "yes")
    mark(session, "CUE", "yes")
    project.checkpoint(session)
    project.close()
    result = run("check", "--json")
    assert result.code == 0
    assert result.json["counts"] == {
        "cut-character": 1,
        "duplicate-span": 1,
        "white-space-edge": 1,
    }
    cut = next(item for item in result.json["findings"] if item["kind"] == "cut-character")
    assert (cut["article"], cut["annotator"], cut["span"]) == ("signs", "mira", "s1")
    assert "[4, 6)" in cut["message"]


def test_a_done_article_that_lacks_something_is_an_error(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("bridge", "mira")
    lonely = mark(session, "STANCE", "Too early")
    session.link(lonely, "target", "no-such-topic", "topic")
    project.checkpoint(session)
    project.close()
    result = run("check", "--json")
    assert result.code == 1
    assert result.json["counts"] == {
        "missing-attribute": 1,
        "missing-link": 1,
        "unknown-topic": 1,
    }


def test_damage_is_told_with_file_and_line(annotated: Path, run: Run) -> None:
    (file,) = (annotated / "corpus/annotations/mira").glob("*.jsonl")
    before = file.read_bytes()
    file.write_bytes(before + before[:200] + b"\n")
    result = run("check")
    assert result.code == 1
    assert f"{file.relative_to(annotated)}:2: " in result.out
    finding = run("check", "--json").json["findings"][0]
    assert (finding["file"], finding["line"]) == (str(file.relative_to(annotated)), 2)
    assert run("export").out.count("\n") == 1


def test_a_changed_text_is_told_and_its_work_not_exported(annotated: Path, run: Run) -> None:
    shard = annotated / "corpus/articles/00000.jsonl"
    shard.write_bytes(shard.read_bytes().replace(b"Bridge reopens", b"Bridge re-opens"))
    result = run("check")
    assert result.code == 1
    assert "corpus/articles/00000.jsonl:1" in result.out
    exported = run("export")
    assert (exported.code, exported.out) == (3, "")
    assert "00000.jsonl:1" in exported.err


def test_two_versions_of_one_work_are_told(annotated: Path, run: Run, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(annotated, clone, ignore=shutil.ignore_patterns(".annotator"))
    for folder, words in ((annotated, "Too early"), (clone, "It is safe")):
        project = Project.open(folder)
        session = project.session("bridge", "mira")
        mark(session, "CUE", words)
        project.checkpoint(session)
        project.close()
    theirs = clone / "corpus/annotations/mira"
    shutil.copytree(theirs, annotated / "corpus/annotations/mira", dirs_exist_ok=True)
    result = run("check", "--json")
    assert result.code == 1
    assert result.json["counts"] == {"two-versions": 1}
    refused = run("migrate", "--label", "CUE=SPEAKER")
    assert (refused.code, "two versions" in refused.err) == (3, True)
    assert "mira has two versions of 1 article, of which one is counted" in run("status").out
    assert run("status", "--json").json["annotators"][0]["two_versions"] == 1


def rename_in_scheme(root: Path, *pairs: tuple[str, str]) -> None:
    scheme = root / "guidelines/scheme.toml"
    text = scheme.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    scheme.write_text(text)


def test_a_scheme_changed_afterwards_hides_nothing_and_migrate_renames(
    annotated: Path, run: Run
) -> None:
    rename_in_scheme(
        annotated,
        ("SPEAKER", "VOICE"),
        ('"nonfactual", "minor", "worth"', '"nonfactual", "minor", "yes"'),
    )
    found = run("check")
    assert found.code == 1
    assert (
        "unknown label (4)\n  SPEAKER: 4 times; to rename: annotator migrate --label SPEAKER=NEW\n"
    ) in found.out
    assert (
        "check=worth: 1 time; to rename: annotator migrate --value CLAIM.check.worth=NEW\n"
    ) in found.out
    exported = run("export")
    assert exported.out.count('"label":"SPEAKER"') == 4
    assert "unknown label SPEAKER: 4, exported as it is" in exported.err
    flat = run("export", "--flat")
    assert flat.out.count("\n") == 3
    assert '"name":"Ilse Varn"' in flat.out

    old = Project.open(annotated).store.annotations("bridge", "mira")
    assert old is not None
    rules = ["--label", "SPEAKER=VOICE", "--value", "CLAIM.check.worth=yes"]
    tried = run("migrate", *rules, "--dry-run", "--json")
    assert tried.json["renamed"] == {
        "label SPEAKER to VOICE": 4,
        "value CLAIM.check.worth to yes": 1,
    }
    assert Project.open(annotated).store.annotations("bridge", "mira") == old
    assert run("migrate", *rules).out.endswith("1 annotation set changed.\n")
    project = Project.open(annotated)
    new = project.store.annotations("bridge", "mira")
    assert new is not None
    assert list(new.spans) == list(old.spans)
    assert [span.fragments for span in new.spans.values()] == [
        span.fragments for span in old.spans.values()
    ]
    assert new.links == old.links
    assert sorted({span.label for span in new.spans.values()}) == [
        "CLAIM",
        "CUE",
        "STANCE",
        "VOICE",
    ]
    assert run("check").code == 0
    session = project.session("bridge", "mira")
    edit = session.undo()
    assert edit is not None
    assert edit.action == "mark done"  # the annotator's own last edit, not the renaming
    while session.undo():
        assert "SPEAKER" not in {span.label for span in session.annotations.spans.values()}
    assert not session.annotations.spans
    while session.redo():
        assert "SPEAKER" not in {span.label for span in session.annotations.spans.values()}
    assert session.annotations.spans == new.spans
    project.checkpoint(session)
    project.close()
    assert "0 annotation sets changed" in run("migrate", *rules).out


def test_attributes_and_links_are_renamed_too(annotated: Path, run: Run) -> None:
    rename_in_scheme(
        annotated,
        ("labels.CLAIM.attributes.form", "labels.CLAIM.attributes.wording"),
        ('name = "relay"', 'name = "via"'),
    )
    result = run(
        "migrate", "--attribute", "CLAIM.form=wording", "--link", "CLAIM.relay=via", "--json"
    )
    assert result.json["renamed"] == {
        "attribute CLAIM.form to wording": 1,
        "link CLAIM.relay to via": 1,
    }
    assert run("check").code == 0


def test_entities_and_document_fields_are_renamed_too(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("bridge", "mira")
    session.set_field("genre", "opinion")
    session.set_field("genre", "analysis")
    session.add_entity("a ferryman", "person", "generic")
    project.checkpoint(session)
    project.close()
    rename_in_scheme(
        annotated,
        ("[fields.genre]", "[fields.form]"),
        ('"analysis"', '"essay"'),
        ('"media"', '"outlet"'),
        ('"named"', '"by name"'),
        ('"generic"]', '"kind"]'),
    )
    found = run("check", "--json")
    assert {item["remedy"] for item in found.json["findings"]} == {
        "annotator migrate --field genre=NEW",
        "annotator migrate --entity-type media=NEW",
        "annotator migrate --naming named=NEW",
        "annotator migrate --naming generic=NEW",
    }
    rules = ["--field", "genre=form", "--value", "genre.analysis=essay"]
    rules += [
        "--entity-type",
        "media=outlet",
        "--naming",
        "named=by name",
        "--naming",
        "generic=kind",
    ]
    assert run("migrate", *rules, "--json").json["renamed"] == {
        "entity type media to outlet": 1,
        "field genre to form": 1,
        "naming generic to kind": 1,
        "naming named to by name": 3,
        "value genre.analysis to essay": 1,
    }
    assert run("check").code == 0
    session = Project.open(annotated).session("bridge", "mira")
    assert session.annotations.fields["form"] == "essay"
    session.undo()
    session.undo()
    assert session.annotations.fields["form"] == "opinion"
    rename_in_scheme(annotated, ('"by name"', '"named"'))
    found = run("check", "--json").json["findings"]
    assert {item["remedy"] for item in found} == {"annotator migrate --naming 'by name=NEW'"}


def test_a_value_that_is_no_name_has_no_renaming(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("bridge", "mira")
    session.set_field("usable", False)
    project.checkpoint(session)
    project.close()
    rename_in_scheme(
        annotated,
        ('[fields.usable]\nkind = "flag"\ndefault = true', '[fields.usable]\nkind = "text"'),
    )
    (finding,) = run("check", "--json").json["findings"]
    assert (finding["kind"], finding["remedy"]) == ("unknown-value", "")


def test_names_in_what_was_deleted_are_renamed_for_undo(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("untouched", "mira")
    session.delete_span(mark(session, "CUE", "happened"))
    project.checkpoint(session)
    project.close()
    rename_in_scheme(annotated, ("CUE", "SIGN"))
    assert run("migrate", "--label", "CUE=SIGN").out.endswith("2 annotation sets changed.\n")
    session = Project.open(annotated).session("untouched", "mira")
    session.undo()
    assert [span.label for span in session.annotations.spans.values()] == ["SIGN"]


def test_a_name_that_is_taken_is_left_out_and_told(annotated: Path, run: Run) -> None:
    project = Project.open(annotated)
    session = project.session("bridge", "mira")
    claim = next(span for span in session.annotations.in_order() if "form" in span.attributes)
    session.set_attribute(claim.id, "act", "assert")
    project.checkpoint(session)
    project.close()
    result = run("migrate", "--attribute", "CLAIM.act=form")
    assert result.code == 3
    assert f"bridge (mira): {claim.id} has form besides act" in result.err


def test_work_on_a_damaged_article_is_left_out_and_the_rest_renamed(
    annotated: Path, run: Run
) -> None:
    project = Project.open(annotated)
    session = project.session("untouched", "mira")
    mark(session, "CUE", "happened")
    project.checkpoint(session)
    project.close()
    shard = annotated / "corpus/articles/00000.jsonl"
    shard.write_bytes(shard.read_bytes().replace(b"Bridge reopens", b"Bridge re-opens"))
    rename_in_scheme(annotated, ("CUE", "SIGN"))
    result = run("migrate", "--label", "CUE=SIGN")
    assert (result.code, result.out) == (3, "label CUE to SIGN: 1\n1 annotation set changed.\n")
    assert "bridge (mira): corpus/articles/00000.jsonl:1" in result.err


def test_migrate_refuses_what_the_scheme_does_not_know(annotated: Path, run: Run) -> None:
    for rule in (
        ["--label", "CUE=SIGN"],
        ["--value", "CLAIM.act.assert=shout"],
        ["--value", "genre.analysis=tale"],
        ["--entity-type", "person=robot"],
        ["--naming", "named=masked"],
        ["--field", "genre=kind"],
    ):
        result = run("migrate", *rule)
        assert result.code == 1
        assert "change guidelines/scheme.toml first" in result.err
    assert "cannot be renamed" in run("migrate", "--field", "status=genre").err
    assert run("migrate", "--label", "CUE").code == 1
    assert run("migrate").code == 2


def test_splits_are_checked(root: Path, run: Run) -> None:
    Path("one.txt").write_text("Dam holds\n\nThe dam holds, said engineer Pell.\n")
    run("add", "one.txt")
    assert run("split").code in (0, 3)
    assert run("check").code == 0
    splits = Path("corpus/splits.jsonl")
    lines = splits.read_bytes()
    splits.write_bytes(lines + b"torn\n")
    found = run("check", "--json")
    assert found.code == 1
    assert found.json["counts"] == {"damaged-line": 1}
    splits.write_bytes(lines.replace(b'"one"', b'"two"'))
    assert "damaged-line" in run("check", "--json").json["counts"]
