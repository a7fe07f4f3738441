"""ATA PASS-THROUGH (SAT-5 section 12.2): a CDB to registers, and registers back into sense, right and wrong, as layers do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from emulators.ata.registers import STATUS_ERROR, STATUS_FAULT, Outcome, Registers
from emulators.scsi import sense as codes
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Request, refused


@unique
class Regime(StrEnum):
    """In what form registers come back."""

    LIBATA = "libata"  # 6.11 and later: descriptor on success; on failure what D_SENSE says, and fixed is right
    LIBATA_BEFORE_6_11 = "libata-before-6.11"  # on failure, fixed format has the registers at wrong offsets
    VENDOR_DESCRIPTOR = "vendor-descriptor"
    VENDOR_FIXED = "vendor-fixed"  # always; the upper halves are in the ATA PASS-THROUGH Results log
    LOST = "lost"  # success is GOOD without sense, whatever CK_COND says; failure has no registers


LIBATA = frozenset((Regime.LIBATA, Regime.LIBATA_BEFORE_6_11))

# PROTOCOL (SAT-5 table 172)
HARD_RESET, SOFT_RESET, NON_DATA, PIO_IN, PIO_OUT, DMA, UDMA_IN, UDMA_OUT, RETURN_RESPONSE = 0, 1, 3, 4, 5, 6, 10, 11, 15
_MOVES_DATA = frozenset((PIO_IN, PIO_OUT, DMA, UDMA_IN, UDMA_OUT))


@dataclass(frozen=True)
class PassThrough:
    """A pass-through command, taken apart. ``size`` is the number of bytes that T_LENGTH, BYT_BLOK and T_TYPE tell."""

    registers: Registers
    protocol: int
    check_condition: bool
    is_in: bool
    size: int


def decode(request: Request, sector: int) -> PassThrough:
    """Takes 85h, A1h and 7Fh/1FF0h apart; ``sector`` is the logical sector size in bytes. Refuses what makes no sense."""
    cdb = request.cdb
    if cdb[0] == 0xA1:
        protocol, flags, feature, count, device, command = cdb[1], cdb[2], cdb[3], cdb[4], cdb[8], cdb[9]
        lba = int.from_bytes(cdb[5:8], "little")
    elif cdb[0] == 0x85:
        protocol, flags, device, command = cdb[1], cdb[2], cdb[13], cdb[14]
        feature, count = request.field(3, 2), request.field(5, 2)
        lba = int.from_bytes(bytes([cdb[11], cdb[9], cdb[7], cdb[12], cdb[10], cdb[8]]), "big")
    else:
        protocol, flags, device, command = cdb[10], cdb[11], cdb[24], cdb[25]
        feature, count, lba = request.field(20, 2), request.field(22, 2), request.field(14, 6)
    extended = bool(protocol & 0x01) and cdb[0] != 0xA1
    if not extended:
        feature, count, lba = feature & 0xFF, count & 0xFF, (lba & 0xFFFFFF) | (device & 0x0F) << 24
    kind = protocol >> 1 & 0x0F
    if kind not in _MOVES_DATA | {HARD_RESET, SOFT_RESET, NON_DATA, RETURN_RESPONSE}:
        raise refused(codes.INVALID_FIELD_IN_CDB)
    length = (0, feature, count, 0)[flags & 0x03]
    unit = (sector if flags & 0x10 else 512) if flags & 0x04 else 1
    if flags & 0x03 == 3:
        length, unit = max(request.data_in, len(request.data_out)), 1
    if (kind in _MOVES_DATA) != bool(flags & 0x03):
        raise refused(codes.INVALID_FIELD_IN_CDB)
    is_in = kind in (PIO_IN, UDMA_IN) or (kind == DMA and bool(flags & 0x08))
    if kind in _MOVES_DATA and is_in != bool(flags & 0x08):
        raise refused(codes.INVALID_FIELD_IN_CDB)
    registers = Registers(command, feature, count, lba, device, extended)
    return PassThrough(registers, kind, bool(flags & 0x20), is_in, length * unit)


def failed(outcome: Outcome) -> bool:
    """Whether the drive said no."""
    return bool(outcome.status & (STATUS_ERROR | STATUS_FAULT))


def _device(outcome: Outcome, *, extended: bool) -> int:
    """DEVICE; after a 28-bit command its bits 3:0 are LBA 27:24 (ATA8-ACS 6.1)."""
    return outcome.device if extended else outcome.device & 0xF0 | outcome.lba >> 24 & 0x0F


def return_descriptor(outcome: Outcome, *, extended: bool) -> bytes:
    """The ATA Status Return sense descriptor (SAT-5 table 176), 14 bytes."""
    count, lba = outcome.count.to_bytes(2, "big"), outcome.lba.to_bytes(6, "big")
    if not extended:
        count, lba = b"\0" + count[1:], bytes(3) + lba[3:]
    # byte 4 on: COUNT 15:8 and 7:0; LBA 31:24, 7:0, 39:32, 15:8, 47:40, 23:16
    mixed = bytes([lba[2], lba[5], lba[1], lba[4], lba[0], lba[3]])
    return bytes([0x09, 0x0C, int(extended), outcome.error]) + count + mixed + bytes([_device(outcome, extended=extended), outcome.status])


def _upper_flags(outcome: Outcome, *, extended: bool) -> int:
    if not extended:
        return 0
    return 0x80 | (0x40 if outcome.count >> 8 else 0) | (0x20 if outcome.lba >> 24 else 0)


def fixed(sense: Sense, outcome: Outcome, *, extended: bool, log_index: int = 0) -> bytes:
    """Fixed format as SAT-5 table 177 has it: INFORMATION is error, status, device and count; COMMAND-SPECIFIC the flags and LBA 23:0."""
    data = bytearray(sense.fixed())
    data[0] |= 0x80
    data[3:7] = bytes([outcome.error, outcome.status, _device(outcome, extended=extended), outcome.count & 0xFF])
    data[8] = _upper_flags(outcome, extended=extended) | log_index
    data[9:12] = (outcome.lba & 0xFFFFFF).to_bytes(3, "little")
    return bytes(data)


def misplaced(sense: Sense, outcome: Outcome, *, extended: bool) -> bytes:
    """Fixed format as libata wrote it before 6.11 (commit 38dab832): the offsets of a descriptor, from byte 8 on."""
    data = bytearray(sense.fixed().ljust(20, b"\0"))
    data[8:12] = bytes([outcome.error, outcome.status, _device(outcome, extended=extended), outcome.count & 0xFF])
    data[15:17] = bytes([0, _upper_flags(outcome, extended=extended)])
    data[17:20] = (outcome.lba & 0xFFFFFF).to_bytes(3, "little")
    return bytes(data)


def described(sense: Sense, outcome: Outcome, *, extended: bool) -> bytes:
    """Descriptor format with nothing but the return descriptor."""
    return bytes([0x72, sense.key, *sense.code, 0, 0, 0, 14]) + return_descriptor(outcome, extended=extended)
