"""CID and CSD of MMC and SD cards (JESD84-B51 sections 7.2 and 7.3, SD Physical Layer 6.00 sections 5.2 and 5.3).

Both are 128 bits, the first byte the most significant. Host controllers may swallow the last byte with its CRC and give 0 instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.fields import is_blank, is_plain, plain_text

_KIBI = 1024


@unique
class MmcDoubt(StrEnum):
    """What can't be believed in a register of a card."""

    BLANK = "blank"
    LENGTH = "length"  # not as long as the register is
    CRC = "crc"
    TEXT_NOT_ASCII = "text-not-ascii"
    RESERVED_VALUE = "reserved-value"


@dataclass(frozen=True)
class Cid:
    """Who made the card. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[MmcDoubt, ...]
    manufacturer: int | None
    oem: str | None  # hexadecimal digits: 2 of MMC, 4 of SD
    product: str | None
    revision: str | None
    serial: str | None  # 8 hexadecimal digits


def mmc_cid(data: bytes) -> Cid:
    """Reads the CID of an MMC card: MID 127:120, OID 111:104, PNM 103:56, PRV 55:48, PSN 47:16."""
    return _cid(data, oem=(2, 3), product=(3, 9), revision=9, serial=(10, 14))


def sd_cid(data: bytes) -> Cid:
    """Reads the CID of an SD card: MID 127:120, OID 119:104, PNM 103:64, PRV 63:56, PSN 55:24."""
    return _cid(data, oem=(1, 3), product=(3, 8), revision=8, serial=(9, 13))


def _cid(data: bytes, *, oem: tuple[int, int], product: tuple[int, int], revision: int, serial: tuple[int, int]) -> Cid:
    doubts = _register_doubts(data)
    if doubts:
        return Cid(tuple(doubts), None, None, None, None, None)
    name = data[slice(*product)]
    if not is_plain(name):
        doubts.append(MmcDoubt.TEXT_NOT_ASCII)
    number = data[slice(*serial)]
    return Cid(
        doubts=tuple(doubts),
        manufacturer=data[0],
        oem=data[slice(*oem)].hex(),
        product=plain_text(name),
        revision=f"{data[revision] >> 4}.{data[revision] & 0xF}",
        serial=None if is_blank(number) else number.hex(),
    )


@dataclass(frozen=True)
class Csd:
    """What the card offers. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[MmcDoubt, ...]
    capacity: int | None  # bytes; None of an MMC card above 2 GB too: SEC_COUNT of EXT_CSD has it
    erase: bool | None  # command class 5
    erase_group: int | None  # bytes, of MMC cards
    permanent_write_protect: bool | None
    temporary_write_protect: bool | None


def mmc_csd(data: bytes) -> Csd:
    """Reads the CSD of an MMC card."""
    doubts = _register_doubts(data)
    number = int.from_bytes(data, "big")
    if doubts:
        return _no_csd(doubts)
    length = 1 << _bits(number, 83, 80)  # READ_BL_LEN
    size = _bits(number, 73, 62)  # C_SIZE; FFFh: more than 2 GB
    capacity = None if size == 0xFFF else (size + 1 << _bits(number, 49, 47) + 2) * length
    # ERASE_GRP_SIZE and ERASE_GRP_MULT, in write blocks (WRITE_BL_LEN)
    group = (_bits(number, 46, 42) + 1) * (_bits(number, 41, 37) + 1) << _bits(number, 25, 22)
    return Csd((), capacity, *_protection(number, group))


def sd_csd(data: bytes) -> Csd:
    """Reads the CSD of an SD card, version 1 (up to 2 GB), 2 (SDHC, SDXC) or 3 (SDUC)."""
    doubts = _register_doubts(data)
    number = int.from_bytes(data, "big")
    version = _bits(number, 127, 126) if not doubts else None
    if version == 3:
        doubts.append(MmcDoubt.RESERVED_VALUE)
    if doubts:
        return _no_csd(doubts)
    if version == 0:
        capacity = (_bits(number, 73, 62) + 1 << _bits(number, 49, 47) + 2) << _bits(number, 83, 80)
    else:
        capacity = (_bits(number, 69 if version == 1 else 75, 48) + 1) * 512 * _KIBI
    return Csd((), capacity, *_protection(number, None))


def _protection(number: int, group: int | None) -> tuple[bool, int | None, bool, bool]:
    # CCC 95:84; PERM_WRITE_PROTECT 13; TMP_WRITE_PROTECT 12
    return bool(_bits(number, 84 + 5, 84 + 5)), group, bool(_bits(number, 13, 13)), bool(_bits(number, 12, 12))


def _no_csd(doubts: list[MmcDoubt]) -> Csd:
    return Csd(tuple(doubts), None, None, None, None, None)


def _bits(number: int, high: int, low: int) -> int:
    return number >> low & (1 << high - low + 1) - 1


def _register_doubts(data: bytes) -> list[MmcDoubt]:
    if len(data) != 16:
        return [MmcDoubt.LENGTH]
    if is_blank(data):
        return [MmcDoubt.BLANK]
    # bit 0 is always 1: where it is 0, the controller kept the CRC for itself
    return [MmcDoubt.CRC] if data[15] & 1 and data[15] >> 1 != crc7(data[:15]) else []


def crc7(data: bytes) -> int:
    """The CRC7 of commands and registers (JESD84-B51 section 8): x^7 + x^3 + 1, from 0, the most significant bit first."""
    remainder = 0
    for byte in data:
        for bit in range(7, -1, -1):
            carry = remainder >> 6 ^ byte >> bit & 1
            remainder = remainder << 1 & 0x7F ^ (0x09 if carry else 0)
    return remainder


@dataclass(frozen=True)
class SdStatus:
    """SD_STATUS, the answer to ACMD13. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[MmcDoubt, ...]
    discard: bool | None  # DISCARD_SUPPORT, bit 313: the kernel then discards where it says that it erases
    full_erase: bool | None  # FULE_SUPPORT, bit 312


def sd_status(data: bytes) -> SdStatus:
    """Reads SD_STATUS (SD Physical Layer 6.00 section 4.10.2), 512 bits. All zeros is an honest card of an old version."""
    if len(data) != 64 or not data.strip(b"\xff"):
        return SdStatus((MmcDoubt.LENGTH if len(data) != 64 else MmcDoubt.BLANK,), None, None)
    number = int.from_bytes(data, "big")
    return SdStatus((), bool(_bits(number, 313, 313)), bool(_bits(number, 312, 312)))
