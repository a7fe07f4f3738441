"""The last words about each job, and the exit status of all."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from certify.errors import Refused as PaperRefused
from certify.foundation.commandline import Context
from certify.foundation.config import Home
from certify.foundation.errors import Exit
from certify.foundation.messages import text
from certify.foundation.standards import Method
from erase.errors import JobError
from erase.jobs.events import BadRange, Operation, Outcome
from erase.station.report import Report, give, in_words, worst

JOBS = Path("/jobs with a blank")
MEETING = [(40_960, 45_056, "ENOSPC"), (86_016, 45_056, "ENOSPC"), (7, 2, "EIO"), (10, 1, "EIO")]  # sector 9 is good


@pytest.fixture
def report(told):
    def make(outcome: Outcome = Outcome.ERASED, *, finish: bool = True, **changed) -> Report:
        job = told(outcome, finish=finish)
        made = Report(job.folder.job, job.folder.path, "/dev/sdb", job.plan, job.state, "ab" * 32 if finish else None, None)
        return replace(made, **changed)

    return make


def refused() -> Report:
    return Report("J-9", Path("/jobs/J-9"), None, None, None, None, JobError("jobs", "already-running", job="J-9"))


def words(report: Report) -> str:
    return "\n".join(in_words(report, JOBS))


def test_a_success_says_what_may_be_claimed(report, language):
    said = words(report())
    for part in ({"ja": ["消去完了", "Clear に該当します", "合格"], "en": ["ERASED", "meets Clear", "passed"]})[language.value]:
        assert part in said
    assert "S3Z9NB0K123456" in said
    assert "certify issue" in said
    assert "TEST" not in said


def test_exceptions_are_listed_and_nothing_is_claimed(report, language):
    said = words(report(Outcome.ERASED_WITH_EXCEPTIONS))
    assert {"ja": "書込みエラー: セクター 7 から 8 まで (EIO)", "en": "error in writing: sectors 7 to 8 (EIO)"}[language.value] in said
    assert {"ja": "消去区分: 該当なし", "en": "Method: none"}[language.value] in said
    missed = {"ja": "求められる Clear を満たしていません。", "en": "the required method, Clear, is not reached."}[language.value]
    assert missed in said
    assert {"ja": "この記録媒体は消去済みとして扱わず", "en": "Don't treat this drive as erased"}[language.value] in said
    assert "Clear" not in said.replace("Clear を超えません", "").replace("exceeds Clear", "").replace(missed, "")


def test_the_verification_of_a_drive_with_exceptions_is_never_said_to_be_of_all(report, language):
    said = words(report(Outcome.ERASED_WITH_EXCEPTIONS))
    assert text("paper.verification.full-in-part") in said
    assert text("paper.verification-result.passed-in-part") in said
    assert text("paper.verification.full") not in said


def test_one_sector_that_could_not_be_written_is_enough_for_that(report):
    found = report(Outcome.ERASED_WITH_EXCEPTIONS)
    # all that is there was compared: only the count of exceptions tells that some of it is not what was written
    whole = replace(found.state.verified[-1], kind="percent", bytes_compared=found.plan.drive.size, unreadable_sectors=0)
    said = words(replace(found, state=replace(found.state, verified=(whole,))))
    assert text("paper.verification.percent-in-part") in said


def test_a_whole_verification_is_said_to_be_one(report, language):
    whole = words(report())
    assert text("paper.verification.full") in whole
    assert text("paper.verification-result.passed-in-part") not in whole


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        (
            Method.DESTROY,
            {
                "ja": "基準: 求められる Destroy を満たしていません。消去の後に物理的破壊を行ってください。",
                "en": "Policy: the required method, Destroy, is not reached. Destroy the drive physically after this erasure.",
            },
        ),
        (Method.PURGE, {"ja": "基準: 求められる Purge を満たしていません。", "en": "Policy: the required method, Purge, is not reached."}),
    ],
)
def test_a_required_method_that_was_missed_is_said(report, language, method, sentence):
    done = report()
    policy = replace(done.plan.policy, require=method)
    assert sentence[language.value] in words(replace(done, plan=replace(done.plan, policy=policy)))
    assert {"ja": "基準: 求められる", "en": "Policy: "}[language.value] not in words(done)


def test_ranges_that_meet_are_shown_as_one(report, language):
    found = report(Outcome.ERASED_WITH_EXCEPTIONS)
    bad = [BadRange(Operation.WRITE, 1, first, sectors, error) for first, sectors, error in MEETING]
    said = words(replace(found, state=replace(found.state, bad=tuple(bad))))
    shown = [line.strip() for line in said.splitlines() if "EIO)" in line or "ENOSPC)" in line]
    assert len(shown) == 3
    assert {"ja": "セクター 40,960 から 131,071 まで (ENOSPC)", "en": "sectors 40,960 to 131,071 (ENOSPC)"}[language.value] in said


def test_a_failure_is_called_a_failure(report, language):
    said = words(report(Outcome.NOT_ERASED))
    assert {"ja": "消去結果: 消去未完了", "en": "NOT ERASED"}[language.value] in said
    assert {"ja": "不合格", "en": "FAILED"}[language.value] in said


def test_an_interrupted_job_says_how_to_go_on(report, language):
    said = words(report(finish=False))
    assert "erase resume --jobs '/jobs with a blank'" in said
    assert {"ja": "まだ完了していません", "en": "not yet erased"}[language.value] in said
    assert "certify" not in said


def test_a_refusal_says_what_why_and_what_next(language):
    said = words(refused())
    labels = {"ja": ["内容: ", "理由: ", "対処: "], "en": ["What: ", "Why: ", "Next: "]}[language.value]
    assert all(line.strip().startswith(label) for label, line in zip(labels, said.splitlines()[1:4], strict=True))


@pytest.mark.parametrize(
    ("outcome", "finish", "status"),
    [
        (Outcome.ERASED, True, Exit.DONE),
        (Outcome.ERASED_WITH_EXCEPTIONS, True, Exit.NOT_REACHED),
        (Outcome.NOT_ERASED, True, Exit.NOT_REACHED),
        (Outcome.ERASED, False, Exit.INTERRUPTED),
    ],
)
def test_the_exit_status_of_each_outcome(report, outcome, finish, status):
    assert report(outcome, finish=finish).exit_status is status


def test_a_finished_job_that_could_not_be_signed_is_to_be_taken_up_again(report):
    unsigned = report(statement_sha256=None, problem=JobError("jobs", "folder-not-writable", folder="/x", error="full"))
    assert unsigned.exit_status is Exit.INTERRUPTED
    assert "erase resume" in words(unsigned)
    lie = replace(unsigned, problem=PaperRefused("statement", "contradiction", codes="x", count=1))
    assert lie.exit_status is Exit.NOT_REACHED


def test_of_several_jobs_the_gravest_status_counts(report):
    done = report()
    failed = replace(
        done, state=replace(done.state, finished=replace(done.state.finished, claim=replace(done.state.finished.claim, method="none")))
    )
    interrupted = replace(done, statement_sha256=None)
    assert worst([]) is Exit.DONE
    assert worst([done, failed]) is Exit.NOT_REACHED
    assert worst([failed, interrupted, done]) is Exit.INTERRUPTED
    assert worst([failed, interrupted, refused(), done]) is Exit.REFUSED


def test_json_holds_the_same(report, clock):
    out = io.StringIO()
    context = Context(clock, Home(Path("/none")), {}, out, io.StringIO(), True)
    assert give([report(Outcome.ERASED_WITH_EXCEPTIONS), refused()], context, JOBS) is Exit.REFUSED
    said = json.loads(out.getvalue())
    first, second = said["jobs"]
    assert (said["exit"], first["exit"], second["exit"]) == (2, 1, 2)
    assert (first["outcome"], first["method"], first["exception_sectors"]) == ("erased-with-exceptions", "none", 2)
    assert second["problem"]["error"] == "jobs.already-running"
    assert second["outcome"] is None
