"""A SCSI drive's own word: INQUIRY, capacity and format, mode and log pages. Reading commands only."""

from __future__ import annotations

from erase.commands import scsi_basic, scsi_block_pages, scsi_capacity, scsi_erase, scsi_inquiry, scsi_logs, scsi_modes, tcg_discovery
from erase.commands.scsi_basic import Support
from erase.commands.scsi_erase import Ongoing
from erase.commands.scsi_inquiry import DeviceType
from erase.commands.scsi_logs import LogPage
from erase.commands.sense import SenseKey, parse_sense
from erase.commands.wire import ScsiAnswer, ScsiCommand
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
    SelfReport,
    Way,
    WhyUnseen,
    Zoning,
)
from erase.probe.asking.lines import Line, Notes, Told, Transport, silence
from erase.probe.asking.tcg import DISCOVERY_SIZE, LEVEL_0, SECURITY_PROTOCOL, locking_of
from erase.probe.cleaning import known, plain_name
from erase.probe.description import fact

_GOOD, _CHECK_CONDITION = 0x00, 0x02
_DEFAULT_VALUES = 2  # PC of MODE SENSE (SPC-5 table 387)
_SANITIZE = 0x48
# NAA 2, 5 and 6 carry an IEEE company; 3 is made up by the adapter (SPC-5 section 7.7.6.6)
_WORLD_WIDE = ("2", "5", "6")
_STATES = {
    Ongoing.IDLE: SanitizeState.IDLE,
    Ongoing.SANITIZING: SanitizeState.IN_PROGRESS,
    Ongoing.SANITIZE_FAILED: SanitizeState.FAILED,
}
_ABSENT = HiddenArea(Presence.NOT_APPLICABLE)


class _ScsiLine(Line[ScsiCommand, ScsiAnswer]):
    def answer(self, part: str, command: ScsiCommand) -> ScsiAnswer | None:
        """The answer to a command that ended GOOD. None, and a note: it did not."""
        answer = self.ask(part, command)
        if answer is not None and _asks_again(answer):
            answer = self.ask(part, command)
        if answer is not None and answer.status != _GOOD:
            self.notes.miss(part, WhyUnseen.REFUSED)
            return None
        return answer

    def data(self, part: str, command: ScsiCommand) -> bytes | None:
        answer = self.answer(part, command)
        return answer.data if answer else None


def _asks_again(answer: ScsiAnswer) -> bool:
    """UNIT ATTENTION: something happened before, the command was not carried out (SAM-5 section 5.14)."""
    sense = parse_sense(answer.sense) if answer.status == _CHECK_CONDITION else None
    return sense is not None and sense.key is SenseKey.UNIT_ATTENTION


def ask_scsi(transport: Transport[ScsiCommand, ScsiAnswer], *, of_a_bridge: bool) -> Told:
    """Everything that the logical unit tells.

    ``of_a_bridge``: a USB bridge speaks. It is asked for no more than every one of them can bear, and what it says of itself is not
    the drive's word.
    """
    line = _ScsiLine(transport, Notes())
    data = line.data("identify", scsi_inquiry.inquiry())
    if data is None:
        return silence(Way.SCSI, line.notes)
    inquiry = scsi_inquiry.parse_inquiry(data)
    line.notes.doubt("identify", inquiry.doubts)
    capacity = _capacity(line)
    unknown = HiddenArea()
    if of_a_bridge:
        report = SelfReport(
            Way.SCSI,
            size=capacity.size if capacity else None,
            hidden=HiddenAreas(unknown, unknown, unknown, unknown),
            format=Format(capacity.block_size if capacity else None),
            doubts=tuple(line.notes.doubts),
            unseen=tuple(line.notes.unseen.values()),
        )
        return Told(Identity(), report)
    pages = _pages(line)
    identity = _identity(line, inquiry, pages)
    blocks = _characteristics(line, pages)
    modes = _modes(line)
    report = SelfReport(
        way=Way.SCSI,
        size=capacity.size if capacity else None,
        rotation=blocks.rotation if blocks else None,
        hidden=HiddenAreas(_ABSENT, _ABSENT, _ABSENT, _lowered(line, capacity)),
        sanitize=_sanitize(line),
        locking=_locking(line),
        health=_health(line),
        format=_format(inquiry, capacity, blocks, modes),
        doubts=tuple(line.notes.doubts),
        unseen=tuple(line.notes.unseen.values()),
    )
    return Told(identity, report)


def _capacity(line: _ScsiLine) -> scsi_capacity.Capacity | None:
    long = line.ask("capacity", scsi_capacity.read_capacity_16())
    if long is not None and _asks_again(long):
        long = line.ask("capacity", scsi_capacity.read_capacity_16())
    if long is not None and long.status == _GOOD:
        capacity = scsi_capacity.parse_capacity_16(long.data)
    else:
        data = line.data("capacity", scsi_capacity.read_capacity_10())
        if data is None:
            return None
        capacity = scsi_capacity.parse_capacity_10(data)
    line.notes.doubt("capacity", capacity.doubts)
    return capacity


def _pages(line: _ScsiLine) -> tuple[int, ...]:
    data = line.data("vital-product-data", scsi_inquiry.inquiry_page(0x00))
    if data is None:
        return ()
    pages = scsi_inquiry.supported_pages(data)
    line.notes.doubt("vital-product-data", pages.doubts)
    return pages.codes


def _identity(line: _ScsiLine, inquiry: scsi_inquiry.Inquiry, pages: tuple[int, ...]) -> Identity:
    serial = naa = eui64 = None
    if 0x80 in pages and (data := line.data("serial", scsi_inquiry.inquiry_page(0x80))) is not None:
        found = scsi_inquiry.unit_serial(data)
        line.notes.doubt("serial", found.doubts)
        serial = found.serial
    if 0x83 in pages and (data := line.data("names", scsi_inquiry.inquiry_page(0x83))) is not None:
        names = scsi_inquiry.designators(data)
        line.notes.doubt("names", names.doubts)
        naa, eui64 = names.naa, names.eui64
    return Identity(
        vendor=fact(known(inquiry.vendor), Source.IDENTIFY),
        model=fact(known(inquiry.product), Source.IDENTIFY),
        serial=fact(plain_name(serial), Source.IDENTIFY),
        firmware=fact(known(inquiry.revision), Source.IDENTIFY),
        wwn=fact(naa if naa and naa.startswith(_WORLD_WIDE) else None, Source.IDENTIFY),
        eui64=fact(eui64, Source.IDENTIFY),
    )


def _characteristics(line: _ScsiLine, pages: tuple[int, ...]) -> scsi_block_pages.Characteristics | None:
    data = line.data("medium", scsi_inquiry.inquiry_page(0xB1)) if 0xB1 in pages else None
    if data is None:
        return None
    found = scsi_block_pages.characteristics(data)
    line.notes.doubt("medium", found.doubts)
    return found


def _modes(line: _ScsiLine) -> scsi_modes.ModeData | None:
    data = line.data("write-cache", scsi_modes.mode_sense_10(scsi_modes.CACHING))
    if data is None:
        return None
    modes = scsi_modes.mode_data_10(data)
    line.notes.doubt("write-cache", modes.doubts)
    return modes


def _lowered(line: _ScsiLine, capacity: scsi_capacity.Capacity | None) -> HiddenArea:
    """Whether MODE SELECT lowered the capacity: the block descriptor's default value is what the drive has without that."""
    data = line.data("lowered-capacity", scsi_modes.mode_sense_10(scsi_modes.CACHING, control=_DEFAULT_VALUES))
    block = scsi_modes.mode_data_10(data).block if data is not None else None
    if capacity is None or capacity.blocks is None or block is None or not block.blocks or block.blocks == scsi_modes.MAXIMUM:
        return HiddenArea()
    if block.block_size != capacity.block_size or block.blocks < capacity.blocks:
        return HiddenArea()
    hidden = block.blocks - capacity.blocks
    return HiddenArea(Presence.PRESENT, hidden) if hidden else HiddenArea(Presence.NONE)


def _sanitize(line: _ScsiLine) -> Sanitize:
    block, overwrite, crypto = (
        _supports(line, action)
        for action in (
            scsi_erase.SanitizeService.BLOCK_ERASE,
            scsi_erase.SanitizeService.OVERWRITE,
            scsi_erase.SanitizeService.CRYPTOGRAPHIC_ERASE,
        )
    )
    answer = line.answer("sanitize", scsi_basic.request_sense())
    sense = parse_sense(answer.data) if answer else None
    if sense is None or sense.asc is None or sense.ascq is None:
        return Sanitize(block, overwrite, crypto)
    state = _STATES.get(scsi_erase.ongoing(sense.key, sense.asc, sense.ascq), SanitizeState.UNKNOWN)
    running = state is SanitizeState.IN_PROGRESS and sense.progress is not None
    progress = (sense.progress or 0) * 1000 // 65536 if running else None
    return Sanitize(block, overwrite, crypto, state=state, progress_permille=progress)


def _supports(line: _ScsiLine, action: int) -> bool | None:
    data = line.data("sanitize", scsi_basic.report_supported_command(_SANITIZE, action))
    support = scsi_basic.supported_command(data, _SANITIZE) if data is not None else Support.NOT_TOLD
    return {Support.NO: False, Support.STANDARD: True}.get(support)


def _locking(line: _ScsiLine) -> Locking | None:
    # who speaks no security protocol says no, and that tells nothing bad of it
    answer = line.ask("locking", scsi_basic.security_protocol_in(*tcg_discovery.SECURITY_PROTOCOLS, 512))
    if answer is None or answer.status != _GOOD:
        return None
    if SECURITY_PROTOCOL not in (tcg_discovery.security_protocols(answer.data) or ()):
        return None
    data = line.data("locking", scsi_basic.security_protocol_in(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE))
    return locking_of(data, line.notes) if data is not None else None


def _health(line: _ScsiLine) -> Health:
    data = line.data("logs", scsi_logs.log_sense(LogPage.SUPPORTED))
    pages = scsi_logs.supported_log_pages(data).codes if data is not None else ()

    def page(code: LogPage) -> bytes | None:
        return line.data("logs", scsi_logs.log_sense(code)) if code in pages else None

    exception = page(LogPage.INFORMATIONAL_EXCEPTIONS)
    feared = scsi_logs.informational_exception(exception) if exception is not None else None
    warm, used, scanned = page(LogPage.TEMPERATURE), page(LogPage.SOLID_STATE_MEDIA), page(LogPage.BACKGROUND_SCAN)
    minutes = scsi_logs.background_scan(scanned).power_on_minutes if scanned is not None else None
    return Health(
        verdict=_verdict(feared),
        grown_defects=_grown(line),
        percent_used=scsi_logs.endurance_used(used) if used is not None else None,
        celsius=scsi_logs.temperature(warm) if warm is not None else None,
        power_on_hours=None if minutes is None else minutes // 60,
    )


def _verdict(feared: scsi_logs.InformationalException | None) -> HealthVerdict:
    if feared is None or feared.predicts_failure is None:
        return HealthVerdict.UNKNOWN
    return HealthVerdict.FAILING if feared.predicts_failure else HealthVerdict.PASSED


def _grown(line: _ScsiLine) -> int | None:
    data = line.data("grown-defects", scsi_logs.read_defect_data())
    found = scsi_logs.defect_count(data) if data is not None else None
    return found.count if found is not None and found.grown and not found.primary else None


def _format(
    inquiry: scsi_inquiry.Inquiry,
    capacity: scsi_capacity.Capacity | None,
    blocks: scsi_block_pages.Characteristics | None,
    modes: scsi_modes.ModeData | None,
) -> Format:
    size = capacity.block_size if capacity else None
    protection = capacity.protection_type if capacity else None
    exponent = capacity.block_exponent if capacity else None
    return Format(
        logical=size,
        physical=size << exponent if size is not None and exponent is not None else None,
        metadata=None if protection is None else 8 if protection else 0,  # protection information has 8 bytes (SBC-4 section 4.21)
        protection=protection,
        zoning=_zoning(inquiry, blocks),
        write_cache=modes.write_cache if modes else None,
    )


def _zoning(inquiry: scsi_inquiry.Inquiry, blocks: scsi_block_pages.Characteristics | None) -> Zoning:
    if inquiry.device_type is DeviceType.HOST_MANAGED_ZONED:
        return Zoning.HOST_MANAGED
    if blocks is None or blocks.zoned is None:
        return Zoning.UNKNOWN
    return Zoning.HOST_AWARE if blocks.zoned is scsi_block_pages.Zoned.HOST_AWARE else Zoning.NONE
