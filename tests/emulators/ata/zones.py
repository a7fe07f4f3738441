"""Host-managed zones: ZAC MANAGEMENT IN and OUT (ZAC-2 section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import ERROR_ID_NOT_FOUND, SECTOR, Outcome, Registers
from emulators.ata.run import Handler
from emulators.medium import Zone, ZoneCondition, ZonedMedium, ZoneType

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

MANAGEMENT_IN = 0x4A
MANAGEMENT_OUT = 0x9F
REPORT_ZONES = 0x00
CLOSE_ZONE = 0x01
FINISH_ZONE = 0x02
OPEN_ZONE = 0x03
RESET_WRITE_POINTER = 0x04

# REPORTING OPTIONS: which zones are listed
CONDITIONS = {
    0x01: ZoneCondition.EMPTY,
    0x02: ZoneCondition.IMPLICIT_OPEN,
    0x03: ZoneCondition.EXPLICIT_OPEN,
    0x04: ZoneCondition.CLOSED,
    0x05: ZoneCondition.FULL,
    0x06: ZoneCondition.READ_ONLY,
    0x07: ZoneCondition.OFFLINE,
    0x3F: ZoneCondition.NOT_WRITE_POINTER,
}


class Zones:
    """A disk without zones has none of these commands."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.commands: dict[int, Handler] = {MANAGEMENT_IN: self._management_in, MANAGEMENT_OUT: self._management_out}

    @property
    def _medium(self) -> ZonedMedium:
        medium = self._disk.medium
        require(isinstance(medium, ZonedMedium))
        assert isinstance(medium, ZonedMedium)
        return medium

    def _management_in(self, registers: Registers, data: bytes) -> Outcome:
        """REPORT ZONES EXT: FEATURE 13:8 are the reporting options, bit 15 PARTIAL; COUNT pages of 512 bytes."""
        medium = self._medium
        require(registers.feature & 0x1F == REPORT_ZONES and registers.count)
        require(registers.lba < self._disk.sectors, ERROR_ID_NOT_FOUND)
        options = registers.feature >> 8 & 0x3F
        require(options == 0 or options in CONDITIONS)
        first = registers.lba * self._disk.sector // medium.zone_size
        room = registers.count * SECTOR // 64 - 1
        wanted = CONDITIONS.get(options)
        indices = range(first, medium.zone_count)
        if wanted is None:
            listed, total = [medium.zone(index) for index in indices[:room]], len(indices)
        else:
            matching = [zone for zone in map(medium.zone, indices) if zone.condition is wanted]
            listed, total = matching[:room], len(matching)
        if registers.feature & 1 << 15:
            total = len(listed)
        same = 0x01 if len({(zone.kind, zone.size) for zone in map(medium.zone, (0, medium.zone_count - 1))}) == 1 else 0x00
        head = (64 * total).to_bytes(4, "little") + bytes([same, 0, 0, 0]) + (self._disk.sectors - 1).to_bytes(8, "little")
        body = head.ljust(64, b"\0") + b"".join(map(self._descriptor, listed))
        return Outcome(data=body.ljust(registers.count * SECTOR, b"\0"))

    def _descriptor(self, zone: Zone) -> bytes:
        sector = self._disk.sector
        no_pointer = zone.kind is ZoneType.CONVENTIONAL or zone.condition in (
            ZoneCondition.FULL,
            ZoneCondition.READ_ONLY,
            ZoneCondition.OFFLINE,
        )
        pointer = (1 << 64) - 1 if no_pointer else zone.pointer // sector
        numbers = (zone.size // sector, zone.start // sector, pointer)
        return bytes([zone.kind, zone.condition << 4]) + bytes(6) + b"".join(n.to_bytes(8, "little") for n in numbers) + bytes(32)

    def _management_out(self, registers: Registers, data: bytes) -> Outcome:
        """FEATURE 4:0 the action, bit 8 ALL; LBA the zone's first sector."""
        medium = self._medium
        action = registers.feature & 0x1F
        require(action in (CLOSE_ZONE, FINISH_ZONE, OPEN_ZONE, RESET_WRITE_POINTER))
        if registers.feature & 1 << 8:
            require(action == RESET_WRITE_POINTER)
            medium.reset_all()
            return Outcome()
        require(registers.lba < self._disk.sectors, ERROR_ID_NOT_FOUND)
        index, rest = divmod(registers.lba * self._disk.sector, medium.zone_size)
        zone = medium.zone(index)
        require(rest == 0 and zone.kind is not ZoneType.CONVENTIONAL)
        require(zone.condition not in (ZoneCondition.OFFLINE, ZoneCondition.READ_ONLY))
        if action == RESET_WRITE_POINTER:
            medium.reset(index)
        elif action == FINISH_ZONE:
            medium.finish(index)
        elif action == OPEN_ZONE and zone.condition is not ZoneCondition.FULL:
            medium.set_condition(index, ZoneCondition.EXPLICIT_OPEN)
        elif action == CLOSE_ZONE and zone.condition in (ZoneCondition.IMPLICIT_OPEN, ZoneCondition.EXPLICIT_OPEN):
            medium.set_condition(index, ZoneCondition.EMPTY if zone.pointer == zone.start else ZoneCondition.CLOSED)
        return Outcome()
