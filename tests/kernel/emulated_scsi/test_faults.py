"""What goes wrong on the way, under the kernel's own error handling."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from .conftest import Front, Starter, run, wait_until


def _read(node: str) -> int:
    return run("dd", f"if={node}", "of=/dev/null", "bs=4096", "count=1", "iflag=direct").returncode


def _timeout(node: str, seconds: int) -> None:
    device = Path("/sys/block") / node.removeprefix("/dev/") / "device"
    (device / "timeout").write_text(str(seconds))
    (device / "eh_timeout").write_text(str(seconds))


def test_two_paths_are_one_medium(drives: Front) -> None:
    with open(drives.block("sas-two-ports", 0), "r+b", buffering=0) as node:  # noqa: PTH123
        node.write(b"through the first port".ljust(4096, b"\0"))
        os.fsync(node.fileno())
    assert "through the first port" in run("dd", f"if={drives.block('two', 1)}", "bs=4096", "count=1", "iflag=direct").stdout
    run("sg_sanitize", "--crypto", "--quick", "--early", drives.sg("sas-two-ports", 0))
    assert "Progress indication" in run("sg_requests", "--progress", drives.sg("sas-two-ports", 1)).stdout
    wait_until(lambda: drives.inside("sas-two-ports")["operation"] is None)
    for port in (0, 1):
        run("sg_turs", drives.sg("sas-two-ports", port))  # takes the unit attention


def test_a_command_that_is_lost_is_aborted_and_sent_again(drives: Front) -> None:
    _timeout(drives.block("flash"), 2)
    drives.ask("drop", "flash", count=1)
    began = time.monotonic()
    assert _read(drives.block("flash")) == 0
    assert time.monotonic() - began >= 1.5
    _timeout(drives.block("flash"), 30)


def test_a_long_operation_of_one_drive_keeps_no_other_waiting(drives: Front) -> None:
    node = drives.block("magnetic")
    run("hdparm", "--user-master", "u", "--security-set-pass", "right", node)
    drives.heard("magnetic")
    erase = subprocess.Popen(["hdparm", "--user-master", "u", "--security-erase", "right", node])
    # ATA PASS-THROUGH(16) of SECURITY ERASE UNIT
    wait_until(lambda: any(cdb[0] == 0x85 and cdb[14] == 0xF4 for cdb in drives.heard("magnetic")))
    assert _read(drives.block("sas")) == 0
    assert erase.poll() is None, "the erase was over before the other drive was read"
    erase.wait()
    assert not int(drives.inside("magnetic")["security"]) & 0x02


def test_a_drive_that_is_pulled_is_gone_and_comes_back(drives: Front) -> None:
    node = drives.block("pulled")
    drives.ask("unplug", "pulled")
    wait_until(lambda: not Path(node).exists())
    drives.ask("plug", "pulled")
    wait_until(lambda: drives.client.ask("list", "pulled")["drives"]["pulled"]["block"][0] is not None)
    drives.look_again("pulled")
    wait_until(lambda: Path(drives.block("pulled")).exists())


def test_a_drive_that_hangs_ends_in_an_error(drives: Front) -> None:
    _timeout(drives.block("pulled"), 1)
    drives.ask("hang", "pulled", on=True)
    assert _read(drives.block("pulled")) != 0
    drives.ask("hang", "pulled", on=False)


def test_a_front_that_is_stopped_like_a_hung_controller_is_given_up_by_the_kernel(front: Starter) -> None:
    stopped = front("disk=sas", command_timeout=2)
    _timeout(stopped.block("disk"), 30)
    stopped.process.send_signal(signal.SIGSTOP)
    try:
        assert _read(stopped.block("disk")) != 0
    finally:
        stopped.process.send_signal(signal.SIGCONT)
    assert _read(stopped.block("disk")) == 0
