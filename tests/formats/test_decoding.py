"""Bytes become text without a guess at a letter, and what was done is said once."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.decoding import (
    DecodingError,
    clean,
    declared_in_markup,
    decode,
    mojibake,
)

CURLY = "“Nobody asked the ferrymen,” said Odile Brück – in Maravel’s harbour."
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"))


@given(texts)
def test_utf8_text_survives_to_the_letter(text: str) -> None:
    found = decode(text.encode("utf-8"), encoding="utf-8")
    assert found.text == text
    assert found.steps == ("decoded as utf-8",)


@given(texts, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]))
def test_a_byte_order_mark_decides_and_is_dropped(text: str, codec: str) -> None:
    found = decode(("\ufeff" + text).encode(codec))
    assert found.text == text
    assert found.steps == (f"decoded as {codec}", "byte order mark dropped")


@given(st.text())
def test_cleaning_changes_only_what_it_says(text: str) -> None:
    found = clean(text)
    expected = text[1:] if text.startswith("\ufeff") else text
    expected = expected.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    expected = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in expected)
    assert found.text == expected
    assert bool(found.steps) == (found.text != text)
    assert len(set(found.steps)) == len(found.steps)
    found.text.encode("utf-8")


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_one_sentence(data: bytes) -> None:
    try:
        found = decode(data)
    except DecodingError:
        return
    codec = found.steps[0].removeprefix("decoded as ")
    assert clean(data.decode(codec, "surrogatepass")).text == found.text


def test_nothing_is_normalised() -> None:
    text = "e\u0301 é ﬁ … “ ” ½ Å\u00a0K \u202bשלום\u202c 👩\u200d🚒\n\n  two  spaces\t\n"
    assert decode(text.encode("utf-8")).text == text


def test_cp1252_keeps_curly_quotes() -> None:
    found = decode(CURLY.encode("cp1252"))
    assert found.text == CURLY
    assert found.steps == ("decoded as cp1252",)


@pytest.mark.parametrize("declared", ["iso-8859-1", "latin1", "windows-1252", "us-ascii"])
def test_latin_1_means_cp1252(declared: str) -> None:
    assert decode(CURLY.encode("cp1252"), declared=declared).text == CURLY


def test_a_declared_encoding_is_used_and_a_false_one_passed_over() -> None:
    russian = "Совет порта проголосовал."
    assert decode(russian.encode("cp1251"), declared="windows-1251").text == russian
    assert decode(CURLY.encode("utf-8"), declared="utf-16").text == CURLY
    assert decode(CURLY.encode("utf-8"), declared="no-such-thing").text == CURLY


def test_a_byte_order_mark_beats_what_is_declared() -> None:
    data = codecs.BOM_UTF8 + CURLY.encode("utf-8")
    assert decode(data, declared="windows-1251", encoding="cp1252").text == CURLY


def test_an_inner_mark_stays_and_only_one_is_dropped() -> None:
    found = decode("\ufeff\ufeffpier\ufeff closed".encode())
    assert found.text == "\ufeffpier\ufeff closed"


def test_line_ends_become_lf_and_are_recorded_once() -> None:
    assert clean("one\r\ntwo\r\nthree").steps == ("CRLF to LF",)
    assert clean("one\rtwo").steps == ("CR to LF",)
    found = clean("one\r\ntwo\rthree\nfour\r\r\n")
    assert found.text == "one\ntwo\nthree\nfour\n\n"
    assert found.steps == ("CRLF and CR to LF",)


def test_nul_and_lone_surrogates_become_replacement_characters() -> None:
    found = clean("a\0b\0c\ud83dd")
    assert found.text == "a\ufffdb\ufffdc\ufffdd"
    assert found.steps == ("NUL to U+FFFD", "lone surrogate to U+FFFD")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 and so on", "PDF"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (bytes(range(256)) * 3 + b"\0" * 90, "binary"),
        ("A long enough line.".encode("utf-16-le"), "--encoding utf-16-le"),
        ("A long enough line.".encode("utf-16-be"), "--encoding utf-16-be"),
        (b"caf\x81", "--encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DecodingError, match=reason):
        decode(data)


def test_the_users_encoding_must_fit() -> None:
    with pytest.raises(DecodingError, match="not valid utf-8"):
        decode(b"caf\xe9", encoding="utf8")
    with pytest.raises(DecodingError, match="rot13"):
        decode(b"text", encoding="rot13")
    assert decode("łódź".encode("iso8859-2"), encoding="latin2").text == "łódź"


def test_markup_declares_its_encoding() -> None:
    assert declared_in_markup(b'<html><head><meta charset="windows-1251">') == "windows-1251"
    http_equiv = b'<META http-equiv=Content-Type content="text/html; charset=iso-8859-15">'
    assert declared_in_markup(http_equiv) == "iso-8859-15"
    assert declared_in_markup(b'<?xml version="1.0" encoding="koi8-r"?><html/>') == "koi8-r"
    assert declared_in_markup(b"<html><body>charset=utf-8</body>") == ""


@given(st.sampled_from(["“", "”", "’", "–", "é", "ß", "Ł", "č", "жд", "€", "\ufeff"]))
def test_mojibake_is_seen(piece: str) -> None:
    garbled = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in piece.encode("utf-8")
    )
    assert mojibake(f"The clerk {garbled} nodded.")
    assert decode(garbled.encode("utf-8")).text == garbled.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "text",
    [CURLY, "Voilà\u00a0», dit-elle. École, Ångström, naïve, Año", "Ãlém-mar, SÃO, ÎLE, â la mode"],
)
def test_real_letters_are_no_mojibake(text: str) -> None:
    assert mojibake(text) == []
