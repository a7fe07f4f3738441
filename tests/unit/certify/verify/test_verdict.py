"""The bottom line: the one place where checks become a verdict."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.verify.reasons import Reason
from certify.verify.verdict import NEEDED, Bottom, Check, Kind, Outcome, Paper, Step, Verdict

MOMENT = datetime(2026, 11, 23, tzinfo=UTC)
KINDS = [kind for kind in Kind if kind is not Kind.UNKNOWN]


def verdict(kind: Kind, outcomes: dict[Step, Outcome]) -> Verdict:
    checks = tuple(Check(step, outcomes.get(step, Outcome.NOT_APPLICABLE), Reason.AS_IT_SHOULD_BE) for step in Step)
    return Verdict(kind, "paper", MOMENT, checks, Paper())


def all_passed(kind: Kind) -> dict[Step, Outcome]:
    return dict.fromkeys(NEEDED[kind], Outcome.PASSED)


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_whose_every_needed_rung_passed_is_valid(kind: Kind) -> None:
    assert verdict(kind, all_passed(kind)).bottom is Bottom.VALID


@pytest.mark.parametrize(("kind", "step"), [(kind, step) for kind in KINDS for step in Step if step in NEEDED[kind]])
def test_no_rung_may_be_left_out_of_a_valid_paper(kind: Kind, step: Step) -> None:
    expected = {
        Outcome.NOT_APPLICABLE: Bottom.CANNOT_TELL,
        Outcome.CANNOT_TELL: Bottom.CANNOT_TELL,
        Outcome.UNREADABLE: Bottom.UNREADABLE,
        Outcome.FAILED: Bottom.INVALID,
    }
    for outcome, bottom in expected.items():
        assert verdict(kind, all_passed(kind) | {step: outcome}).bottom is bottom


def test_nothing_makes_an_unknown_paper_valid() -> None:
    assert verdict(Kind.UNKNOWN, dict.fromkeys(Step, Outcome.PASSED)).bottom is Bottom.UNREADABLE


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(Step), st.sampled_from(Outcome)), st.sampled_from(Step))
def test_one_more_failure_never_makes_a_verdict_better(kind: Kind, outcomes: dict[Step, Outcome], step: Step) -> None:
    assert verdict(kind, outcomes | {step: Outcome.FAILED}).bottom is Bottom.INVALID


def test_the_first_doubt_is_the_lowest_rung_that_bears_the_verdict() -> None:
    outcomes = all_passed(Kind.PDF) | {Step.FORM: Outcome.CANNOT_TELL, Step.DATES: Outcome.FAILED, Step.PDF_CODE: Outcome.FAILED}
    doubt = verdict(Kind.PDF, outcomes).first_doubt
    assert doubt is not None
    assert doubt.step is Step.DATES
    assert verdict(Kind.PDF, all_passed(Kind.PDF)).first_doubt is None


def test_the_rungs_are_numbered_from_0_without_a_gap() -> None:
    assert [step.number for step in Step] == list(range(24))
