"""What people see of the progress: on a terminal, in a pipe, as JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from erase.jobs.events import Phase
from erase.jobs.progress import Progress
from erase.station import screen
from erase.station.columns import width
from erase.station.screen import JsonScreen, LineScreen, Row, TerminalScreen, row_in_words, screen_for, time_left
from erase.station.speed import Figures

ROW = Row(
    job="J-1",
    device="/dev/sdb",
    serial="S3Z9NB0K123456",
    passes=3,
    progress=Progress(Phase.WRITE, 2, 400, 1000, 5),
    figures=Figures(400, 350, 182_000_000, 3_725),
    celsius=41.4,
)


def at(permille: int) -> Row:
    return replace(ROW, progress=replace(ROW.progress, bytes_done=permille), figures=Figures(permille, permille, None, None))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_row_says_pass_percent_rate_time_left_and_temperature(language):
    line = row_in_words(ROW)
    for part in ("/dev/sdb", "3456", "2/3", "40.0 %", "35.0 %", "182 MB/s", "41 ℃"):
        assert part in line
    assert {"ja": "残り 1 時間 2 分", "en": "1 h 2 min left"}[language.value] in line


def test_the_serial_number_is_masked():
    assert "S3Z9" not in row_in_words(ROW)
    assert "[**3456]" in row_in_words(ROW)


def test_an_unmeasured_temperature_is_not_shown():
    assert "℃" not in row_in_words(replace(ROW, celsius=None))


def test_the_verification_is_named(language):
    line = row_in_words(replace(ROW, progress=replace(ROW.progress, phase=Phase.VERIFY)))
    assert {"ja": "検証", "en": "verifying"}[language.value] in line


def test_short_times_are_told_in_seconds(language):
    assert time_left(65) == {"ja": "残り 1 分 5 秒", "en": "1 min 5 s left"}[language.value]
    assert time_left(5) == {"ja": "残り 5 秒", "en": "5 s left"}[language.value]
    assert "--" in time_left(None)


def test_a_narrow_terminal_gets_fewer_parts_and_never_half_of_one(language):
    whole = row_in_words(ROW)
    left = time_left(ROW.figures.seconds_left)
    for columns in range(10, width(whole) + 2):
        line = row_in_words(ROW, columns)
        assert left in line
        assert "/dev/sdb" in line
        assert set(line.split()) <= set(whole.split())
        assert width(line) <= max(columns, width(f"/dev/sdb  {left}"))
    assert row_in_words(ROW, width(whole)) == whole
    narrower = row_in_words(ROW, width(whole) - 1)
    assert "MB/s" not in narrower
    assert "℃" in narrower


def test_a_usual_terminal_of_80_columns_has_room_for_all_but_the_rate(language):
    row = replace(ROW, device="/dev/nvme0n1", passes=35, progress=replace(ROW.progress, pass_number=27), celsius=None)
    assert "27/35" in row_in_words(row, 79)
    assert width(row_in_words(row, 79)) <= 79


def test_a_terminal_is_drawn_over():
    out = Terminal()
    shown = TerminalScreen(out)
    shown.show([ROW, ROW], 0.0)
    assert "\x1b[2A" not in out.getvalue()
    shown.show([ROW, ROW], 0.0)
    assert out.getvalue().count("\x1b[2A") == 1
    shown.note("halt")
    shown.show([ROW, ROW], 0.0)
    assert out.getvalue().count("\x1b[2A") == 1  # the sentence stays


def test_a_pipe_gets_a_line_each_twentieth_or_half_minute():
    out = io.StringIO()
    shown = LineScreen(out)
    for permille in range(101):
        shown.show([at(permille)], 0.0)
    assert len(out.getvalue().splitlines()) == 3  # at 0, 5 and 10 %
    shown.show([at(101)], 29.0)
    assert len(out.getvalue().splitlines()) == 3
    shown.show([at(101)], 31.0)
    assert len(out.getvalue().splitlines()) == 4


def test_json_lines_hold_the_numbers_and_come_each_second():
    out = io.StringIO()
    shown = JsonScreen(out)
    for now, permille in ((0.0, 1), (0.5, 2), (1.0, 3), (2.0, 3)):
        shown.show([at(permille)], now)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["bytes_done"] for line in told] == [1, 3]
    assert told[0] == {
        "job": "J-1",
        "device": "/dev/sdb",
        "phase": "write",
        "pass": 2,
        "of": 3,
        "bytes_done": 1,
        "bytes_total": 1000,
        "job_permille": 1,
        "bytes_per_second": None,
        "seconds_left": None,
        "celsius": 41.4,
    }


def test_the_screen_suits_the_stream():
    assert isinstance(screen_for(Terminal(), as_json=False), TerminalScreen)
    assert isinstance(screen_for(io.StringIO(), as_json=False), LineScreen)
    assert isinstance(screen_for(Terminal(), as_json=True), JsonScreen)


@pytest.mark.parametrize("kind", [TerminalScreen, LineScreen, JsonScreen])
def test_nobody_looking_stops_nothing(kind):
    class Closed(io.StringIO):
        def write(self, _):
            raise OSError(5, "Input/output error")

    shown = kind(Closed())
    shown.show([ROW], 0.0)
    shown.note("halt")
    shown.leave()
    gone = io.StringIO()
    gone.close()
    kind(gone).show([ROW], 0.0)


def test_the_module_names_what_it_shows():
    assert screen.percent(1000) == "100.0 %"
    assert screen.rate_in_words(1_234_567) == "1.2 MB/s"
