"""Suspend-to-RAM, the way out of a frozen state that a technician has without a screwdriver."""

from __future__ import annotations

from .conftest import Starter, run, wait_until


def test_suspend_to_ram_thaws_a_frozen_drive(front: Starter) -> None:
    drives = front("disk=flash", mebibytes=64, sleepable=True)
    node = drives.block("disk")
    run("hdparm", "--security-freeze", node)
    assert int(drives.inside("disk")["security"]) & 0x08
    assert run("rtcwake", "-m", "mem", "-s", "3").returncode == 0
    wait_until(lambda: not int(drives.inside("disk")["security"]) & 0x08)
    assert run("hdparm", "--user-master", "u", "--security-set-pass", "right", node).returncode == 0
    assert int(drives.inside("disk")["security"]) & 0x02
