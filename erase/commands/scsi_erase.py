"""SCSI commands that destroy (SBC-4 clause 5): SANITIZE, FORMAT UNIT, WRITE SAME, UNMAP. The builders raise ValueError."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import fit
from erase.commands.wire import ScsiCommand


@unique
class SanitizeService(IntEnum):
    """Service actions of SANITIZE (SBC-4 clause 5)."""

    OVERWRITE = 0x01
    BLOCK_ERASE = 0x02
    CRYPTOGRAPHIC_ERASE = 0x03
    EXIT_FAILURE_MODE = 0x1F


def sanitize(service: SanitizeService, *, immediate: bool = True, unrestricted_exit: bool = False, zones_kept: bool = False) -> ScsiCommand:
    """SANITIZE 48h: IMMED byte 1 bit 7, ZNR bit 6, AUSE bit 5, service action 4:0. The overwrite has a builder of its own."""
    if service is SanitizeService.OVERWRITE:
        raise ValueError("an overwrite needs its parameters")
    if service is SanitizeService.EXIT_FAILURE_MODE and (unrestricted_exit or zones_kept):
        raise ValueError("EXIT FAILURE MODE takes no options")
    return _sanitize(service, immediate << 7 | zones_kept << 6 | unrestricted_exit << 5, b"")


def sanitize_overwrite(
    pattern: bytes,
    *,
    passes: int = 1,
    invert: bool = False,
    immediate: bool = True,
    unrestricted_exit: bool = False,
) -> ScsiCommand:
    """SANITIZE 48h / 01h. Its list: INVERT bit 7, TEST 6:5, OVERWRITE COUNT 4:0 (1 to 31), then length and pattern (one block at most)."""
    if not 1 <= passes <= 31:
        raise ValueError(f"1 to 31 passes, not {passes}")
    if not pattern:
        raise ValueError("a pattern has at least one byte")
    data = bytes([invert << 7 | passes, 0]) + fit(len(pattern), 16, "PATTERN LENGTH").to_bytes(2, "big") + pattern
    return _sanitize(SanitizeService.OVERWRITE, immediate << 7 | unrestricted_exit << 5, data)


def _sanitize(service: SanitizeService, flags: int, data: bytes) -> ScsiCommand:
    length = fit(len(data), 16, "PARAMETER LIST LENGTH").to_bytes(2, "big")
    cdb = bytes([0x48, flags | service, 0, 0, 0, 0, 0, *length, 0])
    return ScsiCommand(f"SANITIZE ({service.name.replace('_', ' ')})", cdb, data_out=data)


@unique
class Ongoing(StrEnum):
    """What REQUEST SENSE or a refused command says about a sanitize or a format."""

    IDLE = "idle"  # nothing runs, nothing failed that is told
    SANITIZING = "sanitizing"
    SANITIZE_FAILED = "sanitize-failed"
    FORMATTING = "formatting"
    FORMAT_FAILED = "format-failed"  # medium format corrupted, or FORMAT COMMAND FAILED: only another format helps
    LOW_POWER = "low-power"  # the drive sleeps; what it does otherwise is not told
    UNKNOWN = "unknown"  # the sense speaks of something else


# sense key, ASC, ASCQ (SPC-5, ASC and ASCQ assignments; SBC-4, sanitize and format): both sense keys are seen for the running ones
_ONGOING = {
    (0x0, 0x00, 0x00): Ongoing.IDLE,
    (0x2, 0x04, 0x1B): Ongoing.SANITIZING,
    (0x0, 0x04, 0x1B): Ongoing.SANITIZING,
    (0x3, 0x31, 0x03): Ongoing.SANITIZE_FAILED,
    (0x2, 0x04, 0x04): Ongoing.FORMATTING,
    (0x0, 0x04, 0x04): Ongoing.FORMATTING,
    (0x3, 0x31, 0x00): Ongoing.FORMAT_FAILED,
    (0x3, 0x31, 0x01): Ongoing.FORMAT_FAILED,
}


def ongoing(key: int, asc: int, ascq: int) -> Ongoing:
    """What runs or failed, from the sense of REQUEST SENSE. How far it is, is the sense's own progress indication, of 65536."""
    if (key, asc) == (0x0, 0x5E):  # the LOW POWER CONDITION ON family
        return Ongoing.LOW_POWER
    return _ONGOING.get((key, asc, ascq), Ongoing.UNKNOWN)


# protection type -> FMTPINFO, PROTECTION FIELD USAGE (SBC-4 clause 5)
_PROTECTION = ((0b00, 0b000), (0b10, 0b000), (0b11, 0b000), (0b11, 0b001))


def format_unit(
    *,
    protection_type: int = 0,
    immediate: bool = True,
    certify: bool = False,
    security_initialize: bool = False,
    pattern: bytes = b"",
    long_list: bool = False,
) -> ScsiCommand:
    """FORMAT UNIT 04h with FMTDATA (SBC-4 clause 5): no defects are given, and CMPLST = 0 keeps those that the drive found.

    ``certify`` False sets DCRT. With ``security_initialize`` (SI) the initialization covers defective blocks too, where the drive
    can. ``pattern`` repeats.
    """
    if not 0 <= protection_type <= 3:
        raise ValueError(f"protection types are 0 to 3, not {protection_type}")
    information, usage = _PROTECTION[protection_type]
    initializes = security_initialize or bool(pattern)
    # FOV 7, DPRY 6, DCRT 5, STPF 4, IP 3, IMMED 1. FOV must be set where DPRY to IP are
    flags = (not certify) << 5 | initializes << 3 | immediate << 1
    flags |= bool(flags & 0x78) << 7
    # short header: defect list length in 2 bytes; long header: 4 bytes behind P_I_INFORMATION
    header = bytes([usage, flags, 0, 0, 0, 0, 0, 0] if long_list else [usage, flags, 0, 0])
    descriptor = b""
    if initializes:
        # SI 5; type 01h: repeat the pattern, 00h: the drive's default
        length = fit(len(pattern), 16, "PATTERN LENGTH").to_bytes(2, "big")
        descriptor = bytes([security_initialize << 5, 0x01 if pattern else 0x00]) + length + pattern
    cdb = bytes([0x04, information << 6 | long_list << 5 | 0x10, 0, 0, 0, 0])
    return ScsiCommand("FORMAT UNIT", cdb, data_out=header + descriptor)


def write_same_16(first: int, count: int, block: bytes = b"", *, unmap: bool = False) -> ScsiCommand:
    """WRITE SAME(16) 93h: UNMAP byte 1 bit 3, NDOB bit 0 where no ``block`` is given (zeros are written, SBC-4 clause 5)."""
    flags = unmap << 3 | (not block)
    cdb = bytes([0x93, flags]) + fit(first, 64, "LBA").to_bytes(8, "big") + fit(count, 32, "COUNT").to_bytes(4, "big") + bytes(2)
    return ScsiCommand("WRITE SAME(16)", cdb, data_out=block)


def unmap(ranges: Sequence[tuple[int, int]]) -> ScsiCommand:
    """UNMAP 42h of ranges, each of a first LBA and a count. Only a hint that the drive may ignore: erases nothing by contract."""
    blocks = b"".join(
        fit(first, 64, "LBA").to_bytes(8, "big") + fit(count, 32, "COUNT").to_bytes(4, "big") + bytes(4) for first, count in ranges
    )
    # UNMAP DATA LENGTH counts what follows it, so 6 more than UNMAP BLOCK DESCRIPTOR DATA LENGTH (SBC-4 clause 5)
    data = fit(len(blocks) + 6, 16, "LENGTH").to_bytes(2, "big") + len(blocks).to_bytes(2, "big") + bytes(4) + blocks
    return ScsiCommand("UNMAP", bytes([0x42, 0, 0, 0, 0, 0, 0, *len(data).to_bytes(2, "big"), 0]), data_out=data)
