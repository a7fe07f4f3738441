"""ZFS: the kernel shows no holder for a pool's drives, so the label on the drive is read (OpenZFS on-disk format, section 1.2).

A label alone holds nothing: a drive from a pool that is not imported here may be erased. So drives are read only where
ZFS is loaded at all, and a label counts only if its pool is imported.
"""

from __future__ import annotations

from collections.abc import Callable

from erase.probe.cleaning import clean
from erase.probe.tree import Tree

POOLS = "/proc/spl/kstat/zfs"
LABEL_OFFSET = 16 * 1024  # bytes from the start of the vdev: the name-value list of label 0
LABEL_LENGTH = 112 * 1024

_XDR = 1  # encoding of the list
_STRING = 9  # DATA_TYPE_STRING
_PAIRS_LIMIT = 256

Reader = Callable[[str, int, int], bytes]  # node, offset, length -> what could be read, perhaps nothing


def imported_pools(tree: Tree) -> frozenset[str]:
    """Names of the pools that are in use on this machine; empty where ZFS is not loaded."""
    return frozenset(clean(name) for name in tree.names(POOLS) if tree.exists(f"{POOLS}/{name}/state"))


def pool_of(read: Reader, node: str) -> str | None:
    """The pool whose label lies on a device; None for no label, or one that can't be understood."""
    return pool_name(read(node, LABEL_OFFSET, LABEL_LENGTH))


def pool_name(label: bytes) -> str | None:
    """The string ``name`` of a label's list: XDR, big-endian, pairs of (size, decoded size, name, type, count, value)."""
    if len(label) < 12 or label[0] != _XDR or label[1] > 1:
        return None
    place = 12  # header 4 bytes, version 4, flags 4
    for _ in range(_PAIRS_LIMIT):
        size = int.from_bytes(label[place : place + 4], "big")
        if size < 20 or place + size > len(label):
            return None
        name, rest = _string(label[place + 8 : place + size])
        if name == b"name" and int.from_bytes(rest[0:4], "big") == _STRING:
            return clean(_string(rest[8:])[0]) or None
        place += size
    return None


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string and what follows it: length 4 bytes, characters, padding to a multiple of four."""
    length = int.from_bytes(data[0:4], "big")
    end = 4 + (length + 3) // 4 * 4
    return (data[4 : 4 + length], data[end:]) if end <= len(data) else (b"", b"")
