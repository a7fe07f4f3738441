"""An ATA drive's own word: IDENTIFY, hidden areas, security and sanitize state, health. Reading commands only."""

from __future__ import annotations

from collections.abc import Callable

from erase.commands import ata, ata_areas, ata_logs, ata_sanitize, ata_smart
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_features import AtaZoned
from erase.commands.ata_identify import AtaIdentify, parse_identify
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_statistics import AtaStatistic, StatisticsPage, parse_statistics
from erase.commands.ata_trusted import trusted_receive
from erase.commands.wire import AtaAnswer, AtaCommand
from erase.drive.facts import Identity, Source
from erase.drive.report import (
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    Locking,
    Presence,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.lines import Line, Notes, Told, Transport, silence
from erase.probe.asking.tcg import DISCOVERY_SIZE, LEVEL_0, SECURITY_PROTOCOL, locking_of
from erase.probe.cleaning import known, plain_name
from erase.probe.description import fact

AtaCarrier = Transport[AtaCommand, AtaAnswer]
_PROGRESS_WHOLE = 65536  # sanitize tells its progress in these parts (ACS-4 section 7.36.5.4)
_NONE = HiddenArea(Presence.NONE)
_VERDICTS = {
    ata_smart.SmartHealth.PASSED: HealthVerdict.PASSED,
    ata_smart.SmartHealth.THRESHOLD_EXCEEDED: HealthVerdict.FAILING,
    ata_smart.SmartHealth.UNKNOWN: HealthVerdict.UNKNOWN,
}
_STATISTICS = (0x01, 0x03, 0x05, 0x07)  # general, rotating media, temperature, solid state (ACS-4 table 213)


class _AtaLine(Line[AtaCommand, AtaAnswer]):
    def answer(self, part: str, command: AtaCommand) -> AtaAnswer | None:
        """The answer to a command that was carried out. None, and a note: it was not, or nobody knows."""
        answer = self.ask(part, command)
        if answer is None:
            return None
        outcome = outcome_of(answer)
        if outcome is AtaOutcome.COMPLETED:
            return answer
        if outcome is AtaOutcome.UNKNOWN and len(answer.data) == command.data_in > 0:
            return answer  # the registers got lost and the data did not: they speak for themselves
        self.notes.miss(part, WhyUnseen.REGISTERS_LOST if outcome is AtaOutcome.UNKNOWN else WhyUnseen.REFUSED)
        return None

    def data(self, part: str, command: AtaCommand) -> bytes | None:
        answer = self.answer(part, command)
        return answer.data if answer else None


def ask_ata(transport: AtaCarrier, way: Way, restrict: Callable[[Identity], tuple[AtaCarrier, bool]], *, trust_unchecked: bool) -> Told:
    """Everything that the drive tells.

    ``restrict`` gives the transport to go on with once the drive is known by name, and whether its native max address can be believed
    (hardware profiles). ``trust_unchecked``: whether IDENTIFY data without a checksum counts; behind a bridge they may be its invention.
    """
    notes = Notes()
    data = _AtaLine(transport, notes).data("identify", ata.identify_device())
    if data is None:
        return silence(way, notes)
    identify = parse_identify(data)
    notes.doubt("identify", sorted(identify.doubts))
    if not identify.believed or not (trust_unchecked or identify.checked):
        return silence(way, notes)
    identity = _identity(identify)
    known_transport, believes_native_max = restrict(identity)
    line = _AtaLine(known_transport, notes)
    directory = _directory(line, identify)
    zoning = _zoning(line, identify, directory)
    report = SelfReport(
        way=way,
        size=identify.capacity.size,
        rotation=identify.medium.rotation,
        hidden=_hidden(line, identify, believed=believes_native_max),
        security=_security(identify),
        sanitize=_sanitize(line, identify),
        locking=_locking(line, identify),
        encrypts=identify.medium.encrypts_all,
        health=_health(line, identify, directory),
        format=Format(
            identify.capacity.logical_sector,
            identify.capacity.physical_sector,
            metadata=0,
            protection=0,
            zoning=zoning,
            write_cache=identify.features.write_cache.enabled if identify.features.write_cache.supported else None,
        ),
        doubts=tuple(notes.doubts),
        unseen=tuple(notes.unseen.values()),
    )
    return Told(identity, report, hybrid=identify.medium.hybrid)


def _identity(identify: AtaIdentify) -> Identity:
    return Identity(
        model=fact(known(identify.model), Source.IDENTIFY),
        serial=fact(plain_name(identify.serial), Source.IDENTIFY),
        firmware=fact(known(identify.firmware), Source.IDENTIFY),
        wwn=fact(identify.wwn, Source.IDENTIFY),
    )


def _hidden(line: _AtaLine, identify: AtaIdentify, *, believed: bool) -> HiddenAreas:
    unknown = HiddenArea()
    features, sectors = identify.features, identify.capacity.sectors
    if not _tells_features(identify):
        # words 82 to 87 don't count: the feature sets may be there or not
        for part in ("hpa", "dco", "ama"):
            line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return HiddenAreas(unknown, unknown, unknown, HiddenArea(Presence.NOT_APPLICABLE))
    native: int | None = sectors
    hpa = ama = _NONE
    if features.hpa.supported:
        native = _native(line, "hpa", ata_areas.read_native_max_address(extended=features.lba48), believed=believed)
        hpa = _between(sectors, native)
    if features.accessible_max_address:
        native = _native(line, "ama", ata_areas.get_native_max_address(), believed=believed)
        ama = _between(sectors, native)
    dco = _overlay(line, native) if features.dco else _NONE
    return HiddenAreas(hpa, dco, ama, HiddenArea(Presence.NOT_APPLICABLE))


def _tells_features(identify: AtaIdentify) -> bool:
    return AtaDoubt.FEATURES_NOT_TOLD not in identify.doubts


def _native(line: _AtaLine, part: str, command: AtaCommand, *, believed: bool) -> int | None:
    """The number of sectors that there would be without the limit."""
    answer = line.answer(part, command)
    if answer is None:
        return None
    last = ata_areas.last_address(command, answer)
    if last is None:
        line.notes.miss(part, WhyUnseen.REGISTERS_LOST)
        return None
    if not believed:
        line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return None
    return last + 1


def _between(sectors: int | None, native: int | None) -> HiddenArea:
    """What a larger native capacity hides. A smaller one can't be true, so that nothing is known."""
    if sectors is None or native is None or native < sectors:
        return HiddenArea()
    return HiddenArea(Presence.PRESENT, native - sectors) if native > sectors else _NONE


def _overlay(line: _AtaLine, native: int | None) -> HiddenArea:
    data = line.data("dco", ata_areas.device_configuration_identify())
    if data is None:
        return HiddenArea()
    configuration = ata_areas.parse_device_configuration(data)
    if configuration is None:
        line.notes.doubt("dco", [AtaDoubt.WRONG_CHECKSUM])
        return HiddenArea()
    return _between(native, configuration.last_lba + 1)


def _security(identify: AtaIdentify) -> Security:
    found = identify.security
    if not _tells_features(identify):
        return Security(supported=None)
    return Security(
        supported=found.supported,
        enabled=found.enabled,
        locked=found.locked,
        frozen=found.frozen,
        count_expired=found.count_expired,
        enhanced_erase=found.enhanced_supported,
        maximum=found.master_maximum,
        master_identifier=found.master_identifier,
        erase_minutes=found.normal_time.minutes,
        enhanced_minutes=found.enhanced_time.minutes,
    )


def _sanitize(line: _AtaLine, identify: AtaIdentify) -> Sanitize:
    offers = identify.sanitize
    state, progress = _sanitize_state(line) if offers.supported else (SanitizeState.IDLE, None)
    return Sanitize(offers.block_erase, offers.overwrite, offers.crypto_scramble, offers.antifreeze, state, progress)


def _sanitize_state(line: _AtaLine) -> tuple[SanitizeState, int | None]:
    """Where the machine stands, and its progress in thousandths."""
    answer = line.ask("sanitize", ata_sanitize.sanitize_status())
    if answer is None:
        return SanitizeState.UNKNOWN, None
    status = ata_sanitize.sanitize_answer(answer)
    progress = None
    if status.reason is ata_sanitize.SanitizeReason.FAILED:
        state = SanitizeState.FAILED
    elif status.in_progress is None:
        refused = status.outcome in (AtaOutcome.ABORTED, AtaOutcome.FAILED, AtaOutcome.DEVICE_FAULT)
        line.notes.miss("sanitize", WhyUnseen.REFUSED if refused else WhyUnseen.REGISTERS_LOST)
        state = SanitizeState.UNKNOWN
    elif status.in_progress:
        state = SanitizeState.IN_PROGRESS
        progress = None if status.progress is None else status.progress * 1000 // _PROGRESS_WHOLE
    elif status.frozen:
        state = SanitizeState.FROZEN
    else:
        state = SanitizeState.SUCCEEDED if status.completed else SanitizeState.IDLE
    return state, progress


def _locking(line: _AtaLine, identify: AtaIdentify) -> Locking | None:
    if not identify.features.trusted_computing:
        return None
    data = line.data("locking", trusted_receive(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE // 512))
    return locking_of(data, line.notes) if data is not None else None


def _directory(line: _AtaLine, identify: AtaIdentify) -> tuple[int, ...]:
    """Pages of each general purpose log by its address; empty where there are none, or they can't be read."""
    if not identify.features.general_purpose_logging:
        return ()
    data = line.data("logs", ata.read_log(ata_logs.LOG_DIRECTORY))
    directory = ata_logs.parse_log_directory(data) if data is not None else None
    return directory.pages if directory else ()


def _has(directory: tuple[int, ...], address: int) -> bool:
    return address < len(directory) and directory[address] > 0


def _zoning(line: _AtaLine, identify: AtaIdentify, directory: tuple[int, ...]) -> Zoning:
    if identify.medium.zoned is AtaZoned.HOST_AWARE:
        return Zoning.HOST_AWARE
    if not _has(directory, ata_logs.LOG_IDENTIFY_DEVICE_DATA):
        # zones came with ZAC (2015), and ZAC demands the log
        return Zoning.NONE if directory or not identify.features.general_purpose_logging else Zoning.UNKNOWN
    supported = line.data("capabilities", ata.read_log(ata_logs.LOG_IDENTIFY_DEVICE_DATA, ata_logs.PAGE_SUPPORTED))
    pages = ata_logs.parse_supported_pages(supported) if supported is not None else None
    if pages is None:
        return Zoning.UNKNOWN
    if ata_logs.PAGE_CAPABILITIES not in pages:
        return Zoning.NONE
    data = line.data("capabilities", ata.read_log(ata_logs.LOG_IDENTIFY_DEVICE_DATA, ata_logs.PAGE_CAPABILITIES))
    capabilities = ata_logs.parse_capabilities(data) if data is not None else None
    if capabilities is None:
        return Zoning.UNKNOWN
    return Zoning.HOST_MANAGED if capabilities.zone_commands else Zoning.NONE


def _health(line: _AtaLine, identify: AtaIdentify, directory: tuple[int, ...]) -> Health:
    pages = [_statistics(line, page) for page in _STATISTICS] if _has(directory, ata_logs.LOG_DEVICE_STATISTICS) else []
    smart = _smart(line, identify)
    celsius = _told(pages, AtaStatistic.TEMPERATURE)
    return Health(
        verdict=_verdict(line, identify),
        reallocated=_first(_told(pages, AtaStatistic.REALLOCATED_SECTORS), smart.reallocated if smart else None),
        pending=_first(smart.pending if smart else None, _told(pages, AtaStatistic.PENDING_ERRORS)),
        media_errors=smart.uncorrectable if smart else None,
        percent_used=_told(pages, AtaStatistic.PERCENTAGE_USED),
        celsius=_first(celsius, smart.temperature if smart else None),
        power_on_hours=_told(pages, AtaStatistic.POWER_ON_HOURS),
    )


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _told(pages: list[StatisticsPage | None], statistic: AtaStatistic) -> int | None:
    return _first(*(page.value(statistic) for page in pages if page is not None))


def _statistics(line: _AtaLine, page: int) -> StatisticsPage | None:
    # a drive without flash has no page 07h: whoever has no such page says no, and that tells nothing bad of it
    answer = line.ask("statistics", ata.read_log(ata_logs.LOG_DEVICE_STATISTICS, page))
    return parse_statistics(answer.data) if answer is not None else None


def _smart(line: _AtaLine, identify: AtaIdentify) -> ata_smart.SmartData | None:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return None
    data = line.data("smart", ata_smart.smart_read_data())
    if data is None:
        return None
    smart = ata_smart.parse_smart_data(data)
    if smart is None:
        line.notes.doubt("smart", [AtaDoubt.WRONG_CHECKSUM])
    return smart


def _verdict(line: _AtaLine, identify: AtaIdentify) -> HealthVerdict:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return HealthVerdict.UNKNOWN
    answer = line.answer("smart", ata_smart.smart_return_status())
    health = ata_smart.smart_health(answer) if answer is not None else ata_smart.SmartHealth.UNKNOWN
    if answer is not None and health is ata_smart.SmartHealth.UNKNOWN:
        line.notes.miss("smart", WhyUnseen.UNBELIEVABLE)
    return _VERDICTS[health]
