"""JSON files of other tools: lines, arrays, pretty-printed, broken in part."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from annotator.formats.exchange import Source
from annotator.formats.foreign_json import described, offset, records, scalar, texts
from annotator.formats.loss import Loss
from annotator.model.errors import AnnotatorError
from tests.formats.strategies import SCHEME


def read(
    path: Path, content: bytes, encoding: str = ""
) -> tuple[list[tuple[int, dict[str, object]]], Loss]:
    path = path / "file.json"
    path.write_bytes(content)
    loss = Loss()
    source = Source(path, {}, SCHEME, loss, encoding)
    return [(record.line, record.value) for record in records(source)], loss


TWO = [{"a": 1}, {"a": "Ø 🌊"}]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ('{"a": 1}\n{"a": "Ø 🌊"}', (1, 2)),
        ('\n{"a": 1}\r\n\r\n{"a": "Ø 🌊"}\r\n', (2, 4)),
        ('[{"a": 1}, {"a": "Ø 🌊"}]', (1, 1)),
        ('[\n{"a": 1},\n{"a": "Ø 🌊"}\n]\n', (2, 3)),
        (json.dumps(TWO, indent=2), (2, 5)),
        ('{\n "a": 1\n}\n{\n "a": "Ø 🌊"\n}\n', (1, 4)),
        ('{\n "a": 1\n},\n{\n "a": "Ø 🌊"\n}\n', (1, 4)),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_values_in_lines_in_an_array_or_one_after_the_other(
    content: str, lines: Sequence[int], codec: str, tmp_path: Path
) -> None:
    found, loss = read(tmp_path, content.encode(codec))
    assert found == list(zip(lines, TWO, strict=True))
    assert not loss.anything_left_out


def test_a_broken_line_costs_itself_and_is_named(tmp_path: Path) -> None:
    found, loss = read(tmp_path, b'{"a": 1}\n{"a": \n{"a": 3}\n[4]\n{"a": 5}\n{"a": "to')
    assert [line for line, _ in found] == [1, 3, 5]
    assert [finding.line for finding in loss.findings] == [2, 4, 6]
    assert loss.left_out == {
        ("records", "are not JSON"): 2,
        ("records", "are no JSON objects"): 1,
    }


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_that_no_writer_bears_is_refused(opening: str, tmp_path: Path) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    content = f'{{"a": {opening * 900}1{closing * 900}}}\n{{"a": {{"b": [[2]]}}}}\n'
    found, loss = read(tmp_path, content.encode())
    assert found == [(2, {"a": {"b": [[2]]}})]
    assert loss.left_out == {("records", "are nested too deep"): 1}


def test_the_first_line_may_be_the_broken_one(tmp_path: Path) -> None:
    found, loss = read(tmp_path, b'{"a": \n{"a": 2}\n')
    assert found == [(2, {"a": 2})]
    assert [finding.line for finding in loss.findings] == [1]


@pytest.mark.parametrize("end", ["", ",", ', {"a": "to'])
def test_a_torn_array_gives_what_is_whole_and_says_where_it_ends(end: str, tmp_path: Path) -> None:
    found, loss = read(tmp_path, f'[\n{{"a": 1}},\n{{"a": 2}}{end}'.encode())
    assert [value for _, value in found] == [{"a": 1}, {"a": 2}]
    assert [finding.line for finding in loss.findings] == [3]


def test_large_arrays_come_in_pieces(tmp_path: Path) -> None:
    rows = [{"a": "ö🌊" * (number % 7000), "n": number} for number in range(400)]
    found, loss = read(tmp_path, json.dumps(rows, ensure_ascii=False).encode())
    assert [value for _, value in found] == rows
    assert not loss.anything_left_out


def test_what_strict_json_forbids(tmp_path: Path) -> None:
    lines = ['{"a": NaN}', '{"a": 1e400}', '{"a": "x\\ud83dy"}', '{"a": 99999999999999999999}']
    for content in ("\n".join(lines), f"[{','.join(lines)}]"):
        found, loss = read(tmp_path, content.encode())
        assert len(found) == 4
        assert [offset(value["a"]) for _, value in found] == [None] * 4
        assert found[2][1] == {"a": "x\ufffdy"}  # keeps what offsets count
        assert not loss.anything_left_out


def test_lines_in_another_encoding(tmp_path: Path) -> None:
    found, loss = read(tmp_path, '{"a": "café"}\n'.encode("cp1252"))
    assert found == [(1, {"a": "café"})]
    assert loss.changed == {("records", "decoded as cp1252"): 1}
    with pytest.raises(AnnotatorError, match="is not UTF-8; name its encoding"):
        read(tmp_path, '[{"a": "café"}]'.encode("cp1252"))
    found, _ = read(tmp_path, '[{"a": "Łódź"}]'.encode("cp1250"), "cp1250")
    assert found == [(1, {"a": "Łódź"})]


def test_files_that_hold_nothing_to_use(tmp_path: Path) -> None:
    for content, message in ((b"", "is empty"), (b"ID\tword\n", "is not JSON")):
        with pytest.raises(AnnotatorError, match=message):
            read(tmp_path, content)
    with pytest.raises(AnnotatorError, match="unpack it"):
        read(tmp_path, b"PK\x03\x04....")
    with pytest.raises(AnnotatorError, match="cannot be read"):
        list(records(Source(tmp_path / "none.json", {}, SCHEME, Loss())))


def test_only_whole_numbers_are_offsets() -> None:
    assert [offset(value) for value in (0, 7, 7.0, -1)] == [0, 7, 7, -1]
    assert {offset(value) for value in (True, "7", None, 7.5, float("nan"), 2**60, [])} == {None}


def test_values_and_texts() -> None:
    assert [scalar(value) for value in ("x", True, 4, 0.5, ["a"], {}, [1], None)] == [
        "x", True, "4", "0.5", ("a",), None, None, None,
    ]  # fmt: skip
    assert texts(["a", 1, None, ""]) == ["a", "1"]
    assert texts("a") == ["a"]


def test_facts_are_told_from_other_meta_data() -> None:
    facts, meta = described(
        {
            "Title": "Late ferry",
            "date": "2031-02-03",
            "meta": {"desk": "city", "url": "x:y"},
            "n": 0,
        }
    )
    assert (facts.headline, facts.published, facts.url) == ("Late ferry", "2031-02-03", "x:y")
    assert meta == {"desk": "city", "n": 0}
