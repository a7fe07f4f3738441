"""Several nodes of one drive are one drive, and two drives are never taken for one."""

import pytest

SERIAL = bytes.fromhex("00800008") + b"Z1W0ABCD"
NAME = bytes.fromhex("0083000c 01030008 5000c500aabbccdd")
PAGES = {"vpd_pg80": SERIAL, "vpd_pg83": NAME}


def nodes(machine):
    return [drive.nodes for drive in machine.probe().drives()]


def two_ports(machine, **second):
    first = machine.sas("sda", "8:0", 0, **PAGES)
    return first, machine.sas("sdb", "8:16", 1, **{**PAGES, **second})


def test_two_ports_of_a_sas_drive_are_one_drive(machine):
    two_ports(machine)
    assert nodes(machine) == [("/dev/sda", "/dev/sdb")]
    assert machine.probe().drive("/dev/sdb") == machine.probe().drive("/dev/sda")


def test_two_ports_that_the_kernel_only_plays_are_one_drive_too(machine):
    for name, host in (("sda", 0), ("sdb", 1)):
        place = f"/sys/devices/tcm_loop_0/tcm_loop_adapter_{host}/host{host}/target{host}:0:1/{host}:0:1:0"
        machine.scsi_disk(place, name, f"8:{16 * host}", 1000, files={"vendor": "HGST", "model": "HUS726", "rev": "A", **PAGES})
    assert nodes(machine) == [("/dev/sda", "/dev/sdb")]


def test_what_holds_one_path_holds_the_drive(machine):
    _, second = two_ports(machine)
    machine.partition(second, "sdb1", "8:17")
    machine.mount("8:17", "/srv")
    assert [found.name for found in machine.probe().drive("/dev/sda").in_use] == ["/srv"]


@pytest.mark.parametrize(
    "difference",
    [
        {"vpd_pg80": bytes.fromhex("00800008") + b"Z1W0ABCE"},
        {"vpd_pg83": bytes.fromhex("0083000c 01030008 5000c500aabbccde")},
        {"vpd_pg80": b""},
        {"vpd_pg83": b""},
        {"sectors": 1172123569},
    ],
)
def test_any_difference_makes_two_drives(machine, difference):
    two_ports(machine, **difference)
    assert nodes(machine) == [("/dev/sda",), ("/dev/sdb",)]


def test_bridges_with_one_serial_and_name_are_two_drives(machine):
    machine.usb("sdu", "65:64", **PAGES)
    machine.usb("sdv", "65:80", **PAGES)
    assert nodes(machine) == [("/dev/sdu",), ("/dev/sdv",)]


def test_sata_drives_with_one_serial_and_name_are_two_drives(machine):
    machine.sata("sda", "8:0", **PAGES)
    machine.sata("sdb", "8:16", **PAGES)
    assert nodes(machine) == [("/dev/sda",), ("/dev/sdb",)]


def multipath(machine, on):
    return machine.mapping("dm-0", "253:0", on, uuid="mpath-35000c500aabbccdd", title="mpatha", sectors=1172123568)


def test_a_multipath_mapping_is_the_node_to_use(machine):
    paths = two_ports(machine)
    mapping = multipath(machine, list(paths))
    part = machine.mapping("dm-1", "253:1", [mapping], uuid="part1-mpath-35000c500aabbccdd", title="mpatha-part1")
    machine.mount("253:1", "/srv")
    (drive,) = machine.probe().drives()
    assert drive.nodes == ("/dev/dm-0", "/dev/sda", "/dev/sdb")
    assert drive.virtual is None
    assert drive.identity.serial.value == "Z1W0ABCD"
    assert [(found.kind.value, found.name) for found in drive.in_use] == [("dm", "mpatha-part1"), ("mount", "/srv")]
    assert {machine.probe().drive(node).nodes for node in ("/dev/dm-0", "/dev/sda", "/dev/sdb")} == {drive.nodes}
    assert part


def test_an_idle_multipath_mapping_holds_nothing(machine):
    multipath(machine, list(two_ports(machine)))
    (drive,) = machine.probe().drives()
    assert drive.in_use == ()


def test_a_mapping_over_two_different_drives_is_a_holder_not_a_drive(machine):
    multipath(machine, list(two_ports(machine, vpd_pg80=bytes.fromhex("00800008") + b"Z1W0ABCE")))
    first, second = machine.probe().drives()
    assert (first.nodes, second.nodes) == (("/dev/sda",), ("/dev/sdb",))
    assert [found.kind.value for found in first.in_use] == ["dm"]


def test_what_is_built_on_a_drive_is_in_its_tree_and_not_a_line_of_its_own(machine):
    machine.mapping("dm-0", "253:0", [machine.sata()], uuid="CRYPT-LUKS2-x", title="secret")
    assert nodes(machine) == [("/dev/sda",)]
    # asked for by name it is a virtual drive all the same
    assert machine.probe().drive("/dev/dm-0").virtual == "dm"
