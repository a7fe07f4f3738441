"""Times: one form on paper for machines, and clocks that are passed in."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.foundation.clock import FixedClock, SystemClock, parse_rfc3339, rfc3339

JST = timezone(timedelta(hours=9))


def test_machine_times_are_utc_with_z_and_whole_seconds() -> None:
    assert rfc3339(datetime(2026, 11, 23, 10, 2, 3, 999_999, tzinfo=JST)) == "2026-11-23T01:02:03Z"
    assert rfc3339(datetime(987, 1, 2, tzinfo=UTC)) == "0987-01-02T00:00:00Z"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_no_honest_clock_shows_is_refused_so_that_every_zone_can_show_the_others(text: str) -> None:
    with pytest.raises(ValueError, match="not between"):
        parse_rfc3339(text)


@pytest.mark.parametrize("text", ["1970-01-01T00:00:00Z", "2200-12-31T23:59:59Z"])
def test_the_first_and_the_last_time_can_be_shown_in_every_zone(text: str) -> None:
    for hours in (-23, 23):
        assert parse_rfc3339(text).astimezone(timezone(timedelta(hours=hours)))


def test_a_time_without_a_zone_is_refused_because_it_would_have_to_be_guessed() -> None:
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 11, 23))  # noqa: DTZ001


FIRST, LAST = datetime(1970, 1, 1), datetime(2200, 12, 31)  # noqa: DTZ001 - Hypothesis adds the zone


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0)))
def test_what_is_written_is_read_again(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment)) == moment


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d{1,2}-\d{1,2}T\d{1,2}:\d{1,2}:\d{1,2}Z\n?", fullmatch=True))
def test_any_text_is_the_one_form_or_a_value_error(text: str) -> None:
    try:
        moment = parse_rfc3339(text)
    except ValueError:
        return
    assert rfc3339(moment) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T01:02:03",
        "2026-11-23T01:02:03+00:00",
        "2026-11-23t01:02:03z",
        "2026-11-23 01:02:03Z",
        "2026-11-23T01:02:03.5Z",
        "2026-11-23T1:2:3Z",
        "2026-11-23T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "２０２６-11-23T01:02:03Z",
        "",
    ],
)
def test_other_forms_of_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that it is one, and no other error, is the promise
        parse_rfc3339(text)


def test_a_fixed_clock_moves_only_when_told(clock: FixedClock) -> None:
    assert rfc3339(clock.now()) == "2026-11-23T01:02:03Z"
    before = clock.monotonic()
    assert (clock.now(), clock.monotonic()) == (clock.now(), before)
    clock.advance(90)
    assert rfc3339(clock.now()) == "2026-11-23T01:03:33Z"
    assert clock.monotonic() - before == 90


def test_the_machines_clock_says_whether_it_was_set_by_the_network(tmp_path: Path) -> None:
    flag = tmp_path / "synchronized"
    clock = SystemClock(flag)
    assert clock.source == "system-clock-unsynchronised"
    flag.touch()
    assert clock.source == "system-clock-ntp"
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
