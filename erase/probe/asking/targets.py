"""Whom to ask, and in which language: read from sysfs, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.drive.facts import Bus
from erase.probe.attachment import Attachment, attachment_of
from erase.probe.description import Description
from erase.probe.mmc import is_mmc
from erase.probe.nvme import is_namespace
from erase.probe.scsi import DISK_TYPES, is_scsi
from erase.probe.tree import Tree


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


def target_of_block(tree: Tree, name: str, node: str, path: str, description: Description) -> Target | None:
    """The target behind a block device whose folder is ``path``; None where nothing can be asked (loop devices, virtio ...)."""
    attachment = attachment_of(tree, path)
    if is_namespace(name):
        return Target(node, Speech.NVME, description, attachment, nsid=tree.number(f"{path}/nsid"))
    if is_mmc(name):
        # an SD card has no EXT_CSD: all that it tells is in the registers that the kernel read
        return None if tree.text(f"{path}/device/type") == "SD" else Target(node, Speech.MMC, description, attachment)
    device = tree.real(f"{path}/device")
    return target_of_scsi(tree, device, node, description) if device and is_scsi(tree, device) else None


def target_of_scsi(tree: Tree, device: str, node: str, description: Description) -> Target | None:
    """The target behind a SCSI logical unit whose folder is ``device``."""
    if tree.number(f"{device}/type") not in DISK_TYPES:
        return None
    attachment = attachment_of(tree, device)
    if attachment.usb is not None:
        speech = Speech.BRIDGE
    elif description.bus is Bus.ATA or tree.text(f"{device}/vendor") == "ATA":
        speech = Speech.ATA
    else:
        speech = Speech.SCSI
    return Target(node, speech, description, attachment)


def target_of_controller(tree: Tree, path: str, node: str, description: Description) -> Target:
    """An NVMe controller that shows no namespace."""
    return Target(node, Speech.NVME, description, attachment_of(tree, path))
