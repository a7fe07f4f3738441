"""Passes and comparisons over a drive in memory: what is written, what is told, and in which order."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erase.errors import DeviceError
from erase.overwrite.buffers import Buffer
from erase.overwrite.engine import Conditions, End, Layout, Watch, compare, layout, second_half, write_pass
from erase.overwrite.faults import Patience
from erase.overwrite.ranges import SectorRange
from erase.overwrite.streams import UNIT, Constant, Generated, Generator, Stream
from erase.overwrite.target import DriveLost, FlushFailed
from erase.verification.sampling import Extent, full, nist_800_88r1

SIZE = 2 * UNIT + (1 << 20) + 3 * 512  # ends in the middle of a unit, and of a MiB
RANDOM = Generated(Generator.AES_256_CTR, bytes(range(32)))
STREAMS = [RANDOM, Constant(b"\x00"), Constant(b"\x92\x49\x24")]


def expected(stream: Stream, size: int) -> bytes:
    out, content = Buffer(UNIT), bytearray()
    for unit in range(-(-size // UNIT)):
        stream.fill(out, unit, UNIT)
        content += out.view[:UNIT]
    return bytes(content[:size])


@pytest.mark.parametrize("stream", STREAMS, ids=["random", "zero", "three-bytes"])
@pytest.mark.parametrize("sector", [512, 4096])
def test_every_byte_is_written_and_reads_back(stream: Stream, sector: int, fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    size = 2 * UNIT + 37 * sector
    drive = fake_drive(size, sector, sector)
    result = write_pass(drive, stream, conditions, notes.watch)
    assert (result.end, result.bytes_done, result.bytes_moved, result.bad_sectors) == (End.FINISHED, size, size, 0)
    assert drive.medium == expected(stream, size)
    result = compare(drive, stream, full(size, sector).extents, conditions, notes.watch)
    assert (result.end, result.bytes_done, result.bytes_moved) == (End.FINISHED, size, size)
    assert result.mismatched_sectors == result.bad_sectors == 0
    assert notes.told("bad") == notes.told("mismatch") == []


def test_no_operation_is_longer_than_the_layout_says(fake_drive: Any, conditions: Conditions) -> None:
    drive = fake_drive(SIZE)
    write_pass(drive, RANDOM, conditions, Watch())
    assert max(length for _, _, length in drive.operations) == conditions.layout.io_bytes


def test_each_checkpoint_tells_of_what_survives_a_power_cut(fake_drive: Any, conditions: Conditions) -> None:
    drive = fake_drive(SIZE)
    content = expected(RANDOM, SIZE)
    seen: list[int] = []

    def check(done: int) -> None:
        assert drive.medium[:done] == content[:done]
        seen.append(done)

    write_pass(drive, RANDOM, conditions, Watch(on_checkpoint=check))
    assert seen == sorted(set(seen))
    assert seen[-1] == SIZE


@pytest.mark.parametrize("size", [2 * UNIT, SIZE, 9 * UNIT])
def test_the_second_half_is_not_begun_before_the_first_checkpoint_was_told(
    size: int, fake_drive: Any, calm: Callable[..., Conditions]
) -> None:
    """However long the flush takes: who takes up a pass without a checkpoint looks for the pass before it there."""
    drive = fake_drive(size)
    written: list[list[int]] = []

    def look(_done: int) -> None:
        for _ in range(200):  # long enough for workers that do not wait
            threading.Event().wait(0.0005)
        written.append([offset for kind, offset, _ in drive.operations if kind == "write" and offset >= second_half(size)])

    result = write_pass(drive, RANDOM, replace(calm(), layout=Layout(3, UNIT)), Watch(on_checkpoint=look))
    assert result.end is End.FINISHED
    assert written[0] == []
    assert written[-1]


def test_a_pass_is_stopped_while_workers_wait_for_its_first_checkpoint(fake_drive: Any, calm: Callable[..., Conditions]) -> None:
    drive = fake_drive(9 * UNIT)
    conditions = replace(calm(), layout=Layout(3, UNIT))

    def stop(_done: int) -> None:
        conditions.cancel.set()
        for _ in range(400):
            threading.Event().wait(0.0005)

    assert write_pass(drive, RANDOM, conditions, Watch(on_checkpoint=stop)).end is End.CANCELLED


def test_checkpoints_come_each_twentieth_and_no_oftener(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(9 * UNIT)
    compare(drive, Constant(b"\xa5"), full(drive.size, 512).extents, conditions, notes.watch)
    told = notes.told("checkpoint")
    assert told == sorted(told)
    assert told[-1] == drive.size
    assert len({done * 20 // drive.size for done in told}) == len(told)


def test_one_worker_reaches_every_twentieth(fake_drive: Any, calm: Callable[..., Conditions], notes: Any) -> None:
    drive = fake_drive(30 * UNIT)
    compare(drive, Constant(b"\xa5"), full(drive.size, 512).extents, calm(), notes.watch)
    assert [done * 20 // drive.size for done in notes.told("checkpoint")] == list(range(1, 21))


def test_progress_counts_every_byte_once(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE)
    write_pass(drive, RANDOM, conditions, notes.watch, start=UNIT)
    told = notes.told("progress")
    assert told == sorted(told)
    assert (min(told) > UNIT, told[-1]) == (True, SIZE)


def test_a_pass_goes_on_where_it_is_told_to(fake_drive: Any, conditions: Conditions) -> None:
    start = UNIT + 512 * 7
    drive = fake_drive(SIZE)
    result = write_pass(drive, RANDOM, conditions, Watch(), start=start)
    assert (result.bytes_done, result.bytes_moved) == (SIZE, SIZE - start)
    assert drive.medium == b"\xa5" * start + expected(RANDOM, SIZE)[start:]


def test_a_pass_that_was_at_its_end_is_flushed_all_the_same(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE)
    result = write_pass(drive, RANDOM, conditions, notes.watch, start=SIZE)
    assert (result.end, result.bytes_moved, drive.flushes, notes.told("checkpoint")) == (End.FINISHED, 0, 1, [])


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_a_cancelled_pass_stops_soon_tells_what_is_flushed_and_can_be_resumed(
    after: int, fake_drive: Any, conditions: Conditions, notes: Any
) -> None:
    drive = fake_drive(9 * UNIT)
    drive.hook = lambda number: conditions.cancel.set() if number >= after else None
    result = write_pass(drive, RANDOM, conditions, notes.watch)
    assert result.end is End.CANCELLED
    assert len(drive.operations) <= after + 1 + conditions.layout.workers * UNIT // conditions.layout.io_bytes
    content = expected(RANDOM, drive.size)
    assert drive.medium[: result.bytes_done] == content[: result.bytes_done]
    assert result.bytes_done == (notes.told("checkpoint") or [0])[-1]
    conditions.cancel.clear()
    drive.hook = lambda number: None
    assert write_pass(drive, RANDOM, conditions, Watch(), start=result.bytes_done).end is End.FINISHED
    assert drive.medium == content


def test_a_comparison_is_cancelled_and_resumed_over_its_extents(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    extents = [Extent(512, UNIT), Extent(2 * UNIT, 512), Extent(3 * UNIT + 1024, 2 * UNIT)]
    drive = fake_drive(6 * UNIT)
    drive.hook = lambda number: conditions.cancel.set() if number >= 1 else None
    first = compare(drive, Constant(b"\xa5"), extents, conditions, notes.watch)
    assert first.end is End.CANCELLED
    conditions.cancel.clear()
    drive.hook = lambda number: None
    drive.operations.clear()
    drive.cache[3 * UNIT + 1024 + 2 * UNIT - 1] = 0  # the last byte of the last extent
    second = compare(drive, Constant(b"\xa5"), extents, conditions, notes.watch, start=first.bytes_done)
    assert (second.end, second.bytes_done) == (End.FINISHED, 3 * UNIT + 512)
    assert second.bytes_moved == sum(length for _, _, length in drive.operations) == 3 * UNIT + 512 - first.bytes_done
    assert notes.sectors("mismatch") == [(5 * UNIT + 1024) // 512 - 1]


def test_only_the_extents_are_read(fake_drive: Any, conditions: Conditions) -> None:
    plan = nist_800_88r1(64 << 20, 512, b"s" * 32)
    drive = fake_drive(64 << 20)
    result = compare(drive, Constant(b"\xa5"), plan.extents, conditions, Watch())
    read = sorted((offset, offset + length) for _, offset, length in drive.operations)
    assert sum(end - start for start, end in read) == plan.bytes == result.bytes_moved
    for start, end in read:
        assert any(extent.offset <= start and end <= extent.end for extent in plan.extents)


def test_comparing_nothing_finds_nothing(fake_drive: Any, conditions: Conditions) -> None:
    result = compare(fake_drive(SIZE), RANDOM, [], conditions, Watch())
    assert (result.end, result.bytes_done, result.bytes_moved) == (End.FINISHED, 0, 0)


@given(st.sets(st.integers(0, SIZE // 512 - 1), min_size=1, max_size=40))
@settings(max_examples=15)
def test_left_overs_are_found_to_the_sector(sectors: set[int]) -> None:
    drive, notes = FIXTURES["drive"](SIZE), FIXTURES["notes"]()
    conditions = Conditions(Layout(2, 1 << 20), threading.Event(), lambda: 0.0)
    drive.cache[:] = expected(RANDOM, SIZE)
    for sector in sectors:
        drive.cache[sector * 512 + sector % 512] ^= 1
    result = compare(drive, RANDOM, full(SIZE, 512).extents, conditions, notes.watch)
    assert notes.sectors("mismatch") == sorted(sectors)
    assert result.mismatched_sectors == len(sectors)


FIXTURES: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def _fixtures_for_properties(fake_drive: Any, make_notes: Any) -> None:
    FIXTURES.update(drive=fake_drive, notes=make_notes)


@pytest.mark.parametrize("fault", ["corrupts", "drops"])
def test_what_a_drive_did_wrong_and_kept_silent_about_is_found(fault: str, fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    sectors = {0, 1, UNIT // 512, SIZE // 512 - 1}
    drive = fake_drive(SIZE, **{fault: sectors})
    assert write_pass(drive, RANDOM, conditions, notes.watch).bad_sectors == 0
    result = compare(drive, RANDOM, full(SIZE, 512).extents, conditions, notes.watch)
    assert notes.sectors("mismatch") == sorted(sectors)
    assert notes.told("mismatch")[0] == SectorRange(0, 2, "mismatch")
    assert (result.mismatched_sectors, result.bytes_moved) == (4, SIZE)


def test_bad_sectors_are_passed_over_and_all_others_written(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    bad = {5, 6, 7, UNIT // 512 - 1, UNIT // 512, SIZE // 512 - 1}
    drive = fake_drive(SIZE, unwritable=bad)
    result = write_pass(drive, RANDOM, conditions, notes.watch)
    assert (result.end, result.bad_sectors, result.bytes_moved) == (End.FINISHED, 6, SIZE - 6 * 512)
    assert notes.sectors("bad") == sorted(bad)
    assert notes.told("bad")[0] == SectorRange(5, 3, "EIO")
    content = expected(RANDOM, SIZE)
    for sector in range(SIZE // 512):
        here = slice(sector * 512, sector * 512 + 512)
        assert drive.medium[here] == (b"\xa5" * 512 if sector in bad else content[here])


def test_neighbours_are_one_range_also_where_two_units_meet(fake_drive: Any, calm: Callable[..., Conditions], notes: Any) -> None:
    first = 4 * UNIT // 512 - 1  # with thirty units no checkpoint lies between the fourth and the fifth
    drive = fake_drive(30 * UNIT, unreadable={first, first + 1})
    compare(drive, Constant(b"\xa5"), full(drive.size, 512).extents, calm(), notes.watch)
    assert notes.told("bad") == [SectorRange(first, 2, "EIO")]


def test_what_was_bad_before_a_checkpoint_was_told_before_it(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(6 * UNIT, unwritable={9, 4 * UNIT // 512 + 1})
    write_pass(drive, RANDOM, conditions, notes.watch)
    done = 0
    for kind, what in notes.events:
        if kind == "checkpoint":
            done = what
        if kind == "bad":
            assert what.first_lba * 512 >= done


def test_unreadable_sectors_are_not_compared_and_their_neighbours_are(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE, unreadable={3, 4, 2 * UNIT // 512})
    drive.cache[:] = expected(RANDOM, SIZE)
    drive.cache[2 * 512] ^= 1
    drive.cache[5 * 512] ^= 1
    drive.cache[3 * 512] ^= 1  # can't be seen
    result = compare(drive, RANDOM, full(SIZE, 512).extents, conditions, notes.watch)
    assert notes.sectors("bad") == [3, 4, 2 * UNIT // 512]
    assert notes.sectors("mismatch") == [2, 5]
    assert (result.bytes_moved, result.bad_sectors, result.mismatched_sectors) == (SIZE - 3 * 512, 3, 2)


def test_what_was_lost_in_silence_beside_a_bad_sector_is_written_again(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    """As Linux's loop device does with a short write."""
    lost = {0, 101, 102, UNIT // 512 - 1}
    drive = fake_drive(SIZE, unwritable={100, UNIT // 512 - 2}, drops=lost, drops_only_in_long_writes=True)
    write_pass(drive, RANDOM, conditions, notes.watch)
    assert notes.told("bad") == [SectorRange(100, 1, "EIO"), SectorRange(UNIT // 512 - 2, 1, "EIO")]
    assert compare(drive, RANDOM, full(SIZE, 512).extents, conditions, notes.watch).mismatched_sectors == 2


def test_what_stays_lost_beside_a_bad_sector_is_bad_too(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE, unwritable={100}, drops={101, 103}, unreadable={105})
    result = write_pass(drive, RANDOM, conditions, notes.watch)
    assert [(found.first_lba, found.error) for found in notes.told("bad")] == [(100, "EIO"), (101, "mismatch"), (103, "mismatch")]
    assert (result.bad_sectors, result.bytes_moved) == (3, SIZE - 3 * 512)


def test_a_drive_that_is_full_too_early_gives_bad_sectors_from_there_on(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE, room=UNIT + 5 * 512)
    result = write_pass(drive, RANDOM, conditions, notes.watch)
    assert {found.error for found in notes.told("bad")} == {"ENOSPC"}
    assert notes.sectors("bad") == list(range((UNIT + 5 * 512) // 512, SIZE // 512))
    assert (result.end, result.bytes_done) == (End.FINISHED, SIZE)


@pytest.mark.parametrize("leaves_with", [errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.EIO])
@pytest.mark.parametrize("after", [0, 4])
def test_a_drive_that_left_is_not_a_drive_of_bad_sectors(
    leaves_with: int, after: int, fake_drive: Any, conditions: Conditions, notes: Any
) -> None:
    """Also when it answers EIO, as some drivers do, and only the kernel's list tells that it has gone."""
    drive = fake_drive(6 * UNIT, leaves_after=after, leaves_with=leaves_with)
    with pytest.raises(DriveLost) as lost:
        write_pass(drive, RANDOM, conditions, notes.watch)
    assert notes.told("bad") == []
    assert lost.value.bytes_done == (notes.told("checkpoint") or [0])[-1]
    drive = fake_drive(6 * UNIT, leaves_after=after, leaves_with=leaves_with)
    with pytest.raises(DriveLost):
        compare(drive, RANDOM, full(drive.size, 512).extents, conditions, notes.watch)
    assert notes.told("bad") == []


def test_what_was_written_but_not_flushed_does_not_count_when_the_drive_is_lost(fake_drive: Any, calm: Callable[..., Conditions]) -> None:
    drive = fake_drive(30 * UNIT, leaves_after=6)  # in the second unit; the first checkpoint came after the first
    with pytest.raises(DriveLost) as lost:
        write_pass(drive, RANDOM, calm(), Watch())
    # other workers may make it leave between the flush and the look whether it is still there: then the flush does not count either
    assert lost.value.bytes_done in (0, UNIT)
    assert drive.flushes == 1


@pytest.mark.parametrize("error", [errno.ENODEV, errno.EIO])
def test_a_drive_that_leaves_before_the_flush_is_lost_and_nothing_counts(
    error: int, fake_drive: Any, conditions: Conditions, notes: Any
) -> None:
    drive = fake_drive(SIZE, flush_errors=[error])
    drive.present = lambda: False
    with pytest.raises(DriveLost) as lost:
        write_pass(drive, RANDOM, conditions, notes.watch)
    assert (lost.value.bytes_done, notes.told("checkpoint")) == (0, [])


@pytest.mark.parametrize("flushes_that_work", [0, 1, 2])
def test_a_failed_flush_fails_the_pass_and_is_not_asked_again(
    flushes_that_work: int, fake_drive: Any, calm: Callable[..., Conditions], notes: Any
) -> None:
    drive = fake_drive(6 * UNIT, flush_errors=[0] * flushes_that_work + [errno.EIO])
    with pytest.raises(FlushFailed) as failed:
        write_pass(drive, RANDOM, calm(), notes.watch)
    assert drive.flushes == flushes_that_work + 1
    assert failed.value.bytes_done == (notes.told("checkpoint") or [0])[-1]
    assert len(notes.told("checkpoint")) == flushes_that_work
    assert "EIO" in failed.value.part("what")


def test_a_drive_that_turned_read_only_says_so(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE, read_only_after=2)
    with pytest.raises(DeviceError) as refused:
        write_pass(drive, RANDOM, conditions, notes.watch)
    assert refused.value.code == "drive-read-only"
    assert notes.told("bad") == []


def test_a_defect_of_our_own_is_neither_hidden_nor_blamed_on_the_medium(fake_drive: Any, conditions: Conditions, notes: Any) -> None:
    drive = fake_drive(SIZE, answers={1: errno.EINVAL})
    with pytest.raises(OSError, match="as asked"):
        write_pass(drive, RANDOM, conditions, notes.watch)
    assert notes.told("bad") == []


def test_a_callback_that_fails_stops_the_pass_and_its_workers(fake_drive: Any, conditions: Conditions) -> None:
    class FullDisk(Exception):
        pass

    def journal(_: int) -> None:
        raise FullDisk

    before = threading.active_count()
    with pytest.raises(FullDisk):
        write_pass(fake_drive(SIZE), RANDOM, conditions, Watch(on_checkpoint=journal))
    assert threading.active_count() == before
    with pytest.raises(FullDisk):  # or never end
        write_pass(Endless(), RANDOM, conditions, Watch(on_progress=journal))
    assert threading.active_count() == before


class Endless:
    """A drive that no test can fill."""

    size = 1 << 60
    sector = physical_sector = 512

    def read_into(self, view: memoryview, offset: int) -> None: ...
    def write_from(self, view: memoryview, offset: int) -> None: ...
    def flush(self) -> None: ...
    def present(self) -> bool:
        return True


def test_callbacks_run_in_the_calling_thread(fake_drive: Any, conditions: Conditions) -> None:
    threads = set()
    watch = Watch(*[lambda _: threads.add(threading.get_ident())] * 4)
    drive = fake_drive(SIZE, unwritable={3}, unreadable={9})
    write_pass(drive, RANDOM, conditions, watch)
    compare(drive, RANDOM, full(SIZE, 512).extents, conditions, watch)
    assert threads == {threading.get_ident()}


def test_several_drives_are_worked_on_at_a_time(fake_drive: Any, conditions: Conditions, make_notes: Any) -> None:
    drives = [fake_drive(SIZE) for _ in range(3)]
    streams = [Generated(Generator.CHACHA20, bytes([number]) * 32) for number in range(3)]
    meeting = threading.Barrier(3, timeout=30)  # all three have begun before any goes on

    def begin(number: int) -> None:
        if number == 0:
            meeting.wait()

    for drive in drives:
        drive.hook = begin
    single = Conditions(Layout(1, UNIT), conditions.cancel, conditions.timer)
    threads = [
        threading.Thread(target=write_pass, args=(drive, stream, single, Watch())) for drive, stream in zip(drives, streams, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for drive, stream in zip(drives, streams, strict=True):
        assert drive.medium == expected(stream, SIZE)


def test_a_drive_on_which_everything_fails_is_given_up_in_bounded_time(
    fake_drive: Any, calm: Callable[..., Conditions], clock: Any, notes: Any
) -> None:
    drive = fake_drive(12 * UNIT, unwritable=set(range(12 * UNIT // 512)))
    drive.takes = lambda failed: clock.advance(10.0 if failed else 0.0)
    patience = Patience(retries=2, narrowing_seconds=300.0, failing_seconds=5000.0, silent_seconds=900.0)
    result = write_pass(drive, RANDOM, calm(patience), notes.watch)
    assert clock.seconds <= 900.0 + 10.0
    assert (result.end, result.bytes_moved) == (End.GAVE_UP, 0)
    # nothing is passed over in silence: every sector is on record, the untried ones as such
    assert notes.sectors("bad") == list(range(drive.size // 512))
    assert {found.error for found in notes.told("bad")} == {"EIO", "not-attempted"}


def test_a_drive_that_fails_again_and_again_is_given_up_although_some_of_it_works(
    fake_drive: Any, calm: Callable[..., Conditions], clock: Any, notes: Any
) -> None:
    every_other_mib = {sector for sector in range(12 * UNIT // 512) if sector // 2048 % 2}
    drive = fake_drive(12 * UNIT, unwritable=every_other_mib)
    drive.takes = lambda failed: clock.advance(10.0 if failed else 0.0)
    patience = Patience(retries=1, narrowing_seconds=0.0, failing_seconds=400.0, silent_seconds=200.0)
    result = write_pass(drive, RANDOM, calm(patience), notes.watch)
    assert (result.end, clock.seconds) == (End.GAVE_UP, 410.0)
    untried = [found for found in notes.told("bad") if found.error == "not-attempted"]
    assert untried[-1].first_lba + untried[-1].sectors == drive.size // 512
    written = set(range(drive.size // 512)) - set(notes.sectors("bad"))
    content = expected(RANDOM, drive.size)
    for sector in written:
        assert drive.medium[sector * 512 : sector * 512 + 512] == content[sector * 512 : sector * 512 + 512]
    assert result.bytes_moved == len(written) * 512


def test_giving_up_with_several_workers_leaves_no_sector_unaccounted(
    fake_drive: Any, conditions: Conditions, clock: Any, notes: Any
) -> None:
    drive = fake_drive(10 * UNIT, unwritable=set(range(3 * UNIT // 512, 7 * UNIT // 512)))
    drive.takes = lambda failed: clock.advance(1.0 if failed else 0.0)
    hasty = Conditions(conditions.layout, conditions.cancel, clock.monotonic, Patience(1, 0.0, 3.5, 3.5))
    result = write_pass(drive, RANDOM, hasty, notes.watch)
    assert result.end is End.GAVE_UP
    bad = set(notes.sectors("bad"))
    content = expected(RANDOM, drive.size)
    for sector in range(drive.size // 512):
        if sector not in bad:
            assert drive.medium[sector * 512 : sector * 512 + 512] == content[sector * 512 : sector * 512 + 512]
    assert len(notes.sectors("bad")) == len(bad) == result.bad_sectors


@pytest.mark.parametrize(
    ("drives", "cores", "right"),
    [(1, 1, Layout(2, UNIT)), (1, 8, Layout(2, UNIT)), (8, 8, Layout(2, UNIT)), (9, 8, Layout(1, 1 << 20)), (24, 2, Layout(1, 1 << 20))],
)
def test_the_layout_follows_drives_and_cores(drives: int, cores: int, right: Layout) -> None:
    assert layout(drives, cores) == right
