"""The schemes as contracts name them."""

from __future__ import annotations

import pytest

from certify.foundation.messages import Language, has_text, text
from erase.errors import Refused
from erase.overwrite.schemes import find_scheme, load_schemes
from erase.overwrite.streams import Generator, stream_for

# the orders as their sources give them, written out a second time
ORDERS = {
    "zero": "00",
    "one": "ff",
    "random": "random",
    "dod-5220-22m-3": "00 ff random",
    "dod-5220-22m-7": "00 ff random aa 00 ff random",
    "hmg-is5-baseline": "00",
    "hmg-is5-enhanced": "00 ff random",
    "vsitr": "00 ff 00 ff 00 ff aa",
    "schneier-7": "ff 00 random random random random random",
    "gutmann-35": "random random random random 55 aa 924924 492492 249249 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff "
    "924924 492492 249249 6db6db b6db6d db6db6 random random random random",
    "rcmp-tssit-ops-ii": "00 ff 00 ff 00 ff random",
}


def test_the_set_of_schemes_is_closed_and_each_has_its_order() -> None:
    assert {id_: " ".join(scheme.passes) for id_, scheme in load_schemes().items()} == ORDERS


@pytest.mark.parametrize(("id_", "passes"), [("dod-5220-22m-3", 3), ("dod-5220-22m-7", 7), ("schneier-7", 7), ("gutmann-35", 35)])
def test_a_number_in_the_name_is_the_number_of_passes(id_: str, passes: int) -> None:
    assert len(load_schemes()[id_].passes) == passes


@pytest.mark.parametrize("id_", ORDERS)
def test_each_scheme_has_a_source_a_name_in_both_languages_and_passes_that_can_be_written(id_: str) -> None:
    scheme = load_schemes()[id_]
    assert scheme.id == id_
    assert scheme.source.isascii()
    for language in Language:
        assert has_text(f"paper.scheme.{id_}", language)
    for pattern in scheme.passes:
        stream_for(pattern, Generator.CHACHA20, bytes(32))


def test_more_passes_are_said_not_to_be_stronger(language: Language) -> None:
    assert "NIST SP 800-88" in text("overwrite.more-passes", language)


@pytest.mark.parametrize("digits", ["00", "a5", "924924", "00112233445566778899aabbccddeeff"])
def test_a_fixed_pattern_of_one_s_own_is_one_pass(digits: str) -> None:
    scheme = find_scheme(f"fixed-{digits}")
    assert (scheme.id, scheme.passes, scheme.verify_each) == (f"fixed-{digits}", (digits,), False)


def test_a_named_scheme_is_found_by_its_name() -> None:
    assert find_scheme("vsitr") is load_schemes()["vsitr"]


@pytest.mark.parametrize(
    "id_", ["", "Zero", "zero ", "fixed-", "fixed-0", "fixed-AA", "fixed-zz", "fixed-00\n", "fixed-" + "00" * 17, "dod"]
)
def test_any_other_name_is_refused_with_the_names_that_there_are(id_: str, language: Language) -> None:
    with pytest.raises(Refused) as refused:
        find_scheme(id_)
    what, why, then = refused.value.sentences(language)
    assert id_ in what
    assert "fixed-" in why
    assert all(known in then for known in ORDERS)
