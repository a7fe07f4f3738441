"""Zones of shingled disks (ZAC-2). Unlike in ZBC all numbers are little-endian."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.ata import lba48
from erase.commands.ata_words import SECTOR, has
from erase.commands.wire import AtaCommand, AtaProtocol

_HEADER = _DESCRIPTOR = 64  # bytes


@unique
class ZoneType(IntEnum):
    """The ZONE TYPE field of a zone descriptor."""

    CONVENTIONAL = 0x1
    SEQUENTIAL_WRITE_REQUIRED = 0x2
    SEQUENTIAL_WRITE_PREFERRED = 0x3
    SEQUENTIAL_OR_BEFORE_REQUIRED = 0x4
    GAP = 0x5


@unique
class ZoneCondition(IntEnum):
    """The ZONE CONDITION field of a zone descriptor."""

    NOT_WRITE_POINTER = 0x0
    EMPTY = 0x1
    IMPLICITLY_OPENED = 0x2
    EXPLICITLY_OPENED = 0x3
    CLOSED = 0x4
    INACTIVE = 0x5
    READ_ONLY = 0xD
    FULL = 0xE
    OFFLINE = 0xF


_TYPES = {kind.value: kind for kind in ZoneType}
_CONDITIONS = {condition.value: condition for condition in ZoneCondition}


@dataclass(frozen=True)
class Zone:
    """One zone. Addresses and lengths are logical sectors; None: a value without a meaning."""

    zone_type: ZoneType | None
    condition: ZoneCondition | None
    reset_recommended: bool
    non_sequential: bool
    start: int
    length: int
    write_pointer: int


@dataclass(frozen=True)
class ZoneReport:
    """One answer, which may hold only the first of all zones."""

    zones: tuple[Zone, ...]
    listed: int  # zones that there are from the address asked for on
    last_lba: int


def report_zones(start_lba: int, *, pages: int = 1) -> AtaCommand:
    """REPORT ZONES EXT (4Ah, ZM_ACTION 00h), all zones from the one with ``start_lba`` on, in pages of 512 bytes. Raises ValueError."""
    if not 1 <= pages <= 0xFFFF:
        raise ValueError("pages are 1 to 65535")
    return AtaCommand(
        "REPORT ZONES EXT",
        0x4A,
        AtaProtocol.DMA_IN,
        extended=True,
        feature=0x0000,
        count=pages,
        lba=lba48(start_lba),
        data_in=pages * SECTOR,
    )


def reset_all_write_pointers() -> AtaCommand:
    """RESET WRITE POINTER EXT with ALL (9Fh, ZM_ACTION 04h): every zone is empty then. That erases nothing that can be relied upon."""
    return AtaCommand("RESET WRITE POINTER EXT", 0x9F, AtaProtocol.NON_DATA, extended=True, feature=0x0104)


def parse_zone_report(data: bytes) -> ZoneReport | None:
    """REPORT ZONES EXT data; None without a whole header, or with a length that is no number of zones. Total."""
    if len(data) < _HEADER:
        return None
    length = int.from_bytes(data[0:4], "little")
    if length % _DESCRIPTOR or not length:
        return None
    whole = min(length, (len(data) - _HEADER) // _DESCRIPTOR * _DESCRIPTOR)
    zones = tuple(_zone(data[place : place + _DESCRIPTOR]) for place in range(_HEADER, _HEADER + whole, _DESCRIPTOR))
    return ZoneReport(zones, length // _DESCRIPTOR, int.from_bytes(data[8:16], "little"))


def _zone(raw: bytes) -> Zone:
    kind, condition = raw[0] & 0x0F, raw[1] >> 4
    return Zone(
        zone_type=_TYPES.get(kind),
        condition=_CONDITIONS.get(condition),
        reset_recommended=has(raw[1], 0),
        non_sequential=has(raw[1], 1),
        start=int.from_bytes(raw[16:24], "little"),
        length=int.from_bytes(raw[8:16], "little"),
        write_pointer=int.from_bytes(raw[24:32], "little"),
    )
