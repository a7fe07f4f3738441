"""INQUIRY data, vital product data, mode and log pages, capacities: bytes that more than one kind of unit sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.scsi import sense as codes
from emulators.scsi.unit import Request, cut, refused


def text(value: str, size: int) -> bytes:
    """ASCII, left-aligned, blanks behind."""
    return value.encode("ascii", "replace")[:size].ljust(size)


def standard_inquiry(*, vendor: str, product: str, revision: str, version: int, protect: bool = False, kind: int = 0x00) -> bytes:
    """Standard INQUIRY data (SPC-5 6.6.2), 96 bytes; ``version`` 06h is SPC-4, 07h SPC-5; ``kind`` 14h is a zoned block device."""
    head = bytes([kind, 0, version, 0x02, 91, int(protect), 0, 0x02])  # response data format 2; CMDQUE
    return (head + text(vendor, 8) + text(product, 16) + text(revision, 4)).ljust(96, b"\0")


def zoned_characteristics(*, open_zones: int) -> bytes:
    """Zoned block device characteristics (B6h, ZBC-2 6.5.3), as page offset less 4: URSWRZ; the most zones that a host may have open."""
    return bytes([0x01]).ljust(12, b"\0") + open_zones.to_bytes(4, "big") + bytes(44)


Pages = Mapping[int, Callable[[], bytes]]


def inquiry(request: Request, standard: bytes, pages: Pages, *, kind: int = 0x00) -> bytes:
    """INQUIRY (SPC-5 6.6). ``pages`` gives what follows the four bytes at the head of each page."""
    evpd, page, allocation = request.cdb[1] & 0x01, request.cdb[2], request.field(3, 2)
    if not evpd:
        if page:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return cut(standard, allocation)
    if page == 0x00:
        content = bytes(sorted({0x00, *pages}))
    elif page in pages:
        content = pages[page]()
    else:
        raise refused(codes.INVALID_FIELD_IN_CDB)
    return cut(bytes([kind, page]) + len(content).to_bytes(2, "big") + content, allocation)


def designator(kind: int, code_set: int, value: bytes, *, port: bool = False) -> bytes:
    """A designation descriptor (SPC-5 7.7.6.1): association logical unit, or target port (SAS)."""
    association = 0x90 if port else 0x00  # PIV and association 01b
    protocol = 0x60 if port else 0x00  # SAS
    return bytes([protocol | code_set, association | kind, 0, len(value)]) + value


def capacity_10(last: int, block: int) -> bytes:
    """READ CAPACITY (10) (SBC-4 5.16): FFFFFFFFh when the last LBA has no room in 32 bits."""
    return min(last, 0xFFFFFFFF).to_bytes(4, "big") + block.to_bytes(4, "big")


def capacity_16(
    last: int,
    block: int,
    *,
    protection: int = 0,
    physical_exponent: int = 0,
    unmap: bool = False,
    zeros: bool = False,
    zoned: bool = False,
) -> bytes:
    """READ CAPACITY (16) (SBC-4 5.17), 32 bytes; ``protection`` is the PI type, 0 for none; ``zoned``: all zones are counted (ZBC-2)."""
    data = bytearray(32)
    data[0:8] = last.to_bytes(8, "big")
    data[8:12] = block.to_bytes(4, "big")
    if protection:
        data[12] = (protection - 1) << 1 | 0x01  # P_TYPE, PROT_EN
    if zoned:
        data[12] |= 0x10  # RC BASIS 01b
    data[13] = physical_exponent
    data[14] = (0x80 if unmap else 0) | (0x40 if zeros else 0)  # LBPME, LBPRZ
    return bytes(data)


@dataclass(frozen=True)
class ModePage:
    """A mode page (SPC-5 7.5): current values, and the mask of what can be changed."""

    current: bytes  # with the two bytes at its head
    changeable: bytes = b""


def mode_sense(request: Request, pages: Mapping[int, ModePage], *, descriptor: tuple[int, int], device_specific: int = 0x10) -> bytes:
    """MODE SENSE 6 and 10 (SPC-5 6.13, 6.14). ``descriptor`` is number of blocks and block length; ``device_specific`` 10h is DPOFUA."""
    ten = request.cdb[0] == 0x5A
    disable, control, page = request.cdb[1] & 0x08, request.cdb[2] >> 6, request.cdb[2] & 0x3F
    allocation = request.field(7, 2) if ten else request.cdb[4]
    if control == 3:
        raise refused((0x39, 0x00))  # SAVING PARAMETERS NOT SUPPORTED
    if request.cdb[3] not in (0x00, 0xFF):
        raise refused(codes.INVALID_FIELD_IN_CDB)
    if page != 0x3F and page not in pages:
        raise refused(codes.INVALID_FIELD_IN_CDB)
    wanted = [pages[code] for code in sorted(pages) if page in (code, 0x3F)]
    content = b"".join(_changeable(entry) if control == 1 else entry.current for entry in wanted)
    blocks = b""
    if not disable:
        if ten and request.cdb[1] & 0x10:  # LLBAA
            blocks = descriptor[0].to_bytes(8, "big") + bytes(4) + descriptor[1].to_bytes(4, "big")
        else:
            blocks = min(descriptor[0], 0xFFFFFFFF).to_bytes(4, "big") + descriptor[1].to_bytes(4, "big")
    body = blocks + content
    if ten:
        head = (len(body) + 6).to_bytes(2, "big") + bytes([0, device_specific, int(len(blocks) == 16), 0]) + len(blocks).to_bytes(2, "big")
    else:
        head = bytes([min(len(body) + 3, 0xFF), 0, device_specific, len(blocks)])
    return cut(head + body, allocation)


def _changeable(page: ModePage) -> bytes:
    return page.current[:2] + (page.changeable or bytes(len(page.current) - 2))


@dataclass(frozen=True)
class ModeList:
    """What a MODE SELECT brought: the block descriptor, where there is one, and pages by their code."""

    descriptor: tuple[int, int] | None  # number of blocks, block length
    pages: dict[int, bytes]


def mode_list(request: Request) -> ModeList:
    """Takes the parameter list of MODE SELECT 6 and 10 apart (SPC-5 6.11, 6.12)."""
    ten = request.cdb[0] == 0x55
    size = request.field(7, 2) if ten else request.cdb[4]
    data, head = request.data_out[:size], 8 if ten else 4
    if len(data) < head:
        if not size:
            return ModeList(None, {})
        raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
    length, long = (int.from_bytes(data[6:8], "big"), bool(data[4] & 1)) if ten else (data[3], False)
    block = data[head : head + length]
    descriptor: tuple[int, int] | None = None
    if length:
        if len(block) != length or length != (16 if long else 8):
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        count = int.from_bytes(block[:8] if long else block[:4], "big")
        descriptor = (count, int.from_bytes(block[12:16], "big") if long else int.from_bytes(block[5:8], "big"))
    pages, rest = {}, data[head + length :]
    while rest:
        if len(rest) < 2 or len(rest) < 2 + rest[1]:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        pages[rest[0] & 0x3F], rest = rest[: 2 + rest[1]], rest[2 + rest[1] :]
    return ModeList(descriptor, pages)


def log_sense(request: Request, pages: Pages) -> bytes:
    """LOG SENSE (SPC-5 6.8), without subpages."""
    page = request.cdb[2] & 0x3F
    content = bytes(sorted({0x00, *pages})) if page == 0x00 else None
    if request.cdb[3] or (content is None and page not in pages):
        raise refused(codes.INVALID_FIELD_IN_CDB)
    if content is None:
        content = pages[page]()
    return cut(bytes([page, 0]) + len(content).to_bytes(2, "big") + content, request.field(7, 2))


def log_parameter(code: int, value: bytes, *, control: int = 0x03) -> bytes:
    """A log parameter (SPC-5 7.3.2.2.1); control 03h is a binary list."""
    return code.to_bytes(2, "big") + bytes([control, len(value)]) + value


def caching_page(*, write_cache: bool, read_ahead: bool = True) -> ModePage:
    """Caching mode page (SBC-4 6.5.6): byte 2 bit 2 WCE, byte 12 bit 5 DRA."""
    page = bytearray([0x08, 0x12, *bytes(18)])
    page[2] = 0x04 if write_cache else 0
    page[12] = 0 if read_ahead else 0x20
    changeable = bytearray(18)
    changeable[0] = 0x04
    return ModePage(bytes(page), bytes(changeable))


def control_page(*, descriptor_sense: bool) -> ModePage:
    """Control mode page (SPC-5 7.5.10): byte 2 bit 2 D_SENSE."""
    page = bytearray([0x0A, 0x0A, *bytes(10)])
    page[2] = 0x04 if descriptor_sense else 0
    changeable = bytearray(10)
    changeable[0] = 0x04
    return ModePage(bytes(page), bytes(changeable))
