"""The benchmark as a program: it measures, cleans up after itself, and never touches a device that is not its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.loop

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
MEMORY = Path("/dev/shm")


def benchmark(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *words]
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def left_by(process: subprocess.Popen[str]) -> list[Path]:
    """Folders in memory that this process made: nobody else's count."""
    return [folder for folder in MEMORY.glob("haiki-benchmark-*") if process.pid in _holders(folder)]


def _holders(folder: Path) -> set[int]:
    inode = folder.stat().st_ino
    return {int(line.split()[4]) for line in Path("/proc/locks").read_text().splitlines() if line.split()[5].endswith(f":{inode}")}


def devices_over(folder: Path) -> list[Path]:
    found = []
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        try:
            if backing.read_text().startswith(f"{folder}/"):
                found.append(backing)
        except OSError:
            continue
    return found


def begun(process: subprocess.Popen[str]) -> Path:
    """The folder of a run, once its device is attached."""
    for _ in range(600):
        for folder in left_by(process):
            if devices_over(folder):
                return folder
        time.sleep(0.05)
    pytest.fail("the benchmark did not begin")


def test_a_run_ends_with_the_goals_and_leaves_nothing() -> None:
    process = benchmark("benchmarking", "overwrite", "--pairs", "1", "--size", "16M")
    folder = begun(process)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    assert said.splitlines()[-1].startswith("goals: I/O time of random + full verify")
    assert "nwipe with its best generator: (at least 1.5) not measured" in said
    assert "haiki random + full verify" in said
    assert not folder.exists()
    assert not devices_over(folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up(number: signal.Signals) -> None:
    process = benchmark("benchmarking", "overwrite", "--pairs", "1000", "--size", "16M")
    folder = begun(process)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert not folder.exists()
    assert not devices_over(folder)


def test_what_a_killed_run_left_is_cleaned_by_the_next() -> None:
    process = benchmark("benchmarking", "overwrite", "--pairs", "1000", "--size", "16M")
    folder = begun(process)
    process.kill()
    process.communicate(timeout=60)
    for _ in range(100):  # its child may still be at work
        subprocess.run([SCRIPTS / "clean-leftovers"], check=False, capture_output=True)
        if not folder.exists():
            break
        time.sleep(0.1)
    assert not folder.exists()
    assert not devices_over(folder)


def test_another_loop_device_is_refused_and_stays_as_it_is(loop_device: Any, tmp_path: Path) -> None:
    device = loop_device(16 << 20)
    device.backing.write_bytes(b"precious" * (2 << 20))
    for folder in (tmp_path, device.backing.parent):
        process = benchmark("benchmarking.engine", str(device.path), str(folder), "00")
        said, _ = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "NotOurs" in said
    assert device.backing.read_bytes() == b"precious" * (2 << 20)
