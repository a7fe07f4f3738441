"""Virtual drives that show the bytes of another drive, or share a file with somebody else."""

import pytest

from erase.drive.facts import Holder, HolderKind


@pytest.fixture
def disk(machine):
    return machine.sata()


def held(machine, device):
    return [(holder.kind.value, holder.name) for holder in machine.probe().drive(device).in_use]


def test_a_loop_device_over_a_file_of_its_own_is_free(machine, disk):
    machine.mount("8:0", "/data")
    machine.loop("loop0", "7:0", "/data/a.img")
    machine.loop("loop1", "7:1", "/data/b.img")
    assert held(machine, "/dev/loop0") == []


def test_a_loop_device_over_a_node_shows_that_drive_even_if_nobody_uses_it(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    machine.loop("loop0", "7:0", "/dev/sda")
    machine.loop("loop1", "7:1", "/dev/sda1")
    machine.loop("loop2", "7:2", "/dev/loop0")
    assert held(machine, "/dev/loop0") == [("underlying", "/dev/sda"), ("loop", "/dev/loop2")]
    assert held(machine, "/dev/loop1") == [("underlying", "/dev/sda1")]
    assert held(machine, "/dev/loop2") == [("underlying", "/dev/loop0")]


def test_two_loop_devices_over_one_file_hold_each_other(machine, disk):
    machine.file("/data/a.img", "x")
    (machine.root / "data/b.img").hardlink_to(machine.root / "data/a.img")
    machine.loop("loop0", "7:0", "/data/a.img")
    machine.loop("loop1", "7:1", "/data/a.img")
    machine.loop("loop2", "7:2", "/data/b.img")
    assert held(machine, "/dev/loop0") == [("loop", "/dev/loop1"), ("loop", "/dev/loop2")]
    assert held(machine, "/dev/loop2") == [("loop", "/dev/loop0"), ("loop", "/dev/loop1")]


def test_a_file_that_is_gone_is_known_by_its_name(machine, disk):
    machine.loop("loop0", "7:0", "/gone/a.img (deleted)")
    machine.loop("loop1", "7:1", "/gone/a.img (deleted)")
    assert held(machine, "/dev/loop0") == [("loop", "/dev/loop1")]


def test_a_swap_file_behind_a_loop_device_holds_it(machine, disk):
    machine.add("/proc/swaps", b"/data/swapfile file 1 0 -2\n")
    machine.loop("loop0", "7:0", "/data/swapfile")
    assert held(machine, "/dev/loop0") == [("swap", "/data/swapfile")]


def test_a_mapping_shows_the_real_drives_at_its_bottom(machine, disk):
    partition = machine.partition(disk, "sda1", "8:1")
    middle = machine.mapping("dm-0", "253:0", [partition], uuid="CRYPT-1", title="secret")
    machine.mapping("dm-1", "253:1", [middle], uuid="LVM-1", title="vg-home")
    assert held(machine, "/dev/dm-1") == [("underlying", "/dev/sda1")]


def test_a_mapping_over_virtual_drives_alone_is_free(machine):
    machine.file("/data/a.img", "x")
    loop = machine.loop("loop0", "7:0", "/data/a.img")
    machine.mapping("dm-0", "253:0", [loop], uuid="x", title="flaky")
    assert held(machine, "/dev/dm-0") == []


def test_a_mapping_over_a_loop_device_is_held_by_who_else_uses_its_file(machine):
    machine.file("/data/a.img", "x")
    loop = machine.loop("loop0", "7:0", "/data/a.img")
    machine.loop("loop1", "7:1", "/data/a.img")
    machine.mapping("dm-0", "253:0", [loop], uuid="x", title="flaky")
    assert held(machine, "/dev/dm-0") == [("loop", "/dev/loop1")]


def test_a_stack_without_end_shows_what_it_was_followed_to(machine):
    one = machine.mapping("dm-0", "253:0", [], uuid="x", title="a")
    two = machine.mapping("dm-1", "253:1", [one], uuid="x", title="b")
    machine.build_on(one, [two])
    assert HolderKind.UNDERLYING in {holder.kind for holder in machine.probe().drive("/dev/dm-0").in_use}


def test_real_drives_show_nothing_but_themselves(machine, disk):
    machine.loop("loop0", "7:0", "/dev/sda")
    assert machine.probe().drive("/dev/sda").holders == (Holder(HolderKind.LOOP, "/dev/loop0"),)
