"""Drives that are none: loop devices, memory, arrays and mappings, test drivers. Their papers say TEST (decisions.md 21)."""

from __future__ import annotations

import hashlib
import re

from erase.drive.facts import Bus, Fact, Identity, MediaType, Source
from erase.probe.blocks import Block
from erase.probe.cleaning import clean
from erase.probe.description import Description
from erase.probe.tree import Tree

_BY_NAME = (("loop", "loop"), ("ram", "ram"), ("zram", "zram"), ("nbd", "nbd"), ("nullb", "null_blk"))
_DELETED = b" (deleted)"


def virtual_kind(tree: Tree, block: Block) -> str | None:
    """The kind of a virtual block device; None for one that stands for hardware."""
    for folder, kind in (("dm", "dm"), ("md", "md")):
        if tree.exists(f"{block.path}/{folder}"):
            return kind
    if not block.path.startswith("/sys/devices/virtual/"):
        return None
    for start, kind in _BY_NAME:
        if re.fullmatch(f"{start}[0-9]+", block.name):
            return kind
    # a null_blk made by configfs bears the name of its folder there
    return "null_blk" if tree.exists(f"/sys/kernel/config/nullb/{block.name}") else "other-virtual"


def backing_file(tree: Tree, block: Block) -> bytes | None:
    """The path of the file or node behind a loop device, as the kernel writes it; None: nothing is attached."""
    raw = tree.data(f"{block.path}/loop/backing_file", 8192)
    path = raw[:-1] if raw.endswith(b"\n") else raw
    if path.endswith(_DELETED) and not tree.exists(path.decode("utf-8", "surrogateescape")):
        path = path[: -len(_DELETED)]
    return path or None


def loop_serial(path: bytes, size: int) -> str:
    """``VIRT-`` and 16 hexadecimal digits of SHA-256(basename NUL size in bytes, decimal) (decisions.md 21)."""
    basename = path.rpartition(b"/")[2]
    return "VIRT-" + hashlib.sha256(basename + b"\0" + str(size).encode("ascii")).hexdigest()[:16]


def describe_virtual(tree: Tree, block: Block, kind: str) -> Description:
    """A virtual drive. Only a loop device has names: its file's, and a serial that is computed from it."""
    identity = Identity()
    if kind == "loop" and (path := backing_file(tree, block)):
        model = Fact(clean(path.rpartition(b"/")[2]), Source.KERNEL)
        identity = Identity(model=model, serial=Fact(loop_serial(path, block.size), Source.DERIVED))
    elif kind == "dm" and (name := tree.text(f"{block.path}/dm/name")):
        identity = Identity(model=Fact(name, Source.KERNEL))
    return Description(identity, Bus.VIRTUAL, MediaType.UNKNOWN, kind)
