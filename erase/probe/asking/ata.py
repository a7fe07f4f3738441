"""An ATA drive's own word: IDENTIFY, hidden areas, security and sanitize state, health. Reading commands only."""

from __future__ import annotations

from collections.abc import Callable

from erase.commands import ata, ata_areas, ata_logs, ata_sanitize, ata_smart
from erase.commands.ata_capacity import MOST_48_BIT
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_features import AtaZoned
from erase.commands.ata_identify import AtaIdentify, parse_identify
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_statistics import AtaStatistic, StatisticsPage, parse_statistics
from erase.commands.ata_trusted import trusted_receive
from erase.commands.wire import AtaAnswer, AtaCommand, SatLoss
from erase.drive.facts import Identity, Source
from erase.drive.report import (
    Format,
    Health,
    HealthVerdict,
    HiddenArea,
    HiddenAreas,
    Locking,
    Part,
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
# of what a SATL says instead of registers; it lets no TRUSTED RECEIVE through where the kernel's libata.allow_tpm is 0
_BY_LOSS = {
    SatLoss.NOT_SUPPORTED: WhyUnseen.NO_WAY,
    SatLoss.BUSY: WhyUnseen.REFUSED,
    SatLoss.RESERVED: WhyUnseen.REFUSED,
    SatLoss.NOT_READY: WhyUnseen.REFUSED,
    SatLoss.UNIT_ATTENTION: WhyUnseen.WIRE,
}
_ACS_3 = 10  # bit of word 80
_COLDEST, _HOTTEST = -60, 150  # °C; what a disk tells beyond is no temperature
_STATISTICS = (0x01, 0x03, 0x05, 0x07)  # general, rotating media, temperature, solid state (ACS-4 table 213)


class _AtaLine(Line[AtaCommand, AtaAnswer]):
    def reply(self, part: Part, command: AtaCommand) -> AtaAnswer | None:
        """What the drive answered, be it a no. None, and a note: it did not come so far."""
        answer = self.ask(part, command)
        if answer is not None and answer.loss is SatLoss.UNIT_ATTENTION:
            answer = self.ask(part, command)
        if answer is not None and answer.loss in _BY_LOSS:
            self.notes.miss(part, _BY_LOSS[answer.loss])
            return None
        return answer

    def answer(self, part: Part, command: AtaCommand) -> AtaAnswer | None:
        """The answer to a command that was carried out. None, and a note: it was not, or nobody knows."""
        answer = self.reply(part, command)
        if answer is None:
            return None
        outcome = outcome_of(answer)
        if outcome is AtaOutcome.COMPLETED:
            return answer
        if outcome is AtaOutcome.UNKNOWN and len(answer.data) == command.data_in > 0:
            return answer  # the registers got lost and the data did not: they speak for themselves
        self.notes.miss(part, WhyUnseen.REGISTERS_LOST if outcome is AtaOutcome.UNKNOWN else WhyUnseen.REFUSED)
        return None

    def data(self, part: Part, command: AtaCommand) -> bytes | None:
        answer = self.answer(part, command)
        return answer.data if answer else None


def ask_ata(transport: AtaCarrier, way: Way, restrict: Callable[[Identity], tuple[AtaCarrier, bool]], *, trust_unchecked: bool) -> Told:
    """Everything that the drive tells.

    ``restrict`` gives the transport to go on with once the drive is known by name, and whether its native max address can be believed
    (hardware profiles). ``trust_unchecked``: whether IDENTIFY data without a checksum counts; behind a bridge they may be its invention.
    """
    notes = Notes()
    data = _AtaLine(transport, notes).data(Part.IDENTIFY, ata.identify_device())
    if data is None:
        return silence(way, notes)
    identify = parse_identify(data)
    notes.doubt(Part.IDENTIFY, sorted(identify.doubts))
    if not identify.believed or not (trust_unchecked or identify.checked):
        notes.miss(Part.IDENTIFY, WhyUnseen.UNBELIEVABLE)
        return silence(way, notes)
    identity = _identity(identify)
    known_transport, believes_native_max = restrict(identity)
    line = _AtaLine(known_transport, notes)
    directory = _directory(line, identify)
    capabilities = _capabilities(line, directory)
    report = SelfReport(
        way=way,
        size=identify.capacity.size,
        rotation=identify.medium.rotation,
        hidden=_hidden(line, identify, capabilities, believed=believes_native_max),
        security=_security(line, identify),
        sanitize=_sanitize(line, identify),
        locking=_locking(line, identify),
        encrypts=identify.medium.encrypts_all,
        health=_health(line, identify, directory),
        format=Format(
            identify.capacity.logical_sector,
            identify.capacity.physical_sector,
            metadata=0,
            protection=0,
            zoning=_zoning(identify, capabilities),
            write_cache=_write_cache(identify),
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


def _write_cache(identify: AtaIdentify) -> bool | None:
    if not _tells_features(identify):
        return None
    return identify.features.write_cache.enabled if identify.features.write_cache.supported else False


def _hidden(line: _AtaLine, identify: AtaIdentify, capabilities: ata_logs.LogCapabilities | None, *, believed: bool) -> HiddenAreas:
    unknown = HiddenArea()
    features, sectors = identify.features, identify.capacity.sectors
    if sectors is None or not _tells_features(identify):
        # words 82 to 87 don't count: the feature sets may be there or not. Without a capacity nothing can be compared with it
        for part in (Part.HPA, Part.DCO, Part.AMA):
            line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return HiddenAreas(unknown, unknown, unknown, HiddenArea(Presence.NOT_APPLICABLE))
    native: int | None = sectors
    hpa = ama = _NONE
    if features.hpa.supported:
        native = _native(line, Part.HPA, ata_areas.read_native_max_address(extended=features.lba48), believed=believed)
        hpa = _between(line, Part.HPA, sectors, native)
        hpa = _between(line, Part.HPA, sectors, native)
    if features.accessible_max_address or (capabilities is not None and capabilities.accessible_max_address):
        highest = _native(line, Part.AMA, ata_areas.get_native_max_address(), believed=believed)
        ama = _between(line, Part.AMA, sectors, highest)
        native = None if native is None or highest is None else max(native, highest)
    elif not _rules_out_ama(identify):
        line.notes.miss(Part.AMA, WhyUnseen.UNBELIEVABLE)
        ama = unknown
    dco = _overlay(line, sectors, native) if features.dco else _NONE
    return HiddenAreas(hpa, dco, ama, HiddenArea(Presence.NOT_APPLICABLE))


def _tells_features(identify: AtaIdentify) -> bool:
    return not identify.doubts & {AtaDoubt.FEATURES_NOT_TOLD, AtaDoubt.INCOMPLETE}


def _rules_out_ama(identify: AtaIdentify) -> bool:
    """Whether the drive said that it has no AMA. The feature set came with ACS-3, and its commands have 48 bits."""
    if identify.features.more_told or not identify.features.lba48:
        return True
    return identify.standard is not None and identify.standard < _ACS_3


def _native(line: _AtaLine, part: Part, command: AtaCommand, *, believed: bool) -> int | None:
    """The number of sectors that there would be without the limit."""
    answer = line.answer(part, command)
    if answer is None:
        return None
    last = ata_areas.last_address(command, answer)
    if last is None:
        line.notes.miss(part, WhyUnseen.REGISTERS_LOST)
        return None
    # all ones are a line that nobody drives, or a bridge's filling
    if not believed or last == MOST_48_BIT:
        line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return None
    return last + 1


def _between(line: _AtaLine, part: Part, sectors: int | None, native: int | None) -> HiddenArea:
    """What a larger native capacity hides. A smaller one can't be true, so that nothing is known."""
    if sectors is None or native is None or native < sectors:
        line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return HiddenArea()
    return HiddenArea(Presence.PRESENT, native - sectors) if native > sectors else _NONE


def _overlay(line: _AtaLine, sectors: int, native: int | None) -> HiddenArea:
    data = line.data(Part.DCO, ata_areas.device_configuration_identify())
    if data is None:
        return HiddenArea()
    configuration = ata_areas.parse_device_configuration(data)
    if configuration is None:
        line.notes.doubt(Part.DCO, [AtaDoubt.WRONG_CHECKSUM])
        return HiddenArea()
    whole = configuration.last_lba + 1
    if native is not None and native < sectors:
        native = None
    if native is None and whole > sectors:
        return HiddenArea(Presence.PRESENT)  # by which means, and so how much by this one, is not known
    return _between(line, Part.DCO, native, whole)


def _security(line: _AtaLine, identify: AtaIdentify) -> Security:
    found = identify.security
    if not _tells_features(identify):
        line.notes.miss(Part.SECURITY, WhyUnseen.UNBELIEVABLE)
        return Security(supported=None)
    if AtaDoubt.CONTRADICTORY_SECURITY in identify.doubts:
        line.notes.miss(Part.SECURITY, WhyUnseen.UNBELIEVABLE)
        # one of them is a lie: what speaks against the drive is kept, and nothing that speaks for it
        return Security(
            supported=None, enabled=found.enabled or None, locked=found.locked or None, frozen=found.frozen or None,
            count_expired=found.count_expired or None,
        )  # fmt: skip
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
    if not identify.checked or AtaDoubt.CONTRADICTORY_SANITIZE in identify.doubts:
        return Sanitize()
    state, progress = _sanitize_state(line) if offers.supported else (SanitizeState.IDLE, None)
    return Sanitize(offers.block_erase, offers.overwrite, offers.crypto_scramble, offers.antifreeze, state, progress)


def _sanitize_state(line: _AtaLine) -> tuple[SanitizeState, int | None]:
    """Where the machine stands, and its progress in thousandths."""
    answer = line.reply(Part.SANITIZE, ata_sanitize.sanitize_status())
    if answer is None:
        return SanitizeState.UNKNOWN, None
    status = ata_sanitize.sanitize_answer(answer)
    progress = None
    if status.reason is ata_sanitize.SanitizeReason.FAILED:
        state = SanitizeState.FAILED
    elif status.in_progress is None:
        line.notes.miss(Part.SANITIZE, _why_no_state(answer, status.outcome))
        state = SanitizeState.UNKNOWN
    elif status.in_progress:
        state = SanitizeState.IN_PROGRESS
        progress = None if status.progress is None else status.progress * 1000 // _PROGRESS_WHOLE
    elif status.frozen:
        state = SanitizeState.FROZEN
    else:
        state = SanitizeState.SUCCEEDED if status.completed else SanitizeState.IDLE
    return state, progress


def _why_no_state(answer: AtaAnswer, outcome: AtaOutcome) -> WhyUnseen:
    if outcome in (AtaOutcome.ABORTED, AtaOutcome.FAILED, AtaOutcome.DEVICE_FAULT):
        return WhyUnseen.REFUSED
    # whole registers that say nothing contradict themselves
    whole = answer.registers is not None and answer.registers.upper_known
    return WhyUnseen.UNBELIEVABLE if whole else WhyUnseen.REGISTERS_LOST


def _locking(line: _AtaLine, identify: AtaIdentify) -> Locking | None:
    if not identify.features.trusted_computing:
        return None
    data = line.data(Part.LOCKING, trusted_receive(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE // 512))
    return locking_of(data, line.notes) if data is not None else None


def _directory(line: _AtaLine, identify: AtaIdentify) -> tuple[int, ...]:
    """Pages of each general purpose log by its address; empty where there are none, or they can't be read."""
    if not identify.features.general_purpose_logging:
        return ()
    data = line.data(Part.LOGS, ata.read_log(ata_logs.LOG_DIRECTORY))
    directory = ata_logs.parse_log_directory(data) if data is not None else None
    return directory.pages if directory else ()


def _has(directory: tuple[int, ...], address: int) -> bool:
    return address < len(directory) and directory[address] > 0


def _capabilities(line: _AtaLine, directory: tuple[int, ...]) -> ata_logs.LogCapabilities | None:
    """Page 03h of the Identify Device Data log; None where there is none."""
    if not _has(directory, ata_logs.LOG_IDENTIFY_DEVICE_DATA):
        return None
    supported = line.data(Part.CAPABILITIES, ata.read_log(ata_logs.LOG_IDENTIFY_DEVICE_DATA, ata_logs.PAGE_SUPPORTED))
    pages = ata_logs.parse_supported_pages(supported) if supported is not None else None
    if ata_logs.PAGE_CAPABILITIES not in (pages or ()):
        return None
    data = line.data(Part.CAPABILITIES, ata.read_log(ata_logs.LOG_IDENTIFY_DEVICE_DATA, ata_logs.PAGE_CAPABILITIES))
    return ata_logs.parse_capabilities(data) if data is not None else None


def _zoning(identify: AtaIdentify, capabilities: ata_logs.LogCapabilities | None) -> Zoning:
    """What the drive says for zones. That it says nothing is no word against them: a host-managed disk is known by its signature."""
    if identify.medium.zoned is AtaZoned.HOST_AWARE:
        return Zoning.HOST_AWARE
    return Zoning.HOST_MANAGED if capabilities is not None and capabilities.zone_commands else Zoning.UNKNOWN


def _health(line: _AtaLine, identify: AtaIdentify, directory: tuple[int, ...]) -> Health:
    pages = [_statistics(line, page) for page in _STATISTICS] if _has(directory, ata_logs.LOG_DEVICE_STATISTICS) else []
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


def _statistics(line: _AtaLine, page: int) -> StatisticsPage | None:
    # a drive without flash has no page 07h: whoever has no such page says no, and that tells nothing bad of it
    answer = line.ask(Part.STATISTICS, ata.read_log(ata_logs.LOG_DEVICE_STATISTICS, page))
    return parse_statistics(answer.data) if answer is not None else None


def _smart(line: _AtaLine, identify: AtaIdentify) -> ata_smart.SmartData | None:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return None
    data = line.data(Part.SMART, ata_smart.smart_read_data())
    if data is None:
        return None
    smart = ata_smart.parse_smart_data(data)
    if smart is None:
        line.notes.doubt(Part.SMART, [AtaDoubt.WRONG_CHECKSUM])
    return smart


def _verdict(line: _AtaLine, identify: AtaIdentify) -> HealthVerdict:
    if not (identify.features.smart.supported and identify.features.smart.enabled is not False):
        return HealthVerdict.UNKNOWN
    answer = line.answer(Part.SMART, ata_smart.smart_return_status())
    health = ata_smart.smart_health(answer) if answer is not None else ata_smart.SmartHealth.UNKNOWN
    if answer is not None and health is ata_smart.SmartHealth.UNKNOWN:
        line.notes.miss(Part.SMART, WhyUnseen.UNBELIEVABLE)
    return _VERDICTS[health]
