"""A job folder that was changed, or that contradicts itself, is refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certify.errors import CertifyError, Malformed, Refused
from certify.foundation.canonical import canonical_json
from certify.statement.from_journal import JobFiles, erasure_from_files, erasure_from_folder
from certify.statement.journal import read_story


def _files(folder: Any, **changes: bytes) -> JobFiles:
    files = folder.files
    return JobFiles(**{name: changes.get(name, getattr(files, name)) for name in ("plan", "confirmation", "journal", "head")})


def _planned(jobs: Any, **changes: Any) -> bytes:
    return canonical_json(jobs.plan(**changes))


def _begun_with_another_plan(jobs: Any) -> Any:
    folder = jobs.Folder()
    opening = {**folder.opening(), "plan_sha256": "00" * 32}
    folder.lines.clear()
    return folder.add("opened", opening).session().write().verify().end()


DISAGREEMENTS = {
    "another plan": lambda jobs: _files(jobs.good(), plan=_planned(jobs, estimate_ms=1)),
    "a journal begun with another plan": lambda jobs: _begun_with_another_plan(jobs).files,
    "another confirmation": lambda jobs: _files(
        jobs.good(), confirmation=canonical_json(jobs.confirmation(jobs.good().plan, asset="A-43"))
    ),
    "a confirmation of another plan": lambda jobs: jobs.Folder(plan_sha256="00" * 32).session().write().verify().end().files,
    "a confirmation of another job": lambda jobs: jobs.Folder(job="J-" + "1" * 26).session().write().verify().end().files,
    "a plan for another drive": lambda jobs: (
        jobs.Folder(jobs.plan(drive=jobs.drive(identity={"serial": jobs.fact("SERIAL-2")}))).session().write().verify().end().files
    ),
    "a plan for a drive of another size": lambda jobs: (
        jobs.Folder(jobs.plan(drive=jobs.drive(size=2 * jobs.SIZE))).session().write().verify().end().files
    ),
    "passes that were not planned": lambda jobs: jobs.Folder(jobs.plan(scheme=jobs.scheme("zero"))).session().write().verify().end().files,
    "fewer passes than planned": lambda jobs: (
        jobs.Folder(jobs.plan(scheme={**jobs.scheme("random"), "passes": ["random", "00"]})).session().write().verify().end().files
    ),
    "a schema of another version": lambda jobs: (
        jobs.Folder(jobs.plan(schema="https://haiki.example/plan/v2")).session().write().verify().end().files
    ),
    "less verified than planned": lambda jobs: (
        jobs.Folder()
        .session()
        .write()
        .add("verification-started", {**jobs.VERIFYING, "kind": "percent", "percent_ppm": 1, "seed": "00"})
        .add("verification-finished", {**jobs.VERIFIED, "kind": "percent", "percent_ppm": 1, "seed": "00"})
        .end()
        .files
    ),
}


@pytest.mark.parametrize("make", DISAGREEMENTS.values(), ids=DISAGREEMENTS.keys())
def test_files_that_contradict_each_other_are_refused(make, jobs):
    with pytest.raises(Refused) as refusal:
        erasure_from_files(make(jobs))
    assert refusal.value.code == "job-files-disagree"


def test_a_success_beside_an_earlier_failed_verification_is_refused(jobs):
    scheme = {**jobs.scheme("hmg-is5-enhanced"), "passes": ["00", "ff"], "verify_each": True}
    first = {"pass": 1, "of": 2, "pattern": "00", "generator": None, "start": 0}
    written = {"pass": 1, "bytes_written": jobs.SIZE, "ms": 1, "flushed": True}
    folder = jobs.Folder(jobs.plan(scheme=scheme)).session().add("pass-started", first).add("pass-finished", written)
    folder.verify(result="failed", mismatched_sectors=1)
    folder.add("pass-started", {**first, "pass": 2, "pattern": "ff"}).add("pass-finished", {**written, "pass": 2})
    folder.add("verification-started", {**jobs.VERIFYING, "pass": 2}).add("verification-finished", {**jobs.VERIFIED, "pass": 2}).end()
    with pytest.raises(Refused, match="earlier pass"):
        erasure_from_files(folder.files)


def _without_opening(jobs: Any) -> Any:
    folder = jobs.Folder()
    folder.lines.clear()
    return folder.session().write().verify().end()


def _second_run(jobs: Any) -> Any:
    folder = jobs.Folder().session()
    return folder.add("session", {"number": 2, "kind": "run", "cause": None, "machine": jobs.machine(), "python": "3", "kernel": "6"})


OUT_OF_PLACE = {
    "no opening": _without_opening,
    "opened twice": lambda jobs: jobs.Folder().session().add("opened", jobs.Folder().opening()).write().verify().end(),
    "work before a session": lambda jobs: jobs.Folder().write(),
    "a second session that says it is the first": _second_run,
    "another drive on resume": lambda jobs: (
        jobs.Folder().session().session("signal", found=jobs.drive(identity={"serial": jobs.fact("OTHER")})).end(jobs.FAILED)
    ),
    "another size on resume": lambda jobs: jobs.Folder().session().session("signal", found=jobs.drive(size=2 * jobs.SIZE)).end(jobs.FAILED),
    "a pass without its key": lambda jobs: jobs.Folder().session().add("pass-started", jobs.STARTED),
    "a key for a fixed pass": lambda jobs: (
        jobs.Folder()
        .session()
        .add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
        .add("pass-started", {**jobs.STARTED, "pattern": "00", "generator": None})
    ),
    "another generator than the key's": lambda jobs: (
        jobs.Folder().session().add("keys", {"pass": 1, "generator": "aes-256-ctr", "key": jobs.KEY}).add("pass-started", jobs.STARTED)
    ),
    "a key changed after its pass began": lambda jobs: (
        jobs.Folder().session().write().add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
    ),
    "a gap in a pass": lambda jobs: (
        jobs.Folder()
        .session()
        .add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
        .add("pass-started", jobs.STARTED)
        .session("signal")
        .add("pass-started", {**jobs.STARTED, "start": 512})
    ),
    "a finished pass begun again": lambda jobs: jobs.Folder().session().write().session("signal").add("pass-started", jobs.STARTED),
    "the second pass first": lambda jobs: (
        jobs.Folder().session().add("pass-started", {**jobs.STARTED, "pass": 2, "of": 2, "pattern": "00", "generator": None})
    ),
    "a pass finished twice": lambda jobs: (
        jobs.Folder().session().write().add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE, "ms": 9, "flushed": True})
    ),
    "the end of a pass that never began": lambda jobs: (
        jobs.Folder().session().add("pass-finished", {"pass": 1, "bytes_written": jobs.SIZE, "ms": 9, "flushed": True})
    ),
    "verification before the pass ended": lambda jobs: (
        jobs.Folder()
        .session()
        .add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
        .add("pass-started", jobs.STARTED)
        .add("verification-started", jobs.VERIFYING)
    ),
    "the end of a verification that never began": lambda jobs: jobs.Folder().session().write().add("verification-finished", jobs.VERIFIED),
    "a verification that changed its kind": lambda jobs: (
        jobs.Folder()
        .session()
        .write()
        .add("verification-started", {**jobs.VERIFYING, "kind": "percent", "percent_ppm": 5})
        .add("verification-finished", jobs.VERIFIED)
    ),
    "a mismatch outside a verification": lambda jobs: (
        jobs.Folder().session().write().add("mismatch", {"pass": 1, "first_lba": 1, "sectors": 1})
    ),
    "a checkpoint that goes back": lambda jobs: (
        jobs.Folder()
        .session()
        .add("keys", {"pass": 1, "generator": "chacha20", "key": jobs.KEY})
        .add("pass-started", jobs.STARTED)
        .add("checkpoint", {"phase": "write", "pass": 1, "bytes_done": 1024, "ms_done": 1})
        .add("checkpoint", {"phase": "write", "pass": 1, "bytes_done": 512, "ms_done": 1})
    ),
    "a bad range of no pass": lambda jobs: (
        jobs.Folder().session().add("bad-range", {"operation": "read", "pass": 1, "first_lba": 1, "sectors": 1, "error": "EIO"})
    ),
    "a line after the last": lambda jobs: jobs.good().add("interrupted", {"cause": "signal", "phase": "write", "pass": 1, "bytes_done": 0}),
    "an unknown event": lambda jobs: jobs.Folder().session().add("celebrated", {}),
    "a field too many": lambda jobs: jobs.Folder().session().write().verify(extra=1),
    "a field of another kind": lambda jobs: jobs.Folder().session().write().verify(ms="7"),
    "a negative number": lambda jobs: jobs.Folder().session().write().verify(ms=-7),
    "a drive without a size": lambda jobs: jobs.Folder().session(
        found={name: value for name, value in jobs.drive().items() if name != "size"}
    ),
}


@pytest.mark.parametrize("make", OUT_OF_PLACE.values(), ids=OUT_OF_PLACE.keys())
def test_a_line_out_of_place_is_damage(make, jobs):
    folder = make(jobs)
    with pytest.raises(Malformed) as refusal:
        erasure_from_files(folder.files)
    assert refusal.value.code == "journal-damaged"
    assert refusal.value.parameters["line"] > 0


def test_a_job_without_an_end_has_no_statement(jobs):
    with pytest.raises(Malformed) as refusal:
        erasure_from_files(jobs.Folder().session().write().verify().files)
    assert refusal.value.code == "job-not-finished"


def test_a_torn_line_behind_the_last_is_damage(jobs):
    folder = jobs.good()
    with pytest.raises(Malformed, match="torn-tail"):
        erasure_from_files(_files(folder, journal=folder.journal + b'{"at":'))


@given(data=st.data())
def test_no_journal_line_can_be_cut_flipped_removed_or_swapped(data, jobs):
    folder = jobs.good()
    place = data.draw(st.integers(0, len(folder.lines) - 1))
    lines = list(folder.lines)
    match data.draw(st.sampled_from(["cut", "flipped", "removed", "swapped", "doubled"])):
        case "cut":
            lines[place] = lines[place][: data.draw(st.integers(0, len(lines[place]) - 1))]
        case "flipped":
            spot = data.draw(st.integers(0, len(lines[place]) - 1))
            lines[place] = lines[place][:spot] + bytes([lines[place][spot] ^ data.draw(st.integers(1, 255))]) + lines[place][spot + 1 :]
        case "removed":
            del lines[place]
        case "swapped":
            other = data.draw(st.integers(0, len(lines) - 1).filter(lambda other: other != place))
            lines[place], lines[other] = lines[other], lines[place]
        case "doubled":
            lines.insert(place, lines[place])
    with pytest.raises(Malformed):
        erasure_from_files(_files(folder, journal=b"".join(line + b"\n" for line in lines)))


def test_the_last_line_can_not_be_lost_without_notice(jobs):
    folder = jobs.good()
    shorter = b"".join(line + b"\n" for line in folder.lines[:-2])
    with pytest.raises(Malformed, match="last-lines-lost"):
        erasure_from_files(_files(folder, journal=shorter))


@given(junk=st.binary(max_size=400))
def test_any_bytes_in_place_of_a_file_give_our_own_error(junk, jobs):
    folder = jobs.good()
    for name in ("plan", "confirmation", "journal", "head"):
        with pytest.raises(CertifyError):
            erasure_from_files(_files(folder, **{name: junk}))


def test_a_published_journal_is_read_without_its_head(jobs):
    story = read_story(jobs.good().journal, None)
    assert story.finished.outcome == "erased"
    assert story.planned_passes == 1


def test_a_folder_is_read_from_disk(tmp_path, jobs):
    folder, place = jobs.good(), tmp_path / jobs.JOB
    place.mkdir()
    for name, data in (
        ("plan.json", folder.plan),
        ("confirmation.json", folder.confirmation),
        ("journal.jsonl", folder.journal),
        ("journal.head", folder.head),
    ):
        (place / name).write_bytes(data)
    assert erasure_from_folder(place) == erasure_from_files(folder.files)
    other = place.rename(tmp_path / ("J-" + "1" * 26))
    with pytest.raises(Refused, match="another job's name"):
        erasure_from_folder(other)
    (other / "journal.head").unlink()
    with pytest.raises(Malformed) as refusal:
        erasure_from_folder(other)
    assert (refusal.value.code, refusal.value.parameters["file"]) == ("job-file-missing", "journal.head")


def test_plan_and_confirmation_are_read_strictly(jobs):
    folder = jobs.good()
    for name in ("plan", "confirmation"):
        value = json.loads(getattr(folder, name))
        with pytest.raises(Malformed, match="job-file-malformed"):
            erasure_from_files(_files(folder, **{name: canonical_json({**value, "extra": 1})}))
