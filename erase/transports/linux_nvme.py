"""NVMe admin commands through the kernel's ioctls (uapi linux/nvme_ioctl.h), on a /dev/nvmeX or /dev/nvmeXnY that the caller opened.

When the time-out expires the kernel aborts the command and then resets the controller: a sanitize goes on, a format may not.
"""

from __future__ import annotations

import ctypes
import errno
from typing import Final, TypeVar

from erase.commands.wire import NvmeAnswer, NvmeCommand
from erase.transports.ioctls import Buffer, Ioctl, failure, milliseconds, system_ioctl, wire_error

ADMIN_CMD: Final = 0xC0484E41  # _IOWR('N', 0x41, 72 bytes)
ADMIN64_CMD: Final = 0xC0504E47  # _IOWR('N', 0x47, 80 bytes); since Linux 5.4
ENDLESS: Final = 0xFFFF_FFFF

# NVMe Base 2.0 figure 98, status code type 3h: the host's own words for a command that did not get through or did not come back
_HOST_SAID = {0x370: "Host Pathing Error", 0x371: "Command Aborted By Host"}
_STATUS_CODE = 0x7FF  # type and code, without More, Command Retry Delay and Do Not Retry

_COMMON = (
    ("opcode", ctypes.c_uint8),
    ("flags", ctypes.c_uint8),
    ("rsvd1", ctypes.c_uint16),
    ("nsid", ctypes.c_uint32),
    ("cdw2", ctypes.c_uint32),
    ("cdw3", ctypes.c_uint32),
    ("metadata", ctypes.c_uint64),
    ("addr", ctypes.c_uint64),
    ("metadata_len", ctypes.c_uint32),
    ("data_len", ctypes.c_uint32),
    ("cdw10", ctypes.c_uint32),
    ("cdw11", ctypes.c_uint32),
    ("cdw12", ctypes.c_uint32),
    ("cdw13", ctypes.c_uint32),
    ("cdw14", ctypes.c_uint32),
    ("cdw15", ctypes.c_uint32),
    ("timeout_ms", ctypes.c_uint32),
)


class PassthruCommand(ctypes.Structure):
    """struct nvme_passthru_cmd, 72 bytes."""

    _fields_ = (*_COMMON, ("result", ctypes.c_uint32))


class PassthruCommand64(ctypes.Structure):
    """struct nvme_passthru_cmd64, 80 bytes."""

    _fields_ = (*_COMMON, ("rsvd2", ctypes.c_uint32), ("result", ctypes.c_uint64))


_Struct = TypeVar("_Struct", PassthruCommand, PassthruCommand64)


class LinuxNvme:
    """A :class:`~erase.transports.protocols.NvmeTransport` over an open descriptor; ``device`` is its name, for errors.

    A ``timeout`` of infinity means none at all. Raises TransportError: no-device, time-out, host-error, not-permitted, transfer-refused.
    """

    def __init__(self, descriptor: int, device: str, *, ioctl: Ioctl = system_ioctl) -> None:
        self._descriptor = descriptor
        self._device = device
        self._ioctl = ioctl
        self._knows_64 = True

    def send(self, command: NvmeCommand, timeout: float) -> NvmeAnswer:
        """Sends one command and waits for its end. The way its data go is in its opcode (NVMe Base 2.0 figure 87, bits 1:0)."""
        length = len(command.data_out) or command.data_in
        buffer = Buffer(length, command.data_out)
        try:
            returned, result = self._submit(command, buffer, length, milliseconds(timeout, ENDLESS))
        except OSError as error:
            if error.errno == errno.EINTR:
                # the kernel's word for a command that it cancelled itself, after its time or with a reset (NVME_REQ_CANCELLED)
                raise wire_error("time-out", self._device, command.name, timeout, "EINTR") from error
            raise failure(error, self._device, command.name, timeout) from error
        if said := _HOST_SAID.get(returned & _STATUS_CODE):
            raise wire_error("host-error", self._device, command.name, timeout, said)
        # of a command that failed no data come: the buffer is as it was
        return NvmeAnswer(returned, result & 0xFFFF_FFFF, buffer.head(0 if returned else command.data_in))

    def _submit(self, command: NvmeCommand, buffer: Buffer, length: int, timeout_ms: int) -> tuple[int, int]:
        """The status field without its phase bit, and the result."""
        if self._knows_64:
            try:
                wide = _fill(PassthruCommand64(), command, buffer, length)
                wide.timeout_ms = timeout_ms
                return self._ioctl(self._descriptor, ADMIN64_CMD, wide), wide.result
            except OSError as error:
                if error.errno != errno.ENOTTY:
                    raise
                self._knows_64 = False  # an older kernel, which sent nothing
        narrow = _fill(PassthruCommand(), command, buffer, length)
        narrow.timeout_ms = timeout_ms
        return self._ioctl(self._descriptor, ADMIN_CMD, narrow), narrow.result


def _fill(struct: _Struct, command: NvmeCommand, buffer: Buffer, length: int) -> _Struct:
    for name in ("opcode", "nsid", "cdw2", "cdw3", "cdw10", "cdw11", "cdw12", "cdw13", "cdw14", "cdw15"):
        setattr(struct, name, getattr(command, name))
    struct.addr, struct.data_len = buffer.address, length
    return struct
