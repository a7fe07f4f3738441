"""Of a command's bytes: how many there are, which way its data goes, where its addresses stand."""

from __future__ import annotations

from dataclasses import dataclass

VARIABLE_LENGTH = 0x7F  # SPC-5 4.2.3: byte 7 is the additional length
ATA_PASS_THROUGH_12 = 0xA1
ATA_PASS_THROUGH_16 = 0x85
ATA_PASS_THROUGH_32 = 0x1FF0  # a service action of 7Fh (SAT-5 table 174)

# MODE SELECT 6/10, WRITE 6/10/12/16, WRITE AND VERIFY 10/16, WRITE SAME 10/16, UNMAP, SANITIZE, FORMAT UNIT, WRITE BUFFER, LOG SELECT,
# SEND DIAGNOSTIC, REASSIGN BLOCKS, PERSISTENT RESERVE OUT, SECURITY PROTOCOL OUT, WRITE LONG 10
_OUT = frozenset((0x15, 0x55, 0x0A, 0x2A, 0xAA, 0x8A, 0x2E, 0x8E, 0x41, 0x93, 0x42, 0x48, 0x04, 0x3B, 0x4C, 0x1D, 0x07, 0x5F, 0xB5, 0x3F))
_ATA_OUT_PROTOCOLS = frozenset((5, 11))  # PIO data-out, UDMA data-out (SAT-5 table 172); 6 is DMA, whose T_DIR says which way


def length(first_bytes: bytes) -> int:
    """Bytes of the CDB that begins so (SPC-5 4.2.5.1: the group code in bits 7:5 of the operation code)."""
    if first_bytes[0] == VARIABLE_LENGTH:
        return first_bytes[7] + 8
    return (6, 10, 10, 6, 16, 12, 6, 6)[first_bytes[0] >> 5]


def takes_data_out(cdb: bytes) -> bool:
    """Whether the initiator sends data with it."""
    if cdb[0] in (ATA_PASS_THROUGH_12, ATA_PASS_THROUGH_16):
        return _ata_out(cdb[1], cdb[2])
    if cdb[0] == VARIABLE_LENGTH:
        return int.from_bytes(cdb[8:10], "big") == ATA_PASS_THROUGH_32 and _ata_out(cdb[10], cdb[11])
    return cdb[0] in _OUT


def _ata_out(protocol_byte: int, transfer_byte: int) -> bool:
    protocol = protocol_byte >> 1 & 0x0F
    return protocol in _ATA_OUT_PROTOCOLS or (protocol == 6 and not transfer_byte & 0x08 and transfer_byte & 0x03 != 0)


@dataclass(frozen=True)
class Blocks:
    """A range that a block command names (SBC-4 section 5)."""

    lba: int
    count: int


def blocks(cdb: bytes) -> Blocks:
    """The range of a READ, WRITE, VERIFY, WRITE SAME or SYNCHRONIZE CACHE of 6, 10, 12 or 16 bytes."""
    if len(cdb) == 6:
        return Blocks(int.from_bytes(cdb[1:4], "big") & 0x1FFFFF, cdb[4] or 256)  # SBC-4 5.12: 0 is 256 blocks
    if len(cdb) == 10:
        return Blocks(int.from_bytes(cdb[2:6], "big"), int.from_bytes(cdb[7:9], "big"))
    if len(cdb) == 12:
        return Blocks(int.from_bytes(cdb[2:6], "big"), int.from_bytes(cdb[6:10], "big"))
    return Blocks(int.from_bytes(cdb[2:10], "big"), int.from_bytes(cdb[10:14], "big"))
