"""Patterns over names: what they match, and how two of them stand to each other."""

from __future__ import annotations

import fnmatch
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_profiles import globs

NAMES = ["".join(letters) for length in range(5) for letters in itertools.product("ab1", repeat=length)]
PATTERNS = st.lists(st.sampled_from(["a", "b", "1", "*", "?", "[ab]", "[!a]", "[0-9]"]), max_size=4).map("".join)


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("Samsung SSD 840*", "Samsung SSD 840 EVO 250GB", True),
        ("Samsung SSD 840*", "My Samsung SSD 840", False),
        ("ST3640[36]23AS", "ST3640323AS", True),
        ("ST3640[36]23AS", "ST3640423AS", False),
        ("ST3640[36]23AS", "ST3640323ASX", False),
        ("CT?", "CT", False),
        ("a.b", "axb", False),  # a dot is a dot
        ("a*", "a\nb", True),
        ("[!0-9]x", "5x", False),
        ("[!0-9]x", "ax", True),
        ("CT*", "ct500", False),
    ],
)
def test_a_pattern_is_held_against_the_whole_name(pattern: str, name: str, expected: bool) -> None:
    assert globs.matches(pattern, name) is expected


@pytest.mark.parametrize("pattern", ["a[", "a[]", "[!]", "[9-0]"])
def test_a_pattern_that_cannot_be_meant_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|backwards"):
        globs.tokens(pattern)


@given(PATTERNS, st.text("ab1", max_size=5))
def test_matching_agrees_with_the_shells(pattern: str, name: str) -> None:
    assert globs.matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)


@given(PATTERNS, PATTERNS)
def test_overlap_and_cover_agree_with_trying_all_short_names(one: str, other: str) -> None:
    mine = {name for name in NAMES if globs.matches(one, name)}
    theirs = {name for name in NAMES if globs.matches(other, name)}
    if mine & theirs:
        assert globs.overlap(one, other)
    if theirs - mine:
        assert not globs.covers(one, other)
    if globs.covers(one, other):
        assert theirs <= mine


@given(PATTERNS)
def test_each_pattern_covers_itself(pattern: str) -> None:
    assert globs.covers(pattern, pattern)


@pytest.mark.parametrize(
    ("general", "special", "expected"),
    [
        ("OCZ-VERTEX*", "OCZ-VERTEX", True),
        ("OCZ-VERTEX", "OCZ-VERTEX*", False),
        ("Micron*", "Micron_M5[15]0_*", True),
        ("Micron_M5?0_*", "Micron_M5[15]0_*", True),
        ("Micron_M550_*", "Micron_M5[15]0_*", False),
        ("*", "x*y", True),
    ],
)
def test_covering_is_known(general: str, special: str, expected: bool) -> None:
    assert globs.covers(general, special) is expected


def test_patterns_that_no_name_can_match_together_do_not_overlap() -> None:
    assert not globs.overlap("Samsung SSD 840*", "Samsung SSD 850*")
    assert not globs.overlap("*840", "*850")
    assert not globs.overlap("ab?", "ab")
    assert globs.overlap("*840*", "Samsung*")
