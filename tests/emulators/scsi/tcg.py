"""SECURITY PROTOCOL IN (SPC-5 6.40) and the level 0 discovery of TCG (Storage Architecture Core 2.01 section 3.3.6)."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.scsi import sense as codes
from emulators.scsi.unit import Request, cut, refused


@dataclass
class Locking:
    """The Locking feature (0002h): byte 4 has these flags from bit 0 on, LockingSupported being always set."""

    enabled: bool = False
    locked: bool = False
    media_encryption: bool = True
    mbr_enabled: bool = False
    mbr_done: bool = False

    def flags(self) -> int:
        bits = (True, self.enabled, self.locked, self.media_encryption, self.mbr_enabled, self.mbr_done)
        return sum(1 << number for number, bit in enumerate(bits) if bit)


def _feature(code: int, version: int, data: bytes) -> bytes:
    return code.to_bytes(2, "big") + bytes([version << 4, len(data)]) + data


def level_0(locking: Locking, *, ssc: int = 0x0203) -> bytes:
    """Discovery data; ``ssc`` 0203h is Opal 2.0, 0100h Enterprise, 0302h Pyrite 1.0. Base ComID 07FEh, one ComID."""
    features = _feature(0x0001, 1, bytes([0x11, *bytes(11)])) + _feature(0x0002, 1, bytes([locking.flags(), *bytes(11)]))
    features += _feature(ssc, 1, bytes([0x07, 0xFE, 0x00, 0x01, *bytes(12)]))
    return (len(features) + 44).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + bytes(40) + features


def protocol_in(request: Request, discovery: bytes | None) -> bytes:
    """Protocol 00h: the list of protocols; protocol 01h with ComID 0001h: level 0 discovery; other ComIDs have nothing to say."""
    protocol, specific = request.cdb[1], request.field(2, 2)
    allocation = request.field(6, 4) * (512 if request.cdb[4] & 0x80 else 1)
    if protocol == 0x00 and specific == 0x0000:
        protocols = bytes([0x00]) if discovery is None else bytes([0x00, 0x01, 0x02])
        return cut(bytes(6) + len(protocols).to_bytes(2, "big") + protocols, allocation)
    if protocol == 0x01 and specific == 0x0001 and discovery is not None:
        return cut(discovery.ljust(512, b"\0"), allocation)
    raise refused(codes.INVALID_FIELD_IN_CDB)
