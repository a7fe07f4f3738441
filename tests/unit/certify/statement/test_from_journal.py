"""A finished job's folder becomes the facts of an erasure statement."""

from __future__ import annotations

from certify.foundation.canonical import sha256_hex
from certify.statement.consistency import contradictions
from certify.statement.erasure import parse_statement, statement_bytes
from certify.statement.from_journal import erasure_from_files
from certify.statement.model import MAX_LISTED


def test_a_finished_job_becomes_a_statement_without_contradictions(jobs):
    erasure = erasure_from_files(jobs.good().files)
    assert contradictions(erasure) == []
    assert parse_statement(statement_bytes(erasure)) == erasure
    assert (erasure.job, erasure.outcome, erasure.asset, erasure.place, erasure.test) == (jobs.JOB, "erased", "A-42", "庁舎", False)
    assert (erasure.people.operator.name, erasure.people.witness.id) == ("作業 者", "wi")
    assert (erasure.times.started.at, erasure.times.finished.at) == ("2026-11-23T00:00:01Z", "2026-11-23T00:00:09Z")
    assert erasure.times.milliseconds == 20
    assert erasure.sectors == jobs.SIZE // jobs.SECTOR
    assert (erasure.tool.name, erasure.tool.version, erasure.tool.python, erasure.tool.kernel) == ("haiki", "0.1.0", "3.11", "6.1")
    [done] = erasure.scheme.passes
    assert (done.pattern, done.generator, done.key, done.bytes_written, done.milliseconds) == ("random", "chacha20", jobs.KEY, jobs.SIZE, 9)
    assert erasure.technique.refused[0].reason == "not-in-this-version"
    assert erasure.drive.identity.serial.value == "SERIAL-1"
    assert erasure.limits == ["hidden-areas-unknown"]
    assert (erasure.hidden_areas.hpa, erasure.order, erasure.validation.result) == ("unknown", None, "open")


def test_the_statement_names_the_journal_it_was_made_from(jobs):
    folder = jobs.good()
    journal = erasure_from_files(folder.files).journal
    assert (journal.sha256, journal.lines, journal.head) == (sha256_hex(folder.journal), 9, sha256_hex(folder.lines[-1]))


def test_nothing_is_said_of_hidden_areas_of_a_virtual_drive_either(jobs):
    virtual = jobs.drive(virtual="loop", bus="virtual")
    erasure = erasure_from_files(jobs.Folder(jobs.plan(drive=virtual, test=True)).session(found=virtual).write().verify().end().files)
    assert (erasure.hidden_areas.hpa, erasure.hidden_areas.dco, erasure.hidden_areas.ama) == ("unknown",) * 3
    assert contradictions(erasure) == []


def test_an_interruption_is_on_the_statement_with_its_machine_and_its_last_checkpoint(jobs):
    folder = jobs.Folder().session().add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    folder.add("checkpoint", {"phase": "write", "pass": 1, "bytes_done": jobs.SIZE // 4, "ms_done": 3}, seconds=60)
    folder.session("crash-or-power-loss", jobs.machine("PC-2"))
    folder.add("pass-started", {**jobs.STARTED, "start": jobs.SIZE // 4})
    folder.add("interrupted", {"cause": "signal", "phase": "write", "pass": 1, "bytes_done": jobs.SIZE // 2}, seconds=30)
    folder.session("signal").add("pass-started", {**jobs.STARTED, "start": jobs.SIZE // 4})
    folder.add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE, "ms": 9, "flushed": True})
    folder.add("verification-started", jobs.VERIFYING).add("checkpoint", {"phase": "verify", "pass": 1, "bytes_done": 512, "ms_done": 1})
    folder.session("drive-lost").add("verification-started", jobs.VERIFYING).add("verification-finished", jobs.VERIFIED).end()
    erasure = erasure_from_files(folder.files)
    first, second, third = erasure.interruptions
    assert (first.stopped.at, first.resumed.at, first.cause) == ("2026-11-23T00:00:06Z", "2026-11-23T00:01:06Z", "crash-or-power-loss")
    assert (first.bytes_done, first.machine.serial.value) == (jobs.SIZE // 4, "PC-2")
    assert (second.cause, second.bytes_done, second.machine.serial.value) == ("signal", jobs.SIZE // 2, "PC-1")
    assert (third.cause, third.bytes_done) == ("drive-lost", 512)
    assert erasure.machine.serial.value == "PC-1"
    assert contradictions(erasure) == []


def test_exceptions_are_merged_bounded_and_their_total_is_kept(jobs):
    folder = jobs.Folder().session().add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    bad = {"operation": "write", "pass": 1, "error": "EIO"}
    for first in (10, 12, 11, 10):  # a resumed pass meets them again
        folder.add("bad-range", {**bad, "first_lba": first, "sectors": 2})
    folder.add("bad-range", {**bad, "first_lba": 40, "sectors": 1, "error": "not-attempted"})
    folder.add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE - 5 * jobs.SECTOR, "ms": 9, "flushed": True})
    folder.add("verification-started", {**jobs.VERIFYING, "bytes": jobs.SIZE - 5 * jobs.SECTOR})
    folder.add("verification-finished", {**jobs.VERIFIED, "bytes_compared": jobs.SIZE - 5 * jobs.SECTOR})
    ending = {**jobs.ENDED, "outcome": "erased-with-exceptions", "claim": jobs.NO_CLAIM, "exception_sectors": 5}
    erasure = erasure_from_files(folder.end({**ending, "sectors_written": jobs.SIZE // jobs.SECTOR - 5}).files)
    assert [(one.first_lba, one.sectors, one.error) for one in erasure.exceptions] == [(10, 4, "EIO"), (40, 1, "not-attempted")]
    assert contradictions(erasure) == []


def test_more_exceptions_than_a_statement_lists_are_counted_all_the_same(jobs):
    folder = jobs.Folder().session().add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    for number in range(MAX_LISTED + 5):
        folder.add("bad-range", {"operation": "write", "pass": 1, "first_lba": 2 * number, "sectors": 1, "error": "EIO"}, seconds=0)
    ending = {**jobs.FAILED, "exception_sectors": MAX_LISTED + 5, "sectors_written": 0}
    erasure = erasure_from_files(folder.end(ending).files)
    assert (len(erasure.exceptions), erasure.exception_sectors) == (MAX_LISTED, MAX_LISTED + 5)
    assert contradictions(erasure) == []


def test_a_failed_verification_lists_what_differs(jobs):
    folder = jobs.Folder().session().write().add("verification-started", jobs.VERIFYING)
    folder.add("mismatch", {"pass": 1, "first_lba": 7, "sectors": 2}).add("mismatch", {"pass": 1, "first_lba": 9, "sectors": 1})
    folder.add("verification-finished", {**jobs.VERIFIED, "mismatched_sectors": 3, "result": "failed"}).end(jobs.FAILED)
    erasure = erasure_from_files(folder.files)
    assert [(one.first_lba, one.sectors) for one in erasure.verification.mismatches] == [(7, 3)]
    assert erasure.verification.result == "failed"
    assert contradictions(erasure) == []


def test_a_job_given_up_before_verification_says_that_none_ran(jobs):
    folder = jobs.Folder().session().add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    folder.add("checkpoint", {"phase": "write", "pass": 1, "bytes_done": jobs.SIZE // 4, "ms_done": 3})
    erasure = erasure_from_files(folder.end({**jobs.FAILED, "sectors_written": jobs.SIZE // 4 // jobs.SECTOR}).files)
    assert (erasure.verification.kind, erasure.verification.result) == ("none", "not-run")
    [unfinished] = erasure.scheme.passes
    assert (unfinished.bytes_written, unfinished.milliseconds, unfinished.flushed) == (jobs.SIZE // 4, 3, False)
    assert contradictions(erasure) == []


def test_the_verification_of_an_earlier_pass_is_not_that_of_the_last(jobs):
    scheme = {**jobs.scheme("hmg-is5-enhanced"), "verify_each": True}
    first = {"pass": 1, "of": 3, "pattern": "00", "generator": None, "start": 0}
    folder = jobs.Folder(jobs.plan(scheme=scheme)).session().add("pass-started", first)
    folder.add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE, "ms": 1, "flushed": True}).verify()
    folder.add("pass-started", {**first, "pass": 2, "pattern": "ff"}).end({**jobs.FAILED, "sectors_written": 0})
    erasure = erasure_from_files(folder.files)
    assert erasure.verification.result == "not-run"
    assert contradictions(erasure) == []


def test_a_small_drive_that_was_read_whole_instead_of_sampled_is_as_planned(jobs):
    planned = jobs.plan(verify={"kind": "nist-800-88r1", "percent_ppm": None})
    erasure = erasure_from_files(jobs.Folder(planned).session().write().verify().end().files)
    assert erasure.verification.kind == "full"
