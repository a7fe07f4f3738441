"""Machines that really ran, recorded by scripts/record-drive: kernels' own sysfs, not our idea of it."""

import json
from pathlib import Path

import pytest

from certify.foundation.errors import HaikiError
from erase.drive.facts import Bus, MediaType, Source

DRIVES = Path(__file__).resolve().parents[3] / "drives"


def shape(holders):
    return ", ".join(f"{found.kind} {found.name}" + (f" ({shape(found.held_by)})" if found.held_by else "") for found in holders)


EXPECTED = {
    "qemu-sata-mounts-and-loops": {
        "/dev/sdb": "partition /dev/sdb1 (mount /mnt/data dir (swap /mnt/data dir/swapfile, loop /dev/loop0 (mount /mnt/inner)), "
        "mount /mnt/zz), partition /dev/sdb2 (swap /dev/sdb2), partition /dev/sdb3 (loop /dev/loop1)",
        "/dev/loop0": "mount /mnt/inner",
        "/dev/loop1": "underlying /dev/sdb3",
    },
    "qemu-sata-ssd-md-luks-lvm": {
        "/dev/sda": "partition /dev/sda1 (md /dev/md0 (mount /mnt/md)), partition /dev/sda2 (dm cryptdisk "
        "(lvm vg-one/home (mount /mnt/luks), lvm vg-one/swap (swap /dev/mapper/vg--one-swap)))",
        "/dev/sdc": "partition /dev/sdc1 (md /dev/md0 (mount /mnt/md))",
    },
    "qemu-sas-dual-path": {"/dev/sde": ""},
    "qemu-multipath-mapping": {"/dev/dm-3": "dm mpatha1 (mount /mnt/mp)"},
    "qemu-nvme-multipath": {"/dev/nvme0n1": "mount /mnt/nm"},
    "qemu-nvme-two-namespaces-btrfs": {"/dev/nvme2n1": "mount /mnt/bt", "/dev/nvme3n1": "", "/dev/nvme3n2": "mount /mnt/bt"},
    "qemu-bcache": {"/dev/sdi": "", "/dev/vdb": "bcache /dev/bcache0 (mount /mnt/b)"},
    "qemu-megaraid-bcache-waiting": {"/dev/sdh": "bcache /dev/bcache1"},
    "qemu-usb-bridge": {"/dev/sdg": ""},
    "qemu-uas-bridge": {"/dev/sdd": ""},
    "qemu-sd-card": {"/dev/mmcblk0": "partition /dev/mmcblk0p1 (mount /mnt/mm)"},
    "linux-virtual-drives": {"/dev/nullb0": "", "/dev/sdj": "", "/dev/zram0": "swap /dev/zram0"},
    "qemu-no-drives": {},
    "virtio-root-on-whole-drive": {"/dev/vda": "boot-medium /, mount /"},
}


def test_every_recording_is_expected():
    assert {path.parent.name for path in DRIVES.glob("*/tree.json")} == set(EXPECTED)
    assert all(json.loads(path.read_text())["note"].startswith("recorded in ") for path in DRIVES.glob("*/tree.json"))


@pytest.mark.parametrize("name", EXPECTED)
def test_drives_and_their_holders(recorded, name):
    assert {drive.nodes[0]: shape(drive.holders) for drive in recorded(name).probe().drives()} == EXPECTED[name]


def test_a_sata_disk(recorded):
    drive = recorded("qemu-sata-mounts-and-loops").probe().drive("/dev/sdb")
    assert (drive.bus, drive.media, drive.size) == (Bus.ATA, MediaType.MAGNETIC, 256 * 2**20)
    assert drive.identity.model.value == "HAIKI-SATA-DISK"
    assert {fact.source for fact in vars(drive.identity).values() if fact} == {Source.IDENTIFY}
    assert drive.identity.wwn.value.startswith("50014ee")


def test_a_solid_state_one_and_one_that_does_not_tell(recorded):
    probe = recorded("qemu-sata-ssd-md-luks-lvm").probe()
    assert [probe.drive(node).media for node in ("/dev/sda", "/dev/sdc")] == [MediaType.FLASH, MediaType.UNKNOWN]


def test_two_adapters_to_one_sas_drive(recorded):
    drive = recorded("qemu-sas-dual-path").probe().drive("/dev/sdf")
    assert (drive.nodes, drive.bus, drive.media) == (("/dev/sde", "/dev/sdf"), Bus.SAS, MediaType.MAGNETIC)
    assert drive.identity.vendor.value == "SEAGATE"


def test_the_same_with_a_multipath_mapping(recorded):
    drive = recorded("qemu-multipath-mapping").probe().drive("/dev/sde")
    assert (drive.nodes, drive.bus, drive.virtual) == (("/dev/dm-3", "/dev/sde", "/dev/sdf"), Bus.SAS, None)


def test_two_controllers_of_one_namespace(recorded):
    machine = recorded("qemu-nvme-multipath")
    probe = machine.probe()
    (drive,) = probe.drives()
    assert (drive.nodes, drive.virtual, drive.areas) == (("/dev/nvme0n1",), None, ())
    assert 0 < probe.temperature(drive) < 100


def test_namespaces_name_each_other(recorded):
    drives = recorded("qemu-nvme-two-namespaces-btrfs").probe().drives()
    assert [(drive.nodes[0], [(area.name, shape(area.held_by)) for area in drive.areas]) for drive in drives] == [
        ("/dev/nvme2n1", []),
        ("/dev/nvme3n1", [("/dev/nvme3n2", "mount /mnt/bt")]),
        ("/dev/nvme3n2", [("/dev/nvme3n1", "")]),
    ]


@pytest.mark.parametrize("name", ["qemu-usb-bridge", "qemu-uas-bridge"])
def test_bridges(recorded, name):
    (drive,) = recorded(name).probe().drives()
    assert (drive.bus, drive.media) == (Bus.USB, MediaType.UNKNOWN)
    assert {fact.source for fact in vars(drive.identity).values() if fact} == {Source.BRIDGE}
    assert drive.identity.serial


def test_an_array_controllers_disk_and_a_virtio_one(recorded):
    (array,) = recorded("qemu-megaraid-bcache-waiting").probe().drives()
    assert (array.bus, array.media) == (Bus.SCSI, MediaType.UNKNOWN)
    virtio = recorded("qemu-bcache").probe().drive("/dev/vdb")
    assert (virtio.bus, virtio.media, virtio.virtual) == (Bus.VIRTIO, MediaType.UNKNOWN, None)


def test_an_sd_card(recorded):
    (drive,) = recorded("qemu-sd-card").probe().drives()
    assert (drive.bus, drive.media, drive.removable) == (Bus.MMC, MediaType.FLASH, True)


def test_virtual_drives(recorded):
    kinds = {drive.nodes[0]: drive.virtual for drive in recorded("linux-virtual-drives").probe().drives()}
    assert kinds == {"/dev/nullb0": "null_blk", "/dev/sdj": "scsi_debug", "/dev/zram0": "zram"}


@pytest.mark.parametrize("node", ["/dev/sr0", "/dev/fd0"])
def test_an_optical_drive_and_a_floppy(recorded, node):
    with pytest.raises(HaikiError) as refusal:
        recorded("qemu-no-drives").probe().drive(node)
    assert refusal.value.code == "not-a-drive"


def test_the_machine_they_ran_on(recorded):
    machine = recorded("qemu-usb-bridge").probe().machine()
    assert (machine.maker.value, machine.model.value, machine.hypervisor) == ("Haiki", "Bench", "unknown")
    assert machine.kernel.startswith("6.1.0-")
