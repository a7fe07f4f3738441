"""Zones of a host-managed disk (ZBC-2 section 5)."""

from __future__ import annotations

from collections.abc import Callable

from emulators.medium.zoned import OutOfOrder, Zone, ZoneCondition, ZonedMedium, ZoneType
from emulators.scsi import sense as codes
from emulators.scsi.sas.state import SasDisk
from emulators.scsi.unit import Request, cut, refused

CLOSE, FINISH, OPEN, RESET = 0x01, 0x02, 0x03, 0x04  # service actions of 94h
_BY_CONDITION = {0x01: 0x1, 0x02: 0x2, 0x03: 0x3, 0x04: 0x4, 0x05: 0xE, 0x06: 0xD, 0x07: 0xF}  # REPORTING OPTIONS (ZBC-2 table 33)
_IN_USE = (ZoneCondition.IMPLICIT_OPEN, ZoneCondition.EXPLICIT_OPEN, ZoneCondition.CLOSED)


class Zones:
    """The zone commands of one disk."""

    def __init__(self, disk: SasDisk, medium: ZonedMedium) -> None:
        self._disk, self._medium = disk, medium

    def report(self, request: Request) -> bytes:
        """REPORT ZONES (ZBC-2 5.8): a head of 64 bytes and 64 for each zone."""
        starting, allocation, partial = request.field(2, 8), request.field(10, 4), request.cdb[14] & 0x80
        if starting >= self._disk.block_count:
            raise refused(codes.LBA_OUT_OF_RANGE)
        wanted = self._filter(request.cdb[14] & 0x3F)
        first = starting * self._disk.stored_length // self._medium.zone_size
        zones = [zone for zone in map(self._medium.zone, range(first, self._medium.zone_count)) if wanted(zone)]
        listed = b"".join(self._described(zone) for zone in zones)
        room = max(0, allocation - 64) // 64 * 64
        size = min(room, len(listed)) if partial else len(listed)
        head = size.to_bytes(4, "big") + bytes(4) + (self._disk.block_count - 1).to_bytes(8, "big") + bytes(48)
        return cut(head + listed, allocation)

    @staticmethod
    def _filter(option: int) -> Callable[[Zone], bool]:
        if option == 0x00:
            return lambda _: True
        if option == 0x3F:
            return lambda zone: zone.condition is ZoneCondition.NOT_WRITE_POINTER
        if option in (0x10, 0x11):  # RWP recommended, non-sequential resources: never here
            return lambda _: False
        if option not in _BY_CONDITION:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return lambda zone: zone.condition == _BY_CONDITION[option]

    def _described(self, zone: Zone) -> bytes:
        block = self._disk.stored_length
        full = zone.condition is ZoneCondition.FULL or zone.kind is ZoneType.CONVENTIONAL
        pointer = b"\xff" * 8 if full else (zone.pointer // block).to_bytes(8, "big")
        numbers = (zone.size // block).to_bytes(8, "big") + (zone.start // block).to_bytes(8, "big") + pointer
        return bytes([zone.kind, zone.condition << 4]) + bytes(6) + numbers + bytes(32)

    def act(self, request: Request) -> bytes:
        """CLOSE, FINISH, OPEN ZONE and RESET WRITE POINTER (ZBC-2 5.2 to 5.13), of one zone or of ALL that it does something for."""
        action = request.cdb[1] & 0x1F
        if request.cdb[14] & 0x01:
            for index in range(self._medium.zone_count):
                if self._medium.zone(index).condition in (*_IN_USE, *((ZoneCondition.FULL,) if action == RESET else ())):
                    self._do(action, index)
            return b""
        index, rest = divmod(request.field(2, 8) * self._disk.stored_length, self._medium.zone_size)
        if rest or index >= self._medium.zone_count or self._medium.zone(index).kind is ZoneType.CONVENTIONAL:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        self._do(action, index)
        return b""

    def _do(self, action: int, index: int) -> None:
        zone = self._medium.zone(index)
        if zone.condition in (ZoneCondition.READ_ONLY, ZoneCondition.OFFLINE):
            raise refused((0x2C, 0x0E) if zone.condition is ZoneCondition.OFFLINE else (0x27, 0x08), codes.DATA_PROTECT)
        try:
            if action == RESET:
                self._medium.reset(index)
            elif action == FINISH:
                self._medium.finish(index)
            elif action == OPEN and zone.condition is not ZoneCondition.FULL:
                self._medium.set_condition(index, ZoneCondition.EXPLICIT_OPEN)
            elif action == CLOSE and zone.condition in _IN_USE:
                empty = zone.pointer == zone.start
                self._medium.set_condition(index, ZoneCondition.EMPTY if empty else ZoneCondition.CLOSED)
        except OutOfOrder:
            raise refused(codes.INVALID_FIELD_IN_CDB) from None
