"""Texts from hostile input never steer a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.verify.printable import LONGEST, in_lines, padded, printable, printable_json, width


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\n", "\r", "\x07", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\ud800", "\ue000"])
def test_what_a_terminal_would_obey_or_hide_is_written_as_its_number(sign: str) -> None:
    assert printable(f"a{sign}b") == f"a\\u{{{ord(sign):x}}}b"
    shown = printable_json({"x": f"a{sign}b"})
    assert sign not in shown.replace("\n", "") or sign == "\n"
    assert json.loads(shown) == {"x": f"a{sign}b"}


@given(st.text())
def test_no_invisible_character_is_shown_and_json_says_the_same(text: str) -> None:
    for shown in (printable(text), printable_json([text])):
        assert not [sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") and sign != "\n"]
    assert json.loads(printable_json([text])) == [text]


def test_japanese_is_shown_as_it_is_and_counts_two_columns() -> None:
    assert printable("髙橋﨑 一郎") == "髙橋﨑 一郎"
    assert width("製造番号") == 8
    assert padded("製造", 6) == "製造  "


def test_a_text_without_end_is_cut() -> None:
    assert printable("x" * 10_000) == "x" * LONGEST + "…"


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u00a0", "\u2003", "\u202f", "\u1680"])
def test_a_run_of_blanks_of_any_kind_is_one_and_a_single_one_stays(blank: str) -> None:
    assert printable(f"山田{blank * 50}Purge") == "山田 Purge"
    assert printable(f"山田{blank} {blank}Purge") == "山田 Purge"
    assert printable(f"山田{blank}太郎") == f"山田{blank}太郎"


@pytest.mark.parametrize("sign", ["\u3164", "\u2800", "\u115f", "\u1160", "\uffa0"])
def test_letters_that_are_drawn_as_nothing_are_written_as_their_numbers(sign: str) -> None:
    assert printable(f"a{sign}b") == f"a\\u{{{ord(sign):x}}}b"


@given(st.text(alphabet=st.characters(exclude_categories=("Mn", "Me", "Cc"))), st.integers(2, 60))
def test_lines_are_never_too_wide_and_say_the_same(text: str, columns: int) -> None:
    lines = in_lines(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lines_are_broken_as_on_paper() -> None:
    assert in_lines("Rev. 1 (2014-12, withdrawn 2025-09-26)", 32) == ["Rev. 1", "(2014-12, withdrawn 2025-09-26)"]
    assert in_lines("the signers who signed", 11) == ["the signers", "who signed"]
    assert in_lines("終わり。。", 6) == ["終わ", "り。。"]
