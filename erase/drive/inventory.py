"""The storage controllers of a machine, and what may lie behind them that nobody can see from here.

Without the whole inventory no 'machine complete': a second M.2 behind RAID firmware is a drive full of people's data that nobody erased.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum, unique
from typing import Any


@unique
class ControllerKind(StrEnum):
    """What a controller is, by its PCI class code (PCI Code and ID Assignment 1.11, section 1.2) or its place in sysfs."""

    AHCI = "ahci"
    IDE = "ide"
    NVME = "nvme"
    SAS = "sas"
    SCSI = "scsi"
    RAID = "raid"
    VMD = "vmd"  # Intel Volume Management Device: NVMe drives behind a PCI domain of its own
    UFS = "ufs"
    SD_HOST = "sd-host"
    MMC_HOST = "mmc-host"  # not on PCI
    VIRTIO = "virtio"
    NVDIMM = "nvdimm"
    OTHER = "other"


@unique
class Blindness(StrEnum):
    """Why drives may be behind a controller that no list shows. Each has its sentences in the catalogue `probe`."""

    NO_DRIVER = "no-driver"  # nobody drives it: what hangs on it is not seen
    RAID_FIRMWARE = "raid-firmware"  # it shows volumes; members, spares and unused drives may stay hidden
    REMAPPED_NVME = "remapped-nvme"  # NVMe drives taken over by the AHCI controller's firmware (Intel RST)
    PERSISTENT_MEMORY = "persistent-memory"  # NVDIMM regions hold data and are no drives


@dataclass(frozen=True)
class Controller:
    """One storage controller."""

    address: str  # PCI address, or its name in sysfs
    kind: ControllerKind
    driver: str | None  # None: no driver is bound to it
    vendor: int | None  # PCI ids
    device: int | None
    subsystem_vendor: int | None
    subsystem_device: int | None
    hidden_drives: int | None  # how many the driver says it can't show; None: it doesn't tell
    blind: tuple[Blindness, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)
