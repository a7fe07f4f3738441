"""Physical elements (SBC-4 4.36: heads that can be taken out of use) and the lists of defects."""

from __future__ import annotations

from emulators.scsi import sense as codes
from emulators.scsi.sas.state import SasDisk
from emulators.scsi.unit import Request, cut, refused

DEPOPULATED = 0xFF  # PHYSICAL ELEMENT HEALTH: depopulation ended with success
_OUT_OF_LIMIT = range(0x65, 0xD0)


class Elements:
    """The commands that look at what the medium is made of."""

    def __init__(self, disk: SasDisk) -> None:
        self._disk = disk

    def status(self, request: Request) -> bytes:
        """GET PHYSICAL ELEMENT STATUS (SBC-4 5.7): a head of 32 bytes and 32 for each element. FILTER 01b: only bad and removed ones."""
        starting, only_bad = request.field(6, 4), request.cdb[14] >> 6 == 0b01
        listed = [
            (element, health)
            for element, health in sorted(self._disk.elements.items())
            if element >= starting and (not only_bad or health in _OUT_OF_LIMIT or health >= 0xFD)
        ]
        capacity = self._disk.medium.size // len(self._disk.elements) // self._disk.stored_length
        descriptors = b"".join(
            bytes(4) + element.to_bytes(4, "big") + bytes(6) + bytes([0x01, health]) + capacity.to_bytes(8, "big") + bytes(8)
            for element, health in listed
        )
        room = max(0, request.field(10, 4) - 32) // 32
        head = len(listed).to_bytes(4, "big") + min(room, len(listed)).to_bytes(4, "big") + bytes(24)
        return cut(head + descriptors, request.field(10, 4))

    def remove(self, request: Request) -> bytes:
        """REMOVE ELEMENT AND TRUNCATE (SBC-4 5.19): the disk is smaller after it, and what was on the element stays there."""
        wanted, element = request.field(2, 8), request.field(10, 4)
        disk = self._disk
        others = sum(1 for health in disk.elements.values() if health != DEPOPULATED)
        if disk.elements.get(element, DEPOPULATED) == DEPOPULATED or others < 2:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if wanted > disk.native_blocks * (others - 1) // others:
            raise refused(codes.INVALID_FIELD_IN_CDB)

        def ended() -> None:
            disk.elements[element] = DEPOPULATED
            disk.set_limit(wanted or None, saved=True)
            disk.tell_ports(codes.CAPACITY_CHANGED, None)

        # NOT READY, DEPOPULATION IN PROGRESS
        disk.begin("depopulation", [], disk.format_seconds, (0x04, 0x24), ended)
        return b""

    def defects(self, request: Request) -> bytes:
        """READ DEFECT DATA 10 and 12 (SBC-4 5.18): grown defects, in short or long block format; the primary list is empty."""
        ten = request.cdb[0] == 0x37
        asked = request.cdb[2] if ten else request.cdb[1]
        kind, lists = asked & 0x07, asked & 0x18
        if kind not in (0b000, 0b011):
            raise refused((0x1C, 0x00), codes.RECOVERED_ERROR)  # DEFECT LIST NOT FOUND
        width = 4 if kind == 0b000 else 8
        entries = b"".join(lba.to_bytes(width, "big") for lba in sorted(self._disk.grown)) if lists & 0x08 else b""
        if ten:
            return cut(bytes([0, lists | kind]) + len(entries).to_bytes(2, "big") + entries, request.field(7, 2))
        return cut(bytes([0, lists | kind, 0, 0]) + len(entries).to_bytes(4, "big") + entries, request.field(6, 4))
