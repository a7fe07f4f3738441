"""SG_IO: the header's bytes as uapi scsi/sg.h lays them out, and every way in which the kernel, the adapter and the driver can fail."""

from __future__ import annotations

import ctypes
import errno
import math
import stat
import struct
from collections.abc import Callable
from typing import Any

import pytest

from erase.commands.wire import ScsiAnswer, ScsiCommand
from erase.errors import TransportError
from erase.transports.linux_sg import LinuxSg, SgIoHeader

SG_IO = 0x2285
BLKSECTGET = 0x1267
# sg_io_hdr_t on x86-64: offsets of its fields
LAYOUT = "=iiBBHIQQQIIiIQBBBBHHiIII"  # the I before the last Q and the last one are holes
INQUIRY = ScsiCommand("INQUIRY", bytes.fromhex("120000002400"), data_in=36)
TEST_UNIT_READY = ScsiCommand("TEST UNIT READY", bytes(6))
MODE_SELECT = ScsiCommand("MODE SELECT(6)", bytes.fromhex("151100000400"), data_out=b"\x01\x02\x03\x04")


def drive(kernel: Any, mode: int = stat.S_IFBLK, sectors: int = 1024, **outcome: Any) -> LinuxSg:
    """A drive whose SG_IO header comes back with these fields; ``data`` and ``sense`` are put into the buffers."""
    data, sense = outcome.pop("data", b""), outcome.pop("sense", b"")

    def answer(request: int, argument: Any) -> int:
        if request == BLKSECTGET:
            argument.value = sectors
            return 0
        if data:
            ctypes.memmove(argument.dxferp, data, len(data))
        if sense:
            ctypes.memmove(argument.sbp, sense, len(sense))
            argument.sb_len_wr = len(sense)
        for name, value in outcome.items():
            setattr(argument, name, value)
        return 0

    kernel.answer = answer
    return LinuxSg(7, "/dev/sdz", ioctl=kernel, mode=lambda descriptor: mode)


def header(kernel: Any) -> tuple[int, ...]:
    request, raw = kernel.calls[-1]
    assert request == SG_IO
    return struct.unpack(LAYOUT, raw)


def test_the_header_has_the_size_that_64_bit_kernels_take() -> None:
    assert ctypes.sizeof(SgIoHeader) == 88
    assert struct.calcsize(LAYOUT) == 88


@pytest.mark.parametrize(
    ("command", "direction", "length"),
    [(TEST_UNIT_READY, -1, 0), (MODE_SELECT, -2, 4), (INQUIRY, -3, 36)],
)
def test_the_header_says_what_is_sent_and_which_way_data_go(kernel: Any, command: ScsiCommand, direction: int, length: int) -> None:
    drive(kernel).send(command, 30.0)
    sent = header(kernel)
    assert sent[0] == 0x53  # 'S'
    assert sent[1] == direction
    assert sent[2:6] == (6, 252, 0, length)
    assert sent[9:11] == (30_000, 0)
    assert bool(sent[6]) is (length > 0)


def test_the_kernel_finds_command_and_data_where_the_header_points(kernel: Any) -> None:
    seen: dict[str, bytes] = {}

    def answer(request: int, argument: Any) -> int:
        if request == SG_IO:
            seen["cdb"] = ctypes.string_at(argument.cmdp, argument.cmd_len)
            seen["data"] = ctypes.string_at(argument.dxferp, argument.dxfer_len)
            seen["page"] = bytes([argument.dxferp % 4096 == 0])
        else:
            argument.value = 1024
        return 0

    kernel.answer = answer
    LinuxSg(7, "/dev/sdz", ioctl=kernel, mode=lambda descriptor: stat.S_IFBLK).send(MODE_SELECT, 30.0)
    assert seen == {"cdb": bytes.fromhex("151100000400"), "data": b"\x01\x02\x03\x04", "page": b"\x01"}


@pytest.mark.parametrize(
    ("seconds", "milliseconds"),
    [(math.inf, 0xFFFFFFFF), (36_000.0, 36_000_000), (7.0005, 7_001), (0.5, 7_000), (1e9, 0x7FFFFFFF)],
)
def test_the_time_out_is_the_commands_own(kernel: Any, seconds: float, milliseconds: int) -> None:
    drive(kernel).send(TEST_UNIT_READY, seconds)
    assert header(kernel)[9] == milliseconds


def test_an_answer_is_given_as_it_came(kernel: Any) -> None:
    sense = bytes.fromhex("7200001d0000000e090c00000000000000000000005050")
    sg = drive(kernel, data=b"x" * 36, sense=sense, status=0x02, driver_status=0x08)
    assert sg.send(INQUIRY, 30.0) == ScsiAnswer(0x02, b"x" * 36, sense)


@pytest.mark.parametrize(("residual", "length"), [(0, 36), (31, 5), (36, 0), (37, 0), (-1, 36)])
def test_data_end_where_the_residual_says(kernel: Any, residual: int, length: int) -> None:
    sg = drive(kernel, data=bytes(range(36)), resid=residual)
    assert sg.send(INQUIRY, 30.0).data == bytes(range(36))[:length]


@pytest.mark.parametrize(
    ("status", "sense", "came"),
    [
        (0x00, "", True),
        (0x02, "7200001d00000000", True),  # NO SENSE, descriptor format
        (0x02, "7000010000000000", True),  # RECOVERED ERROR, fixed format
        (0x02, "7201", True),  # cut, but the key came
        (0x02, "72", False),
        (0x02, "7000050000000000", False),  # ILLEGAL REQUEST
        (0x02, "720b000000000000", False),  # ABORTED COMMAND
        (0x02, "", False),
        (0x08, "", False),
    ],
)
def test_a_command_that_failed_has_no_data_whatever_the_residual_says(kernel: Any, status: int, sense: str, came: bool) -> None:
    sg = drive(kernel, data=b"x" * 36, sense=bytes.fromhex(sense), status=status, resid=0)
    assert sg.send(INQUIRY, 30.0).data == (b"x" * 36 if came else b"")


def test_truncated_sense_is_given_truncated(kernel: Any) -> None:
    assert drive(kernel, sense=b"\x70\x00\x05", status=0x02).send(TEST_UNIT_READY, 30.0).sense == b"\x70\x00\x05"


@pytest.mark.parametrize("status", [0x08, 0x18, 0x28])
def test_busy_and_its_like_are_answers(kernel: Any, status: int) -> None:
    assert drive(kernel, status=status).send(TEST_UNIT_READY, 30.0).status == status


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENODEV, "no-device"),
        (errno.ENXIO, "no-device"),
        (errno.ETIMEDOUT, "time-out"),
        (errno.EPERM, "not-permitted"),
        (errno.EACCES, "not-permitted"),
        (errno.EINVAL, "transfer-refused"),
        (errno.ENOMEM, "transfer-refused"),
        (errno.ENOTTY, "transfer-refused"),
        (errno.EIO, "host-error"),
        (errno.EINTR, "host-error"),
        (9999, "host-error"),
    ],
)
def test_what_the_kernel_refuses_is_an_error_of_the_wire(
    kernel: Any, speaks: Callable[..., tuple[str, ...]], number: int, code: str
) -> None:
    kernel.errors = {SG_IO: number}
    with pytest.raises(TransportError) as caught:
        drive(kernel).send(INQUIRY, 30.0)
    assert caught.value.code == code
    said = speaks(caught.value)
    assert any("/dev/sdz" in sentence and "INQUIRY" in sentence for sentence in said)
    assert len(kernel.calls) == 2  # the limit was asked for, and the command was sent once


@pytest.mark.parametrize(
    ("outcome", "code", "detail"),
    [
        ({"host_status": 0x01}, "no-device", "DID_NO_CONNECT"),
        ({"host_status": 0x04}, "no-device", "DID_BAD_TARGET"),
        ({"host_status": 0x03}, "time-out", "DID_TIME_OUT"),
        ({"host_status": 0x03, "status": 0x02}, "time-out", "DID_TIME_OUT"),
        ({"host_status": 0x05}, "host-error", "DID_ABORT"),
        ({"host_status": 0x07}, "host-error", "DID_ERROR"),
        ({"host_status": 0x08}, "host-error", "DID_RESET"),
        ({"host_status": 0x0E}, "host-error", "DID_TRANSPORT_DISRUPTED"),
        ({"host_status": 0x77}, "host-error", "host_status 0x77"),
        ({"host_status": 0x10}, "host-error", "host_status 0x10"),
        ({"driver_status": 0x06}, "time-out", "DRIVER_TIMEOUT"),
        ({"driver_status": 0x37}, "driver-error", "DRIVER_HARD"),
        ({"driver_status": 0x0B}, "driver-error", "driver_status 0x0b"),
        ({"status": 0x02, "duration": 30_000}, "time-out", "status 02h after 30000 ms"),
    ],
)
def test_what_adapter_and_driver_report_is_an_error_of_the_wire(
    kernel: Any, speaks: Callable[..., tuple[str, ...]], outcome: dict[str, int], code: str, detail: str
) -> None:
    with pytest.raises(TransportError) as caught:
        drive(kernel, **outcome).send(TEST_UNIT_READY, 30.0)
    assert caught.value.code == code
    assert any(detail in sentence for sentence in speaks(caught.value))


def test_a_time_out_says_that_the_link_may_have_been_reset(kernel: Any, speaks: Callable[..., tuple[str, ...]]) -> None:
    with pytest.raises(TransportError) as caught:
        drive(kernel, host_status=0x03).send(TEST_UNIT_READY, 30.0)
    said = speaks(caught.value)
    assert any("リセット" in sentence for sentence in said)
    assert any("reset" in sentence for sentence in said)


@pytest.mark.parametrize(
    "outcome",
    [
        {"host_status": 0x10, "status": 0x02},
        {"host_status": 0x11, "status": 0x18},
        {"host_status": 0x13, "status": 0x02},
        {"driver_status": 0x08, "status": 0x02},
        {"status": 0x02, "duration": 29_999},
        {"status": 0x00, "duration": 30_001},
    ],
)
def test_what_only_repeats_the_devices_word_is_an_answer(kernel: Any, outcome: dict[str, int]) -> None:
    assert drive(kernel, **outcome).send(TEST_UNIT_READY, 30.0).status == outcome["status"]


@pytest.mark.parametrize(("mode", "told", "most"), [(stat.S_IFBLK, 128, 65_536), (stat.S_IFCHR, 65_536, 65_536), (stat.S_IFBLK, 0, 65_536)])
def test_more_than_the_node_takes_is_never_sent(
    kernel: Any, speaks: Callable[..., tuple[str, ...]], mode: int, told: int, most: int
) -> None:
    sg = drive(kernel, mode, told)
    sg.send(ScsiCommand("READ BUFFER", bytes(10), data_in=most), 30.0)
    with pytest.raises(TransportError) as caught:
        sg.send(ScsiCommand("READ BUFFER", bytes(10), data_in=most + 1), 30.0)
    assert caught.value.code == "transfer-refused"
    assert any(f"{most + 1} > {most}" in sentence for sentence in speaks(caught.value))
    assert [request for request, _ in kernel.calls] == [BLKSECTGET, SG_IO]


def test_a_node_that_tells_no_limit_gets_what_passes_everywhere(kernel: Any) -> None:
    kernel.errors = {BLKSECTGET: errno.ENOTTY}
    assert drive(kernel).limit == 65_536
