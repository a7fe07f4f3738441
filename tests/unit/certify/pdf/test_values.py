"""Times, sizes, facts and people as the paper writes them."""

from __future__ import annotations

import pytest

from certify.foundation.messages import Language
from certify.pdf import values
from certify.pdf.words import Words
from certify.statement.model import Fact, Person, Stamp

JAPANESE, ENGLISH = Words(Language.JAPANESE), Words(Language.ENGLISH)


def _stamp(at: str, source: str = "system-clock-ntp") -> Stamp:
    return Stamp(at=at, source=source)


@pytest.mark.parametrize(
    ("at", "written"),
    [
        ("2026-11-23T01:02:03Z", "令和8年11月23日 (2026-11-23)"),
        ("2026-11-22T15:00:00Z", "令和8年11月23日 (2026-11-23)"),  # midnight in Japan
        ("2026-11-22T14:59:59Z", "令和8年11月22日 (2026-11-22)"),
        ("2019-04-30T15:00:00Z", "令和元年5月1日 (2019-05-01)"),
        ("2019-04-30T14:59:59Z", "平成31年4月30日 (2019-04-30)"),
        ("1989-01-07T15:00:00Z", "平成元年1月8日 (1989-01-08)"),
        ("1970-01-01T00:00:00Z", "昭和45年1月1日 (1970-01-01)"),
    ],
)
def test_days_are_written_in_the_japanese_era_and_in_iso(at: str, written: str) -> None:
    assert values.day_in_japan(JAPANESE, _stamp(at)) == written


def test_an_english_paper_has_iso_first() -> None:
    assert values.day_in_japan(ENGLISH, _stamp("2026-11-23T01:02:03Z")) == "2026-11-23 (Reiwa 8-11-23)"


def test_moments_are_in_japanese_time_and_say_whose_clock_it_was() -> None:
    written = values.stamp(JAPANESE, _stamp("2026-11-23T01:02:03Z"))
    assert written == "令和8年11月23日 10時02分03秒 (2026-11-23T10:02:03+09:00) (時計はNTP同期)"
    assert values.stamp_in_lines(ENGLISH, _stamp("2026-11-23T01:02:03Z", "agency-clock")).split("\n") == [
        "2026-11-23T10:02:03+09:00",
        "Reiwa 8-11-23 10:02:03",
        "agency-clock",
    ]


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0 バイト"),
        (999, "999 バイト"),
        (1000, "1,000 バイト (1.0 kB)"),
        (268_435_456, "268,435,456 バイト (268.4 MB)"),
        (1_000_204_886_016, "1,000,204,886,016 バイト (1.0 TB)"),
        (1_999_999_999, "1,999,999,999 バイト (1.9 GB)"),  # never rounded up
        (2**53 - 1, "9,007,199,254,740,991 バイト (9.0 PB)"),
    ],
)
def test_sizes_are_exact_and_rounded_down(count: int, written: str) -> None:
    assert values.size(JAPANESE, count) == written


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (0, "0.1 秒未満"),
        (99, "0.1 秒未満"),
        (100, "0.1 秒"),
        (59_999, "59.9 秒"),
        (60_000, "1 分 0 秒"),
        (3_599_999, "59 分 59 秒"),
        (8_023_456, "2 時間 13 分 43 秒"),
    ],
)
def test_durations(milliseconds: int, written: str) -> None:
    assert values.duration(JAPANESE, milliseconds) == written


@pytest.mark.parametrize(("parts", "written"), [(0, "0 %"), (100_000, "10 %"), (999_999, "99.9999 %"), (1_000_000, "100 %")])
def test_a_probability_is_never_said_to_be_more_than_it_is(parts: int, written: str) -> None:
    assert values.ppm(parts) == written


def test_a_lower_bound_is_rounded_down_to_tenths() -> None:
    assert [values.at_least(parts) for parts in (0, 994_999, 999_999, 1_000_000)] == ["0.0 %", "99.4 %", "99.9 %", "100.0 %"]


def test_a_share_is_rounded_down() -> None:
    assert values.share(2_999_999, 3_000_000) == "99.9999 %"
    assert values.share(0, 0) == "0 %"


def test_a_fact_names_its_source_unless_it_is_the_drives_own_word() -> None:
    assert values.fact(JAPANESE, Fact(value="ABC123", source="identify")) == "ABC123"
    assert values.fact(JAPANESE, Fact(value="ABC123", source="label")) == "ABC123 (ラベルを人が読み取り)"
    assert "USB 変換器" in values.fact(JAPANESE, Fact(value="ABC123", source="bridge"))
    assert values.fact(JAPANESE, None) == "不明"


def test_a_person_is_named_after_organisation_and_post_or_by_id() -> None:
    assert values.person(Person(id="op-1", name="髙橋 一郎", organisation="○○市", post="主査")) == "○○市 主査 髙橋 一郎"
    assert values.person(Person(id="op-1", name=None, organisation=None, post=None)) == "op-1"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("2026-11-23T07:05:00+09:00", "令和8年11月23日 7時05分00秒 (2026-11-23T07:05:00+09:00) (カメラの申告)"),
        ("2026-11-23T07:05:00", "令和8年11月23日 7時05分00秒 (2026-11-23T07:05:00) (カメラの申告)"),
        ("yesterday", "yesterday (カメラの申告)"),
        (None, "不明 (写真に記録がありません)"),
    ],
)
def test_the_time_of_a_photo_is_the_cameras_word(said: str | None, written: str) -> None:
    assert values.captured(JAPANESE, said) == written
