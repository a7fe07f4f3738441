"""Drives that the kernel drives by SCSI commands: SATA and PATA, SAS, USB, and whatever else looks like a SCSI disk."""

from __future__ import annotations

import re

from erase.commands.ata_identify import AtaIdentify
from erase.commands.sat_pages import parse_ata_information
from erase.commands.scsi_block_pages import characteristics
from erase.commands.scsi_inquiry import designators, unit_serial
from erase.drive.facts import Bus, Identity, Source
from erase.probe.cleaning import known, plain_name
from erase.probe.description import Description, fact
from erase.probe.media import MediaEvidence, media_type
from erase.probe.tree import Tree

# peripheral device types (SPC-4 table 142) of drives: disk, reduced block commands, host-managed zoned
DISK_TYPES = (0x00, 0x0E, 0x14)

_USB = re.compile(r"/usb[0-9]+/")
_FIREWIRE = re.compile(r"/fw[0-9]+[./]")
_ATA_PORT = re.compile(r"/ata[0-9]+/")
# NAA 2, 5 and 6 carry an IEEE company; 3 is made up by the adapter (SPC-4 section 7.8.6.6)
_WORLD_WIDE = ("2", "5", "6")
_STAND_INS = {"/sys/devices/pseudo_": "scsi_debug", "/sys/devices/tcm_loop_": "tcm_loop"}


def is_scsi(tree: Tree, device: str) -> bool:
    """Whether the folder ``device`` is that of a SCSI logical unit."""
    return tree.exists(f"{device}/scsi_level")


def describe_scsi(tree: Tree, device: str) -> Description:
    """The drive behind the SCSI logical unit whose folder is ``device`` (a real path)."""
    virtual = next((kind for start, kind in _STAND_INS.items() if device.startswith(start)), None)
    bridged = bool(_USB.search(device) or _FIREWIRE.search(device))
    information = parse_ata_information(tree.data(f"{device}/vpd_pg89"))
    identify = information.identify if information is not None and information.identify.believed else None
    if identify and bridged and not identify.checked:
        identify = None  # a bridge's invention looks the same
    if identify and not bridged and not _speaks_for_ata(tree, device):
        identify = None  # of whatever else has such a page (scsi_debug) the drive's other pages tell something else
    bus = _bus(tree, device, identify, is_virtual=virtual is not None)
    own_pages = virtual is not None or bus in (Bus.ATA, Bus.SAS)
    evidence = MediaEvidence(
        identify_rotation=identify.medium.rotation if identify else None,
        hybrid=identify.medium.hybrid if identify else False,
        # behind a bridge or an array the page is the bridge's or the array's word
        page_rotation=characteristics(tree.data(f"{device}/vpd_pgb1")).rotation if own_pages else None,
    )
    if identify:
        identity = _identity_by_identify(tree, device, identify, bridged=bridged)
    else:
        identity = _identity_by_inquiry(tree, device, Source.BRIDGE if bridged else Source.IDENTIFY)
    return Description(identity, bus, media_type(bus, evidence), virtual)


def _speaks_for_ata(tree: Tree, device: str) -> bool:
    """Whether a translation layer says that an ATA drive lies behind it (SAT-5 section 8.1.2: the vendor of INQUIRY)."""
    return bool(_ATA_PORT.search(device)) or tree.text(f"{device}/vendor") == "ATA"


def _bus(tree: Tree, device: str, identify: AtaIdentify | None, *, is_virtual: bool) -> Bus:
    if is_virtual:
        return Bus.VIRTUAL
    if _USB.search(device):
        return Bus.USB
    if _FIREWIRE.search(device):
        return Bus.UNKNOWN
    if identify or _speaks_for_ata(tree, device):
        return Bus.ATA
    if "/end_device-" in device or tree.exists(f"{device}/sas_address"):
        return Bus.SAS
    return Bus.SCSI


def _identity_by_identify(tree: Tree, device: str, identify: AtaIdentify, *, bridged: bool) -> Identity:
    # an adapter (SAT) passes the drive's world wide name on; a bridge makes up one of its own
    name = identify.wwn or (None if bridged else _world_wide_name(tree, device))
    return Identity(
        model=fact(known(identify.model), Source.IDENTIFY),
        serial=fact(plain_name(identify.serial), Source.IDENTIFY),
        firmware=fact(known(identify.firmware), Source.IDENTIFY),
        wwn=fact(name, Source.IDENTIFY),
    )


def _identity_by_inquiry(tree: Tree, device: str, source: Source) -> Identity:
    vendor = tree.text(f"{device}/vendor")
    names = designators(tree.data(f"{device}/vpd_pg83"))
    model = tree.text(f"{device}/model")
    serial = plain_name(unit_serial(tree.data(f"{device}/vpd_pg80")).serial)
    if source is Source.BRIDGE and (usb := _usb_device(tree, device)):
        vendor, model = vendor or tree.text(f"{usb}/manufacturer"), model or tree.text(f"{usb}/product")
        serial = serial or plain_name(tree.text(f"{usb}/serial"))
    return Identity(
        vendor=fact(None if vendor == "ATA" else vendor, source),  # SAT writes ATA where a maker should stand
        model=fact(model, source),
        serial=fact(serial, source),
        firmware=fact(tree.text(f"{device}/rev"), source),
        wwn=fact(_world_wide_name(tree, device), source),
        eui64=fact(names.eui64, source),
    )


def _world_wide_name(tree: Tree, device: str) -> str | None:
    naa = designators(tree.data(f"{device}/vpd_pg83")).naa
    return naa if naa and naa.startswith(_WORLD_WIDE) else None


def _usb_device(tree: Tree, device: str) -> str | None:
    folder = device
    while "/" in folder.strip("/"):
        folder = folder.rpartition("/")[0]
        if tree.exists(f"{folder}/idVendor"):
            return folder
    return None
