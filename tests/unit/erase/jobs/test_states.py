"""The fold over a journal: every legal story has an end, every illegal line is refused, nothing is guessed."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.drive.facts import Bus
from erase.jobs.events import (
    BadRange,
    Cause,
    Checkpoint,
    Finished,
    Identified,
    IllegalLine,
    Interrupted,
    Keys,
    Mismatch,
    Name,
    Outcome,
    PassFinished,
    PassStarted,
    Phase,
    Session,
)
from erase.jobs.states import SESSION_TRANSITIONS, WORK_TRANSITIONS, JobState, SessionState, WorkState, fold


def after(events) -> JobState:
    return reduce(JobState.after, events, JobState())


def reason_of(state: JobState, event) -> str:
    with pytest.raises(IllegalLine) as caught:
        state.after(event)
    return caught.value.reason


def test_a_job_without_incident_ends_finished(story):
    state = after(story)
    assert state.session is SessionState.FINISHED
    assert state.finished == story[-1]
    assert [done.bytes_written for done in state.written] == [state.drive.size] * 2
    assert state.keys[2].key == "ab" * 32


def test_the_tables_name_every_state():
    assert set(SESSION_TRANSITIONS) == set(SessionState)
    assert set(WORK_TRANSITIONS) == set(WorkState)


def test_every_state_can_be_reached_and_left():
    reached = {target for row in WORK_TRANSITIONS.values() for target in row.values()} | {WorkState.WRITE_BROKEN, WorkState.VERIFY_BROKEN}
    assert reached | {WorkState.IDLE} == set(WorkState)
    assert all(WORK_TRANSITIONS.values())


def test_no_line_of_the_story_can_be_left_out(story):
    """A checkpoint only makes a restart shorter; every other line carries what a later one needs."""
    for place, event in enumerate(story[:-1]):
        if event.NAME is not Name.CHECKPOINT:
            with pytest.raises(IllegalLine):
                after(story[:place] + story[place + 1 :])


def test_no_two_different_neighbours_can_be_exchanged(story):
    for place in range(len(story) - 1):
        swapped = [*story[:place], story[place + 1], story[place], *story[place + 2 :]]
        with pytest.raises(IllegalLine):
            after(swapped)


def test_nothing_follows_the_end(story):
    for event in story:
        if not isinstance(event, Session):
            assert reason_of(after(story), event) == "event-out-of-place"


def test_only_a_new_session_follows_a_success_and_throws_it_away(story, some):
    assert reason_of(after(story), some.session(3, Cause.CRASH_OR_POWER_LOSS)) == "session-number"
    again = after(story).after(some.session(2, Cause.CRASH_OR_POWER_LOSS))
    assert (again.session, again.work, again.finished, again.verified) == (SessionState.BEGUN, WorkState.WRITTEN, None, ())
    assert again.broken_passes == {2}


def test_not_even_a_session_follows_a_failure(story, some):
    failed = after(story[:10]).after(some.not_erased())
    assert reason_of(failed, some.session(2, Cause.CRASH_OR_POWER_LOSS)) == "event-out-of-place"


def test_a_crash_in_a_pass_is_resumed_at_its_last_checkpoint(story, some):
    state = after(story[:5]).after(some.session(2, Cause.CRASH_OR_POWER_LOSS))
    assert (state.session, state.work, state.bytes_done) == (SessionState.BEGUN, WorkState.WRITE_BROKEN, some.size // 2)
    live = state.after(story[2])
    assert reason_of(live, Checkpoint(Phase.WRITE, 1, some.size, 900)) == "event-out-of-place"
    assert reason_of(live, PassStarted(1, 2, "00", None, 0)) == "started-elsewhere"
    assert reason_of(live, PassStarted(1, 2, "ff", None, some.size // 2)) == "another-pattern"
    again = live.after(PassStarted(1, 2, "00", None, some.size // 2))
    assert (again.work, again.ms_done) == (WorkState.WRITING, 500)


def test_a_crash_in_a_verification_is_resumed_from_the_beginning(story, some):
    state = reduce(JobState.after, [some.session(2, Cause.CRASH_OR_POWER_LOSS), story[2]], after(story[:12]))
    assert (state.work, state.bytes_done) == (WorkState.VERIFY_BROKEN, 0)
    other = replace(some.verification_started(), kind="percent", percent_ppm=500_000, seed="ff" * 32)
    assert reason_of(state, other) == "another-verification"
    assert state.after(some.verification_started()).work is WorkState.VERIFYING


def test_keys_survive_a_crash_before_their_pass(story, some):
    state = reduce(JobState.after, [some.session(2, Cause.CRASH_OR_POWER_LOSS), story[2]], after(story[:7]))
    assert reason_of(state, Keys(2, "aes-256-ctr", "cd" * 32)) == "event-out-of-place"
    assert state.after(story[7]).work is WorkState.WRITING


def test_an_interruption_says_where_it_was(story, some):
    state = after(story[:5])
    assert reason_of(state, Interrupted(Cause.SIGNAL, Phase.WRITE, 1, 1)) == "interrupted-elsewhere"
    assert reason_of(state, Interrupted(Cause.SIGNAL, Phase.VERIFY, 1, some.size // 2)) == "interrupted-elsewhere"
    stopped = state.after(Interrupted(Cause.SIGNAL, Phase.WRITE, 1, some.size // 2))
    assert (stopped.session, stopped.broken_by) == (SessionState.STOPPED, Cause.SIGNAL)
    assert stopped.after(some.session(2, Cause.SIGNAL)).broken_by is Cause.CRASH_OR_POWER_LOSS


def test_another_drive_is_not_taken_for_the_same(story, some, drive):
    begun = after(story[:5]).after(some.session(2, Cause.CRASH_OR_POWER_LOSS))
    smaller = replace(drive, size=drive.size - 512)
    named = replace(drive, identity=replace(drive.identity, serial=replace(drive.identity.serial, value="OTHER")))
    for other in (smaller, named, replace(drive, virtual="loop"), replace(drive, bus=Bus.VIRTUAL)):
        assert reason_of(begun, Identified(other.to_json())) == "another-drive"
    assert begun.after(Identified(replace(drive, bus=Bus.USB).to_json())).session is SessionState.LIVE


def test_a_drive_that_makes_no_sense_is_damage(story, drive):
    for wrong in ({}, {"nodes": 3}, drive.to_json() | {"logical_sector": 0}, drive.to_json() | {"size": "x"}):
        assert reason_of(after(story[:2]), Identified(wrong)) == "wrong-fields"


@pytest.mark.parametrize(
    ("length", "event", "reason"),
    [
        (3, PassStarted(2, 2, "00", None, 0), "pass-number"),
        (3, PassStarted(3, 2, "00", None, 0), "pass-number"),
        (3, PassStarted(1, 2, "00", None, 512), "started-elsewhere"),
        (3, PassStarted(1, 2, "random", "aes-256-ctr", 0), "pass-without-its-key"),
        (3, Keys(2, "aes-256-ctr", "ab"), "pass-number"),
        (3, Keys(1, "aes-256-ctr", "xy"), "key-not-hexadecimal"),
        (6, PassStarted(2, 3, "00", None, 0), "pass-number"),
        (7, PassStarted(2, 2, "random", "chacha20", 0), "another-generator"),
        (7, PassStarted(2, 2, "ff", None, 0), "pass-without-its-key"),
        (5, Checkpoint(Phase.WRITE, 1, 1, 600), "checkpoint-out-of-place"),
        (5, Checkpoint(Phase.WRITE, 1, 1_000_000 * 512 + 1, 600), "checkpoint-out-of-place"),
        (5, Checkpoint(Phase.WRITE, 1, 1_000_000 * 512, 499), "checkpoint-out-of-place"),
        (5, Checkpoint(Phase.VERIFY, 1, 1_000_000 * 512, 600), "pass-number"),
        (5, BadRange("read", 1, 0, 1, "EIO"), "wrong-operation"),
        (5, BadRange("write", 2, 0, 1, "EIO"), "pass-number"),
        (5, BadRange("write", 1, 0, 0, "EIO"), "not-on-the-drive"),
        (5, BadRange("write", 1, 999_999, 2, "EIO"), "not-on-the-drive"),
        (5, PassFinished(2, 1, 1, True), "pass-number"),
        (5, PassFinished(1, 1, 1, False), "pass-number"),
        (12, Mismatch(2, 1_000_000, 1), "not-on-the-drive"),
        (12, Mismatch(1, 0, 1), "pass-number"),
    ],
)
def test_a_line_whose_numbers_can_not_be_is_damage(story, length, event, reason):
    assert reason_of(after(story[:length]), event) == reason


def end(outcome: Outcome, claim) -> Finished:
    return Finished(outcome, claim, 1_000_000, 0, 3000, ())


def test_success_without_a_passed_verification_is_damage(story, some):
    for length in (6, 10, 12):  # between passes, before the verification, in its midst
        assert reason_of(after(story[:length]), end(Outcome.ERASED, some.clear)) == "success-without-proof"
        assert after(story[:length]).after(end(Outcome.NOT_ERASED, some.no_claim)).finished
    failed = reduce(JobState.after, [Mismatch(2, 5, 1), some.verification_finished(mismatched=1)], after(story[:12]))
    assert reason_of(failed, end(Outcome.ERASED, some.clear)) == "success-without-proof"


def test_a_verification_with_mismatches_has_not_passed(story, some):
    state = after(story[:12]).after(Mismatch(2, 5, 1))
    assert reason_of(state, some.verification_finished()) == "passed-with-mismatches"
    unlisted = replace(some.verification_finished(mismatched=3), result="passed")
    assert reason_of(after(story[:12]), unlisted) == "passed-with-mismatches"


def test_no_more_is_compared_than_was_to_be(story, some):
    more = replace(some.verification_finished(), bytes_compared=some.size + 512)
    assert reason_of(after(story[:12]), more) == "another-verification"


def test_success_beside_exceptions_is_damage(story, some):
    events = [*story[:5], BadRange("write", 1, 7, 8, "EIO"), *story[5:-1]]
    assert reason_of(after(events), end(Outcome.ERASED, some.clear)) == "success-with-exceptions"
    assert after(events).after(end(Outcome.ERASED_WITH_EXCEPTIONS, some.no_claim)).finished
    assert reason_of(after(events), end(Outcome.ERASED_WITH_EXCEPTIONS, some.clear)) == "claim-without-success"
    assert reason_of(after(story[:-1]), end(Outcome.ERASED_WITH_EXCEPTIONS, some.no_claim)) == "success-with-exceptions"


def test_a_claim_without_success_is_damage(story, some):
    assert reason_of(after(story[:-1]), end(Outcome.NOT_ERASED, some.clear)) == "claim-without-success"


def test_the_first_pass_alone_is_not_the_whole_scheme(story, some):
    verified = [some.verification_started(1), some.verification_finished(1)]
    assert reason_of(after([*story[:6], *verified]), end(Outcome.ERASED, some.clear)) == "success-without-proof"


def test_lines_and_events_lead_to_the_same_state(story, lines_of):
    assert fold(lines_of(story)) == after(story)


def test_a_line_is_never_dated_before_the_one_above_it(story, lines_of):
    lines = lines_of(story)
    lines[3]["at"] = "2026-11-23T01:02:04Z"
    with pytest.raises(IllegalLine, match="time-runs-backwards"):
        fold(lines)
    for line in lines[4:]:
        line["at"] = "2026-11-23T01:02:04Z"
    assert fold(lines) == after(story)


def test_a_line_needs_all_its_parts(story, lines_of):
    for part in ("seq", "prev", "at", "source", "ms", "event", "data"):
        line = lines_of(story)[0]
        del line[part]
        with pytest.raises(IllegalLine, match="wrong-fields"):
            JobState().apply(line)


@given(st.data())
def test_a_changed_line_is_a_state_or_illegal_and_nothing_else(story, lines_of, data):
    lines = copy.deepcopy(lines_of(story))
    place = data.draw(st.integers(0, len(lines) - 1))
    field = data.draw(st.sampled_from(sorted(lines[place]["data"])))
    lines[place]["data"][field] = data.draw(st.none() | st.integers() | st.text(max_size=4) | st.just({}) | st.just([]))
    with suppress(IllegalLine):
        fold(lines)
