"""How many sectors IDENTIFY DEVICE tells of, and how long they are (ACS-4 table 55, words 49, 60, 69, 83, 100, 106, 117, 230)."""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_words import has, marked, number

MOST_28_BIT = 0x0FFFFFFF  # words 60 to 61 hold no more, and hold this where there are more
MOST_48_BIT = 0xFFFFFFFFFFFF  # words 100 to 103 hold no more
_LONGEST_SECTOR = 1 << 20  # bytes; longer ones are nonsense


@dataclass(frozen=True)
class AtaCapacity:
    """What the drive says can be addressed now. Sectors are logical ones, sizes are bytes; None: not told, or not to be believed."""

    sectors: int | None = None  # the one to use
    sectors_28: int | None = None  # words 60 to 61
    sectors_48: int | None = None  # words 100 to 103
    sectors_extended: int | None = None  # words 230 to 233
    logical_sector: int = 512
    physical_sector: int = 512

    @property
    def size(self) -> int | None:
        """Bytes that can be addressed."""
        return None if self.sectors is None else self.sectors * self.logical_sector


def capacity_of(words: tuple[int, ...], *, recent: bool) -> tuple[AtaCapacity, set[AtaDoubt]]:
    """The capacity in 256 words, and why it is to be doubted. ``recent``: fields of ACS-2 and later may be believed."""
    logical, physical, doubts = _sector_sizes(words)
    in_28 = number(words, 60, 2) if has(words[49], 9) else None
    in_48 = number(words, 100, 4) if marked(words[83]) and has(words[83], 10) else None
    # word 69 counts if word 53 bit 1 is set (words 64 to 70)
    in_extended = number(words, 230, 4) if recent and has(words[53], 1) and words[69] != 0xFFFF and has(words[69], 3) else None
    sectors = _agreed(in_28, in_48, in_extended)
    if sectors is None and (in_28, in_48, in_extended) != (None, None, None):
        doubts.add(AtaDoubt.CONTRADICTORY_CAPACITY)
    return AtaCapacity(sectors, in_28, in_48, in_extended, logical, physical), doubts


def _agreed(in_28: int | None, in_48: int | None, in_extended: int | None) -> int | None:
    """The number of sectors where all that were told agree, each within what its field can hold."""
    most = next((told for told in (in_extended, in_48, in_28) if told is not None), None)
    if not most or most > MOST_48_BIT:
        return None
    if in_28 is not None and in_28 != min(most, MOST_28_BIT):
        return None
    if in_48 is not None and in_48 not in (most, min(most, 0xFFFFFFFF)):
        return None
    return most


def _sector_sizes(words: tuple[int, ...]) -> tuple[int, int, set[AtaDoubt]]:
    """Logical and physical sector in bytes (word 106; words 117 to 118 count 16-bit words)."""
    if not marked(words[106]):
        return 512, 512, set()
    logical = 2 * number(words, 117, 2) if has(words[106], 12) else 512
    physical = logical << (words[106] & 0x000F) if has(words[106], 13) else logical
    if has(words[106], 12) and (logical <= 512 or physical > _LONGEST_SECTOR):
        # bit 12 says 'longer than 256 words'
        return 512, 512, {AtaDoubt.CONTRADICTORY_SECTORS}
    if physical > _LONGEST_SECTOR:
        return logical, logical, {AtaDoubt.CONTRADICTORY_SECTORS}
    return logical, physical, set()
