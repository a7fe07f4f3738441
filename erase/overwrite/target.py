"""The drive as the engine sees it: a run of bytes that is read and written in whole sectors, past the kernel's cache.

Everything goes through one file descriptor, opened ``O_DIRECT`` (what is read back comes from the drive, not from the
kernel's memory) and ``O_EXCL`` (a drive that is mounted, or held otherwise, can't be opened, and nobody can mount it
while we hold it). The drive's own cache is another matter: a flush empties it to the medium, and what is read back after
a whole pass is larger than any such cache, except on the smallest drives.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from erase.errors import DeviceError, Refused, TransportError

# linux/fs.h
_BLKROGET = 0x125E
_BLKSSZGET = 0x1268
_BLKPBSZGET = 0x127B
_BLKFLSBUF = 0x1261

_GONE = frozenset({errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESHUTDOWN})
_READ_ONLY = frozenset({errno.EROFS, errno.EPERM, errno.EACCES})
_OPENING = {errno.EBUSY: "drive-busy"} | dict.fromkeys((errno.ENOENT, errno.ENOTDIR, *_GONE), "drive-missing")
_OURS = frozenset({errno.EBADF, errno.EINVAL, errno.EFAULT})


class DriveLost(TransportError):
    """The drive is no longer there. ``bytes_done`` of the pass had been flushed before."""

    def __init__(self, bytes_done: int) -> None:
        super().__init__("overwrite", "drive-lost", bytes_done=bytes_done)
        self.bytes_done = bytes_done


class FlushFailed(DeviceError):
    """The drive could not say that everything is on the medium. What was written since ``bytes_done`` is unknown.

    Asking again is no help: after a failed flush a second one may succeed although data are lost. The pass has failed.
    """

    def __init__(self, bytes_done: int, error: str) -> None:
        super().__init__("overwrite", "flush-failed", bytes_done=bytes_done, error=error)
        self.bytes_done = bytes_done


class Target(Protocol):
    """A medium. Offsets and lengths are bytes, multiples of ``sector``; every failure is an OSError with its errno."""

    @property
    def size(self) -> int:
        """Addressable bytes."""
        ...

    @property
    def sector(self) -> int:
        """Logical sector: the smallest piece that can be addressed."""
        ...

    @property
    def physical_sector(self) -> int:
        """The smallest piece that the medium writes without reading first; at least ``sector``."""
        ...

    def read_into(self, view: memoryview, offset: int) -> None:
        """Fills the whole view."""
        ...

    def write_from(self, view: memoryview, offset: int) -> None:
        """Writes the whole view."""
        ...

    def flush(self) -> None:
        """Returns when everything written is on the medium."""
        ...

    def present(self) -> bool:
        """Whether the drive is still there."""
        ...


def error_name(error: OSError) -> str:
    """The symbolic errno for the record, such as ``EIO``."""
    return errno.errorcode.get(error.errno or 0, "unknown")


def is_gone(error: OSError) -> bool:
    """The drive has left, as far as the errno tells."""
    return error.errno in _GONE


def is_read_only(error: OSError) -> bool:
    """The drive, or the kernel for it, refuses every write."""
    return error.errno in _READ_ONLY


def is_of_the_medium(error: OSError) -> bool:
    """A failure of these sectors; not of the whole drive, of its write protection or of our own call."""
    return error.errno not in _GONE | _READ_ONLY | _OURS


class SystemCalls(Protocol):
    """What the kernel is asked for."""

    def preadv(self, descriptor: int, view: memoryview, offset: int) -> int: ...
    def pwritev(self, descriptor: int, view: memoryview, offset: int) -> int: ...
    def fsync(self, descriptor: int) -> None: ...
    def drop_cache(self, descriptor: int) -> None: ...
    def size(self, descriptor: int) -> int: ...
    def sectors(self, descriptor: int) -> tuple[int, int]: ...
    def listed(self, descriptor: int) -> bool: ...


class Linux:
    """The kernel itself. Interrupted calls are taken up again by Python (PEP 475)."""

    def preadv(self, descriptor: int, view: memoryview, offset: int) -> int:
        return os.preadv(descriptor, [view], offset)

    def pwritev(self, descriptor: int, view: memoryview, offset: int) -> int:
        return os.pwritev(descriptor, [view], offset)

    def fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def drop_cache(self, descriptor: int) -> None:
        """Throws away what the kernel remembers of the drive from before we opened it. Only the superuser may ask for it."""
        with suppress(PermissionError):
            fcntl.ioctl(descriptor, _BLKFLSBUF, 0)

    def size(self, descriptor: int) -> int:
        return os.lseek(descriptor, 0, os.SEEK_END)

    def sectors(self, descriptor: int) -> tuple[int, int]:
        """Logical and physical sector in bytes."""
        answers = (fcntl.ioctl(descriptor, request, bytes(4)) for request in (_BLKSSZGET, _BLKPBSZGET))
        logical, physical = (struct.unpack("=I", answer)[0] for answer in answers)
        return logical, physical

    def listed(self, descriptor: int) -> bool:
        """Whether the kernel still lists the device behind this descriptor."""
        number = os.fstat(descriptor).st_rdev
        return Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").exists()


class BlockTarget:
    """A block device behind a descriptor that stays the caller's: it is neither opened nor closed here."""

    def __init__(self, descriptor: int, calls: SystemCalls | None = None) -> None:
        self._descriptor = descriptor
        self._calls = calls or Linux()
        self.size = self._calls.size(descriptor)
        self.sector, physical = self._calls.sectors(descriptor)
        self.physical_sector = max(self.sector, physical)

    def read_into(self, view: memoryview, offset: int) -> None:
        self._whole(self._calls.preadv, view, offset)

    def write_from(self, view: memoryview, offset: int) -> None:
        self._whole(self._calls.pwritev, view, offset)

    def flush(self) -> None:
        self._calls.fsync(self._descriptor)
        self._calls.drop_cache(self._descriptor)

    def present(self) -> bool:
        """Still listed, and as large as it was: the kernel sets the size of a drive that left to 0."""
        try:
            return self._calls.listed(self._descriptor) and self._calls.size(self._descriptor) == self.size
        except OSError:
            return False

    def _whole(self, call: Callable[[int, memoryview, int], int], view: memoryview, offset: int) -> None:
        """A short count is no failure yet: the rest is asked for again, from the last whole sector on, and then fails by itself."""
        done = 0
        while done < len(view):
            count = call(self._descriptor, view[done:], offset + done)
            count -= count % self.sector
            if count <= 0:
                raise OSError(errno.EIO, "no sector moved")
            done += count


def open_block(path: str) -> int:
    """Opens a drive for erasure and gives the descriptor, which is the caller's to close.

    Raises Refused: it is not there, not a block device, held by somebody else, or may not be written.
    """
    try:
        if not stat.S_ISBLK(Path(path).stat().st_mode):
            raise Refused("overwrite", "not-a-block-device", device=path)
        descriptor = os.open(path, os.O_RDWR | os.O_DIRECT | os.O_EXCL | os.O_CLOEXEC)
    except OSError as error:
        code = _OPENING.get(error.errno or 0, "drive-not-writable")
        raise Refused("overwrite", code, device=path, error=error_name(error)) from error
    if struct.unpack("=I", fcntl.ioctl(descriptor, _BLKROGET, bytes(4)))[0]:  # the superuser may open it for writing all the same
        os.close(descriptor)
        raise Refused("overwrite", "drive-not-writable", device=path, error="EROFS")
    return descriptor
