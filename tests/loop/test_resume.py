"""`erase resume` on real block devices: after Ctrl-C, after a kill, on another node, with damaged or foreign folders."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pexpect
import pytest

from certify.statement.consistency import contradictions
from erase.jobs.folder import JobFolder
from erase.jobs.runner import Ending
from erase.jobs.states import JobState

pytestmark = pytest.mark.loop
MIB = 1 << 20


def start_until(station, words, lines: int) -> subprocess.Popen:
    """Starts a run and waits until its journal has so many lines."""
    process = station.start(*words)
    while process.poll() is None:
        head = station.folders[0] / "journal.head" if station.folders else None
        if head and head.exists() and json.loads(head.read_bytes())["seq"] >= lines - 1:
            return process
        time.sleep(0.001)
    pytest.fail(f"it ended before its journal had {lines} lines: {process.communicate()}")


def stop_at(station, device, lines: int, number=signal.SIGINT, scheme: str = "vsitr") -> tuple[int, str, str]:
    process = start_until(station, station.words_to_erase(device, scheme=scheme), lines)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_cleanly_and_the_job_is_resumed(station, own_device, fill, number):
    device = own_device(64 * MIB)
    marker = fill(device)
    status, out, err = stop_at(station, device, 20, number)
    assert status == 5
    assert f"erase resume --jobs {station.jobs}" in out
    assert "not yet erased" in out
    assert "clean halt" in err
    (stopped,) = station.told("interrupted")
    assert stopped["cause"] == "signal"
    assert not (station.folder / "erasure.dsse.json").exists()
    said = station.type("resume", "--jobs", station.jobs)
    assert said.status == 0
    assert f"pass {stopped['pass']} of 7 " in said.err
    assert f"from {stopped['bytes_done'] * 1000 // device.size / 10} %" in said.err
    statement = station.statement()
    assert [pause.cause for pause in statement.interruptions] == ["signal"]
    assert contradictions(statement) == []
    assert marker not in device.backing.read_bytes()


def test_ctrl_c_at_the_terminal(station, own_device):
    device = own_device(128 * MIB)
    words = ["-c", "from erase.station.cli import entry; entry()", *station.words_to_erase(device, scheme="gutmann-35")]
    terminal = pexpect.spawn(sys.executable, words, env=station.environment, dimensions=(40, 160), timeout=60, encoding="utf-8")
    terminal.expect(r"pass [0-9]+/35")
    terminal.sendintr()
    terminal.expect("clean halt")
    terminal.expect(rf"erase resume --jobs {station.jobs}")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 5
    assert station.told("interrupted")[0]["cause"] == "signal"


def test_the_terminal_shows_one_line_for_each_drive(station, own_device):
    devices = [own_device(96 * MIB), own_device(104 * MIB)]
    words = ["-c", "from erase.station.cli import entry; entry()", *station.words_to_erase(*devices, scheme="vsitr")]
    terminal = pexpect.spawn(sys.executable, words, env=station.environment, dimensions=(40, 100), timeout=120, encoding="utf-8")
    terminal.expect(pexpect.EOF)
    shown = terminal.before
    terminal.close()
    assert terminal.exitstatus == 0
    assert "\x1b[2A" in shown
    frames = re.findall(r"\x1b\[2K([^\r\n]*)", shown)
    assert all(len(frame) < 100 for frame in frames)
    for device in devices:
        assert any(frame.startswith(f"{device.path} [**{station.serial_of(device)[-4:]}]") for frame in frames)


def test_a_drive_is_found_again_on_another_node(station, own_device, fill):
    device = own_device(64 * MIB)
    fill(device)
    stop_at(station, device, 20)
    subprocess.run(["losetup", "--detach", device.path], check=True)
    in_the_way = own_device(8 * MIB)
    again = subprocess.run(["losetup", "--find", "--show", device.backing], check=True, capture_output=True, text=True).stdout.strip()
    try:
        assert again != str(device.path)
        said = station.resume()
        assert (said.status, said.json["jobs"][0]["device"]) == (0, again)
    finally:
        subprocess.run(["losetup", "--detach", again], check=True)
    assert in_the_way.backing.read_bytes() == bytes(in_the_way.size)


def test_a_drive_that_is_not_attached_is_waited_for(station, own_device, language):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    subprocess.run(["losetup", "--detach", device.path], check=True)
    said = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
    assert said.status == 2
    assert {"ja": "見つかりません", "en": "was not found"}[language.value] in said.out
    assert len(station.told("session")) == 1


def test_two_drives_of_one_name_are_refused(station, own_device, loop_device):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    twin = loop_device(device.size)  # the same name and size, and so the same serial number
    said = station.resume()
    assert said.status == 2
    assert said.json["jobs"][0]["problem"]["error"] == "jobs.drive-ambiguous"
    assert twin.backing.read_bytes() == bytes(device.size)
    assert station.resume(device.path).status == 0
    assert twin.backing.read_bytes() == bytes(device.size)


def test_a_job_that_is_running_is_left_alone(station, own_device, language):
    device = own_device(64 * MIB)
    process = start_until(station, station.words_to_erase(device, scheme="gutmann-35"), 10)
    process.send_signal(signal.SIGSTOP)
    try:
        resumed = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
        rerun = station.type(*station.words_to_erase(device), HAIKI_LANG=language.value)
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    running = {"ja": f"{station.folder.name} は実行中です", "en": f"{station.folder.name} is already running"}[language.value]
    assert (resumed.status, rerun.status) == (2, 2)
    assert running in resumed.out
    assert running in rerun.err


def test_several_jobs_are_resumed_at_once(station, own_device):
    devices = [own_device(48 * MIB), own_device(56 * MIB)]
    process = start_until(station, station.words_to_erase(*devices, scheme="vsitr"), 12)
    process.kill()
    process.communicate()
    said = station.resume()
    assert said.status == 0
    assert sorted(job["outcome"] for job in said.json["jobs"]) == ["erased", "erased"]


def test_one_job_of_several_may_be_chosen(station, own_device):
    devices = [own_device(48 * MIB), own_device(56 * MIB)]
    process = start_until(station, station.words_to_erase(*devices, scheme="vsitr"), 12)
    process.kill()
    process.communicate()
    first, second = station.folders
    assert [job["job"] for job in station.resume("--job", second.name).json["jobs"]] == [second.name]
    assert len(station.told("session", first)) == 1


def test_another_drive_than_the_interrupted_jobs_is_refused(station, own_device, language):
    device, other = own_device(64 * MIB), own_device(8 * MIB)
    stop_at(station, device, 20)
    said = station.type("resume", "--jobs", station.jobs, other.path, HAIKI_LANG=language.value)
    assert said.status == 2
    assert station.folder.name in said.err
    assert str(other.path) in said.err


def _unsign(station) -> None:
    """As after a power cut between the last line and the signature."""
    for name in ("erasure.dsse.json", "result.json"):
        (station.folder / name).unlink()


def test_a_finished_job_without_its_statement_is_read_back_and_signed(station, own_device):
    station.erase(own_device(8 * MIB))
    _unsign(station)
    said = station.resume()
    assert (said.status, said.json["jobs"][0]["outcome"]) == (0, "erased")
    statement = station.statement()
    assert (statement.outcome, len(statement.interruptions)) == ("erased", 1)
    assert contradictions(statement) == []
    assert json.loads((station.folder / "result.json").read_bytes())["statement_sha256"] == said.json["jobs"][0]["statement_sha256"]


def test_new_data_on_a_drive_that_was_read_back_already_is_found(station, own_device, fill):
    device = own_device(8 * MIB)
    station.erase(device)
    _unsign(station)
    marker = fill(device)
    said = station.resume()
    assert (said.status, said.json["jobs"][0]["outcome"]) == (1, "not-erased")
    assert station.statement().verification.result == "failed"
    assert marker in device.backing.read_bytes()


def test_there_may_be_nothing_to_do(station, own_device, language):
    station.erase(own_device(8 * MIB))
    said = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
    assert said.status == 0
    assert {"ja": "再開する作業はありません", "en": "nothing to go on with"}[language.value] in said.out


def test_an_old_job_does_not_erase_what_a_newer_one_left_ready_for_use(station, own_device, fill):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    assert station.erase(device).status == 0
    fill(device)
    before = device.backing.read_bytes()
    old = next(folder for folder in station.folders if not (folder / "result.json").exists())
    said = station.type("resume", "--jobs", station.jobs)
    assert said.status == 2
    assert f"Job {old.name} is not resumed" in said.err
    assert f"still interrupted: {old.name}" in said.err
    said = station.resume("--job", old.name)
    assert (said.status, said.json["jobs"][0]["problem"]["error"]) == (2, "jobs.newer-job")
    assert device.backing.read_bytes() == before


def test_a_drive_mounted_meanwhile_is_refused(station, own_device, tmp_path, language):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    subprocess.run(["mkfs.ext4", "-q", device.path], check=True)
    (tmp_path / "mounted").mkdir()
    subprocess.run(["mount", device.path, tmp_path / "mounted"], check=True)
    try:
        said = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
    finally:
        subprocess.run(["umount", tmp_path / "mounted"], check=True)
    assert said.status == 2
    assert str(tmp_path / "mounted") in said.out
    assert len(station.told("session")) == 1


def test_no_jobs_folder_and_no_such_job(station, own_device, tmp_path):
    assert station.type("resume", "--jobs", tmp_path / "nowhere").status == 2
    station.erase(own_device(8 * MIB))
    assert "J-00000000000000000000000000" in station.type("resume", "--jobs", station.jobs, "--job", "J-00000000000000000000000000").err


@pytest.fixture
def interrupted(station, own_device):
    """A job that was stopped in its second pass, and its drive."""
    device = own_device(64 * MIB)
    stop_at(station, device, 26)
    return device


def _damage(lines: list[bytes], place: int, how: str) -> bytes:
    line = lines[place]
    changed = {
        "cut": [line[: len(line) // 2] + b"\n"],
        "cut at the end": [line[:-1]],
        "flipped": [line[: len(line) // 2] + bytes([line[len(line) // 2] ^ 1]) + line[len(line) // 2 + 1 :]],
        "removed": [],
    }[how]
    return b"".join([*lines[:place], *changed, *lines[place + 1 :]])


@pytest.mark.parametrize("how", ["cut", "cut at the end", "flipped", "removed"])
def test_a_journal_with_any_line_changed_is_refused_with_its_reason(station, interrupted, how):
    journal = station.folder / "journal.jsonl"
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    before = interrupted.backing.read_bytes()
    assert len(lines) > 20
    for place in range(len(lines)):
        journal.write_bytes(_damage(lines, place, how))
        said = station.resume()
        assert said.status == 2
        problem = said.json["jobs"][0]["problem"]
        assert problem["error"] == "jobs.journal-damaged"
        assert problem["why"]
        assert problem["next"]
    assert interrupted.backing.read_bytes() == before
    journal.write_bytes(whole)
    assert station.resume().status == 0


@pytest.mark.parametrize("name", ["plan.json", "confirmation.json"])
def test_a_paper_changed_after_the_fact_is_refused(station, interrupted, name, language):
    paper = station.folder / name
    paper.write_bytes(paper.read_bytes().replace(b'"schema"', b' "schema"'))
    said = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
    assert said.status == 2
    assert name in said.out
    assert {"ja": "書き換えられています", "en": "was changed"}[language.value] in said.out


def test_a_damaged_job_does_not_hold_up_the_others(station, own_device):
    devices = [own_device(48 * MIB), own_device(56 * MIB)]
    process = start_until(station, station.words_to_erase(*devices, scheme="vsitr"), 12)
    process.kill()
    process.communicate()
    bad, good = station.folders
    (bad / "journal.head").unlink()
    said = station.resume()
    assert said.status == 2
    assert {job["job"]: job["exit"] for job in said.json["jobs"]} == {bad.name: 2, good.name: 0}


def test_a_job_goes_on_from_a_copy_of_its_folder(station, own_device, tmp_path, interrupted):
    """As on another machine: the folder came on a stick."""
    shutil.copytree(station.jobs, tmp_path / "stick")
    shutil.rmtree(station.jobs)
    station.jobs = tmp_path / "stick"
    assert station.resume().status == 0
    assert len(station.statement().interruptions) == 1


def test_a_torn_last_line_is_an_interruption(station, interrupted):
    with (station.folder / "journal.jsonl").open("ab") as stream:
        stream.write(b'{"at":"2026-11-')
        os.fsync(stream.fileno())
    assert station.resume().status == 0
    assert len(station.statement().interruptions) == 1


def test_a_pipe_in_the_place_of_a_file_does_not_hold_up_the_other_jobs(station, own_device):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    broken = station.jobs / f"J-{'1' * 26}"
    broken.mkdir(mode=0o700)
    os.mkfifo(broken / "journal.jsonl")
    process = station.start("resume", "--jobs", station.jobs, "--json")
    out, _ = process.communicate(timeout=60)
    exits = {job["job"]: job["exit"] for job in json.loads(out)["jobs"]}
    assert exits.pop(broken.name) == 2
    assert list(exits.values()) == [0]


def test_a_newer_job_that_can_not_be_read_keeps_an_older_one_from_the_drive(station, own_device, language):
    """The drive may hold data again since; the older job would overwrite them."""
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    older = station.folder
    assert station.erase(device).status == 0
    (newer,) = (folder for folder in station.folders if folder != older)
    (newer / "confirmation.json").write_bytes(b"")
    before = device.backing.read_bytes()
    said = station.type("resume", "--jobs", station.jobs, "--job", older.name, HAIKI_LANG=language.value)
    assert said.status == 2
    assert newer.name in said.out
    assert device.backing.read_bytes() == before


def test_a_job_killed_before_its_first_byte_is_tidied_away_when_its_confirmation_has_run_out(station, own_device, monkeypatch):
    device = own_device(64 * MIB)
    monkeypatch.setattr(JobFolder, "remove", lambda _folder: None)  # as after kill -9
    monkeypatch.setattr("erase.jobs.runner.Runner.run", lambda _runner: Ending(JobState()))
    assert station.erase(device).status == 2
    monkeypatch.undo()
    assert len(station.folders) == 1
    confirmed = station.folder / "confirmation.json"
    assert station.told("pass-started") == []
    monkeypatch.setattr("erase.jobs.opening.KnownJob.is_dead", lambda _known, _now: True)
    assert confirmed.exists()
    said = station.type("resume", "--jobs", station.jobs)
    assert (said.status, station.folders) == (0, [])
    assert "wrote" in said.err or "書き込" in said.err


def test_a_drive_in_use_again_is_refused_with_the_ways_out(station, own_device, fill, language):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    fill(device)
    before = device.backing.read_bytes()
    said = station.type("resume", "--jobs", station.jobs, HAIKI_LANG=language.value)
    assert said.status == 2
    assert f"erase resume --jobs {station.jobs}" not in said.out  # that would be refused again
    assert "--give-up" in said.out
    assert station.told("interrupted")[-1]["cause"] == "not-as-left"
    assert device.backing.read_bytes() == before


def test_a_job_whose_drive_is_lost_ends_as_not_erased_with_a_signed_statement(station, own_device, language):
    device = own_device(64 * MIB)
    stop_at(station, device, 20)
    subprocess.run(["losetup", "--detach", device.path], check=True)
    assert "--give-up" in station.type("resume", "--jobs", station.jobs).out
    for words in ((), ("--job", station.folder.name, device.path)):
        refused = station.type("resume", "--jobs", station.jobs, "--give-up", *words, HAIKI_LANG=language.value)
        assert refused.status == 2
        assert "--job" in refused.err
    said = station.type("resume", "--jobs", station.jobs, "--job", station.folder.name, "--give-up", HAIKI_LANG=language.value)
    assert said.status == 1
    statement = station.statement()
    assert (statement.outcome, statement.claim.method) == ("not-erased", "none")
    assert contradictions(statement) == []
    again = station.type("resume", "--jobs", station.jobs)
    assert again.status == 0
    once_more = station.type("resume", "--jobs", station.jobs, "--job", station.folder.name, "--give-up", HAIKI_LANG=language.value)
    assert once_more.status == 1
    assert {"ja": "既に終了", "en": "has ended before"}[language.value] in once_more.err


def test_giving_up_what_never_began_tidies_it_away(station, own_device, monkeypatch):
    device = own_device(64 * MIB)
    monkeypatch.setattr(JobFolder, "remove", lambda _folder: None)  # as after kill -9
    monkeypatch.setattr("erase.jobs.runner.Runner.run", lambda _runner: Ending(JobState()))
    assert station.erase(device).status == 2
    monkeypatch.undo()
    said = station.type("resume", "--jobs", station.jobs, "--job", station.folder.name, "--give-up")
    assert (said.status, station.folders) == (0, [])
