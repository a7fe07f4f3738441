"""``erase resume``: goes on with interrupted erasures, on this machine or another, and signs what was left unsigned.

Exit status as ``erase run``. A job folder in which anything was changed is refused; the other jobs go on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from certify.foundation.commandline import Context
from certify.foundation.errors import Exit, HaikiError
from certify.foundation.messages import text
from erase.drive.facts import Drive
from erase.errors import JobError, Refused
from erase.jobs.ending import give_up
from erase.jobs.events import Outcome, Phase
from erase.jobs.folder import STATEMENT, JobFolder, find_folders
from erase.jobs.opening import KnownJob, confirm_again, examine, find_drive, take_up
from erase.jobs.progress import read_progress
from erase.jobs.recovery import Finish, WritePass, next_step
from erase.planner.confirm import check_same_drive
from erase.station import report
from erase.station.bench import Task
from erase.station.erasing import DriveProbe, Opened, Station, erase_all, held, station_for, task_for
from erase.station.report import Report
from erase.station.screen import percent
from erase.station.sealing import is_sealed, seal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder of jobs, and which of them."""
    parser.add_argument("devices", nargs="*", metavar="DEVICE", help=text("station.option-resume-devices"))
    parser.add_argument("--jobs", type=Path, required=True, metavar="DIR", help=text("station.option-resume-jobs"))
    parser.add_argument("--job", action="append", metavar="J-...", help=text("station.option-job"))
    parser.add_argument(
        "--confirm", nargs="+", action="extend", default=[], metavar="LABEL:SERIAL", help=text("station.option-resume-confirm")
    )
    parser.add_argument("--give-up", action="store_true", help=text("station.option-give-up"))
    parser.add_argument("--key", metavar="URI", help=text("station.option-key"))


def run(options: argparse.Namespace, context: Context) -> int:
    """Goes on with the jobs of a folder. Raises HaikiError for what concerns all of them."""
    from erase.probe.system import Probe

    return resume_jobs(options, context, Probe())


def resume_jobs(options: argparse.Namespace, context: Context, probe: DriveProbe) -> int:
    """The same with a probe that is passed in."""
    if options.give_up and (not options.job or options.devices):
        raise Refused("station", "give-up-which", folder=options.jobs)
    folders = _folders(options)
    station = station_for(context, probe, options.key)
    with ExitStack() as locks:
        choice = _choose(folders, options, station, locks)
        reports = [*choice.refused, *(_sealed(station, known) for known in choice.unsigned)]
        reports += erase_all(station, lambda stack: _prepare(choice, options, station, stack))
        reports += [_refused(folder, error) for folder, error in choice.failed]
    if choice.passed_over and not reports:
        code = "none-of-these" if options.devices else "newer-jobs-only"
        raise JobError("jobs", code, jobs=tuple(choice.passed_over), devices=tuple(options.devices), folder=options.jobs)
    if not reports:
        if context.as_json:
            context.give({"jobs": [], "exit": int(Exit.DONE)})
        else:
            context.say(text("station.nothing-to-resume", folder=options.jobs))
        return Exit.DONE
    return report.give(reports, context, options.jobs)


@dataclass
class _Choice:
    """What is to be done with which job."""

    refused: list[Report] = field(default_factory=list)
    unsigned: list[KnownJob] = field(default_factory=list)
    interrupted: list[KnownJob] = field(default_factory=list)
    failed: list[tuple[JobFolder, HaikiError]] = field(default_factory=list)  # while their drives were opened
    passed_over: list[str] = field(default_factory=list)  # interrupted still, but not asked for or given up for a newer job


def _folders(options: argparse.Namespace) -> Sequence[JobFolder]:
    """The folders that were asked for; without a wish, all that have something left to do."""
    found = find_folders(options.jobs)
    if not options.job:
        return [folder for folder in found if not is_sealed(folder)]
    for job in options.job:
        if job not in [folder.job for folder in found]:
            raise JobError("jobs", "no-such-job", job=job, folder=options.jobs)
    return [folder for folder in found if folder.job in options.job]


def _choose(folders: Sequence[JobFolder], options: argparse.Namespace, station: Station, locks: ExitStack) -> _Choice:
    choice = _Choice()
    drives = [station.probe.drive(device) for device in options.devices]
    for folder in folders:
        try:
            locks.enter_context(folder.locked())
            known = _examined(folder)
            if known is None or known.is_dead(station.clock.now()) or (options.give_up and not known.record.state.started):
                _note(text("station.never-begun", job=folder.job), station.context)
                folder.remove()
            elif _is_settled(known):
                if options.give_up:
                    _note(text("station.already-ended", job=folder.job), station.context)
                choice.unsigned.append(known)
            elif options.give_up:
                choice.unsigned.append(_given_up(known, station))
            elif not drives or any(_belongs(known, drive) for drive in drives):
                newer = _newer_job(known, options.jobs)
                if newer and options.job:
                    raise newer
                if newer:
                    _note("\n".join(newer.sentences()[:2]), station.context)
                    choice.passed_over.append(folder.job)
                else:
                    choice.interrupted.append(known)
            else:
                choice.passed_over.append(folder.job)
        except HaikiError as error:
            choice.refused.append(_refused(folder, error))
    return choice


def _examined(folder: JobFolder) -> KnownJob | None:
    """The job, None where a crash came before its first line: nothing was written, and nothing is left to do."""
    try:
        return examine(folder)
    except JobError as error:
        if error.code == "never-started":
            return None
        raise


def _given_up(known: KnownJob, station: Station) -> KnownJob:
    """The job after its end was put on record: its drive is not erased, and nobody will go on with it."""
    with take_up(known, station.probe.machine(), station.clock) as job:
        give_up(known.plan, job.journal)
    return examine(known.folder)


def _is_settled(known: KnownJob) -> bool:
    """Whether nothing is left but to sign.

    A success that was not signed at once is not signed later on its folder's word: the drive is read back again first.
    """
    finished = known.record.state.finished
    return finished is not None and (finished.outcome is Outcome.NOT_ERASED or known.folder.has(STATEMENT))


def _belongs(known: KnownJob, drive: Drive) -> bool:
    try:
        check_same_drive(known.plan, drive)
    except Refused:
        return False
    return True


def _newer_job(known: KnownJob, jobs: Path) -> JobError | None:
    """A drive that was given to a newer job may hold data again since: people must decide about it, not an old folder."""
    for folder in find_folders(jobs):
        if folder.job == known.folder.job:
            continue
        try:
            other = examine(folder)
        except HaikiError:
            # it is refused on its own account; but what nobody can read may be a newer job on this very drive
            name = known.plan.drive.identity.name
            if name and folder.names(name.value):
                return JobError("jobs", "unreadable-job-on-drive", job=known.folder.job, other=folder.job)
            continue
        newer = other.record.state.started and other.confirmation.at >= known.confirmation.at
        if newer and _belongs(known, other.plan.drive):
            return JobError("jobs", "newer-job", job=known.folder.job, newer=other.folder.job)
    return None


def _prepare(choice: _Choice, options: argparse.Namespace, station: Station, stack: ExitStack) -> Sequence[Task]:
    if not choice.interrupted:
        return []
    machine = station.probe.machine()
    drives = [station.probe.drive(device) for device in options.devices] or station.probe.drives()
    opened: list[tuple[KnownJob, Opened]] = []
    for known in choice.interrupted:
        try:
            opened.append((known, _open(known, drives, options, station, stack)))
        except HaikiError as error:
            choice.failed.append((known.folder, error))
    tasks = []
    for known, found in opened:
        try:
            job = stack.enter_context(take_up(known, machine, station.clock))
            _tell_where(known, station.context)
            tasks.append(task_for(station, found, job, machine, len(opened)))
        except HaikiError as error:
            choice.failed.append((known.folder, error))
    return tasks


def _open(known: KnownJob, drives: Sequence[Drive], options: argparse.Namespace, station: Station, stack: ExitStack) -> Opened:
    drive = find_drive(known, [drive for drive in drives if drive.nodes])
    confirm_again(known, drive, station.clock, typed=options.confirm)  # says more than the kernel's 'busy' does
    return stack.enter_context(held(station, drive.nodes[0], lambda now: confirm_again(known, now, station.clock, typed=options.confirm)))


def _sealed(station: Station, known: KnownJob) -> Report:
    folder, state = known.folder, known.record.state
    digest, problem = None, None
    try:
        if state.finished:
            digest = seal(folder, known.plan, state.finished, station.signer, station.clock.now())
    except HaikiError as error:
        problem = error
    return Report(folder.job, folder.path, None, known.plan, state, digest, problem)


def _refused(folder: JobFolder, error: HaikiError) -> Report:
    return Report(folder.job, folder.path, None, None, None, None, error)


def _note(sentence: str, context: Context) -> None:
    if not context.as_json:
        print(sentence, file=context.err)


def _tell_where(known: KnownJob, context: Context) -> None:
    """Where the job goes on, and how far it had come."""
    state, scheme = known.record.state, known.plan.scheme
    step = next_step(state, len(scheme.passes), verify_each=scheme.verify_each)
    if isinstance(step, Finish):
        return  # nothing is repeated
    phase, start = (Phase.WRITE, step.start) if isinstance(step, WritePass) else (Phase.VERIFY, 0)
    whole = known.plan.drive.size
    had = read_progress(known.folder.path)
    # the slots may still tell of the phase before
    came_to = max(start, had.bytes_done) if had and (had.phase, had.pass_number) == (phase, step.number) else start
    starts, ended = (percent(1000 * done // max(1, whole)) for done in (start, came_to))
    where = {
        "job": known.folder.job,
        "number": step.number,
        "of": len(scheme.passes),
        "phase": text(f"station.phase-{phase.value}"),
        "from_percent": starts,
    }
    _note(text("station.resuming", **where) if starts == ended else text("station.resuming-before", had_percent=ended, **where), context)
