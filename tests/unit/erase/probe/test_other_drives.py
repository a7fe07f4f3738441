"""Cards, virtio, virtual drives, and what is no drive at all."""

import hashlib

import pytest

from certify.foundation.errors import HaikiError
from erase.drive.facts import Area, AreaKind, Bus, Fact, MediaType, Source
from erase.probe.virtual import loop_serial

CARD = "/sys/devices/pci0000:00/0000:00:1a.0/mmc_host/mmc0/mmc0:0001"


def emmc(machine, kind="MMC"):
    files = {"type": kind, "name": "BJTD4R", "manfid": "0x000015", "serial": "0x1a2b  3c4d", "fwrev": "0x0200000000000000"}
    machine.files(CARD, {**files, "raw_rpmb_size_mult": "0x80"})
    disk = machine.block(f"{CARD}/block/mmcblk0", "179:0", 61071360)
    machine.link(f"{disk}/device", CARD)
    return disk


def test_an_emmc_names_the_areas_beside_its_user_area(machine):
    disk = emmc(machine)
    machine.partition(disk, "mmcblk0p1", "179:1")
    for number in (0, 1):
        machine.block(f"{disk}/mmcblk0boot{number}", f"179:{8 * (number + 1)}", 8192, ro="1")
    machine.block(f"{disk}/mmcblk0gp0", "179:32", 4096)
    machine.folder(f"{disk}/mmcblk0rpmb")
    (drive,) = machine.probe().drives()
    assert (drive.nodes, drive.bus, drive.media, drive.removable) == (("/dev/mmcblk0",), Bus.MMC, MediaType.FLASH, False)
    assert drive.identity.serial == Fact("0x1a2b 3c4d", Source.KERNEL)
    assert drive.areas == (
        Area(AreaKind.BOOT_PARTITION, "/dev/mmcblk0boot0", 4 * 2**20),
        Area(AreaKind.BOOT_PARTITION, "/dev/mmcblk0boot1", 4 * 2**20),
        Area(AreaKind.GENERAL_PURPOSE, "/dev/mmcblk0gp0", 2 * 2**20),
        Area(AreaKind.RPMB, "/dev/mmcblk0rpmb", 16 * 2**20),
    )
    assert not drive.read_only  # the boot areas are, the drive is not


def test_an_area_is_refused_as_a_drive(machine):
    machine.block(f"{emmc(machine)}/mmcblk0boot0", "179:8", 8192)
    with pytest.raises(HaikiError) as refusal:
        machine.probe().drive("/dev/mmcblk0boot0")
    assert (refusal.value.code, refusal.value.parameters["drive"]) == ("is-an-area", "/dev/mmcblk0")


def test_an_sd_card_can_be_taken_out(machine):
    emmc(machine, kind="SD")
    assert machine.probe().drives()[0].removable


def test_virtio_is_the_hypervisors_word(machine):
    path = machine.block("/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda", "254:0", 1000, serial="a  bｃ")
    machine.link(f"{path}/device", "/sys/devices/pci0000:00/0000:00:02.0/virtio1")
    (drive,) = machine.probe().drives()
    assert (drive.bus, drive.media, drive.virtual) == (Bus.VIRTIO, MediaType.UNKNOWN, None)
    assert drive.identity.serial == Fact("a b\\uff43", Source.KERNEL)


def test_persistent_memory_is_listed_though_nothing_is_known_of_it(machine):
    machine.block("/sys/devices/LNXSYSTM:00/ACPI0012:00/ndbus0/region0/namespace0.0/block/pmem0", "259:7", 1000)
    (drive,) = machine.probe().drives()
    assert (drive.nodes, drive.bus, drive.media, drive.virtual) == (("/dev/pmem0",), Bus.UNKNOWN, MediaType.UNKNOWN, None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ram0", "ram"), ("zram0", "zram"), ("nbd0", "nbd"), ("nullb0", "null_blk"), ("zd0", "other-virtual"), ("bcache0", "other-virtual")],
)
def test_virtual_kinds_are_those_of_the_decision(machine, name, kind):
    machine.virtual(name, "240:0")
    (drive,) = machine.probe().drives()
    assert (drive.virtual, drive.bus, drive.media) == (kind, Bus.VIRTUAL, MediaType.UNKNOWN)
    assert drive.identity.name is None


def test_a_null_block_device_made_by_configfs_has_any_name(machine):
    machine.virtual("bench", "240:0")
    machine.folder("/sys/kernel/config/nullb/bench")
    assert machine.probe().drives()[0].virtual == "null_blk"


@pytest.mark.parametrize("folder", ["dm", "md"])
def test_mappings_and_arrays_are_virtual_whatever_they_are_called(machine, folder):
    path = machine.virtual("anything", "253:0")
    machine.files(f"{path}/{folder}", {"name": "x"})
    assert machine.probe().drive("/dev/anything").virtual == folder


def test_a_loop_device_is_named_after_its_file(machine):
    machine.loop("loop3", "7:3", "/srv/images/disk one.img", sectors=20480)
    (drive,) = machine.probe().drives()
    expected = hashlib.sha256(b"disk one.img\x0010485760").hexdigest()[:16]
    assert drive.identity.serial == Fact(f"VIRT-{expected}", Source.DERIVED)
    assert drive.identity.model == Fact("disk one.img", Source.KERNEL)
    assert drive.virtual == "loop"


def test_the_serial_of_a_loop_device_is_this_very_value():
    # printf 'disk.img\000268435456' | sha256sum
    assert loop_serial(b"/a/b/disk.img", 268435456) == "VIRT-3661eb9391718bc0"


def test_a_deleted_file_keeps_its_name(machine):
    machine.loop("loop0", "7:0", "/srv/disk.img")
    machine.loop("loop1", "7:1", "/srv/disk.img (deleted)")
    machine.loop("loop2", "7:2", "/srv/really (deleted)")
    machine.file("/srv/really (deleted)", "")
    models = [drive.identity.model.value for drive in machine.probe().drives()]
    assert models == ["disk.img", "disk.img", "really (deleted)"]


def test_a_file_name_that_is_no_text_gives_a_serial_all_the_same(machine):
    machine.loop("loop0", "7:0", b"/srv/\xff\x1b[2Jdisk")
    (drive,) = machine.probe().drives()
    assert drive.identity.model.value == "\\xff\\x1b[2Jdisk"
    assert drive.identity.serial.value == "VIRT-" + hashlib.sha256(b"\xff\x1b[2Jdisk\x0010485760").hexdigest()[:16]


@pytest.mark.parametrize("name", ["loop0", "zram0", "nbd3"])
def test_virtual_devices_with_nothing_attached_are_not_listed_and_refused(machine, name):
    machine.virtual(name, "7:0", sectors=0)
    assert machine.probe().drives() == ()
    with pytest.raises(HaikiError) as refusal:
        machine.probe().drive(f"/dev/{name}")
    assert refusal.value.code == "nothing-attached"


@pytest.mark.parametrize("name", ["fd0", "sr0", "mtdblock0", "ubiblock0_1"])
def test_floppies_discs_and_firmware_chips_are_no_drives(machine, name):
    machine.block(f"/sys/devices/platform/x/block/{name}", "2:0", 2880)
    assert machine.probe().drives() == ()
    with pytest.raises(HaikiError) as refusal:
        machine.probe().drive(f"/dev/{name}")
    assert refusal.value.code == "not-a-drive"


def test_a_name_with_a_slash_is_written_as_its_node(machine):
    machine.block("/sys/devices/pci0000:00/0000:00:03.0/block/cciss!c0d0", "104:0", 1000)
    (drive,) = machine.probe().drives()
    assert drive.nodes == ("/dev/cciss/c0d0",)
    assert machine.probe().drive("/dev/cciss/c0d0") == drive


def test_sector_sizes_and_the_read_only_state_are_told(machine):
    path = machine.sata()
    machine.files(path, {"ro": "1"})
    machine.files(f"{path}/queue", {"logical_block_size": "512", "physical_block_size": "4096"})
    (drive,) = machine.probe().drives()
    assert (drive.logical_sector, drive.physical_sector, drive.read_only) == (512, 4096, True)
    assert drive.size == 1024000 * 512


def test_an_odd_capacity_is_told_as_it_is(machine):
    path = machine.sata(sectors=1001)
    machine.files(f"{path}/queue", {"logical_block_size": "4096", "physical_block_size": "4096"})
    (drive,) = machine.probe().drives()
    assert (drive.size, drive.sectors) == (1001 * 512, 125)


@pytest.mark.parametrize("size", ["-1", "nonsense", "99999999999999999999999", ""])
def test_a_capacity_that_is_no_number_counts_as_zero(machine, size):
    machine.files(machine.sata(), {"size": size})
    (drive,) = machine.probe().drives()
    assert (drive.size, drive.unusable) == (0, "no-capacity")
