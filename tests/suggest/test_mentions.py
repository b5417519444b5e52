from annotator.suggest.mentions import same_string
from annotator.text.units import Units

TEXT = "Tarn met Tarnov. tarn is a lake; Tarn’s aide saw Tarn, and Tarn-Osk left."


def words(surface: str, taken: list[tuple[int, int]]) -> list[int]:
    return [start for start, _ in same_string(Units(TEXT), surface, taken)]


def test_whole_tokens_in_the_same_case() -> None:
    assert words("Tarn", []) == [0, TEXT.index("Tarn’s"), TEXT.index("Tarn,")]


def test_what_is_marked_or_left_out_is_skipped() -> None:
    assert words("Tarn", [(0, 4), (30, 45)]) == [TEXT.index("Tarn,")]
    assert words("Tarn", [(0, len(TEXT))]) == []


def test_a_long_range_blocks_all_it_covers() -> None:
    assert words("Tarn", [(0, 60), (2, 3)]) == []


def test_several_words() -> None:
    text = "the health ministry and the health ministry’s plan"
    assert same_string(Units(text), "the health ministry", [(0, 19)]) == [(24, 43)]


def test_nothing_to_look_for() -> None:
    assert words("", []) == words(" ", []) == words("Osk", []) == []
