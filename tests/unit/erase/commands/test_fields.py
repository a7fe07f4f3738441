"""Reading fields: what isn't there is None, and nothing raises."""

from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.fields import Fields, fit, is_all_ones, is_blank, is_plain, member, plain_text

DATA = bytes.fromhex("0102 8000 4143 2020")


def test_numbers_have_an_order():
    assert Fields(DATA, "big").number(0, 2) == 0x0102
    assert Fields(DATA, "little").number(0, 2) == 0x0201


def test_bits_are_counted_from_the_least_significant():
    fields = Fields(DATA, "big")
    assert (fields.flag(2, 7), fields.flag(2, 6), fields.flag(2, 15, 2)) == (True, False, True)
    assert (fields.bits(0, 9, 8, 2), fields.bits(1, 2, 1)) == (1, 1)


def test_zero_may_mean_that_nothing_is_told():
    fields = Fields(DATA, "big")
    assert (fields.told(3, 1), fields.told(1, 1), fields.number(3)) == (None, 2, 0)


@given(st.binary(max_size=10), st.integers(0, 12), st.integers(1, 12))
def test_a_field_that_is_not_whole_is_none(data, offset, length):
    fields = Fields(data, "big")
    whole = offset + length <= len(data)
    assert (fields.number(offset, length) is not None) is whole
    assert (fields.raw(offset, length) is not None) is whole
    assert whole or fields.text(offset, length) is fields.bits(offset, 1, 0, length) is fields.flag(offset, 0, length) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"  ABC 1  ", "ABC 1"),
        (b"ABC\0\0", "ABC"),
        (b"\0 \0", None),
        (b"", None),
        (b"A\x1bB\xffC", "A\\x1bB\\xffC"),
        (b"A\\x1b", "A\\x5cx1b"),
    ],
)
def test_texts_are_unpadded_and_plain(raw, text):
    assert plain_text(raw) == text


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_two_texts_never_look_alike(one, other):
    same = one.strip(b" \0") == other.strip(b" \0")
    assert (plain_text(one) == plain_text(other)) is same


@pytest.mark.parametrize(
    ("raw", "plain"), [(b"AB  ", True), (b"AB\0\0", True), (b"\0AB", False), (b"A\x7f", False), (b"A\x1f", False), (b"", True)]
)
def test_plain_is_printable_ascii(raw, plain):
    assert is_plain(raw) is plain


@pytest.mark.parametrize(("data", "blank"), [(b"", True), (b"\0\0", True), (b"\xff\xff", True), (b"\0\xff", False), (b"\0\x01", False)])
def test_blank_is_one_byte_all_over(data, blank):
    assert is_blank(data) is blank


def test_a_code_outside_a_closed_set_is_none():
    kind = IntEnum("kind", {"ONE": 1})
    assert (member(kind, 1), member(kind, 2), member(kind, None)) == (kind.ONE, None, None)


@pytest.mark.parametrize(("value", "bits"), [(256, 8), (-1, 8), (1 << 32, 32)])
def test_what_does_not_fit_is_the_callers_mistake(value, bits):
    with pytest.raises(ValueError, match="LENGTH"):
        fit(value, bits, "LENGTH")


def test_what_fits_stays():
    assert (fit(255, 8, "LENGTH"), fit(0, 8, "LENGTH")) == (255, 0)


def test_nothing_but_ffh_is_what_a_dead_link_gives() -> None:
    assert is_all_ones(b"\xff\xff")
    assert not is_all_ones(b"\xff\xfe")
    assert not is_all_ones(b"\0")
    assert not is_all_ones(b"")
