"""Drives that the kernel makes and that fail in ways that can be chosen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

SIZE = 32 << 20  # bytes, of every drive here


@pytest.fixture
def memory(tool) -> Iterator[Path]:
    """A drive in the guest's memory, on which the device mapper builds."""
    tool("modprobe", "brd", "rd_nr=1", f"rd_size={SIZE >> 10}")
    yield Path("/dev/ram0")
    tool("modprobe", "--remove", "brd")


@pytest.fixture
def mapped(tool, memory) -> Iterator[Callable[..., Path]]:
    """Makes the drive that a table of the device mapper describes (Documentation/admin-guide/device-mapper)."""
    made = []

    def make(*table: str) -> Path:
        for target in ("dm-flakey", "dm-delay"):
            tool("modprobe", target)
        tool("dmsetup", "create", "haiki-fault", given="\n".join(table) + "\n")
        made.append("haiki-fault")
        return Path("/dev/mapper/haiki-fault")

    yield make
    for name in made:  # a test may have removed it itself
        tool("dmsetup", "resume", name, status=None)
        tool("dmsetup", "remove", "--retry", name, status=None)


@pytest.fixture
def bad_blocks(tool) -> Iterator[Callable[..., Path]]:
    """Makes a null_blk drive that keeps its data and fails at these sectors, each range as "first-last"."""
    tool("modprobe", "null_blk", "nr_devices=0")
    place = Path("/sys/kernel/config/nullb/haikinull")
    place.mkdir()

    def make(*ranges: str) -> Path:
        bad = [("badblocks", f"+{sectors}") for sectors in ranges]
        for name, value in (("size", SIZE >> 20), ("memory_backed", 1), *bad, ("power", 1)):
            (place / name).write_text(str(value))
        tool("udevadm", "settle")
        return Path("/dev/haikinull")

    yield make
    place.rmdir()
    tool("modprobe", "--remove", "null_blk")


@pytest.fixture
def scsi_debug(tool) -> Iterator[Callable[..., Path]]:
    """Loads scsi_debug with these parameters, and gives its drive."""

    def make(**parameters: int) -> Path:
        tool("modprobe", "scsi_debug", f"dev_size_mb={SIZE >> 20}", *(f"{name}={value}" for name, value in parameters.items()))
        tool("udevadm", "settle")
        drives = json.loads(tool("lsblk", "--json", "--nodeps", "--paths", "--output", "NAME,MODEL").stdout)["blockdevices"]
        return next(Path(drive["name"]) for drive in drives if (drive["model"] or "").strip() == "scsi_debug")

    yield make
    # udev looks at a drive once more after whoever wrote to it let it go
    end = time.monotonic() + 20
    while tool("modprobe", "--remove", "scsi_debug", status=None).returncode:
        assert time.monotonic() < end, f"still in use by {users_of_drives()}"
        time.sleep(0.2)


def users_of_drives() -> list[str]:
    """Whoever has a SCSI disk open: process and node."""
    found = []
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if (node := str(descriptor.readlink())).startswith(("/dev/sd", "/dev/sg")):
                found.append(f"{(descriptor.parents[1] / 'comm').read_text().strip()} {node}")
    return found
