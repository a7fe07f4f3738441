"""Ordinary ATA commands (ACS-4 clause 7, where they stand by name). Each builder gives one command; nothing is sent here.

COUNT of a command that transfers data is the number of 512-byte blocks, also where the standard has 'N/A' for it: a SATL takes
the transfer length from there (SAT-5, ATA PASS-THROUGH, T_LENGTH).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, unique

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_words import SECTOR
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol

_MOST_PAGES = 0xFFFF
_RANGES_PER_BLOCK = SECTOR // 8
MOST_RANGE = 0xFFFF  # sectors in one range of DATA SET MANAGEMENT


def _within(value: int, most: int, what: str) -> int:
    if not 0 <= value <= most:
        raise ValueError(f"{what} {value} is not within 0 to {most}")
    return value


def lba28(value: int) -> int:
    """``value`` as an address of 28 bits. Raises ValueError where it doesn't fit."""
    return _within(value, 0x0FFFFFFF, "LBA")


def lba48(value: int) -> int:
    """``value`` as an address of 48 bits. Raises ValueError where it doesn't fit."""
    return _within(value, 0xFFFFFFFFFFFF, "LBA")


def identify_device() -> AtaCommand:
    """IDENTIFY DEVICE: 512 bytes for :func:`erase.commands.ata_identify.parse_identify`."""
    return AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=SECTOR)


def identify_packet_device() -> AtaCommand:
    """IDENTIFY PACKET DEVICE: aborted by everything but optical drives and tapes."""
    return AtaCommand("IDENTIFY PACKET DEVICE", 0xA1, AtaProtocol.PIO_IN, count=1, data_in=SECTOR)


def read_log(address: int, page: int = 0, *, pages: int = 1, dma: bool = False) -> AtaCommand:
    """READ LOG EXT or READ LOG DMA EXT: ``pages`` pages of 512 bytes from ``page`` on."""
    _within(pages - 1, _MOST_PAGES - 1, "pages less one")
    _within(page, _MOST_PAGES, "page")
    # LBA 7:0 is the log address, 15:8 and 39:32 are the low and high byte of the page number
    lba = _within(address, 0xFF, "log address") | (page & 0xFF) << 8 | (page >> 8) << 32
    protocol = AtaProtocol.DMA_IN if dma else AtaProtocol.PIO_IN
    name, command = ("READ LOG DMA EXT", 0x47) if dma else ("READ LOG EXT", 0x2F)
    return AtaCommand(name, command, protocol, extended=True, count=pages, lba=lba, data_in=pages * SECTOR)


def set_write_cache(*, enabled: bool) -> AtaCommand:
    """SET FEATURES, enable or disable the volatile write cache. Disabling writes the cache to the medium first."""
    name = "SET FEATURES (ENABLE WRITE CACHE)" if enabled else "SET FEATURES (DISABLE WRITE CACHE)"
    return AtaCommand(name, 0xEF, AtaProtocol.NON_DATA, feature=0x02 if enabled else 0x82)


def flush_cache(*, extended: bool) -> AtaCommand:
    """FLUSH CACHE or FLUSH CACHE EXT."""
    if extended:
        return AtaCommand("FLUSH CACHE EXT", 0xEA, AtaProtocol.NON_DATA, extended=True)
    return AtaCommand("FLUSH CACHE", 0xE7, AtaProtocol.NON_DATA)


def read_verify(lba: int, sectors: int, *, extended: bool) -> AtaCommand:
    """READ VERIFY SECTOR(S) or its EXT form: the drive reads, and keeps the data."""
    most = 0x10000 if extended else 0x100
    _within(sectors - 1, most - 1, "sectors less one")
    if extended:  # COUNT 0 stands for 65 536 sectors
        return AtaCommand("READ VERIFY SECTOR(S) EXT", 0x42, AtaProtocol.NON_DATA, extended=True, count=sectors % most, lba=lba48(lba))
    return AtaCommand("READ VERIFY SECTOR(S)", 0x40, AtaProtocol.NON_DATA, count=sectors % most, lba=lba28(lba))


def standby_immediate() -> AtaCommand:
    """STANDBY IMMEDIATE: the cache is written and the spindle stops."""
    return AtaCommand("STANDBY IMMEDIATE", 0xE0, AtaProtocol.NON_DATA)


def idle_immediate() -> AtaCommand:
    """IDLE IMMEDIATE."""
    return AtaCommand("IDLE IMMEDIATE", 0xE1, AtaProtocol.NON_DATA)


def data_set_management_trim(ranges: Sequence[tuple[int, int]]) -> AtaCommand:
    """DATA SET MANAGEMENT with TRIM: ranges of (first LBA, 1 to 65 535 sectors)."""
    if not ranges:
        raise ValueError("no ranges")
    entries = b"".join((lba48(lba) | _range_length(count) << 48).to_bytes(8, "little") for lba, count in ranges)
    blocks = -(-len(ranges) // _RANGES_PER_BLOCK)
    _within(blocks, 0xFFFF, "blocks")
    return AtaCommand(
        "DATA SET MANAGEMENT (TRIM)",
        0x06,
        AtaProtocol.DMA_OUT,
        extended=True,
        feature=0x0001,
        count=blocks,
        data_out=entries.ljust(blocks * SECTOR, b"\0"),  # an entry with range length 0 is no range
    )


def _range_length(count: int) -> int:
    return _within(count - 1, MOST_RANGE - 1, "sectors less one") + 1


@unique
class PowerMode(IntEnum):
    """COUNT 7:0 after CHECK POWER MODE (ACS-4, CHECK POWER MODE, normal outputs). Further values belong to EPC drives."""

    STANDBY = 0x00
    STANDBY_Y = 0x01
    NV_CACHE_SPUN_DOWN = 0x40
    NV_CACHE_SPUN_UP = 0x41
    IDLE = 0x80
    IDLE_A = 0x81
    IDLE_B = 0x82
    IDLE_C = 0x83
    ACTIVE_OR_IDLE = 0xFF


_POWER_MODES = {mode.value: mode for mode in PowerMode}


def check_power_mode() -> AtaCommand:
    """CHECK POWER MODE: doesn't wake a sleeping disk."""
    return AtaCommand("CHECK POWER MODE", 0xE5, AtaProtocol.NON_DATA)


def power_mode(answer: AtaAnswer) -> PowerMode | None:
    """What CHECK POWER MODE was answered; None where that is not known."""
    if answer.registers is None or outcome_of(answer) is not AtaOutcome.COMPLETED:
        return None
    return _POWER_MODES.get(answer.registers.count & 0xFF)
