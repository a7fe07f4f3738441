"""Device nodes: which block device a path or an open descriptor means, and a bounded read from one."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path
from typing import Protocol

from erase.errors import Refused
from erase.probe.cleaning import clean

_CLAIM_WAITS = (0.02, 0.05, 0.1)  # seconds


class Nodes(Protocol):
    """The part of the probe that needs real device nodes."""

    def number_at(self, device: str) -> str:
        """``major:minor`` of the block device that a path means, links followed.

        Raises Refused: no-such-device, not-a-block-device, device-unreadable.
        """
        ...

    def number_of(self, descriptor: int) -> str:
        """The same of an open descriptor. Raises Refused: not-a-block-device, device-unreadable."""
        ...

    def read(self, node: str, offset: int, length: int) -> bytes:
        """What can be read at once; empty where nothing can. Never raises."""
        ...

    def is_claimed(self, node: str) -> bool | None:
        """Whether somebody uses the device exclusively: a file system, an array, a running job. None: can't be told."""
        ...


class RealNodes:
    """Nodes of this machine, or below a root."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def number_at(self, device: str) -> str:
        shown = clean(device)
        try:
            status = self._path(device).stat()
        except (FileNotFoundError, NotADirectoryError, ValueError) as error:
            raise Refused("probe", "no-such-device", device=shown) from error
        except OSError as error:
            raise Refused("probe", "device-unreadable", device=shown, error=_symbol(error)) from error
        return _number(status, shown)

    def number_of(self, descriptor: int) -> str:
        shown = f"fd {descriptor}"
        try:
            status = os.fstat(descriptor)
        except OSError as error:
            raise Refused("probe", "device-unreadable", device=shown, error=_symbol(error)) from error
        return _number(status, shown)

    def read(self, node: str, offset: int, length: int) -> bytes:
        try:
            # not blocking: opening an empty reader or a drive that hangs must not stop us
            handle = os.open(self._path(node), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return b""
        try:
            return os.pread(handle, length, offset)
        except OSError:
            return b""
        finally:
            os.close(handle)

    def is_claimed(self, node: str) -> bool | None:
        for wait in _CLAIM_WAITS:
            try:
                # reading only; the kernel refuses as long as anybody, a partition's user too, holds it exclusively
                os.close(os.open(self._path(node), os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC | os.O_NONBLOCK))
            except OSError as error:
                if error.errno != errno.EBUSY:
                    return None
                time.sleep(wait)  # it may be another one who only asks, as we do
            else:
                return False
        return True

    def _path(self, device: str) -> Path:
        # Path("/") / "/dev/sda" is /dev/sda, and a relative path stays relative to the working folder
        return Path(device) if self._root == Path("/") else self._root / device.lstrip("/")


def _number(status: os.stat_result, shown: str) -> str:
    if not stat.S_ISBLK(status.st_mode):
        raise Refused("probe", "not-a-block-device", device=shown)
    return f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"


def _symbol(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "EIO")
