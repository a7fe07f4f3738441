"""The Device Statistics log (04h; ACS-4 section 9.5): health in numbers whose meaning a standard fixes, unlike SMART's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.ata_logs import header_fits
from erase.commands.ata_words import has


@unique
class AtaStatistic(StrEnum):
    """Those that matter here."""

    POWER_ON_RESETS = "power-on-resets"
    POWER_ON_HOURS = "power-on-hours"
    SECTORS_WRITTEN = "sectors-written"  # logical sectors
    SECTORS_READ = "sectors-read"
    PENDING_ERRORS = "pending-errors"
    REALLOCATED_SECTORS = "reallocated-sectors"
    REALLOCATION_CANDIDATES = "reallocation-candidates"
    REPORTED_UNCORRECTABLE = "reported-uncorrectable"
    TEMPERATURE = "temperature"  # °C
    HIGHEST_TEMPERATURE = "highest-temperature"
    INTERFACE_CRC_ERRORS = "interface-crc-errors"
    PERCENTAGE_USED = "percentage-used"  # of the flash's endurance; may exceed 100


# page: (offset in the page, bytes, signed) of each statistic (ACS-4 section 9.5, one table for each page)
_PLACES: dict[int, dict[AtaStatistic, tuple[int, int, bool]]] = {
    0x01: {
        AtaStatistic.POWER_ON_RESETS: (0x08, 4, False),
        AtaStatistic.POWER_ON_HOURS: (0x10, 4, False),
        AtaStatistic.SECTORS_WRITTEN: (0x18, 6, False),
        AtaStatistic.SECTORS_READ: (0x28, 6, False),
        AtaStatistic.PENDING_ERRORS: (0x40, 4, False),
    },
    0x03: {
        AtaStatistic.REALLOCATED_SECTORS: (0x20, 4, False),
        AtaStatistic.REALLOCATION_CANDIDATES: (0x38, 4, False),
    },
    0x04: {AtaStatistic.REPORTED_UNCORRECTABLE: (0x08, 4, False)},
    0x05: {AtaStatistic.TEMPERATURE: (0x08, 1, True), AtaStatistic.HIGHEST_TEMPERATURE: (0x20, 1, True)},
    0x06: {AtaStatistic.INTERFACE_CRC_ERRORS: (0x18, 4, False)},
    0x07: {AtaStatistic.PERCENTAGE_USED: (0x08, 1, False)},
}
STATISTICS_PAGES = tuple(_PLACES)


@dataclass(frozen=True)
class StatisticsPage:
    """What one page told. A statistic that the drive doesn't keep, or doesn't know now, is not in it."""

    page: int
    values: tuple[tuple[AtaStatistic, int], ...]

    def value(self, statistic: AtaStatistic) -> int | None:
        """One value; None where it is not told."""
        return dict(self.values).get(statistic)


def parse_statistics(data: bytes) -> StatisticsPage | None:
    """One page of log 04h; None where it is none of :data:`STATISTICS_PAGES`. Total.

    Byte 7 of each qword has the flags: bit 7 supported, bit 6 valid (ACS-4 section 9.5).
    """
    page = data[2] if len(data) > 2 else 0
    places = _PLACES.get(page)
    if places is None or not header_fits(data, page):
        return None
    values = (
        (statistic, int.from_bytes(data[offset : offset + length], "little", signed=signed))
        for statistic, (offset, length, signed) in places.items()
        if has(data[offset + 7], 7) and has(data[offset + 7], 6)
    )
    return StatisticsPage(page, tuple(values))
