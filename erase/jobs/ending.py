"""The last line of a job: what it came to, judged by nothing but its plan and its journal."""

from __future__ import annotations

from erase.jobs.events import Claim, Finished, Outcome, VerificationResult
from erase.jobs.journal import Journal
from erase.jobs.recovery import exceptions, worked_ms, written_sectors
from erase.jobs.sectors import count
from erase.jobs.states import JobState
from erase.planner import claims
from erase.planner.limits import Limit
from erase.planner.outcome import judge
from erase.planner.plan import ErasurePlan
from erase.techniques import findings
from erase.techniques.base import VerifyKind
from erase.techniques.overwrite import OverwriteRecord


def ending(plan: ErasurePlan, state: JobState) -> Finished:
    """How the job ends if it ends now. What was not finished, or not read back in this session, is no success."""
    exception_sectors = count(exceptions(state))
    record = OverwriteRecord(
        passes_finished=len(state.written),
        exception_sectors=exception_sectors,
        verification=_verification_of_last_pass(state, len(plan.scheme.passes)),
        sampled=_was_sampled(state),
        resumed=state.sessions > 1,
    )
    judgement = judge(plan, record)
    return Finished(
        outcome=Outcome(judgement.outcome.value),
        claim=on_record(judgement.claim),
        sectors_written=written_sectors(state),
        exception_sectors=exception_sectors,
        ms=worked_ms(state),
        limits=_limits(plan, state),
    )


def on_record(claim: claims.Claim) -> Claim:
    """A claim as the last line has it."""
    return Claim(
        method=claim.method.value,
        standard=claim.standard,
        edition=claim.edition,
        clause=claim.clause,
        evidence=claim.evidence.value,
        reasons=tuple(reason.value for reason in claim.reasons),
    )


def give_up(plan: ErasurePlan, journal: Journal) -> None:
    """Ends a job whose drive can't be brought to its end, in a session that never saw the drive: it is not erased.

    The journal's rules refuse any other outcome here. Raises JobError when the folder can't be written.
    """
    journal.append(ending(plan, journal.state))


def _limits(plan: ErasurePlan, state: JobState) -> tuple[str, ...]:
    """Those of the plan, and that of a machine on which the job was resumed; without that of a sample that was none."""
    limits = set(plan.limits) | ({Limit.INSIDE_HYPERVISOR} if state.inside_hypervisor else set())
    if not _was_sampled(state):
        limits -= {Limit.SAMPLED_VERIFICATION}
    return tuple(limit.value for limit in Limit if limit in limits)


def _was_sampled(state: JobState) -> bool:
    """Whether a part only was read back; what is too small to be sampled, or was broken off, is read whole."""
    return bool(state.verified) and state.verified[-1].kind != VerifyKind.FULL.value


def _verification_of_last_pass(state: JobState, passes: int) -> findings.VerificationResult:
    """The verification of the scheme's last pass; a failure of an earlier one, where the scheme demands each, fails all."""
    if any(done.result is VerificationResult.FAILED for done in state.verified):
        return findings.VerificationResult.FAILED
    ran = any(done.pass_number == passes for done in state.verified)
    return findings.VerificationResult.PASSED if ran else findings.VerificationResult.NOT_RUN
