"""INQUIRY (SPC-5 clause 6): standard data and the pages that name a device: 00h, 80h, 83h, 86h (SPC-5 clause 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.fields import Fields, fit, is_blank, is_plain, member, plain_text
from erase.commands.scsi_fields import ScsiDoubt, page_body, vpd_fields
from erase.commands.wire import ScsiCommand

ALLOCATION = 252  # bytes; more than 255 is refused by some bridges


def inquiry(length: int = 96) -> ScsiCommand:
    """INQUIRY 12h for the standard data."""
    return ScsiCommand("INQUIRY", bytes([0x12, 0, 0, *fit(length, 16, "ALLOCATION LENGTH").to_bytes(2, "big"), 0]), data_in=length)


def inquiry_page(code: int, length: int = ALLOCATION) -> ScsiCommand:
    """INQUIRY 12h with EVPD for a page of vital product data."""
    cdb = bytes([0x12, 1, fit(code, 8, "PAGE CODE"), *fit(length, 16, "ALLOCATION LENGTH").to_bytes(2, "big"), 0])
    return ScsiCommand(f"INQUIRY (VPD {code:02X}h)", cdb, data_in=length)


@unique
class DeviceType(IntEnum):
    """Peripheral device types (SPC-5 clause 6) that hold data or stand for what does."""

    DISK = 0x00
    TAPE = 0x01
    CD = 0x05
    OPTICAL = 0x07
    CHANGER = 0x08
    CONTROLLER = 0x0C
    ENCLOSURE = 0x0D
    SIMPLIFIED_DISK = 0x0E
    HOST_MANAGED_ZONED = 0x14
    WELL_KNOWN_UNIT = 0x1E
    UNKNOWN = 0x1F


@dataclass(frozen=True)
class Inquiry:
    """Standard INQUIRY data. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[ScsiDoubt, ...]
    connected: bool | None  # peripheral qualifier 000b: a device is there and can be spoken to
    device_type: DeviceType | None
    removable: bool | None
    version: int | None  # 5 SPC-3, 6 SPC-4, 7 SPC-5
    protection: bool | None  # PROTECT: protection information can be had
    multiple_ports: bool | None  # MULTIP
    vendor: str | None
    product: str | None
    revision: str | None


def parse_inquiry(data: bytes) -> Inquiry:
    """Reads standard INQUIRY data (SPC-5 clause 6); what the data doesn't reach is None."""
    doubts: set[ScsiDoubt] = set()
    if is_blank(data):
        # a disk's first byte is 0 too, but SPC demands names and a version
        doubts.add(ScsiDoubt.BLANK)
        data = b""
    if len(data) < 36:
        doubts.add(ScsiDoubt.TOO_SHORT)
    if not is_plain(data[8:36].replace(b"\0", b" ")):
        doubts.add(ScsiDoubt.TEXT_NOT_ASCII)
    fields = Fields(data, "big")
    kind, qualifier = fields.bits(0, 4, 0), fields.bits(0, 7, 5)
    device_type = member(DeviceType, kind)
    if kind is not None and device_type is None:
        doubts.add(ScsiDoubt.RESERVED_VALUE)
    return Inquiry(
        doubts=tuple(sorted(doubts)),
        connected=None if qualifier is None else qualifier == 0,
        device_type=device_type,
        removable=fields.flag(1, 7),
        version=fields.told(2, 1),
        protection=fields.flag(5, 0),
        multiple_ports=fields.flag(6, 4),
        vendor=fields.text(8, 8),
        product=fields.text(16, 16),
        revision=fields.text(32, 4),
    )


@dataclass(frozen=True)
class Pages:
    """The codes of the VPD pages, or of the log pages, that a device says it has."""

    doubts: tuple[ScsiDoubt, ...]
    codes: tuple[int, ...]


def supported_pages(data: bytes) -> Pages:
    """Page 00h, Supported VPD Pages (SPC-5 clause 7): ascending codes; a list without 00h itself is none."""
    doubts: set[ScsiDoubt] = set()
    codes = page_body(data, 0x00, doubts)
    if codes and (codes[0] != 0 or sorted(set(codes)) != list(codes)):
        doubts.add(ScsiDoubt.LIST_DISORDER)
        codes = b"" if codes[0] != 0 else codes
    return Pages(tuple(sorted(doubts)), tuple(sorted(set(codes))))


@dataclass(frozen=True)
class UnitSerial:
    """Page 80h."""

    doubts: tuple[ScsiDoubt, ...]
    serial: str | None


def unit_serial(data: bytes) -> UnitSerial:
    """Page 80h, Unit Serial Number (SPC-5 clause 7). A serial that was cut off names nothing: it would fit other drives too."""
    doubts: set[ScsiDoubt] = set()
    body = page_body(data, 0x80, doubts)
    if not is_plain(body):
        doubts.add(ScsiDoubt.TEXT_NOT_ASCII)
    serial = None if ScsiDoubt.TOO_SHORT in doubts or is_blank(body) else plain_text(body)
    return UnitSerial(tuple(sorted(doubts)), serial)


@unique
class Association(IntEnum):
    """What a designator names (SPC-5 clause 7)."""

    UNIT = 0
    PORT = 1
    TARGET = 2


@unique
class DesignatorKind(IntEnum):
    """DESIGNATOR TYPE (SPC-5 clause 7)."""

    VENDOR = 0x0
    T10 = 0x1
    EUI64 = 0x2
    NAA = 0x3
    RELATIVE_PORT = 0x4
    PORT_GROUP = 0x5
    UNIT_GROUP = 0x6
    MD5 = 0x7
    NAME_STRING = 0x8
    PROTOCOL = 0x9
    UUID = 0xA


_TEXTS = (DesignatorKind.T10, DesignatorKind.NAME_STRING)
# EUI-64, NAA and UUID have fixed lengths (SPC-5 clause 7); NAA types 2, 3 and 5 have 8 bytes, 6 has 16
_LENGTHS = {DesignatorKind.EUI64: (8, 12, 16), DesignatorKind.NAA: (8, 16), DesignatorKind.UUID: (18,)}


@dataclass(frozen=True)
class Designator:
    """One name in page 83h. ``name`` is hexadecimal digits, or the text of the T10 and SCSI name string kinds."""

    association: Association
    kind: DesignatorKind
    name: str


@dataclass(frozen=True)
class Designators:
    """Page 83h, in the device's own order."""

    doubts: tuple[ScsiDoubt, ...]
    names: tuple[Designator, ...]

    def first(self, kind: DesignatorKind, association: Association = Association.UNIT) -> str | None:
        """The first name of this kind."""
        return next((one.name for one in self.names if one.kind is kind and one.association is association), None)

    @property
    def naa(self) -> str | None:
        """The unit's own NAA name, 16 or 32 digits: the same through every path."""
        return self.first(DesignatorKind.NAA)

    @property
    def eui64(self) -> str | None:
        """The unit's own EUI-64 name, 16, 24 or 32 digits."""
        return self.first(DesignatorKind.EUI64)


def designators(data: bytes) -> Designators:
    """Page 83h, Device Identification (SPC-5 clause 7). Names of zeros or FFs, or of a length that can't be, are left out."""
    doubts: set[ScsiDoubt] = set()
    found = []
    for head, name in _descriptors(page_body(data, 0x83, doubts), doubts):
        association, kind = member(Association, head[1] >> 4 & 0x3), member(DesignatorKind, head[1] & 0xF)
        if association is None or kind is None:
            doubts.add(ScsiDoubt.RESERVED_VALUE)
        elif len(name) not in _LENGTHS.get(kind, (len(name),)):
            doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
        else:
            value = name[2:] if kind is DesignatorKind.UUID else name  # behind UUID TYPE and a reserved byte
            text = plain_text(value) if kind in _TEXTS else value.hex()
            if text and not is_blank(value):
                found.append(Designator(association, kind, text))
    return Designators(tuple(sorted(doubts)), tuple(found))


def _descriptors(body: bytes, doubts: set[ScsiDoubt]) -> Iterator[tuple[bytes, bytes]]:
    while body:
        name = body[4 : 4 + body[3]] if len(body) >= 4 else b""
        if len(body) < 4 or len(name) < body[3]:
            doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
            return
        yield body[:4], name
        body = body[4 + len(name) :]


@dataclass(frozen=True)
class ExtendedInquiry:
    """Page 86h, Extended INQUIRY Data (SPC-5 clause 7)."""

    doubts: tuple[ScsiDoubt, ...]
    protection_types: tuple[int, ...]  # those that the device can be formatted with
    guard_check: bool | None
    volatile_cache: bool | None  # V_SUP
    non_volatile_cache: bool | None  # NV_SUP
    uncorrectable_writes: bool | None  # WU_SUP


# SPT, bits 5:3 of byte 4, for direct access devices (SPC-5 clause 7); 110b is reserved
_PROTECTION = {0: (1,), 1: (1, 2), 2: (2,), 3: (1, 3), 4: (3,), 5: (2, 3), 7: (1, 2, 3)}


def extended_inquiry(data: bytes, *, protection: bool) -> ExtendedInquiry:
    """Reads page 86h. ``protection`` is PROTECT of the standard data, without which SPT means nothing."""
    doubts: set[ScsiDoubt] = set()
    fields = vpd_fields(data, 0x86, doubts)
    types = fields.bits(4, 5, 3)
    if types == 6:
        doubts.add(ScsiDoubt.RESERVED_VALUE)
    return ExtendedInquiry(
        doubts=tuple(sorted(doubts)),
        protection_types=() if types is None or not protection else _PROTECTION.get(types, ()),
        guard_check=fields.flag(4, 2),
        volatile_cache=fields.flag(6, 0),
        non_volatile_cache=fields.flag(6, 1),
        uncorrectable_writes=fields.flag(6, 3),
    )
