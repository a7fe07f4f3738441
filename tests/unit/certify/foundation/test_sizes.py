"""One way of rounding sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.sizes import in_decimal_units


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_582_912, "12.5 MB"),
        (500_107_862_016, "500.1 GB"),
        (1_000_204_886_016, "1.0 TB"),
        (999_999_999_999, "999.9 GB"),
        (2**63, "9.2 EB"),
        (10**22, "10,000.0 EB"),
    ],
)
def test_sizes_are_told_as_drives_are_labelled(count: int, words: str) -> None:
    assert in_decimal_units(count) == words


@given(st.integers(1000, 10**24))
def test_a_size_is_never_said_to_be_more_than_it_is(count: int) -> None:
    digits, unit = in_decimal_units(count).replace(",", "").split()
    power = ("B", "kB", "MB", "GB", "TB", "PB", "EB").index(unit)
    tenths = int(digits.replace(".", ""))
    assert tenths * 1000**power <= count * 10 < (tenths + 1) * 1000**power
