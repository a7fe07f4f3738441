"""One look at the machine: everything that is read together, so that drives and their holders fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from erase.drive.facts import Area, AreaKind, Drive, Holder, HolderKind, Unusable
from erase.probe.asking.targets import Target, target_of_block
from erase.probe.beneath import Beneath
from erase.probe.blocks import Block, read_blocks
from erase.probe.boot import Boot
from erase.probe.comparison import Disagreement, compare, with_ata_word
from erase.probe.describe import describe
from erase.probe.groups import Group, group_drives
from erase.probe.holders import EXCLUSIVE, Holders
from erase.probe.mmc import area_kind, rpmb
from erase.probe.nvme import is_namespace, namespace_key
from erase.probe.tree import Tree
from erase.probe.witnesses import Answer
from erase.probe.zfs import Reader

# empty virtual devices are not drives that lost their medium: nobody attached anything
_NOTHING_ATTACHED = frozenset({"loop", "ram", "zram", "nbd", "dm", "md", "null_blk", "other-virtual"})
_DEFAULT_SECTOR = 512  # bytes; what the kernel assumes where a driver says nothing


class Scene:
    """The block devices of one moment, made into drives."""

    def __init__(self, tree: Tree, read_device: Reader, answers: Sequence[Answer]) -> None:
        self._tree = tree
        self.answers = tuple(answers)
        self.blocks = read_blocks(tree)
        sightings = [sighting for answer in answers for sighting in answer.sightings]
        words = {sighting.name: sighting.ata for sighting in sightings if sighting.ata}
        candidates = sorted(block.name for block in self.blocks.by_name.values() if block.may_be_drive)
        self._disks = {name: with_ata_word(describe(tree, self.blocks.by_name[name]), words.get(name)) for name in candidates}
        seen_mounts: dict[str, list[str]] = {}
        for sighting in sightings:
            if sighting.mount_point:
                seen_mounts.setdefault(sighting.name, []).append(sighting.mount_point)
        self._holders = Holders(tree, self.blocks, read_device, seen_mounts)
        self._beneath = Beneath(tree, self.blocks, self._holders.places, self._holders.swaps, self._is_virtual)
        self._boot = Boot(tree, self.blocks, self._holders.places, self._holders.mounts)

    def _is_virtual(self, name: str) -> bool:
        described = self._disks.get(name)
        return described is not None and described.virtual is not None

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every drive that could be named, the virtual and the stacked ones too."""
        return group_drives(self._tree, self.blocks, self._disks)

    @property
    def listed(self) -> tuple[Group, ...]:
        """Those that a list shows: not what is built on another drive (that is in its tree), nor what has nothing attached."""
        return tuple(group for group in self.groups if not self.is_empty(group) and (len(group.blocks) > 1 or not group.blocks[0].slaves))

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where the witnesses contradict sysfs."""
        return compare(self.blocks, self._disks, self.answers)

    def group_of(self, block: Block) -> Group | None:
        """The drive that a disk is, or is one node of; None for what is no drive."""
        return next((group for group in self.groups if block in group.blocks), None)

    def is_empty(self, group: Group) -> bool:
        """Whether it is a virtual device with nothing attached."""
        return group.blocks[0].size == 0 and self._disks[group.described_by.name].virtual in _NOTHING_ATTACHED

    def target(self, group: Group) -> Target | None:
        """Whom to ask about a group, by the path that describes it; None where nothing can be asked."""
        block = group.described_by
        return target_of_block(self._tree, block.name, block.node, block.path, self._disks[block.name])

    def drive(self, group: Group, *, is_claimed: bool = False) -> Drive:
        """All that is known of it. ``is_claimed``: the kernel says that somebody uses it exclusively."""
        first = group.blocks[0]
        description = self._disks[group.described_by.name]
        names = [block.name for block in group.blocks]
        holders = self._holders.of(names)
        if is_claimed and not any(found.kind is not HolderKind.PARTITION for holder in holders for found in holder.walk()):
            # a file system whose mount we don't see (another namespace, the layers of a live system), or a running job
            holders = (*holders, Holder(HolderKind.OTHER, EXCLUSIVE))
        parts = tuple(part for block in group.blocks for part in (block, *self.blocks.parts(block, partitions=True)))
        logical = self._tree.number(f"{first.path}/queue/logical_block_size") or _DEFAULT_SECTOR
        return Drive(
            nodes=tuple(block.node for block in group.blocks),
            identity=description.identity,
            bus=description.bus,
            media=description.media,
            size=first.size,
            logical_sector=logical,
            physical_sector=self._tree.number(f"{first.path}/queue/physical_block_size") or logical,
            read_only=any(block.read_only for block in group.blocks),
            removable=description.removable or first.removable,
            virtual=description.virtual,
            holders=(*self._boot.holder(parts, holders), *(self._beneath.holders(first) if description.virtual else ()), *holders),
            areas=self._areas(first),
            unusable=_unusable(first),
        )

    def _areas(self, block: Block) -> tuple[Area, ...]:
        beside = [self._area(part, area_kind(part.name)) for part in self.blocks.parts(block, partitions=False)]
        if protected := rpmb(self._tree, block.path):
            beside.append(Area(AreaKind.RPMB, *protected))
        if is_namespace(block.name):
            beside.extend(self._area(other, AreaKind.NAMESPACE) for other in self._other_namespaces(block))
        return tuple(beside)

    def _other_namespaces(self, block: Block) -> list[Block]:
        key = namespace_key(self._tree, block.path)
        found: dict[int, Block] = {}
        for name in self._disks:
            other = self.blocks.by_name[name]
            if key and is_namespace(name) and (theirs := namespace_key(self._tree, other.path)):
                same_medium = (theirs.subsystem, theirs.serial) == (key.subsystem, key.serial)
                if same_medium and theirs.identifier != key.identifier:
                    found.setdefault(theirs.identifier, other)
        return list(found.values())

    def _area(self, block: Block, kind: AreaKind) -> Area:
        return Area(kind, block.node, block.size, self._holders.of([block.name]))


def _unusable(block: Block) -> Unusable | None:
    if block.size:
        return None
    return Unusable.NO_MEDIUM if block.removable else Unusable.NO_CAPACITY
