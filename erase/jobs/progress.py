"""How far a job is, finer than its checkpoints: two fixed slots in one file, written in place by turns.

The file tells people, and tells recovery how much is going to be repeated; it never decides where a job goes on, because
what it counts was not flushed. A slot that a crash tore fails its CRC, and the other one speaks.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from certify.foundation.logs import WARNING, log
from erase.jobs.events import Phase

FILE = "progress"
SLOT_BYTES = 4096  # a page and a sector each, so that no single torn write reaches both
_FORM = struct.Struct("<8sQBIQQQ")  # mark, sequence, phase, pass, bytes done, bytes in all, milliseconds
_MARK = b"haikiPR1"
_PHASES = (Phase.WRITE, Phase.VERIFY)


@dataclass(frozen=True)
class Progress:
    """Where a pass stands. ``bytes_total`` belongs to this phase; ``ms`` is the time worked on it, all sessions."""

    phase: Phase
    pass_number: int
    bytes_done: int
    bytes_total: int
    ms: int


def to_slot(progress: Progress, sequence: int) -> bytes:
    """One slot's bytes."""
    phase = _PHASES.index(progress.phase)
    fields = (_MARK, sequence, phase, progress.pass_number, progress.bytes_done, progress.bytes_total, progress.ms)
    body = _FORM.pack(*fields)
    return (body + zlib.crc32(body).to_bytes(4, "little")).ljust(SLOT_BYTES, b"\0")


def from_slot(slot: bytes) -> tuple[int, Progress] | None:
    """Sequence and content of a slot, or None for one that is torn or was never written."""
    body, crc = slot[: _FORM.size], slot[_FORM.size : _FORM.size + 4]
    if len(slot) != SLOT_BYTES or zlib.crc32(body).to_bytes(4, "little") != crc:
        return None
    mark, sequence, phase, pass_number, bytes_done, bytes_total, ms = _FORM.unpack(body)
    if mark != _MARK or phase >= len(_PHASES):
        return None
    return sequence, Progress(_PHASES[phase], pass_number, bytes_done, bytes_total, ms)


def _newest(data: bytes) -> tuple[int, Progress] | None:
    slots = (from_slot(data[start : start + SLOT_BYTES]) for start in (0, SLOT_BYTES))
    return max((slot for slot in slots if slot), key=lambda slot: slot[0], default=None)


def read_progress(folder: Path) -> Progress | None:
    """The last progress on record; None where there is none, or nothing that can be believed."""
    try:
        handle = os.open(folder / FILE, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as stream:
            newest = _newest(stream.read(2 * SLOT_BYTES))
    except OSError:
        return None
    return newest[1] if newest else None


class ProgressFile:
    """The two slots, open for writing. It only informs: what it can't take is told in the log once, and the job goes on."""

    def __init__(self, folder: Path) -> None:
        self._sequence = 0
        self._file: int | None = None
        self._told = False
        try:
            self._file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            newest = _newest(os.pread(self._file, 2 * SLOT_BYTES, 0))
        except OSError as error:
            self._tell(error)
        else:
            self._sequence = newest[0] if newest else 0

    def write(self, progress: Progress) -> None:
        """Overwrites the older slot. A lost write costs a person some knowledge and the job nothing, so no flush."""
        if self._file is None:
            return
        sequence = self._sequence + 1
        try:
            os.pwrite(self._file, to_slot(progress, sequence), (sequence % 2) * SLOT_BYTES)
        except OSError as error:
            self._tell(error)
        else:
            self._sequence = sequence

    def close(self) -> None:
        """Gives the file back."""
        if self._file is not None:
            with suppress(OSError):
                os.close(self._file)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            log(WARNING, "progress not recorded", file=FILE, exception=error)
