"""`erase plan` on a real block device: it says what it would do, and leaves every byte as it was."""

import json

import pytest

from certify.foundation.canonical import sha256_hex
from certify.foundation.commandline import main
from erase.station.cli import COMMANDS

pytestmark = pytest.mark.loop
R2 = "nist-800-88r2-ieee-2883-2022"


def plan(clock, capsys, *words):
    status = main("erase", COMMANDS, ["plan", *map(str, words)], environment={"HAIKI_HOME": "/nonexistent"}, clock=clock)
    return status, capsys.readouterr()


def test_a_plan_names_the_drive_and_writes_nothing(loop_device, clock, capsys):
    device = loop_device(8 << 20)
    device.backing.write_bytes(b"someone's data" * 100 + bytes((8 << 20) - 1400))
    before = sha256_hex(device.backing.read_bytes())
    status, said = plan(clock, capsys, device.path, "--policy", R2, "--allow-virtual", "--json")
    assert status == 0
    made = json.loads(said.out)
    assert made["test"] is True
    assert made["drive"]["size"] == 8 << 20
    assert made["drive"]["identity"]["serial"]["value"].startswith("VIRT-")
    assert sha256_hex(device.backing.read_bytes()) == before


def test_a_virtual_drive_is_refused_unless_it_is_allowed(loop_device, clock, capsys):
    device = loop_device(8 << 20)
    status, said = plan(clock, capsys, device.path, "--policy", R2)
    assert status == 2
    assert said.out == ""
    assert f"{device.path} は仮想の記録媒体 (loop) です。" in said.err


def test_a_read_only_drive_is_refused(loop_device, clock, capsys):
    device = loop_device(8 << 20, read_only=True)
    status, said = plan(clock, capsys, device.path, "--policy", R2, "--allow-virtual", "--lang", "en")
    assert status == 2
    assert f"{device.path} is read-only." in said.err


def test_purge_on_a_loop_device_is_refused(loop_device, clock, capsys):
    device = loop_device(8 << 20)
    chosen = ("--policy", "mic-2020", "--zone", "internet", "--class", "2", "--allow-virtual")
    status, said = plan(clock, capsys, device.path, *chosen)
    assert status == 2
    assert "Purge に届きません" in said.err
