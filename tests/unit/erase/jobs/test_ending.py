"""A job that can't be brought to its end is ended all the same, and never as a success."""

from __future__ import annotations

import pytest

from certify.statement.consistency import contradictions
from erase.errors import Refused
from erase.jobs.ending import ending, give_up
from erase.jobs.events import IllegalLine, Outcome
from erase.jobs.opening import examine, take_up
from job_bench import MACHINE, Crash, at_io, crash


def broken_off(bench, what, number, scheme="dod-5220-22m-3"):
    bench.medium.before_io = at_io(what, number, crash)
    with pytest.raises(Crash):
        bench.run(scheme)
    bench.medium.before_io = None


def given_up(bench):
    with take_up(examine(bench.folder), MACHINE, bench.clock) as job:
        give_up(examine(bench.folder).plan, job.journal)


@pytest.mark.parametrize(("what", "number"), [("write", 1), ("write", 20), ("write", 60), ("read", 1), ("read", 30)])
def test_a_job_that_was_given_up_is_a_failure_with_a_true_statement(bench, what, number):
    broken_off(bench, what, number)
    bench.clock.advance(365 * 24 * 3600)
    given_up(bench)
    finished = examine(bench.folder).record.state.finished
    assert (finished.outcome, finished.claim.method) == (Outcome.NOT_ERASED, "none")
    statement = bench.statement()
    assert contradictions(statement) == []
    assert (statement.outcome, statement.verification.result) == ("not-erased", "not-run")
    assert [pause.cause for pause in statement.interruptions] == ["crash-or-power-loss"]


def test_a_success_that_was_never_signed_is_given_up_as_a_failure(bench):
    bench.run("zero")
    assert examine(bench.folder).record.state.finished.outcome is Outcome.ERASED
    given_up(bench)
    assert bench.statement().outcome == "not-erased"


def test_a_job_that_was_given_up_is_not_resumed(bench):
    broken_off(bench, "write", 20)
    given_up(bench)
    with pytest.raises(IllegalLine, match="event-out-of-place"):
        bench.resume()


def test_a_success_needs_a_look_at_the_drive_in_the_session_that_ends_it(bench):
    bench.run("zero")
    known = examine(bench.folder)
    success = ending(known.plan, known.record.state)
    assert success.outcome is Outcome.ERASED
    with take_up(known, MACHINE, bench.clock) as job, pytest.raises(IllegalLine, match="success-without-proof"):
        job.journal.append(success)


def test_what_never_began_can_not_be_given_up(bench, killed_before_it_began):
    killed_before_it_began("zero")
    with pytest.raises(IllegalLine, match="event-out-of-place"):
        given_up(bench)


def test_its_confirmation_does_not_matter_any_more(bench):
    broken_off(bench, "write", 1)
    bench.clock.advance(3600)
    with pytest.raises(Refused, match="confirmation-expired"):
        bench.resume()
    given_up(bench)
    assert bench.statement().outcome == "not-erased"
