"""How a job ends: outcome, claim, and whether it is what was asked for."""

import pytest

from erase.planner.outcome import Outcome, judge
from erase.planner.plan import make_plan
from erase.techniques.findings import Evidence, Reason, VerificationResult
from erase.techniques.overwrite import OverwriteRecord

PASSED, FAILED, NOT_RUN = VerificationResult.PASSED, VerificationResult.FAILED, VerificationResult.NOT_RUN


@pytest.fixture
def plan_by(a_drive, machine, a_request, a_policy, schemes):
    def plan(policy="nist-800-88r2-ieee-2883-2022", scheme="dod-5220-22m-3", **chosen):
        return make_plan(a_drive(), machine, a_request(policy=a_policy(policy, **chosen), scheme=scheme), schemes)

    return plan


def test_well_done_work_is_erased_with_the_claim_that_was_asked_for(plan_by):
    judgement = judge(plan_by(), OverwriteRecord(3, 0, PASSED, sampled=False, resumed=False))
    assert judgement.outcome is Outcome.ERASED
    assert (judgement.claim.method, judgement.claim.evidence) == ("clear", Evidence.LOGICAL_READ_BACK)
    assert judgement.as_asked


def test_the_claim_at_the_end_is_the_one_that_was_expected(plan_by):
    for policy in ("nist-800-88r1", "nist-800-88r2-ieee-2883-2022"):
        plan = plan_by(policy)
        assert judge(plan, OverwriteRecord(3, 0, PASSED, sampled=False, resumed=False)).claim == plan.expected


def test_an_interrupted_and_resumed_job_ends_well_and_says_so(plan_by):
    judgement = judge(plan_by(), OverwriteRecord(3, 0, PASSED, sampled=False, resumed=True))
    assert judgement.outcome is Outcome.ERASED
    assert Reason.RESUMED in judgement.claim.reasons


def test_sectors_with_errors_give_an_end_with_exceptions_and_no_claim(plan_by):
    judgement = judge(plan_by(), OverwriteRecord(3, 1, PASSED, sampled=False, resumed=False))
    assert judgement.outcome is Outcome.ERASED_WITH_EXCEPTIONS
    assert judgement.claim.method == "none"
    assert not judgement.as_asked


@pytest.mark.parametrize("exceptions", [0, 7])
@pytest.mark.parametrize(
    ("finished", "verification"), [(3, FAILED), (3, NOT_RUN), (2, PASSED), (0, NOT_RUN)], ids=["failed", "not-run", "unfinished", "nothing"]
)
def test_without_every_pass_and_a_passed_verification_nothing_is_erased(plan_by, finished, verification, exceptions):
    judgement = judge(plan_by(), OverwriteRecord(finished, exceptions, verification, sampled=False, resumed=False))
    assert judgement.outcome is Outcome.NOT_ERASED
    assert judgement.claim.method == "none"
    assert not judgement.as_asked


def test_before_destruction_a_good_erasure_is_clear_and_still_not_what_the_policy_asks_for(plan_by):
    judgement = judge(plan_by("mic-2020", zone="mynumber", classification="1"), OverwriteRecord(3, 0, PASSED, sampled=False, resumed=False))
    assert judgement.outcome is Outcome.ERASED
    assert judgement.claim.method == "clear"
    assert not judgement.as_asked
