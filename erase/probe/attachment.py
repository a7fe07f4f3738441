"""Where a drive hangs, by the folder that it has in sysfs. Names of nodes tell nothing: sda is whoever came first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from erase.probe.tree import Tree

# domain (four digits, five behind a VMD), bus, slot, function
_PCI = re.compile(r"[0-9a-f]{4,5}:[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]")
_SCSI = re.compile(r"[0-9]+:[0-9]+:[0-9]+:[0-9]+")


@dataclass(frozen=True)
class PciIds:
    """Vendor, device and subsystem, as PCI configuration space has them."""

    vendor: int | None
    device: int | None
    subsystem_vendor: int | None
    subsystem_device: int | None


@dataclass(frozen=True)
class UsbIds:
    """A USB device's descriptor: idVendor, idProduct, bcdDevice (USB 2.0 table 9-8), and the driver that speaks to it."""

    vendor: int
    product: int
    release: int | None
    driver: str | None  # "uas" or "usb-storage"


@dataclass(frozen=True)
class Attachment:
    """The way from the machine to a drive."""

    controller: str | None  # PCI address of the nearest controller
    pci: PciIds | None
    usb: UsbIds | None
    scsi: str | None  # host:channel:target:lun
    generic: str | None  # the node that pass-through goes to: /dev/sgN


def attachment_of(tree: Tree, folder: str) -> Attachment:
    """The attachment of a device whose real folder is ``folder``; what sysfs does not tell is None."""
    controller = pci_folder(folder)
    scsi = next((part for part in reversed(folder.split("/")) if _SCSI.fullmatch(part)), None)
    device = folder[: folder.index(f"/{scsi}") + len(scsi) + 1] if scsi else None
    generics = tree.names(f"{device}/scsi_generic") if device else ()
    return Attachment(
        controller=controller.rpartition("/")[2] if controller else None,
        pci=pci_ids(tree, controller) if controller else None,
        usb=_usb(tree, folder),
        scsi=scsi,
        generic=f"/dev/{generics[0]}" if len(generics) == 1 else None,
    )


def pci_folder(folder: str) -> str | None:
    """The folder of the nearest PCI function above a device."""
    return next((above for above in _upwards(folder) if _PCI.fullmatch(above.rpartition("/")[2])), None)


def pci_ids(tree: Tree, folder: str) -> PciIds:
    """The ids of a PCI function."""
    names = ("vendor", "device", "subsystem_vendor", "subsystem_device")
    return PciIds(*(hexadecimal(tree.text(f"{folder}/{name}")) for name in names))


def driver_of(tree: Tree, folder: str) -> str | None:
    """The driver that is bound to a device."""
    driver = tree.real(f"{folder}/driver")
    return driver.rpartition("/")[2] if driver else None


def hexadecimal(text: str | None) -> int | None:
    """A number as sysfs writes ids: ``0x8086`` or ``8086``."""
    digits = (text or "").removeprefix("0x")
    return int(digits, 16) if re.fullmatch("[0-9a-fA-F]{1,8}", digits) else None


def _usb(tree: Tree, folder: str) -> UsbIds | None:
    interface = None
    for above in _upwards(folder):
        if tree.exists(f"{above}/idVendor"):
            vendor, product, release = (hexadecimal(tree.text(f"{above}/{name}")) for name in ("idVendor", "idProduct", "bcdDevice"))
            if vendor is None or product is None:
                return None
            return UsbIds(vendor, product, release, driver_of(tree, interface) if interface else None)
        if tree.exists(f"{above}/bInterfaceClass"):
            interface = above
    return None


def _upwards(folder: str) -> Iterator[str]:
    while folder.count("/") > 1:
        yield folder
        folder = folder.rpartition("/")[0]
