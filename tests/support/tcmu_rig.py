"""Emulated ATA and SCSI drives behind the kernel's sd driver, for tests in the virtual machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulators.fronts.tcmu_control import ControlClient

TESTS = Path(__file__).resolve().parents[1]


@dataclass
class Front:
    """A front that runs, with its drives' nodes."""

    process: subprocess.Popen[str]
    client: ControlClient
    nodes: dict[str, Any]
    errors: Path

    def block(self, drive: str, path: int = 0) -> str:
        """The block device's path."""
        return f"/dev/{self.nodes[drive]['block'][path]}"

    def sg(self, drive: str, path: int = 0) -> str:
        """The SCSI generic device's path."""
        return f"/dev/{self.nodes[drive]['sg'][path]}"

    def ask(self, do: str, drive: str, **more: Any) -> Any:
        return self.client.ask(do, drive, **more)

    def inside(self, drive: str) -> dict[str, Any]:
        """The model's state."""
        found: dict[str, Any] = self.client.ask("inspect", drive)["drives"][drive]
        return found

    def look_again(self, drive: str) -> None:
        """The kernel may have given a drive that went and came other nodes."""
        self.nodes[drive] = self.client.ask("list", drive)["drives"][drive]

    def heard(self, drive: str) -> list[bytes]:
        """The CDBs that came since the last time."""
        return [bytes.fromhex(cdb) for cdb in self.client.ask("heard", drive)["drives"][drive]]

    def stop(self) -> None:
        """Takes the drives away."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


Starter = Callable[..., Front]


def _start(folder: Path, number: int, kinds: tuple[str, ...], options: dict[str, object]) -> Front:
    socket, errors = folder / f"control-{number}", folder / f"errors-{number}"
    settings = [f"--{name.replace('_', '-')}" + ("" if value is True else f"={value}") for name, value in options.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "emulators.fronts.tcmu", *kinds, "--control", str(socket), *settings],
        stdout=subprocess.PIPE,
        stderr=errors.open("w"),
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, errors.read_text()
    subprocess.run(["udevadm", "settle"], check=True)
    return Front(process, ControlClient(socket), json.loads(line), errors)


@contextlib.contextmanager
def fronts_in(folder: Path) -> Iterator[Starter]:
    """Starts fronts, ``start("disk=flash", rate=60)``, and stops them at the end.

    A defect of the emulator stands on its stderr, and fails.
    """
    fronts = list[Front]()

    def start(*kinds: str, **options: object) -> Front:
        fronts.append(_start(folder, len(fronts), kinds, options))
        return fronts[-1]

    try:
        yield start
    finally:
        for started in fronts:
            if started.process.poll() is None:
                started.stop()
    for started in fronts:
        assert not started.errors.read_text()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """Fronts that stop after the module's last test."""
    with fronts_in(tmp_path_factory.mktemp("fronts")) as start:
        yield start
