"""Begins a job, or takes up one that was interrupted: folder, lock, journal, and the line that starts a session."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from certify.foundation.clock import Clock, parse_rfc3339, rfc3339
from certify.foundation.logs import mask
from erase.drive.facts import Drive, Machine, Source
from erase.errors import JobError, Refused
from erase.jobs.events import Opened, Session, SessionKind, Tool
from erase.jobs.folder import CONFIRMATION, PLAN, JobFolder, create_folder, find_folders
from erase.jobs.journal import Journal, Record, read_journal
from erase.jobs.progress import ProgressFile
from erase.planner.confirm import Confirmation, ConfirmedPlan, check_same_drive, confirm, confirm_started
from erase.planner.identity import confirmation_name, plain
from erase.planner.papers import confirmation_from_json, plan_from_json
from erase.planner.plan import ErasurePlan

_CLOCK_TOLERANCE = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenJob:
    """A job in whose folder this process is at work."""

    folder: JobFolder
    journal: Journal
    slots: ProgressFile


@dataclass(frozen=True)
class KnownJob:
    """A job as its folder tells it, nothing changed yet."""

    folder: JobFolder
    record: Record
    plan: ErasurePlan
    confirmation: Confirmation

    def is_dead(self, now: datetime) -> bool:
        """Whether it ended before it wrote a byte, and may no longer begin: its confirmation has run out."""
        return not self.record.state.started and now >= parse_rfc3339(self.confirmation.expires)

    @property
    def named_by_others(self) -> bool:
        """Whether the drive goes by its label or by its bridge's number, because it says nothing itself."""
        name = self.plan.drive.identity.name
        return name is not None and name.source in (Source.LABEL, Source.BRIDGE)


@contextmanager
def begin_job(jobs: Path, confirmed: ConfirmedPlan, machine: Machine, clock: Clock) -> Iterator[OpenJob]:
    """Makes the folder of a new job and writes its first two lines.

    A job that ends before its first pass begins, by a refusal, a full disk or Ctrl-C, leaves no folder: nothing was
    written to its drive, and a folder would ask to be taken up. Raises JobError.
    """
    confirmation = confirmed.confirmation
    folder = create_folder(jobs, confirmation.job)
    begun = False
    with folder.locked():
        try:
            folder.write(PLAN, confirmed.plan.to_json())
            folder.write(CONFIRMATION, confirmation.to_json())
            papers = folder.papers()
            with _at_work(folder, clock) as job:
                tool = Tool("haiki", version("haiki"))
                job.journal.append(Opened(confirmation.job, papers.plan_sha256, papers.confirmation_sha256, tool))
                _start_session(job.journal, machine)
                try:
                    yield job
                finally:
                    begun = job.journal.state.started
        finally:
            if not begun:
                folder.remove()


@contextmanager
def take_up(known: KnownJob, machine: Machine, clock: Clock) -> Iterator[OpenJob]:
    """Goes on with an interrupted job: the line that says so is on disk when the block begins.

    The folder must be locked by the caller. Raises JobError, also when the machine's clock is behind the record.
    """
    last = parse_rfc3339(known.record.last_at)
    if clock.now() < last - _CLOCK_TOLERANCE:
        raise JobError("jobs", "clock-behind", job=known.folder.job, now=rfc3339(clock.now()), last=known.record.last_at)
    with _at_work(known.folder, clock) as job:
        _start_session(job.journal, machine)
        yield job


@contextmanager
def _at_work(folder: JobFolder, clock: Clock) -> Iterator[OpenJob]:
    journal = Journal(folder.path, clock)
    try:
        slots = ProgressFile(folder.path)
        try:
            yield OpenJob(folder, journal, slots)
        finally:
            slots.close()
    finally:
        journal.close()


def _start_session(journal: Journal, machine: Machine) -> None:
    number = journal.state.sessions + 1
    # a crash before the first session left nothing to resume: the next one is the first
    kind, cause = (SessionKind.RUN, None) if number == 1 else (SessionKind.RESUME, journal.state.broken_by)
    journal.append(Session(number, kind, cause, machine.to_json(), platform.python_version(), machine.kernel))


def examine(folder: JobFolder) -> KnownJob:
    """Reads a job folder and checks everything in it. Raises JobError when anything was damaged, changed or never began."""
    record = read_journal(folder.path)
    if record is None or record.state.opened is None:
        raise JobError("jobs", "never-started", job=folder.job)
    papers = folder.papers()
    papers.check(record.state.opened)
    plan, confirmation = plan_from_json(papers.plan), confirmation_from_json(papers.confirmation)
    if confirmation.job != folder.job or confirmation.plan_sha256 != papers.plan_sha256:
        raise JobError("jobs", "paper-changed", job=folder.job, file=CONFIRMATION)
    return KnownJob(folder, record, plan, confirmation)


def running_job(jobs: Path, drive: Drive) -> str | None:
    """The job of this folder in which another process is erasing the drive right now, if there is one."""
    for folder in find_folders(jobs) if jobs.is_dir() else ():
        try:
            if folder.is_locked() and _is_planned(plan_from_json(folder.papers().plan), drive):
                return folder.job
        except JobError:
            continue  # not readable: not ours to judge here
    return None


def find_drive(known: KnownJob, drives: Sequence[Drive]) -> Drive:
    """The one drive that the job was begun on, wherever it is attached now. Raises JobError for none and for two."""
    matching = [drive for drive in drives if _is_planned(known.plan, drive)]
    name = mask(confirmation_name(known.plan.drive))
    if not matching:
        raise JobError("jobs", "drive-not-found", job=known.folder.job, serial=name, size=f"{known.plan.drive.size:,}")
    if len(matching) > 1:
        nodes = ", ".join(drive.nodes[0] for drive in matching if drive.nodes)
        raise JobError("jobs", "drive-ambiguous", job=known.folder.job, serial=name, devices=nodes)
    return matching[0]


def _is_planned(plan: ErasurePlan, drive: Drive) -> bool:
    try:
        check_same_drive(plan, drive)
    except Refused:
        return False
    return True


def confirm_again(known: KnownJob, drive: Drive, clock: Clock, *, typed: Sequence[str] = ()) -> ConfirmedPlan:
    """The plan of an interrupted job as still confirmed, for the drive as it is now.

    A job that has left nothing on its drive by which it could be found again, dies with its confirmation: the drive may
    have been put to use since, and nothing would tell. A drive that says nothing itself is not taken for the right one
    before a person has looked again (``typed``).

    Raises Refused as :func:`erase.planner.confirm.confirm` does, JobError where the label was not read again.
    """
    expected = confirmation_name(known.plan.drive)
    if known.named_by_others and plain(expected) not in {plain(word) for word in typed}:
        raise JobError("jobs", "label-not-read-again", job=known.folder.job, serial=expected)
    if known.record.state.left_its_mark:
        return confirm_started(known.plan, drive, known.confirmation)
    return confirm(known.plan, drive, known.confirmation, clock.now())
