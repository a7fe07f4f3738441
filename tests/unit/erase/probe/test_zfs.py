"""ZFS shows no holder in sysfs: labels are read, but only where a pool is in use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.probe.zfs import LABEL_LENGTH, LABEL_OFFSET, pool_name

# the start of a label's list, laid out by hand after the OpenZFS on-disk format (section 1.2.2) and RFC 4506 (XDR):
# encoding XDR, little-endian host, version 0, unique names; version = 5000, name = "tank", state = 0
LIST = bytes.fromhex(
    "01010000 00000000 00000001"
    "00000024 00000020 00000007 76657273696f6e00 00000008 00000001 0000000000001388"
    "00000020 00000020 00000004 6e616d65 00000009 00000001 00000004 74616e6b"
    "00000024 00000020 00000005 7374617465000000 00000008 00000001 0000000000000000"
    "00000000 00000000"
)


def drive_with(label):
    return bytes(LABEL_OFFSET) + label.ljust(LABEL_LENGTH, b"\0")


def pool(machine, name="tank", module="state"):
    machine.file(f"/proc/spl/kstat/zfs/{name}/{module}", "ONLINE\n")


def holders(machine):
    return [(found.kind.value, found.name) for found in machine.probe().drive("/dev/sda").in_use]


def test_the_pools_name_is_found_behind_other_pairs():
    assert pool_name(LIST) == "tank"


@pytest.mark.parametrize("label", [b"", bytes(112), LIST[:60], b"\x00" + LIST[1:], LIST[:1] + b"\x07" + LIST[2:]])
def test_what_is_no_label_names_no_pool(label):
    assert pool_name(label) is None


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer(data):
    pool_name(data)
    pool_name(LIST[:12] + data)


def test_a_member_of_an_imported_pool_is_held(machine):
    machine.partition(machine.sata(), "sda1", "8:1")
    machine.nodes.contents["/dev/sda1"] = drive_with(LIST)
    pool(machine)
    machine.mount("0:60", "/tank/home", kind="zfs", source="tank/home")
    machine.mount("0:61", "/other", kind="zfs", source="tanker")
    assert holders(machine) == [("zfs", "tank"), ("mount", "/tank/home")]


def test_a_label_of_a_pool_that_is_not_imported_holds_nothing(machine):
    machine.sata()
    machine.nodes.contents["/dev/sda"] = drive_with(LIST)
    pool(machine, "another")
    assert holders(machine) == []


def test_drives_are_not_read_where_zfs_is_not_loaded(machine):
    machine.sata()
    machine.nodes.contents["/dev/sda"] = drive_with(LIST)
    machine.file("/proc/spl/kstat/zfs/arcstats", "x")  # a file beside the pools
    assert holders(machine) == []
    assert machine.nodes.read_nodes == []


def test_a_drive_that_can_not_be_read_is_not_held_by_zfs(machine):
    machine.sata()
    pool(machine)
    assert holders(machine) == []
