"""Temporary folders that never outlive their run: what a killed one leaves, scripts/clean-leftovers removes."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path


class OwnedFolder:
    """A temporary folder with a lock that the kernel drops when this process dies, however it dies.

    scripts/clean-leftovers removes the folders that nobody holds any more.
    """

    def __init__(self, parent: Path, purpose: str) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=f"haiki-{purpose}-", dir=parent))
            self._handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            if self.path.exists():  # else a cleaner took it for an orphan before it was locked
                return
            os.close(self._handle)

    def remove(self) -> None:
        """Removes the folder and all in it, unless something is still mounted there."""
        # rmtree would walk into a mounted file system; the next run's clean-leftovers unmounts what was forgotten
        if f" {self.path}/" not in Path("/proc/self/mountinfo").read_text(encoding="utf-8"):
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._handle)
