"""Signed JSON is read in one shape and one form of bytes only."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.address import MAX_ADDRESS, is_address
from certify.foundation.ids import Prefix, decode, encode
from certify.foundation.strict import NotStrict, read_strict, to_canonical


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    number: int
    more: list[str] | None


GOOD = '{"more":null,"name":"試験","number":1}'.encode()


def test_the_canonical_form_reads_back():
    value = read_strict(GOOD, Shape, 100)
    assert (value.name, value.number, value.more) == ("試験", 1, None)
    assert to_canonical(value) == GOOD


@pytest.mark.parametrize(
    "other",
    [
        GOOD + b"\n",
        b" " + GOOD,
        b'{"name":"\xe8\xa9\xa6\xe9\xa8\x93","more":null,"number":1}',  # another order
        json.dumps(json.loads(GOOD), sort_keys=True, separators=(",", ":")).encode(),  # escaped
        GOOD.replace(b'"number":1', b'"number":1.0'),
        GOOD.replace(b'"number":1', b'"number":1e0'),
        GOOD.replace(b'"number":1', b'"number":01'),
        GOOD.replace(b'"number":1', b'"number":"1"'),
        GOOD.replace(b'"number":1', b'"number":true'),
        GOOD.replace(b'"number":1', b'"number":1,"number":1'),
        GOOD.replace(b'"number":1', b'"number":1,"other":1'),
        GOOD.replace(b',"number":1', b""),
        GOOD.replace(b"null", b'["\\ud800"]'),
        GOOD.replace(b"null", b'["\xff"]'),
        b"",
        b"null",
        b"[" * 200_000,
    ],
)
def test_another_form_is_refused(other):
    with pytest.raises(NotStrict):
        read_strict(other, Shape, 1_000_000)


def test_the_limit_is_kept():
    assert read_strict(GOOD, Shape, len(GOOD)).number == 1
    with pytest.raises(NotStrict):
        read_strict(GOOD, Shape, len(GOOD) - 1)


@given(junk=st.binary(max_size=200))
def test_any_bytes_are_refused_with_one_kind_of_error(junk):
    with pytest.raises(NotStrict):
        read_strict(junk, Shape, 1000)


@given(
    name=st.text().filter(lambda text: text.isprintable()), number=st.integers(-(2**63), 2**63 - 1), more=st.none() | st.lists(st.just("x"))
)
def test_whatever_was_written_reads_back(name, number, more):
    data = to_canonical(Shape(name, number, more))
    assert read_strict(data, Shape, len(data)) == Shape(name, number, more)


@pytest.mark.parametrize("address", ["https://a", "https://haiki.example/v?x=1&y=(2)", "https://" + "a" * (MAX_ADDRESS - 8)])
def test_an_address_is_https_and_plain(address):
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "http://a",
        "HTTPS://a",
        "https://a#",
        "https://a b",
        "https://a\n",
        "https://é",
        "https://" + "a" * (MAX_ADDRESS - 7),
    ],
)
def test_what_is_no_address_is_none(text):
    assert not is_address(text)


@given(value=st.binary(min_size=16, max_size=16), prefix=st.sampled_from(Prefix))
def test_the_bytes_of_an_id_are_those_it_was_made_from(value, prefix):
    assert decode(encode(prefix, value)) == value


@pytest.mark.parametrize("text", ["", "C-", "C-8" + "0" * 25, "C-" + "0" * 25 + "U", "X-" + "0" * 26, "C-" + "0" * 26 + "\n"])
def test_what_is_no_id_has_no_bytes(text):
    with pytest.raises(ValueError, match="no id"):
        decode(text)
