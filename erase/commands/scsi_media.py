"""Zones and storage elements of a SCSI disk (ZBC-2 clause 5, SBC-4 clause 5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import Fields, fit, is_all_ones, member
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.wire import ScsiCommand


def report_zones(start: int = 0, length: int = 65536, *, partial: bool = True) -> ScsiCommand:
    """REPORT ZONES 95h / 00h, all zones from the one with this LBA. PARTIAL: the length told is of what fits."""
    cdb = bytes([0x95, 0]) + fit(start, 64, "LBA").to_bytes(8, "big") + fit(length, 32, "ALLOCATION LENGTH").to_bytes(4, "big")
    return ScsiCommand("REPORT ZONES", cdb + bytes([partial << 7, 0]), data_in=length)


@unique
class ZoneType(IntEnum):
    """ZONE TYPE (ZBC-2 clause 5)."""

    CONVENTIONAL = 0x1
    SEQUENTIAL_REQUIRED = 0x2
    SEQUENTIAL_PREFERRED = 0x3
    SEQUENTIAL_OR_BEFORE = 0x4
    GAP = 0x5


@unique
class ZoneCondition(IntEnum):
    """ZONE CONDITION (ZBC-2 clause 5)."""

    NOT_WRITE_POINTER = 0x0
    EMPTY = 0x1
    IMPLICITLY_OPEN = 0x2
    EXPLICITLY_OPEN = 0x3
    CLOSED = 0x4
    INACTIVE = 0x5
    READ_ONLY = 0xD
    FULL = 0xE
    OFFLINE = 0xF


@dataclass(frozen=True)
class Zone:
    """One zone, in logical blocks."""

    kind: ZoneType | None  # None: a type that the standard doesn't know
    condition: ZoneCondition | None
    start: int
    length: int
    write_pointer: int | None  # None: it has none

    @property
    def reachable(self) -> bool:
        """Whether its blocks can be written: not of read-only, offline, inactive or gap zones, or of those nobody knows."""
        out = (None, ZoneCondition.READ_ONLY, ZoneCondition.OFFLINE, ZoneCondition.INACTIVE)
        return self.condition not in out and self.kind not in (None, ZoneType.GAP)


@dataclass(frozen=True)
class Zones:
    """The answer to REPORT ZONES."""

    doubts: tuple[ScsiDoubt, ...]
    last_lba: int | None  # MAXIMUM LBA
    zones: tuple[Zone, ...]


def parse_zones(data: bytes) -> Zones:
    """Reads the header of 64 bytes and zones of 64 bytes each. Zones that don't follow one another are doubted."""
    doubts: set[ScsiDoubt] = set()
    fields = Fields(data, "big")
    length = fields.number(0, 4) or 0
    if len(data) < 64 + length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    found: list[Zone] = []
    for place in range(64, min(64 + length, len(data)) - 63, 64):
        zone = _zone(Fields(data[place : place + 64], "big"))
        if zone.kind is None or zone.condition is None:
            doubts.add(ScsiDoubt.RESERVED_VALUE)
        if zone.length == 0 or (found and found[-1].start + found[-1].length != zone.start):
            doubts.add(ScsiDoubt.LIST_DISORDER)
        found.append(zone)
    return Zones(tuple(sorted(doubts)), fields.number(8, 8), tuple(found))


def _zone(fields: Fields) -> Zone:
    kind, condition = member(ZoneType, fields.bits(0, 3, 0)), member(ZoneCondition, fields.bits(1, 7, 4))
    pointed = condition in (
        ZoneCondition.EMPTY,
        ZoneCondition.IMPLICITLY_OPEN,
        ZoneCondition.EXPLICITLY_OPEN,
        ZoneCondition.CLOSED,
    )
    start, length, pointer = (fields.number(offset, 8) or 0 for offset in (16, 8, 24))
    return Zone(kind, condition, start, length, pointer if pointed else None)


def get_physical_element_status(length: int = 65536) -> ScsiCommand:
    """GET PHYSICAL ELEMENT STATUS 9Eh / 17h, all elements: FILTER 00b, REPORT TYPE 0h."""
    cdb = bytes([0x9E, 0x17]) + bytes(8) + fit(length, 32, "ALLOCATION LENGTH").to_bytes(4, "big") + bytes(2)
    return ScsiCommand("GET PHYSICAL ELEMENT STATUS", cdb, data_in=length)


@unique
class ElementHealth(StrEnum):
    """PHYSICAL ELEMENT HEALTH (SBC-4 clause 5)."""

    NOT_TOLD = "not-told"
    WITHIN_LIMITS = "within-limits"
    AT_LIMITS = "at-limits"
    OUTSIDE_LIMITS = "outside-limits"
    RESTORATION_FAILED = "restoration-failed"
    RESTORING = "restoring"
    DEPOPULATION_FAILED = "depopulation-failed"
    DEPOPULATING = "depopulating"
    DEPOPULATED = "depopulated"  # taken out of use: what lies on it is reached by nobody, and by no sanitize that says otherwise
    RESERVED = "reserved"


_HEALTH = {
    0x00: ElementHealth.NOT_TOLD,
    0x64: ElementHealth.AT_LIMITS,
    0xFB: ElementHealth.RESTORATION_FAILED,
    0xFC: ElementHealth.RESTORING,
    0xFD: ElementHealth.DEPOPULATION_FAILED,
    0xFE: ElementHealth.DEPOPULATING,
    0xFF: ElementHealth.DEPOPULATED,
}


@dataclass(frozen=True)
class Element:
    """A storage element: a head, a die."""

    number: int
    health: ElementHealth
    restorable: bool  # RALWD
    capacity: int | None  # blocks that go with it; None: not told


@dataclass(frozen=True)
class Elements:
    """The answer to GET PHYSICAL ELEMENT STATUS."""

    doubts: tuple[ScsiDoubt, ...]
    elements: tuple[Element, ...]


def parse_elements(data: bytes) -> Elements:
    """Reads the header of 32 bytes and elements of 32 bytes each; fewer than the header promises are doubted."""
    if is_all_ones(data):
        return Elements((ScsiDoubt.BLANK,), ())
    doubts: set[ScsiDoubt] = set()
    promised = int.from_bytes(data[:4], "big")
    if len(data) < 32:
        doubts.add(ScsiDoubt.TOO_SHORT)
    returned = int.from_bytes(data[4:8], "big")
    found = []
    for place in range(32, min(32 + 32 * returned, len(data)) - 31, 32):
        fields = Fields(data[place : place + 32], "big")
        capacity = fields.told(16, 8)
        found.append(
            Element(
                fields.number(4, 4) or 0,
                _health(fields.number(15) or 0),
                fields.flag(13, 0) or False,
                None if capacity == (1 << 64) - 1 else capacity,
            )
        )
    if len(found) != promised:
        doubts.add(ScsiDoubt.TOO_SHORT)
    return Elements(tuple(sorted(doubts)), tuple(found))


def _health(code: int) -> ElementHealth:
    if 0x01 <= code <= 0x63:
        return ElementHealth.WITHIN_LIMITS
    if 0x65 <= code <= 0xCF:
        return ElementHealth.OUTSIDE_LIMITS
    return _HEALTH.get(code, ElementHealth.RESERVED)
