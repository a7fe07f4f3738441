"""Logs of the general purpose log space (ACS-4 section 9): the directory and the Identify Device Data log (30h).

A page that is not what its header says, or is not there, gives None. Each qword beside the header vouches for itself with bit 63.
"""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.ata_security_state import EraseTime, erase_time
from erase.commands.ata_words import SECTOR, has, words_of

LOG_DIRECTORY = 0x00
LOG_DEVICE_STATISTICS = 0x04
LOG_IDENTIFY_DEVICE_DATA = 0x30

PAGE_SUPPORTED = 0x00
PAGE_CAPACITY = 0x02
PAGE_CAPABILITIES = 0x03
PAGE_CURRENT_SETTINGS = 0x04
PAGE_SECURITY = 0x06


@dataclass(frozen=True)
class LogDirectory:
    """How many pages of 512 bytes each log has; 0: there is no such log."""

    pages: tuple[int, ...]  # 256 numbers, by log address


def parse_log_directory(data: bytes) -> LogDirectory | None:
    """Log 00h (ACS-4 clause 9): words 1 to 255 are the sizes of logs 01h to FFh, word 0 is version 0001h. Total."""
    words = words_of(data)
    if len(data) != SECTOR or words[0] != 0x0001:
        return None
    return LogDirectory((1, *words[1:]))


def _qword(data: bytes, index: int) -> int:
    return int.from_bytes(data[8 * index : 8 * index + 8], "little")


def header_fits(data: bytes, page: int) -> bool:
    """Whether 512 bytes are this page: revision 0001h or later in bits 15:0 of the header, its number in bits 23:16."""
    return len(data) == SECTOR and data[2] == page and _qword(data, 0) & 0xFFFF not in (0x0000, 0xFFFF)


def _valid(data: bytes, index: int) -> int:
    """A qword, or 0 where its bit 63 doesn't vouch for it."""
    value = _qword(data, index)
    return value if has(value, 63) and value != 0xFFFFFFFFFFFFFFFF else 0


def _page(data: bytes, page: int) -> bool:
    return header_fits(data, page) and _valid(data, 0) != 0


def parse_supported_pages(data: bytes) -> frozenset[int] | None:
    """Page 00h of logs 30h and 04h (ACS-4 sections 9.11 and 9.5): byte 8 counts the page numbers that follow. Total."""
    if not header_fits(data, PAGE_SUPPORTED) or data[8] == 0:
        return None
    return frozenset(data[9 : 9 + data[8]])


def parse_capacity(data: bytes) -> int | None:
    """Page 02h of log 30h (ACS-4 section 9.11): user addressable logical sectors; None where it doesn't tell. Total."""
    return (_valid(data, 1) & 0xFFFFFFFFFFFF or None) if _page(data, PAGE_CAPACITY) else None


@dataclass(frozen=True)
class LogCapabilities:
    """Page 03h (ACS-4 section 9.11), as far as IDENTIFY doesn't say it. False: not supported, or not told."""

    definitive_ending_pattern: bool  # OVERWRITE EXT can end with the pattern itself
    accessible_max_address: bool
    deterministic_trim: bool
    zeroes_trim: bool
    zone_commands: bool  # any command of ZAC: host-managed where IDENTIFY says 'not reported'


def parse_capabilities(data: bytes) -> LogCapabilities | None:
    """Page 03h of log 30h. Total."""
    if not _page(data, PAGE_CAPABILITIES):
        return None
    supported, zones = _valid(data, 1), _valid(data, 14)
    return LogCapabilities(
        definitive_ending_pattern=has(supported, 51),
        accessible_max_address=has(supported, 41),
        deterministic_trim=has(supported, 39),
        zeroes_trim=has(supported, 31),
        zone_commands=bool(zones & 0b11111),
    )


@dataclass(frozen=True)
class LogSettings:
    """Page 04h (ACS-4 section 9.11). None: not told."""

    write_cache_enabled: bool | None
    smart_enabled: bool | None


def parse_current_settings(data: bytes) -> LogSettings | None:
    """Page 04h of log 30h. Total."""
    if not _page(data, PAGE_CURRENT_SETTINGS):
        return None
    settings = _valid(data, 1)
    return LogSettings(has(settings, 13), has(settings, 6)) if settings else LogSettings(None, None)


@dataclass(frozen=True)
class LogSecurity:
    """Page 06h (ACS-4 section 9.11). False: not supported, or not told."""

    master_identifier: int | None  # None: not supported
    enhanced_time: EraseTime
    normal_time: EraseTime
    trusted_computing: bool
    restricted_sanitize_overrides_security: bool  # a sanitize with restricted exit is taken although the drive is locked
    sanitize: bool
    crypto_scramble: bool
    overwrite: bool
    block_erase: bool
    antifreeze: bool
    encrypts_all: bool


def parse_security(data: bytes) -> LogSecurity | None:
    """Page 06h of log 30h. Total."""
    if not _page(data, PAGE_SECURITY):
        return None
    identifier, capabilities = _valid(data, 1) & 0xFFFF, _valid(data, 6)
    sanitize = has(capabilities, 1)
    return LogSecurity(
        master_identifier=identifier if identifier not in (0x0000, 0xFFFF) else None,
        enhanced_time=erase_time(_valid(data, 3) & 0xFFFF),
        normal_time=erase_time(_valid(data, 4) & 0xFFFF),
        trusted_computing=has(_valid(data, 5), 0),
        restricted_sanitize_overrides_security=has(capabilities, 7),
        sanitize=sanitize,
        crypto_scramble=sanitize and has(capabilities, 2),
        overwrite=sanitize and has(capabilities, 3),
        block_erase=sanitize and has(capabilities, 4),
        antifreeze=sanitize and has(capabilities, 5),
        encrypts_all=has(capabilities, 0),
    )
