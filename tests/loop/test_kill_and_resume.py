"""A job that is killed at random moments, again and again, ends right all the same, and says how often it was broken off.

``HAIKI_KILLS``: how many such jobs (default 25). ``HAIKI_KILLS_SEED``: repeats one.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest

from certify.statement.consistency import contradictions
from erase.overwrite.buffers import Buffer
from erase.overwrite.streams import UNIT, Generated, Generator

pytestmark = pytest.mark.loop
MIB = 1 << 20
RUNS = int(os.environ.get("HAIKI_KILLS", "25"))
SEED = int(os.environ.get("HAIKI_KILLS_SEED", "2026"))


def lines_of(folder: Path | None) -> list[dict]:
    """The whole lines of a journal that somebody may be writing."""
    if folder is None or not (folder / "journal.jsonl").exists():
        return []
    return [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]]


def kill_at(station, words, lines: int, moment: float) -> bool:
    """Starts a command and kills it a moment after the journal has so many lines. False: it was done before that."""
    process = station.start(*words)
    while process.poll() is None:
        if len(lines_of(station.folders[0] if station.folders else None)) >= lines:
            time.sleep(moment)
            process.kill()
            break
        time.sleep(0.0005)
    process.communicate()
    return process.returncode == -9


@pytest.mark.parametrize("run", range(RUNS))
def test_a_job_killed_at_random_moments_ends_right(station, own_device, fill, run):
    chance = random.Random(SEED * 1000 + run)  # noqa: S311 - moments, not keys
    device = own_device(chance.choice((40, 64)) * MIB)
    marker = fill(device)
    scheme = chance.choice(("random", "dod-5220-22m-3", "hmg-is5-enhanced"))
    words = station.words_to_erase(device, scheme=scheme)
    kills = broken_off = 0
    for _ in range(chance.randint(1, 4)):
        written = len(lines_of(station.folders[0] if station.folders else None))
        if not kill_at(station, words, written + chance.randint(1, 18), chance.random() * 0.02):
            break
        kills += 1
        lines = lines_of(station.folder)
        names = [line["event"] for line in lines]
        # a success that was not signed yet is no end: it is read back again
        broken_off += "session" in names and not (station.folder / "erasure.dsse.json").exists()
        words = ["resume", "--jobs", str(station.jobs)]
    print(f"{scheme}: killed {kills} times, {broken_off} of them in the work")  # shown by pytest -rP
    assert kills
    process = station.start("resume", "--jobs", station.jobs, "--json")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, (out, err)
    statement = station.statement()
    assert (statement.outcome, statement.claim.method, statement.verification.result) == ("erased", "clear", "passed")
    assert [pause.cause for pause in statement.interruptions] == ["crash-or-power-loss"] * broken_off
    assert contradictions(statement) == []
    content = device.backing.read_bytes()
    assert marker not in content
    last = statement.scheme.passes[-1]
    assert last.pattern == "random"
    stream, out_buffer = Generated(Generator(last.generator), bytes.fromhex(last.key)), Buffer(UNIT)
    for start in range(0, device.size, UNIT):
        stream.fill(out_buffer, start // UNIT, UNIT)
        piece = content[start : start + UNIT]
        assert piece == bytes(out_buffer.view[: len(piece)])
