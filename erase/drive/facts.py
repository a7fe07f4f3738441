"""What is known of one drive and of the machine it sits in, each fact with its source. Unknown is a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import msgspec

from erase.drive.report import SelfReport


class Source(StrEnum):
    """Who said so."""

    IDENTIFY = "identify"  # the drive's own IDENTIFY data or INQUIRY pages
    KERNEL = "kernel"  # sysfs, as the driver reports it
    BRIDGE = "bridge"  # a USB bridge speaking for the drive behind it
    LABEL = "label"  # read by a person from the label
    DERIVED = "derived"  # computed by this program (virtual drives)
    FIRMWARE = "firmware"  # SMBIOS of the machine


@dataclass(frozen=True)
class Fact:
    """A text with its source."""

    value: str
    source: Source


@dataclass(frozen=True)
class Identity:
    """The names a drive goes by. None means that nobody could tell."""

    vendor: Fact | None = None
    model: Fact | None = None
    serial: Fact | None = None
    firmware: Fact | None = None
    wwn: Fact | None = None
    eui64: Fact | None = None
    nguid: Fact | None = None

    @property
    def name(self) -> Fact | None:
        """What the drive is confirmed by: its serial, else WWN, EUI-64 or NGUID. None: a label must be read."""
        return self.serial or self.wwn or self.eui64 or self.nguid

    def same_drive(self, other: Identity) -> bool:
        """Whether both name one medium: the confirmed name and every name that both know agree."""
        if self.name is None or other.name is None or self.name.value != other.name.value:
            return False
        names = ("model", "serial", "wwn", "eui64", "nguid")
        pairs = ((getattr(self, name), getattr(other, name)) for name in names)
        return all(ours.value == theirs.value for ours, theirs in pairs if ours and theirs)


class Bus(StrEnum):
    """How the drive is attached."""

    ATA = "ata"
    SAS = "sas"
    SCSI = "scsi"
    NVME = "nvme"
    USB = "usb"
    MMC = "mmc"
    VIRTIO = "virtio"
    VIRTUAL = "virtual"
    UNKNOWN = "unknown"


class MediaType(StrEnum):
    """What the data lies on. Never guessed up: a bridge's word is not enough."""

    MAGNETIC = "magnetic"
    FLASH = "flash"
    HYBRID = "hybrid"
    UNKNOWN = "unknown"


class HolderKind(StrEnum):
    """What can hold a drive, so that it must not be written."""

    PARTITION = "partition"  # not a holder itself: the branch on which holders sit
    MOUNT = "mount"
    SWAP = "swap"
    MD = "md"
    LVM = "lvm"
    DM = "dm"
    BCACHE = "bcache"
    ZFS = "zfs"
    LOOP = "loop"  # a loop device over a file or node of this drive
    BOOT_MEDIUM = "boot-medium"
    UNDERLYING = "underlying"  # no holder: the drive that a virtual one only shows
    OTHER = "other"  # the kernel names a holder that we don't know, or only says that there is one (name: exclusive)


@dataclass(frozen=True)
class Holder:
    """One branch of the tree of what holds a drive."""

    kind: HolderKind
    name: str  # node, mount point, array or pool name
    held_by: tuple[Holder, ...] = ()

    def walk(self) -> Iterator[Holder]:
        """This branch and everything on it, from the drive outwards."""
        yield self
        for holder in self.held_by:
            yield from holder.walk()


class AreaKind(StrEnum):
    """Parts of a medium that are not reached by writing the drive's own node."""

    NAMESPACE = "namespace"  # another NVMe namespace of the same subsystem (NVMe Base 2.0, 3.2.1)
    BOOT_PARTITION = "boot-partition"  # eMMC boot areas 0 and 1 (JESD84-B51, 6.2)
    GENERAL_PURPOSE = "general-purpose"  # eMMC general purpose partitions 1 to 4 (same)
    RPMB = "rpmb"  # replay protected memory block: can't be erased (same)


@dataclass(frozen=True)
class Area:
    """A part of the medium beside the drive's own node: whoever writes the node leaves this as it was."""

    kind: AreaKind
    name: str  # its node
    size: int  # bytes; 0: unknown
    held_by: tuple[Holder, ...] = ()


class Unusable(StrEnum):
    """Why a drive that was found can't be written."""

    NO_CAPACITY = "no-capacity"  # it says 0 sectors: not ready, broken, or a sector size that the kernel can't use
    SECTOR_FORMAT = "sector-format"  # it says itself that its sectors are ones that the kernel can't use (520, 524, 528 bytes)
    NO_MEDIUM = "no-medium"  # an empty reader
    NO_BLOCK_DEVICE = "no-block-device"  # only pass-through reaches it: kept back by a RAID controller or by its driver
    NO_NAMESPACE = "no-namespace"  # an NVMe controller without a namespace that we may use


@dataclass(frozen=True)
class Drive:
    """A physical medium, or a virtual one that stands in for it in tests.

    Of an NVMe subsystem with several namespaces each is a drive of its own, which names the others in ``areas``.
    """

    nodes: tuple[str, ...]  # every kernel node that is this drive, the one to use first
    identity: Identity
    bus: Bus
    media: MediaType
    size: int  # bytes
    logical_sector: int  # bytes; 0: unknown
    physical_sector: int  # bytes; 0: unknown
    read_only: bool
    removable: bool
    virtual: str | None  # loop, ram, zram, nbd, dm, md, null_blk, scsi_debug, tcm_loop, other-virtual; None: a real drive
    holders: tuple[Holder, ...] = ()
    areas: tuple[Area, ...] = ()
    unusable: Unusable | None = None
    report: SelfReport | None = None  # None: it was not asked, or nothing carries a question to it
    profiles: tuple[str, ...] = ()  # ids of the hardware profiles that speak of it or of what it hangs on, general ones first

    @property
    def sectors(self) -> int:
        """Number of logical sectors; 0 where the sector size is not known either."""
        return self.size // self.logical_sector if self.logical_sector else 0

    @property
    def in_use(self) -> tuple[Holder, ...]:
        """Every holder that forbids writing; partitions alone don't."""
        return tuple(found for holder in self.holders for found in holder.walk() if found.kind is not HolderKind.PARTITION)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the form of plan.json and of ``erase list --json``."""
        return asdict(self)


@dataclass(frozen=True)
class Machine:
    """The computer that does the work, which in place is also the asset."""

    maker: Fact | None
    model: Fact | None
    serial: Fact | None
    hypervisor: str | None  # None: none was seen
    boot_id: str | None  # one per boot, tells sessions apart
    kernel: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def _fact(value: Any) -> Fact | None:
    return None if value is None else Fact(value["value"], Source(value["source"]))


def identity_from_json(value: dict[str, Any]) -> Identity:
    """Reads what ``asdict`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return Identity(**{name: _fact(fact) for name, fact in value.items()})


def _holder(value: dict[str, Any]) -> Holder:
    return Holder(HolderKind(value["kind"]), value["name"], tuple(_holder(above) for above in value["held_by"]))


def _area(value: dict[str, Any]) -> Area:
    return Area(AreaKind(value["kind"]), value["name"], value["size"], tuple(_holder(above) for above in value["held_by"]))


def drive_from_json(value: dict[str, Any]) -> Drive:
    """Reads what :meth:`Drive.to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    known = dict(value)
    known |= {
        "nodes": tuple(value["nodes"]),
        "identity": identity_from_json(value["identity"]),
        "bus": Bus(value["bus"]),
        "media": MediaType(value["media"]),
        "holders": tuple(_holder(holder) for holder in value["holders"]),
        "areas": tuple(_area(area) for area in value.get("areas", ())),
        "unusable": None if value.get("unusable") is None else Unusable(value["unusable"]),
        "report": msgspec.convert(value.get("report"), SelfReport | None),
        "profiles": tuple(value.get("profiles", ())),
    }
    return Drive(**known)
