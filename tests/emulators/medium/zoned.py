"""Shingled tracks: a zone is written from its start on, at the write pointer and nowhere else (ZAC-2, ZBC-2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from emulators.medium.base import OutOfReach
from emulators.medium.magnetic import MagneticMedium
from emulators.power import Power


@unique
class ZoneType(IntEnum):
    """The ZONE TYPE field of REPORT ZONES."""

    CONVENTIONAL = 1
    SEQUENTIAL_WRITE_REQUIRED = 2


@unique
class ZoneCondition(IntEnum):
    """The ZONE CONDITION field of REPORT ZONES."""

    NOT_WRITE_POINTER = 0x0
    EMPTY = 0x1
    IMPLICIT_OPEN = 0x2
    EXPLICIT_OPEN = 0x3
    CLOSED = 0x4
    READ_ONLY = 0xD
    FULL = 0xE
    OFFLINE = 0xF


@unique
class ZoneRefusal(StrEnum):
    """Why an access was refused; :class:`OutOfOrder` carries one."""

    UNALIGNED_WRITE = "unaligned-write"  # not at the write pointer
    BOUNDARY = "boundary"  # over the end of a zone
    FULL = "full"
    READ_ONLY = "read-only"
    OFFLINE = "offline"


class OutOfOrder(Exception):
    """A write that the zone's state does not allow; ``args[0]`` is the ZoneRefusal."""


@dataclass
class Zone:
    """One zone; offsets are in bytes."""

    kind: ZoneType
    start: int
    size: int
    condition: ZoneCondition
    pointer: int  # write pointer, as an offset of the medium; meaningless in a conventional zone


class ZonedMedium(MagneticMedium):
    """``conventional`` zones come first and are written anywhere, the others in order. A reset zone keeps its old data on the tracks."""

    def __init__(
        self,
        size: int,
        *,
        power: Power | None = None,
        page_size: int = 4096,
        seed: int = 0,
        spares: int = 64,
        zone_size: int = 1 << 20,
        conventional: int = 1,
    ) -> None:
        super().__init__(size, power=power, page_size=page_size, seed=seed, spares=spares)
        self.zone_size = zone_size
        self._conventional = conventional
        self._touched: dict[int, Zone] = {}  # by index; all others are as delivered

    @property
    def zone_count(self) -> int:
        return -(-self.size // self.zone_size)

    def zone(self, index: int) -> Zone:
        """Raises OutOfReach."""
        if not 0 <= index < self.zone_count:
            raise OutOfReach(index)
        if index in self._touched:
            return self._touched[index]
        start = index * self.zone_size
        size = min(self.zone_size, self.size - start)
        if index < self._conventional:
            return Zone(ZoneType.CONVENTIONAL, start, size, ZoneCondition.NOT_WRITE_POINTER, start)
        return Zone(ZoneType.SEQUENTIAL_WRITE_REQUIRED, start, size, ZoneCondition.EMPTY, start)

    def zone_of(self, offset: int) -> Zone:
        return self.zone(offset // self.zone_size)

    def set_condition(self, index: int, condition: ZoneCondition) -> None:
        """A zone that goes offline or read-only, by a test; opened, closed and finished by a host."""
        self._touch(index).condition = condition

    def finish(self, index: int) -> None:
        zone = self._touch(index)
        zone.condition, zone.pointer = ZoneCondition.FULL, zone.start + zone.size

    def reset(self, index: int) -> None:
        """RESET WRITE POINTER: reads give zeros from now on; the old data stays on the tracks until it is written over."""
        if self.zone(index).kind is ZoneType.CONVENTIONAL:
            raise OutOfOrder(ZoneRefusal.BOUNDARY)
        self.power.step(f"reset zone {index}")
        zone = self._touch(index)
        zone.condition, zone.pointer = ZoneCondition.EMPTY, zone.start

    def reset_all(self) -> None:
        for index, zone in self._touched.items():
            if zone.kind is not ZoneType.CONVENTIONAL and zone.condition not in (ZoneCondition.READ_ONLY, ZoneCondition.OFFLINE):
                self.reset(index)

    def read(self, offset: int, length: int) -> bytes:
        """Behind a write pointer there are zeros (URSWRZ)."""
        data = bytearray(super().read(offset, length))
        position = offset
        while position < offset + length:
            zone = self.zone_of(position)
            end = min(zone.start + zone.size, offset + length)
            if zone.condition is ZoneCondition.OFFLINE:
                raise OutOfOrder(ZoneRefusal.OFFLINE)
            if zone.kind is not ZoneType.CONVENTIONAL:
                blank = max(position, zone.pointer)
                if blank < end:
                    data[blank - offset : end - offset] = bytes(end - blank)
            position = end
        return bytes(data)

    def write(self, offset: int, data: bytes, *, fua: bool = False) -> None:
        """Raises OutOfOrder, and nothing is written."""
        self._check(offset, len(data))
        zone = self.zone_of(offset)
        if zone.kind is ZoneType.CONVENTIONAL:
            if offset + len(data) > self._conventional * self.zone_size:
                raise OutOfOrder(ZoneRefusal.BOUNDARY)
            super().write(offset, data, fua=fua)
            return
        refusal = {
            ZoneCondition.OFFLINE: ZoneRefusal.OFFLINE,
            ZoneCondition.READ_ONLY: ZoneRefusal.READ_ONLY,
            ZoneCondition.FULL: ZoneRefusal.FULL,
        }.get(zone.condition)
        if refusal:
            raise OutOfOrder(refusal)
        if offset != zone.pointer:
            raise OutOfOrder(ZoneRefusal.UNALIGNED_WRITE)
        if offset + len(data) > zone.start + zone.size:
            raise OutOfOrder(ZoneRefusal.BOUNDARY)
        super().write(offset, data, fua=fua)
        zone = self._touch(offset // self.zone_size)
        zone.pointer += len(data)
        if zone.pointer == zone.start + zone.size:
            zone.condition = ZoneCondition.FULL
        elif zone.condition is not ZoneCondition.EXPLICIT_OPEN:
            zone.condition = ZoneCondition.IMPLICIT_OPEN

    def _touch(self, index: int) -> Zone:
        return self._touched.setdefault(index, self.zone(index))
