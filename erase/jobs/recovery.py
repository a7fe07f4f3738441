"""Where a job goes on: the next step, from nothing but the state that the journal folds to. Pure.

A fresh job and an interrupted one ask the same question, so there is one way of running a job and no other for resuming.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from erase.jobs.events import Operation, VerificationResult
from erase.jobs.sectors import Run, count, union
from erase.jobs.states import JobState, WorkState


@dataclass(frozen=True)
class WritePass:
    """Write pass ``number`` from byte ``start``. ``ms_done`` were worked on it before."""

    number: int
    start: int = 0
    ms_done: int = 0


@dataclass(frozen=True)
class ReadBack:
    """Compare pass ``number``, from the beginning: what an earlier session read says nothing of now."""

    number: int
    ms_done: int = 0


@dataclass(frozen=True)
class Finish:
    """Nothing is left to do but to say how it ended."""


Step: TypeAlias = WritePass | ReadBack | Finish


def next_step(state: JobState, passes: int, *, verify_each: bool) -> Step:
    """What comes next in a scheme of so many passes.

    After a failed verification nothing more is written: the outcome can't be a success any longer, and whoever decides
    about the drive should know at once.
    """
    number = state.pass_number
    match state.work:
        case WorkState.IDLE | WorkState.KEYED:
            return WritePass(number + 1)
        case WorkState.WRITING | WorkState.WRITE_BROKEN:
            return WritePass(number, state.bytes_done, state.ms_done)
        case WorkState.VERIFYING | WorkState.VERIFY_BROKEN:
            return ReadBack(number, state.ms_done)
        case WorkState.WRITTEN:
            if not written_sectors(state):
                return Finish()  # not a single sector took the pass: there is nothing to compare
            return ReadBack(number) if verify_each or number == passes else WritePass(number + 1)
        case WorkState.VERIFIED:
            failed = state.verified[-1].result is VerificationResult.FAILED
            return Finish() if failed or number == passes else WritePass(number + 1)


def bad_in_pass(state: JobState, operation: Operation, number: int) -> tuple[Run, ...]:
    """The sectors on record that gave an error in one direction in one pass."""
    return union(bad for bad in state.bad if bad.operation is operation and bad.pass_number == number)


def mismatches_in_pass(state: JobState, number: int) -> tuple[Run, ...]:
    """The sectors on record that did not read back as written in one pass."""
    return union(found for found in state.mismatches if found.pass_number == number)


def exceptions(state: JobState) -> tuple[Run, ...]:
    """Every sector that gave an error in any pass, in either direction."""
    return union(state.bad)


def written_sectors(state: JobState) -> int:
    """How many sectors hold what the latest pass wrote."""
    if state.drive is None or not state.started:
        return 0
    finished = any(done.pass_number == state.pass_number for done in state.written)
    behind = state.drive.sectors if finished else state.bytes_done // state.drive.logical_sector
    bad = bad_in_pass(state, Operation.WRITE, state.pass_number)
    return behind - count((first, min(end, behind)) for first, end in bad if first < behind)


def worked_ms(state: JobState) -> int:
    """Time spent on passes and verifications in all sessions, without the breaks, as far as it is on record."""
    return sum(done.ms for done in state.written) + sum(done.ms for done in state.verified) + state.ms_done
