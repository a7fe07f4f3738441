"""Identify Controller, CNS 01h (NVMe Base 2.0c section 5.17.2.1): who the drive is and what its controller offers.

Boot partitions are not told here but in CAP.BPS and the property BPINFO, which log page 15h repeats; a persistent memory region
(PMR) and a controller memory buffer in CAP.PMRS and CAP.CMBS, which only the kernel and sysfs see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import Fields, is_blank, is_plain, member

SIZE = 4096


@unique
class NvmeDoubt(StrEnum):
    """What can't be believed in a structure that an NVMe drive sent."""

    BLANK = "blank"  # nothing but 00h or FFh
    TOO_SHORT = "too-short"  # the structure is longer: what isn't there is None
    TEXT_NOT_ASCII = "text-not-ascii"
    QUEUE_ENTRY_SIZES = "queue-entry-sizes"  # SQES, CQES that no controller can have: this is not Identify Controller data
    MORE_FREE_THAN_TOTAL = "more-free-than-total"  # UNVMCAP above TNVMCAP
    RESERVED_VALUE = "reserved-value"  # a value the standard doesn't know; the field is None
    SIZES_DISAGREE = "sizes-disagree"  # NCAP above NSZE, or NUSE above NCAP
    FORMAT_INDEX = "format-index"  # the format in use is none of those listed
    BLOCK_SIZE = "block-size"  # smaller than 512 bytes, or larger than any medium
    LIST_DISORDER = "list-disorder"  # a list that must ascend doesn't, or names what can't be named
    CUT_DESCRIPTOR = "cut-descriptor"  # a list ends in the middle of an entry, or an entry has a wrong length
    PROGRESS = "progress"  # a progress that doesn't fit the state


@unique
class ControllerKind(IntEnum):
    """CNTRLTYPE, byte 111. Before NVMe 1.4 it was 0, not told."""

    IO = 1
    DISCOVERY = 2
    ADMINISTRATIVE = 3


@unique
class NoDeallocateModifies(StrEnum):
    """NODMMAS, SANICAP bits 31:30: what a sanitize with NDAS = 1 does to the media after it erased. No technique."""

    NOT_DEFINED = "not-defined"  # 00b, as all controllers before NVMe 1.4 say
    NOT_MODIFIED = "not-modified"  # 01b
    MODIFIED = "modified"  # 10b


_MODIFIES = {0: NoDeallocateModifies.NOT_DEFINED, 1: NoDeallocateModifies.NOT_MODIFIED, 2: NoDeallocateModifies.MODIFIED}


@dataclass(frozen=True)
class IdentifyController:
    """None everywhere: the data doesn't reach so far, the drive didn't tell, or it isn't to be believed (then there is a doubt)."""

    doubts: tuple[NvmeDoubt, ...]
    pci_vendor: int | None
    pci_subsystem_vendor: int | None
    serial: str | None
    model: str | None
    firmware: str | None
    ieee: str | None  # OUI, six hexadecimal digits
    multiple_ports: bool | None  # CMIC bit 0
    multiple_controllers: bool | None  # CMIC bit 1: others may reach the same namespaces
    controller_id: int | None
    version: tuple[int, int, int] | None  # as 2, 0, 0
    multiple_domains: bool | None  # CTRATT bit 10
    boot_write_protection: bool | None  # BPCAP bit 2: Set Features can protect boot partitions (NVMe Base 2.1)
    kind: ControllerKind | None
    security: bool | None  # OACS bit 0
    format: bool | None  # OACS bit 1
    namespace_management: bool | None  # OACS bit 3
    self_test: bool | None  # OACS bit 4
    lockdown: bool | None  # OACS bit 10: commands may be forbidden
    smart_per_namespace: bool | None  # LPA bit 0
    effects_log: bool | None  # LPA bit 1
    log_offsets: bool | None  # LPA bit 2: Get Log Page takes offsets and more than 4 KiB
    warning_temperature: int | None  # WCTEMP, kelvin
    critical_temperature: int | None  # CCTEMP, kelvin
    total_capacity: int | None  # TNVMCAP, bytes
    unallocated_capacity: int | None  # UNVMCAP, bytes
    rpmb_units: int | None  # 0: no RPMB
    rpmb_unit_size: int | None  # bytes
    sanitize_crypto: bool | None  # SANICAP bit 0
    sanitize_block: bool | None  # SANICAP bit 1
    sanitize_overwrite: bool | None  # SANICAP bit 2
    sanitize_verification: bool | None  # SANICAP bit 3: media verification state (NVMe Base 2.1)
    no_deallocate_inhibited: bool | None  # NDI, SANICAP bit 29
    no_deallocate_modifies: NoDeallocateModifies | None
    key_per_io: bool | None  # KPIOC bit 0
    namespaces: int | None  # NN: the highest NSID
    deallocate: bool | None  # ONCS bit 2, Dataset Management
    write_zeroes: bool | None  # ONCS bit 3
    reservations: bool | None  # ONCS bit 5
    verify: bool | None  # ONCS bit 7
    format_all_namespaces: bool | None  # FNA bit 0: Format touches them all
    erase_all_namespaces: bool | None  # FNA bit 1: a secure erase by Format touches them all
    format_crypto: bool | None  # FNA bit 2
    format_broadcast: bool | None  # FNA bit 3 is 0: NSID FFFFFFFFh may be used
    write_cache: bool | None  # VWC bit 0
    flush_all: bool | None  # VWC bits 2:1: 11b Flush takes NSID FFFFFFFFh, 10b it doesn't; None: not told
    write_protection: bool | None  # NWPC bit 0: namespaces can be write protected
    nqn: str | None  # SUBNQN

    @property
    def believed(self) -> bool:
        """Whether this is Identify Controller data at all. If not, no capability is True."""
        return not _FATAL.intersection(self.doubts)


_FATAL = frozenset({NvmeDoubt.BLANK, NvmeDoubt.TEXT_NOT_ASCII, NvmeDoubt.QUEUE_ENTRY_SIZES})


def identify_controller(data: bytes) -> IdentifyController:
    """Reads Identify Controller data; fewer than 4096 bytes give what is there."""
    doubts = _doubts(data)
    # what isn't to be believed offers nothing: capabilities are read from nothing at all. The names stay, to be shown
    believed = not _FATAL.intersection(doubts)
    names = Fields(b"" if NvmeDoubt.BLANK in doubts else data, "little")
    offers = Fields(data if believed else b"", "little")
    version = offers.told(80, 4)
    modifies = offers.bits(328, 31, 30, 4)
    refuses_broadcast = offers.flag(524, 3)
    return IdentifyController(
        doubts=doubts,
        pci_vendor=names.number(0, 2),
        pci_subsystem_vendor=names.number(2, 2),
        serial=names.text(4, 20),
        model=names.text(24, 40),
        firmware=names.text(64, 8),
        ieee=_ieee(names),
        multiple_ports=offers.flag(76, 0),
        multiple_controllers=offers.flag(76, 1),
        controller_id=offers.number(78, 2),
        version=None if version is None else (version >> 16, version >> 8 & 0xFF, version & 0xFF),
        multiple_domains=offers.flag(96, 10, 4),
        boot_write_protection=offers.flag(102, 2),
        kind=member(ControllerKind, offers.number(111)),
        security=offers.flag(256, 0, 2),
        format=offers.flag(256, 1, 2),
        namespace_management=offers.flag(256, 3, 2),
        self_test=offers.flag(256, 4, 2),
        lockdown=offers.flag(256, 10, 2),
        smart_per_namespace=offers.flag(261, 0),
        effects_log=offers.flag(261, 1),
        log_offsets=offers.flag(261, 2),
        warning_temperature=offers.told(266, 2),
        critical_temperature=offers.told(268, 2),
        total_capacity=offers.told(280, 16),
        unallocated_capacity=None if NvmeDoubt.MORE_FREE_THAN_TOTAL in doubts else offers.number(296, 16),
        rpmb_units=offers.bits(312, 2, 0, 4),
        rpmb_unit_size=_rpmb_unit(offers),
        sanitize_crypto=offers.flag(328, 0, 4),
        sanitize_block=offers.flag(328, 1, 4),
        sanitize_overwrite=offers.flag(328, 2, 4),
        sanitize_verification=offers.flag(328, 3, 4),
        no_deallocate_inhibited=offers.flag(328, 29, 4),
        no_deallocate_modifies=None if modifies is None else _MODIFIES.get(modifies),
        key_per_io=offers.flag(358, 0),
        namespaces=offers.number(516, 4),
        deallocate=offers.flag(520, 2, 2),
        write_zeroes=offers.flag(520, 3, 2),
        reservations=offers.flag(520, 5, 2),
        verify=offers.flag(520, 7, 2),
        format_all_namespaces=offers.flag(524, 0),
        erase_all_namespaces=offers.flag(524, 1),
        format_crypto=offers.flag(524, 2),
        format_broadcast=None if refuses_broadcast is None else not refuses_broadcast,
        write_cache=offers.flag(525, 0),
        flush_all={2: False, 3: True}.get(offers.bits(525, 2, 1) or 0),
        write_protection=offers.flag(531, 0),
        nqn=offers.text(768, 256),
    )


def _doubts(data: bytes) -> tuple[NvmeDoubt, ...]:
    fields = Fields(data, "little")
    texts = data[4:72]  # SN, MN and FR stand one behind the other
    kind, modifies = fields.number(111), fields.bits(328, 31, 30, 4)
    total, free = fields.number(280, 16), fields.number(296, 16)
    found = {
        NvmeDoubt.BLANK: is_blank(data),
        NvmeDoubt.TOO_SHORT: len(data) < SIZE,
        NvmeDoubt.TEXT_NOT_ASCII: not all(is_plain(text) for text in (texts[:20], texts[20:60], texts[60:])),
        NvmeDoubt.QUEUE_ENTRY_SIZES: not _queue_entries_fit(fields),
        # both 0: a controller that tells neither. TNVMCAP 0 with something free is nonsense too
        NvmeDoubt.MORE_FREE_THAN_TOTAL: total is not None and free is not None and free > total,
        NvmeDoubt.RESERVED_VALUE: (kind or 0) > 3 or modifies == 3,
    }
    return tuple(doubt for doubt, there in found.items() if there)


def _queue_entries_fit(fields: Fields) -> bool:
    # SQES, CQES: an entry is 2^6 and 2^4 bytes, required of every I/O controller; the maximum in bits 7:4 is no less.
    # Discovery and administrative controllers have no I/O queues, and leave the fields as they like
    if fields.number(111) in (ControllerKind.DISCOVERY, ControllerKind.ADMINISTRATIVE):
        return True
    submission, completion = fields.number(512), fields.number(513)
    fits = submission is None or (submission & 0xF == 6 and submission >> 4 >= 6)
    return fits and (completion is None or (completion & 0xF == 4 and completion >> 4 >= 4))


def _ieee(fields: Fields) -> str | None:
    oui = fields.told(73, 3)  # the least significant byte stands first
    return None if oui is None else f"{oui:06x}"


def _rpmb_unit(fields: Fields) -> int | None:
    # RPMBS bits 23:16: Total Size of one target in 128 KiB, 0's based; means nothing without targets (bits 2:0)
    size = fields.bits(312, 23, 16, 4)
    return None if size is None or not fields.bits(312, 2, 0, 4) else (size + 1) * 128 * 1024
