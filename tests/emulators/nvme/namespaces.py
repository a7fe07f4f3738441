"""Namespaces: allocated or not, attached or not, and what each of them lies on (Base 2.0c sections 3.2.1, 8.12)."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, unique

from emulators.medium import FlashMedium, Where
from emulators.nvme.entries import Refused, Status
from emulators.nvme.personality import LbaFormat, Personality
from emulators.power import Power

PAGE = 4096


@unique
class WriteProtection(IntEnum):
    """Feature 84h (Base 2.0c section 5.27.1.33)."""

    NONE = 0
    WRITE_PROTECT = 1
    UNTIL_POWER_CYCLE = 2
    PERMANENT = 3


@dataclass
class Namespace:
    """One allocated namespace with its own media and media encryption key."""

    nsid: int
    size: int  # bytes of user data: NSZE times the data size of the LBA format
    shared: bool
    nguid: bytes
    medium: FlashMedium
    formats: tuple[LbaFormat, ...]
    format: int = 0  # index
    attached: set[int] = field(default_factory=set)  # controller identifiers
    protection: WriteProtection = WriteProtection.NONE
    raises_deallocated: bool = False  # feature 05h bit 16, DULBE
    not_deallocated: bool = False  # a sanitize with No-Deallocate left all blocks allocated, whatever the cells hold
    unreadable: bool = False  # as above, and erased cells do not pass the integrity check
    formatting_until: float | None = None  # the clock's time; None: no Format NVM is in progress
    formatting_since: float = 0.0

    @property
    def block(self) -> LbaFormat:
        return self.formats[self.format]

    @property
    def blocks(self) -> int:
        """NSZE."""
        return self.size // self.block.data

    @property
    def eui64(self) -> bytes:
        return self.nguid[:3] + self.nguid[11:16]

    @property
    def mapped_bytes(self) -> int:
        """What NUSE is made of: whole pages that the map leads to."""
        return sum(PAGE for page in range(self.medium.pages) if self.medium.physical(page * PAGE) is not None)

    def is_mapped(self, lba: int) -> bool:
        """Whether a block has been written since it was last deallocated."""
        offset = lba * self.block.size
        if self.medium.physical(offset) is not None:
            return True
        return any(held.where is Where.CACHE for held in self.medium.history(offset))


class NamespaceTable:
    """All namespaces of a subsystem, and the media that deleted ones left behind."""

    def __init__(self, personality: Personality, power: Power) -> None:
        self._personality = personality
        self._power = power
        self._made = itertools.count(1)
        self.by_id: dict[int, Namespace] = {}
        self.left_behind: list[FlashMedium] = []  # of deleted namespaces: their cells are still there
        self.unallocated = personality.unallocated
        for layout in personality.namespaces:
            namespace = self._make(layout.size, 0, shared=layout.shared)
            if layout.attached:
                namespace.attached = set(range(1, personality.controllers + 1)) if layout.shared else {1}

    @property
    def total(self) -> int:
        """TNVMCAP, bytes."""
        return self.unallocated + sum(namespace.size for namespace in self.by_id.values())

    @property
    def deallocated_page(self) -> bytes:
        """What deallocated blocks read as."""
        return (b"\xff" if self._personality.deallocated_reads == 2 else b"\0") * PAGE

    def __iter__(self) -> Iterator[Namespace]:
        return iter([self.by_id[nsid] for nsid in sorted(self.by_id)])

    def allocated(self, nsid: int) -> Namespace:
        """Raises Refused (Invalid Namespace or Format)."""
        if nsid not in self.by_id:
            raise Refused(Status.INVALID_NAMESPACE)
        return self.by_id[nsid]

    def active(self, nsid: int, controller: int) -> Namespace:
        """The namespace, attached to this controller. An inactive NSID is an Invalid Field (Base 2.0c section 3.2.1.2)."""
        namespace = self.allocated(nsid)
        if controller not in namespace.attached:
            raise Refused(Status.INVALID_FIELD)
        return namespace

    def create(self, blocks: int, format_index: int, *, shared: bool) -> Namespace:
        """Namespace Management, create (Base 2.0c section 5.23). ``blocks`` in the chosen format. Raises Refused."""
        if format_index >= len(self._personality.formats):
            raise Refused(Status.INVALID_FORMAT)
        size = blocks * self._personality.formats[format_index].data
        if not blocks:
            raise Refused(Status.INVALID_FIELD)
        if size > self.unallocated:
            raise Refused(Status.NAMESPACE_INSUFFICIENT_CAPACITY)
        if len(self.by_id) >= self._personality.field(516, 4):
            raise Refused(Status.NAMESPACE_IDENTIFIER_UNAVAILABLE)
        self.unallocated -= size
        return self._make(size, format_index, shared=shared)

    def delete(self, namespace: Namespace) -> None:
        """What was in it stays in the cells, which belong to nobody now."""
        namespace.medium.flush()
        del self.by_id[namespace.nsid]
        self.left_behind.append(namespace.medium)
        self.unallocated += namespace.size

    def _make(self, size: int, format_index: int, *, shared: bool) -> Namespace:
        nsid = next(nsid for nsid in itertools.count(1) if nsid not in self.by_id)
        number = next(self._made)
        digest = hashlib.sha256(b"%s %d %d" % (self._personality.controller[4:64], self._personality.seed, number)).digest()
        largest = max(each.size * (size // each.data) for each in self._personality.formats)
        medium = FlashMedium(
            -(-largest // PAGE) * PAGE,
            power=self._power,
            page_size=PAGE,
            cache_pages=64 if self._personality.field(525, 1) & 1 else 0,
            encrypts=self._personality.encrypts,
            seed=number,
            trim_hides=self._personality.deallocated_reads != 0,
        )
        medium.erased_value = self.deallocated_page
        namespace = Namespace(nsid, size, shared, digest[:16], medium, self._personality.formats, format_index)
        self.by_id[nsid] = namespace
        return namespace
