"""Columns on a terminal where Japanese characters take two cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.station.columns import cut, table, width


@pytest.mark.parametrize(("text", "cells"), [("", 0), ("abc", 3), ("試験", 4), ("ｶﾅ", 2), ("Ａ１", 4), ("e\u0301", 1), ("記録 disk", 9)])
def test_wide_characters_take_two_cells(text, cells):
    assert width(text) == cells


@pytest.mark.parametrize(
    ("text", "shown"), [("試験用媒体", "試験…"), ("abcdef", "abcd…"), ("abcde", "abcde"), ("試験x", "試験x"), ("ab試験", "ab試…")]
)
def test_what_does_not_fit_in_five_cells_ends_with_an_ellipsis(text, shown):
    assert cut(text, 5) == shown


@given(st.text(), st.integers(1, 20))
def test_nothing_is_wider_than_asked(text, cells):
    assert width(cut(text, cells)) <= cells


def test_columns_line_up():
    rows = [("デバイス", "型番", "状態"), ("/dev/sda", "試験 disk", "使用中"), ("/dev/nvme0n1", "X", "")]
    assert table(rows, (20, 20, 20)) == [
        "デバイス      型番       状態",
        "/dev/sda      試験 disk  使用中",
        "/dev/nvme0n1  X",
    ]


def test_no_rows_are_no_lines():
    assert table([], (1, 2)) == []
