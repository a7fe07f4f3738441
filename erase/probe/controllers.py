"""The machine's storage controllers by sysfs: which there are, who drives them, and behind which drives may hide."""

from __future__ import annotations

from collections.abc import Iterator

from erase.drive.inventory import Blindness, Controller, ControllerKind
from erase.probe.attachment import PciIds, driver_of, hexadecimal, pci_folder, pci_ids
from erase.probe.tree import Tree

_PCI_DEVICES = "/sys/bus/pci/devices"
_NVDIMM = "/sys/bus/nd/devices"
_MMC_HOSTS = "/sys/class/mmc_host"

# PCI class and subclass (PCI Code and ID Assignment 1.11, sections 1.2 and 1.9)
_BY_CLASS = {
    0x0100: ControllerKind.SCSI,
    0x0101: ControllerKind.IDE,
    0x0104: ControllerKind.RAID,
    0x0105: ControllerKind.IDE,
    0x0106: ControllerKind.AHCI,
    0x0107: ControllerKind.SAS,
    0x0108: ControllerKind.NVME,
    0x0109: ControllerKind.UFS,
    0x0180: ControllerKind.OTHER,
    0x0805: ControllerKind.SD_HOST,
}
_INTEL = 0x8086
_VMD_DRIVER = "vmd"
# the ids that the kernel's vmd driver takes (public table of drivers/pci/controller/vmd.c): class code is RAID for some, bridge for others
_VMD_DEVICES = frozenset({0x201D, 0x28C0, 0x467F, 0x4C3D, 0xA77F, 0x7D0B, 0xAD0B, 0x9A0B, 0xB60B, 0xB06F})
_VIRTIO = 0x1AF4
# controllers whose own firmware makes volumes, whatever class code they bear
_RAID_DRIVERS = frozenset({
    "3w-9xxx", "3w-sas", "3w-xxxx", "aacraid", "arcmsr", "cciss", "hpsa", "hptiop", "ips", "megaraid", "megaraid_mbox", "megaraid_sas",
    "mvumi", "myrb", "myrs", "smartpqi", "stex",
})  # fmt: skip


def read_controllers(tree: Tree) -> tuple[Controller, ...]:
    """Every storage controller, in the order of the addresses."""
    return (*_on_pci(tree), *_mmc_hosts(tree), *_memory(tree))


def _on_pci(tree: Tree) -> Iterator[Controller]:
    for address in tree.names(_PCI_DEVICES):
        folder = tree.real(f"{_PCI_DEVICES}/{address}")
        if folder is None:
            continue
        code, ids, driver = hexadecimal(tree.text(f"{folder}/class")), pci_ids(tree, folder), driver_of(tree, folder)
        kind = _kind(code, ids, driver)
        if kind is not None:
            hidden = tree.number(f"{folder}/remapped_nvme")
            yield Controller(
                address,
                kind,
                driver,
                ids.vendor,
                ids.device,
                ids.subsystem_vendor,
                ids.subsystem_device,
                hidden,
                _blind(kind, driver, hidden),
            )


def shows_volumes(tree: Tree, folder: str | None) -> bool:
    """Whether the PCI function with this folder is a controller whose firmware makes volumes of disks."""
    if folder is None:
        return False
    driver = driver_of(tree, folder)
    kind = _kind(hexadecimal(tree.text(f"{folder}/class")), pci_ids(tree, folder), driver)
    return Blindness.RAID_FIRMWARE in _blind(kind, driver, None)


def _kind(code: int | None, ids: PciIds, driver: str | None) -> ControllerKind | None:
    if driver == _VMD_DRIVER or (ids.vendor == _INTEL and ids.device in _VMD_DEVICES):
        return ControllerKind.VMD
    kind = _BY_CLASS.get(code >> 8) if code is not None else None
    if kind is not None and ids.vendor == _VIRTIO:
        return ControllerKind.VIRTIO
    return kind


def _blind(kind: ControllerKind | None, driver: str | None, hidden: int | None) -> tuple[Blindness, ...]:
    found = {
        Blindness.NO_DRIVER: driver is None,
        # in RAID mode an AHCI controller is driven by ahci and shows its disks; other RAID controllers show what they made of theirs
        Blindness.RAID_FIRMWARE: driver in _RAID_DRIVERS or (kind is ControllerKind.RAID and driver not in (None, "ahci")),
        Blindness.REMAPPED_NVME: bool(hidden),
    }
    return tuple(reason for reason, applies in found.items() if applies)


def _mmc_hosts(tree: Tree) -> Iterator[Controller]:
    """Hosts that are soldered on: those on PCI are named there."""
    for name in tree.names(_MMC_HOSTS):
        folder = tree.real(f"{_MMC_HOSTS}/{name}")
        if folder and pci_folder(folder) is None and "/usb" not in folder:
            parent = folder.rpartition("/mmc_host/")[0]
            yield Controller(name, ControllerKind.MMC_HOST, driver_of(tree, parent), None, None, None, None, None, ())


def _memory(tree: Tree) -> Iterator[Controller]:
    """Regions of persistent memory: they keep data without power, and nothing here erases them."""
    for name in tree.names(_NVDIMM):
        if name.startswith("region"):
            folder = tree.real(f"{_NVDIMM}/{name}")
            driver = driver_of(tree, folder) if folder else None
            yield Controller(name, ControllerKind.NVDIMM, driver, None, None, None, None, None, (Blindness.PERSISTENT_MEMORY,))
