"""Suspend-to-RAM, the way out of a frozen state that a technician has without a screwdriver."""

from __future__ import annotations

from pathlib import Path

from .conftest import Front, run, wait_until


def test_suspend_to_ram_thaws_a_frozen_drive(drives: Front) -> None:
    # whoever serves the drives is frozen before the kernel would flush their caches: see Port.let_sleep
    for disk in Path("/sys/class/scsi_disk").iterdir():
        (disk / "cache_type").write_text("temporary write through")
    node = drives.block("flash")
    run("hdparm", "--security-freeze", node)
    assert int(drives.inside("flash")["security"]) & 0x08
    assert run("rtcwake", "-m", "mem", "-s", "3").returncode == 0
    wait_until(lambda: not int(drives.inside("flash")["security"]) & 0x08)
    assert run("hdparm", "--user-master", "u", "--security-set-pass", "right", node).returncode == 0
    assert int(drives.inside("flash")["security"]) & 0x02
