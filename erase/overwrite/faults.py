"""What is done when a sector can't be written or read, so that the rest of the drive is worked on all the same.

1. A failed operation is tried again, :attr:`Patience.retries` times.
2. What still fails is halved down to the physical sector, and that is cut into logical sectors (a drive with 4 KiB
   sectors can't write 512 bytes of one that it can't read, but may well write all of it). What fails alone is bad.
3. After :attr:`Patience.narrowing_seconds` spent in failing operations a failing piece is bad as a whole: not halved.
4. After :attr:`Patience.failing_seconds` of them altogether, or :attr:`Patience.silent_seconds` of them without one
   success in between, the work is given up.

So a drive on which everything fails costs a bounded time, and one that fails at once (no seconds lost) is mapped finely.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from erase.errors import DeviceError
from erase.overwrite.target import Target, error_name, is_gone, is_of_the_medium, is_read_only


@dataclass(frozen=True)
class Patience:
    """How much failing is put up with in one pass over one drive; times are seconds spent in operations that failed."""

    retries: int = 2
    narrowing_seconds: float = 900.0
    failing_seconds: float = 10_800.0
    silent_seconds: float = 1_800.0


@dataclass(frozen=True, slots=True)
class Bad:
    """Bytes of a unit that could not be worked on, and the symbolic errno."""

    start: int
    length: int
    error: str


class GivenUp(Exception):
    """The patience is at its end."""


class Gone(Exception):
    """The drive is no longer there."""


class Stopped(Exception):
    """Somebody asked to stop."""


Operation = Callable[[int, int], None]  # start and length, bytes of a unit; raises OSError


class Faults:
    """The account of one pass, shared by its workers."""

    def __init__(self, target: Target, patience: Patience, timer: Callable[[], float], stopped: Callable[[], bool]) -> None:
        self._target = target
        self._patience = patience
        self._timer = timer
        self._stopped = stopped
        self._lock = threading.Lock()
        self._failing = 0.0
        self._silent = 0.0

    def carry_out(self, operation: Operation, start: int, length: int) -> list[Bad]:
        """Does it, and what had to be left out, in order.

        Raises GivenUp, Gone, Stopped; DeviceError where the drive is write-protected; OSError for a defect of ours.
        """
        for _ in range(self._patience.retries):
            if self._attempt(operation, start, length) is None:
                return []
            self._look()
        bad = self._narrowed(operation, start, length)
        if bad:
            self._look()
        return bad

    def _look(self) -> None:
        """Some drivers answer EIO for a drive that has left."""
        if not self._target.present():
            raise Gone

    def _narrowed(self, operation: Operation, start: int, length: int) -> list[Bad]:
        error = self._attempt(operation, start, length)
        if error is None:
            return []
        if length <= self._target.sector or self._failing > self._patience.narrowing_seconds:
            return [Bad(start, length, error_name(error))]
        return [bad for part in self._parts(start, length) for bad in self._narrowed(operation, *part)]

    def _parts(self, start: int, length: int) -> list[tuple[int, int]]:
        """Two halves that meet at a physical sector; below that, the logical sectors. Units begin at physical sectors."""
        physical, logical = self._target.physical_sector, self._target.sector
        middle = (start + length // 2) // physical * physical
        if middle <= start:
            middle += physical
        if middle < start + length:
            return [(start, middle - start), (middle, start + length - middle)]
        return [(sector, logical) for sector in range(start, start + length, logical)]

    def _attempt(self, operation: Operation, start: int, length: int) -> OSError | None:
        if self._stopped():
            raise Stopped
        began = self._timer()
        try:
            operation(start, length)
        except OSError as error:
            if is_gone(error):
                raise Gone from error
            if is_read_only(error):
                raise DeviceError("overwrite", "drive-read-only", error=error_name(error)) from error
            if not is_of_the_medium(error):
                raise
            self._blame(self._timer() - began)
            return error
        self._silent = 0.0
        return None

    def _blame(self, seconds: float) -> None:
        with self._lock:
            self._failing += seconds
            self._silent += seconds
            if self._failing > self._patience.failing_seconds or self._silent > self._patience.silent_seconds:
                raise GivenUp if self._target.present() else Gone
