"""The job's own fold and the statement's, written apart, agree on what a journal may hold (ADR/0002)."""

from __future__ import annotations

import json

import pytest

from certify.errors import Malformed
from certify.statement.journal import read_story
from erase.jobs.events import IllegalLine
from erase.jobs.states import fold


def lines_of(folder) -> list[dict]:
    return [json.loads(line) for line in folder.lines]


def test_both_take_a_good_journal_and_tell_the_same(jobs):
    folder = jobs.Folder().session()
    folder.add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    folder.add("bad-range", {"operation": "write", "pass": 1, "first_lba": 8, "sectors": 2, "error": "EIO"})
    folder.add("checkpoint", {"phase": "write", "pass": 1, "bytes_done": 1024, "ms_done": 3}).session("crash-or-power-loss")
    folder.add("pass-started", {**jobs.STARTED, "start": 1024})
    folder.add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE, "ms": 9, "flushed": True})
    folder.add("verification-started", jobs.VERIFYING).add("mismatch", {"pass": 1, "first_lba": 3, "sectors": 1})
    folder.add("verification-finished", {**jobs.VERIFIED, "mismatched_sectors": 1, "result": "failed"})
    folder.end({**jobs.FAILED, "exception_sectors": 2})
    theirs, ours = fold(lines_of(folder)), read_story(folder.journal, None)
    assert theirs.sessions == len(ours.interruptions) + 1
    assert [(bad.first_lba, bad.sectors) for bad in theirs.bad] == [(bad.first_lba, bad.sectors) for bad in ours.exceptions]
    assert [done.bytes_written for done in theirs.written] == [done.bytes_written for done in ours.passes]
    assert theirs.verified[-1].result == ours.verification.result
    assert theirs.finished.outcome == ours.finished.outcome
    assert theirs.keys[1].key == ours.passes[0].key


LIES = {
    "opened twice": lambda jobs: jobs.Folder().session().add("opened", jobs.Folder().opening()).end(jobs.FAILED),
    "another drive": lambda jobs: (
        jobs.Folder().session().session("signal", found=jobs.drive(identity={"serial": jobs.fact("X")})).end(jobs.FAILED)
    ),
    "no key": lambda jobs: jobs.Folder().session().add("pass-started", jobs.STARTED).end(jobs.FAILED),
    "a gap": lambda jobs: (
        jobs.Folder()
        .session()
        .add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
        .add("pass-started", jobs.STARTED)
        .session("signal")
        .add("pass-started", {**jobs.STARTED, "start": 512})
        .end(jobs.FAILED)
    ),
    "a verification that never began": lambda jobs: (
        jobs.Folder().session().write().add("verification-finished", jobs.VERIFIED).end(jobs.FAILED)
    ),
    "failed, then verified again until it passed": lambda jobs: (
        jobs.Folder().session().write().verify(result="failed", unreadable_sectors=9).verify().end()
    ),
    "a pass verified once more after it passed": lambda jobs: jobs.Folder().session().write().verify().verify().end(),
    "identified once more in one session": lambda jobs: (
        jobs.Folder().session().add("identified", {"drive": jobs.drive()}).write().verify().end()
    ),
    "work before the drive of this session was identified": lambda jobs: (
        jobs.Folder().session().write().add("session", jobs.session(2, "signal")).verify().end(jobs.FAILED)
    ),
    "a drive that turns out to be virtual": lambda jobs: (
        jobs.Folder().session().write().session("signal", found=jobs.drive(virtual="loop")).verify().end(jobs.FAILED)
    ),
    "a drive that turns out to be on the virtual bus": lambda jobs: (
        jobs.Folder().session().write().session("signal", found=jobs.drive(bus="virtual")).verify().end(jobs.FAILED)
    ),
    "more compared than was to be": lambda jobs: (
        jobs.Folder()
        .session()
        .write()
        .add("verification-started", {**jobs.VERIFYING, "bytes": 512})
        .add("verification-finished", jobs.VERIFIED)
        .end()
    ),
    "a time before that of the last line": lambda jobs: jobs.Folder().session().later(-10).write().verify().end(),
    "a line after the last": lambda jobs: jobs.good().end(),
    "an unknown line": lambda jobs: jobs.Folder().session().add("celebrated", {}).end(jobs.FAILED),
}


def test_both_take_a_drive_that_another_machine_reaches_by_another_bus_and_lines_of_one_moment(jobs):
    folder = jobs.Folder().session().write().session("signal", found=jobs.drive(bus="usb")).later(-1).verify().end()
    assert fold(lines_of(folder)).finished.outcome == read_story(folder.journal, None).finished.outcome


@pytest.mark.parametrize("make", LIES.values(), ids=LIES.keys())
def test_both_refuse_what_no_job_writes(jobs, make):
    folder = make(jobs)
    with pytest.raises(IllegalLine):
        fold(lines_of(folder))
    with pytest.raises(Malformed):
        read_story(folder.journal, None)
