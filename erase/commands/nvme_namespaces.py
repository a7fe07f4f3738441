"""NVMe namespaces: lists, Identify Namespace and descriptors (NVMe Base 2.0c section 5.17.2; NVM Command Set 1.0c section 4.1.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import pairwise

from erase.commands.fields import Fields, is_all_ones, is_blank
from erase.commands.nvme_admin import CommandSet
from erase.commands.nvme_controller import NvmeDoubt

_LARGEST_EXPONENT = 24  # no medium has sectors of more than 16 MiB; a larger LBADS is nonsense
_BROADCAST = 0xFFFFFFFF


@unique
class DeallocatedReads(StrEnum):
    """DLFEAT bits 2:0: what reading a deallocated block gives."""

    NOT_TOLD = "not-told"
    ZEROS = "zeros"
    ONES = "ones"


_READS = {0: DeallocatedReads.NOT_TOLD, 1: DeallocatedReads.ZEROS, 2: DeallocatedReads.ONES}


@dataclass(frozen=True)
class LbaFormat:
    """One entry of the list of formats."""

    index: int
    data_size: int  # bytes of a block
    metadata_size: int  # bytes of metadata of a block
    performance: int  # 0 best to 3 degraded


@dataclass(frozen=True)
class IdentifyNamespace:
    """Identify Namespace of the NVM Command Set, CNS 00h and 11h. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[NvmeDoubt, ...]
    size: int | None  # NSZE, blocks
    capacity: int | None  # NCAP, blocks
    used: int | None  # NUSE, blocks
    deallocation_errors: bool | None  # NSFEAT bit 2, DULBE: reads of deallocated blocks can be made to fail
    format: LbaFormat | None  # the one in use
    formats: tuple[LbaFormat, ...]  # those that can be had; what can't be used (LBADS 0) is left out
    metadata_extended: bool | None  # FLBAS bit 4: metadata follows the data of each block
    protection_types: tuple[int, ...]  # those that can be had, of 1 to 3 (DPC bits 2:0)
    protection_type: int | None  # DPS bits 2:0; 0: none in use
    protection_first: bool | None  # DPS bit 3: in the first bytes of the metadata
    shared: bool | None  # NMIC bit 0: other controllers may reach it too
    reservations: bool | None  # RESCAP has any bit
    format_remaining: int | None  # FPI: per cent of a running format that remain; None: no such indicator
    deallocated_reads: DeallocatedReads | None
    write_zeroes_deallocates: bool | None  # DLFEAT bit 3
    byte_capacity: int | None  # NVMCAP, bytes
    write_protected: bool | None  # NSATTR bit 0
    nvm_set: int | None  # 0: none
    endurance_group: int | None  # 0: none
    nguid: str | None  # 32 hexadecimal digits
    eui64: str | None  # 16 hexadecimal digits

    @property
    def exists(self) -> bool:
        """Whether there is a namespace: an inactive NSID gives a structure of zeros (section 3.2.1)."""
        return NvmeDoubt.BLANK not in self.doubts

    @property
    def size_bytes(self) -> int | None:
        """The size in bytes of user data."""
        return None if self.size is None or self.format is None else self.size * self.format.data_size


def identify_namespace(data: bytes) -> IdentifyNamespace:
    """Reads Identify Namespace data; fewer than 4096 bytes give what is there."""
    doubts: set[NvmeDoubt] = set()
    if len(data) < 4096:
        doubts.add(NvmeDoubt.TOO_SHORT)
    if is_blank(data):
        doubts.add(NvmeDoubt.BLANK)
        data = b""
    fields = Fields(data, "little")
    formats, current = _formats(fields, doubts)
    size, capacity, used = (fields.number(offset, 8) for offset in (0, 8, 16))
    # 0 blocks of capacity may be told of a namespace that can't be used at the moment; more than the size never
    if size is not None and capacity is not None and used is not None and not used <= capacity <= size:
        doubts.add(NvmeDoubt.SIZES_DISAGREE)
        size = capacity = used = None
    protection = fields.bits(29, 2, 0)
    reads = fields.bits(33, 2, 0)
    if (protection or 0) > 3 or (reads or 0) > 2:
        doubts.add(NvmeDoubt.RESERVED_VALUE)
    types = fields.bits(28, 2, 0) or 0
    reservations = fields.number(31)
    return IdentifyNamespace(
        doubts=tuple(sorted(doubts)),
        size=size,
        capacity=capacity,
        used=used,
        deallocation_errors=fields.flag(24, 2),
        format=current,
        formats=formats,
        metadata_extended=fields.flag(26, 4),
        protection_types=tuple(number for number in (1, 2, 3) if types >> number - 1 & 1),
        protection_type=None if protection is None or protection > 3 else protection,
        protection_first=fields.flag(29, 3),
        shared=fields.flag(30, 0),
        reservations=None if reservations is None else reservations != 0,
        format_remaining=fields.bits(32, 6, 0) if fields.flag(32, 7) else None,
        deallocated_reads=None if reads is None else _READS.get(reads),
        write_zeroes_deallocates=fields.flag(33, 3),
        byte_capacity=fields.told(48, 16),
        write_protected=fields.flag(99, 0),
        nvm_set=fields.number(100, 2),
        endurance_group=fields.number(102, 2),
        nguid=_name(fields.raw(104, 16)),
        eui64=_name(fields.raw(120, 8)),
    )


def _formats(fields: Fields, doubts: set[NvmeDoubt]) -> tuple[tuple[LbaFormat, ...], LbaFormat | None]:
    number, flbas = fields.number(25), fields.number(26)
    if number is None or flbas is None:
        return (), None
    # NLBAF is 0's based; the formats of NULBAF (byte 82) follow. FLBAS bits 3:0 hold the index, bits 6:5 its upper part
    # where there are more than 16 formats in all
    number += fields.number(82) or 0
    index = flbas & 0xF | (flbas >> 1 & 0x30 if number > 15 else 0)
    if number > 63:
        doubts.add(NvmeDoubt.FORMAT_INDEX)
        return (), None
    found = []
    for place in range(number + 1):
        entry = fields.number(128 + 4 * place, 4)
        exponent = 0 if entry is None else entry >> 16 & 0xFF
        if entry is None or exponent == 0:
            continue
        if not 9 <= exponent <= _LARGEST_EXPONENT:
            doubts.add(NvmeDoubt.BLOCK_SIZE)
            continue
        found.append(LbaFormat(place, 1 << exponent, entry & 0xFFFF, entry >> 24 & 0x3))
    current = next((one for one in found if one.index == index), None)
    if current is None:
        doubts.add(NvmeDoubt.FORMAT_INDEX)
    return tuple(found), current


def _name(raw: bytes | None) -> str | None:
    return None if raw is None or is_blank(raw) else raw.hex()


@dataclass(frozen=True)
class Numbers:
    """A list of NSIDs or controller ids, in ascending order."""

    doubts: tuple[NvmeDoubt, ...]
    numbers: tuple[int, ...]
    complete: bool  # False: the list is full, and may go on behind its last number


def namespace_list(data: bytes) -> Numbers:
    """A Namespace List (NVMe Base 2.0c section 4), CNS 02h and 10h: up to 1024 NSIDs; the first 0 ends it."""
    fields = Fields(data, "little")
    found: list[int] = []
    for place in range(min(len(data) // 4, 1024)):
        number = fields.number(4 * place, 4)
        if not number:
            return _ascending(found, data, complete=True)
        found.append(number)
    return _ascending(found, data, complete=False)


def controller_list(data: bytes) -> Numbers:
    """A Controller List (NVMe Base 2.0c section 4), CNS 12h and 13h: a count, then up to 2047 identifiers."""
    fields = Fields(data, "little")
    count = fields.number(0, 2)
    if count is None:
        return _ascending([], data, complete=False)
    told = [number for place in range(min(count, 2047)) if (number := fields.number(2 + 2 * place, 2)) is not None]
    return _ascending(told, data, complete=len(told) == count < 2047)


def _ascending(numbers: list[int], data: bytes, *, complete: bool) -> Numbers:
    doubts = [NvmeDoubt.TOO_SHORT] if len(data) < 4096 else []
    # in disorder nothing is left out: each number is a place that may hold data. The broadcast value names none
    if any(after <= before for before, after in pairwise(numbers)) or _BROADCAST in numbers:
        doubts.append(NvmeDoubt.LIST_DISORDER)
    kept = sorted({number for number in numbers if number != _BROADCAST})
    return Numbers(tuple(doubts), tuple(kept), complete and not doubts)


@dataclass(frozen=True)
class NamespaceNames:
    """The Namespace Identification Descriptor list, CNS 03h: hexadecimal digits."""

    doubts: tuple[NvmeDoubt, ...]
    eui64: str | None = None
    nguid: str | None = None
    uuid: str | None = None
    command_set: CommandSet | None = None  # None: not told, or one that nobody knows


_NAME_LENGTHS = {0x1: ("eui64", 8), 0x2: ("nguid", 16), 0x3: ("uuid", 16)}


def namespace_names(data: bytes) -> NamespaceNames:
    """Reads the list of descriptors (section 5.17.2): NIDT, NIDL, two reserved bytes, the name; NIDL 0 ends it."""
    doubts: set[NvmeDoubt] = {NvmeDoubt.TOO_SHORT} if len(data) < 4096 else set()
    names: dict[str, str] = {}
    command_set = None
    for kind, value in _descriptors(data, doubts):
        name, length = _NAME_LENGTHS.get(kind, ("", len(value)))
        if len(value) != length or (kind == 0x4 and len(value) != 1):
            doubts.add(NvmeDoubt.CUT_DESCRIPTOR)
        elif kind == 0x4 and value[0] in (0, 1, 2):
            command_set = CommandSet(value[0])
        elif kind == 0x4:
            doubts.add(NvmeDoubt.RESERVED_VALUE)
        elif name and not is_blank(value):
            names.setdefault(name, value.hex())
    return NamespaceNames(tuple(sorted(doubts)), names.get("eui64"), names.get("nguid"), names.get("uuid"), command_set)


def _descriptors(data: bytes, doubts: set[NvmeDoubt]) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 4 <= len(data) and data[place + 1]:
        value = data[place + 4 : place + 4 + data[place + 1]]
        if len(value) < data[place + 1]:
            doubts.add(NvmeDoubt.CUT_DESCRIPTOR)
            return
        yield data[place], value
        place += 4 + len(value)


def zone_size(data: bytes, format_index: int) -> int | None:
    """Blocks of a zone in this LBA format, from Identify Namespace of the Zoned command set (CNS 05h, CSI 02h; ZNS 1.1c section 4.1.5.1).

    None: not told. The LBA format extensions stand from byte 2816, 16 bytes each, the zone size first.
    """
    return Fields(data, "little").told(2816 + 16 * format_index, 8) if 0 <= format_index < 64 else None


def is_ready(data: bytes) -> bool | None:
    """Bit 0 of NSTAT in the I/O Command Set Independent Identify Namespace data (CNS 08h, section 5.17.2). None: not told."""
    return None if is_all_ones(data) else Fields(data, "little").flag(14, 0)
