"""The drive that the running system came from."""

import pytest

from erase.drive.facts import HolderKind


def boot_reason(machine, device="/dev/sda"):
    holders = machine.probe().drive(device).holders
    return next((found.name for found in holders if found.kind is HolderKind.BOOT_MEDIUM), None)


@pytest.fixture
def part(machine):
    return machine.partition(machine.sata(), "sda1", "8:1")


@pytest.mark.parametrize("point", ["/", "/boot", "/boot/efi", "/run/live/medium", "/cdrom", "/run/initramfs/live"])
def test_what_is_mounted_there_is_the_boot_medium(machine, part, point):
    machine.mount("8:1", point)
    assert boot_reason(machine) == point


@pytest.mark.parametrize("point", ["/mnt", "/bootstrap", "/home"])
def test_other_mounts_do_not_make_a_boot_medium(machine, part, point):
    machine.mount("8:1", point)
    assert boot_reason(machine) is None


def test_a_root_on_lvm_on_encryption_is_followed_down(machine, part):
    crypt = machine.mapping("dm-0", "253:0", [part], uuid="CRYPT-LUKS2-x", title="c")
    machine.mapping("dm-1", "253:1", [crypt], uuid="LVM-x", title="vg-root")
    machine.mount("253:1", "/")
    assert boot_reason(machine) == "/"


def test_a_live_system_stands_on_its_stick(machine, part):
    """Debian live: an overlay over a squashfs in a loop device over a file on the stick."""
    machine.mount("8:1", "/run/live/medium", kind="vfat")
    machine.loop("loop0", "7:0", "/run/live/medium/live/filesystem.squashfs")
    machine.mount("7:0", "/run/live/rootfs/filesystem.squashfs", kind="squashfs", source="/dev/loop0")
    machine.mount("0:30", "/run/live/overlay", kind="tmpfs", source="tmpfs")
    layers = "lowerdir=/run/live/rootfs/filesystem.squashfs/,upperdir=/run/live/overlay/rw,workdir=/run/live/overlay/work"
    machine.mount("0:31", "/", kind="overlay", source="overlay", options=f"rw,{layers}")
    assert boot_reason(machine) == "/run/live/medium"
    # even where the stick is mounted at a place that nobody knows, the layers lead to it
    table = machine.root / "proc/self/mountinfo"
    table.write_text(table.read_text().replace("/run/live/medium", "/run/odd"))
    machine.file("/sys/devices/virtual/block/loop0/loop/backing_file", "/run/odd/live/filesystem.squashfs\n")
    assert boot_reason(machine) == "/run/live/rootfs/filesystem.squashfs"


def test_the_upper_layer_counts_as_well(machine, part):
    machine.mount("8:1", "/persistent")
    machine.mount("0:31", "/", kind="overlay", source="overlay", options="rw,lowerdir=/ram,upperdir=/persistent/rw")
    assert boot_reason(machine) == "/persistent"


def test_overlays_of_containers_are_none_of_ours(machine, part):
    machine.mount("8:1", "/var/lib/containers")
    machine.mount("0:50", "/run/c", kind="overlay", options="rw,lowerdir=/var/lib/containers/a:/var/lib/containers/b")
    assert boot_reason(machine) is None


def test_a_swap_file_in_an_overlay_root_is_on_its_layers(machine, part):
    machine.mount("8:1", "/persistent")
    machine.mount("0:31", "/", kind="overlay", source="overlay", options="rw,lowerdir=/ram,upperdir=/persistent/rw")
    machine.swap("/swapfile", "file")
    assert [found.name for found in machine.probe().drive("/dev/sda").in_use] == ["/persistent", "/persistent", "/swapfile"]


@pytest.mark.parametrize(
    "command_line",
    [
        "root=/dev/sda1 ro",
        "quiet root=8:1",
        'root="/dev/sda1"',
        "root=/dev/nowhere root=/dev/sda1",
        "root=UUID=ab-cd",
        "root=PARTUUID=0123-AB",
        "root=LABEL=ROOT",
    ],
)
def test_the_kernels_command_line_names_it(machine, part, command_line):
    machine.link("/dev/disk/by-uuid/ab-cd", "/dev/sda1")
    machine.link("/dev/disk/by-label/ROOT", "/dev/sda1")
    machine.file(f"{part}/uevent", "DEVTYPE=partition\nPARTUUID=0123-ab\n")
    machine.file("/proc/cmdline", command_line + "\n")
    assert boot_reason(machine) == "root=/dev/sda1"


@pytest.mark.parametrize("command_line", ["", "root=", "root=UUID=", "root=PARTUUID=", "root=/dev/sdb", "noroot=/dev/sda1", "\xff"])
def test_a_command_line_that_names_nothing_here_makes_no_boot_medium(machine, part, command_line):
    machine.file("/proc/cmdline", command_line)
    assert boot_reason(machine) is None


def test_another_drive_is_not_the_boot_medium(machine, part):
    machine.sata("sdb", "8:16")
    machine.mount("8:1", "/")
    assert boot_reason(machine, "/dev/sdb") is None
