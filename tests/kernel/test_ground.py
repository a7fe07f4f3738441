"""The ground that these tests stand on: the machine is Debian's kernel, and nothing that is done in it reaches the checkout."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


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
