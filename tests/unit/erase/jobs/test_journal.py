"""The journal on disk: what was written is read back; any change to it is refused with its reason."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certify.foundation.canonical import sha256_hex
from certify.foundation.chain import GENESIS, Damage, Head, seal
from certify.foundation.messages import has_text
from erase.errors import JobError
from erase.jobs import events, states
from erase.jobs import journal as journal_module
from erase.jobs.events import IllegalLine
from erase.jobs.journal import HEAD, LINES, Journal, JournalDamaged, read_journal


@pytest.fixture
def folder(tmp_path, some):
    made = tmp_path / some.job
    made.mkdir()
    return made


@pytest.fixture
def told(folder, clock, story):
    """The folder of a job that ended, with 14 lines."""
    journal = Journal(folder, clock)
    for event in story:
        clock.advance(1)
        journal.append(event)
    journal.close()
    return folder


def damage_of(folder) -> str:
    with pytest.raises(JournalDamaged) as caught:
        read_journal(folder)
    return caught.value.kind


def lines_in(folder) -> list[bytes]:
    return (folder / LINES).read_bytes().splitlines(keepends=True)


def test_the_state_on_disk_is_the_state_in_memory(folder, clock, story):
    journal = Journal(folder, clock)
    for event in story:
        journal.append(event)
        assert read_journal(folder).state == journal.state


def test_a_line_says_when_by_both_clocks(told):
    third = json.loads(lines_in(told)[2])
    assert (third["at"], third["source"], third["ms"]) == ("2026-11-23T01:02:06Z", "fixed", 3000)


def test_only_the_owner_may_read(told):
    for name in (LINES, HEAD):
        assert stat.S_IMODE((told / name).stat().st_mode) == 0o600


def test_each_line_is_flushed_before_the_head_names_it(folder, clock, story, monkeypatch):
    order = []
    real_fsync, real_write = os.fsync, journal_module.write_whole

    def noted_fsync(handle):
        name = Path(f"/proc/self/fd/{handle}").readlink().name
        if name == LINES:
            order.append(f"{len((folder / LINES).read_bytes().splitlines())} lines flushed")
        real_fsync(handle)

    def noted_write(path, data, *, mode):
        order.append(f"head {json.loads(data)['seq']}")
        real_write(path, data, mode=mode)

    journal = Journal(folder, clock)
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(journal_module, "write_whole", noted_write)
    journal.append(story[0])
    journal.append(story[1])
    assert order == ["1 lines flushed", "head 0", "2 lines flushed", "head 1"]


def test_an_event_out_of_place_is_never_written(folder, clock, story):
    journal = Journal(folder, clock)
    with pytest.raises(IllegalLine):
        journal.append(story[3])
    assert (folder / LINES).read_bytes() == b""


def test_a_full_disk_is_told_and_the_state_stays(folder, clock, story, monkeypatch):
    journal = Journal(folder, clock)
    journal.append(story[0])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JobError) as caught:
        journal.append(story[1])
    assert caught.value.code == "folder-not-writable"
    assert journal.state.sessions == 0


@pytest.mark.parametrize("name", [LINES, HEAD])
def test_a_journal_that_points_elsewhere_is_not_followed(folder, clock, tmp_path, name):
    (tmp_path / "elsewhere").write_bytes(b"x\n")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JobError) as caught:
        Journal(folder, clock)
    assert caught.value.code == "folder-unreadable"
    assert (tmp_path / "elsewhere").read_bytes() == b"x\n"


def test_a_torn_last_line_is_cut_off_and_the_next_one_takes_its_place(folder, clock, story):
    journal = Journal(folder, clock)
    for event in story[:4]:
        journal.append(event)
    journal.close()
    with (folder / LINES).open("ab") as stream:
        stream.write(b'{"at":"2026')
    assert read_journal(folder).torn == 11
    again = Journal(folder, clock)
    again.append(story[4])
    assert read_journal(folder).torn == 0
    assert len(lines_in(folder)) == 5


def head_at(folder, seq: int) -> None:
    (folder / HEAD).write_bytes(Head(seq, sha256_hex(lines_in(folder)[seq].rstrip(b"\n"))).to_bytes())


def test_a_crash_between_line_and_head_is_mended(told, clock):
    head_at(told, 12)
    assert read_journal(told).head_is_behind
    Journal(told, clock).close()
    assert not read_journal(told).head_is_behind


def test_a_head_that_lags_by_two_lines_is_damage(told):
    head_at(told, 11)
    assert damage_of(told) == "head-behind"


def test_a_crash_before_the_first_head_is_mended(told, clock):
    (told / LINES).write_bytes(lines_in(told)[0])
    (told / HEAD).unlink()
    assert read_journal(told).head_is_behind
    Journal(told, clock).close()
    assert (told / HEAD).exists()


@pytest.mark.parametrize("beginning", [None, b"", b'{"at":"2026-11'])
def test_a_journal_without_one_whole_line_never_began(folder, beginning):
    if beginning is not None:
        (folder / LINES).write_bytes(beginning)
    assert read_journal(folder) is None


def test_what_a_killed_writer_left_beside_the_head_is_removed(told, clock):
    (told / ".journal.head.0a1b2c3d").write_bytes(b"half")
    Journal(told, clock).close()
    assert not list(told.glob(".journal.head.*"))


def test_missing_files_are_damage(told):
    head = (told / HEAD).read_bytes()
    (told / HEAD).unlink()
    assert damage_of(told) == "head-missing"
    (told / HEAD).write_bytes(head)
    (told / LINES).unlink()
    assert damage_of(told) == "lines-missing"
    (told / LINES).write_bytes(b"")
    assert damage_of(told) == "empty"


def test_each_line_removed_is_damage(told):
    lines = lines_in(told)
    for place in range(len(lines)):
        (told / LINES).write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
        assert damage_of(told) in ("sequence-broken", "last-lines-lost")


def test_each_line_cut_is_damage(told):
    lines = lines_in(told)
    for place, line in enumerate(lines):
        for cut in (line[:-1], line[: len(line) // 2], line[:-2] + b"\n"):
            (told / LINES).write_bytes(b"".join([*lines[:place], cut, *lines[place + 1 :]]))
            assert damage_of(told) in ("line-not-json", "last-lines-lost")
        (told / LINES).write_bytes(b"".join(lines[:place]) + line[: len(line) // 2])
        assert damage_of(told) in ("last-lines-lost", "empty")


def test_each_line_twice_is_damage(told):
    lines = lines_in(told)
    for place, line in enumerate(lines):
        (told / LINES).write_bytes(b"".join([*lines[:place], line, *lines[place:]]))
        assert damage_of(told) in ("sequence-broken", "head-mismatch", "head-behind")


def test_two_lines_exchanged_are_damage(told):
    lines = lines_in(told)
    for place in range(len(lines) - 1):
        (told / LINES).write_bytes(b"".join([*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]))
        assert damage_of(told) == "sequence-broken"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bit_flipped_is_damage(told, data):
    """The files are put back each time, so that the runs don't see one another."""
    name = data.draw(st.sampled_from([LINES, HEAD]))
    good = (told / name).read_bytes()
    bit = data.draw(st.integers(0, len(good) * 8 - 1))
    bad = bytearray(good)
    bad[bit // 8] ^= 1 << bit % 8
    (told / name).write_bytes(bad)
    try:
        assert damage_of(told)
    finally:
        (told / name).write_bytes(good)


def test_a_forged_line_with_a_right_hash_must_still_make_sense(told, clock, some):
    """Whoever rewrites the whole chain must tell a story that a job can have."""
    lines = [json.loads(line) for line in lines_in(told)]
    lines[12]["data"]["mismatched_sectors"] = 5
    data, prev = b"", GENESIS
    for seq, line in enumerate(lines):
        sealed = seal(seq, prev, {name: value for name, value in line.items() if name not in ("seq", "prev")})
        data, prev = data + sealed + b"\n", sha256_hex(sealed)
    (told / LINES).write_bytes(data)
    (told / HEAD).write_bytes(Head(len(lines) - 1, prev).to_bytes())
    assert damage_of(told) == "passed-with-mismatches"


def test_the_journal_of_another_job_is_refused(told, some):
    other = told.with_name(some.job[:-1] + "2")
    told.rename(other)
    assert damage_of(other) == "another-job"


def test_a_journal_beyond_all_measure_is_not_read(told, monkeypatch):
    monkeypatch.setattr(journal_module, "LARGEST", 100)
    assert damage_of(told) == "too-large"


@pytest.mark.parametrize("piece", [b"[" * 100_000, b'{"a":"\\ud800"}', b'{"a":1e400}', b"\xff\xfe", b"null", b'{"seq":0}'])
def test_hostile_lines_are_damage_and_nothing_worse(told, piece):
    (told / LINES).write_bytes(piece + b"\n" + b"".join(lines_in(told)))
    assert damage_of(told)


def test_damage_is_explained_in_words(told, language):
    lines = lines_in(told)
    (told / LINES).write_bytes(b"".join(lines[:3] + lines[4:]))
    with pytest.raises(JournalDamaged) as caught:
        read_journal(told)
    what, why, next_step = caught.value.sentences()
    assert told.name in what
    assert "4" in why
    assert next_step


def test_every_kind_of_damage_has_its_words(language):
    sources = [Path(module.__file__).read_text() for module in (events, states, journal_module)]
    reasons = {
        reason for source in sources for reason in re.findall(r'(?:IllegalLine\(|_demand\(.*?, |JournalDamaged\(job, )"([a-z-]+)"', source)
    }
    assert len(reasons) > 20
    for kind in reasons | {damage.value for damage in Damage}:
        assert has_text(f"jobs.damage.{kind}", language), kind
