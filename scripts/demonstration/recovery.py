"""What anybody with a recovery tool finds on a drive."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def photorec(device: Path) -> int:
    """Number of files that PhotoRec recovers from the whole device. It only reads.

    Raises subprocess.CalledProcessError when it fails.
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
        return sum(1 for path in work.glob("found.*/*") if path.name != "report.xml")
    finally:
        shutil.rmtree(work)


def foremost(device: Path) -> int:
    """Number of files that Foremost carves out of the whole device. It only reads.

    Raises subprocess.CalledProcessError when it fails.
    """
    work = Path(tempfile.mkdtemp(prefix="haiki-foremost-"))
    try:
        subprocess.run(["foremost", "-Q", "-i", str(device), "-o", str(work / "found")], check=True, capture_output=True)
        return sum(1 for path in (work / "found").rglob("*") if path.is_file() and path.name != "audit.txt")
    finally:
        shutil.rmtree(work)
