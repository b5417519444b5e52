import os
from pathlib import Path

import pytest

from annotator.model.article import Article, hash_text
from annotator.model.errors import AnnotatorError
from annotator.project import Project, Recovery
from annotator.store.settings import project_settings_path, save_setting

TEXT = "The ferry is safe, said Oda Brinn of the Harbour Guild.\n"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project.create(tmp_path / "ferry")
    project.store.add_articles(
        Article(f"a{n}", f"{TEXT}{n}", hash_text(f"{TEXT}{n}"), f"Ferry {n}") for n in range(3)
    )
    return project


def test_a_new_project_has_the_scheme_and_the_guidelines(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "new/deep")
    assert "CLAIM" in project.scheme.labels
    assert "TARGET" not in project.profile_scheme.labels
    assert project.page("SPEAKER").startswith("#")
    assert project.page_file("README.md")
    assert ".annotator/" in (project.root / ".gitignore").read_text()
    assert project.store.heads() == []
    assert project.topics == []


def test_a_project_is_not_made_over_another(project: Project, tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="already holds a project"):
        Project.create(project.root)
    (tmp_path / "used/guidelines").mkdir(parents=True)
    (tmp_path / "used/.gitignore").write_text("mine\n")
    (tmp_path / "used/guidelines/README.md").write_text("ours\n")
    made = Project.create(tmp_path / "used")
    assert (made.root / ".gitignore").read_text() == "mine\n"
    assert made.page_file("README.md") == "ours\n"
    (tmp_path / "file").write_text("")
    with pytest.raises(AnnotatorError, match="choose another folder"):
        Project.create(tmp_path / "file/below")


def test_a_project_is_found_from_within(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(project.root / "corpus/articles")
    assert Project.open().root == project.root.resolve()
    assert Project.find(project.root / "guidelines") == project.root.resolve()
    with pytest.raises(AnnotatorError, match="annotator init"):
        Project.find(tmp_path)


def test_profiles(project: Project) -> None:
    assert "TARGET" in Project.open(project.root, profile="full").profile_scheme.labels
    save_setting(project_settings_path(project.root), "profile", "full")
    assert "TARGET" in Project.open(project.root).profile_scheme.labels
    assert "TARGET" not in Project.open(project.root, profile="fast").profile_scheme.labels
    with pytest.raises(AnnotatorError, match="no profile 'fsat'; did you mean fast"):
        Project.open(project.root, profile="fsat")


def test_quite_another_scheme(tmp_path: Path) -> None:
    folder = tmp_path / "names/guidelines"
    folder.mkdir(parents=True)
    (folder / "scheme.toml").write_text('[labels."[/]"]\nkey="p"\n[labels.ORG]\nkey="o"\n')
    project = Project.open(tmp_path / "names")
    project.store.add_articles([Article("a", TEXT, hash_text(TEXT))])
    session = project.session("a", "ann")
    session.add_span("[/]", [(0, 3)])
    project.checkpoint(session)
    (work,) = Project.open(project.root).store.all_annotations()
    assert work.spans["s1"].label == "[/]"
    assert work.scheme == "scheme/1"


def test_who_annotates(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "system-user")
    assert project.annotator_name() == "system-user"
    save_setting(project_settings_path(project.root), "annotator", "oda")
    project = Project.open(project.root)
    assert project.annotator_name() == "oda"
    assert project.annotator_name("ann[1]") == "ann[1]"
    for name in ("", "..", ".x", "a/b", "a\\b", "a\x1b[31m", "con", "nul.txt", "x" * 65, " a"):
        with pytest.raises(AnnotatorError, match="--as"):
            project.annotator_name(name)


def test_work_goes_on_after_a_restart(project: Project) -> None:
    with project.lock("ann"):
        session = project.session("a1", "ann")
        session.add_span("SPEAKER", [(24, 33)])
        session.annotations.active_seconds += 4.5
        project.checkpoint(session)
        session.add_span("CUE", [(19, 23)])
    again = Project.open(project.root)
    assert again.recover("ann") == [Recovery("a1", 1)]
    assert again.recover("ann") == []
    session = again.session("a1", "ann")
    assert [span.label for span in session.annotations.in_order()] == ["CUE", "SPEAKER"]
    assert session.annotations.active_seconds == 4.5
    session.undo()
    session.undo()
    assert not session.annotations.spans
    assert not session.can_undo
    session.redo()
    again.checkpoint(session)
    assert Project.open(project.root).queue("ann")[1].spans == 1


def test_the_queue_is_in_order_with_the_state_of_ones_own_work(project: Project) -> None:
    session = project.session("a1", "ann")
    session.set_field("note", "odd")
    session.set_field("flags", ("mt",))
    session.set_status("done")
    project.checkpoint(session)
    queue = project.queue("ann")
    assert [item.head.id for item in queue] == ["a0", "a1", "a2"]
    assert [item.status for item in queue] == ["new", "done", "new"]
    assert (queue[1].flags, queue[1].note, queue[1].problem) == (("mt",), "odd", "")
    assert [item.status for item in project.queue("bob")] == ["new"] * 3


def test_only_one_process_annotates_as_one_person(project: Project) -> None:
    with project.lock("ann"):
        with pytest.raises(AnnotatorError, match="Already annotating as ann"), project.lock("ann"):
            pass
        with project.lock("bob"):
            pass
    with pytest.raises(AnnotatorError, match="--as"):
        project.lock("../x")


def read_only(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Refuse every way of writing below a folder, also to a superuser."""
    real_open, real_mkdir = os.open, os.mkdir

    def refuse(path: object) -> None:
        if str(path).startswith(str(root)):
            raise OSError(30, "Read-only file system", str(path))

    def guarded_open(path: object, flags: int, *rest: int, **more: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse(path)
        return real_open(path, flags, *rest, **more)  # type: ignore[arg-type]

    def guarded_mkdir(path: object, *rest: int, **more: int) -> None:
        if not Path(str(path)).exists():
            refuse(path)
        real_mkdir(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", guarded_open)
    monkeypatch.setattr(os, "mkdir", guarded_mkdir)


def test_a_read_only_project_is_shown_and_keeps_edits_in_memory(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = project.session("a0", "ann")
    session.add_span("CUE", [(0, 3)])
    with monkeypatch.context() as patch:
        read_only(patch, project.root)
        again = Project.open(project.root)
        with again.lock("ann"):
            assert again.recover("ann") == []
            assert len(again.queue("ann")) == 3
            session = again.session("a0", "ann")
            assert len(session.annotations.spans) == 1
            session.add_span("CUE", [(4, 9)])
            assert len(session.unsaved) == 1
            assert len(session.annotations.spans) == 2
            with pytest.raises(AnnotatorError, match="Read-only file system"):
                again.checkpoint(session)
            with pytest.raises(AnnotatorError, match="Read-only file system"):
                again.add_topic("x")
    assert session.save_pending()
    again.checkpoint(session)
    assert Project.open(project.root).queue("ann")[0].spans == 2


def test_topics(project: Project) -> None:
    topic = project.add_topic("The ferry")
    assert project.topics == [topic]
    assert project.topic_name(topic.id) == "The ferry"
    assert project.topic_name("gone") == "gone"
    assert Project.open(project.root).topics == [topic]


def test_pages_are_read_from_the_guidelines_alone(project: Project) -> None:
    (project.root / "secret.md").write_text("secret")
    for name in ("../secret.md", "/etc/hostname", "none.md", "", "."):
        assert project.page_file(name) == ""
    assert project.page("NOTHING") == ""
