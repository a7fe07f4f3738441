"""Texts from drives reach no screen with anything but printable characters in them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.probe.cleaning import TEXT_LIMIT, clean, known, plain_name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"WD-WX11A1234567 \n", "WD-WX11A1234567"),
        ("試験 disk".encode(), "試験 disk"),
        (b"\x1b[2J\x1b[31mSERIAL", "\\x1b[2J\\x1b[31mSERIAL"),
        ("abc\u202e321", "abc\\u202e321"),
        (b"\xff\xfeAB", "\\xff\\xfeAB"),
        ("two\nlines", "two\\x0alines"),
        ("tag\U000e0041", "tag\\U000e0041"),
        (b"\0\0  \t", ""),
    ],
)
def test_unsafe_characters_are_written_as_escapes(raw, shown):
    assert clean(raw) == shown


def test_a_long_text_is_cut_and_says_so():
    assert clean(b"A" * 10_000_000) == "A" * (TEXT_LIMIT - 1) + "…"
    assert clean(b"A" * TEXT_LIMIT) == "A" * TEXT_LIMIT


@given(st.one_of(st.binary(max_size=2000), st.text(max_size=2000)))
def test_whatever_comes_in_only_printable_characters_come_out(raw):
    text = clean(raw)
    assert len(text) <= TEXT_LIMIT
    assert not any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in text)
    assert clean(raw) == text


@pytest.mark.parametrize("nothing", [None, b"", "   ", "0000000000000000", "0x00000000", "FFFFFFFF", "00-00", b"\0" * 20])
def test_what_names_nothing_is_unknown(nothing):
    assert known(nothing) is None


@pytest.mark.parametrize("name", ["0F", "F0", "S3Z8", "0x1a2b3c4d", "AA000000000000000001"])
def test_what_names_something_is_kept(name):
    assert known(name) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"  WD-  12 34 \0", "WD- 12 34"),
        ("TST\u00a00000001", "TST\\xa00000001"),
        ("ТST1", "\\u0422ST1"),
        ("ＴST1", "\\uff34ST1"),
        (b"TST\xe2\x80\x8b1", "TST\\u200b1"),
        ("\U0001d7d91", "\\U0001d7d91"),
        (b"0000", None),
        (None, None),
    ],
)
def test_a_name_is_plain_ascii_with_single_blanks(raw, name):
    assert plain_name(raw) == name


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
def test_whatever_comes_in_a_name_may_be_signed(raw):
    name = plain_name(raw)
    assert name is None or (name.isascii() and name.isprintable() and name == " ".join(name.split()) and len(name) <= TEXT_LIMIT)


def test_a_name_that_is_cut_does_not_end_in_a_blank() -> None:
    one = plain_name("é") or ""
    many, rest = divmod(TEXT_LIMIT - 1, len(one))
    assert plain_name("é" * many + "A" * rest + " B") == one * many + "A" * rest
