"""Emulated NVMe subsystems from both sides: the kernel's nodes and other people's tools here, the model's control socket there."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emulators.fronts.nvme_tcp_control import ask
from emulators.fronts.nvme_tcp_host import Connected, connect_all, controllers_of, disconnect_all, namespace_node, wait_until


def run(*command: object, check: bool = False) -> subprocess.CompletedProcess[str]:
    """A tool, as a person runs it."""
    return subprocess.run(
        [str(each) for each in command], check=check, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )


def run_json(*command: object) -> Any:
    """A tool's JSON. Its exit status is not asked: smartctl's is a bit mask."""
    done = run(*command)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def run_bytes(*command: object) -> bytes:
    """A tool's raw output."""
    return subprocess.run([str(each) for each in command], check=True, capture_output=True, timeout=60).stdout


@dataclass
class Drive:
    """One emulated subsystem, from both sides."""

    name: str
    control: Path
    connected: list[Connected] = field(default_factory=list)

    @property
    def node(self) -> Path:
        """The character device of its first controller."""
        return self.connected[0].node

    def namespace(self, nsid: int = 1) -> Path:
        """The block device, as soon as udev has made it."""
        wait_until(lambda: namespace_node(self.name, nsid), what=f"a node for namespace {nsid}")
        node = namespace_node(self.name, nsid)
        assert node is not None
        return node

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        return ask(self.control, do=do, drive=self.name, **more)

    def lie(self, name: str, value: object) -> None:
        self.ask("lie", name=name, value=value)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.ask("inspect")["state"]
        return state

    def heard(self) -> list[tuple[str, bytes]]:
        """The commands that came since the last time: "admin" or "io", and the entry."""
        return [(queue, bytes.fromhex(entry)) for queue, entry in self.ask("heard")["heard"]]

    def remnants(self, text: str) -> int:
        return int(self.ask("inspect", find=text)["remnants"])

    def write(self, text: str, nsid: int = 1, pages: int = 16) -> None:
        """The text at the beginning of so many pages, past the kernel's cache."""
        data = text.encode().ljust(4096, b".") * pages
        subprocess.run(
            ["dd", f"of={self.namespace(nsid)}", "bs=65536", "iflag=fullblock", "oflag=direct", "conv=fsync", "status=none"],
            input=data,
            check=True,
            timeout=60,
        )

    def read(self, nsid: int = 1, offset_pages: int = 0) -> subprocess.CompletedProcess[bytes]:
        """One page, past the kernel's cache."""
        command = ["dd", f"if={self.namespace(nsid)}", "bs=4096", "count=1", f"skip={offset_pages}", "iflag=direct"]
        return subprocess.run(command, check=False, capture_output=True, timeout=60)


@dataclass
class Front:
    """The process that serves drives, as one test sees it: what it calls "plain" has a name there that no other test's drive has."""

    process: subprocess.Popen[str]
    control: Path
    port: int
    names: dict[str, str] = field(default_factory=dict)

    def connect(self, label: str, controllers: int = 1) -> Drive:
        drive = Drive(self.names[label], self.control)
        drive.connected = connect_all(drive.name, controllers, self.port)
        return drive

    def kill(self) -> None:
        """Surprise removal of everything."""
        self.process.kill()
        self.process.wait(10)


@dataclass
class Walked:
    """The table of verbs: what a tool was told, whether it and the model agree, and what the tool itself got wrong."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def note(self, tool: str, verb: str, told: object, model: object, *, slip: str = "") -> None:
        """What the tool told and what the model says are the same, or the test fails."""
        self.lines.append({"tool": tool, "verb": verb, "agrees": told == model, "slip": slip})
        assert told == model, f"{tool} {verb}: the tool tells {told}, the model {model}"


_numbers = itertools.count(1)


def _start(folder: Path, port: int) -> Front:
    control = folder / f"control-{port}"
    command = [sys.executable, "-m", "emulators.fronts.nvme_tcp", "--control", str(control), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[1])
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    return Front(process, control, port)


@pytest.fixture(scope="session")
def common_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Python takes seconds to start in the machine: one process serves all tests that do not kill it."""
    front = _start(tmp_path_factory.mktemp("front"), 4420)
    yield front
    front.kill()


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Drives of these kinds (NAME=KIND=SERIAL as on the command line); ``alone`` in a process that the test may kill."""
    served: list[Front] = []

    def start(*kinds: str, rate: float = 20.0, alone: bool = False) -> Front:
        running = _start(tmp_path, 4421) if alone else request.getfixturevalue("common_front")
        front = Front(running.process, running.control, running.port)
        for kind in kinds:
            label, _, rest = kind.partition("=")
            front.names[label] = f"{label}-{next(_numbers)}"
            ask(front.control, do="add", kind=f"{front.names[label]}={rest or label}", rate=rate)
        served.append(front)
        return front

    yield start
    for front in served:
        for name in front.names.values():
            disconnect_all(name)
        if front.port != 4420:
            front.kill()
        for name in front.names.values():
            wait_until(lambda name=name: not controllers_of(name), what="the kernel to let go")
