"""Who holds a drive, as a tree: partitions and what is built, mounted or swapped on them (see HolderKind)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from erase.drive.facts import Holder, HolderKind
from erase.probe.blocks import Block, Blocks
from erase.probe.cleaning import clean
from erase.probe.mounts import Mount, Places, Swap, read_mounts, read_swaps
from erase.probe.tree import Tree
from erase.probe.virtual import backing_file
from erase.probe.zfs import Reader, imported_pools, pool_of

_DEPTH_LIMIT = 24  # levels; honest stacks have six
_BRANCHES_LIMIT = 20_000  # a drive; beyond that it is held anyway
_MULTIPATH = "mpath-"
EXCLUSIVE = "exclusive"  # the name of a holder whom nothing names: the kernel only says that there is one


@dataclass
class _Uses:
    """Everything that stands on one block device or in one mount, beside what sysfs calls its holders."""

    mounts: list[Mount] = field(default_factory=list)
    swaps: list[Swap] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)


class Holders:
    """The state of the machine's mounts, swap and loop devices, read once and asked for each drive."""

    def __init__(self, tree: Tree, blocks: Blocks, read_device: Reader, seen_mounts: Mapping[str, Iterable[str]]) -> None:
        self._tree = tree
        self._blocks = blocks
        self._read_device = read_device
        self._seen_mounts = seen_mounts  # mount points by block device, as other witnesses report them
        self.mounts = read_mounts(tree)
        self.swaps = read_swaps(tree)
        self.places = Places(tree, blocks, self.mounts)
        self._pools = imported_pools(tree)
        self._on_block: dict[str, _Uses] = {}
        self._in_mount: dict[Mount, _Uses] = {}
        self._branches_left = 0
        self._collect()

    def of(self, names: Iterable[str]) -> tuple[Holder, ...]:
        """What stands on these block devices, which are one drive; the same thing on two of them counts once."""
        self._branches_left = _BRANCHES_LIMIT
        above = (holder for name in names for holder in self._above(name, _DEPTH_LIMIT, frozenset(names)))
        return tuple(dict.fromkeys(above))

    def _collect(self) -> None:
        for mount in self.mounts:
            for name in self.places.blocks_of_mount(mount):
                self._on_block.setdefault(name, _Uses()).mounts.append(mount)
        for swap in self.swaps:
            for uses in self._places_of(swap.path):
                uses.swaps.append(swap)
        for block in self._blocks.by_name.values():
            if path := backing_file(self._tree, block):
                for uses in self._places_of(path):
                    uses.loops.append(block.name)

    def _places_of(self, path: bytes) -> tuple[_Uses, ...]:
        """Where a node or a file is noted: on its block device, else in the mount in which it lies, and in that one's layers."""
        if name := self.places.block_of_node(path):
            return (self._on_block.setdefault(name, _Uses()),)
        mount = self.places.mount_of_file(path)
        mounts = dict.fromkeys((mount, *self.places.layers(mount))) if mount else {}
        return tuple(self._in_mount.setdefault(found, _Uses()) for found in mounts)

    def _above(self, name: str, depth: int, below: frozenset[str]) -> Iterator[Holder]:
        block = self._blocks.by_name.get(name)
        if block is None:
            return
        self._branches_left -= 1
        if depth <= 0 or self._branches_left <= 0:
            yield Holder(HolderKind.OTHER, block.node)  # too much to follow, so it counts as held
            return
        for part in self._blocks.parts(block, partitions=True):
            yield Holder(HolderKind.PARTITION, part.node, tuple(self._above(part.name, depth - 1, below | {part.name})))
        for holder in block.holders:
            if holder not in below:
                yield self._built_on(holder, depth, below)
        yield from self._bcache(block)
        uses = self._on_block.get(name, _Uses())
        yield from self._mounted(block, uses, depth, below)
        yield from self._used(uses, depth, below)
        if self._pools and (pool := pool_of(self._read_device, block.node)) in self._pools:
            yield Holder(HolderKind.ZFS, pool or "", tuple(self._datasets(pool or "")))

    def _built_on(self, name: str, depth: int, below: frozenset[str]) -> Holder:
        block = self._blocks.by_name.get(name)
        if block is None:
            return Holder(HolderKind.OTHER, clean(name))
        kind, shown = self._kind_of(block)
        return Holder(kind, shown, tuple(self._above(name, depth - 1, below | {name})))

    def _kind_of(self, block: Block) -> tuple[HolderKind, str]:
        if self._tree.exists(f"{block.path}/md"):
            return HolderKind.MD, block.node
        if self._tree.exists(f"{block.path}/dm"):
            name = self._tree.text(f"{block.path}/dm/name") or block.node
            is_lvm = (self._tree.text(f"{block.path}/dm/uuid") or "").startswith("LVM-")
            return (HolderKind.LVM, _volume(name)) if is_lvm else (HolderKind.DM, name)
        if _is_bcache(block.name):
            return HolderKind.BCACHE, block.node
        return HolderKind.OTHER, block.node

    def _bcache(self, block: Block) -> Iterator[Holder]:
        # registered with bcache but not running, or a cache: the kernel holds it all the same, and names no holder.
        # The devices that bcache makes have a folder of that name too
        running = any(_is_bcache(name) for name in (block.name, *block.holders))
        if self._tree.exists(f"{block.path}/bcache") and not running:
            yield Holder(HolderKind.BCACHE, block.node)

    def _mounted(self, block: Block, uses: _Uses, depth: int, below: frozenset[str]) -> Iterator[Holder]:
        shown = set()
        for mount in uses.mounts:
            inside = tuple(self._used(self._in_mount.get(mount, _Uses()), depth - 1, below))
            shown.add(mount.name)
            yield Holder(HolderKind.MOUNT, mount.name, inside)
        for point in self._seen_mounts.get(block.name, ()):
            if point not in shown:
                yield Holder(HolderKind.MOUNT, point)

    def _used(self, uses: _Uses, depth: int, below: frozenset[str]) -> Iterator[Holder]:
        for swap in uses.swaps:
            yield Holder(HolderKind.SWAP, swap.name)
        for name in uses.loops:
            if name not in below and depth > 0:
                inside = tuple(self._above(name, depth - 1, below | {name}))
                yield Holder(HolderKind.LOOP, self._blocks.by_name[name].node, inside)

    def _datasets(self, pool: str) -> Iterator[Holder]:
        for mount in self.mounts:
            if mount.kind == b"zfs" and clean(mount.source.partition(b"/")[0]) == pool:
                yield Holder(HolderKind.MOUNT, mount.name)


def _is_bcache(name: str) -> bool:
    return bool(re.fullmatch("bcache[0-9]+", name))


def _volume(name: str) -> str:
    """``group/volume`` of the name that LVM gives its mapping: joined by a dash, dashes within doubled (lvm(8))."""
    return "/".join(part.replace("--", "-") for part in re.findall("(?:[^-]|--)+", name))


def is_multipath(tree: Tree, block: Block) -> bool:
    """Whether a mapping joins several paths to one drive (multipath-tools)."""
    return (tree.text(f"{block.path}/dm/uuid") or "").startswith(_MULTIPATH)
