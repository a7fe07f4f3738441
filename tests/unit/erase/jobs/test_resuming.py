"""Interrupted jobs on a drive in memory: where they go on, and what must not be believed when they do."""

from __future__ import annotations

import errno
import json
from dataclasses import replace

import pytest

import job_bench
from certify.foundation.canonical import sha256_hex
from certify.foundation.chain import Head
from certify.foundation.clock import rfc3339
from certify.foundation.ids import Prefix, encode
from erase.drive.facts import Bus, Fact, Identity, Source
from erase.errors import JobError, Refused
from erase.jobs.events import Cause, IllegalLine, Name, Outcome, Phase
from erase.jobs.folder import find_folders
from erase.jobs.opening import confirm_again, examine, find_drive
from erase.jobs.progress import read_progress
from erase.planner.confirm import Confirmation, Person, confirm, expiry
from erase.planner.plan import PlanRequest, make_plan
from erase.planner.policies import load_policy
from erase.techniques.base import Verify, VerifyKind
from job_bench import MACHINE, SECTOR, SIZE, Crash, MemoryDrive, at_io, crash, facts_of


def test_a_stop_is_clean_and_the_job_goes_on_where_it_was(bench):
    bench.medium.before_io = at_io("write", 30, lambda _drive: bench.cancel.set())
    ending = bench.run("zero")
    stopped = bench.told(Name.INTERRUPTED)[0]
    assert (stopped["cause"], stopped["phase"], stopped["pass"]) == ("signal", "write", 1)
    assert 0 < stopped["bytes_done"] < SIZE
    assert ending.state.interrupted.cause is Cause.SIGNAL
    bench.medium.before_io = None
    bench.medium.writes.clear()
    assert bench.resume().state.finished.outcome is Outcome.ERASED
    assert min(bench.medium.writes) == stopped["bytes_done"]
    assert bytes(bench.medium.content) == bytes(SIZE)
    (pause,) = bench.statement().interruptions
    assert (pause.cause, pause.bytes_done) == ("signal", stopped["bytes_done"])
    assert "resumed" in bench.statement().claim.reasons


def test_a_stop_before_the_first_pass_leaves_no_folder_to_be_taken_up(bench):
    bench.cancel.set()
    bench.run("random")
    assert bench.medium.writes == []
    assert find_folders(bench.jobs) == ()


def test_a_crash_before_the_first_pass_is_resumed_too(bench, killed_before_it_began):
    killed_before_it_began("random")
    assert bench.medium.writes == []
    assert bench.resume().state.finished.outcome is Outcome.ERASED
    assert bench.statement().interruptions[0].bytes_done == 0


def test_a_lost_drive_is_resumed_when_it_is_back(bench):
    bench.medium.before_io = at_io("write", 30, lambda medium: setattr(medium, "gone", True))
    ending = bench.run("random")
    assert ending.state.interrupted.cause is Cause.DRIVE_LOST
    assert ending.problem.code == "drive-lost"
    bench.medium.gone, bench.medium.before_io = False, None
    assert bench.resume().state.finished.outcome is Outcome.ERASED
    assert bench.statement().interruptions[0].cause == "drive-lost"


def test_a_drive_exchanged_meanwhile_stops_the_job_before_it_is_called_erased(bench, bench_drive):
    def exchange(_medium):
        bench.drive = replace(bench_drive, identity=replace(bench_drive.identity, serial=Fact("OTHER", Source.IDENTIFY)))

    bench.medium.before_io = at_io("read", 3, exchange)
    assert bench.run("zero").state.interrupted.cause is Cause.DRIVE_LOST
    bench.drive = bench_drive
    assert bench.resume().state.finished.outcome is Outcome.ERASED


@pytest.mark.parametrize(
    ("what", "number"),
    [*(("write", n) for n in (1, 2, 11, 24, 45, 70)), *(("read", n) for n in (1, 2, 11, 24, 45)), *(("flush", n) for n in range(1, 9))],
)
def test_a_crash_anywhere_is_resumed_at_the_last_checkpoint(bench, what, number):
    bench.medium.before_io = at_io(what, number, crash)
    with pytest.raises(Crash):
        bench.run("dod-5220-22m-3")
    before = examine(bench.folder).record.state
    bench.medium.before_io = None
    bench.clock.advance(600)
    ending = bench.resume()
    assert ending.state.finished.outcome is Outcome.ERASED
    again = bench.lines[[line["event"] for line in bench.lines].index("session", 2) :]
    begun = next(line["data"] for line in again if line["event"] in ("pass-started", "verification-started"))
    assert begun.get("start", 0) == (before.bytes_done if before.phase is Phase.WRITE else 0)
    (pause,) = bench.statement().interruptions
    assert pause.cause == "crash-or-power-loss"


def test_many_interruptions_are_all_on_the_statement(bench):
    bench.medium.before_io = at_io("write", 8, crash)
    with pytest.raises(Crash):
        bench.run("random")
    for number in (9, 10, 11):
        bench.medium.before_io = at_io("write", number, crash)
        with pytest.raises(Crash):
            bench.resume()
    bench.medium.before_io = at_io("read", 20, lambda _drive: bench.cancel.set())
    bench.resume()
    bench.medium.before_io = None
    bench.resume()
    statement = bench.statement()
    assert statement.outcome == "erased"
    assert [pause.cause for pause in statement.interruptions] == ["crash-or-power-loss"] * 4 + ["signal"]


def test_bad_sectors_found_again_after_a_crash_are_told_once(bench):
    bench.medium.unwritable = frozenset({10, 12, 14})
    bench.medium.before_io = at_io("flush", 1, crash)
    with pytest.raises(Crash):
        bench.run("random")
    bench.medium.before_io = None
    assert bench.resume().state.finished.exception_sectors == 3
    places = [bad["first_lba"] for bad in bench.told(Name.BAD_RANGE)]
    assert sorted(places) == sorted(set(places)) == [10, 12, 14]


def test_a_comparison_that_was_broken_off_begins_anew_and_reads_everything(bench):
    bench.medium.before_io = at_io("read", 3, crash)
    with pytest.raises(Crash):
        bench.run("zero", Verify(VerifyKind.PERCENT, 300_000))
    bench.medium.before_io = None
    bench.resume()
    first, second = bench.told(Name.VERIFICATION_STARTED)
    assert (first["kind"], first["seed"]) == ("percent", bytes(range(32)).hex())
    assert (second["kind"], second["bytes"]) == ("full", SIZE)
    assert (bench.statement().verification.kind, bench.statement().verification.bytes_compared) == ("full", SIZE)


SECRET = b"NEW-SECRET" * 512


@pytest.mark.parametrize(("what", "number"), [("read", 30), ("read", 48)])
def test_what_was_written_to_the_drive_after_it_had_been_read_back_is_found(bench, what, number):
    bench.medium.before_io = at_io(what, number, lambda _drive: bench.cancel.set())
    bench.run("zero")
    bench.medium.before_io = None
    bench.medium.content[: len(SECRET)] = SECRET
    finished = bench.resume().state.finished
    assert (finished.outcome, finished.claim.method) == (Outcome.NOT_ERASED, "none")
    assert bench.statement().verification.mismatched_sectors == len(SECRET) // SECTOR


def _lose_the_last_lines(bench, keep: Name) -> None:
    """As after a power cut: the journal ends with the last line of this name."""
    lines = (bench.folder.path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    last = max(place for place, line in enumerate(bench.lines) if line["event"] == keep.value)
    (bench.folder.path / "journal.jsonl").write_bytes(b"".join(lines[: last + 1]))
    (bench.folder.path / "journal.head").write_bytes(Head(last, sha256_hex(lines[last].rstrip(b"\n"))).to_bytes())


@pytest.mark.parametrize("keep", [Name.VERIFICATION_FINISHED, Name.FINISHED])
def test_a_success_that_was_never_signed_is_read_back_again(bench, keep):
    bench.run("zero")
    _lose_the_last_lines(bench, keep)
    bench.medium.content[-len(SECRET) :] = SECRET
    finished = bench.resume().state.finished
    assert (finished.outcome, finished.claim.method) == (Outcome.NOT_ERASED, "none")
    assert bench.statement().verification.mismatched_sectors > 0


def test_a_success_that_was_never_signed_and_still_holds_is_a_success(bench):
    bench.run("zero")
    bench.resume()
    assert [line["outcome"] for line in bench.told(Name.FINISHED)] == ["erased", "erased"]
    statement = bench.statement()
    assert (statement.outcome, len(statement.interruptions)) == ("erased", 1)


def test_a_failure_stands(bench):
    bench.medium.flush_errno = errno.EIO
    bench.run("zero")
    bench.medium.flush_errno = 0
    with pytest.raises(IllegalLine):
        bench.resume()
    assert bench.statement().outcome == "not-erased"


def test_a_drive_that_does_not_hold_what_the_job_wrote_is_not_written(bench):
    bench.medium.before_io = at_io("write", 40, lambda _drive: bench.cancel.set())
    bench.run("random")
    bench.medium.before_io = None
    somebody = MemoryDrive()
    bench.medium = somebody
    before = bytes(somebody.content)
    assert bench.resume().problem.code == "not-as-we-left-it"
    assert bench.told(Name.INTERRUPTED)[-1]["cause"] == "not-as-left"  # it stopped by itself, and says so
    assert bytes(somebody.content) == before


def test_the_pass_before_is_looked_for_where_a_new_pass_has_no_checkpoint(bench):
    writes_a_pass = -(-SIZE // (256 * 1024)) + 2
    bench.medium.before_io = at_io("write", writes_a_pass, crash)
    with pytest.raises(Crash):
        bench.run("dod-5220-22m-3")
    bench.medium.before_io = None
    kept, bench.medium = bench.medium, MemoryDrive()
    assert bench.resume().problem.code == "not-as-we-left-it"
    bench.medium = kept
    assert bench.resume().state.finished.outcome is Outcome.ERASED


def test_a_drive_named_by_its_bridge_is_resumed_after_people_looked_again(bench, bench_drive):
    identity = Identity(model=Fact("2115", Source.BRIDGE), serial=Fact("000000000000", Source.BRIDGE))
    bench.drive = replace(bench_drive, identity=identity, bus=Bus.USB)
    bench.medium.before_io = at_io("write", 10, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    known = examine(bench.folder)
    with pytest.raises(JobError) as caught:
        confirm_again(known, bench.drive, bench.clock)
    assert caught.value.code == "label-not-read-again"
    assert confirm_again(known, bench.drive, bench.clock, typed=["000000000000"]).plan == known.plan


def test_time_is_counted_without_the_break(bench):
    def tick(_drive, what, _offset):
        if what == "write":
            bench.clock.advance(1)

    def tick_then_crash(drive, what, offset):
        tick(drive, what, offset)
        stop(drive, what, offset)

    stop = at_io("write", 31, lambda _drive: bench.cancel.set())
    bench.medium.before_io = tick_then_crash
    bench.run("zero")
    bench.medium.before_io = tick
    bench.clock.advance(100_000)
    bench.resume()
    writes = -(-SIZE // (256 * 1024))
    (done,) = bench.told(Name.PASS_FINISHED)
    repeated = 16  # at most a unit of 4 MiB that was begun and not finished
    assert writes * 1000 <= done["ms"] <= (writes + repeated) * 1000


def test_progress_is_in_its_slots_and_on_the_screen(bench):
    bench.medium.before_io = at_io("write", 30, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    progress = read_progress(bench.folder.path)
    assert (progress.phase, progress.pass_number, progress.bytes_total) == (Phase.WRITE, 1, SIZE)
    assert 0 < progress.bytes_done < SIZE


def test_a_job_folder_that_fills_up_leaves_the_job_resumable(bench, monkeypatch):
    from erase.jobs import journal as journal_module

    real = journal_module.write_whole

    def full(path, data, *, mode):
        if json.loads(data)["seq"] == 9:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, data, mode=mode)

    monkeypatch.setattr(journal_module, "write_whole", full)
    with pytest.raises(JobError) as caught:
        bench.run("zero")
    assert caught.value.code == "folder-not-writable"
    monkeypatch.undo()
    assert bench.resume().state.finished.outcome is Outcome.ERASED


def test_a_machine_with_a_clock_that_is_behind_does_not_go_on(bench):
    bench.medium.before_io = at_io("write", 20, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    bench.clock.advance(-3600)
    with pytest.raises(JobError) as caught:
        bench.resume()
    assert caught.value.code == "clock-behind"


def test_a_clock_set_back_during_the_work_does_not_turn_the_record_around(bench):
    bench.medium.before_io = at_io("write", 10, lambda _drive: setattr(bench.clock, "at", bench.clock.at.replace(year=2020)))
    bench.run("zero")
    times = [line["at"] for line in bench.lines]
    assert times == sorted(times)
    assert bench.statement().outcome == "erased"


def test_a_confirmation_that_was_not_started_dies_and_a_started_job_never_does(bench, killed_before_it_began):
    killed_before_it_began("zero")
    assert not examine(bench.folder).is_dead(bench.clock.now())
    bench.clock.advance(16 * 60)
    assert examine(bench.folder).is_dead(bench.clock.now())
    with pytest.raises(Refused) as caught:
        bench.resume()
    assert caught.value.code == "confirmation-expired"


def test_a_job_that_left_nothing_to_find_it_again_by_dies_with_its_confirmation(bench):
    """Somebody may have put the drive to use since, and nothing would tell."""
    bench.medium.before_io = at_io("write", 10, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    bench.medium.before_io = None
    bench.clock.advance(16 * 60)
    before = bytes(bench.medium.content)
    with pytest.raises(Refused, match="confirmation-expired"):
        bench.resume()
    assert bytes(bench.medium.content) == before
    assert not examine(bench.folder).is_dead(bench.clock.now())  # something was written: its folder is kept


def test_a_drive_in_use_again_is_found_out_after_the_first_unit(bench):
    bench.medium.before_io = at_io("write", 20, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    bench.medium.before_io = None
    bench.medium.content[1024:2048] = b"superblock" * 102 + b"none"
    assert bench.resume().problem.code == "not-as-we-left-it"


def test_a_started_job_is_resumed_a_year_later(bench):
    bench.medium.before_io = at_io("write", 20, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    bench.medium.before_io = None
    bench.clock.advance(365 * 24 * 3600)
    assert bench.resume().state.finished.outcome is Outcome.ERASED


def test_the_session_line_names_the_new_machine(bench, monkeypatch, killed_before_it_began):
    killed_before_it_began("zero")
    monkeypatch.setattr(job_bench, "MACHINE", replace(MACHINE, hypervisor="kvm", boot_id="boot-2", kernel="6.12"))
    bench.resume()
    statement = bench.statement()
    assert (statement.machine.boot_id, statement.interruptions[0].machine.boot_id) == ("boot-1", "boot-2")
    assert "inside-hypervisor" in statement.limits


@pytest.mark.parametrize(("name", "old", "new"), [("confirmation.json", "op-1", "op-9"), ("plan.json", "DISK", "DOSK")])
def test_a_paper_changed_after_the_job_was_opened_is_refused(bench, name, old, new, killed_before_it_began):
    killed_before_it_began("zero")
    paper = bench.folder.path / name
    paper.write_text(paper.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(JobError) as caught:
        bench.resume()
    assert (caught.value.code, caught.value.parameters["file"]) == ("paper-changed", name)


def test_none_or_two_matching_drives_are_refused(bench, bench_drive, killed_before_it_began):
    killed_before_it_began("zero")
    known = examine(bench.folder)
    other = replace(bench_drive, identity=replace(bench_drive.identity, serial=Fact("OTHER", Source.IDENTIFY)))
    smaller = replace(bench_drive, size=bench_drive.size - SECTOR)
    elsewhere = replace(bench_drive, nodes=("/dev/sdz",))
    assert find_drive(known, [other, smaller, elsewhere]) == elsewhere
    for drives, code in (([], "drive-not-found"), ([other, smaller], "drive-not-found"), ([bench_drive, elsewhere], "drive-ambiguous")):
        with pytest.raises(JobError) as caught:
            find_drive(known, drives)
        assert caught.value.code == code


def test_a_drive_known_by_its_label_only_is_resumed_after_its_label_was_read_again(bench, bench_drive):
    bench.drive = replace(bench_drive, identity=Identity(model=Fact("DISK", Source.IDENTIFY), serial=Fact("L-77", Source.LABEL)))
    confirmed = bench.confirmed
    bench.confirmed = lambda *a, **k: _labelled(bench, bench_drive)
    bench.medium.before_io = at_io("write", 10, crash)
    with pytest.raises(Crash):
        bench.run("zero")
    assert confirmed
    known = examine(bench.folder)
    nameless = replace(bench_drive, identity=Identity(model=Fact("DISK", Source.IDENTIFY)))
    with pytest.raises(JobError) as caught:
        confirm_again(known, nameless, bench.clock)
    assert caught.value.code == "label-not-read-again"
    assert confirm_again(known, nameless, bench.clock, typed=["LABEL:L-77"]).plan == known.plan


def _labelled(bench, bench_drive):
    nameless = replace(bench_drive, identity=Identity(model=Fact("DISK", Source.IDENTIFY)))
    policy = load_policy("nist-800-88r1", zone=None, classification=None, require=None, folder=None)
    plan = make_plan(nameless, MACHINE, PlanRequest(policy, scheme="zero", label="L-77"), {"zero": facts_of("zero")})
    now = bench.clock.now()
    people = {"operator": Person("op-1"), "witness": Person("wi-1")}
    at = {"at": rfc3339(now), "source": "fixed", "expires": expiry(now)}
    confirmation = Confirmation(encode(Prefix.JOB, bytes(16)), plan.sha256, "LABEL:L-77", "L-77", None, None, **people, **at)
    bench.drive = nameless
    return confirm(plan, nameless, confirmation, now)
