"""Overwrite: its steps, and what may be said after them."""

from dataclasses import replace

import pytest

from erase.techniques import overwrite
from erase.techniques.base import Choices, StepKind, TechniqueId, Verify, VerifyKind
from erase.techniques.findings import Condition, Evidence, Reason, VerificationResult
from erase.techniques.overwrite import OverwriteRecord
from erase.techniques.registry import TECHNIQUES

FULL = Verify()
ONE_PASS = Choices(("random",), verify_each=False, verify=FULL)
THREE_PASSES = Choices(("00", "ff", "random"), verify_each=False, verify=FULL)
WELL_DONE = OverwriteRecord(1, 0, VerificationResult.PASSED, sampled=False, resumed=False)


def test_every_technique_of_the_closed_set_has_its_module():
    assert set(TECHNIQUES) == set(TechniqueId)
    assert all(module.ID is name for name, module in TECHNIQUES.items())


def test_one_pass_is_a_write_and_a_read_back_of_the_whole_drive():
    steps = overwrite.steps(1000, ONE_PASS)
    assert [(step.kind, step.number, step.of, step.bytes_moved) for step in steps] == [
        (StepKind.WRITE, 1, 1, 1000),
        (StepKind.READ_BACK, 1, 1, 1000),
    ]


def test_only_the_last_of_three_passes_is_read_back():
    steps = overwrite.steps(1000, THREE_PASSES)
    assert [(step.kind.value, step.number) for step in steps] == [("write", 1), ("write", 2), ("write", 3), ("read-back", 3)]
    assert [step.pattern for step in steps] == ["00", "ff", "random", "random"]


def test_a_scheme_that_demands_it_reads_every_pass_back_and_the_earlier_ones_in_full():
    choices = Choices(("00", "ff"), verify_each=True, verify=Verify(VerifyKind.PERCENT, 100_000))
    read_backs = [step for step in overwrite.steps(1000, choices) if step.kind is StepKind.READ_BACK]
    assert [(step.number, step.verify.kind, step.bytes_moved) for step in read_backs] == [
        (1, VerifyKind.FULL, 1000),
        (2, VerifyKind.PERCENT, 100),
    ]


def test_well_done_work_reads_back_as_written_and_reaches_the_addressable_area_only():
    findings = overwrite.interpret(ONE_PASS, WELL_DONE)
    assert findings.evidence is Evidence.LOGICAL_READ_BACK
    assert findings.reasons == {Reason.ADDRESSABLE_AREA_ONLY}
    assert findings == overwrite.prospect(ONE_PASS)


@pytest.mark.parametrize(
    ("record", "reason", "evidence"),
    [
        (OverwriteRecord(0, 0, VerificationResult.NOT_RUN, sampled=False, resumed=False), Reason.NOT_COMPLETED, Evidence.NONE),
        (
            OverwriteRecord(1, 3, VerificationResult.PASSED, sampled=False, resumed=False),
            Reason.SECTORS_WITH_ERRORS,
            Evidence.LOGICAL_READ_BACK,
        ),
        (OverwriteRecord(1, 0, VerificationResult.FAILED, sampled=False, resumed=False), Reason.VERIFICATION_FAILED, Evidence.NONE),
        (
            OverwriteRecord(1, 0, VerificationResult.NOT_RUN, sampled=False, resumed=False),
            Reason.VERIFICATION_NOT_RUN,
            Evidence.COMMAND_STATUS,
        ),
        (OverwriteRecord(1, 0, VerificationResult.PASSED, sampled=False, resumed=True), Reason.RESUMED, Evidence.LOGICAL_READ_BACK),
    ],
)
def test_what_went_wrong_is_a_reason_and_lowers_the_evidence(record, reason, evidence):
    findings = overwrite.interpret(ONE_PASS, record)
    assert reason in findings.reasons
    assert findings.evidence is evidence


def test_two_of_three_passes_are_not_completed_whatever_the_verification_said():
    findings = overwrite.interpret(THREE_PASSES, OverwriteRecord(2, 0, VerificationResult.PASSED, sampled=False, resumed=False))
    assert Reason.NOT_COMPLETED in findings.reasons
    assert findings.evidence is Evidence.NONE


def test_no_pass_at_all_is_not_completed():
    findings = overwrite.interpret(
        Choices((), verify_each=False, verify=FULL), OverwriteRecord(0, 0, VerificationResult.PASSED, sampled=False, resumed=False)
    )
    assert Reason.NOT_COMPLETED in findings.reasons


@pytest.mark.parametrize(
    ("verify", "sampled"),
    [
        (FULL, False),
        (Verify(VerifyKind.NIST_800_88_R1), True),
        (Verify(VerifyKind.PERCENT, 999_999), True),
        (Verify(VerifyKind.PERCENT, 1_000_000), False),
    ],
)
def test_sampling_is_foreseen_where_it_was_asked_for(verify, sampled):
    findings = overwrite.prospect(Choices(("00",), verify_each=False, verify=verify))
    assert (Reason.VERIFICATION_SAMPLED in findings.reasons) == sampled


@pytest.mark.parametrize("sampled", [False, True])
def test_sampling_is_said_of_what_was_done_and_the_grade_stays(sampled):
    """What is too small to be sampled, or was broken off, is read whole, whatever was asked for."""
    findings = overwrite.interpret(ONE_PASS, replace(WELL_DONE, sampled=sampled))
    assert (Reason.VERIFICATION_SAMPLED in findings.reasons) == sampled
    assert (Reason.VERIFICATION_SAMPLED in findings.reasons) == sampled
    assert findings.evidence is Evidence.LOGICAL_READ_BACK


@pytest.mark.parametrize(
    ("passes", "met"),
    [
        (("00", "ff"), True),
        (("55", "aa", "random"), True),
        (("random", "35", "CA"), True),
        (("924924", "6db6db"), True),
        (("00",), False),
        (("00", "00"), False),
        (("00", "random", "ff"), False),
        (("random", "random"), False),
        (("9249", "6db6db"), False),
    ],
)
def test_two_complementary_passes_are_a_pattern_and_then_its_complement(passes, met):
    findings = overwrite.prospect(Choices(passes, verify_each=False, verify=FULL))
    assert (Condition.TWO_COMPLEMENTARY_PASSES in findings.met) == met
