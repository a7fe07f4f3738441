"""Which parts of a medium are read back: everything, NIST SP 800-88 Rev. 1 sampling, or a percentage. Pure.

Anyone who holds the seed can draw the same places again. The generator is SHA-256 in counter mode::

    block(i) = SHA-256(b"haiki-sampling-1" || seed || i as 8 bytes, big-endian),  i = 0, 1, 2 ...
    words    = the concatenated blocks, cut into 8-byte big-endian numbers
    below(n) = the next word u with u < floor(2**64 / n) * n, modulo n   (a larger one is thrown away)

and ``k`` of ``n`` things are chosen by Floyd's algorithm: for ``j`` from ``n - k`` to ``n - 1``, take ``below(j + 1)``,
or ``j`` itself where that was taken before.

Probabilities are given for a *left-over* of :attr:`SamplingPlan.left_over_bytes` bytes: that much old data, in one piece
or scattered in any manner that does not depend on the seed. They are rounded down, in parts per million.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

MILLION = 1_000_000
SEED_BYTES = 32
NIST_SUBSECTIONS = 1000  # SP 800-88 Rev. 1, 4.7.3: at least a thousand
NIST_CELLS = 20  # a cell is 5 % of its subsection
LEFT_OVER_SHARE = 1000  # the stated left-over is a thousandth of the medium
MOST_BLOCKS = 1 << 18  # a percentage is drawn from at most so many blocks: bounds memory
SMALLEST_BLOCK = 64 << 10
_SCALE = 1 << 128  # fixed point of the probabilities


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

    A left-over that touches ``K`` cells is missed with a probability of at most 0.9 ** K: a cell is missed with 18/20,
    cells of one subsection never help one another to hide, and subsections are drawn independently.
    """
    sectors = size // sector
    cell = sectors // (NIST_SUBSECTIONS * NIST_CELLS)
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
    left_over = _left_over(sectors)
    miss = _SCALE
    for _ in range(-(-left_over // cell)):
        miss = -(-miss * 9 // 10)
    return SamplingPlan(
        kind=Kind.NIST_800_88R1,
        seed=seed.hex(),
        percent_ppm=None,
        extents=_joined(places, sector),
        samples=len(places),
        left_over_bytes=left_over * sector,
        finding_ppm=_ppm(miss),
    )


def percentage(size: int, sector: int, ppm: int, seed: bytes) -> SamplingPlan:
    """At least ``ppm`` millionths of the medium, in blocks drawn without replacement, and the first and last block too.

    A block is the smallest power of two from 64 KiB up of which at most 2 ** 18 make up the medium. The stated
    probability is :func:`finding_probability` for a thousandth of the medium. Raises ValueError unless 0 < ppm <= 10**6.
    """
    if not 0 < ppm <= MILLION:
        raise ValueError(f"{ppm} millionths are not a share")
    block = max(SMALLEST_BLOCK, sector)
    while -(-size // block) > MOST_BLOCKS:
        block *= 2
    blocks = -(-size // block)
    if ppm == MILLION or blocks < 2:
        return full(size, sector, reason=None if ppm == MILLION else Reason.TOO_SMALL_FOR_SAMPLING)
    # blocks beside a short last one are drawn for the share, so that the share holds whichever are drawn
    drawn = min(blocks, -(-size * ppm // (MILLION * block)) + 1)
    chosen = {0, blocks - 1, *_Draw(seed).choose(blocks, drawn)}
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
        finding_ppm=finding_probability(blocks, drawn, -(-left_over // block)),
    )


def finding_probability(blocks: int, drawn: int, touched: int) -> int:
    """Parts per million, rounded down, that at least one of ``touched`` blocks is among ``drawn`` of ``blocks``.

    Exactly 1 - C(blocks - touched, drawn) / C(blocks, drawn): drawing without replacement. Data of ``L`` bytes touches at
    least ceil(L / block) blocks wherever it lies, in one piece or in many, so this is the least for all left-overs of ``L``.
    """
    if touched <= 0 or drawn <= 0:
        return 0
    if touched + drawn > blocks:
        return MILLION
    miss = _SCALE
    few, many = sorted((touched, drawn))  # the quotient is symmetric in the two
    for number in range(few):
        miss = -(-miss * (blocks - many - number) // (blocks - number))  # rounded up: towards missing
        if miss == 1:
            break
    return _ppm(miss)


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


def _ppm(miss: int) -> int:
    return (_SCALE - miss) * MILLION // _SCALE


def _joined(places: Iterable[tuple[int, int]], sector: int) -> tuple[Extent, ...]:
    """Places (first sector, sectors) as extents in order, those that touch or overlap made one."""
    runs: list[list[int]] = []
    for first, count in sorted(places):
        if runs and first <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], first + count)
        else:
            runs.append([first, first + count])
    return tuple(Extent(first * sector, (end - first) * sector) for first, end in runs)
