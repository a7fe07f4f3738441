"""A loop device over a file of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType


class LoopDevice:
    """Attaches a file as a block device for the length of a ``with`` block."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Path:
        shown = subprocess.run(["losetup", "--find", "--show", str(self._file)], check=True, capture_output=True, text=True)
        self._device = Path(shown.stdout.strip())
        return self._device

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        subprocess.run(["losetup", "--detach", str(self._device)], check=False)
