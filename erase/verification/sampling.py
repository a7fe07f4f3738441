"""Which parts of a medium are read back: everything, NIST SP 800-88 Rev. 1 sampling, or a percentage. Pure.

Anyone who holds the seed can draw the same places again. The generator is SHA-256 in counter mode::

    block(i) = SHA-256(b"haiki-sampling-1" || seed || i as 8 bytes, big-endian),  i = 0, 1, 2 ...
    words    = the concatenated blocks, cut into 8-byte big-endian numbers
    below(n) = the next word u with u < floor(2**64 / n) * n, modulo n   (a larger one is thrown away)

and ``k`` of ``n`` things are chosen by Floyd's algorithm: for ``j`` from ``n - k`` to ``n - 1``, take ``below(j + 1)``,
or ``j`` itself where that was taken before.

How likely that finds a left-over of :attr:`SamplingPlan.left_over_bytes` bytes is computed in certify.foundation.finding,
where readers of papers find it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from certify.foundation.finding import MILLION, NIST_CELLS, block_of, by_nist, by_percentage, cell_of, drawn_blocks

SEED_BYTES = 32
LEFT_OVER_SHARE = 1000  # the stated left-over is a thousandth of the medium


class Kind(StrEnum):
    """What is read back."""

    FULL = "full"
    NIST_800_88R1 = "nist-800-88r1"
    PERCENT = "percent"


class Reason(StrEnum):
    """Why a plan is not what was asked for."""

    TOO_SMALL_FOR_SAMPLING = "too-small-for-sampling"


@dataclass(frozen=True, slots=True)
class Extent:
    """A run of bytes on the medium; both numbers are multiples of the logical sector."""

    offset: int
    length: int

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + self.length


@dataclass(frozen=True)
class SamplingPlan:
    """What will be compared. ``extents`` are in order and neither touch nor overlap.

    ``samples`` counts the places that were chosen (neighbours may share an extent). ``seed`` is hexadecimal, None when
    nothing is drawn. ``reason`` says why ``kind`` is not the kind that was asked for.
    """

    kind: Kind
    seed: str | None
    percent_ppm: int | None
    extents: tuple[Extent, ...]
    samples: int
    left_over_bytes: int
    finding_ppm: int
    reason: Reason | None = None

    @property
    def bytes(self) -> int:
        """How much is read."""
        return total(self.extents)


def total(extents: Iterable[Extent]) -> int:
    """The bytes in these extents."""
    return sum(extent.length for extent in extents)


def full(size: int, sector: int, *, reason: Reason | None = None) -> SamplingPlan:
    """Every addressable sector. A single left-over sector is found with certainty."""
    return SamplingPlan(Kind.FULL, None, None, (Extent(0, size),), 1, sector, MILLION, reason)


def nist_800_88r1(size: int, sector: int, seed: bytes) -> SamplingPlan:
    """Representative sampling of NIST SP 800-88 Rev. 1, 4.7.3.

    The medium is cut into at least 1,000 equal subsections and each of them into 20 equal cells (5 % each); two cells of
    every subsection are drawn. What does not fill a last subsection is read whole, and a cell's length at the first and
    at the last address. A medium with less than one sector a cell is read whole instead, with the reason.
    """
    sectors = size // sector
    cell = cell_of(sectors)
    if cell == 0:
        return full(size, sector, reason=Reason.TOO_SMALL_FOR_SAMPLING)
    subsection = cell * NIST_CELLS
    subsections = sectors // subsection
    draw = _Draw(seed)
    places = [(0, cell), (sectors - cell, cell)]
    for number in range(subsections):
        places += ((number * subsection + chosen * cell, cell) for chosen in draw.choose(NIST_CELLS, 2))
    rest = subsections * subsection
    if rest < sectors:
        places.append((rest, sectors - rest))
    left_over = _left_over(sectors) * sector
    return SamplingPlan(
        kind=Kind.NIST_800_88R1,
        seed=seed.hex(),
        percent_ppm=None,
        extents=_joined(places, sector),
        samples=len(places),
        left_over_bytes=left_over,
        finding_ppm=by_nist(sectors, left_over, sector),
    )


def percentage(size: int, sector: int, ppm: int, seed: bytes) -> SamplingPlan:
    """At least ``ppm`` millionths of the medium, in blocks drawn without replacement, and the first and last block too.

    A block is the smallest power of two from 64 KiB up of which at most 2 ** 18 make up the medium.
    Raises ValueError unless 0 < ppm <= 10**6.
    """
    if not 0 < ppm <= MILLION:
        raise ValueError(f"{ppm} millionths are not a share")
    block = block_of(size, sector)
    blocks = -(-size // block)
    if ppm == MILLION or blocks < 2:
        return full(size, sector, reason=None if ppm == MILLION else Reason.TOO_SMALL_FOR_SAMPLING)
    chosen = {0, blocks - 1, *_Draw(seed).choose(blocks, drawn_blocks(size, block, ppm))}
    step = block // sector
    places = [(number * step, min(step, size // sector - number * step)) for number in chosen]
    left_over = _left_over(size // sector) * sector
    return SamplingPlan(
        kind=Kind.PERCENT,
        seed=seed.hex(),
        percent_ppm=ppm,
        extents=_joined(places, sector),
        samples=len(chosen),
        left_over_bytes=left_over,
        finding_ppm=by_percentage(size, sector, ppm, left_over),
    )


def without(extents: Iterable[Extent], holes: Iterable[Extent]) -> tuple[Extent, ...]:
    """The extents minus the holes (both in order): known exceptions are not compared, they are exceptions already."""
    return tuple(_without(extents, list(holes)))


def _without(extents: Iterable[Extent], holes: list[Extent]) -> Iterator[Extent]:
    first = 0
    for extent in extents:
        start = extent.offset
        while first < len(holes) and holes[first].end <= start:
            first += 1
        for hole in holes[first:]:
            if hole.offset >= extent.end:
                break
            if hole.offset > start:
                yield Extent(start, hole.offset - start)
            start = max(start, hole.end)
        if start < extent.end:
            yield Extent(start, extent.end - start)


class _Draw:
    """The documented generator."""

    def __init__(self, seed: bytes) -> None:
        self._words = self._stream(seed)

    @staticmethod
    def _stream(seed: bytes) -> Iterator[int]:
        number = 0
        while True:
            block = sha256(b"haiki-sampling-1" + seed + number.to_bytes(8, "big")).digest()
            number += 1
            for start in range(0, 32, 8):
                yield int.from_bytes(block[start : start + 8], "big")

    def below(self, limit: int) -> int:
        fair = (1 << 64) // limit * limit
        return next(word for word in self._words if word < fair) % limit

    def choose(self, things: int, count: int) -> set[int]:
        chosen: set[int] = set()
        for last in range(things - count, things):
            candidate = self.below(last + 1)
            chosen.add(last if candidate in chosen else candidate)
        return chosen


def _left_over(sectors: int) -> int:
    return max(1, sectors // LEFT_OVER_SHARE)


def _joined(places: Iterable[tuple[int, int]], sector: int) -> tuple[Extent, ...]:
    """Places (first sector, sectors) as extents in order, those that touch or overlap made one."""
    runs: list[list[int]] = []
    for first, count in sorted(places):
        if runs and first <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], first + count)
        else:
            runs.append([first, first + count])
    return tuple(Extent(first * sector, (end - first) * sector) for first, end in runs)
