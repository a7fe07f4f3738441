"""Persistent reservations (SPC-5 sections 5.14, 6.16, 6.17): keys and one reservation, by port."""

from __future__ import annotations

from emulators.scsi import sense as codes
from emulators.scsi.interface import RESERVATION_CONFLICT, Reply
from emulators.scsi.sas.state import SasDisk
from emulators.scsi.unit import Request, cut, refused

WRITE_EXCLUSIVE, EXCLUSIVE_ACCESS, WRITE_EXCLUSIVE_REGISTRANTS, EXCLUSIVE_ACCESS_REGISTRANTS = 0x1, 0x3, 0x5, 0x6
_TYPES = frozenset((WRITE_EXCLUSIVE, EXCLUSIVE_ACCESS, WRITE_EXCLUSIVE_REGISTRANTS, EXCLUSIVE_ACCESS_REGISTRANTS))
# what reads the medium, and what changes it or its format (SBC-4 table 13)
_READS = frozenset((0x08, 0x28, 0xA8, 0x88, 0x2F, 0x8F))
_CHANGES = frozenset((0x0A, 0x2A, 0xAA, 0x8A, 0x2E, 0x8E, 0x41, 0x93, 0x42, 0x48, 0x04, 0x15, 0x55, 0x1B, 0x94))


class Reservations:
    """What one port may do."""

    def __init__(self, disk: SasDisk, port: int) -> None:
        self._disk, self._port = disk, port
        self._generation = 0

    def conflicts(self, request: Request) -> bool:
        """Whether somebody else's reservation forbids it."""
        if self._disk.reservation is None:
            return False
        holder, kind = self._disk.reservation
        if holder == self._port or (kind >= WRITE_EXCLUSIVE_REGISTRANTS and self._port in self._disk.registrations):
            return False
        forbidden = _CHANGES | _READS if kind in (EXCLUSIVE_ACCESS, EXCLUSIVE_ACCESS_REGISTRANTS) else _CHANGES
        return request.cdb[0] in forbidden

    def told(self, request: Request) -> bytes:
        """PERSISTENT RESERVE IN: READ KEYS, READ RESERVATION, REPORT CAPABILITIES."""
        action, generation = request.cdb[1] & 0x1F, self._generation.to_bytes(4, "big")
        if action == 0x00:
            keys = b"".join(key.to_bytes(8, "big") for key in self._disk.registrations.values())
            data = generation + len(keys).to_bytes(4, "big") + keys
        elif action == 0x01:
            held = b""
            if self._disk.reservation:
                holder, kind = self._disk.reservation
                held = self._disk.registrations.get(holder, 0).to_bytes(8, "big") + bytes(5) + bytes([kind, 0, 0])
            data = generation + len(held).to_bytes(4, "big") + held
        elif action == 0x02:
            data = bytes([0, 8, 0x00, 0x80, 0xEA, 0x01, 0, 0])  # TMV; the four types above and the all-registrants ones
        else:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return cut(data, request.field(7, 2))

    def change(self, request: Request) -> bytes | Reply:
        """PERSISTENT RESERVE OUT: REGISTER, RESERVE, RELEASE, CLEAR, REGISTER AND IGNORE."""
        action, kind = request.cdb[1] & 0x1F, request.cdb[2] & 0x0F
        if len(request.data_out) < 24:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        key, new = int.from_bytes(request.data_out[:8], "big"), int.from_bytes(request.data_out[8:16], "big")
        own = self._disk.registrations.get(self._port, 0)
        if action not in (0x00, 0x01, 0x02, 0x03, 0x06):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if action != 0x06 and key != own:
            return Reply(RESERVATION_CONFLICT)
        if action in (0x00, 0x06):
            self._register(new)
        elif not own:
            return Reply(RESERVATION_CONFLICT)
        elif action == 0x01:
            if kind not in _TYPES:
                raise refused(codes.INVALID_FIELD_IN_CDB)
            if self._disk.reservation not in (None, (self._port, kind)):
                return Reply(RESERVATION_CONFLICT)
            self._disk.reservation = (self._port, kind)
        elif action == 0x02:
            if self._disk.reservation == (self._port, kind):
                self._disk.reservation = None
        else:
            self._disk.registrations.clear()
            self._disk.reservation = None
        return b""

    def _register(self, key: int) -> None:
        self._generation += 1
        if key:
            self._disk.registrations[self._port] = key
            return
        self._disk.registrations.pop(self._port, None)
        if self._disk.reservation and self._disk.reservation[0] == self._port:
            self._disk.reservation = None
