"""What anybody with a recovery tool finds on a drive."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from demonstration.disk import sectors_in


@dataclass(frozen=True)
class Recovered:
    """What a tool calls recovered files, and how many of them hold a sector that lay on the disk before.

    In random data a few bytes look like the head of some kind of file now and then: PhotoRec, which knows hundreds of
    kinds, carved one such file out of one of the four disks of 256 MiB that were tried. It is noise, and nobody's file.
    """

    files: int
    with_content: int

    def __str__(self) -> str:
        return f"{self.files} (元の内容を含むもの with content of the disk: {self.with_content})"


def photorec(device: Path, known: frozenset[bytes]) -> Recovered:
    """What PhotoRec, with every kind of file enabled, recovers from the whole device. It only reads.

    ``known``: the sectors of the disk before. Raises subprocess.CalledProcessError when it fails.
    """
    work = Path(tempfile.mkdtemp(prefix="haiki-photorec-"))
    try:
        subprocess.run(
            ["photorec", "/d", str(work / "found"), "/cmd", str(device), "partition_none,fileopt,everything,enable,wholespace,search"],
            check=True,
            capture_output=True,
            cwd=work,
            env={**os.environ, "TERM": "dumb"},
        )
        return _judged((path for path in work.glob("found.*/*") if path.name != "report.xml"), known)
    finally:
        shutil.rmtree(work)


def foremost(device: Path, known: frozenset[bytes]) -> Recovered:
    """What Foremost carves out of the whole device. It only reads.

    ``known``: the sectors of the disk before. Raises subprocess.CalledProcessError when it fails.
    """
    work = Path(tempfile.mkdtemp(prefix="haiki-foremost-"))
    try:
        subprocess.run(["foremost", "-Q", "-i", str(device), "-o", str(work / "found")], check=True, capture_output=True)
        return _judged(_files_in(work / "found"), known)
    finally:
        shutil.rmtree(work)


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name != "audit.txt")


def _judged(files: Iterable[Path], known: frozenset[bytes]) -> Recovered:
    found = [not known.isdisjoint(sectors_in(file)) for file in files]
    return Recovered(len(found), sum(found))
