"""CID, CSD and Extended CSD (JESD84-B51 sections 7.2 to 7.4)."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB = 1024, 1 << 20
SECTOR = 512

# Extended CSD, byte numbers
SECURE_REMOVAL_TYPE, FLUSH_CACHE, CACHE_CTRL, GP_SIZE_MULT, PARTITION_SETTING_COMPLETED, PARTITIONING_SUPPORT = 16, 32, 33, 143, 155, 160
SANITIZE_START, RPMB_SIZE_MULT, USER_WP, BOOT_WP, ERASE_GROUP_DEF, PARTITION_CONFIG, ERASED_MEM_CONT = 165, 168, 171, 173, 175, 179, 181
EXT_CSD_REV, CSD_STRUCTURE, DEVICE_TYPE, SEC_COUNT = 192, 194, 196, 212
HC_WP_GRP_SIZE, ERASE_TIMEOUT_MULT, HC_ERASE_GRP_SIZE = 221, 223, 224
BOOT_SIZE_MULT, SEC_TRIM_MULT, SEC_ERASE_MULT, SEC_FEATURE_SUPPORT, TRIM_MULT, CACHE_SIZE = 226, 229, 230, 231, 232, 249
FIRMWARE_VERSION, PRE_EOL_INFO, LIFE_TIME_A, LIFE_TIME_B, S_CMD_SET = 254, 267, 268, 269, 504

SECURE_ER_EN, SEC_GB_CL_EN, SEC_SANITIZE = 1 << 0, 1 << 4, 1 << 6  # SEC_FEATURE_SUPPORT

# what SWITCH may write here; everything else is read only to it (section 6.6.1)
WRITABLE = frozenset({FLUSH_CACHE, CACHE_CTRL, SANITIZE_START, USER_WP, BOOT_WP, ERASE_GROUP_DEF, PARTITION_CONFIG, 162, 163, 183, 185})
# of these, power loss brings the default back (types R/W/E_P, R/W/C_P, W/E_P)
VOLATILE = frozenset({FLUSH_CACHE, CACHE_CTRL, SANITIZE_START, ERASE_GROUP_DEF, 183, 185})


@dataclass(frozen=True)
class Layout:
    """The device as it left the factory. Sizes in bytes."""

    name: str = "HAIKI1"  # PNM, six characters
    serial: int = 0x12345678  # PSN
    user: int = 8 * MIB
    boot: int = 128 * KIB  # of each of the two, a multiple of 128 KiB
    general: tuple[int, ...] = (MIB,)  # up to four GP partitions, multiples of 512 KiB
    rpmb: int = 128 * KIB
    low_capacity_group: int = 64 * KIB  # erase group size while ERASE_GROUP_DEF is 0
    erased_byte: int = 0x00  # what ERASED_MEM_CONT says
    security: int = SECURE_ER_EN | SEC_GB_CL_EN | SEC_SANITIZE
    cache: int = 256 * KIB
    busy_seconds: float = 1.0  # of an erase
    sanitize_seconds: float = 20.0


HIGH_CAPACITY_GROUP = 512 * KIB  # HC_ERASE_GRP_SIZE 1


def crc7(data: bytes) -> int:
    """The checksum at the end of CID and CSD, polynomial x^7 + x^3 + 1 (section 8.2.1)."""
    crc = 0
    for byte in data:
        for bit in range(7, -1, -1):
            crc = crc << 1 ^ (0x09 if (crc >> 6 ^ byte >> bit) & 1 else 0)
            crc &= 0x7F
    return crc


def _words(fields: list[tuple[int, int, int]]) -> tuple[int, int, int, int]:
    """(highest bit, lowest bit, value) to four words, most significant first, with checksum and stop bit."""
    number = 0
    for high, low, value in fields:
        if value >> (high - low + 1):
            raise ValueError(f"{value:#x} does not fit bits {high}:{low}")
        number |= value << low
    raw = number.to_bytes(16, "big")
    raw = raw[:15] + bytes([crc7(raw[:15]) << 1 | 1])
    return tuple(int.from_bytes(raw[each : each + 4], "big") for each in (0, 4, 8, 12))  # type: ignore[return-value]


def cid(layout: Layout) -> tuple[int, int, int, int]:
    """MID 15h, embedded (CBX 01b), OID 00h, product name, revision 1.0, serial number, made 11/2013 (section 7.2)."""
    name = int.from_bytes(layout.name.encode("ascii").ljust(6), "big")
    return _words([(127, 120, 0x15), (113, 112, 1), (103, 56, name), (55, 48, 0x10), (47, 16, layout.serial), (15, 8, 0xB0)])


def csd(layout: Layout) -> tuple[int, int, int, int]:
    """CSD_STRUCTURE 3 (see EXT_CSD), SPEC_VERS 4, C_SIZE FFFh (see SEC_COUNT), erase groups of 32 blocks times ERASE_GRP_MULT + 1."""
    mult = layout.low_capacity_group // (32 * SECTOR) - 1
    return _words(
        [
            (127, 126, 3),
            (125, 122, 4),
            (119, 112, 0x4F),  # TAAC
            (103, 96, 0x32),  # TRAN_SPEED 26 MHz
            (95, 84, 0x0F5),  # CCC: classes 0, 2, 4, 5, 6, 7
            (83, 80, 9),  # READ_BL_LEN
            (73, 62, 0xFFF),
            (46, 42, 31),  # ERASE_GRP_SIZE
            (41, 37, mult),
            (31, 31, 1),  # WP_GRP_ENABLE
            (25, 22, 9),  # WRITE_BL_LEN
        ]
    )


def ext_csd(layout: Layout) -> bytearray:
    """The 512 bytes after power-on."""
    data = bytearray(512)
    data[SECURE_REMOVAL_TYPE] = 0x01
    for index, size in enumerate(layout.general):
        data[GP_SIZE_MULT + 3 * index : GP_SIZE_MULT + 3 * index + 3] = (size // HIGH_CAPACITY_GROUP).to_bytes(3, "little")
    data[PARTITION_SETTING_COMPLETED] = 0x01 if layout.general else 0x00
    data[PARTITIONING_SUPPORT] = 0x07
    data[RPMB_SIZE_MULT] = layout.rpmb // (128 * KIB)
    data[ERASED_MEM_CONT] = 0x01 if layout.erased_byte else 0x00
    data[EXT_CSD_REV] = 8  # 5.1
    data[CSD_STRUCTURE] = 2
    data[DEVICE_TYPE] = 0x57
    data[SEC_COUNT : SEC_COUNT + 4] = (layout.user // SECTOR).to_bytes(4, "little")
    data[HC_WP_GRP_SIZE] = 1
    data[ERASE_TIMEOUT_MULT] = 1  # times 300 ms
    data[HC_ERASE_GRP_SIZE] = 1  # times 512 KiB
    data[BOOT_SIZE_MULT] = layout.boot // (128 * KIB)
    data[SEC_TRIM_MULT], data[SEC_ERASE_MULT], data[TRIM_MULT] = 17, 27, 2
    data[SEC_FEATURE_SUPPORT] = layout.security
    data[CACHE_SIZE : CACHE_SIZE + 4] = (layout.cache * 8 // KIB).to_bytes(4, "little")  # kilobits
    data[FIRMWARE_VERSION : FIRMWARE_VERSION + 8] = b"HAIKI1\0\0"
    data[PRE_EOL_INFO], data[LIFE_TIME_A], data[LIFE_TIME_B], data[S_CMD_SET] = 1, 1, 1, 1
    return data
