"""What came of each job, in words and as JSON, with the exit status. Everything said here stands in the journal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certify.foundation.commandline import Context
from certify.foundation.errors import Exit, HaikiError
from certify.foundation.messages import current_language, signed_words, text
from certify.foundation.standards import Method
from erase.errors import Refused
from erase.jobs.events import BadRange, Finished, Outcome, VerificationFinished, VerificationResult
from erase.jobs.folder import STATEMENT
from erase.jobs.states import JobState
from erase.planner.identity import confirmation_name
from erase.planner.plan import ErasurePlan
from erase.station.sealing import exit_of
from erase.techniques.base import VerifyKind

_GRAVEST_FIRST = (Exit.REFUSED, Exit.INTERRUPTED, Exit.NOT_REACHED, Exit.DONE)
_MOST_RANGES = 20


@dataclass(frozen=True)
class Report:
    """One job. ``state`` None: it was refused, and nothing of it was done in this run."""

    job: str
    folder: Path
    device: str | None
    plan: ErasurePlan | None
    state: JobState | None
    statement_sha256: str | None
    problem: HaikiError | None

    @property
    def finished(self) -> Finished | None:
        """The job's last line, if it has one."""
        return self.state.finished if self.state else None

    @property
    def _refused(self) -> bool:
        """Whether the job was not gone on with because of what its drive is now: trying again is no use."""
        refused = isinstance(self.problem, Refused) or (self.problem is not None and self.problem.code == "not-as-we-left-it")
        return refused and self.finished is None

    @property
    def exit_status(self) -> Exit:
        """0 ended with the claim that was asked, 1 ended without it, 2 refused, 5 to be taken up again."""
        if self.state is None or self._refused:
            return Exit.REFUSED
        if self.finished is None or self.plan is None:
            return Exit.INTERRUPTED
        if self.statement_sha256 is None:  # a statement that contradicts itself is never signed; a key can be renewed
            return Exit.NOT_REACHED if self.problem and self.problem.code == "contradiction" else Exit.INTERRUPTED
        return exit_of(self.plan, self.finished)


def worst(reports: Sequence[Report]) -> Exit:
    """The gravest status of all: refused, then to be resumed, then ended without the claim, then done."""
    found = {report.exit_status for report in reports}
    return next((status for status in _GRAVEST_FIRST if status in found), Exit.DONE)


def give(reports: Sequence[Report], context: Context, jobs: Path) -> Exit:
    """Tells all of it on stdout; gives the exit status."""
    status = worst(reports)
    if context.as_json:
        context.give({"jobs": [as_json(report) for report in reports], "exit": int(status)})
        return status
    for report in reports:
        for line in in_words(report, jobs):
            context.say(line)
        context.say()
    return status


def as_json(report: Report) -> dict[str, Any]:
    """One job as plain JSON values."""
    state, finished = report.state, report.finished
    verified = _last_verification(state)
    value: dict[str, Any] = {
        "job": report.job,
        "device": report.device,
        "folder": str(report.folder),
        "exit": int(report.exit_status),
        "outcome": finished.outcome.value if finished else None,
        "method": finished.claim.method if finished else None,
        "test": report.plan.test if report.plan else None,
        "verification": verified.result.value if verified else None,
        "exception_sectors": finished.exception_sectors if finished else None,
        "sessions": state.sessions if state else None,
        "statement": str(report.folder / STATEMENT) if report.statement_sha256 else None,
        "statement_sha256": report.statement_sha256,
        "problem": None,
    }
    if report.problem:
        what, why, next_step = report.problem.sentences()
        value["problem"] = {"error": f"{report.problem.room}.{report.problem.code}", "what": what, "why": why, "next": next_step}
    return value


def in_words(report: Report, jobs: Path) -> Iterator[str]:
    """One job for people."""
    yield _headline(report)
    if report.state and report.plan:
        if report.finished:
            yield from _outcome(report.plan, report.state, report.finished)
        else:
            yield from _interrupted(report.state)
    if report.problem:
        what, why, next_step = report.problem.sentences()
        for label, sentence in (("what", what), ("why", why), ("next", next_step)):
            yield "  " + text(f"commandline.label-{label}") + sentence
    yield from _next(report, jobs)


def _headline(report: Report) -> str:
    headline = text("station.headline", device=report.device or "-", job=report.job)
    return f"{headline}  [{text('paper.test-banner')}]" if report.plan and report.plan.test else headline


def _outcome(plan: ErasurePlan, state: JobState, finished: Finished) -> Iterator[str]:
    claim = finished.claim
    yield _line("serial", confirmation_name(plan.drive))
    yield _line("outcome", text(f"paper.outcome.{finished.outcome.value}"))
    if finished.outcome is not Outcome.ERASED:
        yield "    " + text("station.not-to-be-treated-as-erased")
    if claim.method == "none":
        yield _line("claim", text("station.claim-none"))
    else:
        standard = signed_words(f"{claim.standard} {claim.edition}", current_language())
        yield _line("claim", text("station.claim-meets", method=claim.method.capitalize(), standard=standard))
    yield from (f"    - {text(f'paper.claim-reason.{reason}')}" for reason in claim.reasons)
    required = plan.policy.require
    if Method(claim.method).rank < required.rank:
        missed = "missed-destroy" if required is Method.DESTROY else "missed"
        yield _line("policy", text(f"station.{missed}", method=required.value.capitalize()))
    yield _line("verification", _verification(_last_verification(state), plan, finished))
    if finished.exception_sectors:
        yield _line("exceptions", text("station.exception-sectors", sectors=f"{finished.exception_sectors:,}"))
        yield from _ranges(state)
    if state.sessions > 1:
        yield _line("interruptions", text("station.interruption-count", count=state.sessions - 1))


def _ranges(state: JobState) -> Iterator[str]:
    ranges = _joined(state.bad)
    for operation, error, first, last in ranges[:_MOST_RANGES]:
        named = text(f"station.operation-{operation}")
        yield "    - " + text("station.bad-range", operation=named, first=f"{first:,}", last=f"{last:,}", error=error)
    if len(ranges) > _MOST_RANGES:
        yield "    - " + text("station.more-ranges", count=len(ranges) - _MOST_RANGES)


def _joined(found: Sequence[BadRange]) -> list[tuple[str, str, int, int]]:
    """Ranges as operation, error, first and last sector; those that meet or overlap are one."""
    joined: list[tuple[str, str, int, int]] = []
    for bad in sorted(found, key=lambda bad: (bad.operation.value, bad.error, bad.first_lba)):
        kind, last = (bad.operation.value, bad.error), bad.first_lba + bad.sectors - 1
        if joined and joined[-1][:2] == kind and bad.first_lba <= joined[-1][3] + 1:
            joined[-1] = (*kind, joined[-1][2], max(joined[-1][3], last))
        else:
            joined.append((*kind, bad.first_lba, last))
    return joined


def _in_part(found: VerificationFinished, plan: ErasurePlan, finished: Finished) -> bool:
    """Whether it says nothing about some sectors that its kind would have to reach, as papers judge it too."""
    short = found.kind == VerifyKind.FULL and found.bytes_compared < plan.drive.size
    return finished.exception_sectors > 0 or found.unreadable_sectors > 0 or short


def _verification(found: VerificationFinished | None, plan: ErasurePlan, finished: Finished) -> str:
    if found is None:
        return text("paper.verification-result.not-run")
    part = "-in-part" if _in_part(found, plan, finished) else ""
    passed = "-in-part" if part and found.result is VerificationResult.PASSED else ""
    return text(
        "station.verification",
        kind=text(f"paper.verification.{found.kind}{part}"),
        result=text(f"paper.verification-result.{found.result.value}{passed}"),
        bytes=f"{found.bytes_compared:,}",
        mismatched=f"{found.mismatched_sectors:,}",
        unreadable=f"{found.unreadable_sectors:,}",
    )


def _last_verification(state: JobState | None) -> VerificationFinished | None:
    """The one that counts: of the pass that was the last to begin."""
    found = state.verified[-1] if state and state.verified else None
    return found if found and state and found.pass_number == state.pass_number else None


def _interrupted(state: JobState) -> Iterator[str]:
    yield _line("outcome", text("station.interrupted", cause=text(f"paper.cause.{state.broken_by.value}")))
    yield "    " + text("station.not-yet-erased")


def _next(report: Report, jobs: Path) -> Iterator[str]:
    if report.state is None:
        return
    if report.statement_sha256:
        yield _line("statement", str(report.folder / STATEMENT))
        yield _line("next", shlex.join(["certify", "photo", "add", str(report.folder)]) + " PHOTO...")
        yield "    " + shlex.join(["certify", "issue", str(report.folder)]) + " --out DIR"
    elif report.exit_status is Exit.INTERRUPTED:
        yield _line("next", shlex.join(["erase", "resume", "--jobs", str(jobs)]))


def _line(label: str, value: str) -> str:
    return f"  {text(f'station.label-{label}')}: {value}"
