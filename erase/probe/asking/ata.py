"""An ATA drive's own word: IDENTIFY, hidden areas, security and sanitize state, health. Reading commands only."""

from __future__ import annotations

from collections.abc import Callable

from erase.commands import ata, ata_logs, ata_sanitize
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_features import AtaZoned
from erase.commands.ata_identify import AtaIdentify, parse_identify
from erase.commands.ata_outcome import AtaOutcome
from erase.commands.ata_trusted import trusted_receive
from erase.commands.wire import AtaAnswer, AtaCommand
from erase.drive.facts import Identity, Source
from erase.drive.report import (
    Format,
    Locking,
    Part,
    Sanitize,
    SanitizeState,
    Security,
    SelfReport,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.ata_health import health_of
from erase.probe.asking.ata_hidden import hidden_areas
from erase.probe.asking.ata_line import AtaLine, has_log, tells_features
from erase.probe.asking.lines import Notes, Told, Transport, silence
from erase.probe.asking.tcg import DISCOVERY_SIZE, LEVEL_0, SECURITY_PROTOCOL, locking_of
from erase.probe.cleaning import known, plain_name
from erase.probe.description import fact

AtaCarrier = Transport[AtaCommand, AtaAnswer]
_PROGRESS_WHOLE = 65536  # sanitize tells its progress in these parts (ACS-4 section 7.36.5.4)


def ask_ata(transport: AtaCarrier, way: Way, restrict: Callable[[Identity], tuple[AtaCarrier, bool]], *, trust_unchecked: bool) -> Told:
    """Everything that the drive tells.

    ``restrict`` gives the transport to go on with once the drive is known by name, and whether its native max address can be believed
    (hardware profiles). ``trust_unchecked``: whether IDENTIFY data without a checksum counts; behind a bridge they may be its invention.
    """
    notes = Notes()
    data = AtaLine(transport, notes).data(Part.IDENTIFY, ata.identify_device())
    if data is None:
        return silence(way, notes)
    identify = parse_identify(data)
    notes.doubt(Part.IDENTIFY, sorted(identify.doubts))
    if not identify.believed or not (trust_unchecked or identify.checked):
        notes.miss(Part.IDENTIFY, WhyUnseen.UNBELIEVABLE)
        return silence(way, notes)
    identity = _identity(identify)
    known_transport, believes_native_max = restrict(identity)
    line = AtaLine(known_transport, notes)
    directory = _directory(line, identify)
    capabilities = _capabilities(line, directory)
    report = SelfReport(
        way=way,
        size=identify.capacity.size,
        rotation=identify.medium.rotation,
        hidden=hidden_areas(line, identify, capabilities, believed=believes_native_max),
        security=_security(line, identify),
        sanitize=_sanitize(line, identify),
        locking=_locking(line, identify),
        encrypts=identify.medium.encrypts_all,
        health=health_of(line, identify, directory),
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
    if not tells_features(identify):
        return None
    return identify.features.write_cache.enabled if identify.features.write_cache.supported else False


def _security(line: AtaLine, identify: AtaIdentify) -> Security:
    found = identify.security
    if not tells_features(identify):
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


def _sanitize(line: AtaLine, identify: AtaIdentify) -> Sanitize:
    offers = identify.sanitize
    if not identify.checked or AtaDoubt.CONTRADICTORY_SANITIZE in identify.doubts:
        return Sanitize()
    state, progress = _sanitize_state(line) if offers.supported else (SanitizeState.IDLE, None)
    return Sanitize(offers.block_erase, offers.overwrite, offers.crypto_scramble, offers.antifreeze, state, progress)


def _sanitize_state(line: AtaLine) -> tuple[SanitizeState, int | None]:
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


def _locking(line: AtaLine, identify: AtaIdentify) -> Locking | None:
    if not identify.features.trusted_computing:
        return None
    data = line.data(Part.LOCKING, trusted_receive(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE // 512))
    return locking_of(data, line.notes) if data is not None else None


def _directory(line: AtaLine, identify: AtaIdentify) -> tuple[int, ...]:
    """Pages of each general purpose log by its address; empty where there are none, or they can't be read."""
    if not identify.features.general_purpose_logging:
        return ()
    data = line.data(Part.LOGS, ata.read_log(ata_logs.LOG_DIRECTORY))
    directory = ata_logs.parse_log_directory(data) if data is not None else None
    return directory.pages if directory else ()


def _capabilities(line: AtaLine, directory: tuple[int, ...]) -> ata_logs.LogCapabilities | None:
    """Page 03h of the Identify Device Data log; None where there is none."""
    if not has_log(directory, ata_logs.LOG_IDENTIFY_DEVICE_DATA):
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
