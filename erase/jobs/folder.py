"""A job's folder: what was planned and confirmed, the journal, and who is at work in it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.errors import system_reason
from certify.foundation.files import private_folder, read_regular, sync_folder, write_whole
from certify.foundation.ids import Prefix, is_id
from certify.foundation.messages import Words
from erase.errors import JobError
from erase.jobs.events import Opened

PLAN = "plan.json"
CONFIRMATION = "confirmation.json"
RESULT = "result.json"
STATEMENT = "erasure.dsse.json"
_LARGEST_PAPER = 4 * 1024 * 1024  # bytes
_LARGEST_LOOKED_AT = 64 * 1024 * 1024  # bytes; a whole journal


@dataclass(frozen=True)
class Papers:
    """What was planned and confirmed, as the folder holds it, and its hashes as the journal must name them."""

    plan: dict[str, Any]
    confirmation: dict[str, Any]
    plan_sha256: str
    confirmation_sha256: str

    def check(self, opened: Opened) -> None:
        """Raises JobError when plan or confirmation are not those that the job was opened with."""
        if opened.plan_sha256 != self.plan_sha256:
            raise JobError("jobs", "paper-changed", job=opened.job, file=PLAN)
        if opened.confirmation_sha256 != self.confirmation_sha256:
            raise JobError("jobs", "paper-changed", job=opened.job, file=CONFIRMATION)


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job; its name is the job's id."""

    path: Path

    @property
    def job(self) -> str:
        """The job's id."""
        return self.path.name

    def papers(self) -> Papers:
        """Plan and confirmation. Raises JobError when either can't be read."""
        plan, confirmation = self._bytes(PLAN), self._bytes(CONFIRMATION)
        return Papers(self._object(PLAN, plan), self._object(CONFIRMATION, confirmation), sha256_hex(plan), sha256_hex(confirmation))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps every other process out until the end of the block, or of this process.

        Raises JobError when another process is at work in the folder, or the file system can't lock.
        """
        handle = self._lock()
        try:
            yield
        finally:
            os.close(handle)

    def _lock(self) -> int:
        handle = None
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if handle is not None:
                os.close(handle)
            if isinstance(error, BlockingIOError):
                raise JobError("jobs", "already-running", job=self.job) from error
            raise JobError("jobs", "folder-unreadable", job=self.job, error=system_reason(error)) from error
        return handle

    def is_locked(self) -> bool:
        """Whether another process is at work in the folder at this moment. Raises JobError when nobody can say."""
        try:
            with self.locked():
                return False
        except JobError as error:
            if error.code != "already-running":
                raise
            return True

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Writes one of the folder's small papers as canonical JSON. Raises JobError."""
        try:
            write_whole(self.path / name, canonical_json(dict(value)), mode=0o600)
        except OSError as error:
            raise JobError("jobs", "folder-not-writable", folder=self.path, error=system_reason(error)) from error

    def remove(self) -> None:
        """Takes the folder away, with everything in it. What can't be removed stays."""
        shutil.rmtree(self.path, ignore_errors=True)

    def names(self, name: str) -> bool:
        """Whether a drive's name occurs in any of the folder's papers, whatever state they are in."""
        written = json.dumps(name, ensure_ascii=False)[1:-1].encode()
        return any(written in _as_it_is(path) for path in self.path.glob("*.json*"))

    def has(self, name: str) -> bool:
        """Whether the folder holds this file."""
        return (self.path / name).is_file()

    def _bytes(self, name: str) -> bytes:
        try:
            data = read_regular(self.path / name, _LARGEST_PAPER)
        except OSError as error:
            raise JobError(
                "jobs", "folder-unreadable", job=self.job, error=Words("system.at", place=name, reason=system_reason(error))
            ) from error
        if len(data) > _LARGEST_PAPER:
            raise JobError("jobs", "paper-unreadable", job=self.job, file=name)
        return data

    def _object(self, name: str, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise JobError("jobs", "paper-unreadable", job=self.job, file=name) from error
        if not isinstance(value, dict):
            raise JobError("jobs", "paper-unreadable", job=self.job, file=name)
        return value


def _as_it_is(path: Path) -> bytes:
    try:
        return read_regular(path, _LARGEST_LOOKED_AT)
    except OSError:
        return b""


def create_folder(jobs: Path, job: str) -> JobFolder:
    """Makes the folder of a job that is about to begin, readable by its owner only. Raises JobError."""
    folder = JobFolder(jobs / job)
    try:
        jobs.mkdir(parents=True, exist_ok=True, mode=0o700)
        private_folder(folder.path)
        sync_folder(jobs)
    except OSError as error:
        raise JobError("jobs", "folder-not-writable", folder=folder.path, error=system_reason(error)) from error
    return folder


def find_folders(jobs: Path) -> tuple[JobFolder, ...]:
    """Every job folder right under ``jobs``, by name. Raises JobError when there is no such folder."""
    try:
        names = sorted(entry.name for entry in os.scandir(jobs) if entry.is_dir(follow_symlinks=False))
    except OSError as error:
        raise JobError("jobs", "no-jobs-folder", folder=jobs, error=system_reason(error)) from error
    return tuple(JobFolder(jobs / name) for name in names if is_id(name, Prefix.JOB))
