"""Which drive the running system came from: it must never be erased by the system that stands on it."""

from __future__ import annotations

import re

from erase.drive.facts import Holder, HolderKind
from erase.probe.blocks import Block, Blocks
from erase.probe.mounts import Mount, Places
from erase.probe.tree import Tree

# the root, what boots it, and where live systems (Debian, Ubuntu, Fedora, Arch) keep the medium that they came from
_BOOT_POINTS = (
    b"/",
    b"/boot",
    b"/boot/efi",
    b"/boot/firmware",
    b"/efi",
    b"/usr",
    b"/run/live/medium",
    b"/lib/live/mount/medium",
    b"/cdrom",
    b"/run/initramfs/live",
    b"/run/archiso/bootmnt",
)
_ROOT = re.compile(rb"(?:^|\s)root=(\S+)")
_LINKS = {b"UUID": b"by-uuid", b"PARTUUID": b"by-partuuid", b"LABEL": b"by-label", b"PARTLABEL": b"by-partlabel"}


class Boot:
    """The mounts and the block device that the system booted from."""

    def __init__(self, tree: Tree, blocks: Blocks, places: Places, mounts: tuple[Mount, ...]) -> None:
        at_boot_points = [mount for mount in mounts if mount.point in _BOOT_POINTS]
        layers = [layer for mount in at_boot_points for layer in places.layers(mount)]
        self._mounts = frozenset(mount.name for mount in (*at_boot_points, *layers))
        self._root = _root_on_command_line(tree, blocks, places)

    def holder(self, parts: tuple[Block, ...], holders: tuple[Holder, ...]) -> tuple[Holder, ...]:
        """One branch that names the reason, if the drive with these nodes and partitions is the boot medium."""
        for holder in holders:
            for found in holder.walk():
                if found.kind is HolderKind.MOUNT and found.name in self._mounts:
                    return (Holder(HolderKind.BOOT_MEDIUM, found.name),)
        root = self._root
        return (Holder(HolderKind.BOOT_MEDIUM, f"root={root.node}"),) if root and root in parts else ()


def _root_on_command_line(tree: Tree, blocks: Blocks, places: Places) -> Block | None:
    """The block device that ``root=`` means (kernel, admin-guide/kernel-parameters), where it can be told."""
    found = _ROOT.findall(tree.data("/proc/cmdline"))
    wish = found[-1].strip(b'"') if found else b""  # the last one counts
    if re.fullmatch(rb"[0-9]+:[0-9]+", wish):
        return blocks.by_number.get(wish.decode("ascii"))
    key, _, value = wish.partition(b"=")
    node = b"/dev/disk/%s/%s" % (_LINKS[key], value) if key in _LINKS else wish
    if name := places.block_of_node(node):
        return blocks.by_name[name]
    # without udevd there are no links; the kernel itself tells PARTUUID since 6.9
    return _by_partition_uuid(tree, blocks, value) if key == b"PARTUUID" and value else None


def _by_partition_uuid(tree: Tree, blocks: Blocks, uuid: bytes) -> Block | None:
    wanted = b"partuuid=" + uuid.lower()
    return next((block for block in blocks.by_name.values() if wanted in tree.data(f"{block.path}/uevent").lower().split()), None)
