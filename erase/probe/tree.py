"""Reading sysfs, procfs and the names under /dev below a root that is passed in. Never writes, never raises.

Everything may vanish between two reads, because drives are pulled: what can't be read is None, or empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from erase.probe.cleaning import clean

FILE_LIMIT = 64 * 1024  # bytes; the largest that we need is a VPD page
TABLE_LIMIT = 8 * 1024 * 1024  # bytes; a machine with thousands of mounts has less than one megabyte
NAMES_LIMIT = 65536
_LINKS_LIMIT = 40  # as the kernel's own, path_resolution(7)
_BIGGEST_NUMBER = 2**64


class Tree:
    """The files below ``root``. Paths are absolute within it: ``/sys/class/block``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # plain texts: a probe asks thousands of small questions, and objects for paths would take most of its time
        self._root = str(root).rstrip("/") + "/"

    def path(self, name: str) -> Path:
        """Where ``name`` really lies."""
        return Path(self._place(name))

    def _place(self, name: str) -> str:
        return self._root + name.lstrip("/")

    def data(self, name: str, limit: int = FILE_LIMIT) -> bytes:
        """The first ``limit`` bytes; empty where there is nothing to read."""
        try:
            # not blocking: a named pipe in the place of a file must not stop us
            handle = os.open(self._place(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (OSError, ValueError):
            return b""
        try:
            parts = []
            while limit > 0 and (part := os.read(handle, limit)):
                parts.append(part)
                limit -= len(part)
            return b"".join(parts)
        except OSError:
            return b""
        finally:
            os.close(handle)

    def text(self, name: str) -> str | None:
        """One line made safe to show; None where there is none."""
        return clean(self.data(name, 4096)) or None

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a table such as /proc/swaps, as they are."""
        return iter(self.data(name, TABLE_LIMIT).split(b"\n"))

    def number(self, name: str) -> int | None:
        """A decimal number that is not negative and fits in 64 bits; None for anything else."""
        digits = self.data(name, 64).strip()
        value = int(digits) if digits.isdigit() and len(digits) <= 20 else -1
        return value if 0 <= value < _BIGGEST_NUMBER else None

    def names(self, folder: str) -> tuple[str, ...]:
        """What lies in a folder, sorted; empty where there is no such folder."""
        try:
            with os.scandir(self._place(folder)) as entries:
                return tuple(sorted(entry.name for entry, _ in zip(entries, range(NAMES_LIMIT), strict=False)))
        except (OSError, ValueError):
            return ()

    def exists(self, name: str) -> bool:
        """Whether something is there."""
        try:
            os.stat(self._place(name))  # noqa: PTH116
        except (OSError, ValueError):
            return False
        return True

    def file_number(self, name: str) -> tuple[int, int] | None:
        """Device and inode: by them a file is known, whatever it is called."""
        try:
            status = os.stat(self._place(name))  # noqa: PTH116
        except (OSError, ValueError):
            return None
        return status.st_dev, status.st_ino

    def real(self, name: str) -> str | None:
        """``name`` with all links followed, within the root. None where it ends in nothing or runs in a circle."""
        waiting = list(reversed(PurePosixPath("/", name).parts[1:]))
        done: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                del done[-1:]
                continue
            here = "/" + "/".join([*done, part])
            try:
                target = os.readlink(self._place(here))  # noqa: PTH115
            except OSError:
                done.append(part)
                continue
            except ValueError:
                return None
            links += 1
            if links > _LINKS_LIMIT:
                return None
            if target.startswith("/"):
                done = []
            waiting.extend(reversed([step for step in target.split("/") if step not in ("", ".")]))
        found = "/" + "/".join(done)
        return found if self.exists(found) else None
