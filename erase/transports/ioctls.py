"""The system call under every pass-through: how it is made, its buffers, its time-outs, and its errors in our words."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import math
import mmap
import signal
from collections.abc import Callable
from typing import Any, Final

from erase.errors import TransportError

Ioctl = Callable[[int, int, Any], int]
"""Descriptor, request number, structure (changed in place) -> what the kernel returned. Raises OSError."""

_PAGE: Final = mmap.PAGESIZE
_LONGEST_MS: Final = 0x7FFF_FFFF  # msecs_to_jiffies() takes what is above for 'for ever'

_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.ESHUTDOWN, errno.ENOMEDIUM, errno.ENOLINK})
_LATE = frozenset({errno.ETIMEDOUT, errno.ETIME})
_FORBIDDEN = frozenset({errno.EPERM, errno.EACCES})
# the kernel looked at the request and sent nothing
_NOT_TAKEN = frozenset(
    {
        errno.EINVAL,
        errno.EFAULT,
        errno.E2BIG,
        errno.EMSGSIZE,
        errno.EOVERFLOW,
        errno.ENOMEM,
        errno.ENOTTY,
        errno.EOPNOTSUPP,
        errno.EDOM,
        errno.EBADF,
    }
)

# signal.pthread_sigmask() makes a set of 64 objects each time, which takes longer than most commands
_SignalSet = ctypes.c_ulong * (128 // ctypes.sizeof(ctypes.c_ulong))  # sigset_t of glibc and musl: 128 bytes
_libc = ctypes.CDLL(None)
_EVERY_SIGNAL = _SignalSet()
_libc.sigfillset(ctypes.byref(_EVERY_SIGNAL))


def system_ioctl(descriptor: int, request: int, argument: Any) -> int:
    """The real one. Signals wait until it is over: a wait for /dev/sgN that they break off is begun anew by sending the command again."""
    before = _SignalSet()
    _libc.pthread_sigmask(signal.SIG_BLOCK, ctypes.byref(_EVERY_SIGNAL), ctypes.byref(before))
    try:
        returned: int = fcntl.ioctl(descriptor, request, argument)
        return returned
    finally:
        _libc.pthread_sigmask(signal.SIG_SETMASK, ctypes.byref(before), None)


class Buffer:
    """Memory at the start of a page, which every host adapter can reach without a copy. Zero bytes: no memory, address 0.

    Of the heap: mapping pages anew for each command costs more than the command, most of all where many threads ask at a time.
    """

    def __init__(self, length: int, content: bytes = b"") -> None:
        self._memory = bytearray(length + _PAGE if length else 0)
        self._start = 0
        self.address = 0
        if length:
            beginning = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
            self._start = -beginning % _PAGE
            self._memory[self._start : self._start + len(content)] = content
            self.address = beginning + self._start

    def head(self, length: int) -> bytes:
        """The first bytes."""
        return bytes(self._memory[self._start : self._start + length])


def milliseconds(timeout: float, endless: int) -> int:
    """A time-out in seconds as the kernel takes it; ``endless`` stands for infinity."""
    return endless if math.isinf(timeout) else min(max(math.ceil(timeout * 1000), 1), _LONGEST_MS)


def failure(error: OSError, device: str, command: str, seconds: float) -> TransportError:
    """What the kernel's refusal means, as an error of ours with a closed code."""
    number = error.errno or 0
    if number in _GONE:
        code = "no-device"
    elif number in _LATE:
        code = "time-out"
    elif number in _FORBIDDEN:
        code = "not-permitted"
    elif number in _NOT_TAKEN:
        code = "transfer-refused"
    else:
        code = "host-error"
    return wire_error(code, device, command, seconds, errno.errorcode.get(number, str(number)))


def wire_error(code: str, device: str, command: str, seconds: float, detail: str) -> TransportError:
    """One of the closed codes no-device, time-out, host-error, driver-error, not-permitted, transfer-refused."""
    shown = "-" if math.isinf(seconds) else f"{seconds:g}"
    return TransportError("transports", code, device=device, command=command, seconds=shown, detail=detail)
