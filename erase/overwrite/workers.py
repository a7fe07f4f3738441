"""What one worker does with one piece: make the bytes and write them, or read them and compare."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from erase.overwrite.buffers import Buffer
from erase.overwrite.faults import Bad, Faults, Operation
from erase.overwrite.ranges import MISMATCH
from erase.overwrite.streams import UNIT, Piece, Stream
from erase.overwrite.target import Target
from erase.verification.sampling import Extent

Run = tuple[int, int]  # start and length, bytes of a unit


@dataclass(frozen=True)
class Findings:
    """What is to be said of a piece that was worked on."""

    bad: list[Bad]
    mismatches: list[Run]


@dataclass(frozen=True)
class Work:
    """What the workers of a pass share."""

    target: Target
    stream: Stream
    faults: Faults
    io_bytes: int

    def in_operations(self, operation: Operation, piece: Piece) -> list[Bad]:
        """Carries the operation out over the piece, and gives what had to be left out."""
        bad: list[Bad] = []
        for start in range(piece.start, piece.end, self.io_bytes):
            bad += self.faults.carry_out(operation, start, min(self.io_bytes, piece.end - start))
        return bad


class Worker(Protocol):
    """One of several; it has its own buffers."""

    def do(self, piece: Piece) -> Findings:
        """Works on the piece. Raises what :meth:`erase.overwrite.faults.Faults.carry_out` raises."""
        ...


class Writer:
    """Writes the stream.

    Beside sectors that failed, what is said to be written is read back at once, and what is not there is written again,
    sector by sector: Linux takes a loop device's short write for a whole one, so that everything behind the first missing
    page of a request is lost without a word (seen on 6.18). What can't be read back there is left to the verification.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._out = Buffer(UNIT)
        self._phase = -1  # of what is in the buffer

    def do(self, piece: Piece) -> Findings:
        work, view = self._work, self._out.view
        phase = work.stream.phase(piece.unit)
        if phase != self._phase:
            work.stream.fill(self._out, piece.unit, UNIT)
            self._phase = phase
        base = piece.offset - piece.start

        def write(start: int, length: int) -> None:
            work.target.write_from(view[start : start + length], base + start)

        bad = work.in_operations(write, piece)
        return Findings(sorted([*bad, *self._lost(write, piece, bad)], key=lambda found: found.start) if bad else [], [])

    def _lost(self, write: Operation, piece: Piece, bad: list[Bad]) -> list[Bad]:
        """Beside the bad ones, what the drive called written and can't be brought to hold."""
        reader = Reader(self._work)
        lost = reader.examine(piece, _without([piece], bad)).mismatches
        failed = [found for start, length in lost for found in self._work.faults.carry_out(write, start, length)]
        rewritten = _without((Piece(piece.unit, start, length) for start, length in lost), failed)
        still_lost = reader.examine(piece, rewritten).mismatches if lost else []
        return [*failed, *(Bad(start, length, MISMATCH) for start, length in still_lost)]


class Reader:
    """Reads, and compares with the stream. What can't be read is not compared."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._got = Buffer(UNIT)

    def do(self, piece: Piece) -> Findings:
        return self.examine(piece, [piece])

    def examine(self, piece: Piece, parts: Iterable[Piece]) -> Findings:
        """Of the piece, only the parts."""
        parts = list(parts)
        work, view = self._work, self._got.view
        base = piece.offset - piece.start
        bad: list[Bad] = []
        for part in parts:
            bad += work.in_operations(lambda start, length: work.target.read_into(view[start : start + length], base + start), part)
        work.stream.uncover(self._got, piece.unit, piece.end)
        return Findings(bad, [found for rest in _without(parts, bad) for found in self._differing(rest)])

    def _differing(self, piece: Piece) -> Iterator[Run]:
        """Single sectors that differ, found by halving."""
        if self._work.stream.holds(self._got, piece):
            return
        sector = self._work.target.sector
        if piece.length <= sector:
            yield piece.start, piece.length
            return
        half = piece.length // 2 // sector * sector
        yield from self._differing(Piece(piece.unit, piece.start, half))
        yield from self._differing(Piece(piece.unit, piece.start + half, piece.length - half))


def pieces(extents: Iterable[Extent], start: int) -> Iterator[Piece]:
    """The extents without their first ``start`` bytes, cut where units meet."""
    for extent in extents:
        skipped = min(start, extent.length)
        start -= skipped
        offset = extent.offset + skipped
        while offset < extent.end:
            unit, inside = divmod(offset, UNIT)
            length = min(UNIT - inside, extent.end - offset)
            yield Piece(unit, inside, length)
            offset += length


def _without(parts: Iterable[Piece], bad: list[Bad]) -> Iterator[Piece]:
    """What is left of the parts. Both are in order."""
    gaps = deque(bad)
    for part in parts:
        start = part.start
        while gaps and gaps[0].start < part.end:
            if gaps[0].start > start:
                yield Piece(part.unit, start, gaps[0].start - start)
            start = max(start, gaps[0].start + gaps[0].length)
            if start > part.end:
                break  # it reaches into the next part
            gaps.popleft()
        if start < part.end:
            yield Piece(part.unit, start, part.end - start)
