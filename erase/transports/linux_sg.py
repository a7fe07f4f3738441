"""SCSI commands through SG_IO, version 3 (uapi scsi/sg.h), on a /dev/sdX or /dev/sgN that the caller opened and holds.

The time-out given is the only one that counts: SG_IO does not look at the sysfs one. When it expires the kernel aborts the command
and then resets the link, which may itself end what the drive was doing (SECURITY ERASE UNIT): after it the drive must be asked.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Callable
from typing import Final

from erase.commands.sense import SenseKey, parse_sense
from erase.commands.wire import ScsiAnswer, ScsiCommand
from erase.errors import TransportError
from erase.transports.ioctls import Buffer, Ioctl, failure, milliseconds, system_ioctl, wire_error

SG_IO: Final = 0x2285
BLKSECTGET: Final = 0x1267  # the largest request: 512-byte sectors as u16 of a block device, bytes as int of a /dev/sgN
ENDLESS: Final = 0xFFFF_FFFF
SENSE_LENGTH: Final = 252  # SPC-4 section 4.5.1: no sense data are longer
_SHORTEST_MS: Final = 7_000  # BLK_MIN_SG_TIMEOUT: a block device makes shorter ones that long; here both kinds of nodes do
_UNASKED: Final = 65_536  # bytes that pass everywhere, where the node does not tell its limit

# not SG_DXFER_TO_FROM_DEV, -4, which fills the kernel's buffer from ours first: /dev/sgN of Linux 6.1 answers it with EINVAL or ENOMEM
_NONE, _TO_DEVICE, _FROM_DEVICE = -1, -2, -3
# the device says of a command with one of these that it did not fail, so that its data count
_WELL = frozenset({SenseKey.NO_SENSE, SenseKey.RECOVERED_ERROR, SenseKey.COMPLETED})
_GOOD, _CHECK_CONDITION = 0x00, 0x02

# Linux's host bytes (include/scsi/scsi_status.h)
_HOST = {
    0x01: "DID_NO_CONNECT",
    0x02: "DID_BUS_BUSY",
    0x03: "DID_TIME_OUT",
    0x04: "DID_BAD_TARGET",
    0x05: "DID_ABORT",
    0x06: "DID_PARITY",
    0x07: "DID_ERROR",
    0x08: "DID_RESET",
    0x09: "DID_BAD_INTR",
    0x0A: "DID_PASSTHROUGH",
    0x0B: "DID_SOFT_ERROR",
    0x0C: "DID_IMM_RETRY",
    0x0D: "DID_REQUEUE",
    0x0E: "DID_TRANSPORT_DISRUPTED",
    0x0F: "DID_TRANSPORT_FAILFAST",
    0x12: "DID_ALLOC_FAILURE",
    0x14: "DID_TRANSPORT_MARGINAL",
}
_HOST_GONE = frozenset({0x01, 0x04})
_HOST_LATE = 0x03
# TARGET_FAILURE, NEXUS_FAILURE and MEDIUM_ERROR are the midlayer's reading of a status that the device gave
_HOST_DEVICE_SAID = frozenset({0x10, 0x11, 0x13})
# driver bytes of kernels before 5.14; bits 7:4 were advice
_DRIVER = {
    1: "DRIVER_BUSY",
    2: "DRIVER_SOFT",
    3: "DRIVER_MEDIA",
    4: "DRIVER_ERROR",
    5: "DRIVER_INVALID",
    6: "DRIVER_TIMEOUT",
    7: "DRIVER_HARD",
}
_DRIVER_LATE, _DRIVER_SENSE = 6, 8


class SgIoHeader(ctypes.Structure):
    """struct sg_io_hdr, 88 bytes on 64-bit machines."""

    _fields_ = (
        ("interface_id", ctypes.c_int),
        ("dxfer_direction", ctypes.c_int),
        ("cmd_len", ctypes.c_ubyte),
        ("mx_sb_len", ctypes.c_ubyte),
        ("iovec_count", ctypes.c_ushort),
        ("dxfer_len", ctypes.c_uint),
        ("dxferp", ctypes.c_void_p),
        ("cmdp", ctypes.c_void_p),
        ("sbp", ctypes.c_void_p),
        ("timeout", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("pack_id", ctypes.c_int),
        ("usr_ptr", ctypes.c_void_p),
        ("status", ctypes.c_ubyte),
        ("masked_status", ctypes.c_ubyte),
        ("msg_status", ctypes.c_ubyte),
        ("sb_len_wr", ctypes.c_ubyte),
        ("host_status", ctypes.c_ushort),
        ("driver_status", ctypes.c_ushort),
        ("resid", ctypes.c_int),
        ("duration", ctypes.c_uint),
        ("info", ctypes.c_uint),
    )


def _has_data(status: int, sense: bytes) -> bool:
    """Whether data came with an answer. The residual of a failed command is often 0 although nothing did.

    A /dev/sgN then has what an earlier command left in its buffer (seen with Linux 6.1: the data of IDENTIFY DEVICE for an aborted READ
    LOG EXT), a block device zeroes.
    """
    told = parse_sense(sense)
    return status == _GOOD or (status == _CHECK_CONDITION and told is not None and told.key in _WELL)


def _mode(descriptor: int) -> int:
    return os.fstat(descriptor).st_mode


class LinuxSg:
    """A :class:`~erase.transports.protocols.ScsiTransport` over an open descriptor; ``device`` is its name, for errors.

    A ``timeout`` of infinity means none at all. Raises TransportError: no-device, time-out, host-error, driver-error, not-permitted,
    or transfer-refused (then nothing was sent).
    """

    def __init__(self, descriptor: int, device: str, *, ioctl: Ioctl = system_ioctl, mode: Callable[[int], int] = _mode) -> None:
        self._descriptor = descriptor
        self._device = device
        self._ioctl = ioctl
        self._mode = mode
        self._limit: int | None = None

    @property
    def limit(self) -> int:
        """Bytes that one command may transfer."""
        if self._limit is None:
            is_block = stat.S_ISBLK(self._mode(self._descriptor))
            told: ctypes.c_ushort | ctypes.c_int = ctypes.c_ushort() if is_block else ctypes.c_int()
            try:
                self._ioctl(self._descriptor, BLKSECTGET, told)
            except OSError:
                told.value = 0
            self._limit = (told.value * (512 if is_block else 1)) or _UNASKED
        return self._limit

    def send(self, command: ScsiCommand, timeout: float) -> ScsiAnswer:
        """Sends one command and waits for its end. It is never sent a second time."""
        length = len(command.data_out) or command.data_in
        if length > self.limit:
            raise wire_error("transfer-refused", self._device, command.name, timeout, f"{length} > {self.limit}")
        cdb = ctypes.create_string_buffer(command.cdb, len(command.cdb))
        sense = ctypes.create_string_buffer(SENSE_LENGTH)
        buffer = Buffer(length, command.data_out)
        header = SgIoHeader(
            interface_id=ord("S"),
            dxfer_direction=_TO_DEVICE if command.data_out else _FROM_DEVICE if command.data_in else _NONE,
            cmd_len=len(command.cdb),
            mx_sb_len=SENSE_LENGTH,
            dxfer_len=length,
            dxferp=buffer.address or None,
            cmdp=ctypes.addressof(cdb),
            sbp=ctypes.addressof(sense),
            timeout=max(milliseconds(timeout, ENDLESS), _SHORTEST_MS),
        )
        try:
            self._ioctl(self._descriptor, SG_IO, header)
        except OSError as error:
            raise failure(error, self._device, command.name, timeout) from error
        if problem := self._problem(header, command.name, timeout):
            raise problem
        told = sense.raw[: min(header.sb_len_wr, SENSE_LENGTH)]
        received = min(max(length - header.resid, 0), length) if command.data_in and _has_data(header.status, told) else 0
        return ScsiAnswer(header.status, buffer.head(received), told)

    def _problem(self, header: SgIoHeader, name: str, timeout: float) -> TransportError | None:
        """What the adapter or its driver says went wrong before or instead of the device's own answer."""
        host, driver = header.host_status, header.driver_status & 0x0F
        if host in _HOST_DEVICE_SAID and header.status:
            host = 0
        detail = _HOST.get(host, f"host_status {host:#04x}") if host else _DRIVER.get(driver, f"driver_status {driver:#04x}")
        if host in _HOST_GONE:
            code = "no-device"
        elif host == _HOST_LATE or (not host and driver == _DRIVER_LATE):
            code = "time-out"
        elif host:
            code = "host-error"
        elif driver not in (0, _DRIVER_SENSE):
            code = "driver-error"
        elif header.status and header.duration >= header.timeout:
            # libata gives a command that its error handler ended a CHECK CONDITION of its own, with registers from after the reset
            code, detail = "time-out", f"status {header.status:02X}h after {header.duration} ms"
        else:
            return None
        return wire_error(code, self._device, name, timeout, detail)
