"""Line breaking: kinsoku, Latin words, hashes."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.pdf.text import NOT_FIRST, NOT_LAST, break_lines, may_break


def _width(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def _lines(text: str, limit: float) -> list[str]:
    return break_lines(text, _width, limit)


def test_a_short_text_is_one_line() -> None:
    assert _lines("消去完了", 10) == ["消去完了"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert _lines("", 10) == [""]


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("データ消去を実施し、証明します。", 9, ["データ消去を実施", "し、証明します。"]),
        ("あいうえ「かき」くけこ", 5, ["あいうえ", "「かき」く", "けこ"]),
        ("コピーしました", 2, ["コ", "ピー", "しま", "した"]),
        ("証明です……。", 5, ["証明で", "す……。"]),
        ("きゃっかしょ", 3, ["きゃっ", "かしょ"]),
    ],
)
def test_punctuation_and_small_kana_do_not_begin_a_line_and_brackets_do_not_end_one(text: str, limit: float, lines: list[str]) -> None:
    assert _lines(text, limit) == lines


def test_latin_words_are_kept_whole_among_japanese() -> None:
    assert _lines("規格はNIST SP 800-88です", 6) == ["規格は", "NIST SP 800-", "88です"]


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("消去は令和8年11月3日に", 5, ["消去は", "令和8年", "11月3日に"]),
        ("見本館12階1203号室", 4, ["見本館", "12階", "1203号室"]),
        ("全域を3 回上書き", 4, ["全域を", "3 回上書", "き"]),
        ("別紙の第12条による", 4, ["別紙の", "第12条に", "よる"]),
        ("住所は〒100-0001", 7, ["住所は", "〒100-0001"]),
        ("容量は1,000 バイトです", 7, ["容量は", "1,000 バイトで", "す"]),
        ("see NIST SP 800-88 now", 8, ["see", "NIST SP 800-88", "now"]),
        ("見本市長 様", 4, ["見本市", "長 様"]),
        ("ﾊﾝｶｸﾊﾞｯｸ", 2, ["ﾊﾝｶｸ", "ﾊﾞｯｸ"]),
    ],
)
def test_what_is_read_as_one_is_kept_whole(text: str, limit: float, lines: list[str]) -> None:
    assert _lines(text, limit) == lines


@pytest.mark.parametrize("character", "｡､･｣ｧｨｩｪｫｬｭｮｯｰﾞﾟ")
def test_half_width_forms_begin_no_line_either(character: str) -> None:
    assert not may_break("ｶ", character)


def test_where_a_fact_comes_from_stands_on_a_line_of_its_own_rather_than_broken() -> None:
    assert _lines("VIRT-4c5bb7e37ddd17d2 (本ソフトウェアが算出)", 15) == ["VIRT-4c5bb7e37ddd17d2", "(本ソフトウェアが算出)"]


def test_a_long_id_is_broken_behind_a_hyphen() -> None:
    assert _lines("84ac1eff-45a1-4dca-b627-94d6d2783eab", 13) == ["84ac1eff-45a1-4dca-b627-", "94d6d2783eab"]


def test_a_word_wider_than_the_line_is_broken_anywhere() -> None:
    digest = "0123456789abcdef" * 4
    lines = _lines(digest, 10)
    assert "".join(lines) == digest
    assert [len(line) for line in lines] == [20, 20, 20, 4]


def test_no_bracket_is_left_alone_when_a_long_word_is_cut() -> None:
    assert _lines("(2026-11-23T07:40:00)", 10) == ["(2026-11-23T07:40:0", "0)"]


def test_line_feeds_are_kept() -> None:
    assert _lines("一\n\n二", 10) == ["一", "", "二"]


def test_a_character_wider_than_the_line_stands_alone() -> None:
    assert _lines("消去", 0.3) == ["消", "去"]


_TEXTS = st.text(alphabet=st.sampled_from("消去証明書、。「」（）ーっゃab12-/ .,()…—\u3000"), max_size=60)


@given(_TEXTS, st.integers(1, 12))
def test_nothing_is_lost_but_blanks_at_the_ends_of_lines(text: str, limit: int) -> None:
    blanks = str.maketrans("", "", " \u3000")
    assert "".join(_lines(text, limit)).translate(blanks) == text.translate(blanks)


@given(_TEXTS, st.integers(1, 12))
def test_no_line_is_wider_than_the_limit_unless_it_is_one_character(text: str, limit: int) -> None:
    assert all(len(line) == 1 or sum(map(_width, line)) <= limit for line in _lines(text, limit))


@given(st.text(alphabet=st.sampled_from("消去証明書、。「」っ"), max_size=40))
def test_kinsoku_holds_wherever_a_line_could_be_broken_otherwise(text: str) -> None:
    limit = 12
    lines = _lines(text, limit)
    for before, after in itertools.pairwise(lines):
        broken_well = after[0] not in NOT_FIRST and before[-1] not in NOT_LAST
        joined = before + after[0]
        assert broken_well or not any(may_break(one, two) for one, two in itertools.pairwise(joined))
