import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.store.base import WriteError
from annotator.store.lines import (
    Appender,
    RecordError,
    decode,
    encode,
    read_lines,
    replace_file,
    torn_path,
)


def records(path: Path) -> list[object]:
    found = []
    for line in read_lines(path):
        try:
            found.append(decode(line.raw)["n"])
        except RecordError:
            found.append("?")
    return found


def line(number: object) -> bytes:
    return encode({"v": 1, "n": number, "note": "größe 🌊 “ja”"})


def test_line_ends_inside_a_record_do_not_split_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    odd = "a\u2028b\x85c\x0bd\x0ce\x1cf\u2029g"
    path.write_bytes(encode({"v": 1, "n": odd}) + line(2))
    assert records(path) == [odd, 2]


def test_a_torn_tail_at_every_byte_loses_that_record_alone(tmp_path: Path) -> None:
    whole = line(1) + line(2)
    for kept in range(1, len(line(3))):
        path = tmp_path / f"{kept}.jsonl"
        path.write_bytes(whole + line(3)[:kept])
        complete = kept == len(line(3)) - 1
        assert records(path) == ([1, 2, 3] if complete else [1, 2, "?"])
        Appender(path).append(line(4))
        assert path.read_bytes() == whole + line(3)[:kept] + b"\n" + line(4)
        assert records(path) == ([1, 2, 3, 4] if complete else [1, 2, "?", 4])
        assert torn_path(path).exists() is not complete
        if not complete:
            assert torn_path(path).read_bytes() == line(3)[:kept] + b"\n"


@pytest.mark.parametrize("tail", [b"{", bytes(80), b"\xf0\x9f", b"{}", b"12"])
def test_other_tails_are_ended_too(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line(1) + tail)
    Appender(path).append(line(2))
    assert records(path) == [1, "?", 2]
    assert path.read_bytes().startswith(line(1) + tail)


@given(st.integers(0, 200), st.integers(1, 255))
def test_any_changed_byte_is_noticed(at: int, by: int) -> None:
    raw = bytearray(line(7)[:-1])
    raw[at % len(raw)] ^= by
    with pytest.raises(RecordError):
        decode(bytes(raw))


def test_a_newer_version_says_so() -> None:
    with pytest.raises(RecordError, match="version 9; update annotator"):
        decode(encode({"v": 9})[:-1])
    with pytest.raises(RecordError, match="version 9; update annotator"):
        decode(b'{"v":9,"another":"shape"}')


def failing_write(after: int, code: int) -> Callable[[int, bytes], int]:
    """An os.write that takes `after` bytes in small pieces and then fails."""
    real, left = os.write, after

    def write(descriptor: int, data: bytes) -> int:
        nonlocal left
        if not left:
            raise OSError(code, os.strerror(code))
        done = real(descriptor, bytes(data[: min(7, left)]))
        left -= done
        return done

    return write


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failed_append_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "a.jsonl"
    appender = Appender(path)
    appender.append(line(1))
    before = path.read_bytes()
    for after in range(0, len(line(2)), 5):
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", failing_write(after, code))
            with pytest.raises(WriteError, match=r"a\.jsonl could not be written: "):
                appender.append(line(2))
        assert path.read_bytes() == before
    appender.append(line(3))
    assert records(path) == [1, 3]


def test_what_cannot_even_be_cut_off_is_mended_by_the_next_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    appender = Appender(path)
    appender.append(line(1))

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", failing_write(9, errno.EIO))
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(WriteError):
            appender.append(line(2))
    appender.append(line(3))
    assert records(path) == [1, "?", 3]


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", failing_write(10**6, errno.EIO))
    path = tmp_path / "a.jsonl"
    Appender(path).append(line(1) + line(2))
    assert records(path) == [1, 2]


def test_a_file_replaced_by_a_checkout_is_appended_to_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    appender = Appender(path)
    appender.append(line(1))
    (tmp_path / "b").write_bytes(line(5))
    (tmp_path / "b").replace(path)
    appender.append(line(2))
    path.unlink()
    appender.append(line(3))
    assert records(path) == [3]


def test_replacing_a_file_keeps_the_old_one_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    replace_file(path, b"old")
    monkeypatch.setattr(os, "write", failing_write(2, errno.ENOSPC))
    with pytest.raises(WriteError):
        replace_file(path, b"newer")
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.toml"]
