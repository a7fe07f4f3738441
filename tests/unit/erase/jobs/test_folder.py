"""The folder of a job: private, canonical, with one process in it at a time."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from certify.foundation.canonical import canonical_json, sha256_hex
from erase.errors import JobError
from erase.jobs.events import Opened, Tool
from erase.jobs.folder import CONFIRMATION, PLAN, JobFolder, create_folder, find_folders

PLANNED = {"schema": "plan", "drive": {"size": 512}}
CONFIRMED = {"schema": "confirmation", "serial": "製造番号"}


@pytest.fixture
def folder(tmp_path, some) -> JobFolder:
    made = create_folder(tmp_path / "jobs", some.job)
    made.write(PLAN, PLANNED)
    made.write(CONFIRMATION, CONFIRMED)
    return made


def opened_with(folder: JobFolder, **changed: str) -> Opened:
    papers = folder.papers()
    hashes = {"plan_sha256": papers.plan_sha256, "confirmation_sha256": papers.confirmation_sha256} | changed
    return Opened(job=folder.job, tool=Tool("haiki", "0.1.0"), **hashes)


def code_of(call) -> str:
    with pytest.raises(JobError) as caught:
        call()
    return caught.value.code


def test_nobody_else_may_look_inside(folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()} == {0o600}


def test_papers_are_canonical_and_named_by_hash(folder):
    data = (folder.path / PLAN).read_bytes()
    assert data == canonical_json(PLANNED)
    papers = folder.papers()
    assert (papers.plan, papers.confirmation, papers.plan_sha256) == (PLANNED, CONFIRMED, sha256_hex(data))
    papers.check(opened_with(folder))


@pytest.mark.parametrize("name", [PLAN, CONFIRMATION])
def test_a_paper_changed_after_the_fact_is_refused(folder, name):
    opened = opened_with(folder)
    value = json.loads((folder.path / name).read_bytes())
    (folder.path / name).write_bytes(canonical_json(value | {"added": 1}))
    with pytest.raises(JobError) as caught:
        folder.papers().check(opened)
    assert (caught.value.code, caught.value.parameters["file"]) == ("paper-changed", name)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b" " * (4 * 1024 * 1024 + 1)])
def test_a_paper_of_another_shape_is_refused(folder, content):
    (folder.path / PLAN).write_bytes(content)
    assert code_of(folder.papers) == "paper-unreadable"


def test_a_missing_paper_is_told(folder):
    (folder.path / CONFIRMATION).unlink()
    assert code_of(folder.papers) == "folder-unreadable"


def test_a_folder_that_is_worked_in_is_locked(folder):
    with folder.locked():
        assert code_of(lambda: folder.locked().__enter__()) == "already-running"
    with folder.locked():
        pass


def test_a_killed_process_leaves_no_lock(folder):
    program = "import sys, pathlib, time\nfrom erase.jobs.folder import JobFolder\n"
    program += "with JobFolder(pathlib.Path(sys.argv[1])).locked():\n    print('in', flush=True)\n    time.sleep(600)\n"
    worker = subprocess.Popen([sys.executable, "-c", program, folder.path], stdout=subprocess.PIPE)
    assert worker.stdout.readline() == b"in\n"
    assert code_of(lambda: folder.locked().__enter__()) == "already-running"
    worker.kill()
    worker.wait()
    worker.stdout.close()
    with folder.locked():
        pass


def test_only_job_folders_are_found(tmp_path, folder, some):
    second = create_folder(folder.path.parent, some.job[:-1] + "2")
    (folder.path.parent / "notes").mkdir()
    (folder.path.parent / "J-short").mkdir()
    (folder.path.parent / (some.job[:-1] + "3")).write_text("a file")
    (folder.path.parent / (some.job[:-1] + "4")).symlink_to(folder.path)
    assert find_folders(folder.path.parent) == (folder, second)


def test_a_missing_jobs_folder_is_told(tmp_path):
    assert code_of(lambda: find_folders(tmp_path / "nowhere")) == "no-jobs-folder"


def test_a_folder_that_can_not_be_made_is_told(tmp_path, some):
    (tmp_path / "jobs").write_text("a file in the way")
    assert code_of(lambda: create_folder(tmp_path / "jobs", some.job)) == "folder-not-writable"


def test_a_full_disk_is_told(folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("erase.jobs.folder.write_whole", full)
    assert code_of(lambda: folder.write("result.json", {})) == "folder-not-writable"


def test_a_file_system_that_can_not_lock_is_our_own_error(folder, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    handles = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr("erase.jobs.folder.fcntl.flock", no_locks)

    def enter():
        with folder.locked():
            pass

    assert code_of(enter) == "folder-unreadable"
    assert code_of(folder.is_locked) == "folder-unreadable"  # not: somebody is at work
    assert len(list(Path("/proc/self/fd").iterdir())) == handles


def test_a_folder_that_went_away_is_our_own_error(tmp_path, some):
    assert code_of(JobFolder(tmp_path / some.job).is_locked) == "folder-unreadable"
