"""What holds a drive, as a tree."""

import itertools

import pytest

from erase.drive.facts import Holder, HolderKind

MOUNT, SWAP, MD, LVM, DM, LOOP = (HolderKind(kind) for kind in ("mount", "swap", "md", "lvm", "dm", "loop"))


def shape(holders):
    """A tree as text: ``partition /dev/sda1 (mount /srv)``."""
    return ", ".join(f"{found.kind} {found.name}" + (f" ({shape(found.held_by)})" if found.held_by else "") for found in holders)


def held(machine, device="/dev/sda", **arguments):
    return shape(machine.probe(**arguments).drive(device).holders)


@pytest.fixture
def disk(machine):
    return machine.sata()


def test_partitions_alone_hold_nothing(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    drive = machine.probe().drive("/dev/sda")
    assert shape(drive.holders) == "partition /dev/sda1"
    assert drive.in_use == ()


def test_a_mount_is_found_by_its_number_whatever_it_calls_its_source(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    machine.mount("8:1", "/srv", source="/dev/root")
    assert held(machine) == "partition /dev/sda1 (mount /srv)"


def test_the_whole_drive_may_be_mounted(machine, disk):
    machine.mount("8:0", "/srv")
    assert held(machine) == "mount /srv"


def test_bind_mounts_are_mounts(machine, disk):
    machine.mount("8:0", "/srv")
    machine.mount("8:0", "/home/inner", root="/inner")
    assert held(machine) == "mount /srv, mount /home/inner"


def test_mounts_that_only_the_first_process_sees_count(machine, disk):
    machine.file("/proc/1/mountinfo", "30 1 8:0 / /outside rw - ext4 /dev/sda rw\n")
    assert held(machine) == "mount /outside"


def test_names_with_blanks_and_control_characters_are_unescaped_and_made_safe(machine, disk):
    machine.mount("8:0", r"/srv/two\040words\012\033[2J")
    assert held(machine) == "mount /srv/two words\\x0a\\x1b[2J"


def test_swap_partitions_and_swap_files(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    machine.partition(disk, "sda2", "8:2")
    machine.mount("8:2", "/data")
    machine.swap("/dev/sda1")
    machine.swap(r"/data/swap\040file", "file")
    assert held(machine) == "partition /dev/sda1 (swap /dev/sda1), partition /dev/sda2 (mount /data (swap /data/swap file))"


def test_swap_is_found_through_a_link(machine, disk):
    machine.link("/dev/disk/by-uuid/abcd", "/dev/sda")
    machine.swap("/dev/disk/by-uuid/abcd")
    assert held(machine) == "swap /dev/disk/by-uuid/abcd"


def test_an_array_holds_all_its_members(machine, disk):
    other = machine.sata("sdb", "8:16")
    array = machine.virtual("md127", "9:127")
    machine.files(f"{array}/md", {"level": "raid1"})
    machine.build_on(array, [disk, other])
    machine.mount("9:127", "/raid")
    assert held(machine) == held(machine, "/dev/sdb") == "md /dev/md127 (mount /raid)"


def test_lvm_on_encryption_on_a_partition(machine, disk):
    part = machine.partition(disk, "sda3", "8:3")
    crypt = machine.mapping("dm-0", "253:0", [part], uuid="CRYPT-LUKS2-0123-sda3_crypt", title="sda3_crypt")
    machine.mapping("dm-1", "253:1", [crypt], uuid="LVM-abcdef", title="vg--one-root")
    machine.mapping("dm-2", "253:2", [crypt], uuid="LVM-abcdeg", title="vg--one-swap")
    machine.mount("253:1", "/home", source="/dev/mapper/vg--one-root")
    machine.swap("/dev/dm-2")
    assert held(machine) == "partition /dev/sda3 (dm sda3_crypt (lvm vg-one/root (mount /home), lvm vg-one/swap (swap /dev/dm-2)))"


def test_a_mapping_is_found_by_its_name_without_udevd(machine, disk):
    machine.mapping("dm-0", "253:0", [disk], uuid="CRYPT-PLAIN-x", title="x")
    machine.swap("/dev/mapper/x")
    assert held(machine) == "dm x (swap /dev/mapper/x)"


def test_bcache_holds_by_its_device(machine, disk):
    path = machine.virtual("bcache0", "252:0")
    machine.build_on(path, [disk])
    machine.folder(f"{disk}/bcache")
    machine.link(f"{path}/bcache", f"{disk}/bcache")
    machine.mount("252:0", "/cached")
    assert held(machine) == "bcache /dev/bcache0 (mount /cached)"


def test_bcache_holds_without_a_device_too(machine, disk):
    machine.folder(f"{disk}/bcache")
    assert held(machine) == "bcache /dev/sda"


def test_a_holder_that_nobody_knows_still_holds(machine, disk):
    machine.build_on(machine.virtual("drbd1", "147:1"), [disk])
    assert held(machine) == "other /dev/drbd1"
    (machine.root / f"{disk}/holders/ghost0".lstrip("/")).symlink_to("../gone")
    assert held(machine) == "other /dev/drbd1, other ghost0"


def test_a_loop_device_over_a_file_holds_the_drive_below(machine, disk):
    machine.mount("8:0", "/data")
    machine.mount("0:5", "/data/tmp", kind="tmpfs", source="tmpfs")
    machine.loop("loop0", "7:0", "/data/images/a.img")
    machine.loop("loop1", "7:1", "/data/tmp/b.img")  # in memory, although its path begins alike
    machine.loop("loop2", "7:2", "/database/c.img")
    machine.mount("7:0", "/inner")
    assert held(machine) == "mount /data (loop /dev/loop0 (mount /inner))"


def test_the_mount_that_covers_another_counts(machine, disk):
    machine.mount("0:9", "/data", kind="tmpfs", source="tmpfs")
    machine.mount("8:0", "/data")
    machine.loop("loop0", "7:0", "/data/a.img")
    assert held(machine) == "mount /data (loop /dev/loop0)"


def test_a_loop_device_over_the_drive_itself_holds_it(machine, disk):
    machine.loop("loop0", "7:0", "/dev/sda")
    assert held(machine) == "loop /dev/loop0"


def test_a_loop_device_in_a_loop_ends(machine, disk):
    machine.loop("loop0", "7:0", "/dev/loop0")
    machine.build_on("/sys/devices/virtual/block/loop0", [disk])
    machine.build_on(disk, ["/sys/devices/virtual/block/loop0"])
    assert held(machine) == "other /dev/loop0"


def test_a_stack_without_end_counts_as_held(machine, disk):
    below = disk
    for number in range(40):
        below = machine.mapping(f"dm-{number}", f"253:{number}", [below], uuid="x", title=f"m{number}")
    deepest = list(machine.probe().drive("/dev/sda").in_use)[-1]
    assert deepest.kind is HolderKind.OTHER


def test_a_tree_that_grows_without_bound_is_cut_and_counts_as_held(machine, disk):
    layers = [[disk]]
    for level in range(8):
        layers.append([machine.virtual(f"d{level}x{place}", f"240:{level * 8 + place}") for place in range(8)])
    for below, above in itertools.pairwise(layers):
        for path in above:
            machine.build_on(path, below)
    found = sum(1 for _ in machine.probe().drive("/dev/sda").in_use)
    assert 1000 < found < 200_000  # 8 to the 8th would be 16 million


def test_btrfs_over_several_drives_holds_each(machine, disk):
    machine.sata("sdb", "8:16")
    machine.sata("sdc", "8:32")
    for name in ("sda", "sdb"):
        machine.folder(f"/sys/fs/btrfs/01234567-89ab/devices/{name}")
    machine.mount("0:44", "/pool", kind="btrfs", source="/dev/sda", options="rw,space_cache=v2")
    assert held(machine) == held(machine, "/dev/sdb") == "mount /pool"
    assert held(machine, "/dev/sdc") == ""
    machine.folder("/sys/fs/btrfs/fedc-ba98/devices/sdc")
    machine.mount("0:45", "/other", kind="btrfs", source="/dev/sdc", options="rw")
    assert held(machine) == "mount /pool"
    assert held(machine, "/dev/sdc") == "mount /other"


def test_file_systems_that_name_all_their_drives(machine, disk):
    machine.sata("sdb", "8:16")
    machine.mount("0:45", "/pool", kind="bcachefs", source="/dev/sda:/dev/sdb")
    assert held(machine) == held(machine, "/dev/sdb") == "mount /pool"


def test_a_log_on_another_drive_is_held(machine, disk):
    machine.sata("sdb", "8:16")
    machine.mount("8:0", "/x", kind="xfs", options="rw,attr2,logdev=/dev/sdb,noquota")
    assert held(machine, "/dev/sdb") == "mount /x"


def test_a_link_to_a_node_may_be_the_source(machine, disk):
    machine.link("/dev/disk/by-label/POOL", "/dev/sda")
    machine.mount("0:44", "/pool", kind="btrfs", source="/dev/disk/by-label/POOL")
    assert held(machine) == "mount /pool"


def test_lines_that_make_no_sense_are_passed_over(machine, disk):
    machine.add("/proc/self/mountinfo", b"\n\xff\xfe\n1 2\n1 2 3 4 5 6 -\n - - - - - -\n" + b"A" * 100_000 + b"\n")
    machine.add("/proc/swaps", b"/\n\n/\\999 x\n")
    machine.mount("8:0", "/srv")
    assert held(machine) == "mount /srv"


def test_the_areas_of_a_drive_do_not_hold_it(machine):
    card = "/sys/devices/platform/mmc0/mmc0:0001"
    disk = machine.block(f"{card}/block/mmcblk0", "179:0", 1000)
    machine.block(f"{disk}/mmcblk0boot0", "179:8", 8)
    machine.mount("179:8", "/odd")
    drive = machine.probe().drive("/dev/mmcblk0")
    assert drive.in_use == ()
    assert drive.areas[0].held_by == (Holder(MOUNT, "/odd"),)


def test_a_drive_that_somebody_uses_exclusively_is_held_even_if_nobody_says_by_whom(machine, disk):
    machine.partition(disk, "sda1", "8:1")
    machine.nodes.claimed.add("/dev/sda")
    (drive,) = machine.probe().survey().drives
    assert shape(drive.holders) == "partition /dev/sda1, other exclusive"
    machine.mount("8:1", "/srv")
    (drive,) = machine.probe().survey().drives
    assert shape(drive.holders) == "partition /dev/sda1 (mount /srv)"


def test_who_has_the_drive_open_or_is_about_to_open_it_is_not_told_that_it_is_in_use(machine, disk):
    machine.nodes.claimed.add("/dev/sda")
    machine.nodes.open[5] = "/dev/sda"
    probe = machine.probe()
    assert [drive.in_use for drive in (probe.drive_of(5), probe.drive("/dev/sda"), *probe.drives())] == [(), (), ()]


def test_a_drive_that_can_not_be_opened_is_not_called_held(machine, disk):
    machine.nodes.errors["/dev/sda"] = "EIO"
    assert machine.probe().survey().drives[0].in_use == ()
