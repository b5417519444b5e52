"""File names for articles and annotators with any name."""

from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.stems import Stems


@given(names=st.lists(st.text(max_size=300), unique=True))
def test_every_name_has_a_file_name_of_its_own(names: list[str]) -> None:
    stems = Stems()
    found = [stems.of(name) for name in names]
    assert len({stem.casefold() for stem in found}) == len(names)
    assert [stems.of(name) for name in names] == found
    for stem in found:
        assert stem
        assert not set(stem) & set('/\\:*?"<>|\0\n')
        assert not stem.startswith(".")
        assert len(f"{stem}.tsv".encode()) <= 255


def test_good_names_stay_as_they_are() -> None:
    stems = Stems()
    assert [stems.of(name) for name in ("quay-2", "Änderung_1.a", "quay")] == [
        "quay-2",
        "Änderung_1.a",
        "quay",
    ]
    assert stems.of("QUAY").startswith("QUAY-")
    assert stems.of("con").startswith("_con-")
    assert stems.of("..").startswith("_")
