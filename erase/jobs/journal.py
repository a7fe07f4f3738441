"""The record of a job: lines that are appended, flushed and chained, and a head that names the last one.

A line is on disk before what it announces is done. The head is replaced after each line, so the lines may lead it by
one (a crash between the two) and never lag. An unfinished last line is cut off on opening: it was never acted upon, and
the session that follows is put down as resumed after a crash (ADR/0001-torn-tail.md).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from certify.foundation.canonical import sha256_hex
from certify.foundation.chain import GENESIS, BrokenChain, Head, parse_head, read_chain, seal
from certify.foundation.clock import Clock, rfc3339
from certify.foundation.errors import system_reason
from certify.foundation.files import read_regular, sync_folder, write_whole
from certify.foundation.messages import Language, text
from erase.errors import JobError
from erase.jobs.events import Event, IllegalLine, data_of
from erase.jobs.states import JobState

LINES = "journal.jsonl"
HEAD = "journal.head"
LARGEST = 64 * 1024 * 1024  # bytes; as much as a statement can be made from
_FOR_ITS_OWNER = 0o600


class JournalDamaged(JobError):
    """The journal is not what was written. ``line`` counts from 1; 0 means the head. ``kind`` is a kebab-case word."""

    def __init__(self, job: str, kind: str, line: int) -> None:
        super().__init__("jobs", "journal-damaged", job=job, kind=kind, line=line)
        self.kind = kind
        self.line = line

    def part(self, name: str, language: Language | None = None) -> str:
        """The three sentences; the second names the kind of damage."""
        if name == "why":
            return text(f"jobs.damage.{self.kind}", language, line=self.line)
        return super().part(name, language)


@dataclass(frozen=True)
class Record:
    """A journal that hangs together, as read from disk."""

    state: JobState
    head: Head
    head_is_behind: bool  # the last line was written, its head was not
    whole: int  # bytes of whole lines
    torn: int  # bytes of an unfinished last line
    last_at: str  # the wall-clock time of the last line


def read_journal(folder: Path) -> Record | None:
    """Reads and checks the journal of a job folder; None where not one line was ever finished.

    Raises JournalDamaged, or JobError when the files can't be read.
    """
    job = folder.name
    data, head_bytes = _read(folder / LINES, job), _read(folder / HEAD, job)
    if head_bytes is None and (data is None or b"\n" not in data):
        return None
    if data is None:
        raise JournalDamaged(job, "lines-missing", 0)
    if head_bytes is None and data.count(b"\n") > 1:
        raise JournalDamaged(job, "head-missing", 0)
    try:
        head = parse_head(head_bytes) if head_bytes is not None else None
        chain = read_chain(data, head)
    except BrokenChain as error:
        raise JournalDamaged(job, error.damage.value, error.line) from error
    state = JobState()
    for number, line in enumerate(chain.lines, 1):
        try:
            state = state.apply(line)
        except IllegalLine as error:
            raise JournalDamaged(job, error.reason, number) from error
    if state.opened is not None and state.opened.job != job:
        raise JournalDamaged(job, "another-job", 1)
    behind = head is None or head.seq < chain.head.seq
    return Record(state, chain.head, behind, len(chain.whole), len(chain.torn_tail), chain.lines[-1]["at"])


def _read(path: Path, job: str) -> bytes | None:
    try:
        data = read_regular(path, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JobError("jobs", "folder-unreadable", job=job, error=system_reason(error)) from error
    if len(data) > LARGEST:
        raise JournalDamaged(job, "too-large", 0)
    return data


class Journal:
    """A journal open for writing, by one process at a time (the folder's lock sees to that).

    A clock that is set back meanwhile doesn't make the record run backwards: the last line's time is repeated.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Opens the journal, or begins one. Raises JournalDamaged, and JobError when it can't be written."""
        self._folder = folder
        self._clock = clock
        self._began = clock.monotonic()
        self._lock = threading.Lock()
        record = read_journal(folder)
        self.state = record.state if record else JobState()
        self._head = record.head if record else Head(-1, GENESIS)
        self._last_at = record.last_at if record else ""
        try:
            self._file = os.open(folder / LINES, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, _FOR_ITS_OWNER)
            for left_over in folder.glob(f".{HEAD}.*"):  # of a head that a crash kept from its place
                left_over.unlink()
            if record is None or record.torn:
                os.ftruncate(self._file, record.whole if record else 0)
                os.fsync(self._file)
                sync_folder(folder)
            if record and record.head_is_behind:
                self._write_head()
        except OSError as error:
            raise _not_writable(folder, error) from error

    def append(self, event: Event) -> JobState:
        """Puts one line on disk, and the head after it; gives the state it leads to.

        Raises IllegalLine for an event that has no place here (a defect of the caller; nothing is written), and
        JobError when the disk refuses.
        """
        with self._lock:
            state = self.state.after(event)
            self._last_at = max(self._last_at, rfc3339(self._clock.now()))
            content = {
                "at": self._last_at,
                "source": self._clock.source,
                "ms": round((self._clock.monotonic() - self._began) * 1000),
                "event": event.NAME.value,
                "data": data_of(event),
            }
            line = seal(self._head.seq + 1, self._head.hash, content)
            try:
                self._write(line + b"\n")
                self._head = Head(self._head.seq + 1, sha256_hex(line))
                self._write_head()
            except OSError as error:
                raise _not_writable(self._folder, error) from error
            self.state = state
            return state

    def close(self) -> None:
        """Gives the file back. Every line is on disk already."""
        os.close(self._file)

    def _write(self, data: bytes) -> None:
        remaining = memoryview(data)
        while remaining:
            remaining = remaining[os.write(self._file, remaining) :]
        os.fsync(self._file)

    def _write_head(self) -> None:
        write_whole(self._folder / HEAD, self._head.to_bytes(), mode=_FOR_ITS_OWNER)


def _not_writable(folder: Path, error: OSError) -> JobError:
    return JobError("jobs", "folder-not-writable", folder=folder, error=system_reason(error))
