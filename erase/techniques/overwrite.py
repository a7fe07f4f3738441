"""Host overwrite: every addressable sector written by ordinary write commands, then read back.

Source: NIST SP 800-88 Rev. 1 section 2.5 and Appendix A (withdrawn); Rev. 2 section 3.1.1 per secondary sources. It
reaches what the host can address and nothing else, whatever the number of passes.
"""

from __future__ import annotations

from dataclasses import dataclass

from certify.foundation.standards import conditions_met
from erase.drive.facts import Drive
from erase.drive.report import HiddenAreas, Part, Presence, SanitizeState, SelfReport, Zoning
from erase.techniques.base import Choices, Offer, RefusalReason, RefusedTechnique, Step, StepKind, TechniqueId, Terms, Verify, VerifyKind
from erase.techniques.findings import Evidence, Findings, Reason, VerificationResult
from erase.techniques.obstacles import first_obstacle, parameters_of

ID = TechniqueId.OVERWRITE
_OTHER_NAMES = frozenset({"other-serial", "other-name"})  # erase.probe.asking.merging.DriveDoubt
_OF_TWO_MINDS = frozenset({"contradiction", "twice"})  # erase.commands.tcg_discovery.TcgDoubt


@dataclass(frozen=True)
class OverwriteRecord:
    """What the journal says of the work, folded into figures."""

    passes_finished: int  # written to the end and flushed
    exception_sectors: int  # could not be written or read
    verification: VerificationResult  # of the last pass
    sampled: bool  # it read a part only
    resumed: bool  # went on after an interruption


def assess(drive: Drive, terms: Terms) -> Offer | RefusedTechnique:
    """Every drive that can be written can be overwritten, unless something stands in the way."""
    if obstacle := first_obstacle(drive, terms) or _out_of_reach(drive):
        return RefusedTechnique(ID, obstacle, parameters_of(drive))
    return Offer(ID)


def _out_of_reach(drive: Drive) -> RefusalReason | None:
    """What the drive says that keeps a host from writing all of it: the first in the order of the reasons.

    What it did not say stands in the way of nothing; it is a limit on the papers.
    """
    report = drive.report
    if report is None:
        return None
    security, locking, sanitize = report.security, report.locking, report.sanitize
    found = {
        RefusalReason.IDENTITY_DIFFERS: any(doubt.code in _OTHER_NAMES for doubt in report.doubts),
        RefusalReason.ZONED: report.format.zoning is Zoning.HOST_MANAGED,
        RefusalReason.LOCKED: bool((security and security.locked) or (locking and locking.locked)),
        RefusalReason.MAY_BE_LOCKED: _may_be_locked(report),
        RefusalReason.SHADOW_MBR: bool(locking and locking.shadow_mbr),
        RefusalReason.SANITIZE_RUNNING: bool(sanitize and sanitize.state is SanitizeState.IN_PROGRESS),
        RefusalReason.HIDDEN_AREA: _hides_something(report.hidden),
        RefusalReason.CAPACITY_DIFFERS: report.size not in (None, drive.size),
    }
    return next((reason for reason in RefusalReason if found.get(reason)), None)


def _hides_something(hidden: HiddenAreas) -> bool:
    return any(area.presence is Presence.PRESENT for area in hidden.all)


def _may_be_locked(report: SelfReport) -> bool:
    """Whether what the drive says of its locks contradicts itself, so that they count as shut."""
    doubted = any(doubt.subject is Part.LOCKING and doubt.code in _OF_TWO_MINDS for doubt in report.doubts)
    return doubted and (report.locking is None or report.locking.locked is None)


def steps(size: int, choices: Choices) -> tuple[Step, ...]:
    """Each pass, and the read-backs: of the last pass as was chosen, of the others in full where the scheme demands it."""
    planned = []
    of = len(choices.passes)
    for number, pattern in enumerate(choices.passes, start=1):
        planned.append(Step(StepKind.WRITE, number, of, pattern, None, size))
        if number == of or choices.verify_each:
            verify = choices.verify if number == of else Verify(VerifyKind.FULL)
            planned.append(Step(StepKind.READ_BACK, number, of, pattern, verify, size * verify.share_ppm // 1_000_000))
    return tuple(planned)


def interpret(choices: Choices, record: OverwriteRecord) -> Findings:
    """What may be said of the work. Whatever was not seen to end well is a reason against a claim."""
    reasons = {Reason.ADDRESSABLE_AREA_ONLY}
    completed = record.passes_finished >= len(choices.passes) > 0
    if not completed:
        reasons.add(Reason.NOT_COMPLETED)
    if record.exception_sectors:
        reasons.add(Reason.SECTORS_WITH_ERRORS)
    if record.verification is VerificationResult.FAILED:
        reasons.add(Reason.VERIFICATION_FAILED)
    if record.verification is VerificationResult.NOT_RUN:
        reasons.add(Reason.VERIFICATION_NOT_RUN)
    elif record.sampled:
        reasons.add(Reason.VERIFICATION_SAMPLED)
    if record.resumed:
        reasons.add(Reason.RESUMED)
    return Findings(_evidence(record.verification, completed=completed), frozenset(reasons), conditions_met(choices.passes))


def _evidence(verification: VerificationResult, *, completed: bool) -> Evidence:
    if not completed or verification is VerificationResult.FAILED:
        return Evidence.NONE
    return Evidence.LOGICAL_READ_BACK if verification is VerificationResult.PASSED else Evidence.COMMAND_STATUS


def prospect(choices: Choices) -> Findings:
    """What will be known if every pass ends, every sector can be written, and the verification passes."""
    sampled = choices.verify.share_ppm < 1_000_000
    return interpret(choices, OverwriteRecord(len(choices.passes), 0, VerificationResult.PASSED, sampled=sampled, resumed=False))
