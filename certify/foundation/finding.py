"""How likely a sample finds a left-over: the same figures where samples are planned and where papers are read. Pure.

Probabilities are for a *left-over* of so many bytes: that much old data, in one piece or scattered in any manner that does
not depend on the seed. They are rounded down, in parts per million.
"""

from __future__ import annotations

MILLION = 1_000_000
NIST_SUBSECTIONS = 1000  # SP 800-88 Rev. 1, 4.7.3: at least a thousand
NIST_CELLS = 20  # a cell is 5 % of its subsection
MOST_BLOCKS = 1 << 18  # a percentage is drawn from at most so many blocks: bounds memory
SMALLEST_BLOCK = 64 << 10
_SCALE = 1 << 128  # fixed point of the probabilities
_CERTAIN = 1400  # cells after which a NIST sample misses with less than 1 in 2 ** 128, all that the fixed point can tell


def probability_of(kind: str, share_ppm: int | None, left_over: int, *, size: int, sector: int) -> int:
    """That a verification of this kind finds a left-over on a medium of ``size`` bytes; 0 where the kind says nothing of it.

    ``share_ppm``: the share that was asked for, where the kind is a percentage.
    """
    if left_over <= 0:
        return 0
    if kind == "full":
        return MILLION
    if kind == "nist-800-88r1":
        return by_nist(size // sector, left_over, sector)
    return by_percentage(size, sector, share_ppm, left_over) if kind == "percent" and share_ppm else 0


def cell_of(sectors: int) -> int:
    """Sectors of one cell of a NIST sample; 0 where the medium is too small to be sampled."""
    return sectors // (NIST_SUBSECTIONS * NIST_CELLS)


def by_nist(sectors: int, left_over: int, sector: int) -> int:
    """Two cells of twenty are drawn in each subsection.

    A left-over that touches ``K`` cells is missed with a probability of at most 0.9 ** K: a cell is missed with 18/20,
    cells of one subsection never help one another to hide, and subsections are drawn independently.
    """
    cell = cell_of(sectors)
    if cell == 0:
        return 0
    miss = _SCALE
    for _ in range(min(-(-left_over // (cell * sector)), _CERTAIN)):
        miss = -(-miss * 9 // 10)
    return _ppm(miss)


def block_of(size: int, sector: int) -> int:
    """Bytes of a block of which a percentage is drawn: the smallest power of two that makes at most MOST_BLOCKS of the medium."""
    block = max(SMALLEST_BLOCK, sector)
    while -(-size // block) > MOST_BLOCKS:
        block *= 2
    return block


def drawn_blocks(size: int, block: int, share_ppm: int) -> int:
    """How many blocks are drawn for a share: one more than it fills, because a short last one may be among them."""
    return min(-(-size // block), -(-size * share_ppm // (MILLION * block)) + 1)


def by_percentage(size: int, sector: int, share_ppm: int, left_over: int) -> int:
    """Blocks are drawn without replacement."""
    block = block_of(size, sector)
    return finding_probability(-(-size // block), drawn_blocks(size, block, share_ppm), -(-left_over // block))


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


def _ppm(miss: int) -> int:
    return (_SCALE - miss) * MILLION // _SCALE
