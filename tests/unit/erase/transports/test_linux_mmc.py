"""The MMC ioctls: structures as uapi linux/mmc/ioctl.h lays them out, and every way in which they can fail."""

from __future__ import annotations

import ctypes
import errno
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest

from erase.commands.wire import MmcAnswer, MmcCommand, MmcTransfer
from erase.errors import TransportError
from erase.transports.linux_mmc import IocCommand, LinuxMmc

ONE = 0xC048B300
SEVERAL = 0xC008B301
# write_flag, is_acmd, opcode, arg, response, flags, blksz, blocks, postsleep min and max, data_timeout_ns, cmd_timeout_ms, pad, data_ptr
LAYOUT = "=iiII4I7IIQ"
SEND_EXT_CSD = MmcCommand("SEND_EXT_CSD", 8, 0, "R1", transfer=MmcTransfer.IN, data_in=512)
SANITIZE = MmcCommand("SWITCH", 6, 0x03A50101, "R1b")
SEND_CID = MmcCommand("SEND_CID", 10, 0x00010000, "R2")
SEND_OP_COND = MmcCommand("SEND_OP_COND", 1, 0x40FF8080, "R3")
WRITE = MmcCommand("WRITE_MULTIPLE_BLOCK", 25, 0, "R1", transfer=MmcTransfer.OUT, data_out=bytes(range(256)) * 4)
GO_IDLE = MmcCommand("GO_IDLE_STATE", 0, 0, "none")


@pytest.fixture
def mmc(kernel: Any) -> LinuxMmc:
    return LinuxMmc(7, "/dev/mmcblk0", ioctl=kernel)


def test_the_structure_has_the_size_in_its_request_number() -> None:
    assert ctypes.sizeof(IocCommand) == 72 == ONE >> 16 & 0x3FFF == struct.calcsize(LAYOUT)


@pytest.mark.parametrize(
    ("command", "flags", "blocks"),
    [
        (SEND_EXT_CSD, 0x35, (512, 1)),  # MMC_RSP_R1 | MMC_CMD_ADTC
        (SANITIZE, 0x1D, (0, 0)),  # MMC_RSP_R1B | MMC_CMD_AC
        (SEND_CID, 0x07, (0, 0)),  # MMC_RSP_R2
        (SEND_OP_COND, 0x01, (0, 0)),  # MMC_RSP_R3
        (WRITE, 0x35, (512, 2)),
        (GO_IDLE, 0x40, (0, 0)),  # MMC_RSP_NONE | MMC_CMD_BC
    ],
)
def test_every_field_stands_where_the_kernel_looks_for_it(
    kernel: Any, mmc: LinuxMmc, command: MmcCommand, flags: int, blocks: tuple[int, int]
) -> None:
    mmc.send((command,), 2.0)
    request, raw = kernel.calls[0]
    assert request == ONE
    fields = struct.unpack(LAYOUT, raw)
    assert fields[:4] == (int(command is WRITE), 0, command.opcode, command.argument)
    assert fields[8:11] == (flags, *blocks)
    assert fields[13] == (2_000_000_000 if blocks[1] else 0)
    assert fields[14] == 2_000
    assert bool(fields[16]) is bool(blocks[1])


def test_an_application_command_is_announced(kernel: Any, mmc: LinuxMmc) -> None:
    mmc.send((MmcCommand("SD_STATUS", 13, 0, "R1", is_application=True, transfer=MmcTransfer.IN, data_in=64, block_size=64),), 2.0)
    fields = struct.unpack(LAYOUT, kernel.calls[0][1])
    assert fields[1] == 1
    assert fields[9:11] == (64, 1)


@pytest.mark.parametrize(
    ("seconds", "wait", "data_wait"), [(math.inf, 0x7FFFFFFF, 0xFFFFFFFF), (600.0, 600_000, 0xFFFFFFFF), (1.0, 1000, 10**9)]
)
def test_long_commands_may_be_waited_for(kernel: Any, mmc: LinuxMmc, seconds: float, wait: int, data_wait: int) -> None:
    mmc.send((SEND_EXT_CSD,), seconds)
    assert struct.unpack(LAYOUT, kernel.calls[0][1])[13:15] == (data_wait, wait)


def test_response_and_data_come_back(kernel: Any, mmc: LinuxMmc) -> None:
    def answer(request: int, argument: Any) -> int:
        argument.response[:] = (0x900, 2, 3, 4)
        if argument.data_ptr:
            ctypes.memmove(argument.data_ptr, b"\xa5" * 512, 512)
        return 0

    kernel.answer = answer
    assert mmc.send((SEND_EXT_CSD,), 2.0) == (MmcAnswer((0x900,), b"\xa5" * 512),)
    assert mmc.send((SEND_CID,), 2.0) == (MmcAnswer((0x900, 2, 3, 4)),)
    assert mmc.send((GO_IDLE,), 2.0) == (MmcAnswer(()),)


def test_several_commands_go_in_one_call_so_that_nobody_comes_between(kernel: Any, mmc: LinuxMmc) -> None:
    def answer(request: int, argument: Any) -> int:
        assert ctypes.string_at(argument.cmds[0].data_ptr, 1024) == bytes(range(256)) * 4
        argument.cmds[1].response[0] = 0x800
        return 0

    kernel.answer = answer
    assert mmc.send((WRITE, SANITIZE), 2.0) == (MmcAnswer((0,)), MmcAnswer((0x800,)))
    request, raw = kernel.calls[0]
    assert request == SEVERAL
    assert raw[:8] == (2).to_bytes(8, "little")
    assert len(raw) == 8 + 2 * 72
    assert struct.unpack_from("=I", raw, 8 + 8) == (25,)
    assert struct.unpack_from("=I", raw, 8 + 72 + 8) == (6,)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENODEV, "no-device"),
        (errno.ENOMEDIUM, "no-device"),
        (errno.ETIMEDOUT, "time-out"),
        (errno.EPERM, "not-permitted"),
        (errno.EOVERFLOW, "transfer-refused"),
        (errno.EILSEQ, "host-error"),
        (errno.EIO, "host-error"),
    ],
)
def test_what_the_kernel_refuses_is_an_error_of_the_wire(
    kernel: Any, mmc: LinuxMmc, speaks: Callable[..., tuple[str, ...]], number: int, code: str
) -> None:
    kernel.errors = {SEVERAL: number}
    with pytest.raises(TransportError) as caught:
        mmc.send((SEND_EXT_CSD, SANITIZE), 2.0)
    assert caught.value.code == code
    assert any("SEND_EXT_CSD + SWITCH" in sentence for sentence in speaks(caught.value))


@pytest.mark.parametrize(
    "commands",
    [
        (),
        (SANITIZE,) * 256,
        (MmcCommand("READ_MULTIPLE_BLOCK", 18, 0, "R1", transfer=MmcTransfer.IN, data_in=512 * 1024 + 512),),
    ],
)
def test_more_than_the_kernel_takes_is_never_sent(kernel: Any, mmc: LinuxMmc, commands: tuple[MmcCommand, ...]) -> None:
    with pytest.raises(TransportError) as caught:
        mmc.send(commands, 2.0)
    assert caught.value.code == "transfer-refused"
    assert not kernel.calls
