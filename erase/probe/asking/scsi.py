"""A SCSI drive's own word: INQUIRY, capacity and format, mode and log pages. Reading commands only."""

from __future__ import annotations

from enum import StrEnum, unique

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
    Part,
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
_ATA_INFORMATION = 0x89
_ABSENT = HiddenArea(Presence.NOT_APPLICABLE)


@unique
class Voice(StrEnum):
    """Who may be speaking."""

    DISK = "disk"  # the disk itself
    ADAPTER = "adapter"  # perhaps an array, or an adapter that translates for an ATA disk
    BRIDGE = "bridge"  # a USB bridge: asked for no more than every one of them can bear, and no word of it is the drive's


class _ScsiLine(Line[ScsiCommand, ScsiAnswer]):
    def reply(self, part: Part, command: ScsiCommand) -> ScsiAnswer | None:
        """What was answered, be it a no. None, and a note: it did not come."""
        answer = self.ask(part, command)
        return self.ask(part, command) if answer is not None and _asks_again(answer) else answer

    def answer(self, part: Part, command: ScsiCommand) -> ScsiAnswer | None:
        """The answer to a command that ended GOOD. None, and a note: it did not."""
        answer = self.reply(part, command)
        if answer is not None and answer.status != _GOOD:
            self.notes.miss(part, WhyUnseen.REFUSED)
            return None
        return answer

    def data(self, part: Part, command: ScsiCommand) -> bytes | None:
        answer = self.answer(part, command)
        return answer.data if answer else None


def _asks_again(answer: ScsiAnswer) -> bool:
    """UNIT ATTENTION: something happened before, the command was not carried out (SAM-5 section 5.14)."""
    sense = parse_sense(answer.sense) if answer.status == _CHECK_CONDITION else None
    return sense is not None and sense.key is SenseKey.UNIT_ATTENTION


def ask_scsi(transport: Transport[ScsiCommand, ScsiAnswer], voice: Voice) -> Told:
    """Everything that the logical unit tells."""
    line = _ScsiLine(transport, Notes())
    data = line.data(Part.IDENTIFY, scsi_inquiry.inquiry())
    if data is None:
        return silence(Way.SCSI, line.notes)
    inquiry = scsi_inquiry.parse_inquiry(data)
    line.notes.doubt(Part.IDENTIFY, inquiry.doubts)
    if not inquiry.connected:
        # SPC-5 table 146: what the data says of another qualifier than 000b is of no drive
        line.notes.miss(Part.IDENTIFY, WhyUnseen.UNBELIEVABLE)
        return silence(Way.SCSI, line.notes)
    capacity = _capacity(line)
    unknown = HiddenArea()
    if voice is Voice.BRIDGE:
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
    # an ATA disk hides what no SCSI command tells of; page 89h is only there for one (SAT-5 section 12.4.3)
    of_ata = _ABSENT if voice is Voice.DISK and pages and _ATA_INFORMATION not in pages else unknown
    if of_ata is unknown:
        for part in (Part.HPA, Part.DCO, Part.AMA):
            line.notes.miss(part, WhyUnseen.NO_WAY)
    report = SelfReport(
        way=Way.SCSI,
        size=_size(inquiry, capacity),
        rotation=blocks.rotation if blocks else None,
        hidden=HiddenAreas(of_ata, of_ata, of_ata, _lowered(line, capacity)),
        sanitize=_sanitize(line),
        locking=_locking(line),
        health=_health(line),
        format=_format(inquiry, capacity, blocks, modes),
        doubts=tuple(line.notes.doubts),
        unseen=tuple(line.notes.unseen.values()),
    )
    return Told(identity, report)


def _size(inquiry: scsi_inquiry.Inquiry, capacity: scsi_capacity.Capacity | None) -> int | None:
    """Bytes. Of a host-managed disk READ CAPACITY may count the zones up to the first sequential one only (ZBC-2, RC BASIS)."""
    if capacity is None or (inquiry.device_type is DeviceType.HOST_MANAGED_ZONED and capacity.all_zones is not True):
        return None
    return capacity.size


def _capacity(line: _ScsiLine) -> scsi_capacity.Capacity | None:
    long = line.reply(Part.CAPACITY, scsi_capacity.read_capacity_16())
    if long is not None and long.status == _GOOD:
        capacity = scsi_capacity.parse_capacity_16(long.data)
    else:
        data = line.data(Part.CAPACITY, scsi_capacity.read_capacity_10())
        if data is None:
            return None
        capacity = scsi_capacity.parse_capacity_10(data)
    line.notes.doubt(Part.CAPACITY, capacity.doubts)
    return capacity


def _pages(line: _ScsiLine) -> tuple[int, ...]:
    data = line.data(Part.PAGES, scsi_inquiry.inquiry_page(0x00))
    if data is None:
        return ()
    pages = scsi_inquiry.supported_pages(data)
    line.notes.doubt(Part.PAGES, pages.doubts)
    return pages.codes


def _identity(line: _ScsiLine, inquiry: scsi_inquiry.Inquiry, pages: tuple[int, ...]) -> Identity:
    serial = naa = eui64 = None
    if 0x80 in pages and (data := line.data(Part.SERIAL, scsi_inquiry.inquiry_page(0x80))) is not None:
        found = scsi_inquiry.unit_serial(data)
        line.notes.doubt(Part.SERIAL, found.doubts)
        serial = found.serial
    if 0x83 in pages and (data := line.data(Part.NAMES, scsi_inquiry.inquiry_page(0x83))) is not None:
        names = scsi_inquiry.designators(data)
        line.notes.doubt(Part.NAMES, names.doubts)
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
    data = line.data(Part.MEDIUM, scsi_inquiry.inquiry_page(0xB1)) if 0xB1 in pages else None
    if data is None:
        return None
    found = scsi_block_pages.characteristics(data)
    line.notes.doubt(Part.MEDIUM, found.doubts)
    return found


def _modes(line: _ScsiLine) -> scsi_modes.ModeData | None:
    data = line.data(Part.WRITE_CACHE, scsi_modes.mode_sense_10(scsi_modes.CACHING))
    if data is None:
        return None
    modes = scsi_modes.mode_data_10(data)
    line.notes.doubt(Part.WRITE_CACHE, modes.doubts)
    return modes


def _lowered(line: _ScsiLine, capacity: scsi_capacity.Capacity | None) -> HiddenArea:
    """Whether MODE SELECT lowered the capacity. Some drives tell by the block descriptor's default value.

    It proves nothing where it tells no more blocks than there are: MODE SENSE reports the number from the last MODE SELECT, and which
    values were asked for concerns the pages alone (SPC-5 section 6.14, SBC-4 section 6.5.2).
    """
    data = line.data(Part.CAPACITY_LIMIT, scsi_modes.mode_sense_10(scsi_modes.CACHING, control=_DEFAULT_VALUES))
    block = scsi_modes.mode_data_10(data).block if data is not None else None
    hidden = 0
    if capacity is not None and block is not None and block.block_size == capacity.block_size:
        hidden = (block.blocks or 0) - (capacity.blocks or block.blocks or 0)
    if hidden > 0:
        return HiddenArea(Presence.PRESENT, hidden)
    line.notes.miss(Part.CAPACITY_LIMIT, WhyUnseen.NO_WAY)
    return HiddenArea()


def _sanitize(line: _ScsiLine) -> Sanitize:
    block, overwrite, crypto = (
        _supports(line, action)
        for action in (
            scsi_erase.SanitizeService.BLOCK_ERASE,
            scsi_erase.SanitizeService.OVERWRITE,
            scsi_erase.SanitizeService.CRYPTOGRAPHIC_ERASE,
        )
    )
    answer = line.answer(Part.SANITIZE, scsi_basic.request_sense())
    sense = parse_sense(answer.data) if answer else None
    if sense is None or sense.asc is None or sense.ascq is None:
        return Sanitize(block, overwrite, crypto)
    state = _STATES.get(scsi_erase.ongoing(sense.key, sense.asc, sense.ascq), SanitizeState.UNKNOWN)
    running = state is SanitizeState.IN_PROGRESS and sense.progress is not None
    progress = (sense.progress or 0) * 1000 // 65536 if running else None
    return Sanitize(block, overwrite, crypto, state=state, progress_permille=progress)


def _supports(line: _ScsiLine, action: int) -> bool | None:
    data = line.data(Part.SANITIZE, scsi_basic.report_supported_command(_SANITIZE, action))
    support = scsi_basic.supported_command(data, _SANITIZE) if data is not None else Support.NOT_TOLD
    return {Support.NO: False, Support.STANDARD: True}.get(support)


def _locking(line: _ScsiLine) -> Locking | None:
    # who speaks no security protocol says no, and that tells nothing bad of it
    answer = line.reply(Part.LOCKING, scsi_basic.security_protocol_in(*tcg_discovery.SECURITY_PROTOCOLS, 512))
    if answer is None or answer.status != _GOOD:
        return None
    protocols = tcg_discovery.security_protocols(answer.data)
    if protocols is None:
        line.notes.miss(Part.LOCKING, WhyUnseen.UNBELIEVABLE)
    if SECURITY_PROTOCOL not in (protocols or ()):
        return None
    data = line.data(Part.LOCKING, scsi_basic.security_protocol_in(SECURITY_PROTOCOL, LEVEL_0, DISCOVERY_SIZE))
    return locking_of(data, line.notes) if data is not None else None


def _health(line: _ScsiLine) -> Health:
    data = line.data(Part.LOGS, scsi_logs.log_sense(LogPage.SUPPORTED))
    pages = scsi_logs.supported_log_pages(data).codes if data is not None else ()

    def page(code: LogPage) -> bytes | None:
        return line.data(Part.LOGS, scsi_logs.log_sense(code)) if code in pages else None

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
    data = line.data(Part.GROWN_DEFECTS, scsi_logs.read_defect_data())
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
