"""Ids: one written form for 128 bits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.ids import Prefix, decode, encode, is_id, new_id

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # https://www.crockford.com/base32.html


def test_known_bytes_give_known_digits() -> None:
    assert encode(Prefix.JOB, bytes(16)) == "J-" + "0" * 26
    assert encode(Prefix.CERTIFICATE, b"\xff" * 16) == "C-7" + "Z" * 25
    assert encode(Prefix.ORDER, bytes(15) + b"\x01") == "O-" + "0" * 25 + "1"
    assert encode(Prefix.ASSET, bytes(15) + b"\x20") == "A-" + "0" * 24 + "10"


@given(st.sampled_from(Prefix), st.binary(min_size=16, max_size=16))
def test_every_id_is_its_bytes_in_base_32(prefix: Prefix, value: bytes) -> None:
    written = encode(prefix, value)
    number = 0
    for digit in written[2:]:
        number = number * 32 + CROCKFORD.index(digit)
    assert number == int.from_bytes(value, "big")
    assert is_id(written)
    assert decode(written) == value
    assert [other for other in Prefix if is_id(written, other)] == [prefix]


@pytest.mark.parametrize("length", [0, 15, 17])
def test_other_lengths_than_sixteen_bytes_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        encode(Prefix.JOB, bytes(length))


def test_a_new_id_takes_its_bytes_from_the_source_given() -> None:
    asked = []

    def source(count: int) -> bytes:
        asked.append(count)
        return b"\xa5" * count

    assert new_id(Prefix.STATION, source) == encode(Prefix.STATION, b"\xa5" * 16)
    assert asked == [16]
    assert new_id(Prefix.STATION) != new_id(Prefix.STATION)


GOOD = "J-01234567899ABCDEFGHJKMNPQR"


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[2:],
        "X" + GOOD[1:],
        GOOD.lower(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        GOOD[:-1] + "I",  # Crockford's alphabet leaves I, L, O and U out
        GOOD[:-1] + "L",
        GOOD[:-1] + "O",
        GOOD[:-1] + "U",
        "J-8" + GOOD[3:],  # more than 128 bits
        "J-" + "0" * 25 + "\uff10",  # a digit, but a full-width one
        "../" + GOOD,
    ],
)
def test_anything_but_the_one_form_is_no_id(text: str) -> None:
    assert is_id(GOOD)
    assert not is_id(text)
    with pytest.raises(ValueError, match="no id"):
        decode(text)
