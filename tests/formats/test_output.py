"""Where output may go: never over a project, and only over what an export wrote."""

from pathlib import Path

import pytest

from annotator.formats.output import Output, write_lines
from annotator.model.errors import AnnotatorError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "news"
    for folder in ("corpus/articles", "guidelines", ".annotator"):
        (root / folder).mkdir(parents=True)
    (root / "guidelines/scheme.toml").write_text("x")
    (root / "corpus/articles/00000.jsonl").write_text("{}\n")
    return root


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "place",
    ["corpus/articles/00000.jsonl", "corpus/new.jsonl", "guidelines/scheme.toml", ".annotator/x"],
)
def test_no_file_goes_into_what_a_project_keeps(project: Path, place: str) -> None:
    before = contents(project)
    with pytest.raises(AnnotatorError, match="is within the project in"):
        write_lines(str(project / place), [b"lost"])
    assert contents(project) == before


def test_nor_by_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project / "corpus/articles/00000.jsonl")
    with pytest.raises(AnnotatorError, match="is within the project in"):
        write_lines(str(tmp_path / "link"), [b"lost"])


def replace(target: Path) -> None:
    with Output(str(target), replace=True).committed() as output, output.part("a") as file:
        file.write(b"new")


@pytest.mark.parametrize("place", ["", "corpus", "corpus/articles", ".."])
def test_no_folder_takes_the_place_of_a_project(project: Path, place: str) -> None:
    before = contents(project.parent)
    with pytest.raises(AnnotatorError, match=r"name a (new folder|place outside)"):
        replace(project / place)
    assert contents(project.parent) == before


@pytest.mark.parametrize("kept", [".git", "here"])
def test_nor_of_one_that_is_no_export(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work" / kept).mkdir(parents=True)
    if kept == "here":
        monkeypatch.chdir(tmp_path / "work/here")
    with pytest.raises(AnnotatorError, match="so it is no older export"):
        replace(tmp_path / "work")
    assert (tmp_path / "work" / kept).is_dir()


def test_an_empty_name_is_no_place() -> None:
    with pytest.raises(AnnotatorError, match="name a file or folder"):
        write_lines("", [b"{}"])


def test_beside_the_corpus_is_fine_and_an_export_is_replaced(project: Path) -> None:
    write_lines(str(project / "all.jsonl"), [b"{}"])
    replace(project / "out")
    replace(project / "out")
    assert contents(project / "out") == {"a": b"new"}
