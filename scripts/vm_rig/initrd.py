"""The first root of the guest: busybox, a few modules, a script and a job, as cpio archives in the "newc" format.

Source of the format: the kernel's Documentation/driver-api/early-userspace/buffer-format.rst. Archives may follow one another.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

_FOLDERS = ("bin", "dev", "images", "memory", "modules", "proc", "root", "sys")


def _record(number: int, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One entry: the header of thirteen 8-digit numbers, the name and the data, each filled up to a multiple of 4 bytes."""
    path = name.encode() + b"\0"
    numbers = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % value for value in numbers) + path
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def _archive(records: Iterable[tuple[str, int, bytes, tuple[int, int]]]) -> bytes:
    return b"".join(_record(number, *entry) for number, entry in enumerate(records, 1)) + _record(0, "TRAILER!!!", 0)


def system_archive(busybox: Path, modules: list[Path], script: Path) -> bytes:
    """``modules`` are loaded in the order given; ``script`` becomes /init and runs with busybox' shell."""
    order = "".join(f"{module.name}\n" for module in modules).encode()
    return _archive(
        [
            *((folder, stat.S_IFDIR | 0o755, b"", (0, 0)) for folder in _FOLDERS),
            ("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1)),
            ("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes(), (0, 0)),
            *((f"modules/{module.name}", stat.S_IFREG | 0o644, module.read_bytes(), (0, 0)) for module in modules),
            ("modules/order", stat.S_IFREG | 0o644, order, (0, 0)),
            ("init", stat.S_IFREG | 0o755, script.read_bytes(), (0, 0)),
        ]
    )


def job_archive(files: dict[str, bytes]) -> bytes:
    """What one run of the guest is told, by name in the folder /job."""
    entries = [(f"job/{name}", stat.S_IFREG | 0o644, data, (0, 0)) for name, data in sorted(files.items())]
    return _archive([("job", stat.S_IFDIR | 0o755, b"", (0, 0)), *entries])
