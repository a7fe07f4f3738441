"""Runs commands on a loop device and watches the device and the processor meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarking.goals import Sample

_TICKS = os.sysconf("SC_CLK_TCK")
_KERNEL_THREADS = 2  # kthreadd, the parent of all of them
_POLL_SECONDS = 0.005
_NOISE = 128  # sectors: a look at the partition table is not the work


class RunFailed(Exception):
    """A command did not do what it was asked to; the message says what it said."""


@dataclass(frozen=True)
class Command:
    """What is run, and how many bytes of I/O it must have made to count."""

    words: Sequence[str]
    moves: int
    right_statuses: tuple[int, ...] = (0,)


def measured(commands: Sequence[Command], device: Path, folder: Path) -> Sample:
    """Runs the commands one after the other in the folder. Raises RunFailed.

    Times between them do not count as I/O time: a rival must not pay for being several commands.
    """
    samples = [_measured(command, device, folder) for command in commands]
    return Sample(
        io=sum(sample.io for sample in samples),
        wall=sum(sample.wall for sample in samples),
        process_cpu=sum(sample.process_cpu for sample in samples),
        kernel_cpu=sum(sample.kernel_cpu for sample in samples),
        memory=max(sample.memory for sample in samples),
        moved=sum(sample.moved for sample in samples),
    )


def _measured(command: Command, device: Path, folder: Path) -> Sample:
    output = folder / "output"
    kernel_before, sectors_before = _kernel_cpu(), _sectors(device)
    began = time.monotonic()
    with output.open("wb") as stream:
        process = subprocess.Popen(command.words, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd=folder)
    first = last = None
    sectors = sectors_before
    try:
        while True:
            finished, status, usage = os.wait4(process.pid, os.WNOHANG)
            now, latest = time.monotonic(), _sectors(device)
            if latest - sectors_before > _NOISE and latest != sectors:
                first = now if first is None else first
                last = now
            sectors = latest
            if finished:
                break
            time.sleep(_POLL_SECONDS)
    except BaseException:
        process.kill()
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    wall, kernel = time.monotonic() - began, _kernel_cpu() - kernel_before
    moved = (sectors - sectors_before) * 512
    said = output.read_text(errors="replace").strip()
    if process.returncode not in command.right_statuses:
        raise RunFailed(f"{command.words[0]} exited with {process.returncode}: {said[-300:]}")
    if moved < command.moves or first is None or last is None:
        raise RunFailed(f"{command.words[0]} moved {moved} bytes instead of {command.moves}: {said[-300:]}")
    cpu = usage.ru_utime + usage.ru_stime
    # the first change was seen up to one poll after the work began
    return Sample(last - first + _POLL_SECONDS, wall, cpu, kernel, usage.ru_maxrss * 1024, command.moves)


def _sectors(device: Path) -> int:
    """Sectors read and written since the device was made (Documentation/block/stat)."""
    fields = (Path("/sys/block") / device.name / "stat").read_text().split()
    return int(fields[2]) + int(fields[6])


def _kernel_cpu() -> float:
    """Seconds of processor that all kernel threads have had."""
    ticks = 0
    for folder in os.scandir("/proc"):
        if folder.name.isdecimal():
            try:
                fields = Path(folder.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended in this moment
            if int(fields[1]) == _KERNEL_THREADS:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def python(*words: str) -> list[str]:
    """This interpreter, running a module of this package."""
    return [sys.executable, "-m", *words]
