"""The lines of a job's journal as a reader of statements knows them: strict shapes, one for each kind of line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from certify.statement.model import (
    Claim,
    Code,
    Count,
    Hex,
    InterruptionCause,
    JobId,
    MachineFacts,
    Outcome,
    PartsPerMillion,
    Sha256,
    Size,
    Text,
    VerificationKind,
)

_Number = Annotated[int, msgspec.Meta(ge=1, le=64)]


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of line holds."""


class OfPass(Data, frozen=True, kw_only=True):
    """What concerns one pass."""

    number: _Number = msgspec.field(name="pass")


class ToolName(Data, frozen=True, kw_only=True):
    """What did the work."""

    name: Text
    version: Text


class Opened(Data, frozen=True, kw_only=True):
    """The first line."""

    job: JobId
    plan_sha256: Sha256
    confirmation_sha256: Sha256
    tool: ToolName


class Session(Data, frozen=True, kw_only=True):
    """A stretch of work on one machine."""

    number: Size
    kind: Literal["run", "resume"]
    cause: InterruptionCause | None
    machine: MachineFacts
    python: Text
    kernel: Text


class Identified(Data, frozen=True, kw_only=True):
    """The drive as it was found."""

    drive: dict[str, Any]


class Keys(OfPass, frozen=True, kw_only=True):
    """The key of a random pass, before its first byte."""

    generator: Code
    key: Hex


class PassStarted(OfPass, frozen=True, kw_only=True):
    """Writing begins, or goes on at byte ``start``."""

    of: _Number
    pattern: str
    generator: Code | None
    start: Count


class Checkpoint(OfPass, frozen=True, kw_only=True):
    """Everything before ``bytes_done`` needs no repeating."""

    phase: Literal["write", "verify"]
    bytes_done: Count
    ms_done: Count


class BadSectors(OfPass, frozen=True, kw_only=True):
    """Sectors that gave an error."""

    operation: Literal["write", "read"]
    first_lba: Count
    sectors: Size
    error: Text


class PassFinished(OfPass, frozen=True, kw_only=True):
    """A pass is written and flushed."""

    bytes_written: Count
    ms: Count
    flushed: bool


class VerificationStarted(OfPass, frozen=True, kw_only=True):
    """Which bytes will be compared."""

    kind: VerificationKind
    seed: Hex | None
    percent_ppm: PartsPerMillion | None
    bytes: Count
    samples: Count
    left_over_bytes: Count | None
    finding_ppm: PartsPerMillion | None


class MismatchedSectors(OfPass, frozen=True, kw_only=True):
    """Sectors that did not read back as written."""

    first_lba: Count
    sectors: Size


class VerificationFinished(OfPass, frozen=True, kw_only=True):
    """What the comparison found."""

    kind: VerificationKind
    seed: Hex | None
    percent_ppm: PartsPerMillion | None
    bytes_compared: Count
    samples: Count
    left_over_bytes: Count | None
    finding_ppm: PartsPerMillion | None
    mismatched_sectors: Count
    unreadable_sectors: Count
    ms: Count
    result: Literal["passed", "failed"]


class Interrupted(OfPass, frozen=True, kw_only=True):
    """The session ended in order, before the job did."""

    number: Count = msgspec.field(name="pass")  # 0: before the first pass
    cause: InterruptionCause
    phase: Literal["write", "verify"]
    bytes_done: Count


class Finished(Data, frozen=True, kw_only=True):
    """The last line."""

    outcome: Outcome
    claim: Claim
    sectors_written: Count
    exception_sectors: Count
    ms: Count
    limits: Annotated[list[Code], msgspec.Meta(max_length=64)]


SHAPES: dict[str, type[Data]] = {
    "opened": Opened,
    "session": Session,
    "identified": Identified,
    "keys": Keys,
    "pass-started": PassStarted,
    "checkpoint": Checkpoint,
    "bad-range": BadSectors,
    "pass-finished": PassFinished,
    "verification-started": VerificationStarted,
    "mismatch": MismatchedSectors,
    "verification-finished": VerificationFinished,
    "interrupted": Interrupted,
    "finished": Finished,
}


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The frame of every line."""

    seq: Count
    prev: Sha256
    at: str
    source: str
    ms: int
    event: str
    data: dict[str, Any]
