"""A job that ended well, as its folder tells it, without a drive or an engine."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from certify.foundation.clock import rfc3339
from certify.foundation.ids import Prefix, encode
from erase.drive.facts import Bus, Drive, Fact, Identity, Machine, MediaType, Source
from erase.jobs.events import (
    BadRange,
    Checkpoint,
    Claim,
    Finished,
    Identified,
    Mismatch,
    Operation,
    Outcome,
    PassFinished,
    PassStarted,
    Phase,
    VerificationFinished,
    VerificationResult,
    VerificationStarted,
)
from erase.jobs.opening import begin_job
from erase.planner.confirm import Confirmation, Person, confirm, expiry
from erase.planner.plan import PlanRequest, make_plan
from erase.planner.policies import load_policy
from job_bench import facts_of

SIZE = 4096 * 512


@pytest.fixture
def machine() -> Machine:
    return Machine(None, None, None, None, "boot-1", "6.1.0")


@pytest.fixture
def drive() -> Drive:
    identity = Identity(model=Fact("DISK", Source.IDENTIFY), serial=Fact("S3Z9NB0K123456", Source.IDENTIFY))
    return Drive(("/dev/sdb",), identity, Bus.ATA, MediaType.MAGNETIC, SIZE, 512, 512, False, False, None)


@pytest.fixture
def confirmed(drive, machine, clock):
    """A plan of one pass of zeros that two people confirmed."""
    policy = load_policy("nist-800-88r1", zone=None, classification=None, require=None, folder=None)
    plan = make_plan(drive, machine, PlanRequest(policy, scheme="zero"), {"zero": facts_of("zero")})
    now = clock.now()
    people = {"operator": Person("op-1", "作業 太郎"), "witness": Person("wi-1", "立会 花子")}
    at = {"at": rfc3339(now), "source": clock.source, "expires": expiry(now)}
    confirmation = Confirmation(encode(Prefix.JOB, bytes(16)), plan.sha256, "S3Z9NB0K123456", None, None, None, **people, **at)
    return confirm(plan, drive, confirmation, now)


def _claim(method: str, confirmed) -> Claim:
    expected = confirmed.plan.expected
    evidence = "logical-read-back" if method != "none" else "none"
    return Claim(method, expected.standard, expected.edition, expected.clause, evidence, ("addressable-area-only",))


@pytest.fixture
def told(tmp_path, confirmed, machine, clock):
    """Writes the folder of a job that ended in one of the three ways; gives folder, plan and state."""

    def tell(outcome: Outcome = Outcome.ERASED, *, finish: bool = True) -> SimpleNamespace:
        bad = [BadRange(Operation.WRITE, 1, 7, 2, "EIO")] if outcome is Outcome.ERASED_WITH_EXCEPTIONS else []
        wrong = [Mismatch(1, 9, 1)] if outcome is Outcome.NOT_ERASED else []
        lost = sum(found.sectors for found in bad)
        result = VerificationResult.FAILED if wrong else VerificationResult.PASSED
        size = SIZE - lost * 512
        events = [
            Identified(confirmed.plan.drive.to_json()),
            PassStarted(1, 1, "00", None, 0),
            *bad,
            Checkpoint(Phase.WRITE, 1, SIZE, 10),
            PassFinished(1, size, 10, True),
            VerificationStarted(1, "full", None, None, size, 1, 512, 1_000_000),
            *wrong,
            VerificationFinished(1, "full", None, None, size, 1, 512, 1_000_000, len(wrong), 0, 10, result),
        ]
        method = "clear" if outcome is Outcome.ERASED else "none"
        end = Finished(outcome, _claim(method, confirmed), SIZE // 512 - lost, lost, 20, ("hidden-areas-unknown",))
        with begin_job(tmp_path / "jobs", confirmed, machine, clock) as job:
            for event in [*events, *([end] if finish else [])]:
                job.journal.append(event)
            return SimpleNamespace(folder=job.folder, plan=confirmed.plan, state=job.journal.state)

    return tell
