"""Whole jobs on a drive in memory that can fail in every way a drive can."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from certify.foundation import files
from erase.drive.facts import Fact, Source
from erase.errors import JobError, Refused
from erase.jobs.events import Name, Outcome
from erase.jobs.folder import find_folders
from erase.jobs.opening import begin_job
from erase.jobs.runner import Runner
from erase.overwrite.streams import stream_for
from erase.techniques.base import Verify, VerifyKind
from job_bench import MACHINE, SECTOR, SIZE, Crash, at_io, crash


def test_one_pass_of_zeros_ends_with_the_claim(bench):
    ending = bench.run("zero")
    finished = ending.state.finished
    assert (finished.outcome, finished.claim.method, ending.problem) == (Outcome.ERASED, "clear", None)
    assert bytes(bench.medium.content) == bytes(SIZE)
    assert bench.statement().outcome == "erased"
    assert bench.statement().sectors_written == SIZE // SECTOR


def test_a_random_pass_is_the_stream_of_its_published_key(bench):
    bench.run("random")
    (keys,) = bench.told(Name.KEYS)
    names = [line["event"] for line in bench.lines]
    assert names.index("keys") < names.index("pass-started")
    from erase.overwrite.buffers import Buffer
    from erase.overwrite.streams import UNIT, Generator

    stream, out = stream_for("random", Generator(keys["generator"]), bytes.fromhex(keys["key"])), Buffer(UNIT)
    stream.fill(out, 1, UNIT)
    assert bytes(bench.medium.content[UNIT : 2 * UNIT]) == bytes(out.view[:UNIT])


def test_the_line_is_on_disk_before_the_first_write(bench):
    seen = []

    def before(_drive, what, _offset):
        if what == "write" and not seen:
            seen.append([line["event"] for line in bench.lines])

    bench.medium.before_io = before
    bench.run("random")
    assert seen[0] == ["opened", "session", "identified", "keys", "pass-started"]


def test_three_passes_each_on_record_in_order(bench):
    bench.run("dod-5220-22m-3")
    assert [done["pass"] for done in bench.told(Name.PASS_FINISHED)] == [1, 2, 3]
    assert {done["bytes_written"] for done in bench.told(Name.PASS_FINISHED)} == {SIZE}
    assert len(bench.statement().scheme.passes) == 3


def test_a_scheme_may_demand_that_each_pass_is_read_back(bench):
    bench.run("dod-5220-22m-3", verify_each=True)
    read_back = [(done["pass"], done["result"]) for done in bench.told(Name.VERIFICATION_FINISHED)]
    assert read_back == [(1, "passed"), (2, "passed"), (3, "passed")]


def test_a_checkpoint_comes_after_a_flush(bench):
    flushes = []
    bench.medium.before_io = lambda _drive, what, _offset: flushes.append(what) if what == "flush" else None
    bench.run("zero")
    points = [line for line in bench.told(Name.CHECKPOINT) if line["phase"] == "write"]
    assert len(points) == 4  # units of 4 MiB, each more than a twentieth of this drive
    assert points[-1]["bytes_done"] == SIZE
    assert len(flushes) >= len(points)


def test_the_drive_is_identified_through_the_descriptor_before_and_after(bench):
    bench.run("zero")
    assert len(bench.identified) == 2


def test_another_drive_behind_the_descriptor_is_never_written(bench, bench_drive):
    confirmed = bench.confirmed("zero")
    bench.drive = replace(bench_drive, identity=replace(bench_drive.identity, serial=Fact("OTHER", Source.IDENTIFY)))
    with begin_job(bench.jobs, confirmed, MACHINE, bench.clock) as job, pytest.raises(Refused) as caught:
        Runner(confirmed, bench.medium, job.journal, job.slots, bench._world()).run()
    assert caught.value.code == "other-drive"
    assert bench.medium.writes == []


def test_sectors_that_can_not_be_written_are_exceptions_without_a_claim(bench):
    bench.medium.unwritable = frozenset({3, 4, 5, 9000})
    ending = bench.run("random")
    finished = ending.state.finished
    assert (finished.outcome, finished.claim.method, finished.exception_sectors) == (Outcome.ERASED_WITH_EXCEPTIONS, "none", 4)
    assert [(bad["first_lba"], bad["sectors"], bad["error"]) for bad in bench.told(Name.BAD_RANGE)] == [(3, 3, "EIO"), (9000, 1, "EIO")]
    assert finished.sectors_written == SIZE // SECTOR - 4
    assert bench.statement().outcome == "erased-with-exceptions"


def test_sectors_that_can_not_be_read_are_exceptions_without_a_claim(bench):
    bench.medium.unreadable = frozenset({77})
    finished = bench.run("zero").state.finished
    assert (finished.outcome, finished.claim.method, finished.exception_sectors) == (Outcome.ERASED_WITH_EXCEPTIONS, "none", 1)
    (verified,) = bench.told(Name.VERIFICATION_FINISHED)
    assert (verified["unreadable_sectors"], verified["bytes_compared"]) == (1, SIZE - SECTOR)
    assert bench.statement().outcome == "erased-with-exceptions"


def test_a_drive_that_lies_about_writing_is_not_erased(bench):
    bench.medium.forgetful = frozenset({100, 101, 20_000})
    finished = bench.run("zero").state.finished
    assert (finished.outcome, finished.claim.method) == (Outcome.NOT_ERASED, "none")
    assert [(found["first_lba"], found["sectors"]) for found in bench.told(Name.MISMATCH)] == [(100, 2), (20_000, 1)]
    assert bench.statement().verification.result == "failed"


def test_a_failed_verification_of_an_early_pass_ends_the_job(bench):
    bench.medium.forgetful = frozenset({100})
    bench.run("dod-5220-22m-3", verify_each=True)
    assert [line["pass"] for line in bench.told(Name.PASS_STARTED)] == [1]
    assert bench.statement().outcome == "not-erased"


def test_a_failed_flush_is_not_an_erasure(bench):
    bench.medium.flush_errno = errno.EIO
    ending = bench.run("zero")
    assert (ending.state.finished.outcome, ending.problem.code) == (Outcome.NOT_ERASED, "flush-failed")
    assert bench.told(Name.PASS_FINISHED) == []
    assert bench.statement().outcome == "not-erased"


def test_a_drive_that_turns_read_only_is_not_erased(bench):
    def turn(_drive):
        raise OSError(errno.EROFS, "read-only")

    bench.medium.before_io = at_io("write", 20, turn)
    ending = bench.run("zero")
    assert (ending.state.finished.outcome, ending.problem.code) == (Outcome.NOT_ERASED, "drive-read-only")
    assert bench.statement().outcome == "not-erased"


def test_a_drive_on_which_all_fails_is_given_up_in_bounded_time(bench):
    bench.medium.unwritable = frozenset(range(1000, SIZE // SECTOR))
    bench.medium.before_io = lambda *_: bench.clock.advance(1)
    ending = bench.run("zero")
    assert (ending.state.finished.outcome, ending.problem.code) == (Outcome.NOT_ERASED, "gave-up")
    assert ending.state.finished.sectors_written <= 1000
    assert bench.statement().outcome == "not-erased"


def test_nothing_written_at_all_is_not_an_erasure(bench):
    bench.medium.unwritable = frozenset(range(SIZE // SECTOR))
    ending = bench.run("zero")
    assert ending.state.finished.outcome is Outcome.NOT_ERASED
    assert bench.told(Name.VERIFICATION_STARTED) == []
    assert bench.statement().verification.result == "not-run"


def test_a_drive_that_gives_nothing_back_has_proven_nothing(bench):
    """It took every write without a word and can't be read: no comparison passed, and the paper says so."""
    bench.medium.unreadable = frozenset(range(SIZE // SECTOR))
    finished = bench.run("zero").state.finished
    assert (finished.outcome, finished.claim.method) == (Outcome.NOT_ERASED, "none")
    verification = bench.statement().verification
    assert (verification.result, verification.bytes_compared) == ("failed", 0)


@pytest.mark.parametrize("fault", ["unwritable", "unreadable"])
def test_nothing_is_promised_of_a_sample_that_left_something_out(bench, fault):
    setattr(bench.medium, fault, frozenset({0}))  # the first address belongs to every sample
    bench.run("dod-5220-22m-3", Verify(VerifyKind.PERCENT, 200_000))
    verification = bench.statement().verification
    assert (verification.left_over_bytes, verification.finding_ppm) == (None, None)


def test_a_sample_that_was_taken_as_planned_says_how_likely_it_finds_what_is_left(bench):
    bench.run("zero", Verify(VerifyKind.PERCENT, 200_000))
    verification = bench.statement().verification
    assert verification.left_over_bytes
    assert verification.finding_ppm


def test_what_was_read_whole_is_not_called_a_sample(bench):
    """A job that was broken off is read back whole, whatever was asked for."""
    bench.medium.before_io = at_io("write", 40, crash)
    with pytest.raises(Crash):
        bench.run("zero", Verify(VerifyKind.PERCENT, 200_000))
    bench.medium.before_io = None
    finished = bench.resume().state.finished
    assert bench.statement().verification.kind == "full"
    assert "verification-sampled" not in finished.claim.reasons
    assert "sampled-verification" not in finished.limits


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_job_that_could_not_be_put_on_record_leaves_no_folder(bench, monkeypatch, number):
    """The disk under the job folders is full before the first byte was written to the drive."""
    calls = iter(range(1, 100))
    write = files.write_whole

    def full(path, data, **options):
        if next(calls) == number:
            raise OSError(errno.ENOSPC, "full")
        write(path, data, **options)

    monkeypatch.setattr("erase.jobs.folder.write_whole", full)
    monkeypatch.setattr("erase.jobs.journal.write_whole", full)
    with pytest.raises(JobError, match="folder-not-writable"):
        bench.run("zero")
    assert bench.medium.writes == []
    assert find_folders(bench.jobs) == ()
