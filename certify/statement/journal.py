"""What a job's journal tells, folded into facts. Reads bytes, not the objects of whoever wrote them.

Written apart from the room that keeps the journal, on purpose: a statement is made from what is on record, and a
verifier who has only the published journal can fold it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.foundation.chain import BrokenChain, Head, read_chain
from certify.statement.journal_lines import (
    SHAPES,
    BadSectors,
    Checkpoint,
    Data,
    Finished,
    Identified,
    Interrupted,
    Keys,
    Line,
    MismatchedSectors,
    Opened,
    PassFinished,
    PassStarted,
    Session,
    VerificationFinished,
    VerificationStarted,
)
from certify.statement.model import (
    MAX_LISTED,
    BadRange,
    DriveFacts,
    Interruption,
    Journal,
    Mismatch,
    PassRecord,
    Stamp,
    Verification,
)

MAX_JOURNAL = 64 * 1024 * 1024


@dataclass(frozen=True)
class Story:
    """A finished job as its journal tells it."""

    opened: Opened
    first_session: Session
    started: Stamp
    finished_at: Stamp
    drive: DriveFacts
    planned_passes: int
    passes: tuple[PassRecord, ...]
    exceptions: tuple[BadRange, ...]  # merged, all of them
    verification: Verification
    earlier_failures: tuple[int, ...]  # passes before the last whose own verification failed
    interruptions: tuple[Interruption, ...]
    finished: Finished
    journal: Journal


def _damaged(detail: str, line: int) -> Malformed:
    return Malformed("statement", "journal-damaged", detail=detail, line=line)


@dataclass
class _Pass:
    pattern: str
    generator: str | None
    bytes_done: int = 0
    milliseconds: int = 0
    flushed: bool = False


@dataclass
class _Teller:
    """The fold. Each method takes one kind of line; ``line`` counts from 1."""

    line: int = 0
    now: Stamp | None = None
    before: Stamp | None = None
    opened: Opened | None = None
    started: Stamp | None = None
    sessions: list[Session] = field(default_factory=list)
    drive: DriveFacts | None = None
    planned: int = 0
    passes: dict[int, _Pass] = field(default_factory=dict)
    keys: dict[int, Keys] = field(default_factory=dict)
    bytes_done: int = 0
    identified: bool = False  # in this session
    bad: list[BadSectors] = field(default_factory=list)
    mismatches: list[MismatchedSectors] = field(default_factory=list)
    verifying: VerificationStarted | None = None
    verified: list[VerificationFinished] = field(default_factory=list)
    breaks: list[Interruption] = field(default_factory=list)
    finished: Finished | None = None
    broken: set[int] = field(default_factory=set)  # passes during or after which a session began

    def demand(self, condition: object, detail: str) -> None:
        """Raises Malformed where the line does not belong."""
        if not condition:
            raise _damaged(detail, self.line)

    def tell(self, number: int, line: dict[str, Any]) -> None:
        """Takes one line. Raises Malformed."""
        self.line = number
        try:
            known = msgspec.convert(line, Line)
            self.before, self.now = self.now, Stamp(at=known.at, source=known.source)
            # RFC 3339 in UTC with whole seconds sorts as text; who keeps a journal never dates a line before the last
            self.demand(self.before is None or self.before.at <= self.now.at, "a time before that of the last line")
            self.demand(known.event in SHAPES, "unknown event")
            data = msgspec.convert(known.data, SHAPES[known.event])
        except (msgspec.ValidationError, ValueError) as error:
            raise _damaged(str(error), number) from error
        reopened = isinstance(data, Session) and self.finished is not None and self.finished.outcome != "not-erased"
        self.demand(self.finished is None or reopened, "a line after the last")
        self.demand(isinstance(data, Opened) == (number == 1), "a job is opened once, at its beginning")
        self.demand(isinstance(data, Opened | Session) or self.sessions, "work outside a session")
        # whose drive is lost, a job is given up without it: that is no work, and no success
        given_up = isinstance(data, Finished) and data.outcome == "not-erased" and bool(self.passes)
        seen = isinstance(data, Opened | Session | Identified) or self.identified or given_up
        self.demand(seen, "work on a drive that was not identified")
        self._take(data)

    def _take(self, data: Data) -> None:  # noqa: PLR0912 - one branch for each kind of line
        match data:
            case Opened():
                self.opened, self.started = data, self.now
            case Session():
                self._session(data)
            case Identified():
                self._identified(data)
            case Keys():
                self.demand(data.number not in self.passes, "a key after its pass had begun")
                self.keys[data.number] = data
            case PassStarted():
                self._pass_started(data)
            case Checkpoint():
                self._checkpoint(data)
            case BadSectors():
                self.demand(data.number in self.passes, "sectors of a pass that never began")
                self.bad.append(data)
            case PassFinished():
                self._pass_finished(data)
            case VerificationStarted():
                self._verification_started(data)
            case MismatchedSectors():
                self.demand(self.verifying and self.verifying.number == data.number, "a mismatch outside a verification")
                self.mismatches.append(data)
            case VerificationFinished():
                self._verification_finished(data)
            case Interrupted():
                self.bytes_done = data.bytes_done
            case Finished():
                self.finished = data

    def _session(self, data: Session) -> None:
        self.demand(data.number == len(self.sessions) + 1, "a session out of order")
        self.demand((data.kind == "run") == (data.number == 1) == (data.cause is None), "a session of the wrong kind")
        if data.cause is not None and self.before is not None and self.now is not None:
            self.breaks.append(
                Interruption(stopped=self.before, resumed=self.now, cause=data.cause, bytes_done=self.bytes_done, machine=data.machine)
            )
        if self.sessions and self.passes:
            self._forget_what_was_read()
        self.identified = False
        self.sessions.append(data)

    def _forget_what_was_read(self) -> None:
        """What an earlier session read back is no evidence of what lies on the drive now; what it found wrong stays wrong."""
        self.broken.add(len(self.passes))
        self.finished = None
        if self.verifying is not None:
            self.verifying, self.bytes_done = None, 0
        if self.verified and self.verified[-1].number == len(self.passes) and self.verified[-1].result == "passed":
            self.verified.pop()

    def _identified(self, data: Identified) -> None:
        try:
            drive = msgspec.convert({name: data.drive[name] for name in DriveFacts.__struct_fields__}, DriveFacts)
        except (msgspec.ValidationError, KeyError) as error:
            raise _damaged(f"drive: {error}", self.line) from error
        if self.drive is None:
            self.drive = drive
        self.demand(not self.identified, "a drive identified twice in one session")
        # another machine may reach a drive by another bus, but what is virtual there was virtual here
        alike = self.drive.virtual == drive.virtual and (self.drive.bus == "virtual") == (drive.bus == "virtual")
        self.demand(same_drive(self.drive, drive) and alike, "another drive")
        self.identified = True

    def _pass_started(self, data: PassStarted) -> None:
        self.demand(self.drive is not None, "a pass over no drive")
        self.demand(self.planned in (0, data.of) and data.number <= data.of, "a pass too many")
        self.planned = data.of
        known = self.passes.get(data.number)
        if known is None:
            self.demand(data.number == len(self.passes) + 1 and data.start == 0, "a pass out of order")
            key = self.keys.get(data.number)
            self.demand((data.pattern == "random") == (key is not None), "a random pass has a key on record, no other has")
            self.demand(data.generator == (key.generator if key else None), "a generator other than the one on record")
            self.passes[data.number] = _Pass(data.pattern, data.generator)
            self.bytes_done, self.verifying = 0, None
        else:
            self.demand((known.pattern, known.generator) == (data.pattern, data.generator), "a pass that changed its stream")
            self.demand(not known.flushed and data.start <= known.bytes_done, "a gap in a pass")

    def _checkpoint(self, data: Checkpoint) -> None:
        self.demand(data.number in self.passes and data.bytes_done >= self.bytes_done, "a checkpoint out of order")
        self.bytes_done = data.bytes_done
        if data.phase == "write":
            self.passes[data.number].bytes_done = data.bytes_done
            self.passes[data.number].milliseconds = data.ms_done

    def _pass_finished(self, data: PassFinished) -> None:
        done = self.passes.get(data.number)
        self.demand(done is not None and not done.flushed and data.number == len(self.passes), "the end of a pass that never began")
        self.passes[data.number] = _Pass(
            self.passes[data.number].pattern, self.passes[data.number].generator, data.bytes_written, data.ms, data.flushed
        )
        self.bytes_done = 0

    def _verification_started(self, data: VerificationStarted) -> None:
        self.demand(data.number == len(self.passes) and self.passes[data.number].flushed, "a pass compared before or long after its end")
        self.demand(not self.verified or self.verified[-1].number != data.number, "a pass verified once more")
        if data != self.verifying:
            self.verifying, self.bytes_done = data, 0

    def _verification_finished(self, data: VerificationFinished) -> None:
        begun = self.verifying
        self.demand(begun is not None and begun.number == data.number, "the end of a verification that never began")
        if begun is not None:
            agree = (begun.kind, begun.seed, begun.percent_ppm) == (data.kind, data.seed, data.percent_ppm)
            self.demand(agree, "a verification that changed its kind")
            self.demand(data.bytes_compared <= begun.bytes, "more compared than was to be")
        self.demand(data.number not in self.broken or data.kind == "full", "a sample of a pass that a break fell into")
        self.verified.append(data)
        self.verifying, self.bytes_done = None, 0


def same_drive(one: DriveFacts, other: DriveFacts) -> bool:
    """Whether both are one medium: equal size, and every name that both know is equal; at least one is."""
    ours, theirs = one.identity, other.identity
    pairs = [(getattr(ours, name), getattr(theirs, name)) for name in ("serial", "wwn", "eui64", "nguid")]
    known = [(here.value, there.value) for here, there in pairs if here and there]
    models = ours.model is None or theirs.model is None or ours.model.value == theirs.model.value
    labelled = all(here is None and there is None for here, there in pairs)
    return one.size == other.size and models and (labelled or bool(known)) and all(here == there for here, there in known)


def _merged_bad(found: Iterable[BadSectors]) -> tuple[BadRange, ...]:
    """Each bad sector of a pass and direction once; a resumed pass may meet it again."""
    merged: list[BadRange] = []
    for bad in sorted(found, key=lambda bad: (bad.number, bad.operation, bad.error, bad.first_lba, bad.sectors)):
        last = merged[-1] if merged else None
        kind = (bad.operation, bad.number, bad.error)
        if last and kind == (last.operation, last.number, last.error) and bad.first_lba <= last.first_lba + last.sectors:
            end = max(last.first_lba + last.sectors, bad.first_lba + bad.sectors)
            merged[-1] = msgspec.structs.replace(last, sectors=end - last.first_lba)
        else:
            merged.append(
                BadRange(operation=bad.operation, number=bad.number, first_lba=bad.first_lba, sectors=bad.sectors, error=bad.error)
            )
    return tuple(merged)


def _merged_mismatches(found: Iterable[MismatchedSectors]) -> list[Mismatch]:
    merged: list[Mismatch] = []
    for first, sectors in sorted((one.first_lba, one.sectors) for one in found):
        last = merged[-1] if merged else None
        if last and first <= last.first_lba + last.sectors:
            end = max(last.first_lba + last.sectors, first + sectors)
            merged[-1] = Mismatch(first_lba=last.first_lba, sectors=end - last.first_lba)
        else:
            merged.append(Mismatch(first_lba=first, sectors=sectors))
    return merged


def _verification(teller: _Teller) -> Verification:
    """Of the last pass that began. An earlier pass's says nothing of what lies on the drive now."""
    last = teller.verified[-1] if teller.verified else None
    if last is None or last.number != len(teller.passes):
        return Verification(
            kind="none",
            seed=None,
            bytes_compared=0,
            samples=0,
            percent_ppm=None,
            left_over_bytes=None,
            finding_ppm=None,
            mismatches=[],
            mismatched_sectors=0,
            unreadable_sectors=0,
            milliseconds=0,
            result="not-run",
        )
    return Verification(
        kind=last.kind,
        seed=last.seed,
        bytes_compared=last.bytes_compared,
        samples=last.samples,
        percent_ppm=last.percent_ppm,
        left_over_bytes=last.left_over_bytes,
        finding_ppm=last.finding_ppm,
        mismatches=_merged_mismatches(one for one in teller.mismatches if one.number == last.number)[:MAX_LISTED],
        mismatched_sectors=last.mismatched_sectors,
        unreadable_sectors=last.unreadable_sectors,
        milliseconds=last.ms,
        result=last.result,
    )


def read_story(journal: bytes, head: Head | None) -> Story:
    """The facts of a finished job. ``head`` None: a published journal, known by its hash.

    Raises Malformed when a line was cut, changed, added or does not belong where it stands, or when the job has no end.
    """
    if len(journal) > MAX_JOURNAL:
        raise _damaged(f"{len(journal)} bytes, {MAX_JOURNAL} are allowed", 0)
    try:
        chain = read_chain(journal, head)
    except BrokenChain as error:
        raise _damaged(error.damage.value, error.line) from error
    if chain.torn_tail:
        raise _damaged("torn-tail", len(chain.lines) + 1)
    teller = _Teller()
    for number, line in enumerate(chain.lines, 1):
        teller.tell(number, line)
    opened, finished, drive = teller.opened, teller.finished, teller.drive
    if opened is None or finished is None or drive is None or teller.started is None or teller.now is None:
        raise Malformed("statement", "job-not-finished")
    return Story(
        opened=opened,
        first_session=teller.sessions[0],
        started=teller.started,
        finished_at=teller.now,
        drive=drive,
        planned_passes=teller.planned,
        passes=tuple(
            PassRecord(
                number=number,
                pattern=done.pattern,
                generator=done.generator,
                key=teller.keys[number].key if number in teller.keys else None,
                bytes_written=done.bytes_done,
                milliseconds=done.milliseconds,
                flushed=done.flushed,
            )
            for number, done in sorted(teller.passes.items())
        ),
        exceptions=_merged_bad(teller.bad),
        verification=_verification(teller),
        earlier_failures=tuple(one.number for one in teller.verified if one.result == "failed" and one.number < len(teller.passes)),
        interruptions=tuple(teller.breaks),
        finished=finished,
        journal=Journal(sha256=sha256_hex(chain.whole), lines=len(chain.lines), head=chain.head.hash),
    )
