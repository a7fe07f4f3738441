"""Two slots in one file: whatever tears one of them, the other speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.jobs.events import Phase
from erase.jobs.progress import FILE, SLOT_BYTES, Progress, ProgressFile, from_slot, read_progress, to_slot

COUNTS = st.integers(0, 2**63)
PROGRESSES = st.builds(Progress, st.sampled_from(Phase), st.integers(1, 99), COUNTS, COUNTS, COUNTS)


def at(done: int) -> Progress:
    return Progress(Phase.WRITE, 1, done, 1000, done * 2)


@pytest.fixture
def written(tmp_path):
    slots = ProgressFile(tmp_path)
    for done in range(1, 8):
        slots.write(at(done))
        assert read_progress(tmp_path) == at(done)
    slots.close()
    return tmp_path


@given(PROGRESSES, st.integers(0, 2**63))
def test_a_slot_is_read_back_as_it_was_written(progress, sequence):
    assert from_slot(to_slot(progress, sequence)) == (sequence, progress)


@given(PROGRESSES, st.integers(0, 8 * 49 - 1))
def test_a_slot_with_any_bit_flipped_is_not_believed(progress, bit):
    slot = bytearray(to_slot(progress, 7))
    slot[bit // 8] ^= 1 << bit % 8
    assert from_slot(bytes(slot)) is None


@given(st.binary(max_size=2 * SLOT_BYTES))
def test_arbitrary_bytes_are_no_progress(data):
    assert from_slot(data) is None


def test_the_torn_newer_slot_leaves_the_older_one(written):
    data = bytearray((written / FILE).read_bytes())
    assert len(data) == 2 * SLOT_BYTES
    data[SLOT_BYTES : SLOT_BYTES + 20] = bytes(20)  # the seventh writing went to the second slot
    (written / FILE).write_bytes(data)
    assert read_progress(written) == at(6)


def test_writing_goes_on_after_the_newest_slot(written):
    slots = ProgressFile(written)
    slots.write(at(99))
    slots.close()
    assert read_progress(written) == at(99)
    data = bytearray((written / FILE).read_bytes())
    data[:20] = bytes(20)
    (written / FILE).write_bytes(data)
    assert read_progress(written) == at(7)


def test_no_file_and_a_torn_file_are_no_progress(tmp_path):
    assert read_progress(tmp_path) is None
    (tmp_path / FILE).write_bytes(b"\0" * 100)
    assert read_progress(tmp_path) is None


def test_the_file_never_grows(written):
    assert (written / FILE).stat().st_size == 2 * SLOT_BYTES


def failing(*_):
    raise OSError(28, "No space left on device")


def test_a_file_that_can_not_be_written_is_told_once_and_stops_nobody(written, monkeypatch, capsys):
    slots = ProgressFile(written)
    with monkeypatch.context() as broken:
        broken.setattr("erase.jobs.progress.os.pwrite", failing)
        slots.write(at(50))
        slots.write(at(60))
    assert read_progress(written) == at(7)
    slots.write(at(70))
    slots.close()
    assert read_progress(written) == at(70)
    assert capsys.readouterr().err.count("progress not recorded") == 1


@pytest.mark.parametrize("call", ["open", "pread"])
def test_a_file_that_can_not_be_opened_stops_nobody_either(tmp_path, monkeypatch, capsys, call):
    with monkeypatch.context() as broken:
        broken.setattr(f"erase.jobs.progress.os.{call}", failing)
        slots = ProgressFile(tmp_path)
    slots.write(at(1))
    slots.close()
    assert read_progress(tmp_path) == (None if call == "open" else at(1))
    assert capsys.readouterr().err.count("progress not recorded") == 1


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    slots = ProgressFile(tmp_path)
    slots.write(at(1))
    slots.close()
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
