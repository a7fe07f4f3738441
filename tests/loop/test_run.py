"""`erase run` on real block devices: what was there is gone, and what is signed is what happened."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from itertools import pairwise

import pytest

from certify.statement.consistency import contradictions
from erase.overwrite.buffers import Buffer
from erase.overwrite.streams import UNIT, Generated, Generator

pytestmark = pytest.mark.loop
MIB = 1 << 20


def last_pass_of(statement, size: int) -> bytes:
    """What the published keys say that the medium holds."""
    last = statement.scheme.passes[-1]
    if last.pattern != "random":
        pattern = bytes.fromhex(last.pattern)
        return (pattern * (size // len(pattern) + 1))[:size]
    stream, out, content = Generated(Generator(last.generator), bytes.fromhex(last.key)), Buffer(UNIT), b""
    for unit in range(-(-size // UNIT)):
        stream.fill(out, unit, UNIT)
        content += bytes(out.view[:UNIT])
    return content[:size]


@pytest.mark.parametrize(("scheme", "passes"), [("zero", 1), ("random", 1), ("dod-5220-22m-3", 3)])
def test_a_drive_is_erased_verified_and_signed(station, loop_device, fill, scheme, passes):
    device = loop_device(24 * MIB)
    marker = fill(device)
    assert marker in device.backing.read_bytes()
    said = station.erase(device, scheme=scheme)
    assert said.status == 0
    (job,) = said.json["jobs"]
    assert (job["outcome"], job["method"], job["verification"], job["test"]) == ("erased", "clear", "passed", True)
    content = device.backing.read_bytes()
    statement = station.statement()
    assert marker not in content
    assert content == last_pass_of(statement, device.size)
    assert contradictions(statement) == []
    assert len(statement.scheme.passes) == passes
    assert (statement.people.operator.name, statement.people.witness.name) == ("作業 太郎", "立会 花子")
    assert (statement.sectors, statement.sectors_written) == (24 * MIB // 512, 24 * MIB // 512)


def test_drives_with_large_sectors_are_erased(station, loop_device, fill):
    device = loop_device(24 * MIB, sector=4096)
    fill(device)
    assert station.erase(device, scheme="random").status == 0
    assert station.statement().drive.logical_sector == 4096
    assert device.backing.read_bytes() == last_pass_of(station.statement(), device.size)


@pytest.mark.parametrize(("asked", "kind"), [("full", "full"), ("nist", "nist-800-88r1"), ("20", "percent")])
def test_the_verification_is_the_one_that_was_asked_for(station, loop_device, fill, asked, kind):
    device = loop_device(24 * MIB)
    fill(device)
    assert station.erase(device, more=("--verify", asked)).status == 0
    verification = station.statement().verification
    assert (verification.kind, verification.result) == (kind, "passed")
    assert (verification.seed is None) == (kind == "full")


def test_a_checkpoint_comes_at_each_twentieth(station, loop_device):
    device = loop_device(160 * MIB)
    station.erase(device)
    written = [line["bytes_done"] for line in station.told("checkpoint") if line["phase"] == "write"]
    assert written[-1] == 160 * MIB
    # two workers may end two units (of 4 MiB) at one time
    assert max(later - earlier for earlier, later in pairwise([0, *written])) <= 160 * MIB // 20 + 8 * MIB


def test_several_drives_are_erased_at_the_same_time(station, loop_device, fill):
    devices = [loop_device(size * MIB) for size in (16, 20, 24)]
    markers = [fill(device) for device in devices]
    said = station.erase(*devices, scheme="random")
    assert said.status == 0
    assert [job["device"] for job in said.json["jobs"]] == [str(device.path) for device in devices]
    assert len(station.folders) == 3
    keys = {station.statement(folder).scheme.passes[0].key for folder in station.folders}
    assert len(keys) == 3
    for device, marker in zip(devices, markers, strict=True):
        assert marker not in device.backing.read_bytes()


def test_serial_numbers_may_be_confirmed_in_any_order(station, loop_device):
    devices = [loop_device(size * MIB) for size in (8, 12)]
    words = station.words_to_erase(*devices)
    words[-2:] = reversed(words[-2:])
    assert station.type(*words).status == 0


def test_the_job_folder_is_private_and_whole(station, loop_device):
    station.erase(loop_device(8 * MIB))
    names = {file.name for file in station.folder.iterdir()}
    expected = {"plan.json", "confirmation.json", "journal.jsonl", "journal.head", "progress", "result.json", "erasure.dsse.json"}
    assert names == expected
    assert stat.S_IMODE(station.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in station.folder.iterdir()} == {0o600}


def test_no_name_of_a_person_stands_in_the_journal(station, loop_device):
    station.erase(loop_device(8 * MIB))
    journal = (station.folder / "journal.jsonl").read_text(encoding="utf-8")
    assert "作業 太郎" not in journal
    assert "立会 花子" not in journal


def test_the_result_in_words_says_all_that_matters(station, loop_device, language):
    device = loop_device(8 * MIB)
    said = station.type(*station.words_to_erase(device), HAIKI_LANG=language.value)
    assert said.status == 0
    words = {"ja": ["試験用", "消去完了", "Clear に該当します", "合格"], "en": ["TEST", "ERASED", "meets Clear", "passed"]}[language.value]
    for word in [*words, station.serial_of(device), str(station.folder / "erasure.dsse.json"), f"certify issue {station.folder}"]:
        assert word in said.out
    assert "100.0 %" in said.err


def test_progress_is_json_where_json_is_asked_for(station, loop_device):
    said = station.erase(loop_device(8 * MIB))
    told = [json.loads(line) for line in said.err.splitlines()]
    assert {(line["job"], line["pass"], line["of"]) for line in told} == {(station.folder.name, 1, 1)}
    assert {line["phase"] for line in told} <= {"write", "verify"}


def test_write_errors_are_exceptions_at_the_very_sectors_that_were_not_written(station, loop_device):
    """A tmpfs that is full gives real errors; what was never written is what SEEK_HOLE says."""
    device = loop_device(32 * MIB, room=20 * MIB)
    said = station.erase(device, scheme="random")
    assert said.status == 1
    (job,) = said.json["jobs"]
    assert (job["outcome"], job["method"]) == ("erased-with-exceptions", "none")
    statement = station.statement()
    holes = _holes(device.backing)
    assert holes
    assert [(bad.first_lba * 512, (bad.first_lba + bad.sectors) * 512) for bad in statement.exceptions] == holes
    assert statement.exception_sectors * 512 == sum(end - start for start, end in holes)
    assert statement.sectors_written == statement.sectors - statement.exception_sectors
    assert (statement.claim.method, statement.verification.result) == ("none", "passed")


def test_write_errors_are_told_in_words(station, loop_device, language):
    device = loop_device(16 * MIB, room=8 * MIB)
    said = station.type(*station.words_to_erase(device), HAIKI_LANG=language.value)
    assert said.status == 1
    words = {"ja": ["消去未完了 (例外あり)", "該当なし", "書込みエラー"], "en": ["Method: none", "error in writing"]}[language.value]
    for word in words:
        assert word in said.out


def _holes(file) -> list[tuple[int, int]]:
    found, place = [], 0
    with file.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        while place < size:
            start = os.lseek(stream.fileno(), place, os.SEEK_HOLE)
            if start >= size:
                break
            try:
                place = os.lseek(stream.fileno(), start, os.SEEK_DATA)
            except OSError:  # no data behind this hole
                place = size
            found.append((start, place))
    return found


def test_one_drive_with_errors_does_not_hold_up_the_others(station, loop_device):
    good, bad = loop_device(8 * MIB), loop_device(16 * MIB, room=8 * MIB)
    said = station.erase(good, bad)
    assert said.status == 1
    assert [job["exit"] for job in said.json["jobs"]] == [0, 1]


def test_what_the_policy_asks_for_and_erasing_can_not_give_is_exit_status_1(station, loop_device):
    device = loop_device(8 * MIB)
    words = station.words_to_erase(device)
    place = words.index("nist-800-88r1")
    words[place : place + 1] = ["mic-2020", "--zone", "mynumber", "--class", "3"]
    said = station.type(*words, "--json")
    assert said.status == 1
    assert said.json["jobs"][0]["outcome"] == "erased"
    assert "destroy-must-follow" in station.statement().limits


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_lose_what_is_said_and_nothing_else(station, loop_device, closed):
    device = loop_device(8 * MIB)
    program = [sys.executable, "-c", "from erase.station.cli import entry; entry()", *station.words_to_erase(device)]
    ended = subprocess.run(["bash", "-c", f'exec "$@" {closed}', "bash", *program], env=station.environment, check=False, timeout=60)
    assert ended.returncode == 0
    assert station.statement().outcome == "erased"
    assert set(device.backing.read_bytes()) == {0}
