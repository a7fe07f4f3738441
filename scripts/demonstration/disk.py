"""A disk image as an office's PC would have it: a partition table, ext4, FAT and NTFS, full of people's files.

Nothing is mounted: each file system is written by its own tools into a file of its own, then laid into the image.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from random import Random

from demonstration.people import files

MIB = 1 << 20
_SECTOR = 512
MARKER = b"haiki-marker-%08d-%016x"


@dataclass(frozen=True)
class PeopleDisk:
    """Where the image lies and what was put on it. ``sectors``: as :func:`sectors_in` gives them of the image."""

    image: Path
    files: int
    markers: tuple[bytes, ...]
    sectors: frozenset[bytes]

    def markers_in(self, image: Path) -> int:
        """Reads every byte of the file and counts the planted markers that occur in it."""
        left = set(self.markers)
        overlap = max(len(marker) for marker in self.markers)
        tail = b""
        with image.open("rb") as stream:
            while piece := stream.read(16 * MIB):
                window = tail + piece
                left -= {marker for marker in left if marker in window}
                tail = window[-overlap:]
        return len(self.markers) - len(left)


def sectors_in(file: Path) -> Iterator[bytes]:
    """A digest of each whole sector of the file, but for those that hold one byte throughout."""
    with file.open("rb") as stream:
        while len(sector := stream.read(_SECTOR)) == _SECTOR:
            if sector != sector[:1] * _SECTOR:
                yield blake2b(sector, digest_size=16).digest()


def _run(*command: str | Path, script: str | None = None) -> None:
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8", "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
    subprocess.run([str(word) for word in command], check=True, capture_output=True, env=environment, input=script, text=True)


def _blank(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def _ext4(folder: Path, work: Path, size: int) -> Path:
    image = _blank(work / "ext4", size)
    _run("mke2fs", "-q", "-t", "ext4", "-L", "OFFICE", "-d", folder, image)
    return image


def _fat(folder: Path, work: Path, size: int) -> Path:
    image = _blank(work / "fat", size)
    _run("mformat", "-i", image, "-T", str(size // 512), "-h", "64", "-s", "32", "-v", "USB", "::")
    for path in sorted(folder.iterdir()):
        _run("mcopy", "-i", image, path, f"::{path.name}")
    # deleted files are still there, which is the point of erasing
    for path in sorted(folder.iterdir())[:4]:
        _run("mdel", "-i", image, f"::{path.name}")
    return image


def _ntfs(folder: Path, work: Path, size: int) -> Path:
    image = _blank(work / "ntfs", size)
    _run("mkntfs", "-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "64", "-S", "32", "-L", "SHARE", image)
    for path in sorted(folder.iterdir()):
        _run("ntfscp", "-q", image, path, path.name)
    return image


def make_people_disk(image: Path, *, size: int = 256 * MIB, seed: int = 2026, markers: int = 200) -> PeopleDisk:
    """Makes the image. ``markers`` marked blocks are planted: half in unpartitioned tracks and half in the middle of files.

    Raises OSError, or subprocess.CalledProcessError when one of the file systems' own tools fails.
    """
    random = Random(seed)  # noqa: S311 invented people need no secrets
    planted = tuple(MARKER % (number, random.getrandbits(64)) for number in range(markers))
    work = Path(tempfile.mkdtemp(prefix="haiki-disk-", dir=image.parent))
    try:
        count = 0
        folders = [work / name for name in ("files-ext4", "files-fat", "files-ntfs")]
        for folder in folders:
            folder.mkdir()
        for count, (name, content) in enumerate(files(random), start=1):
            (folders[count % 3] / name).write_bytes(content)
        for number, marker in enumerate(planted[: markers // 2]):
            (folders[number % 3] / f"note{number:03}.txt").write_bytes(b"memo " * 200 + marker + b" end" * 200)
        parts = (size * 3 // 8, size // 4, size // 4)
        starts = (MIB, MIB + parts[0] + MIB, MIB + parts[0] + MIB + parts[1] + MIB)
        table = "label: dos\n" + "".join(
            f"start={start // 512}, size={part // 512}, type={kind}\n"
            for start, part, kind in zip(starts, parts, ("83", "c", "7"), strict=True)
        )
        _blank(image, size)
        _run("sfdisk", "-q", image, script=table)
        makers = (_ext4, _fat, _ntfs)
        with image.open("r+b") as stream:
            for make, folder, start, part in zip(makers, folders, starts, parts, strict=True):
                stream.seek(start)
                with make(folder, work, part).open("rb") as source:
                    shutil.copyfileobj(source, stream, 4 * MIB)
            free = starts[2] + parts[2]
            for number, marker in enumerate(planted[markers // 2 :]):
                stream.seek(free + 4096 * number + 100)
                stream.write(marker)
        return PeopleDisk(image, count, planted, frozenset(sectors_in(image)))
    finally:
        shutil.rmtree(work)
