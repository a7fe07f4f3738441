"""The computer itself: what its firmware says, what it leaves out, what it is inside of."""

import pytest

from erase.drive.facts import Fact, Source

DMI = "/sys/class/dmi/id"


def test_smbios_names_the_machine(machine):
    machine.files(DMI, {"sys_vendor": "LENOVO", "product_name": "20XW00", "product_serial": "PF0ABCDE"})
    machine.file("/proc/sys/kernel/random/boot_id", "d4ba1c50-1b69-42ac-b9bb-7dacd56c14a7\n")
    machine.file("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n")
    found = machine.probe().machine()
    assert (found.maker, found.model, found.serial) == tuple(Fact(value, Source.FIRMWARE) for value in ("LENOVO", "20XW00", "PF0ABCDE"))
    assert (found.hypervisor, found.boot_id, found.kernel) == (None, "d4ba1c50-1b69-42ac-b9bb-7dacd56c14a7", "6.1.0-56-amd64")


@pytest.mark.parametrize(
    "placeholder",
    ["To Be Filled By O.E.M.", "Default string", "System Serial Number", "Not Specified", "None", "0123456789", "0", "...", "N/A", ""],
)
def test_what_makers_leave_in_place_of_a_serial_is_none(machine, placeholder):
    machine.files(DMI, {"sys_vendor": placeholder, "product_name": placeholder, "product_serial": placeholder, "board_serial": "BOARD1"})
    found = machine.probe().machine()
    assert (found.maker, found.model, found.serial) == (None, None, None)


def test_the_board_speaks_where_the_system_says_nothing(machine):
    machine.files(DMI, {"sys_vendor": "Default string", "board_vendor": "ASRock", "product_name": "To be filled", "board_name": "B450M"})
    found = machine.probe().machine()
    assert (found.maker.value, found.model.value) == ("ASRock", "B450M")


def test_a_machine_without_smbios_has_a_device_tree(machine):
    machine.file("/proc/device-tree/model", b"Raspberry Pi 4 Model B Rev 1.4\0")
    machine.file("/proc/device-tree/serial-number", b"10000000abcdef01\0")
    found = machine.probe().machine()
    assert (found.model.value, found.serial.value) == ("Raspberry Pi 4 Model B Rev 1.4", "10000000abcdef01")


def test_a_machine_that_tells_nothing_is_unknown(machine):
    found = machine.probe().machine()
    assert (found.maker, found.model, found.serial, found.hypervisor, found.boot_id, found.kernel) == (None,) * 5 + ("unknown",)


@pytest.mark.parametrize(
    ("dmi", "name"),
    [
        ({"sys_vendor": "QEMU", "product_name": "Standard PC (Q35 + ICH9, 2009)"}, "qemu"),
        ({"sys_vendor": "Red Hat", "product_name": "KVM"}, "kvm"),
        ({"sys_vendor": "VMware, Inc.", "product_name": "VMware7,1"}, "vmware"),
        ({"sys_vendor": "innotek GmbH", "product_name": "VirtualBox"}, "virtualbox"),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine"}, "hyper-v"),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Surface Pro 7"}, None),
        ({"sys_vendor": "Amazon EC2", "product_name": "m5.large"}, "kvm"),
        ({"sys_vendor": "Amazon EC2", "product_name": "m5.metal"}, None),
        ({"sys_vendor": "Xen", "product_name": "HVM domU"}, "xen"),
        ({"sys_vendor": "LENOVO", "product_name": "ThinkPad"}, None),
    ],
)
def test_hypervisors_are_known_by_their_firmware(machine, dmi, name):
    machine.files(DMI, dmi)
    assert machine.probe().machine().hypervisor == name


def test_the_processors_flag_tells_when_the_firmware_does_not(machine):
    machine.file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme hypervisor lahf_lm\n")
    assert machine.probe().machine().hypervisor == "unknown"
    machine.file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme nohypervisor\n")
    assert machine.probe().machine().hypervisor is None


def test_the_first_domain_of_xen_owns_the_hardware(machine):
    machine.file("/sys/hypervisor/type", "xen\n")
    assert machine.probe().machine().hypervisor == "xen"
    machine.file("/proc/xen/capabilities", "control_d\n")
    assert machine.probe().machine().hypervisor is None


def test_a_device_tree_names_its_hypervisor(machine):
    machine.file("/proc/device-tree/hypervisor/compatible", b"linux,kvm\0")
    assert machine.probe().machine().hypervisor == "kvm"
