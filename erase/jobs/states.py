"""What is known of a job, as a pure fold over its journal.

Two machines run side by side. A **session** is a stretch of work on one machine::

    new -opened-> waiting -session-> begun -identified-> live -interrupted-> stopped -session-> begun ...
    live -finished-> finished; begun -finished-> finished, as not erased, where the drive is given up
    after a crash `session` follows `begun` or `live` without `interrupted`

and only a live session moves the **work**, pass by pass::

    idle -keys-> keyed -pass-started-> writing -pass-finished-> written
    written -verification-started-> verifying -verification-finished-> verified -keys, pass-started-> ...
    a new session turns `writing` into `write-broken` and `verifying` into `verify-broken`; the line that
    started the phase is then written again before anything else

What was read back in an earlier session is no evidence of what lies on the drive now: between two sessions the drive was
in nobody's hands. So a new session throws away a comparison that was under way or had passed (`verified` is `written`
again), and a success that was on record but never signed; what is read back after a break is read whole. A comparison
that failed stays failed.

The tables below are the whole of it; the guards check numbers. A line that fits neither is damage (IllegalLine), never
a guess: :meth:`JobState.apply` is total, and recovery is nothing but this fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce
from types import MappingProxyType
from typing import Any

from certify.foundation.clock import parse_rfc3339
from erase.drive.facts import Bus, Drive, drive_from_json
from erase.jobs.events import (
    BadRange,
    Cause,
    Checkpoint,
    Event,
    Finished,
    Identified,
    IllegalLine,
    Interrupted,
    Keys,
    Mismatch,
    Name,
    Opened,
    Outcome,
    PassFinished,
    PassStarted,
    Phase,
    Session,
    VerificationFinished,
    VerificationResult,
    VerificationStarted,
    read_event,
)


class SessionState(StrEnum):
    """Where the present session stands."""

    NEW = "new"
    WAITING = "waiting"
    BEGUN = "begun"
    LIVE = "live"
    STOPPED = "stopped"
    FINISHED = "finished"


class WorkState(StrEnum):
    """Where the present pass stands."""

    IDLE = "idle"
    KEYED = "keyed"
    WRITING = "writing"
    WRITE_BROKEN = "write-broken"
    WRITTEN = "written"
    VERIFYING = "verifying"
    VERIFY_BROKEN = "verify-broken"
    VERIFIED = "verified"


SESSION_TRANSITIONS: Mapping[SessionState, Mapping[Name, SessionState]] = {
    SessionState.NEW: {Name.OPENED: SessionState.WAITING},
    SessionState.WAITING: {Name.SESSION: SessionState.BEGUN},
    SessionState.BEGUN: {
        Name.SESSION: SessionState.BEGUN,
        Name.IDENTIFIED: SessionState.LIVE,
        Name.FINISHED: SessionState.FINISHED,  # given up without its drive
    },
    SessionState.LIVE: {
        Name.SESSION: SessionState.BEGUN,
        Name.INTERRUPTED: SessionState.STOPPED,
        Name.FINISHED: SessionState.FINISHED,
    },
    SessionState.STOPPED: {Name.SESSION: SessionState.BEGUN},
    SessionState.FINISHED: {Name.SESSION: SessionState.BEGUN},  # a success that was never signed; a failure stands
}

_NEXT_PASS = {Name.KEYS: WorkState.KEYED, Name.PASS_STARTED: WorkState.WRITING}
WORK_TRANSITIONS: Mapping[WorkState, Mapping[Name, WorkState]] = {
    WorkState.IDLE: _NEXT_PASS,
    WorkState.KEYED: {Name.PASS_STARTED: WorkState.WRITING},
    WorkState.WRITING: {
        Name.CHECKPOINT: WorkState.WRITING,
        Name.BAD_RANGE: WorkState.WRITING,
        Name.PASS_FINISHED: WorkState.WRITTEN,
    },
    WorkState.WRITE_BROKEN: {Name.PASS_STARTED: WorkState.WRITING},
    WorkState.WRITTEN: {**_NEXT_PASS, Name.VERIFICATION_STARTED: WorkState.VERIFYING},
    WorkState.VERIFYING: {
        Name.CHECKPOINT: WorkState.VERIFYING,
        Name.BAD_RANGE: WorkState.VERIFYING,
        Name.MISMATCH: WorkState.VERIFYING,
        Name.VERIFICATION_FINISHED: WorkState.VERIFIED,
    },
    WorkState.VERIFY_BROKEN: {Name.VERIFICATION_STARTED: WorkState.VERIFYING},
    WorkState.VERIFIED: _NEXT_PASS,
}

_BROKEN = {
    WorkState.WRITING: WorkState.WRITE_BROKEN,
    WorkState.VERIFYING: WorkState.VERIFY_BROKEN,
    WorkState.VERIFIED: WorkState.WRITTEN,
}
_PHASES = {
    WorkState.WRITING: Phase.WRITE,
    WorkState.WRITE_BROKEN: Phase.WRITE,
    WorkState.VERIFYING: Phase.VERIFY,
    WorkState.VERIFY_BROKEN: Phase.VERIFY,
}
_LINE_FIELDS = {"seq", "prev", "at", "source", "ms", "event", "data"}


@dataclass(frozen=True)
class JobState:
    """Everything that the lines so far say. ``bytes_done`` and ``ms_done`` belong to the phase under way."""

    session: SessionState = SessionState.NEW
    work: WorkState = WorkState.IDLE
    opened: Opened | None = None
    at: str = field(default="", compare=False)  # of the last line read: RFC 3339 in UTC with whole seconds, which sorts as text
    sessions: int = 0
    inside_hypervisor: bool = False  # in any session
    drive: Drive | None = None  # as identified first
    passes: int = 0  # of the scheme; 0 before the first pass
    pass_number: int = 0  # the one under way, or the last one that was
    broken_passes: frozenset[int] = frozenset()  # those during or after which a new session began
    patterns: Mapping[int, tuple[str, str | None]] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[int, Keys] = field(default_factory=lambda: MappingProxyType({}))
    bytes_done: int = 0
    ms_done: int = 0
    bad: tuple[BadRange, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    written: tuple[PassFinished, ...] = ()
    verification: VerificationStarted | None = None  # of the pass under way
    verified: tuple[VerificationFinished, ...] = ()
    interrupted: Interrupted | None = None  # set while it is the last line
    finished: Finished | None = None

    @property
    def phase(self) -> Phase | None:
        """What was under way, if anything was."""
        return _PHASES.get(self.work)

    @property
    def started(self) -> bool:
        """Whether a byte may have been written."""
        return self.pass_number > 0

    @property
    def left_its_mark(self) -> bool:
        """Whether something that this job wrote is known to lie on the drive, by which it can be found again."""
        return self.pass_number > 1 or bool(self.written) or (self.phase is Phase.WRITE and self.bytes_done > 0)

    @property
    def broken_by(self) -> Cause:
        """Why the last session ended, as far as the journal tells: without a word, it was a crash or a power cut."""
        return self.interrupted.cause if self.interrupted else Cause.CRASH_OR_POWER_LOSS

    def apply(self, line: dict[str, Any]) -> JobState:
        """The state after one line of the journal. Raises IllegalLine, and nothing else."""
        if line.keys() != _LINE_FIELDS:
            raise IllegalLine("wrong-fields")
        try:
            parse_rfc3339(line["at"])
        except (TypeError, ValueError) as error:
            raise IllegalLine("wrong-fields") from error
        if not isinstance(line["source"], str) or type(line["ms"]) is not int:
            raise IllegalLine("wrong-fields")
        _demand(self.at <= line["at"], "time-runs-backwards")
        return replace(self.after(read_event(line["event"], line["data"])), at=line["at"])

    def after(self, event: Event) -> JobState:
        """The state after one event. Raises IllegalLine."""
        if isinstance(event, Session) and self.sessions:
            return _new_session(self, event)
        name = event.NAME
        work = self.work
        if (session := SESSION_TRANSITIONS[self.session].get(name)) is None:
            session = self.session
            following = WORK_TRANSITIONS[work].get(name) if session is SessionState.LIVE else None
            if following is None:
                raise IllegalLine("event-out-of-place")
            work = following
        return replace(_fold(self, event), session=session, work=work)


def fold(lines: Iterable[dict[str, Any]]) -> JobState:
    """The state after all lines. Raises IllegalLine."""
    return reduce(JobState.apply, lines, JobState())


def _demand(condition: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise IllegalLine(reason)


def _fold(state: JobState, event: Event) -> JobState:  # noqa: PLR0911, PLR0912 - one for each kind of event
    match event:
        case Opened():
            return replace(state, opened=event)
        case Session():
            _demand(event.number == state.sessions + 1, "session-number")
            hypervisor = state.inside_hypervisor or event.machine.get("hypervisor") is not None
            return replace(state, sessions=event.number, interrupted=None, inside_hypervisor=hypervisor)
        case Identified():
            return _identified(state, event)
        case Keys():
            return _keyed(state, event)
        case PassStarted():
            return _pass_started(state, event)
        case Checkpoint():
            return _checkpoint(state, event)
        case BadRange():
            return _bad_range(state, event)
        case PassFinished():
            _demand(event.pass_number == state.pass_number and event.flushed, "pass-number")
            return replace(state, written=(*state.written, event), bytes_done=0, ms_done=0, verification=None)
        case VerificationStarted():
            return _verification_started(state, event)
        case Mismatch():
            _demand(event.pass_number == state.pass_number, "pass-number")
            _on_the_drive(state, event.first_lba, event.sectors)
            return replace(state, mismatches=(*state.mismatches, event))
        case VerificationFinished():
            return _verification_finished(state, event)
        case Interrupted():
            # between two phases the next one is named
            numbers = (state.pass_number,) if state.phase else (state.pass_number, state.pass_number + 1)
            _demand(event.pass_number in numbers and event.bytes_done == state.bytes_done, "interrupted-elsewhere")
            _demand(state.phase in (event.phase, None), "interrupted-elsewhere")
            return replace(state, interrupted=event)
        case Finished():
            return _finished(state, event)


def _new_session(state: JobState, event: Session) -> JobState:
    """All that a break leaves of the sessions before it."""
    session = SESSION_TRANSITIONS[state.session].get(Name.SESSION)
    _demand(session is not None, "event-out-of-place")
    _demand(state.finished is None or state.finished.outcome is not Outcome.NOT_ERASED, "event-out-of-place")
    assert session is not None  # noqa: S101 - demanded above
    work = state.work
    passed = work is WorkState.VERIFIED and state.verified[-1].result is VerificationResult.PASSED
    if work is not WorkState.VERIFIED or passed:
        work = _BROKEN.get(work, work)
    return replace(
        _fold(state, event),
        session=session,
        work=work,
        verified=state.verified[:-1] if passed else state.verified,
        bytes_done=0 if state.phase is Phase.VERIFY else state.bytes_done,
        broken_passes=state.broken_passes | ({state.pass_number} if state.started else set()),
        finished=None,
    )


def _identified(state: JobState, event: Identified) -> JobState:
    try:
        drive = drive_from_json(event.drive)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise IllegalLine("wrong-fields") from error
    _demand(type(drive.size) is int and type(drive.logical_sector) is int and drive.logical_sector > 0, "wrong-fields")
    if state.drive is None:
        return replace(state, drive=drive)
    _demand(drive.size == state.drive.size and drive.identity.same_drive(state.drive.identity), "another-drive")
    # another machine may reach a drive by another bus, but what is virtual there was virtual here
    buses = (drive.bus, state.drive.bus)
    _demand(drive.virtual == state.drive.virtual and (Bus.VIRTUAL not in buses or buses[0] is buses[1]), "another-drive")
    return state


def _keyed(state: JobState, event: Keys) -> JobState:
    _demand(event.pass_number == state.pass_number + 1, "pass-number")
    _demand(_is_hexadecimal(event.key), "key-not-hexadecimal")
    return replace(state, keys=MappingProxyType({**state.keys, event.pass_number: event}))


def _pass_started(state: JobState, event: PassStarted) -> JobState:
    again = state.work is WorkState.WRITE_BROKEN
    _demand(event.pass_number == state.pass_number + (0 if again else 1), "pass-number")
    _demand(event.pass_number <= event.of and state.passes in (0, event.of), "pass-number")
    _demand(event.start == (state.bytes_done if again else 0), "started-elsewhere")
    _demand((event.pattern == "random") == (event.pass_number in state.keys), "pass-without-its-key")
    key = state.keys.get(event.pass_number)
    _demand(event.generator == (key.generator if key else None), "another-generator")
    _demand(not again or state.patterns[event.pass_number] == (event.pattern, event.generator), "another-pattern")
    patterns = MappingProxyType({**state.patterns, event.pass_number: (event.pattern, event.generator)})
    moved = replace(state, passes=event.of, pass_number=event.pass_number, patterns=patterns)
    return moved if again else replace(moved, bytes_done=0, ms_done=0, verification=None)


def _checkpoint(state: JobState, event: Checkpoint) -> JobState:
    _demand(event.phase is state.phase and event.pass_number == state.pass_number, "pass-number")
    limit = state.verification.bytes if state.verification else _size(state)
    _demand(state.bytes_done <= event.bytes_done <= limit, "checkpoint-out-of-place")
    _demand(state.ms_done <= event.ms_done, "checkpoint-out-of-place")
    return replace(state, bytes_done=event.bytes_done, ms_done=event.ms_done)


def _bad_range(state: JobState, event: BadRange) -> JobState:
    _demand(event.pass_number == state.pass_number, "pass-number")
    _demand((event.operation == "write") == (state.phase is Phase.WRITE), "wrong-operation")
    _on_the_drive(state, event.first_lba, event.sectors)
    return replace(state, bad=(*state.bad, event))


def _verification_started(state: JobState, event: VerificationStarted) -> JobState:
    _demand(event.pass_number == state.pass_number, "pass-number")
    _demand(event.bytes <= _size(state), "verification-out-of-place")
    _demand(event.seed is None or _is_hexadecimal(event.seed), "seed-not-hexadecimal")
    if state.work is WorkState.VERIFY_BROKEN:
        _demand(event == state.verification or event.kind == "full", "another-verification")
        return replace(state, verification=event)
    return replace(state, verification=event, bytes_done=0, ms_done=0)


def _verification_finished(state: JobState, event: VerificationFinished) -> JobState:
    begun = state.verification
    _demand(begun is not None and event.pass_number == begun.pass_number, "pass-number")
    assert begun is not None  # noqa: S101 - demanded in the line above
    _demand((event.kind, event.seed, event.percent_ppm) == (begun.kind, begun.seed, begun.percent_ppm), "another-verification")
    _demand(event.bytes_compared <= begun.bytes, "another-verification")
    clean = event.mismatched_sectors == 0 and not any(found.pass_number == state.pass_number for found in state.mismatches)
    _demand(event.result != "passed" or clean, "passed-with-mismatches")
    return replace(state, verified=(*state.verified, event), bytes_done=0, ms_done=0, verification=None)


def _finished(state: JobState, event: Finished) -> JobState:
    """Success is never on record without its proof, and never next to sectors that were passed over."""
    _demand(state.started or state.session is SessionState.LIVE, "event-out-of-place")
    if event.outcome is not Outcome.NOT_ERASED:
        seen = state.session is SessionState.LIVE  # else the drive was never looked at in this session
        proven = seen and all(done.result is VerificationResult.PASSED for done in state.verified)
        at_the_end = state.work is WorkState.VERIFIED and state.pass_number == state.passes
        _demand(at_the_end and proven, "success-without-proof")
        _demand((event.outcome is Outcome.ERASED) == (not state.bad), "success-with-exceptions")
    _demand(event.claim.method == "none" or event.outcome is Outcome.ERASED, "claim-without-success")
    return replace(state, finished=event)


def _size(state: JobState) -> int:
    return state.drive.size if state.drive else 0


def _on_the_drive(state: JobState, first_lba: int, sectors: int) -> None:
    _demand(state.drive is not None and sectors > 0 and first_lba + sectors <= state.drive.sectors, "not-on-the-drive")


def _is_hexadecimal(text: str) -> bool:
    return bool(text) and len(text) % 2 == 0 and all(digit in "0123456789abcdef" for digit in text)
