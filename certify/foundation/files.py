"""Files that are whole or not there: written beside, flushed, then renamed into place."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Makes a rename in this folder survive a power cut. Folders can't be flushed on Windows, where this does nothing."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replaces ``path`` by ``data`` in one step. A failure leaves the old file, and no temporary one.

    Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_regular(path: Path, most: int) -> bytes:
    """The first ``most`` + 1 bytes of a plain file: whoever gets more than ``most`` knows that it is too large.

    A link is not followed, and a pipe or a device in the file's place is not waited for. Raises OSError.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    with os.fdopen(handle, "rb") as stream:
        return stream.read(most + 1)


def private_folder(path: Path) -> Path:
    """Makes the folder, and sees to it that only its owner may look inside (mode 0700). Raises OSError."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path
