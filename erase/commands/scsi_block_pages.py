"""VPD pages of block devices (SBC-4 clause 6, ZBC-2 clause 6): B0h, B1h, B2h and B6h."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.fields import member
from erase.commands.scsi_fields import ScsiDoubt, vpd_fields


@dataclass(frozen=True)
class BlockLimits:
    """Page B0h, Block Limits. Numbers of blocks; None: no limit told."""

    doubts: tuple[ScsiDoubt, ...]
    transfer_granularity: int | None
    transfer: int | None
    optimal_transfer: int | None
    unmap: int | None  # blocks of one UNMAP; None also where UNMAP isn't there
    unmap_descriptors: int | None
    unmap_granularity: int | None
    write_same: int | None
    write_same_needs_length: bool | None  # WSNZ: a WRITE SAME of 0 blocks is refused


def block_limits(data: bytes) -> BlockLimits:
    """Reads page B0h (SBC-4 clause 6)."""
    doubts: set[ScsiDoubt] = set()
    fields = vpd_fields(data, 0xB0, doubts)
    return BlockLimits(
        doubts=tuple(sorted(doubts)),
        transfer_granularity=fields.told(6, 2),
        transfer=fields.told(8, 4),
        optimal_transfer=fields.told(12, 4),
        unmap=fields.told(20, 4),
        unmap_descriptors=fields.told(24, 4),
        unmap_granularity=fields.told(28, 4),
        write_same=fields.told(36, 8),
        write_same_needs_length=fields.flag(4, 0),
    )


@unique
class ReadsAfterErase(IntEnum):
    """WABEREQ and WACEREQ: what reading gives after a block or cryptographic erase, until blocks are written (SBC-4 clause 6)."""

    NOT_TOLD = 0
    DATA = 1  # reads succeed
    OTHER_ERROR = 2  # MEDIUM ERROR with some other code than the next
    WRITE_REQUIRED = 3  # MEDIUM ERROR, WRITE AFTER SANITIZE REQUIRED


@unique
class Zoned(IntEnum):
    """ZONED: how a disk of device type 00h handles zones."""

    NOT_TOLD = 0
    HOST_AWARE = 1
    DEVICE_MANAGED = 2


@dataclass(frozen=True)
class Characteristics:
    """Page B1h, Block Device Characteristics."""

    doubts: tuple[ScsiDoubt, ...]
    rotation: int | None  # revolutions a minute; 1: does not rotate; None: not told
    form_factor: int | None  # 1 5.25", 2 3.5", 3 2.5", 4 1.8", 5 less than 1.8"
    after_block_erase: ReadsAfterErase | None
    after_crypto_erase: ReadsAfterErase | None
    zoned: Zoned | None
    depopulation_time: int | None  # seconds


def characteristics(data: bytes) -> Characteristics:
    """Reads page B1h (SBC-4 clause 6)."""
    doubts: set[ScsiDoubt] = set()
    fields = vpd_fields(data, 0xB1, doubts)
    rotation, zoned = fields.told(4, 2), fields.bits(8, 5, 4)
    # 0002h to 0400h and FFFFh are reserved
    if rotation is not None and rotation != 1 and not 0x0401 <= rotation <= 0xFFFE:
        doubts.add(ScsiDoubt.RESERVED_VALUE)
        rotation = None
    if zoned == 3:
        doubts.add(ScsiDoubt.RESERVED_VALUE)
    return Characteristics(
        doubts=tuple(sorted(doubts)),
        rotation=rotation,
        form_factor=fields.bits(7, 3, 0) or None,
        after_block_erase=member(ReadsAfterErase, fields.bits(7, 7, 6)),
        after_crypto_erase=member(ReadsAfterErase, fields.bits(7, 5, 4)),
        zoned=member(Zoned, zoned),
        depopulation_time=fields.told(12, 4),
    )


@unique
class Provisioning(IntEnum):
    """PROVISIONING TYPE (SBC-4 clause 6)."""

    NOT_TOLD = 0
    RESOURCE = 1
    THIN = 2


@dataclass(frozen=True)
class LogicalProvisioning:
    """Page B2h, Logical Block Provisioning."""

    doubts: tuple[ScsiDoubt, ...]
    unmap: bool | None  # LBPU
    write_same_unmap: bool | None  # LBPWS: WRITE SAME(16) with UNMAP
    reads_zeros: bool | None  # LBPRZ xx1b: unmapped blocks read as zeros
    reads_pattern: bool | None  # LBPRZ 010b: as the provisioning initialization pattern
    anchor: bool | None
    kind: Provisioning | None


def logical_provisioning(data: bytes) -> LogicalProvisioning:
    """Reads page B2h (SBC-4 clause 6)."""
    doubts: set[ScsiDoubt] = set()
    fields = vpd_fields(data, 0xB2, doubts)
    reads, kind = fields.bits(5, 4, 2), fields.bits(6, 2, 0)
    if (reads or 0) & 0b101 == 0b100 or (kind or 0) > Provisioning.THIN:
        doubts.add(ScsiDoubt.RESERVED_VALUE)
    return LogicalProvisioning(
        doubts=tuple(sorted(doubts)),
        unmap=fields.flag(5, 7),
        write_same_unmap=fields.flag(5, 6),
        reads_zeros=fields.flag(5, 2),
        reads_pattern=None if reads is None else reads == 0b010,
        anchor=fields.flag(5, 1),
        kind=member(Provisioning, kind),
    )


@dataclass(frozen=True)
class ZonedCharacteristics:
    """Page B6h, Zoned Block Device Characteristics."""

    doubts: tuple[ScsiDoubt, ...]
    unrestricted_reads: bool | None  # URSWRZ: reads above the write pointer succeed
    open_zones: int | None  # maximum of open sequential write required zones; None: no limit told


def zoned_characteristics(data: bytes) -> ZonedCharacteristics:
    """Reads page B6h (ZBC-2 clause 6)."""
    doubts: set[ScsiDoubt] = set()
    fields = vpd_fields(data, 0xB6, doubts)
    zones = fields.told(16, 4)
    return ZonedCharacteristics(tuple(sorted(doubts)), fields.flag(4, 0), None if zones == 0xFFFFFFFF else zones)
