"""An ATA drive's health: its statistics, SMART, and its own verdict."""

from __future__ import annotations

from erase.commands import ata, ata_logs, ata_smart
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_identify import AtaIdentify
from erase.commands.ata_statistics import AtaStatistic, StatisticsPage, parse_statistics
from erase.drive.report import Health, HealthVerdict, Part, WhyUnseen
from erase.probe.asking.ata_line import AtaLine, has_log

_VERDICTS = {
    ata_smart.SmartHealth.PASSED: HealthVerdict.PASSED,
    ata_smart.SmartHealth.THRESHOLD_EXCEEDED: HealthVerdict.FAILING,
    ata_smart.SmartHealth.UNKNOWN: HealthVerdict.UNKNOWN,
}
_COLDEST, _HOTTEST = -60, 150  # °C; what a disk tells beyond is no temperature
_STATISTICS = (0x01, 0x03, 0x05, 0x07)  # general, rotating media, temperature, solid state (ACS-4 table 213)


def health_of(line: AtaLine, identify: AtaIdentify, directory: tuple[int, ...]) -> Health:
    """What its counters say. ``directory``: pages of each log by its address."""
    pages = [_statistics(line, page) for page in _STATISTICS] if has_log(directory, ata_logs.LOG_DEVICE_STATISTICS) else []
    smart = _smart(line, identify)
    celsius = _told(pages, AtaStatistic.TEMPERATURE)
    if celsius is not None and not _COLDEST <= celsius <= _HOTTEST:
        celsius = None
    return Health(
        verdict=_verdict(line, identify),
        # of two who count the one that counts more
        reallocated=_most(_told(pages, AtaStatistic.REALLOCATED_SECTORS), smart.reallocated if smart else None),
        pending=_most(_told(pages, AtaStatistic.PENDING_ERRORS), smart.pending if smart else None),
        media_errors=smart.uncorrectable if smart else None,
        percent_used=_told(pages, AtaStatistic.PERCENTAGE_USED),
        celsius=_first(celsius, smart.temperature if smart else None),
        power_on_hours=_told(pages, AtaStatistic.POWER_ON_HOURS),
    )


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _most(*values: int | None) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _told(pages: list[StatisticsPage | None], statistic: AtaStatistic) -> int | None:
    return _first(*(page.value(statistic) for page in pages if page is not None))


def _statistics(line: AtaLine, page: int) -> StatisticsPage | None:
    # a drive without flash has no page 07h: whoever has no such page says no, and that tells nothing bad of it
    answer = line.ask(Part.STATISTICS, ata.read_log(ata_logs.LOG_DEVICE_STATISTICS, page))
    return parse_statistics(answer.data) if answer is not None else None


def _smart(line: AtaLine, identify: AtaIdentify) -> ata_smart.SmartData | None:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return None
    data = line.data(Part.SMART, ata_smart.smart_read_data())
    if data is None:
        return None
    smart = ata_smart.parse_smart_data(data)
    if smart is None:
        line.notes.doubt(Part.SMART, [AtaDoubt.WRONG_CHECKSUM])
    return smart


def _verdict(line: AtaLine, identify: AtaIdentify) -> HealthVerdict:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return HealthVerdict.UNKNOWN
    answer = line.answer(Part.SMART, ata_smart.smart_return_status())
    health = ata_smart.smart_health(answer) if answer is not None else ata_smart.SmartHealth.UNKNOWN
    if answer is not None and health is ata_smart.SmartHealth.UNKNOWN:
        line.notes.miss(Part.SMART, WhyUnseen.UNBELIEVABLE)
    return _VERDICTS[health]
