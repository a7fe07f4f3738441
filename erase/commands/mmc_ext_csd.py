"""EXT_CSD of an eMMC (JESD84-B51 section 7.4): its areas, what it can erase, how it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import Fields, is_blank, member
from erase.commands.mmc_registers import MmcDoubt

SIZE = 512
_UNIT = 128 * 1024  # boot and RPMB areas come in units of 128 KiB
_GROUP = 512 * 1024  # and erase groups in units of 512 KiB


@unique
class RemovalType(StrEnum):
    """SECURE_REMOVAL_TYPE [16], bits 3:0: how the card removes data in secure operations and sanitize, by bit."""

    ERASE = "erase"  # an erase of the physical memory
    OVERWRITE_AND_ERASE = "overwrite-and-erase"
    OVERWRITE_THREE_TIMES = "overwrite-three-times"  # a character, its complement, a random one
    VENDOR = "vendor"


@unique
class EndOfLife(IntEnum):
    """PRE_EOL_INFO [267]: of the reserved blocks."""

    NORMAL = 1
    WARNING = 2  # 80 per cent are used up
    URGENT = 3


@dataclass(frozen=True)
class ExtCsd:
    """None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[MmcDoubt, ...]
    revision: int | None  # EXT_CSD_REV [192]: 5 of eMMC 4.41, 6 of 4.5, 7 of 5.0, 8 of 5.1
    user_size: int | None  # bytes, SEC_COUNT [215:212]; 0 of cards up to 2 GB, which tell in CSD
    boot_size: int | None  # bytes of each of the two boot areas, BOOT_SIZE_MULT [226]; 0: none
    rpmb_size: int | None  # bytes, RPMB_SIZE_MULT [168]; 0: none
    general_purpose_sizes: tuple[int, ...]  # bytes of the areas 1 to 4, GP_SIZE_MULT [154:143]; 0: not made; (): can't be told
    partitioning: bool | None  # PARTITIONING_SUPPORT [160] bit 0
    partitions_made: bool | None  # PARTITION_SETTING_COMPLETED [155]
    partition_config: int | None  # PARTITION_CONFIG [179], whole
    secure_erase: bool | None  # SEC_FEATURE_SUPPORT [231] bit 0
    secure_bad_blocks: bool | None  # bit 2: bad blocks are erased when they are retired
    trim: bool | None  # bit 4
    sanitize: bool | None  # bit 6
    erases_to_ones: bool | None  # ERASED_MEM_CONT [181]: erased memory reads 1s, else 0s
    high_capacity_groups: bool | None  # ERASE_GROUP_DEF [175]: the next two count, else CSD does
    erase_group: int | None  # bytes, HC_ERASE_GRP_SIZE [224]
    write_protect_group: int | None  # bytes, HC_WP_GRP_SIZE [221]
    erase_timeout: float | None  # seconds for a group, ERASE_TIMEOUT_MULT [223]
    secure_erase_timeout: float | None  # seconds for a group, with SEC_ERASE_MULT [230]
    trim_timeout: float | None  # seconds for a group, TRIM_MULT [232]
    switch_timeout: float | None  # seconds, GENERIC_CMD6_TIME [248]
    removal_types: tuple[RemovalType, ...]  # those that can be had
    removal_type: RemovalType | None  # the one in use, bits 5:4
    cache: bool | None  # CACHE_SIZE [252:249] is not 0
    cache_enabled: bool | None  # CACHE_CTRL [33]
    reliable_writes: bool | None  # WR_REL_PARAM [166] bit 2
    background_operations: bool | None  # BKOPS_SUPPORT [502]
    background_needed: int | None  # BKOPS_STATUS [246] bits 1:0; 3: critical
    boot_write_protect: int | None  # BOOT_WP_STATUS [174], whole: bits 1:0 of area 1, 3:2 of area 2
    user_write_protect: int | None  # USER_WP [171], whole
    life_used_a: int | None  # per cent at most, DEVICE_LIFE_TIME_EST_TYP_A [268]; 110: more than all of it
    life_used_b: int | None  # [269]
    end_of_life: EndOfLife | None
    firmware: str | None  # hexadecimal digits, FIRMWARE_VERSION [261:254]


def ext_csd(data: bytes) -> ExtCsd:
    """Reads EXT_CSD. Anything but 512 bytes is none; what is not to be believed offers nothing."""
    doubts: set[MmcDoubt] = set()
    if len(data) != SIZE:
        doubts.add(MmcDoubt.LENGTH)
    elif is_blank(data):
        doubts.add(MmcDoubt.BLANK)
    fields = Fields(b"" if doubts else data, "little")
    revision = fields.number(192)
    secure = _features(fields, doubts)
    sectors = fields.number(212, 4)
    erase_unit, protect_unit = fields.told(224, 1), fields.told(221, 1)
    erase_group = None if erase_unit is None else erase_unit * _GROUP
    protect_group = None if erase_group is None or protect_unit is None else protect_unit * erase_group
    erase_time = _scaled(fields.told(223, 1), 0.3)
    secure_factor = fields.told(230, 1)
    cache = fields.number(249, 4)
    removal = fields.bits(16, 5, 4)
    types = fields.bits(16, 3, 0) or 0
    firmware = fields.raw(254, 8)
    life_a, life_b = (_life(fields.told(place, 1), doubts) for place in (268, 269))
    end_of_life = member(EndOfLife, fields.number(267))
    if end_of_life is None and fields.told(267, 1):
        doubts.add(MmcDoubt.RESERVED_VALUE)
    return ExtCsd(
        doubts=tuple(sorted(doubts)),
        revision=revision,
        user_size=None if sectors is None else sectors * 512,
        boot_size=_sized(fields.number(226), _UNIT),
        rpmb_size=_sized(fields.number(168), _UNIT),
        general_purpose_sizes=_general_purpose(fields, protect_group),
        partitioning=fields.flag(160, 0),
        partitions_made=fields.flag(155, 0),
        partition_config=fields.number(179),
        secure_erase=secure.flag(0, 0),
        secure_bad_blocks=secure.flag(0, 2),
        trim=secure.flag(0, 4),
        sanitize=secure.flag(0, 6),
        erases_to_ones=fields.flag(181, 0),
        high_capacity_groups=fields.flag(175, 0),
        erase_group=erase_group,
        write_protect_group=protect_group,
        erase_timeout=erase_time,
        secure_erase_timeout=None if erase_time is None or secure_factor is None else erase_time * secure_factor,
        trim_timeout=_scaled(fields.told(232, 1), 0.3),
        switch_timeout=_scaled(fields.told(248, 1), 0.01),
        removal_types=tuple(one for bit, one in enumerate(RemovalType) if types >> bit & 1),
        removal_type=None if removal is None or not types >> removal & 1 else tuple(RemovalType)[removal],
        cache=None if cache is None else cache > 0,
        cache_enabled=fields.flag(33, 0),
        reliable_writes=fields.flag(166, 2),
        background_operations=fields.flag(502, 0),
        background_needed=fields.bits(246, 1, 0),
        boot_write_protect=fields.number(174),
        user_write_protect=fields.number(171),
        life_used_a=life_a,
        life_used_b=life_b,
        end_of_life=end_of_life,
        firmware=None if firmware is None or is_blank(firmware) else firmware.hex(),
    )


def _features(fields: Fields, doubts: set[MmcDoubt]) -> Fields:
    """SEC_FEATURE_SUPPORT alone, or nothing where it has bits that the card's revision doesn't know."""
    secure, revision = fields.number(231), fields.number(192)
    if secure is None or revision is None:
        return Fields(b"", "little")
    # bits 1, 3, 5 and 7 are reserved; sanitize came with eMMC 4.5, EXT_CSD revision 6
    if secure & 0xAA or (secure & 0x40 and revision < 6):
        doubts.add(MmcDoubt.RESERVED_VALUE)
        return Fields(b"", "little")
    return Fields(bytes([secure]), "little")


def _sized(count: int | None, unit: int) -> int | None:
    return None if count is None else count * unit


def _scaled(count: int | None, seconds: float) -> float | None:
    return None if count is None else count * seconds


def _general_purpose(fields: Fields, unit: int | None) -> tuple[int, ...]:
    # each in units of a write protect group: without that unit no size can be told
    counts = [fields.number(place, 3) for place in (143, 146, 149, 152)]
    if None in counts or (unit is None and any(counts)):
        return ()
    return tuple((count or 0) * (unit or 0) for count in counts)


def _life(code: int | None, doubts: set[MmcDoubt]) -> int | None:
    # 01h: up to 10 per cent used, ... 0Ah: up to 100, 0Bh: more
    if code is None or code <= 0x0B:
        return None if code is None else code * 10
    doubts.add(MmcDoubt.RESERVED_VALUE)
    return None
