"""NVMe: namespaces, controllers, several paths to one namespace, several namespaces on one medium."""

import shutil

import pytest

from erase.drive.facts import Area, AreaKind, Bus, Fact, MediaType, Source


def test_a_plain_drive(machine):
    controller = machine.nvme_controller(0)
    machine.namespace(controller, "nvme0n1", "259:0", eui="00 25 38 b1 71 b5 07 d3", nguid="002538b1-71b5-07d3-0025-38b171b507d4")
    (drive,) = machine.probe().drives()
    assert (drive.nodes, drive.bus, drive.media, drive.virtual) == (("/dev/nvme0n1",), Bus.NVME, MediaType.FLASH, None)
    assert drive.identity.model == Fact("SAMSUNG MZVLB256HBHQ-000L7", Source.KERNEL)
    assert drive.identity.serial == Fact("S4ELNX0M123456", Source.KERNEL)
    assert drive.identity.firmware == Fact("5M2QEXH7", Source.KERNEL)
    assert drive.identity.eui64 == Fact("002538b171b507d3", Source.KERNEL)
    assert drive.identity.nguid == Fact("002538b171b507d3002538b171b507d4", Source.KERNEL)
    assert drive.size == 500118192 * 512
    assert drive.areas == ()


def test_a_serial_is_plain(machine):
    machine.namespace(machine.nvme_controller(0, serial="S4  ELNX０"), "nvme0n1", "259:0")
    (drive,) = machine.probe().drives()
    assert drive.identity.serial == Fact("S4 ELNX\\uff10", Source.KERNEL)


def test_names_of_zeros_or_of_nonsense_are_none(machine):
    machine.namespace(machine.nvme_controller(0), "nvme0n1", "259:0", eui="00 00 00 00 00 00 00 00", nguid="zz" * 16)
    (drive,) = machine.probe().drives()
    assert drive.identity.eui64 is None
    assert drive.identity.nguid is None


def test_a_rotating_nvme_drive_is_not_called_flash(machine):
    path = machine.namespace(machine.nvme_controller(0), "nvme0n1", "259:0")
    machine.file(f"{path}/queue/rotational", "1\n")
    (drive,) = machine.probe().drives()
    assert drive.media is MediaType.UNKNOWN


def two_paths(machine):
    """One namespace behind two controllers, joined by the kernel: one head with a node, two hidden paths."""
    subsystem = "/sys/devices/virtual/nvme-subsystem/nvme-subsys0"
    names = {"model": "PM1725", "serial": "S3DUAL", "firmware_rev": "1", "subsysnqn": "nqn.x"}
    machine.files(subsystem, names)
    for number in (0, 1):
        controller = machine.nvme_controller(number, **names)
        machine.link(f"{subsystem}/nvme{number}", controller)
        machine.namespace(controller, f"nvme0c{number}n1", None)
    machine.namespace(subsystem, "nvme0n1", "259:0")
    return subsystem


def test_two_controllers_of_one_namespace_are_one_drive(machine):
    two_paths(machine)
    (drive,) = machine.probe().drives()
    assert drive.nodes == ("/dev/nvme0n1",)
    assert drive.identity.serial.value == "S3DUAL"
    assert drive.areas == ()


def test_a_joined_drive_is_real_although_it_lies_under_devices_virtual(machine):
    two_paths(machine)
    (drive,) = machine.probe().drives()
    assert drive.virtual is None


def test_a_joined_drive_with_one_path_over_the_network_is_real(machine):
    subsystem = two_paths(machine)
    remote = "/sys/devices/virtual/nvme-fabrics/ctl/nvme5"
    machine.files(remote, {"transport": "tcp"})
    machine.link(f"{subsystem}/nvme5", remote)
    (drive,) = machine.probe().drives()
    assert drive.virtual is None


def test_without_joining_two_nodes_of_one_namespace_are_one_drive(machine):
    for number in (0, 1):
        controller = machine.nvme_controller(number, serial="S3DUAL", subsysnqn="nqn.x")
        machine.namespace(controller, f"nvme{number}n1", f"259:{number}")
    (drive,) = machine.probe().drives()
    assert drive.nodes == ("/dev/nvme0n1", "/dev/nvme1n1")


def test_drives_of_one_model_are_two_drives(machine):
    for number, serial in ((0, "AAAA1"), (1, "AAAA2")):
        controller = machine.nvme_controller(number, serial=serial, subsysnqn="nqn.same")
        machine.namespace(controller, f"nvme{number}n1", f"259:{number}")
    assert [drive.nodes for drive in machine.probe().drives()] == [("/dev/nvme0n1",), ("/dev/nvme1n1",)]


def test_each_namespace_is_a_drive_that_names_the_others(machine):
    controller = machine.nvme_controller(0)
    machine.namespace(controller, "nvme0n1", "259:0", sectors=1000)
    machine.namespace(controller, "nvme0n2", "259:1", sectors=2000, nsid="2")
    machine.mount("259:1", "/srv")
    first, second = machine.probe().drives()
    assert first.areas[0].name == "/dev/nvme0n2"
    assert first.areas[0].size == 2000 * 512
    assert [holder.name for holder in first.areas[0].held_by] == ["/srv"]
    # what holds the other namespace does not hold this one
    assert first.in_use == ()
    assert second.areas == (Area(AreaKind.NAMESPACE, "/dev/nvme0n1", 1000 * 512),)
    assert [holder.name for holder in second.in_use] == ["/srv"]


def test_namespaces_of_another_medium_are_not_named(machine):
    machine.namespace(machine.nvme_controller(0, serial="AAAA1"), "nvme0n1", "259:0")
    machine.namespace(machine.nvme_controller(1, serial="AAAA2"), "nvme1n2", "259:1", nsid="2")
    assert [drive.areas for drive in machine.probe().drives()] == [(), ()]


def test_an_empty_controller_is_listed_with_its_reason(machine):
    machine.nvme_controller(0)
    (drive,) = machine.probe().drives()
    assert (drive.nodes, drive.size, drive.unusable) == (("/dev/nvme0",), 0, "no-namespace")
    assert drive.identity.serial.value == "S4ELNX0M123456"


def test_a_drive_over_the_network_is_virtual(machine):
    controller = "/sys/devices/virtual/nvme-fabrics/ctl/nvme0"
    machine.files(controller, {"model": "Linux", "serial": "abc123", "firmware_rev": "6", "transport": "tcp", "subsysnqn": "nqn.t"})
    machine.namespace(controller, "nvme0n1", "259:0")
    (drive,) = machine.probe().drives()
    assert (drive.virtual, drive.media) == ("other-virtual", MediaType.UNKNOWN)
    (machine.root / "sys/class/block/nvme0n1").unlink()
    shutil.rmtree(machine.root / controller.lstrip("/") / "nvme0n1")
    machine.link("/sys/class/nvme/nvme0", controller)
    (empty,) = machine.probe().drives()
    assert (empty.unusable, empty.virtual) == ("no-namespace", "other-virtual")


@pytest.mark.parametrize("missing", ["subsysnqn", "serial"])
def test_what_can_not_be_compared_is_not_merged(machine, missing):
    for number in (0, 1):
        controller = machine.nvme_controller(number, serial="S3DUAL", subsysnqn="nqn.x")
        (machine.root / controller.lstrip("/") / missing).unlink()
        machine.namespace(controller, f"nvme{number}n1", f"259:{number}")
    assert len(machine.probe().drives()) == 2
