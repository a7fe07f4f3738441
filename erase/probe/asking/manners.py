"""What hardware profiles say of a drive and of what it hangs on, in the words of whoever speaks to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from erase.commands.bridges import Manners, Registers, Wrapper, delicate
from erase.drive.facts import Bus, Identity
from erase.probe.asking.targets import Speech, Target
from hardware_profiles import Match, MergedQuirks, Subject
from hardware_profiles.vocabulary import Before, Command, Kind, Report, Transport
from hardware_profiles.vocabulary import Identity as Namelessness

LookUp = Callable[[Subject], Match]

_KINDS = {Speech.ATA: Kind.ATA, Speech.SCSI: Kind.SCSI, Speech.NVME: Kind.NVME, Speech.MMC: Kind.MMC}
_TRANSPORTS = {Bus.ATA: Transport.SATA, Bus.SAS: Transport.SAS, Bus.NVME: Transport.PCIE, Bus.USB: Transport.USB, Bus.MMC: Transport.MMC}
_SHORT_FORM = Command.ATA_PASS_THROUGH_12
_SECTOR = 512  # bytes; profiles count transfers in these


@dataclass(frozen=True)
class Known:
    """What the profiles come to for one drive."""

    manners: Manners
    names: tuple[str, ...]  # of the profiles that matched, from general to specific
    believes_native_max: bool  # READ NATIVE MAX ADDRESS tells the truth
    names_are_unique: bool  # EUI-64 and NGUID tell this drive from others
    try_ata_first: bool  # before an NVMe wrapper is used, IDENTIFY DEVICE must show that no ATA drive lies behind the bridge


def knowledge_of(target: Target, identity: Identity, speech: Speech, look_up: LookUp) -> Known:
    """What is known of a drive with these names, that hangs where the target hangs."""
    match = look_up(_subject(target, identity, speech))
    quirks = match.quirks
    return Known(
        manners=_manners(quirks, speech),
        names=tuple(profile.name for profile in match.entries),
        believes_native_max=Report.NATIVE_MAX_ADDRESS not in quirks.not_proof,
        names_are_unique=Namelessness.NID_NOT_UNIQUE not in quirks.identity,
        try_ata_first=Before.TRY_ATA_IDENTIFY in quirks.before,
    )


def both(bridge: Manners, drive: Manners) -> Manners:
    """The bridge's own, with whatever is forbidden or limited for the drive behind it too."""
    limits = [limit for limit in (bridge.max_transfer, drive.max_transfer) if limit is not None]
    # registers that don't come are the bridge's doing; what is known of the drive doesn't bring them back
    registers = bridge.registers if bridge.registers is not Registers.OK else drive.registers
    return replace(bridge, registers=registers, max_transfer=min(limits, default=None), forbidden=bridge.forbidden | drive.forbidden)


def _subject(target: Target, identity: Identity, speech: Speech) -> Subject:
    usb, pci = target.attachment.usb, target.attachment.pci if target.attachment.usb is None else None
    return Subject(
        kind=_KINDS.get(speech),
        transport=Transport.RAID if target.volumes else _TRANSPORTS.get(target.description.bus),
        vendor=identity.vendor.value if identity.vendor else None,
        model=identity.model.value if identity.model else None,
        firmware=identity.firmware.value if identity.firmware else None,
        serial=identity.serial.value if identity.serial else None,
        usb_vendor=usb.vendor if usb else None,
        usb_product=usb.product if usb else None,
        usb_release=usb.release if usb else None,
        pci_vendor=pci.vendor if pci else None,
        pci_device=pci.device if pci else None,
        pci_subsystem_vendor=pci.subsystem_vendor if pci else None,
        pci_subsystem_device=pci.subsystem_device if pci else None,
    )


def _manners(quirks: MergedQuirks, speech: Speech) -> Manners:
    wrapper = Wrapper(quirks.pass_through.value) if quirks.pass_through else Wrapper.SAT_16
    return Manners(
        wrapper=wrapper,
        registers=Registers(quirks.registers.value),
        max_transfer=None if quirks.max_transfer_sectors is None else quirks.max_transfer_sectors * _SECTOR,
        forbidden=delicate(command.value for command in quirks.forbid - {_SHORT_FORM}),
        # behind a bridge nothing is gained by the short form, and some crash on it
        never_a1=_SHORT_FORM in quirks.forbid or (speech is Speech.BRIDGE and wrapper is not Wrapper.SAT_12),
    )
