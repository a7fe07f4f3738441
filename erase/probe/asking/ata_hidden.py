"""What an ATA drive hides: the host protected area, the configuration overlay, the accessible max address."""

from __future__ import annotations

from erase.commands import ata_areas
from erase.commands.ata_capacity import MOST_48_BIT
from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_identify import AtaIdentify
from erase.commands.ata_logs import LogCapabilities
from erase.commands.wire import AtaCommand
from erase.drive.report import HiddenArea, HiddenAreas, Part, Presence, WhyUnseen
from erase.probe.asking.ata_line import AtaLine, tells_features

_ACS_3 = 10  # bit of word 80
_NONE = HiddenArea(Presence.NONE)


def hidden_areas(line: AtaLine, identify: AtaIdentify, capabilities: LogCapabilities | None, *, believed: bool) -> HiddenAreas:
    """Each area. ``believed``: whether this drive's native max address tells the truth (hardware profiles)."""
    unknown = HiddenArea()
    features, sectors = identify.features, identify.capacity.sectors
    if sectors is None or not tells_features(identify):
        # words 82 to 87 don't count: the feature sets may be there or not. Without a capacity nothing can be compared with it
        for part in (Part.HPA, Part.DCO, Part.AMA):
            line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return HiddenAreas(unknown, unknown, unknown, HiddenArea(Presence.NOT_APPLICABLE))
    native: int | None = sectors
    hpa = ama = _NONE
    if features.hpa.supported:
        native = _native(line, Part.HPA, ata_areas.read_native_max_address(extended=features.lba48), believed=believed)
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


def _rules_out_ama(identify: AtaIdentify) -> bool:
    """Whether the drive said that it has no AMA. The feature set came with ACS-3, and its commands have 48 bits."""
    if identify.features.more_told or not identify.features.lba48:
        return True
    return identify.standard is not None and identify.standard < _ACS_3


def _native(line: AtaLine, part: Part, command: AtaCommand, *, believed: bool) -> int | None:
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


def _between(line: AtaLine, part: Part, sectors: int | None, native: int | None) -> HiddenArea:
    """What a larger native capacity hides. A smaller one can't be true, so that nothing is known."""
    if sectors is None or native is None or native < sectors:
        line.notes.miss(part, WhyUnseen.UNBELIEVABLE)
        return HiddenArea()
    return HiddenArea(Presence.PRESENT, native - sectors) if native > sectors else _NONE


def _overlay(line: AtaLine, sectors: int, native: int | None) -> HiddenArea:
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
