"""Asks the right family about a block device."""

from __future__ import annotations

import re

from erase.drive.facts import Bus, Identity, MediaType, Source
from erase.probe.blocks import Block
from erase.probe.cleaning import plain_name
from erase.probe.description import Description, fact
from erase.probe.mmc import describe_mmc, is_mmc
from erase.probe.nvme import describe_nvme, is_namespace
from erase.probe.scsi import describe_scsi, is_scsi
from erase.probe.tree import Tree
from erase.probe.virtual import describe_virtual, virtual_kind

_VIRTIO = re.compile(r"/virtio[0-9]+/block/")


def describe(tree: Tree, block: Block) -> Description:
    """Who a disk is, how it is attached and what its data lies on."""
    if is_namespace(block.name):
        return describe_nvme(tree, block.path)
    if is_mmc(block.name):
        return describe_mmc(tree, block.path)
    if kind := virtual_kind(tree, block):
        return describe_virtual(tree, block, kind)
    device = tree.real(f"{block.path}/device")
    if device and is_scsi(tree, device):
        return describe_scsi(tree, device)
    if _VIRTIO.search(block.path):
        # the serial is what the hypervisor was told to say
        serial = plain_name(tree.text(f"{block.path}/serial"))
        return Description(Identity(serial=fact(serial, Source.KERNEL)), Bus.VIRTIO, MediaType.UNKNOWN)
    return Description(Identity(), Bus.UNKNOWN, MediaType.UNKNOWN)
