"""Whom to ask, and in which language: read from sysfs, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique

from erase.drive.facts import Bus
from erase.drive.report import Zoning
from erase.probe.attachment import Attachment, attachment_of, pci_folder
from erase.probe.controllers import shows_volumes
from erase.probe.description import Description
from erase.probe.mmc import is_mmc
from erase.probe.nvme import is_namespace
from erase.probe.scsi import DISK_TYPES, is_scsi
from erase.probe.tree import Tree

_HOST_MANAGED = 0x14  # peripheral device type (SPC-5 table 147)
_KERNELS_WORDS = {"none": Zoning.NONE, "host-aware": Zoning.HOST_AWARE, "host-managed": Zoning.HOST_MANAGED}


@unique
class Speech(StrEnum):
    """Which commands a drive is thought to obey."""

    ATA = "ata"
    BRIDGE = "bridge"  # what lies behind a USB bridge shows when it answers
    SCSI = "scsi"
    NVME = "nvme"
    MMC = "mmc"


@dataclass(frozen=True)
class Target:
    """One drive to be asked."""

    node: str  # what is opened
    speech: Speech
    description: Description  # what sysfs says
    attachment: Attachment
    nsid: int | None = None  # of an NVMe namespace
    zoning: Zoning = Zoning.UNKNOWN  # as the kernel found it
    volumes: bool = False  # a volume, as far as can be told: its controller makes them of disks


def target_of_block(tree: Tree, name: str, node: str, path: str, description: Description) -> Target | None:
    """The target behind a block device whose folder is ``path``; None where nothing can be asked (loop devices, virtio ...)."""
    attachment = attachment_of(tree, path)
    if is_namespace(name):
        nsid, zoning = tree.number(f"{path}/nsid"), _zoning(tree, path)
        return Target(node, Speech.NVME, description, attachment, nsid, zoning)
    if is_mmc(name):
        # an SD card has no EXT_CSD: all that it tells is in the registers that the kernel read
        return None if tree.text(f"{path}/device/type") == "SD" else Target(node, Speech.MMC, description, attachment)
    device = tree.real(f"{path}/device")
    found = target_of_scsi(tree, device, node, description) if device and is_scsi(tree, device) else None
    return replace(found, zoning=_zoning(tree, path)) if found and found.zoning is Zoning.UNKNOWN else found


def target_of_scsi(tree: Tree, device: str, node: str, description: Description) -> Target | None:
    """The target behind a SCSI logical unit whose folder is ``device``."""
    kind = tree.number(f"{device}/type")
    if kind not in DISK_TYPES:
        return None
    attachment = attachment_of(tree, device)
    if attachment.usb is not None:
        speech = Speech.BRIDGE
    elif description.bus is Bus.ATA or tree.text(f"{device}/vendor") == "ATA":
        speech = Speech.ATA
    else:
        speech = Speech.SCSI
    # a disk that takes writes in sequence only has a device type of its own (ZBC-2 section 4.2; SAT-5 section 8.1 for ATA disks)
    zoning = Zoning.HOST_MANAGED if kind == _HOST_MANAGED else Zoning.UNKNOWN
    # in host adapter mode such a controller shows its disks as what they are
    volumes = speech is Speech.SCSI and description.bus is not Bus.SAS and shows_volumes(tree, pci_folder(device))
    return Target(node, speech, description, attachment, zoning=zoning, volumes=volumes)


def target_of_controller(tree: Tree, path: str, node: str, description: Description) -> Target:
    """An NVMe controller that shows no namespace."""
    return Target(node, Speech.NVME, description, attachment_of(tree, path))


def _zoning(tree: Tree, block: str) -> Zoning:
    return _KERNELS_WORDS.get(tree.text(f"{block}/queue/zoned") or "", Zoning.UNKNOWN)
