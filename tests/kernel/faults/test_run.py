"""`erase run` on drives that fail: what could not be written or read is an exception, and nothing is claimed."""

from __future__ import annotations

import time
from pathlib import Path

from certify.statement.consistency import contradictions

MEDIUM_ERRORS = "2"  # scsi_debug's opts: commands that touch the chosen sectors get 3/11h/0
LABEL = "LABEL-1"


def test_sectors_that_can_not_be_read_back_are_named_and_nothing_is_claimed(scsi_debug, station):
    node = scsi_debug(medium_error_start=2000, medium_error_count=5)
    Path("/sys/bus/pseudo/drivers/scsi_debug/opts").write_text(MEDIUM_ERRORS)
    said = station.erase(node, more=("--verify", "full"))
    assert said.status == 1
    (job,) = said.json["jobs"]
    assert job["outcome"] != "erased"
    assert job["method"] == "none"
    statement = station.statement()
    assert contradictions(statement) == []
    assert statement.claim.method == "none"


def test_its_good_twin_is_erased(scsi_debug, station):
    node = scsi_debug()
    said = station.erase(node, more=("--verify", "full"))
    assert said.status == 0
    assert station.statement().claim.method == "clear"


def test_sectors_that_can_not_be_written_are_the_exceptions(bad_blocks, station):
    node = bad_blocks("2048-2055", "40000-40000")
    words = [str(word) for word in ("run", node, "--jobs", station.jobs, "--policy", "nist-800-88r1", "--allow-virtual")]
    words += ["--scheme", "zero", "--operator", "sagyo", "--witness", "tachiai", "--label", LABEL, "--confirm", f"LABEL:{LABEL}", "--json"]
    said = station.type(*words)
    assert said.status == 1
    (job,) = said.json["jobs"]
    assert (job["outcome"], job["method"]) == ("erased-with-exceptions", "none")
    statement = station.statement()
    assert [(bad.first_lba, bad.sectors) for bad in statement.exceptions] == [(2048, 8), (40000, 1)]
    assert contradictions(statement) == []


def test_a_drive_that_is_pulled_out_is_an_interruption_and_nothing_is_signed(scsi_debug, station):
    # a fifth of a second for each command makes it slow enough to be caught in the middle
    node = scsi_debug(ndelay=200_000_000)
    running = station.start(*station.words_to_erase(node), "--json")
    while not begun(station):
        assert running.poll() is None, running.communicate()
        time.sleep(0.1)
    Path(f"/sys/block/{node.name}/device/delete").write_text("1")
    out, err = running.communicate(timeout=120)
    assert running.returncode == 5, err  # interrupted: the job can be resumed when the drive is back
    assert '"erased"' not in out
    assert not (station.folder / "erasure.dsse.json").exists()


def begun(station) -> bool:
    """Whether something was written already."""
    return any((folder / "journal.jsonl").exists() and station.told("checkpoint") for folder in station.folders)
