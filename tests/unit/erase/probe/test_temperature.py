"""Temperatures that the kernel measures anyway."""

import pytest


def test_the_sensor_of_a_sata_disk(machine):
    device = machine.sata().rpartition("/block")[0]
    machine.file(f"{device}/hwmon/hwmon3/temp1_input", "38000\n")
    probe = machine.probe()
    assert probe.temperature(probe.drive("/dev/sda")) == 38.0


def test_the_sensor_of_an_nvme_drive_lies_in_its_controller(machine):
    controller = machine.nvme_controller(0)
    machine.namespace(controller, "nvme0n1", "259:0")
    machine.file(f"{controller}/hwmon1/temp1_input", "41850\n")
    probe = machine.probe()
    assert probe.temperature(probe.drive("/dev/nvme0n1")) == 41.85


def test_of_several_sensors_the_hottest_counts(machine):
    device = machine.sata().rpartition("/block")[0]
    machine.file(f"{device}/hwmon/hwmon3/temp1_input", "38000\n")
    machine.file(f"{device}/hwmon/hwmon4/temp1_input", "-5000\n")
    probe = machine.probe()
    assert probe.temperature(probe.drive("/dev/sda")) == 38.0


@pytest.mark.parametrize("nonsense", ["", "hot", "999999999", "200000", "-99000", "--5", "1e3"])
def test_nonsense_is_no_temperature(machine, nonsense):
    device = machine.sata().rpartition("/block")[0]
    machine.file(f"{device}/hwmon/hwmon3/temp1_input", nonsense)
    probe = machine.probe()
    assert probe.temperature(probe.drive("/dev/sda")) is None


def test_a_drive_that_was_pulled_has_none(machine):
    machine.sata()
    probe = machine.probe()
    drive = probe.drive("/dev/sda")
    (machine.root / "sys/class/block/sda").unlink()
    assert probe.temperature(drive) is None
