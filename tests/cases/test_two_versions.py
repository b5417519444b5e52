"""The same annotator at work in two clones: both versions are seen, and one is kept by a key."""

import shutil
from pathlib import Path

from annotator.project import Project
from tests.tui.desk import at_desk, make_project


def work(root: Path, words: str) -> None:
    project = Project.open(root)
    session = project.session("quay", "kim")
    start = session.article.text.index(words)
    session.add_span("SPEAKER", [(start, start + len(words))])
    project.checkpoint(session)
    project.close()


def merged(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "mine", quay="Mayor Orla Finn praised the clerk.\n")
    other = tmp_path / "theirs"
    shutil.copytree(root, other)
    shutil.rmtree(other / ".annotator", ignore_errors=True)
    work(root, "Mayor Orla Finn")
    work(other, "the clerk")
    shutil.copytree(other / "corpus/annotations", root / "corpus/annotations", dirs_exist_ok=True)
    return root


async def test_one_of_two_versions_is_kept_and_edited_on(tmp_path: Path) -> None:
    root = merged(tmp_path)
    async with at_desk(root, "quay") as desk:
        assert "only here SPEAKER “Mayor Orla Finn”" in desk.offered
        assert "only here SPEAKER “the clerk”" in desk.offered
        await desk.press(desk.digit("1 span, only here SPEAKER “the clerk”"))
        assert desk.surfaces() == ["the clerk"]
        assert desk.offered == ""
        await desk.mark("e", "praised")
        await desk.press("escape")
    project = Project.open(root)
    (version,) = project.store.versions("quay", "kim")
    assert sorted(span.label for span in version.spans.values()) == ["CUE", "SPEAKER"]
    assert not project.store.problems


async def test_the_question_can_wait(tmp_path: Path) -> None:
    root = merged(tmp_path)
    async with at_desk(root, "quay") as desk:
        assert "2 versions of this work" in desk.said
        await desk.press("escape")
        assert desk.offered == ""
    assert len(Project.open(root).store.versions("quay", "kim")) == 2
