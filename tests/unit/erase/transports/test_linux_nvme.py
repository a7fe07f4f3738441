"""The NVMe ioctls: structures as uapi linux/nvme_ioctl.h lays them out, and every way in which they can fail."""

from __future__ import annotations

import ctypes
import errno
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest

from erase.commands.wire import NvmeAnswer, NvmeCommand
from erase.errors import TransportError
from erase.transports.linux_nvme import LinuxNvme, PassthruCommand, PassthruCommand64

ADMIN = 0xC0484E41
ADMIN64 = 0xC0504E47
IDENTIFY = NvmeCommand("Identify", 0x06, nsid=0x11223344, cdw2=2, cdw3=3, cdw10=10, cdw11=11, cdw12=12, cdw13=13, cdw14=14, cdw15=15)
LOG = NvmeCommand("Get Log Page", 0x02, nsid=0xFFFFFFFF, cdw10=0x007F0081, data_in=512)
SEND = NvmeCommand("Security Send", 0x81, cdw10=0x01000100, cdw11=4, data_out=b"psid")


def answering(status: int = 0, result: int = 0, data: bytes = b"") -> Callable[[int, Any], int]:
    def answer(request: int, argument: Any) -> int:
        argument.result = result
        if data:
            ctypes.memmove(argument.addr, data, len(data))
        return status

    return answer


@pytest.fixture
def nvme(kernel: Any) -> LinuxNvme:
    return LinuxNvme(7, "/dev/nvme0", ioctl=kernel)


def test_the_structures_have_the_sizes_in_their_request_numbers() -> None:
    assert ctypes.sizeof(PassthruCommand) == 72 == ADMIN >> 16 & 0x3FFF
    assert ctypes.sizeof(PassthruCommand64) == 80 == ADMIN64 >> 16 & 0x3FFF


def test_every_field_stands_where_the_kernel_looks_for_it(kernel: Any, nvme: LinuxNvme) -> None:
    nvme.send(IDENTIFY, 60.0)
    request, raw = kernel.calls[0]
    assert request == ADMIN64
    # opcode, flags, rsvd1, nsid, cdw2, cdw3, metadata, addr, metadata_len, data_len, cdw10 to 15, timeout_ms, rsvd2, result
    expected = struct.pack("=BBHIIIQQIIIIIIIIIIQ", 6, 0, 0, 0x11223344, 2, 3, 0, 0, 0, 0, 10, 11, 12, 13, 14, 15, 60_000, 0, 0)
    assert raw == expected


def test_older_kernels_get_the_older_structure_and_nothing_twice(kernel: Any, nvme: LinuxNvme) -> None:
    kernel.errors = {ADMIN64: errno.ENOTTY}
    nvme.send(IDENTIFY, 60.0)
    nvme.send(IDENTIFY, 60.0)
    assert [request for request, _ in kernel.calls] == [ADMIN64, ADMIN, ADMIN]
    expected = struct.pack("=BBHIIIQQIIIIIIIIII", 6, 0, 0, 0x11223344, 2, 3, 0, 0, 0, 0, 10, 11, 12, 13, 14, 15, 60_000, 0)
    assert kernel.calls[1][1] == expected


def test_data_come_in_from_a_buffer_at_the_start_of_a_page(kernel: Any, nvme: LinuxNvme) -> None:
    kernel.answer = answering(data=bytes(range(256)) * 2)
    assert nvme.send(LOG, 30.0) == NvmeAnswer(0, 0, bytes(range(256)) * 2)
    address, _, length = struct.unpack_from("=QII", kernel.calls[0][1], 24)
    assert address
    assert address % 4096 == 0
    assert length == 512


def test_data_go_out_and_none_come_back(kernel: Any, nvme: LinuxNvme) -> None:
    seen = []

    def answer(request: int, argument: Any) -> int:
        seen.append(ctypes.string_at(argument.addr, argument.data_len))
        return 0

    kernel.answer = answer
    assert nvme.send(SEND, 30.0) == NvmeAnswer(0, 0, b"")
    assert seen == [b"psid"]


@pytest.mark.parametrize("status", [0x001, 0x01C, 0x4002, 0x410A, 0x4286])
def test_a_drive_that_says_no_is_an_answer(kernel: Any, nvme: LinuxNvme, status: int) -> None:
    kernel.answer = answering(status, 0x1_0000_0005)
    assert nvme.send(IDENTIFY, 30.0) == NvmeAnswer(status, 5, b"")
    assert nvme.send(LOG, 30.0) == NvmeAnswer(status, 5, b"")  # and its data are none, not zeroes


@pytest.mark.parametrize(("seconds", "milliseconds"), [(math.inf, 0xFFFFFFFF), (0.0, 1), (0.0015, 2), (3600.0, 3_600_000)])
def test_the_time_out_is_the_commands_own(kernel: Any, nvme: LinuxNvme, seconds: float, milliseconds: int) -> None:
    nvme.send(IDENTIFY, seconds)
    assert struct.unpack_from("=I", kernel.calls[0][1], 64) == (milliseconds,)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENODEV, "no-device"),
        (errno.EINTR, "time-out"),
        (errno.ETIMEDOUT, "time-out"),
        (errno.EACCES, "not-permitted"),
        (errno.EINVAL, "transfer-refused"),
        (errno.EIO, "host-error"),
    ],
)
def test_what_the_kernel_refuses_is_an_error_of_the_wire(
    kernel: Any, nvme: LinuxNvme, speaks: Callable[..., tuple[str, ...]], number: int, code: str
) -> None:
    kernel.errors = {ADMIN64: number}
    with pytest.raises(TransportError) as caught:
        nvme.send(IDENTIFY, 30.0)
    assert caught.value.code == code
    assert any("/dev/nvme0" in sentence for sentence in speaks(caught.value))
    assert len(kernel.calls) == 1


@pytest.mark.parametrize(("status", "detail"), [(0x370, "Host Pathing Error"), (0x4371, "Command Aborted By Host")])
def test_the_hosts_own_statuses_are_errors_of_the_wire(kernel: Any, nvme: LinuxNvme, status: int, detail: str) -> None:
    kernel.answer = answering(status)
    with pytest.raises(TransportError) as caught:
        nvme.send(IDENTIFY, 30.0)
    assert (caught.value.code, caught.value.parameters["detail"]) == ("host-error", detail)
