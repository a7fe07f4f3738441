"""The control socket of a front, with a server that has drives and no kernel."""

from __future__ import annotations

import selectors
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulators.clock import HandClock
from emulators.fronts.drives import Drive, make_drive
from emulators.fronts.tcmu_control import Control, ControlClient


@dataclass
class NoKernel:
    """Has what :class:`emulators.fronts.tcmu_server.Server` has for the control socket."""

    drives: dict[str, Drive]
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    running: bool = True
    done: list[tuple[str, str]] = field(default_factory=list)

    def of(self, drive: Drive) -> Iterator[object]:
        return iter(())

    def plug(self, drive: Drive) -> None:
        self.done.append(("plug", drive.name))

    def unplug(self, drive: Drive) -> None:
        self.done.append(("unplug", drive.name))

    def lose_power(self, drive: Drive, how: Callable[[], None]) -> None:
        self.done.append(("power", drive.name))
        how()

    @staticmethod
    def in_background(work: Callable[[], None]) -> None:
        work()

    def serve(self) -> None:
        while self.running:
            for key, _ in self.selector.select():
                key.data()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NoKernel]:
    clock = HandClock()
    drives = {name: make_drive(kind, name, clock) for name, kind in (("disk", "flash"), ("other", "sas"))}
    server = NoKernel(drives)
    Control(server, tmp_path / "control")  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    if server.running:
        ControlClient(tmp_path / "control").ask("stop")
    thread.join()


@pytest.fixture
def client(server: NoKernel, tmp_path: Path) -> ControlClient:
    return ControlClient(tmp_path / "control")


def test_one_drive_or_all_are_looked_into(client: ControlClient) -> None:
    assert set(client.ask("inspect")["drives"]) == {"disk", "other"}
    assert client.ask("inspect", "disk")["drives"]["disk"]["security_state"] == "disabled-not-frozen"
    assert client.ask("list")["drives"]["other"] == {"kind": "sas", "block": [], "sg": []}


def test_a_lie_is_set_and_taken_back(server: NoKernel, client: ControlClient) -> None:
    client.ask("lie", "other", name="sanitize_fails", value=True)
    assert client.ask("inspect", "other")["drives"]["other"]["faults"]["sanitize_fails"]
    client.ask("lie", "other", name="sanitize_fails", value=False)
    assert not client.ask("inspect", "other")["drives"]["other"]["faults"]["sanitize_fails"]


def test_faults_of_the_wire_concern_the_drive_that_is_named(server: NoKernel, client: ControlClient) -> None:
    client.ask("hang", "disk", on=True)
    client.ask("drop", "disk", count=3)
    assert (server.drives["disk"].hangs, server.drives["disk"].drops) == (True, 3)
    assert (server.drives["other"].hangs, server.drives["other"].drops) == (False, 0)


def test_power_and_plugs(server: NoKernel, client: ControlClient) -> None:
    for verb in ("power-cycle", "unplug", "plug"):
        client.ask(verb, "disk")
    client.ask("resume")
    assert server.done == [("power", "disk"), ("unplug", "disk"), ("plug", "disk"), ("power", "disk"), ("power", "other")]


@pytest.mark.parametrize(
    ("do", "drive", "more"),
    [
        ("explode", None, {}),
        ("inspect", "nobody", {}),
        ("lie", "other", {"name": "nothing-like-it", "value": True}),
        ("lie", "other", {}),
        ("drop", "disk", {"count": "many"}),
    ],
)
def test_nonsense_is_refused_and_the_front_goes_on(client: ControlClient, do: str, drive: str | None, more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Error"):
        client.ask(do, drive, **more)
    assert client.ask("list")["ok"]


def test_stop_ends_the_front(server: NoKernel, client: ControlClient) -> None:
    assert client.ask("stop")["ok"]
    assert not server.running
