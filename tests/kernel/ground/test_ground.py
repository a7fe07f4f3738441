"""The ground that these tests stand on: the machine is Debian's kernel, and nothing that is done in it reaches the checkout."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def test_the_kernel_is_debians_own() -> None:
    assert "Debian" in Path("/proc/version").read_text()
    assert "-amd64" in os.uname().release


def test_no_drive_of_the_machine_outside_is_seen() -> None:
    drives = subprocess.run(["lsblk", "--nodeps", "--noheadings", "--output", "SERIAL"], capture_output=True, text=True, check=True)
    assert {serial for serial in drives.stdout.split() if serial} == {"haiki-root", "haiki-checkout", "haiki-venv"}


def test_what_is_written_into_the_checkout_stays_in_the_memory() -> None:
    (PROJECT / "README.md").write_text("overwritten")
    assert (PROJECT / "README.md").read_text() == "overwritten"
    assert "upperdir=" in next(line for line in Path("/proc/self/mountinfo").read_text().splitlines() if f" {PROJECT} " in line)


def test_udev_and_configfs_are_there() -> None:
    subprocess.run(["udevadm", "settle"], check=True)
    assert list(Path("/dev/disk/by-id").glob("virtio-haiki-root"))
    assert Path("/sys/kernel/config").is_mount()


def test_it_sleeps_wakes_up_and_still_has_its_files(tool) -> None:
    """Suspend to RAM: the clock that counts while it sleeps runs ahead of the one that does not (clock_gettime(2))."""

    def slept() -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)

    before = slept()
    tool("rtcwake", "--mode", "mem", "--seconds", "2")
    assert slept() - before > 0.5
    assert "PM: suspend exit" in tool("dmesg").stdout
    # root, checkout and .venv are read from their disks again
    tool("sh", "-c", "echo 3 >/proc/sys/vm/drop_caches")
    assert (PROJECT / "LICENSE").read_text().startswith(" " * 20)
    tool("sg_inq", "--version")
