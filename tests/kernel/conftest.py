"""What tests under real kernel drivers stand on. They run in the virtual machine only (scripts/vm test), where no drive is anybody's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from typed_station import Said, Station, station_home

__all__ = ["station_home"]
INSIDE = os.environ.get("HAIKI_VM") == "1" and Path("/run/haiki-vm/command").exists()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Nobody has to remember the marker, without which a test would be left out in the machine and run outside."""
    item.add_marker(pytest.mark.kernel)


@pytest.fixture(autouse=True)
def _inside_the_virtual_machine_only() -> None:
    if not INSIDE:
        pytest.skip("runs in the virtual machine only: scripts/vm test")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in the machine that came to no verdict is no success."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if INSIDE and exitstatus == 0 and reporter and not session.config.option.collectonly and not reporter.stats.get("passed"):
        reporter.write_line("no test came to a verdict: all were skipped")
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


class Tool(Protocol):
    """Runs a program of somebody else's; both streams are text. ``status`` is what it must end with, None for whatever it likes."""

    def __call__(self, *words: object, status: int | None = 0, given: str = "") -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def tool() -> Tool:
    def run(*words: object, status: int | None = 0, given: str = "") -> subprocess.CompletedProcess[str]:
        ended = subprocess.run([str(word) for word in words], capture_output=True, text=True, input=given, check=False, timeout=120)
        if status is not None:
            assert ended.returncode == status, f"{words}: {ended.returncode}: {ended.stdout} {ended.stderr}"
        return ended

    return run


@pytest.fixture
def node_of(tool: Tool) -> Callable[[str], Path]:
    """The node of the drive that bears a serial number; names such as sda go by chance."""

    def find(serial: str) -> Path:
        tool("udevadm", "settle")
        drives = json.loads(tool("lsblk", "--json", "--nodeps", "--paths", "--output", "NAME,SERIAL").stdout)["blockdevices"]
        return next(Path(drive["name"]) for drive in drives if drive["serial"] == serial)

    return find


class StationInTheMachine(Station):
    """Knows a drive by its node; its serial number is what the list shows, as for a person."""

    def __init__(self, home: Path, jobs: Path) -> None:
        super().__init__(home, jobs)
        self._serials: dict[str, str] = {}

    def serial_of(self, device: Any) -> str:  # type: ignore[override]
        if (node := str(device)) not in self._serials:
            self._serials[node] = str(self.listed(node)["identity"]["serial"]["value"])
        return self._serials[node]

    def listed(self, node: object) -> dict[str, Any]:
        drives = self.type("list", "--json").json["drives"]
        return next(drive for drive in drives if str(node) in drive["nodes"])

    def holders(self, node: object) -> list[tuple[Any, ...]]:
        """The tree of who holds it: (kind, name, what is above it) of each."""
        return [_branch(holder) for holder in self.listed(node)["holders"]]

    def plan(self, node: object, *more: object) -> Said:
        return self.type("plan", node, "--policy", "nist-800-88r1", "--allow-virtual", *more)

    def words_to_erase(self, *nodes: Any, scheme: str = "zero", more: tuple[object, ...] = ()) -> list[str]:
        return super().words_to_erase(*map(_Node, nodes), scheme=scheme, more=more)


class _Node:
    """A path that is its own ``path``, which is all that a station asks of a device."""

    def __init__(self, path: object) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)


def _branch(holder: dict[str, Any]) -> tuple[Any, ...]:
    return (holder["kind"], holder["name"], *([[_branch(above) for above in holder["held_by"]]] if holder["held_by"] else []))


@pytest.fixture
def station(station_home: Path, tmp_path: Path) -> StationInTheMachine:
    return StationInTheMachine(station_home, tmp_path / "jobs")
