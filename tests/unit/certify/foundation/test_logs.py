"""The log: JSON lines for machines that name no serial number in full."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import KeyProblem
from certify.foundation import logs
from certify.foundation.clock import FixedClock, SystemClock
from certify.foundation.logs import log, mask, start_logging


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    yield
    start_logging(SystemClock())


@pytest.fixture
def stream(clock: FixedClock) -> io.StringIO:
    sink = io.StringIO()
    start_logging(clock, sink, logging.INFO)
    return sink


def _line(stream: io.StringIO) -> dict[str, Any]:
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    value: dict[str, Any] = json.loads(lines[0])
    return value


def test_a_line_is_json_with_time_level_event_and_fields(stream: io.StringIO) -> None:
    log(logging.WARNING, "bad range", first_lba=7, sectors=1)
    assert _line(stream) == {"at": "2026-11-23T01:02:03Z", "level": "warning", "event": "bad range", "first_lba": 7, "sectors": 1}


def test_lines_below_the_level_are_left_out(stream: io.StringIO) -> None:
    log(logging.DEBUG, "probed")
    assert stream.getvalue() == ""


def test_starting_again_moves_the_log_and_does_not_double_it(clock: FixedClock, stream: io.StringIO) -> None:
    second = io.StringIO()
    start_logging(clock, second)
    log(logging.ERROR, "once")
    assert stream.getvalue() == ""
    assert _line(second)["event"] == "once"


def test_a_serial_number_shows_its_last_four_characters_only() -> None:
    assert mask("S4EVNX0M123456") == "**********3456"
    assert mask("12345") == "*2345"
    assert mask("1234") == "****"
    assert mask("") == ""


@given(st.text(st.characters(codec="ascii", categories=["Lu", "Nd"]), min_size=5, max_size=20))
def test_no_serial_number_reaches_the_log_however_deep_it_lies(serial: str) -> None:
    sink = io.StringIO()
    start_logging(FixedClock(datetime(2026, 11, 23, tzinfo=UTC)), sink)
    log(
        logging.ERROR,
        "identified",
        serial=serial,
        drive_serial=serial,
        serials=[serial, serial],
        drive={"identity": {"serial": {"value": serial, "source": 1}}, "holders": ({"serial": serial},)},
        exception=KeyProblem("keys", "missing", serial=serial),
    )
    shown = _line(sink)
    assert serial not in json.dumps({name: value for name, value in shown.items() if name not in ("at", "trace")})
    assert shown["serial"].endswith(serial[-4:])


def test_an_unknown_serial_stays_unknown(stream: io.StringIO) -> None:
    log(logging.ERROR, "no name", serial=None)
    assert _line(stream)["serial"] is None


def test_our_errors_are_logged_by_code_and_others_by_what_they_are(stream: io.StringIO) -> None:
    try:
        raise KeyError("unexpected")
    except KeyError as error:
        log(logging.ERROR, "defect", exception=error)
    line = _line(stream)
    assert line["exception"] == "KeyError('unexpected')"
    assert line["trace"][0].startswith("test_logs.py:")


def test_what_a_drive_says_of_itself_cannot_steer_the_terminal(stream: io.StringIO) -> None:
    log(logging.ERROR, "identified", model="\x1b]0;owned\x07\n\x9b2J\u202e\ud800")
    written = stream.getvalue().rstrip("\n")
    assert written.isascii()
    assert written.isprintable()
    assert _line(stream)["model"] == "\x1b]0;owned\x07\n\x9b2J\u202e\ud800"


def test_a_field_cannot_take_the_place_of_the_time(stream: io.StringIO) -> None:
    log(logging.ERROR, "e", at="yesterday", level="fine")
    assert (_line(stream)["at"], _line(stream)["level"]) == ("2026-11-23T01:02:03Z", "error")


def test_levels_are_those_of_python() -> None:
    assert (logs.DEBUG, logs.INFO, logs.WARNING, logs.ERROR) == (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)


def test_a_log_that_cannot_be_written_stops_nobody(clock: FixedClock) -> None:
    sink = io.StringIO()
    sink.close()
    start_logging(clock, sink)
    log(logging.ERROR, "lost")


def test_without_a_choice_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(SystemClock())
    log(logging.INFO, "not shown")
    log(logging.WARNING, "shown")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["shown"]
