"""The way from the machine to a drive is read from folders in sysfs, never from a node's name."""

import pytest

from erase.probe.attachment import Attachment, PciIds, UsbIds, attachment_of, hexadecimal
from erase.probe.tree import Tree

PCI = "/sys/devices/pci0000:00"


def ids(machine, address, vendor="0x8086", device="0x2922"):
    folder = f"{PCI}/{address}"
    machine.files(
        folder, {"vendor": vendor, "device": device, "subsystem_vendor": "0x1af4", "subsystem_device": "0x1100", "class": "0x010601"}
    )
    return folder


def test_a_sata_drive_names_its_controller_and_the_node_for_pass_through(machine):
    ids(machine, "0000:00:1f.2")
    disk = machine.sata("sda")
    machine.folder(f"{disk.partition('/block/')[0]}/scsi_generic/sg3")
    assert attachment_of(Tree(machine.root), disk) == Attachment(
        "0000:00:1f.2", PciIds(0x8086, 0x2922, 0x1AF4, 0x1100), None, "0:0:0:0", "/dev/sg3"
    )


def test_a_usb_drive_names_the_bridge_and_the_driver_that_speaks_to_it(machine):
    disk = machine.usb("sdu")
    stick = f"{PCI}/0000:00:14.0/usb2/2-1"
    machine.files(stick, {"bcdDevice": "0508"})
    machine.files(f"{stick}/2-1:1.0", {"bInterfaceClass": "08"})
    machine.folder("/sys/bus/usb/drivers/uas")
    machine.link(f"{stick}/2-1:1.0/driver", "/sys/bus/usb/drivers/uas")
    found = attachment_of(Tree(machine.root), disk)
    assert found.usb == UsbIds(0x152D, 0x0578, 0x0508, "uas")
    assert found.controller == "0000:00:14.0"


def test_a_usb_device_without_readable_ids_is_no_bridge_that_is_known(machine):
    disk = machine.usb("sdu")
    machine.files(f"{PCI}/0000:00:14.0/usb2/2-1", {"idVendor": "zzzz"})
    assert attachment_of(Tree(machine.root), disk).usb is None


def test_a_drive_behind_a_volume_management_device_has_a_domain_of_five_digits(machine):
    folder = f"{PCI}/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0"
    machine.files(folder, {"vendor": "0x8086", "device": "0x0a54"})
    disk = machine.namespace(f"{folder}/nvme/nvme0", "nvme0n1", "259:0")
    assert attachment_of(Tree(machine.root), disk).controller == "10000:e1:00.0"


def test_two_generic_nodes_are_none_because_nobody_says_which_it_is(machine):
    disk = machine.sata("sda")
    device = disk.partition("/block/")[0]
    machine.folder(f"{device}/scsi_generic/sg3")
    machine.folder(f"{device}/scsi_generic/sg4")
    assert attachment_of(Tree(machine.root), disk).generic is None


def test_a_virtual_drive_hangs_on_nothing(machine):
    disk = machine.virtual("ram0", "1:0")
    assert attachment_of(Tree(machine.root), disk) == Attachment(None, None, None, None, None)


@pytest.mark.parametrize(
    ("text", "number"), [("0x8086", 0x8086), ("152d", 0x152D), ("", None), (None, None), ("0x", None), ("12345678a", None), ("-1", None)]
)
def test_ids_are_hexadecimal_digits_and_nothing_else(text, number):
    assert hexadecimal(text) == number
