"""MMC commands through the kernel's ioctls (uapi linux/mmc/ioctl.h), on the whole /dev/mmcblkN that the caller opened."""

from __future__ import annotations

import ctypes
from typing import Final

from erase.commands.wire import MmcAnswer, MmcCommand, MmcTransfer
from erase.transports.ioctls import Buffer, Ioctl, failure, milliseconds, system_ioctl, wire_error

MMC_IOC_CMD: Final = 0xC048B300  # _IOWR(179, 0, 72 bytes)
MMC_IOC_MULTI_CMD: Final = 0xC008B301  # _IOWR(179, 1, 8 bytes): the count; the commands follow it
MOST_BYTES: Final = 512 * 1024  # MMC_IOC_MAX_BYTES
MOST_COMMANDS: Final = 255  # MMC_IOC_MAX_CMDS
ENDLESS: Final = 0x7FFF_FFFF  # 0 would be the driver's own time

# the kernel's MMC_RSP_* and MMC_CMD_* bits (include/linux/mmc/core.h), which the ioctl takes as they are
_PRESENT, _136, _CRC, _BUSY, _OPCODE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
_ADTC = 1 << 5  # data come with it; otherwise AC, 0: addressed, without data
_BC = 2 << 5  # broadcast, without a response
RESPONSES: Final = {
    "none": 0,
    "R1": _PRESENT | _CRC | _OPCODE,
    "R1b": _PRESENT | _CRC | _OPCODE | _BUSY,
    "R2": _PRESENT | _136 | _CRC,
    "R3": _PRESENT,
}


class IocCommand(ctypes.Structure):
    """struct mmc_ioc_cmd, 72 bytes."""

    _fields_ = (
        ("write_flag", ctypes.c_int),
        ("is_acmd", ctypes.c_int),
        ("opcode", ctypes.c_uint32),
        ("arg", ctypes.c_uint32),
        ("response", ctypes.c_uint32 * 4),
        ("flags", ctypes.c_uint),
        ("blksz", ctypes.c_uint),
        ("blocks", ctypes.c_uint),
        ("postsleep_min_us", ctypes.c_uint),
        ("postsleep_max_us", ctypes.c_uint),
        ("data_timeout_ns", ctypes.c_uint),
        ("cmd_timeout_ms", ctypes.c_uint),
        ("pad", ctypes.c_uint32),
        ("data_ptr", ctypes.c_uint64),
    )


class LinuxMmc:
    """A :class:`~erase.transports.protocols.MmcTransport` over an open descriptor; ``device`` is its name, for errors.

    ``timeout`` is each command's. Raises TransportError: no-device, time-out, host-error, not-permitted, transfer-refused. Of several
    commands the kernel does not tell which one failed.
    """

    def __init__(self, descriptor: int, device: str, *, ioctl: Ioctl = system_ioctl) -> None:
        self._descriptor = descriptor
        self._device = device
        self._ioctl = ioctl

    def send(self, commands: tuple[MmcCommand, ...], timeout: float) -> tuple[MmcAnswer, ...]:
        """Sends the commands in their order, in one go."""
        name = " + ".join(command.name for command in commands)
        most = max((len(command.data_out) or command.data_in for command in commands), default=0)
        if not commands or len(commands) > MOST_COMMANDS or most > MOST_BYTES:
            raise wire_error("transfer-refused", self._device, name, timeout, f"{len(commands)}, {most} > {MOST_BYTES}")
        buffers = [Buffer(len(command.data_out) or command.data_in, command.data_out) for command in commands]
        filled = [_fill(command, buffer, timeout) for command, buffer in zip(commands, buffers, strict=True)]
        try:
            sent = self._submit(filled)
        except OSError as error:
            raise failure(error, self._device, name, timeout) from error
        return tuple(
            MmcAnswer(_words(command, struct), buffer.head(command.data_in))
            for command, struct, buffer in zip(commands, sent, buffers, strict=True)
        )

    def _submit(self, filled: list[IocCommand]) -> list[IocCommand]:
        if len(filled) == 1:
            self._ioctl(self._descriptor, MMC_IOC_CMD, filled[0])
            return filled

        class Several(ctypes.Structure):
            """struct mmc_ioc_multi_cmd with its commands behind it."""

            _fields_ = (("num_of_cmds", ctypes.c_uint64), ("cmds", IocCommand * len(filled)))

        several = Several(len(filled), (IocCommand * len(filled))(*filled))
        self._ioctl(self._descriptor, MMC_IOC_MULTI_CMD, several)
        return list(several.cmds)


def _fill(command: MmcCommand, buffer: Buffer, timeout: float) -> IocCommand:
    has_data = command.transfer is not MmcTransfer.NONE
    length = len(command.data_out) or command.data_in
    return IocCommand(
        write_flag=int(command.transfer is MmcTransfer.OUT),
        is_acmd=int(command.is_application),
        opcode=command.opcode,
        arg=command.argument,
        flags=RESPONSES[command.response] | (_ADTC if has_data else 0 if command.response != "none" else _BC),
        blksz=command.block_size if has_data else 0,
        blocks=length // command.block_size if has_data else 0,
        data_timeout_ns=min(milliseconds(timeout, ENDLESS) * 1_000_000, 0xFFFF_FFFF) if has_data else 0,
        cmd_timeout_ms=milliseconds(timeout, ENDLESS),
        data_ptr=buffer.address,
    )


def _words(command: MmcCommand, struct: IocCommand) -> tuple[int, ...]:
    """The response's words, as many as its kind has."""
    count = {"none": 0, "R2": 4}.get(command.response, 1)
    return tuple(struct.response)[:count]
