"""What a job's journal can say: one frozen value for each kind of line, checked strictly in both directions.

A line's ``data`` holds exactly the fields of its kind. ``pass_number`` is written as ``pass``, which Python keeps for
itself. Passes count from 1, sizes and places are bytes, durations are whole milliseconds of the monotonic clock.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import msgspec

from certify.foundation.canonical import canonical_json


class IllegalLine(ValueError):
    """A line that no run of this program writes, or not at this place. ``reason`` is a kebab-case word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Name(StrEnum):
    """The kinds of lines."""

    OPENED = "opened"
    SESSION = "session"
    IDENTIFIED = "identified"
    KEYS = "keys"
    PASS_STARTED = "pass-started"  # noqa: S105
    CHECKPOINT = "checkpoint"
    BAD_RANGE = "bad-range"
    PASS_FINISHED = "pass-finished"  # noqa: S105
    VERIFICATION_STARTED = "verification-started"
    MISMATCH = "mismatch"
    VERIFICATION_FINISHED = "verification-finished"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"


class SessionKind(StrEnum):
    """How a session came about."""

    RUN = "run"
    RESUME = "resume"


class Cause(StrEnum):
    """Why a session ended before the job did."""

    SIGNAL = "signal"
    CRASH_OR_POWER_LOSS = "crash-or-power-loss"
    DRIVE_LOST = "drive-lost"
    NOT_AS_LEFT = "not-as-left"  # what the job wrote before does not lie on the drive: another one, or used since


class Phase(StrEnum):
    """What a pass is busy with."""

    WRITE = "write"
    VERIFY = "verify"


class Operation(StrEnum):
    """The direction in which sectors gave an error."""

    WRITE = "write"
    READ = "read"


class VerificationResult(StrEnum):
    """Did the technique complete as intended."""

    PASSED = "passed"
    FAILED = "failed"


class Outcome(StrEnum):
    """How a job ends."""

    ERASED = "erased"
    ERASED_WITH_EXCEPTIONS = "erased-with-exceptions"
    NOT_ERASED = "not-erased"


@dataclass(frozen=True)
class Tool:
    """What did the work."""

    name: str
    version: str


@dataclass(frozen=True)
class Opened:
    """The first line: what was planned and who confirmed it, by hash."""

    NAME: ClassVar = Name.OPENED
    job: str
    plan_sha256: str
    confirmation_sha256: str
    tool: Tool


@dataclass(frozen=True)
class Session:
    """A stretch of work on one machine. ``cause``: why the stretch before it ended; None for the first."""

    NAME: ClassVar = Name.SESSION
    number: int
    kind: SessionKind
    cause: Cause | None
    machine: dict[str, Any]
    python: str
    kernel: str


@dataclass(frozen=True)
class Identified:
    """The drive as it was found through the very descriptor that is written to."""

    NAME: ClassVar = Name.IDENTIFIED
    drive: dict[str, Any]


@dataclass(frozen=True)
class Keys:
    """The key of a random pass, on record before its first byte is written. ``key`` is hexadecimal."""

    NAME: ClassVar = Name.KEYS
    pass_number: int
    generator: str
    key: str


@dataclass(frozen=True)
class PassStarted:
    """Writing begins, or goes on after an interruption, at byte ``start``."""

    NAME: ClassVar = Name.PASS_STARTED
    pass_number: int
    of: int
    pattern: str
    generator: str | None
    start: int


@dataclass(frozen=True)
class Checkpoint:
    """Everything before ``bytes_done`` needs no repeating; in the write phase the drive was flushed before this line."""

    NAME: ClassVar = Name.CHECKPOINT
    phase: Phase
    pass_number: int
    bytes_done: int
    ms_done: int


@dataclass(frozen=True)
class BadRange:
    """Sectors that gave an error. ``error`` is a symbolic errno."""

    NAME: ClassVar = Name.BAD_RANGE
    operation: Operation
    pass_number: int
    first_lba: int
    sectors: int
    error: str


@dataclass(frozen=True)
class PassFinished:
    """All was written but the bad ranges, and the drive has flushed its cache."""

    NAME: ClassVar = Name.PASS_FINISHED
    pass_number: int
    bytes_written: int
    ms: int
    flushed: bool


@dataclass(frozen=True)
class VerificationStarted:
    """Which bytes will be compared, so that anyone can draw the same sample."""

    NAME: ClassVar = Name.VERIFICATION_STARTED
    pass_number: int
    kind: str
    seed: str | None
    percent_ppm: int | None
    bytes: int
    samples: int
    left_over_bytes: int | None
    finding_ppm: int | None


@dataclass(frozen=True)
class Mismatch:
    """Sectors that did not read back as they were written."""

    NAME: ClassVar = Name.MISMATCH
    pass_number: int
    first_lba: int
    sectors: int


@dataclass(frozen=True)
class VerificationFinished:
    """What the comparison found."""

    NAME: ClassVar = Name.VERIFICATION_FINISHED
    pass_number: int
    kind: str
    seed: str | None
    percent_ppm: int | None
    bytes_compared: int
    samples: int
    left_over_bytes: int | None
    finding_ppm: int | None
    mismatched_sectors: int
    unreadable_sectors: int
    ms: int
    result: VerificationResult


@dataclass(frozen=True)
class Interrupted:
    """The session ended in order, before the job did. ``bytes_done`` is where the next one goes on."""

    NAME: ClassVar = Name.INTERRUPTED
    cause: Cause
    phase: Phase
    pass_number: int
    bytes_done: int


@dataclass(frozen=True)
class Claim:
    """What may be said of the drive; computed by the planner, kept here word for word."""

    method: str
    standard: str
    edition: str
    clause: str
    evidence: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Finished:
    """The last line."""

    NAME: ClassVar = Name.FINISHED
    outcome: Outcome
    claim: Claim
    sectors_written: int
    exception_sectors: int
    ms: int
    limits: tuple[str, ...]


Event: TypeAlias = (
    Opened
    | Session
    | Identified
    | Keys
    | PassStarted
    | Checkpoint
    | BadRange
    | PassFinished
    | VerificationStarted
    | Mismatch
    | VerificationFinished
    | Interrupted
    | Finished
)

_KINDS: dict[str, type[Event]] = {
    kind.NAME.value: kind
    for kind in (
        Opened,
        Session,
        Identified,
        Keys,
        PassStarted,
        Checkpoint,
        BadRange,
        PassFinished,
        VerificationStarted,
        Mismatch,
        VerificationFinished,
        Interrupted,
        Finished,
    )
}
_PYTHON_NAME, _WRITTEN_NAME = "pass_number", "pass"


_FIELDS = {
    name: frozenset(_WRITTEN_NAME if field.name == _PYTHON_NAME else field.name for field in fields(kind)) for name, kind in _KINDS.items()
}


def data_of(event: Event) -> dict[str, Any]:
    """The event as the ``data`` of a line."""
    data = asdict(event)
    if _PYTHON_NAME in data:
        data[_WRITTEN_NAME] = data.pop(_PYTHON_NAME)
    return data


def read_event(name: object, data: object) -> Event:
    """Reads what :func:`data_of` wrote. Raises IllegalLine for anything else, unknown and missing fields included."""
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise IllegalLine("unknown-event")
    if not isinstance(data, dict) or data.keys() != _FIELDS[kind.NAME]:
        raise IllegalLine("wrong-fields")
    known = dict(data)
    if _WRITTEN_NAME in known:
        known[_PYTHON_NAME] = known.pop(_WRITTEN_NAME)
    try:
        event: Event = msgspec.convert(known, kind)
    except msgspec.ValidationError as error:
        raise IllegalLine("wrong-fields") from error
    if canonical_json(data_of(event)) != canonical_json(data):  # a field too many, further down
        raise IllegalLine("wrong-fields")
    if any(isinstance(value, int) and value < 0 for value in vars(event).values()):
        raise IllegalLine("negative-number")
    return event
