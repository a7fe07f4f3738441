"""Time as a value that is passed in: nobody else asks the machine what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

_JAPAN = timezone(timedelta(hours=9))
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # what a machine says whose clock has lost its battery
LATEST = datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)  # far from where turning a time into another zone overflows


class Clock(Protocol):
    """A source of wall-clock time (UTC, with its origin) and of monotonic seconds."""

    @property
    def source(self) -> str:
        """Where the wall-clock time comes from, as a kebab-case word for the record."""
        ...

    def now(self) -> datetime:
        """The wall-clock time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences have a meaning."""
        ...


class SystemClock:
    """The machine's own clock."""

    def __init__(self, synchronised_flag: Path = Path("/run/systemd/timesync/synchronized")) -> None:
        self._synchronised_flag = synchronised_flag

    @property
    def source(self) -> str:
        return "system-clock-ntp" if self._synchronised_flag.exists() else "system-clock-unsynchronised"

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is told to move: for judging at a given time, and for tests."""

    def __init__(self, at: datetime, source: str = "fixed", seconds: float = 0.0) -> None:
        self.at = at
        self.source = source
        self.seconds = seconds

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Moves both the wall clock and the monotonic clock."""
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


def in_japan(moment: datetime) -> str:
    """A moment as screens show it to people: the wall-clock time in Japan, which says so itself."""
    return f"{moment.astimezone(_JAPAN):%Y-%m-%d %H:%M:%S} JST"


def rfc3339(moment: datetime) -> str:
    """UTC with ``Z`` and whole seconds, the one form of machine times (RFC 3339 section 5.6).

    Raises ValueError for a time that doesn't say its zone, because the machine's own would be guessed.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_rfc3339(text: str) -> datetime:
    """Reads what :func:`rfc3339` writes. Raises ValueError for any other form, and for a time before EARLIEST or after LATEST."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if rfc3339(moment) != text:  # strptime takes single digits and other scripts' digits too
        raise ValueError(f"not in the one form of machine times: {text!r}")
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"not between {rfc3339(EARLIEST)} and {rfc3339(LATEST)}: {text!r}")
    return moment
