"""The kernel's block devices as sysfs lists them (/sys/class/block): one entry each, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from erase.probe.cleaning import clean
from erase.probe.tree import Tree

SECTOR = 512  # the unit of sysfs ``size``, whatever the drive's own sectors are
CLASS = "/sys/class/block"

# floppies, optical drives, and raw flash chips, which hold the machine's firmware
_NO_DRIVES = re.compile(r"(fd|sr|scd|mtdblock|ubiblock)[0-9]")


@dataclass(frozen=True)
class Block:
    """One block device: a disk, a partition, or an area of a disk."""

    name: str  # the kernel's, in sysfs spelling
    path: str  # its folder under /sys/devices
    number: str | None  # "major:minor"; None: hidden, it has no node
    size: int  # bytes
    read_only: bool
    removable: bool
    parent: str | None  # the disk that it is a partition or an area of
    is_partition: bool
    holders: tuple[str, ...]  # block devices that the kernel says are built on it
    slaves: tuple[str, ...]  # block devices that it is built on

    @property
    def node(self) -> str:
        """Its node; sysfs writes ! for / (cciss!c0d0)."""
        return "/dev/" + clean(self.name.replace("!", "/"))

    @property
    def is_disk(self) -> bool:
        """Whether it is neither a part of another nor a hidden path to another."""
        return self.parent is None and self.number is not None

    @property
    def may_be_drive(self) -> bool:
        """Whether it is a disk of a kind that holds people's files."""
        return self.is_disk and not _NO_DRIVES.match(self.name)


class Blocks:
    """All block devices, found by name and by number."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.by_name = dict(blocks)
        self.by_number = {block.number: block for block in blocks.values() if block.number}

    def parts(self, disk: Block, *, partitions: bool) -> tuple[Block, ...]:
        """Its partitions, or its areas (eMMC boot and general purpose partitions)."""
        return tuple(block for block in self.by_name.values() if block.parent == disk.name and block.is_partition is partitions)

    def disk_of(self, block: Block) -> Block:
        """The disk that a partition or an area belongs to; a disk is its own."""
        return self.by_name.get(block.parent, block) if block.parent else block


def read_blocks(tree: Tree) -> Blocks:
    """Everything under /sys/class/block."""
    names = tree.names(CLASS)
    found = {name: path for name in names if (path := tree.real(f"{CLASS}/{name}"))}
    by_path = {path: name for name, path in found.items()}
    return Blocks({name: _read_block(tree, name, path, by_path) for name, path in found.items()})


def _read_block(tree: Tree, name: str, path: str, by_path: Mapping[str, str]) -> Block:
    number = tree.text(f"{path}/dev")
    sectors = tree.number(f"{path}/size") or 0
    return Block(
        name=name,
        path=path,
        number=number if number and _is_number(number) else None,
        size=sectors * SECTOR,
        read_only=tree.number(f"{path}/ro") == 1,
        removable=tree.number(f"{path}/removable") == 1,
        # a partition lies in its disk's folder, and so do eMMC boot areas, which are no partitions
        parent=by_path.get(path.rpartition("/")[0]),
        is_partition=tree.exists(f"{path}/partition"),
        holders=tree.names(f"{path}/holders"),
        slaves=tree.names(f"{path}/slaves"),
    )


def _is_number(text: str) -> bool:
    major, colon, minor = text.partition(":")
    return bool(colon) and major.isdigit() and minor.isdigit()
