"""The loop device that is measured on: over a file of our own in memory, and nothing else."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from types import TracebackType

from owned_folder import OwnedFolder

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
_CHUNK = bytes(range(256)) * 4096


class NotOurs(Exception):
    """The device is not a loop device over a file in our folder: nothing may be written to it."""


def check_ours(device: Path, folder: Path) -> None:
    """Raises NotOurs. Asked before each run."""
    try:
        backing = Path("/sys/block", device.name, "loop", "backing_file").read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise NotOurs(f"{device} is not an attached loop device") from error
    if not backing.startswith(f"{folder}/") or not folder.name.startswith("haiki-benchmark-"):
        raise NotOurs(f"{device} lies over {backing}, which is not ours")


class OwnDevice:
    """Attached for the length of a ``with`` block. The file is filled, so that no run pays for finding memory."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> OwnDevice:
        self._owned = OwnedFolder(_MEMORY, "benchmark")
        self.folder = self._owned.path
        try:
            file = self.folder / "drive"
            with file.open("wb") as stream:
                for _ in range(self._size // len(_CHUNK)):
                    stream.write(_CHUNK)
            shown = subprocess.run(["losetup", "--find", "--show", str(file)], check=True, capture_output=True, text=True)
        except BaseException:
            self._owned.remove()
            raise
        self.path = Path(shown.stdout.strip())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for wait in (0.0, 0.2, 1.0, 3.0):  # a tool that was killed may still be closing it
            time.sleep(wait)
            subprocess.run(["losetup", "--detach", str(self.path)], check=False, capture_output=True)
            try:
                check_ours(self.path, self.folder)
            except NotOurs:
                break
        self._owned.remove()
