"""Real I/O errors: a loop device over a sparse file on a file system that is too small for it.

A page of the file that finds no room fails to be written. The right list of bad sectors is what SEEK_HOLE says afterwards.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from erase.overwrite.engine import Conditions, End, Layout, Watch, compare, write_pass
from erase.overwrite.ranges import SectorRange
from erase.overwrite.streams import UNIT, Generated, Generator
from erase.overwrite.target import BlockTarget, open_block
from erase.verification.sampling import Extent, full, without

pytestmark = pytest.mark.loop


def holes(file: Path) -> list[int]:
    """The sectors of the file that have no page."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        size, place, found = os.fstat(descriptor).st_size, 0, []
        while place < size:
            hole = os.lseek(descriptor, place, os.SEEK_HOLE)
            if hole >= size:
                break
            try:
                place = os.lseek(descriptor, hole, os.SEEK_DATA)
            except OSError:  # ENXIO: no data behind
                place = size
            found += range(hole // 512, place // 512)
        return found
    finally:
        os.close(descriptor)


def fill_up(file: Path) -> None:
    """Leaves no page of the file system free."""
    with file.open("wb", buffering=0) as stream, suppress(OSError):
        while stream.write(bytes(4096)):
            pass


def sectors(ranges: list[SectorRange]) -> list[int]:
    return [sector for run in ranges for sector in range(run.first_lba, run.first_lba + run.sectors)]


@pytest.mark.parametrize("layout", [Layout(2, UNIT), Layout(1, 1 << 20)], ids=["2x4M", "1x1M"])
@pytest.mark.parametrize("sector", [512, 4096])
def test_bad_sectors_are_those_for_which_there_was_no_room(layout: Layout, sector: int, loop_device: Any) -> None:
    size, room = 20 << 20, (13 << 20) + 5 * 4096
    device = loop_device(size, sector=sector, room=room)
    stream = Generated(Generator.AES_256_CTR, bytes(range(32)))
    conditions = Conditions(layout, threading.Event(), time.monotonic)
    bad: list[SectorRange] = []
    descriptor = open_block(str(device.path))
    try:
        target = BlockTarget(descriptor)
        result = write_pass(target, stream, conditions, Watch(on_bad=bad.append))
        missing = holes(device.backing)
        assert missing, "everything found room: the file system is too large for this test"
        assert [number * sector // 512 + part for number in sectors(bad) for part in range(sector // 512)] == missing
        assert (result.end, result.bytes_done) == (End.FINISHED, size)
        assert result.bytes_moved == size - len(missing) * 512
        assert result.bad_sectors == len(missing) * 512 // sector

        # what was written reads back; what was not, does not
        exceptions = [Extent(run.first_lba * sector, run.sectors * sector) for run in bad]
        rest = without(full(size, sector).extents, exceptions)
        assert compare(target, stream, rest, conditions, Watch()).mismatched_sectors == 0
        wrong: list[SectorRange] = []
        compare(target, stream, full(size, sector).extents, conditions, Watch(on_mismatch=wrong.append))
        assert sectors(wrong) == sectors(bad)
    finally:
        os.close(descriptor)


def test_scattered_bad_sectors_are_found_each_by_itself(loop_device: Any) -> None:
    """Pages that were there before can be written again; the room is used up, so that all others can't.

    A request that begins with such a page is a short write, which the kernel reports as a success.
    """
    size = 8 << 20
    device = loop_device(size, room=4 << 20)
    with device.backing.open("r+b") as file:
        for page in range(0, size // 4096, 3):
            file.seek(page * 4096)
            file.write(b"old" * 100)
        os.fsync(file.fileno())
    fill_up(device.backing.with_name("filler"))
    bad: list[SectorRange] = []
    descriptor = open_block(str(device.path))
    try:
        stream = Generated(Generator.CHACHA20, bytes(range(32)))
        conditions = Conditions(Layout(2, UNIT), threading.Event(), time.monotonic)
        result = write_pass(BlockTarget(descriptor), stream, conditions, Watch(on_bad=bad.append))
    finally:
        os.close(descriptor)
    assert result.end is End.FINISHED
    assert sectors(bad) == holes(device.backing)
    assert {found.error for found in bad} == {"ENOSPC"}
