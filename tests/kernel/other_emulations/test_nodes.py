"""Drives that QEMU emulates appear under the kernel's own drivers, and tools, udev and the probe agree on who they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

MIB = 1 << 20


class Expected(NamedTuple):
    serial: str
    size: int  # bytes
    driver: str  # of the node, or of something that it hangs on
    link: str  # which udev made
    bus: str  # as the probe calls it


DRIVES = [
    Expected("HAIKI-AHCI-1", 64 * MIB, "ahci", "ata-HAIKI-HARDDISK_HAIKI-AHCI-1", "ata"),
    Expected("HAIKI-SCSI-1", 64 * MIB, "virtio_scsi", "wwn-0x5000c500a0000001", "scsi"),
    Expected("HAIKI-USB-1", 48 * MIB, "usb-storage", "usb-QEMU_QEMU_HARDDISK_HAIKI-USB-1-0:0", "usb"),
    Expected("HAIKI-UAS-1", 48 * MIB, "uas", "usb-QEMU_QEMU_HARDDISK_HAIKI-BRIDGE-1-0:0", "usb"),
    Expected("HAIKI-NVME-1", 64 * MIB, "nvme", "nvme-QEMU_NVMe_Ctrl_HAIKI-NVME-1_1", "nvme"),
    Expected("0xdeadbeef", 32 * MIB, "mmcblk", "mmc-QEMU__0xdeadbeef", "mmc"),
]


def drivers_above(node: Path) -> list[str]:
    """The drivers of everything in sysfs that the node hangs on, from the node outwards."""
    place = (Path("/sys/class/block") / node.name).resolve()
    return [(folder / "driver").resolve().name for folder in (place / "device", *place.parents) if (folder / "driver").exists()]


@pytest.mark.parametrize("expected", DRIVES, ids=lambda drive: drive.driver)
def test_a_drive_is_where_udev_says_and_all_agree(expected, tool, station):
    tool("udevadm", "settle")
    node = (Path("/dev/disk/by-id") / expected.link).resolve()
    assert expected.driver in drivers_above(node)
    (seen,) = json.loads(tool("lsblk", "--json", "--bytes", "--nodeps", "--output", "SERIAL,SIZE", node).stdout)["blockdevices"]
    assert (seen["serial"], seen["size"]) == (expected.serial, expected.size)
    listed = station.listed(node)
    assert (listed["bus"], listed["size"], listed["identity"]["serial"]["value"]) == (expected.bus, expected.size, expected.serial)
    assert (listed["virtual"], listed["holders"], listed["unusable"]) == (None, [], None)


@pytest.mark.parametrize("serial", ["HAIKI-AHCI-1", "HAIKI-SCSI-1", "HAIKI-USB-1", "HAIKI-UAS-1"])
def test_sg_inq_reads_the_same_serial_from_page_80h(serial, node_of, tool):
    assert f"Unit serial number: {serial}" in tool("sg_inq", node_of(serial)).stdout


@pytest.mark.parametrize("serial", ["HAIKI-AHCI-1", "HAIKI-SCSI-1"])
def test_smartctl_agrees(serial, node_of, tool):
    said = tool("smartctl", "-i", node_of(serial)).stdout
    assert f"Serial number:        {serial}" in said or f"Serial Number:    {serial}" in said
    assert "67,108,864 bytes" in said


def test_every_drive_without_a_holder_is_free_and_the_machines_own_are_not(station):
    drives = station.type("list", "--json").json["drives"]
    held = {drive["identity"]["serial"]["value"] for drive in drives if drive["holders"]}
    assert held == {"haiki-root", "haiki-checkout", "haiki-venv"}
    assert len(drives) == 10


@pytest.mark.parametrize("serial", ["HAIKI-USB-1", "HAIKI-UAS-1"])
def test_what_a_bridge_says_is_the_bridges_word(serial, node_of, station):
    assert station.listed(node_of(serial))["identity"]["serial"]["source"] == "bridge"


def test_erasing_through_libata_leaves_zeros(node_of, station):
    """Writes, flushes and reads with O_DIRECT on the kernel's real path to an ATA disk."""
    node = node_of("HAIKI-AHCI-1")
    node.write_bytes(b"old data" * 1000)
    said = station.erase(node)
    assert said.status == 0, said.out
    assert set(node.read_bytes()) == {0}
