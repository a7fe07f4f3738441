"""The ground that loop-device tests stand on: real devices with the properties asked for, and nothing left behind, even by the killed."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MIB = 1 << 20

pytestmark = pytest.mark.loop


def _queue(device: Path, name: str) -> int:
    return int((Path("/sys/block") / device.name / name).read_text())


@pytest.mark.parametrize(("sector", "read_only", "backing"), [(512, False, "memory"), (4096, False, "disk"), (512, True, "memory")])
def test_a_loop_device_is_what_was_asked_for(loop_device: Any, sector: int, read_only: bool, backing: str) -> None:
    device = loop_device(3 * MIB, sector=sector, read_only=read_only, backing=backing)
    assert _queue(device.path, "size") * 512 == device.size == 3 * MIB
    assert _queue(device.path, "queue/logical_block_size") == device.sector == sector
    assert _queue(device.path, "ro") == read_only
    assert device.backing.is_relative_to("/dev/shm") == (backing == "memory")


def test_two_devices_have_two_files(loop_device: Any) -> None:
    one, other = loop_device(MIB), loop_device(MIB)
    one.path.write_bytes(b"one")
    assert one.path != other.path
    assert other.backing.read_bytes() == bytes(MIB)


def test_a_device_without_room_gives_real_write_errors(loop_device: Any) -> None:
    device = loop_device(8 * MIB, room=MIB)
    with device.path.open("r+b", buffering=0) as stream:
        stream.write(b"\xff" * 4 * MIB)
        with pytest.raises(OSError, match="Input/output error") as caught:
            os.fsync(stream.fileno())
    assert caught.value.errno == errno.EIO


# A test run that made loop devices with a file system, with swap and on a tmpfs of its own, and then waits to be killed.
VICTIM = """
import importlib.util, pathlib, subprocess, sys
sys.path.insert(0, sys.argv[2])
spec = importlib.util.spec_from_file_location("ground", sys.argv[1])
ground = importlib.util.module_from_spec(spec)
sys.modules["ground"] = ground
spec.loader.exec_module(ground)
folder = ground.OwnedFolder(ground.MEMORY, "test")
make = ground._LoopDevices(on_disk=folder.path, in_memory=folder.path)
mounted, swap, full = make(8 << 20), make(1 << 20, backing="disk"), make(1 << 20, room=1 << 16)
subprocess.run(["mkfs.ext4", "-q", mounted.path], check=True)
subprocess.run(["mkswap", "-q", swap.path], check=True)
subprocess.run(["swapon", swap.path], check=True)
point = folder.path / "mounted here"
point.mkdir()
subprocess.run(["mount", mounted.path, point], check=True)
(point / "letter").write_text("dear")
print(folder.path, mounted.path, swap.path, full.path, flush=True)
sys.stdin.read()
"""


def _clean() -> str:
    outcome = subprocess.run([sys.executable, PROJECT / "scripts/clean-leftovers"], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stderr


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_has_is_not() -> None:
    command = [sys.executable, "-c", VICTIM, PROJECT / "tests/conftest.py", PROJECT / "scripts"]
    victim = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    folder, *devices = (Path(word) for word in victim.stdout.readline().split())
    attached = [Path("/sys/block") / device.name / "loop" / "backing_file" for device in devices]

    assert str(folder) not in _clean()
    assert (folder / "mounted here" / "letter").exists()
    assert all(str(folder) in backing.read_text() for backing in attached)
    assert f"{devices[1]} " in Path("/proc/swaps").read_text()

    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert str(folder) in _clean()
    assert not folder.exists()
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    assert not any(backing.exists() and str(folder) in backing.read_text() for backing in attached)
