"""Carries out a confirmed plan, fresh or interrupted: asks what comes next, does it, puts it on record, until the end.

What is about to be done is on disk before it is done: the key before the first byte of a random pass, the start of each
pass before it writes. Everything goes through one target, which is one file descriptor from the last identification to
the last byte read back.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from certify.foundation.clock import Clock
from certify.foundation.logs import log
from erase.drive.facts import Drive, Machine, Source
from erase.errors import DeviceError, EraseError, JobError
from erase.jobs import events
from erase.jobs.ending import ending
from erase.jobs.events import (
    Cause,
    Event,
    Interrupted,
    Keys,
    Operation,
    PassFinished,
    PassStarted,
    Phase,
    VerificationFinished,
    VerificationResult,
    VerificationStarted,
)
from erase.jobs.journal import Journal
from erase.jobs.looking_back import look_back
from erase.jobs.progress import Progress, ProgressFile
from erase.jobs.recovery import (
    Finish,
    ReadBack,
    WritePass,
    bad_in_pass,
    mismatches_in_pass,
    next_step,
)
from erase.jobs.sectors import Run, count
from erase.jobs.states import JobState
from erase.jobs.watching import PhaseWatch
from erase.overwrite.engine import Conditions, End, Layout, Result, Watch, compare, write_pass
from erase.overwrite.faults import Patience
from erase.overwrite.streams import RANDOM, Generator, Stream, fastest_generator, stream_for
from erase.overwrite.target import DriveLost, FlushFailed, Target
from erase.planner.confirm import ConfirmedPlan, check_same_drive
from erase.planner.identity import named_drive
from erase.verification.sampling import SEED_BYTES, Extent, SamplingPlan, full, nist_800_88r1, percentage, total, without


@dataclass(frozen=True)
class World:
    """What a job needs besides its plan and its drive. ``identify`` asks the drive behind the open descriptor."""

    clock: Clock
    cancel: threading.Event
    machine: Machine
    identify: Callable[[], Drive]
    layout: Layout
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class Ending:
    """How a session ended. ``problem``: what a person must be told besides; None where nothing went wrong."""

    state: JobState
    problem: EraseError | None = None


@dataclass(frozen=True)
class _Promise:
    """How likely a comparison finds a left-over of a size; None: nothing can be said."""

    left_over_bytes: int | None
    finding_ppm: int | None


_NO_PROMISE = _Promise(None, None)


class _Stopped(Exception):
    """The session ends before the job does."""

    def __init__(self, cause: Cause, problem: EraseError | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.problem = problem


class _Failed(Exception):
    """The pass can't be brought to its end, and neither can the job."""

    def __init__(self, problem: EraseError) -> None:
        super().__init__(problem)
        self.problem = problem


class Runner:
    """One session of one job, from the identification of the drive to the last line or an interruption."""

    def __init__(self, confirmed: ConfirmedPlan, target: Target, journal: Journal, slots: ProgressFile, world: World) -> None:
        self._plan = confirmed.plan
        self._target = target
        self._journal = journal
        self._slots = slots
        self._world = world
        self.latest: Progress | None = None  # for displays, which look at it from other threads

    def run(self) -> Ending:
        """Works until the job is finished or interrupted; both are on record when this returns.

        Raises JobError when the job folder can't be written (the job is then as after a power cut), and Refused when the
        drive behind the descriptor is not the planned one.
        """
        self._identify()
        problem: EraseError | None = None
        try:
            try:
                self._look_back()
                while not isinstance(step := self._next(), Finish):
                    if self._world.cancel.is_set():
                        raise _Stopped(Cause.SIGNAL)
                    self._write(step) if isinstance(step, WritePass) else self._read_back(step)
                self._identify_again()
            except _Failed as failed:
                problem = failed.problem
                log(logging.ERROR, "pass failed", job=self._job, error=str(problem))
            return self._finish(problem)
        except _Stopped as stopped:
            self._record(self._interrupted(stopped.cause))
            return Ending(self._journal.state, stopped.problem)

    @property
    def _job(self) -> str:
        opened = self._journal.state.opened
        return opened.job if opened else ""

    def _record(self, event: Event) -> None:
        self._journal.append(event)

    def _next(self) -> WritePass | ReadBack | Finish:
        scheme = self._plan.scheme
        return next_step(self._journal.state, len(scheme.passes), verify_each=scheme.verify_each)

    def _identify(self) -> None:
        """The last look before the first write of this session."""
        drive = self._world.identify()
        check_same_drive(self._plan, drive)
        planned = self._plan.drive.identity.name
        if planned and planned.source is Source.LABEL:  # nameless by itself: it goes by what was read from it
            drive = named_drive(drive, planned.value)
        self._record(events.Identified(drive.to_json()))

    def _look_back(self) -> None:
        """A resumed job goes on only where what it wrote still lies. Nothing is written before that."""
        before = look_back(self._journal.state, self._next())
        if before is None:
            return
        try:
            found = compare(self._target, self._stream(before.pass_number), before.extents, self._conditions(), Watch())
        except DriveLost as error:
            raise _Stopped(Cause.DRIVE_LOST, error) from error
        if found.mismatched_sectors:
            left = JobError("jobs", "not-as-we-left-it", job=self._job, sectors=f"{found.mismatched_sectors:,}")
            raise _Stopped(Cause.NOT_AS_LEFT, left)

    def _identify_again(self) -> None:
        """What was read back came from the drive that was confirmed, and not from another in its place."""
        try:
            check_same_drive(self._plan, self._world.identify())
        except EraseError as error:
            raise _Stopped(Cause.DRIVE_LOST, error) from error

    def _write(self, step: WritePass) -> None:
        number, of = step.number, len(self._plan.scheme.passes)
        pattern = self._plan.scheme.passes[number - 1]
        if pattern == RANDOM and number not in self._journal.state.keys:
            generator = fastest_generator(self._world.clock.monotonic)
            self._record(Keys(number, generator.value, self._world.random_bytes(generator.key_bytes).hex()))
        key = self._journal.state.keys.get(number)
        self._record(PassStarted(number, of, pattern, key.generator if key else None, step.start))
        stream, conditions = self._stream(number), self._conditions()
        watch = self._watch(step, self._target.size)
        result = self._guarded(lambda: write_pass(self._target, stream, conditions, watch.for_engine, start=step.start))
        if result.end is End.GAVE_UP:
            raise _Failed(DeviceError("jobs", "gave-up", pass_number=number))
        bad = bad_in_pass(self._journal.state, Operation.WRITE, number)
        written = self._target.size - count(bad) * self._target.sector
        self._record(PassFinished(number, written, watch.ms, flushed=True))

    def _read_back(self, step: ReadBack) -> None:
        number = step.number
        sampling = self._sampling(number)
        holes = _extents(bad_in_pass(self._journal.state, Operation.WRITE, number), self._target.sector)
        compared = without(sampling.extents, holes)
        # the figures are those of the whole plan: of a part of it nothing is promised
        promised = _Promise(sampling.left_over_bytes, sampling.finding_ppm) if compared == sampling.extents else _NO_PROMISE
        self._record(
            VerificationStarted(
                pass_number=number,
                kind=sampling.kind.value,
                seed=sampling.seed,
                percent_ppm=sampling.percent_ppm,
                bytes=total(compared),
                samples=sampling.samples,
                left_over_bytes=promised.left_over_bytes,
                finding_ppm=promised.finding_ppm,
            )
        )
        stream, conditions = self._stream(number), self._conditions()
        watch = self._watch(step, total(compared))
        result = self._guarded(lambda: compare(self._target, stream, compared, conditions, watch.for_engine))
        state = self._journal.state
        unreadable = count(bad_in_pass(state, Operation.READ, number))
        mismatched = count(mismatches_in_pass(state, number))
        bytes_compared = total(compared) - unreadable * self._target.sector
        # a drive that gives nothing back has proven nothing
        passed = mismatched == 0 and result.end is End.FINISHED and bytes_compared > 0
        if unreadable:
            promised = _NO_PROMISE
        self._record(
            VerificationFinished(
                pass_number=number,
                kind=sampling.kind.value,
                seed=sampling.seed,
                percent_ppm=sampling.percent_ppm,
                bytes_compared=bytes_compared,
                samples=sampling.samples,
                left_over_bytes=promised.left_over_bytes,
                finding_ppm=promised.finding_ppm,
                mismatched_sectors=mismatched,
                unreadable_sectors=unreadable,
                ms=watch.ms,
                result=VerificationResult.PASSED if passed else VerificationResult.FAILED,
            )
        )

    def _watch(self, step: WritePass | ReadBack, whole: int) -> PhaseWatch:
        return PhaseWatch(self._journal, self._world.clock, self._mark, step, whole=whole)

    def _mark(self, progress: Progress) -> None:
        self.latest = progress
        self._slots.write(progress)

    def _guarded(self, work: Callable[[], Result]) -> Result:
        try:
            result = work()
        except DriveLost as error:
            raise _Stopped(Cause.DRIVE_LOST, error) from error
        except (FlushFailed, DeviceError) as error:
            raise _Failed(error) from error
        if result.end is End.CANCELLED:
            raise _Stopped(Cause.SIGNAL)
        return result

    def _conditions(self) -> Conditions:
        return Conditions(self._world.layout, self._world.cancel, self._world.clock.monotonic, self._world.patience)

    def _stream(self, number: int) -> Stream:
        key = self._journal.state.keys.get(number)
        pattern = self._plan.scheme.passes[number - 1]
        return stream_for(pattern, Generator(key.generator), bytes.fromhex(key.key)) if key else stream_for(pattern, None, None)

    def _sampling(self, number: int) -> SamplingPlan:
        """Which parts of a pass are read back: the last as planned, others whole; and whole what a break fell into."""
        size, sector, verify = self._target.size, self._target.sector, self._plan.verify
        sampled = number == len(self._plan.scheme.passes) and number not in self._journal.state.broken_passes
        if not sampled or verify.kind.value == "full":
            return full(size, sector)
        seed = self._world.random_bytes(SEED_BYTES)
        if verify.kind.value == "percent":
            return percentage(size, sector, verify.percent_ppm or 0, seed)
        return nist_800_88r1(size, sector, seed)

    def _finish(self, problem: EraseError | None) -> Ending:
        self._record(ending(self._plan, self._journal.state))
        return Ending(self._journal.state, problem)

    def _interrupted(self, cause: Cause) -> Interrupted:
        """The last line of this session: where the next one will go on."""
        match self._next():
            case WritePass(number, start, _):
                return Interrupted(cause, Phase.WRITE, number, start)
            case ReadBack(number, _):
                return Interrupted(cause, Phase.VERIFY, number, self._journal.state.bytes_done)
            case Finish():
                return Interrupted(cause, Phase.VERIFY, self._journal.state.pass_number, 0)


def _extents(runs: Iterable[Run], sector: int) -> tuple[Extent, ...]:
    return tuple(Extent(first * sector, (end - first) * sector) for first, end in runs)
