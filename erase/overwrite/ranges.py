"""What goes on record about sectors: neighbours told as one range, and never more ranges than a record can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MOST_RANGES = 10_000
MISMATCH = "mismatch"
NOT_ATTEMPTED = "not-attempted"


class Direction(StrEnum):
    """What was being done."""

    WRITE = "write"
    READ = "read"


@dataclass(frozen=True)
class SectorRange:
    """Logical sectors in a row. ``error`` is a symbolic errno, ``mismatch`` or ``not-attempted``."""

    first_lba: int
    sectors: int
    error: str


class Teller:
    """Tells ranges that come in order, after neighbours with the same error were joined.

    After :data:`MOST_RANGES` the gaps between ranges are told as part of them: then more is called bad than is, never less.
    """

    def __init__(self, tell: Callable[[SectorRange], None], sector: int, told: int = 0) -> None:
        self._tell = tell
        self._sector = sector
        self._first = 0
        self._end = 0
        self._error = ""
        self._told = told
        self.sectors = 0  # told so far

    def add(self, offset: int, length: int, error: str) -> None:
        """Bytes of the medium, behind all that were added before."""
        first, end = offset // self._sector, (offset + length) // self._sector
        joins = self._end > self._first and (self._told >= MOST_RANGES or (first == self._end and error == self._error))
        if not joins:
            self.flush()
            self._first, self._error = first, error
        self._end = end

    def flush(self) -> None:
        """Tells what is still held back."""
        if self._end > self._first:
            self._tell(SectorRange(self._first, self._end - self._first, self._error))
            self._told += 1
            self.sectors += self._end - self._first
        self._first = self._end
