"""MODE SENSE and MODE SELECT (SPC-5 clauses 6 and 7; block descriptors: SBC-4 clause 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from erase.commands.fields import Fields, fit, is_all_ones
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.wire import ScsiCommand

CACHING = 0x08  # SBC-4 clause 6
CONTROL = 0x0A  # SPC-5 clause 7
MAXIMUM = (1 << 64) - 1  # as a number of blocks: all that the medium has


def mode_sense_6(page: int, *, subpage: int = 0, control: int = 0, length: int = 192) -> ScsiCommand:
    """MODE SENSE(6) 1Ah. ``control`` is PC: 0 current, 1 changeable, 2 default, 3 saved values."""
    cdb = bytes([0x1A, 0, control << 6 | fit(page, 6, "PAGE CODE"), subpage, fit(length, 8, "ALLOCATION LENGTH"), 0])
    return ScsiCommand(f"MODE SENSE(6) (page {page:02X}h)", cdb, data_in=length)


def mode_sense_10(page: int, *, subpage: int = 0, control: int = 0, length: int = 512) -> ScsiCommand:
    """MODE SENSE(10) 5Ah with LLBAA: block descriptors may be long."""
    code = control << 6 | fit(page, 6, "PAGE CODE")
    cdb = bytes([0x5A, 0x10, code, subpage, 0, 0, 0, *fit(length, 16, "ALLOCATION LENGTH").to_bytes(2, "big"), 0])
    return ScsiCommand(f"MODE SENSE(10) (page {page:02X}h)", cdb, data_in=length)


@dataclass(frozen=True)
class BlockDescriptor:
    """How many blocks of how many bytes there are."""

    blocks: int | None  # None: more than a short descriptor can tell
    block_size: int  # bytes: 512, 520, 524, 528, 4096 ...
    long: bool


@dataclass(frozen=True)
class ModePage:
    """One mode page, with its header of 2 bytes (4 for a subpage)."""

    code: int
    subpage: int
    data: bytes


@dataclass(frozen=True)
class ModeData:
    """What MODE SENSE says. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[ScsiDoubt, ...]
    write_protected: bool | None  # WP
    block: BlockDescriptor | None
    pages: tuple[ModePage, ...]

    def page(self, code: int, subpage: int = 0) -> bytes | None:
        """The page as it came, header and all."""
        return next((one.data for one in self.pages if (one.code, one.subpage) == (code, subpage)), None)

    @property
    def write_cache(self) -> bool | None:
        """WCE, byte 2 bit 2 of the Caching page."""
        return self._bit(CACHING, 2, 2)

    @property
    def descriptor_sense(self) -> bool | None:
        """D_SENSE, byte 2 bit 2 of the Control page."""
        return self._bit(CONTROL, 2, 2)

    @property
    def software_write_protect(self) -> bool | None:
        """SWP, byte 4 bit 3 of the Control page."""
        return self._bit(CONTROL, 4, 3)

    def _bit(self, code: int, offset: int, bit: int) -> bool | None:
        return Fields(self.page(code) or b"", "big").flag(offset, bit)


def mode_data_6(data: bytes) -> ModeData:
    """Reads the answer to MODE SENSE(6): MODE DATA LENGTH counts what follows it (SPC-5 clause 7)."""
    fields = Fields(data, "big")
    return _mode_data(data, 4, 1 + (fields.number(0) or 0), fields.number(3), long=False)


def mode_data_10(data: bytes) -> ModeData:
    """Reads the answer to MODE SENSE(10) (SPC-5 clause 7)."""
    fields = Fields(data, "big")
    return _mode_data(data, 8, 2 + (fields.number(0, 2) or 0), fields.number(6, 2), long=fields.flag(4, 0) or False)


def _mode_data(data: bytes, header: int, length: int, descriptors: int | None, *, long: bool) -> ModeData:
    if is_all_ones(data):
        return ModeData((ScsiDoubt.BLANK,), None, None, ())
    doubts: set[ScsiDoubt] = set()
    if descriptors is None or len(data) < length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    whole = data[:length]
    start = header + (descriptors or 0)
    protected = Fields(whole, "big").flag(2 if header == 4 else 3, 7)
    block = _block_descriptor(whole[header:start], doubts, long=long)
    pages = _pages(whole[start:], doubts)
    return ModeData(tuple(sorted(doubts)), protected, block, pages)


def _block_descriptor(data: bytes, doubts: set[ScsiDoubt], *, long: bool) -> BlockDescriptor | None:
    if not data:
        return None
    fields = Fields(data, "big")
    blocks, size = (fields.number(0, 8), fields.number(12, 4)) if long else (fields.number(0, 4), fields.number(5, 3))
    if blocks is None or size is None:
        doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
        return None
    if size < 256:
        doubts.add(ScsiDoubt.BLOCK_SIZE)
        return None
    return BlockDescriptor(None if blocks == (MAXIMUM if long else 0xFFFFFFFF) else blocks, size, long)


def _pages(body: bytes, doubts: set[ScsiDoubt]) -> tuple[ModePage, ...]:
    found = []
    while body:
        has_subpage = bool(body[0] & 0x40)  # SPF
        header = 4 if has_subpage else 2
        length = header + int.from_bytes(body[2:4] if has_subpage else body[1:2], "big")
        if len(body) < header or len(body) < length:
            doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
            break
        found.append(ModePage(body[0] & 0x3F, body[1] if has_subpage else 0, body[:length]))
        body = body[length:]
    return tuple(found)


def block_descriptor(blocks: int, block_size: int) -> bytes:
    """A block descriptor for MODE SELECT(10), long form. ``blocks`` 0 leaves the number alone, MAXIMUM takes all there are.

    A smaller number hides the rest of the medium from every reader (SBC-4 clause 6).
    """
    return fit(blocks, 64, "NUMBER OF LOGICAL BLOCKS").to_bytes(8, "big") + bytes(4) + fit(block_size, 32, "LENGTH").to_bytes(4, "big")


def mode_select_10(*, block: bytes = b"", page: bytes = b"", save: bool = False) -> ScsiCommand:
    """MODE SELECT(10) 55h, PF = 1. A long block descriptor, a page or both; in what is sent back MODE DATA LENGTH and PS are 0."""
    if page:
        page = bytes([page[0] & 0x7F]) + page[1:]
    data = bytes([0, 0, 0, 0, int(bool(block)), 0, *len(block).to_bytes(2, "big")]) + block + page
    cdb = bytes([0x55, 0x10 | save, 0, 0, 0, 0, 0, *len(data).to_bytes(2, "big"), 0])
    return ScsiCommand("MODE SELECT(10)", cdb, data_out=data)


def mode_select_6(*, blocks: int | None = None, block_size: int = 0, page: bytes = b"", save: bool = False) -> ScsiCommand:
    """MODE SELECT(6) 15h, PF = 1, with a short block descriptor where ``blocks`` is given. FFFFFFFFh takes all there are."""
    block = b""
    if blocks is not None:
        block = fit(blocks, 32, "NUMBER OF LOGICAL BLOCKS").to_bytes(4, "big") + bytes(1) + fit(block_size, 24, "LENGTH").to_bytes(3, "big")
    if page:
        page = bytes([page[0] & 0x7F]) + page[1:]
    data = bytes([0, 0, 0, len(block)]) + block + page
    return ScsiCommand("MODE SELECT(6)", bytes([0x15, 0x10 | save, 0, 0, fit(len(data), 8, "LENGTH"), 0]), data_out=data)


def with_bit(page: ModePage, offset: int, bit: int, *, on: bool) -> ModePage:
    """The page with one bit set or cleared, for MODE SELECT: WCE is (2, 2) of Caching, D_SENSE (2, 2) of Control.

    Raises ValueError where the page isn't that long.
    """
    if offset >= len(page.data):
        raise ValueError(f"mode page {page.code:02X}h has {len(page.data)} bytes, none at {offset}")
    value = page.data[offset] & ~(1 << bit) | on << bit
    return replace(page, data=page.data[:offset] + bytes([value]) + page.data[offset + 1 :])
