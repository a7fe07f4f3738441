"""Several nodes of one drive are one drive: multipath mappings, two ports of a SAS drive, two controllers of a namespace.

Two drives taken for one would be worse than one taken for two: a drive is merged only by a world-wide name *and* a serial
*and* a size that agree, all from the drive itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from erase.drive.facts import Bus, Source
from erase.probe.blocks import Block, Blocks
from erase.probe.description import Description
from erase.probe.holders import is_multipath
from erase.probe.nvme import NamespaceKey, namespace_key
from erase.probe.tree import Tree

_Key = tuple[str, str, int]


@dataclass(frozen=True)
class Group:
    """The block devices that are one drive."""

    blocks: tuple[Block, ...]  # the one to use first
    described_by: Block  # the one that knows who the drive is


def group_drives(tree: Tree, blocks: Blocks, disks: Mapping[str, Description]) -> tuple[Group, ...]:
    """Groups of the ``disks`` (names and descriptions of all that are no part of another)."""
    grouped: set[str] = set()
    groups: list[Group] = []
    for name in disks:
        mapping = blocks.by_name[name]
        paths = [blocks.by_name[slave] for slave in mapping.slaves if slave in disks]
        if is_multipath(tree, mapping) and paths and _agree(disks[path.name] for path in paths):
            # the mapping holds its paths open, so only the mapping itself can be written
            groups.append(Group((mapping, *paths), paths[0]))
            grouped |= {mapping.name, *(path.name for path in paths)}
    by_key: dict[_Key | NamespaceKey, list[Block]] = {}
    for name, description in disks.items():
        if name not in grouped:
            block = blocks.by_name[name]
            by_key.setdefault(_key(tree, block, description), []).append(block)
    groups.extend(Group(tuple(same), same[0]) for same in by_key.values())
    return tuple(groups)


def _agree(descriptions: Iterable[Description]) -> bool:
    return len({(found.identity.serial, found.identity.wwn) for found in descriptions}) == 1


def _key(tree: Tree, block: Block, description: Description) -> _Key | NamespaceKey:
    identity = description.identity
    if description.bus is Bus.NVME and (key := namespace_key(tree, block.path)):
        return key
    named = identity.wwn and identity.serial and identity.wwn.source is identity.serial.source is Source.IDENTIFY
    # tcm_loop and scsi_debug stand in for SAS: with two ports they are one drive too
    if description.bus in (Bus.SAS, Bus.SCSI, Bus.VIRTUAL) and identity.wwn and identity.serial and named:
        return identity.wwn.value, identity.serial.value, block.size
    return "", block.name, 0
