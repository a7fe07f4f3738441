"""Canonical JSON: one value, one sequence of bytes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.canonical import canonical_json, sha256_hex

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**200), 2**200) | TEXTS,
    lambda members: st.lists(members, max_size=5) | st.dictionaries(TEXTS, members, max_size=5),
    max_leaves=20,
)


def test_keys_are_sorted_blanks_left_out_and_letters_kept() -> None:
    assert canonical_json({"b": [1, None, True], "a": {"製造番号": "\u3042\n"}}) == '{"a":{"製造番号":"あ\\n"},"b":[1,null,true]}'.encode()


@given(VALUES)
def test_reading_the_bytes_gives_the_value_back(value: Any) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(TEXTS, VALUES, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_an_object_was_made_does_not_show(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


@given(VALUES, VALUES)
def test_two_values_have_the_same_bytes_only_if_they_are_the_same(one: Any, other: Any) -> None:
    # repr tells True from 1, which == does not
    assert (canonical_json(one) == canonical_json(other)) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@pytest.mark.parametrize("value", [0.5, float("nan"), [1.0], {"a": {"b": (0.0,)}}, {1: "a"}, {"a": b"bytes"}, {"a": {1, 2}}, object()])
def test_what_has_no_single_form_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_half_a_surrogate_pair_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical_json({"serial": "\ud800"})


def test_the_hash_is_sha_256_in_lower_case() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, example


def test_how_deep_is_too_deep_does_not_depend_on_the_caller() -> None:
    def nested(depth: int) -> list[Any]:
        value: list[Any] = []
        for _ in range(depth):
            value = [value]
        return value

    assert canonical_json(nested(64)).startswith(b"[[[")
    with pytest.raises(ValueError, match="64 deep"):
        canonical_json(nested(65))
    with pytest.raises(ValueError, match="64 deep"):
        canonical_json(nested(100_000))
