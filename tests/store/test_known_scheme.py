"""A scheme is validated once, and again whenever its file changes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.model.errors import AnnotatorError
from annotator.store.index import cache_path
from annotator.store.known_scheme import load_known_scheme
from annotator.store.scheme_file import load_scheme

SHIPPED = Path(__file__).parents[2] / "guidelines/scheme.toml"


@pytest.fixture
def scheme_file(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(SHIPPED, tmp_path / "scheme.toml"))


def kept(root: Path) -> Path:
    return cache_path(root).with_suffix(".scheme.json")


def test_equal_whether_known_or_not(tmp_path: Path, scheme_file: Path) -> None:
    first = load_known_scheme(tmp_path, scheme_file)
    assert kept(tmp_path).exists()
    again = load_known_scheme(tmp_path, scheme_file)
    assert first == again == load_scheme(scheme_file)
    assert list(again.labels) == list(first.labels)


def test_known_scheme_needs_no_validation(tmp_path: Path, scheme_file: Path) -> None:
    load_known_scheme(tmp_path, scheme_file)
    script = (
        "import sys; from pathlib import Path\n"
        "from annotator.store.known_scheme import load_known_scheme\n"
        "load_known_scheme(Path(sys.argv[1]), Path(sys.argv[2])); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(scheme_file)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_changed_file_is_validated(tmp_path: Path, scheme_file: Path) -> None:
    load_known_scheme(tmp_path, scheme_file)
    scheme_file.write_text(scheme_file.read_text().replace('version = "1"', 'version = "2"'))
    assert load_known_scheme(tmp_path, scheme_file).version == "2"
    scheme_file.write_text("labels = 3\n")
    with pytest.raises(AnnotatorError, match="labels"):
        load_known_scheme(tmp_path, scheme_file)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": 1}', b'{"scheme": {}}'])
def test_damaged_cache_is_made_anew(tmp_path: Path, scheme_file: Path, damage: bytes) -> None:
    whole = load_known_scheme(tmp_path, scheme_file)
    content = kept(tmp_path).read_bytes()
    kept(tmp_path).write_bytes(damage)
    assert load_known_scheme(tmp_path, scheme_file) == whole
    assert kept(tmp_path).read_bytes() == content


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AnnotatorError, match="cannot be read"):
        load_known_scheme(tmp_path, tmp_path / "scheme.toml")
