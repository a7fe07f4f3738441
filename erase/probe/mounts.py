"""Mounts and swap, from procfs: which block device each stands on, and which mount a file lies in (proc(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from erase.probe.blocks import Blocks
from erase.probe.cleaning import clean
from erase.probe.tree import Tree

# our own mounts last, because paths are ours; before them those of the first process: a private namespace sees fewer
_TABLES = ("/proc/1/mountinfo", "/proc/self/mountinfo")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_LAYER = re.compile(rb"(?:^|,)(?:upperdir|lowerdir\+?)=((?:[^,\\]|\\.)*)")
_EXTRA_DEVICE = re.compile(rb"(?:^|,)(?:logdev|rtdev|journal_path)=([^,]+)")  # XFS and ext4: a log on a second drive
_STACKED_OVERLAYS = 8


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo."""

    number: str  # major:minor of the file system; major 0: no block device, or one that the file system hides
    point: bytes
    kind: bytes  # file system type
    source: bytes
    options: bytes  # of the superblock

    @property
    def name(self) -> str:
        """The mount point, safe to show."""
        return clean(self.point)


@dataclass(frozen=True)
class Swap:
    """One line of /proc/swaps: a partition or a file."""

    path: bytes

    @property
    def name(self) -> str:
        """Its path, safe to show."""
        return clean(self.path)


def read_mounts(tree: Tree) -> tuple[Mount, ...]:
    """All mounts in the order in which they were made; lines that are not understood are left out."""
    found: dict[Mount, None] = {}
    for table in _TABLES:
        for line in tree.lines(table):
            fields = line.split(b" ")
            if b"-" not in fields[6:] or len(tail := fields[fields.index(b"-", 6) + 1 :]) < 2:
                continue
            kind, source, *options = tail
            found[Mount(clean(fields[2]), unescape(fields[4]), kind, unescape(source), unescape(b" ".join(options)))] = None
    return tuple(found)


def read_swaps(tree: Tree) -> tuple[Swap, ...]:
    """All swap in use."""
    return tuple(Swap(unescape(line.split()[0])) for line in tree.lines("/proc/swaps") if line.startswith(b"/"))


def unescape(field: bytes) -> bytes:
    """Blank, tab, newline and backslash are written as three octal digits in both tables."""
    return _OCTAL.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), field)


class Places:
    """Says on which block devices a mount, a node or a file stands."""

    def __init__(self, tree: Tree, blocks: Blocks, mounts: tuple[Mount, ...]) -> None:
        self._tree = tree
        self._blocks = blocks
        self._mounts = mounts
        self._mapped = {name: block.name for block in blocks.by_name.values() if (name := tree.text(f"{block.path}/dm/name"))}
        self._btrfs = self._read_members("/sys/fs/btrfs", "devices")

    def block_of_node(self, path: bytes) -> str | None:
        """The block device that a path under /dev means, links followed; None for anything else."""
        text = path.decode("utf-8", "surrogateescape")
        if not text.startswith("/dev/"):
            return None
        node = self._tree.real(text) or text  # without udevd there may be no node and no link
        name = node.removeprefix("/dev/")
        if name.startswith("mapper/"):
            return self._mapped.get(clean(name.removeprefix("mapper/")))
        name = name.replace("/", "!")
        return name if name in self._blocks.by_name else None

    def blocks_of_mount(self, mount: Mount) -> tuple[str, ...]:
        """Every block device that a mounted file system stands on."""
        found: dict[str, None] = {}
        if (block := self._blocks.by_number.get(mount.number)) is not None:
            found[block.name] = None
        # file systems over several devices show an anonymous number: bcachefs names all, btrfs one of them
        sources = [mount.source, *(mount.source.split(b":") if b":" in mount.source else ()), *_EXTRA_DEVICE.findall(mount.options)]
        for source in sources:
            if name := self.block_of_node(source):
                found[name] = None
        for members in self._btrfs:
            if not members.isdisjoint(found):
                found |= dict.fromkeys(sorted(members))
        return tuple(found)

    def mount_of_file(self, path: bytes) -> Mount | None:
        """The mount in which a path lies: the longest mount point, and of equal ones the last, which covers the others."""
        best: Mount | None = None
        for mount in self._mounts:
            if _lies_in(path, mount.point) and (best is None or len(mount.point) >= len(best.point)):
                best = mount
        return best

    def layers(self, mount: Mount) -> Iterator[Mount]:
        """The mounts beneath an overlay, their own layers too."""
        yield from self._layers(mount, _STACKED_OVERLAYS)

    def _layers(self, mount: Mount, depth: int) -> Iterator[Mount]:
        if mount.kind != b"overlay" or depth == 0:
            return
        for folders in _LAYER.findall(mount.options):
            for folder in re.split(rb"(?<!\\):", folders):
                below = self.mount_of_file(folder.replace(b"\\", b""))
                if below is not None and below != mount:
                    yield below
                    yield from self._layers(below, depth - 1)

    def _read_members(self, folder: str, members: str) -> tuple[frozenset[str], ...]:
        sets = (frozenset(self._tree.names(f"{folder}/{name}/{members}")) for name in self._tree.names(folder))
        return tuple(found for found in sets if found)


def _lies_in(path: bytes, point: bytes) -> bool:
    return point in (b"/", path) or path.startswith(point + b"/")
