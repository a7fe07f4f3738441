"""The system call itself: a real kernel that does not know our request, and signals that wait."""

from __future__ import annotations

import fcntl
import signal
from pathlib import Path
from typing import Any

import pytest

from erase.commands.wire import MmcCommand, NvmeCommand, ScsiCommand
from erase.errors import TransportError
from erase.transports.ioctls import Buffer, system_ioctl
from erase.transports.linux_mmc import LinuxMmc
from erase.transports.linux_nvme import LinuxNvme
from erase.transports.linux_sg import LinuxSg


def test_a_kernel_that_does_not_know_the_request_is_told_apart_from_a_drive_that_says_no(tmp_path: Path) -> None:
    file = tmp_path / "no-drive"
    file.write_bytes(b"")
    with file.open("rb") as stream:
        number = stream.fileno()
        attempts = (
            lambda: LinuxSg(number, "no-drive").send(ScsiCommand("INQUIRY", bytes(6), data_in=36), 1.0),
            lambda: LinuxNvme(number, "no-drive").send(NvmeCommand("Identify", 6, data_in=4096), 1.0),
            lambda: LinuxMmc(number, "no-drive").send((MmcCommand("SEND_STATUS", 13, 0, "R1"),), 1.0),
        )
        for attempt in attempts:
            with pytest.raises(TransportError) as caught:
                attempt()
            assert (caught.value.code, caught.value.parameters["detail"]) == ("transfer-refused", "ENOTTY")


@pytest.mark.parametrize("fails", [False, True])
def test_signals_wait_until_the_command_is_over(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    during: set[Any] = set()

    def ioctl(descriptor: int, request: int, argument: Any) -> int:
        during.update(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        if fails:
            raise OSError("failed")
        return 5

    signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR1})
    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    if fails:
        with pytest.raises(OSError, match="failed"):
            system_ioctl(0, 1, None)
    else:
        assert system_ioctl(0, 1, None) == 5
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGALRM} <= during
    assert signal.pthread_sigmask(signal.SIG_SETMASK, ()) == {signal.SIGUSR1}


def test_an_empty_buffer_has_no_address() -> None:
    assert (Buffer(0).address, Buffer(0).head(0)) == (0, b"")


def test_a_buffer_holds_its_content_and_zeroes_after_it() -> None:
    assert Buffer(8, b"abc").head(8) == b"abc\0\0\0\0\0"
