"""How a job ended, from what the journal says of it: the outcome, the claim, and whether it is what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from certify.foundation.standards import Method, basis_of
from erase.planner.claims import Claim, claim_of
from erase.planner.plan import ErasurePlan
from erase.techniques import overwrite
from erase.techniques.findings import Reason


class Outcome(StrEnum):
    """The closed set of ends."""

    ERASED = "erased"
    ERASED_WITH_EXCEPTIONS = "erased-with-exceptions"  # all but the sectors that gave errors, and therefore no claim
    NOT_ERASED = "not-erased"


@dataclass(frozen=True)
class Judgement:
    """What is said of the drive. ``as_asked``: the claim reaches what the policy requires (exit status 0, else 1)."""

    outcome: Outcome
    claim: Claim
    as_asked: bool


def judge(plan: ErasurePlan, record: overwrite.OverwriteRecord) -> Judgement:
    """The judgement over one job. Success needs every pass ended and a verification that ran and passed."""
    basis = basis_of(plan.expected.standard, plan.expected.edition)
    findings = overwrite.interpret(plan.choices, record)
    claim = claim_of(plan.technique, plan.drive, basis, findings)
    but_for_errors = claim_of(plan.technique, plan.drive, basis, replace(findings, reasons=findings.reasons - {Reason.SECTORS_WITH_ERRORS}))
    if claim.method is not Method.NONE:
        outcome = Outcome.ERASED
    elif but_for_errors.method is not Method.NONE:
        outcome = Outcome.ERASED_WITH_EXCEPTIONS
    else:
        outcome = Outcome.NOT_ERASED
    return Judgement(outcome, claim, as_asked=claim.method.rank >= plan.policy.require.rank)
