"""What people see while drives are being erased. It shows what the jobs' marks of progress say, and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

from certify.foundation.logs import mask
from certify.foundation.messages import text
from erase.jobs.progress import Progress
from erase.station.columns import width
from erase.station.speed import Figures

_LINE_SECONDS = 30.0  # between two lines where there is no terminal
_JSON_SECONDS = 1.0
_STEP_PERMILLE = 50


@dataclass(frozen=True)
class Row:
    """One drive at one moment. ``celsius`` None: nobody measures it."""

    job: str
    device: str
    serial: str
    passes: int
    progress: Progress
    figures: Figures
    celsius: float | None

    @property
    def shown_serial(self) -> str:
        """The last four characters: enough to tell drives apart, not enough for onlookers."""
        return mask(self.serial)[-6:]


class Screen(Protocol):
    """Where progress goes."""

    def show(self, rows: Sequence[Row], now: float) -> None:
        """Called several times a second; ``now`` is monotonic seconds."""
        ...

    def note(self, sentence: str) -> None:
        """A sentence besides."""
        ...

    def leave(self) -> None:
        """No more progress will come."""
        ...


def percent(permille: int) -> str:
    """Tenths of a percent, as text."""
    return f"{permille // 10}.{permille % 10} %"


def rate_in_words(bytes_per_second: int | None) -> str:
    """Decimal megabytes a second, as drives are labelled."""
    if bytes_per_second is None:
        return text("station.rate-unknown")
    megabytes = bytes_per_second / 1_000_000
    return f"{megabytes:,.0f} MB/s" if megabytes >= 10 else f"{megabytes:.1f} MB/s"


def time_left(seconds: int | None) -> str:
    """Hours and minutes, or minutes and seconds when it is nearly done."""
    if seconds is None:
        return text("station.left-unknown")
    if seconds >= 3600:
        return text("station.left-hours", hours=seconds // 3600, minutes=seconds % 3600 // 60)
    if seconds >= 60:
        return text("station.left-minutes", minutes=seconds // 60, seconds=seconds % 60)
    return text("station.left-seconds", seconds=seconds)


# what is left out first where a terminal is too narrow for all; the drive and the time left never are
_LEAST_WANTED_FIRST = ("rate", "celsius", "serial", "job", "phase", "pass")


def row_in_words(row: Row, columns: int | None = None) -> str:
    """The line of one drive, in no more than so many cells: parts are left out whole, none is cut."""
    progress, figures = row.progress, row.figures
    parts = {
        "device": row.device,
        "serial": f"[{row.shown_serial}]",
        "pass": text("station.progress-pass", number=progress.pass_number, of=row.passes),
        "phase": f"{text(f'station.phase-{progress.phase.value}')} {percent(figures.phase_permille)}",
        "job": text("station.progress-job", percent=percent(figures.job_permille)),
        "rate": rate_in_words(figures.bytes_per_second),
        "left": time_left(figures.seconds_left),
        "celsius": "" if row.celsius is None else f"{row.celsius:.0f} ℃",
    }
    for name in ("", *_LEAST_WANTED_FIRST):
        parts.pop(name, None)
        line = _joined(parts)
        if columns is None or width(line) <= columns:
            break
    return line


def _joined(parts: Mapping[str, str]) -> str:
    """One blank between the parts of what is done, two before figures of their own."""
    line = ""
    for name, part in parts.items():
        if part:
            line += ("  " if name in ("rate", "left", "celsius") else " " if line else "") + part
    return line


class TerminalScreen:
    """One line for each drive, drawn over again."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._drawn = 0

    def show(self, rows: Sequence[Row], now: float) -> None:  # noqa: ARG002 - draws as often as it is asked
        columns = shutil.get_terminal_size().columns - 1
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        lines = "".join(f"\r\x1b[2K{row_in_words(row, columns)}\n" for row in rows)
        _write(self._out, up + lines)
        self._drawn = len(rows)

    def note(self, sentence: str) -> None:
        _write(self._out, f"{sentence}\n")
        self._drawn = 0  # what stands above the sentence stays

    def leave(self) -> None:
        self._drawn = 0


class LineScreen:
    """A line for each drive each 5 % of its job or each half minute: for logs and pipes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._told: dict[str, tuple[int, float]] = {}

    def show(self, rows: Sequence[Row], now: float) -> None:
        for row in rows:
            step, before = self._told.get(row.job, (-1, now - _LINE_SECONDS))
            reached = row.figures.job_permille // _STEP_PERMILLE
            if reached > step or now - before > _LINE_SECONDS:
                self._told[row.job] = (reached, now)
                _write(self._out, row_in_words(row) + "\n")

    def note(self, sentence: str) -> None:
        _write(self._out, f"{sentence}\n")

    def leave(self) -> None:
        """Nothing is left half drawn."""


class JsonScreen:
    """A JSON object a line, each second and drive."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._told: dict[str, tuple[Progress, float]] = {}

    def show(self, rows: Sequence[Row], now: float) -> None:
        for row in rows:
            last, before = self._told.get(row.job, (None, now - _JSON_SECONDS))
            if row.progress != last and now - before >= _JSON_SECONDS:
                self._told[row.job] = (row.progress, now)
                _write(self._out, json.dumps(self._value(row), ensure_ascii=False) + "\n")

    def note(self, sentence: str) -> None:
        """Machines read the result."""

    def leave(self) -> None:
        """Nothing is left half drawn."""

    @staticmethod
    def _value(row: Row) -> dict[str, object]:
        return {
            "job": row.job,
            "device": row.device,
            "phase": row.progress.phase.value,
            "pass": row.progress.pass_number,
            "of": row.passes,
            "bytes_done": row.progress.bytes_done,
            "bytes_total": row.progress.bytes_total,
            "job_permille": row.figures.job_permille,
            "bytes_per_second": row.figures.bytes_per_second,
            "seconds_left": row.figures.seconds_left,
            "celsius": row.celsius,
        }


def _write(out: TextIO, text_: str) -> None:
    """An erasure does not stop because nobody looks any more: the terminal may be closed at any moment."""
    try:
        out.write(text_)
        out.flush()
    except (OSError, ValueError):  # ValueError: closed
        return


def screen_for(out: TextIO, *, as_json: bool) -> Screen:
    """The screen that suits the stream."""
    if as_json:
        return JsonScreen(out)
    return TerminalScreen(out) if out.isatty() else LineScreen(out)
