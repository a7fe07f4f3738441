"""The inventory of storage controllers: what is there, and where drives may hide from every list."""

import pytest

from erase.drive.inventory import Blindness, Controller, ControllerKind
from erase.probe.controllers import read_controllers
from erase.probe.tree import Tree

PCI = "/sys/devices/pci0000:00"


def function(machine, address, code, *, vendor="0x8086", device="0x2922", driver="ahci", **files):
    folder = f"{PCI}/{address}"
    machine.files(
        folder, {"class": code, "vendor": vendor, "device": device, "subsystem_vendor": "0x17aa", "subsystem_device": "0x2238", **files}
    )
    machine.link(f"/sys/bus/pci/devices/{address}", folder)
    if driver:
        machine.folder(f"/sys/bus/pci/drivers/{driver}")
        machine.link(f"{folder}/driver", f"/sys/bus/pci/drivers/{driver}")
    return folder


def controllers(machine):
    return read_controllers(Tree(machine.root))


def test_an_ahci_controller_is_listed_with_its_ids_and_hides_nothing(machine):
    function(machine, "0000:00:1f.2", "0x010601")
    assert controllers(machine) == (Controller("0000:00:1f.2", ControllerKind.AHCI, "ahci", 0x8086, 0x2922, 0x17AA, 0x2238, None, ()),)


@pytest.mark.parametrize(
    ("code", "driver", "kind"),
    [
        ("0x010802", "nvme", ControllerKind.NVME),
        ("0x010700", "mpt3sas", ControllerKind.SAS),
        ("0x010100", "ata_piix", ControllerKind.IDE),
        ("0x010000", "sym53c8xx", ControllerKind.SCSI),
        ("0x010901", "ufshcd", ControllerKind.UFS),
        ("0x080501", "sdhci-pci", ControllerKind.SD_HOST),
        ("0x018000", "rtsx_pci", ControllerKind.OTHER),
    ],
)
def test_the_class_code_says_what_a_controller_is(machine, code, driver, kind):
    function(machine, "0000:01:00.0", code, driver=driver)
    (found,) = controllers(machine)
    assert (found.kind, found.blind) == (kind, ())


@pytest.mark.parametrize("code", ["0x030000", "0x020000", "0x0c0330", "garbage", ""])
def test_what_is_no_storage_controller_is_not_listed(machine, code):
    function(machine, "0000:01:00.0", code, driver="other")
    assert controllers(machine) == ()


def test_a_controller_that_nobody_drives_may_hide_drives(machine):
    function(machine, "0000:02:00.0", "0x010802", driver=None)
    assert controllers(machine)[0].blind == (Blindness.NO_DRIVER,)


@pytest.mark.parametrize(("code", "driver"), [("0x010400", "megaraid_sas"), ("0x010700", "smartpqi"), ("0x010400", "unheard_of")])
def test_a_raid_controller_may_hide_its_members(machine, code, driver):
    function(machine, "0000:03:00.0", code, vendor="0x1000", driver=driver)
    assert controllers(machine)[0].blind == (Blindness.RAID_FIRMWARE,)


def test_an_ahci_controller_in_raid_mode_shows_its_disks_all_the_same(machine):
    function(machine, "0000:00:17.0", "0x010400", device="0x282a")
    assert controllers(machine)[0].blind == ()


@pytest.mark.parametrize(("count", "blind"), [("2", (Blindness.REMAPPED_NVME,)), ("0", ())])
def test_nvme_drives_that_the_firmware_remapped_are_counted(machine, count, blind):
    function(machine, "0000:00:17.0", "0x010601", remapped_nvme=count)
    (found,) = controllers(machine)
    assert (found.hidden_drives, found.blind) == (int(count), blind)


def test_a_volume_management_device_is_known_with_and_without_its_driver(machine):
    function(machine, "0000:00:0e.0", "0x010400", device="0x467f", driver=None)
    function(machine, "0000:00:0f.0", "0x060400", device="0xffff", driver="vmd")
    assert [(found.kind, found.blind) for found in controllers(machine)] == [
        (ControllerKind.VMD, (Blindness.NO_DRIVER,)),
        (ControllerKind.VMD, ()),
    ]


def test_virtio_controllers_are_called_by_that_name(machine):
    function(machine, "0000:00:04.0", "0x010000", vendor="0x1af4", device="0x1004", driver="virtio-pci")
    assert controllers(machine)[0].kind is ControllerKind.VIRTIO


def test_persistent_memory_keeps_data_that_no_drive_list_shows(machine):
    folder = "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region0"
    machine.folder(folder)
    machine.link("/sys/bus/nd/devices/region0", folder)
    machine.folder("/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/nmem0")
    machine.link("/sys/bus/nd/devices/nmem0", "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/nmem0")
    assert [(found.address, found.kind, found.blind) for found in controllers(machine)] == [
        ("region0", ControllerKind.NVDIMM, (Blindness.PERSISTENT_MEMORY,))
    ]


def test_a_soldered_mmc_host_is_listed_and_one_on_pci_is_not_listed_twice(machine):
    function(machine, "0000:00:1a.0", "0x080501", driver="sdhci-pci")
    for folder in ("/sys/devices/platform/soc/fe340000.mmc/mmc_host/mmc0", f"{PCI}/0000:00:1a.0/mmc_host/mmc1"):
        machine.folder(folder)
        machine.link(f"/sys/class/mmc_host/{folder.rpartition('/')[2]}", folder)
    assert [(found.address, found.kind) for found in controllers(machine)] == [
        ("0000:00:1a.0", ControllerKind.SD_HOST),
        ("mmc0", ControllerKind.MMC_HOST),
    ]
