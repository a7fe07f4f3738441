"""READ CAPACITY and REPORT LUNS (SBC-4 clause 5, SPC-5 clause 6)."""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.fields import Fields, fit, is_blank
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.wire import ScsiCommand

_LARGEST_BLOCK = 1 << 24  # bytes; no medium has larger ones


def read_capacity_10() -> ScsiCommand:
    """READ CAPACITY(10) 25h."""
    return ScsiCommand("READ CAPACITY(10)", bytes([0x25]) + bytes(9), data_in=8)


def read_capacity_16() -> ScsiCommand:
    """READ CAPACITY(16), SERVICE ACTION IN(16) 9Eh / 10h."""
    return ScsiCommand("READ CAPACITY(16)", bytes([0x9E, 0x10]) + bytes(8) + (32).to_bytes(4, "big") + bytes(2), data_in=32)


def report_luns(length: int = 4096) -> ScsiCommand:
    """REPORT LUNS A0h, SELECT REPORT 02h: all units, the well known ones too."""
    cdb = bytes([0xA0, 0, 0x02, 0, 0, 0]) + fit(length, 32, "ALLOCATION LENGTH").to_bytes(4, "big") + bytes(2)
    return ScsiCommand("REPORT LUNS", cdb, data_in=length)


@dataclass(frozen=True)
class Capacity:
    """What READ CAPACITY says. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[ScsiDoubt, ...]
    blocks: int | None  # None also where READ CAPACITY(10) says that it can't count so far
    block_size: int | None  # bytes of user data; 520 and 528 are as good as 512
    block_exponent: int | None = None  # 2 to this power are the logical blocks of a physical one
    protection_type: int | None = None  # 0: formatted without; None: not told
    provisioned: bool | None = None  # LBPME
    reads_zeros: bool | None = None  # LBPRZ
    # RC_BASIS 01b: all blocks are counted. 00b: of a zoned unit only those before the first sequential write required zone
    all_zones: bool | None = None

    @property
    def size(self) -> int | None:
        """Bytes."""
        return None if self.blocks is None or self.block_size is None else self.blocks * self.block_size


def parse_capacity_10(data: bytes) -> Capacity:
    """Reads the answer to READ CAPACITY(10); last LBA FFFFFFFFh asks for READ CAPACITY(16)."""
    fields = Fields(b"" if is_blank(data) else data, "big")
    doubts: set[ScsiDoubt] = set()
    last, size = fields.number(0, 4), _block_size(fields, 4, doubts)
    return Capacity(_capacity_doubts(data, 8, doubts), None if last in (None, 0xFFFFFFFF) or size is None else last + 1, size)


def parse_capacity_16(data: bytes) -> Capacity:
    """Reads the answer to READ CAPACITY(16); 12 bytes are enough for the size."""
    fields = Fields(b"" if is_blank(data) else data, "big")
    doubts: set[ScsiDoubt] = set()
    last, size = fields.number(0, 8), _block_size(fields, 8, doubts)
    if last is not None and last >= (1 << 63) - 1:
        doubts.add(ScsiDoubt.CAPACITY)
        last = None
    kind = fields.bits(12, 3, 1)
    if (kind or 0) > 2:  # P_TYPE 000b to 010b are the types 1 to 3
        doubts.add(ScsiDoubt.RESERVED_VALUE)
    protected, basis = fields.flag(12, 0), fields.bits(12, 5, 4)
    return Capacity(
        doubts=_capacity_doubts(data, 32, doubts),
        blocks=None if last is None or size is None else last + 1,
        block_size=size,
        block_exponent=fields.bits(13, 3, 0),
        protection_type=None if protected is None or kind is None or kind > 2 else (kind + 1 if protected else 0),
        provisioned=fields.flag(14, 7),
        reads_zeros=fields.flag(14, 6),
        all_zones=None if basis is None else {0b00: False, 0b01: True}.get(basis),
    )


def _block_size(fields: Fields, offset: int, doubts: set[ScsiDoubt]) -> int | None:
    size = fields.number(offset, 4)
    if size is not None and not 256 <= size <= _LARGEST_BLOCK:
        doubts.add(ScsiDoubt.BLOCK_SIZE)
        return None
    return size


def _capacity_doubts(data: bytes, length: int, doubts: set[ScsiDoubt]) -> tuple[ScsiDoubt, ...]:
    if is_blank(data):
        doubts.add(ScsiDoubt.BLANK)
    if len(data) < length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    return tuple(sorted(doubts))


@dataclass(frozen=True)
class Luns:
    """The logical units of a target."""

    doubts: tuple[ScsiDoubt, ...]
    luns: tuple[int, ...]  # 64-bit numbers as SAM-5 has them, C101000000000000h is the well known unit REPORT LUNS

    @property
    def drives(self) -> tuple[int, ...]:
        """Without the well known ones (SAM-5 section 4.7.5.3: address method 11b, extended, 01h)."""
        return tuple(lun for lun in self.luns if lun >> 56 != 0xC1)


def parse_luns(data: bytes) -> Luns:
    """Reads the answer to REPORT LUNS: a length in bytes, four reserved, 8 bytes a unit. A cut list gives what is there."""
    doubts: set[ScsiDoubt] = set()
    length = int.from_bytes(data[:4], "big")
    body = data[8 : 8 + length]
    if len(data) < 8 or len(body) < length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    if length % 8:
        doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
    luns = [int.from_bytes(body[place : place + 8], "big") for place in range(0, len(body) - 7, 8)]
    return Luns(tuple(sorted(doubts)), tuple(dict.fromkeys(luns)))
