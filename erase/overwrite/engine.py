"""One pass over a drive, and reading one back: several workers, each taking the next piece until none is left.

A pass writes whatever can be written. Sectors that can't are recorded and passed over (:mod:`erase.overwrite.faults`
has the rules). Only what was flushed counts as done: ``bytes_done`` means that everything before it is on the medium,
or recorded as bad. All callbacks run one at a time in the thread that called; several drives are several calls in
several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from queue import SimpleQueue
from typing import Any

from erase.overwrite.faults import Bad, Faults, GivenUp, Gone, Patience, Stopped
from erase.overwrite.ranges import MISMATCH, NOT_ATTEMPTED, SectorRange, Teller
from erase.overwrite.streams import UNIT, Piece, Stream
from erase.overwrite.target import DriveLost, FlushFailed, Target, error_name, is_gone
from erase.overwrite.workers import Findings, Reader, Work, Worker, Writer, pieces
from erase.verification.sampling import Extent, total

CHECKPOINTS = 20  # one each 5 %
_LOOK_SECONDS = 0.05  # between two looks at whether to stop, while a worker waits


class End(StrEnum):
    """How a pass or a comparison ended."""

    FINISHED = "finished"
    CANCELLED = "cancelled"
    GAVE_UP = "gave-up"


@dataclass(frozen=True)
class Layout:
    """Workers for each drive, and the bytes of one I/O operation."""

    workers: int
    io_bytes: int


def layout(drives: int, cores: int) -> Layout:
    """Two workers with 4 MiB while there is a core for each drive: one makes bytes while the other waits for the drive.

    With more drives than cores these keep one another busy, and short operations share the cores better (measured).
    """
    return Layout(2, UNIT) if drives <= cores else Layout(1, 1 << 20)


@dataclass(frozen=True)
class Conditions:
    """How to work: the layout, the event that stops it, a monotonic clock in seconds, and the patience with errors."""

    layout: Layout
    cancel: threading.Event
    timer: Callable[[], float]
    patience: Patience = field(default_factory=Patience)


def _ignore(_: Any) -> None:
    """For what nobody wants to be told."""


@dataclass(frozen=True)
class Watch:
    """Who is told what. Byte counts are absolute: they include what was done before ``start``.

    ``on_checkpoint(bytes_done)``: at each 5 %, at the end and, of a pass from its beginning, after the first unit; after a
    flush. Bad sectors before it were told before it.
    ``on_bad``, ``on_mismatch``: sectors in ascending order, neighbours joined; after
    :data:`erase.overwrite.ranges.MOST_RANGES` of them in coarser ranges.
    ``ranges_before``: so many were told in the job before this pass; they count towards that number, so that a drive that
    fails everywhere in each of many passes does not outgrow its record.
    ``on_progress(bytes)``: after each piece, not yet flushed; may come a thousand times a second.
    """

    on_checkpoint: Callable[[int], None] = _ignore
    on_bad: Callable[[SectorRange], None] = _ignore
    on_mismatch: Callable[[SectorRange], None] = _ignore
    on_progress: Callable[[int], None] = _ignore
    ranges_before: int = 0


@dataclass(frozen=True)
class Result:
    """What came of it.

    ``bytes_moved`` were written, or read and compared, in this call; bad sectors are not in it. After
    :attr:`End.GAVE_UP` what was not attempted is among the bad sectors.
    """

    end: End
    bytes_done: int
    bytes_moved: int
    bad_sectors: int
    mismatched_sectors: int


def second_half(size: int) -> int:
    """Where the second half of a medium begins, at a unit: nothing there is written before a pass has its first checkpoint.

    So whoever takes up a pass that has none finds the pass before it there. 0: too small to have a second half.
    """
    return size // 2 // UNIT * UNIT


def write_pass(target: Target, stream: Stream, conditions: Conditions, watch: Watch, *, start: int = 0) -> Result:
    """Writes the stream from byte ``start`` (a whole sector) to the end of the medium.

    Raises DriveLost and FlushFailed, both with ``bytes_done``; DeviceError when the drive turned read-only; whatever a
    callback raises. By then the workers have stopped.
    """
    run = _Run(target, (Extent(0, target.size),), conditions, watch, start)
    if start == 0 and second_half(target.size):
        run.hold_back(second_half(target.size))
    work = Work(target, stream, run.faults, conditions.layout.io_bytes)
    return run.through([Writer(work) for _ in range(conditions.layout.workers)], target.flush)


def compare(target: Target, stream: Stream, extents: Iterable[Extent], conditions: Conditions, watch: Watch, *, start: int = 0) -> Result:
    """Reads the extents and compares them with the stream. Byte counts run over the extents, one after the other.

    Sectors that can't be read go to ``on_bad``, those that differ to ``on_mismatch``. Raises DriveLost, or whatever a
    callback raises. By then the workers have stopped.
    """
    run = _Run(target, tuple(extents), conditions, watch, start)
    work = Work(target, stream, run.faults, conditions.layout.io_bytes)
    return run.through([Reader(work) for _ in range(conditions.layout.workers)], _nothing_to_flush)


def _nothing_to_flush() -> None:
    """Reading leaves nothing behind."""


class _Run:
    """The calling thread's part: hands out pieces, takes findings back in order, flushes, tells."""

    def __init__(self, target: Target, extents: tuple[Extent, ...], conditions: Conditions, watch: Watch, start: int) -> None:
        self._conditions, self._watch, self._start = conditions, watch, start
        self._target = target
        self._whole = total(extents)
        self._low = self._checkpoint = self._worked = start  # bytes: behind us in one row; flushed and told; worked on at all
        self._halted = threading.Event()
        self._limit: int | None = None  # bytes of the medium: what lies behind waits until the pass has its first checkpoint
        self._begun = threading.Event()
        self.faults = Faults(target, conditions.patience, conditions.timer, self._stopping)
        self._bad, self._mismatches = (Teller(tell, target.sector, watch.ranges_before) for tell in (watch.on_bad, watch.on_mismatch))
        self._supply = enumerate(pieces(extents, start))
        self._supply_lock = threading.Lock()
        self._events: SimpleQueue[tuple[int, Findings] | BaseException | None] = SimpleQueue()
        self._given: dict[int, Piece] = {}  # handed out, and not in the row behind us
        self._findings: dict[int, Findings] = {}  # of pieces that wait for an earlier one
        self._next = 0  # the first piece that is not behind us

    def hold_back(self, limit: int) -> None:
        """Nothing from byte ``limit`` on is begun before the first checkpoint was told."""
        self._limit = limit

    def through(self, workers: list[Worker], flush: Callable[[], None]) -> Result:
        """Works until everything is done, somebody stops us, or it makes no sense to go on."""
        threads = [threading.Thread(target=self._serve, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        try:
            failure = self._collect(len(threads), flush)
        finally:
            self._halted.set()
            for thread in threads:
                thread.join()
        gave_up = isinstance(failure, GivenUp)
        if gave_up:
            self._abandon()
        elif isinstance(failure, Gone):
            raise DriveLost(self._checkpoint) from failure
        elif failure is not None:
            raise failure
        self._reach_checkpoint(flush)
        end = End.GAVE_UP if gave_up else End.FINISHED if self._low == self._whole else End.CANCELLED
        moved = self._low - self._start - self._bad.sectors * self._target.sector
        return Result(end, self._low, moved, self._bad.sectors, self._mismatches.sectors)

    def _stopping(self) -> bool:
        return self._halted.is_set() or self._conditions.cancel.is_set()

    def _serve(self, worker: Worker) -> None:
        """A worker's thread."""
        try:
            while not self._stopping():
                with self._supply_lock:
                    number, piece = next(self._supply, (-1, None))
                    if piece is None:
                        break
                    self._given[number] = piece
                self._wait_for(piece)
                self._events.put((number, worker.do(piece)))
        except Stopped:
            pass  # the piece stays undone
        except BaseException as failure:
            self._events.put(failure)
        finally:
            self._events.put(None)

    def _wait_for(self, piece: Piece) -> None:
        """Until the piece may be begun. Raises Stopped."""
        while self._limit is not None and piece.offset >= self._limit and not self._begun.wait(_LOOK_SECONDS):
            if self._stopping():
                raise Stopped

    def _collect(self, working: int, flush: Callable[[], None]) -> BaseException | None:
        """Until all workers have ended; the first failure among them."""
        failure: BaseException | None = None
        while working:
            event = self._events.get()
            if event is None:
                working -= 1
            elif isinstance(event, BaseException):
                failure = failure or event
                self._halted.set()
            else:
                number, findings = event
                self._findings[number] = findings
                self._worked += self._given[number].length
                self._advance()
                self._watch.on_progress(self._worked)
                if not failure and self._is_due():
                    self._reach_checkpoint(flush)
        return failure

    def _is_due(self) -> bool:
        """A checkpoint each 5 %, and the first of a pass as soon as there is anything to find again on the drive."""
        if self._limit is not None and not self._begun.is_set():
            return self._low > self._start
        return self._low * CHECKPOINTS // self._whole > self._checkpoint * CHECKPOINTS // self._whole

    def _advance(self) -> None:
        """Puts behind us what is done without a gap, and tells of it in order."""
        while (findings := self._findings.pop(self._next, None)) is not None:
            self._pass_by(self._given.pop(self._next), findings)
            self._next += 1

    def _pass_by(self, piece: Piece, findings: Findings) -> None:
        base = piece.offset - piece.start
        for bad in findings.bad:
            self._bad.add(base + bad.start, bad.length, bad.error)
        for start, length in findings.mismatches:
            self._mismatches.add(base + start, length, MISMATCH)
        self._low += piece.length

    def _abandon(self) -> None:
        """Records everything that is not done as not attempted."""
        for number, piece in chain(sorted(self._given.items()), self._supply):
            untouched = Findings([Bad(piece.start, piece.length, NOT_ATTEMPTED)], [])
            self._pass_by(piece, self._findings.get(number, untouched))

    def _reach_checkpoint(self, flush: Callable[[], None]) -> None:
        low = self._low
        try:
            flush()
        except OSError as error:
            if is_gone(error) or not self._target.present():
                raise DriveLost(self._checkpoint) from error
            raise FlushFailed(self._checkpoint, error_name(error)) from error
        self._bad.flush()
        self._mismatches.flush()
        if low > self._checkpoint:
            self._checkpoint = low
            self._watch.on_checkpoint(low)
            self._begun.set()
