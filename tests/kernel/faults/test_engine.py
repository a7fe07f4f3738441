"""The overwrite engine on drives that fail, lie, dawdle and hang: what it reports is what is on the medium."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from erase.overwrite.engine import Conditions, End, Layout, Watch, compare, write_pass
from erase.overwrite.streams import Generated, Generator
from erase.overwrite.target import BlockTarget, open_block
from erase.verification.sampling import full

SIZE = 32 << 20
SECTORS = SIZE // 512


def _stream() -> Generated:
    return Generated(Generator.AES_256_CTR, bytes(range(32)))


def _conditions() -> Conditions:
    return Conditions(Layout(2, 1 << 20), threading.Event(), time.monotonic)


@contextmanager
def target(node: Path):
    descriptor = open_block(str(node))
    try:
        yield BlockTarget(descriptor)
    finally:
        os.close(descriptor)


def write(node: Path):
    """How a pass ended, and which sectors it says it could not write."""
    bad = []
    with target(node) as opened:
        result = write_pass(opened, _stream(), _conditions(), Watch(on_bad=bad.append))
    return result, [(run.first_lba, run.sectors) for run in bad], {run.error for run in bad}


def mismatches(node: Path) -> list[tuple[int, int]]:
    """Sectors of the whole drive that do not hold what a pass writes."""
    wrong = []
    with target(node) as opened:
        compare(opened, _stream(), full(SIZE, 512).extents, _conditions(), Watch(on_mismatch=wrong.append))
    return [(run.first_lba, run.sectors) for run in wrong]


def test_a_hole_of_errors_is_found_to_the_sector(mapped, memory, tool):
    node = mapped(
        f"0 5003 linear {memory} 0",
        "5003 17 error",
        f"5020 {SECTORS - 5020} linear {memory} 5020",
    )
    result, bad, errors = write(node)
    assert (result.end, bad, errors) == (End.FINISHED, [(5003, 17)], {"EIO"})
    # the rest is on the medium, which can be opened once the mapping is gone
    tool("dmsetup", "remove", "--retry", "haiki-fault")
    assert mismatches(memory) == [(5003, 17)]


def test_bad_blocks_of_a_drive_are_found_to_the_sector(bad_blocks):
    result, bad, errors = write(bad_blocks("2048-2055"))
    assert (result.end, bad, errors) == (End.FINISHED, [(2048, 8)], {"EIO"})
    assert result.bad_sectors == 8


def test_a_drive_without_bad_blocks_has_none(bad_blocks):
    node = bad_blocks()
    result, bad, _ = write(node)
    assert (result.end, bad, mismatches(node)) == (End.FINISHED, [], [])


def test_a_drive_that_drops_writes_is_believed_by_the_pass_and_found_out_by_the_comparison(mapped, memory):
    node = mapped(f"0 {SECTORS} flakey {memory} 0 0 3600 1 drop_writes")
    result, bad, _ = write(node)
    assert (result.end, bad) == (End.FINISHED, [])
    assert sum(count for _, count in mismatches(node)) == SECTORS


def test_a_drive_that_fails_every_write_is_wholly_bad_or_given_up(mapped, memory):
    node = mapped(f"0 {SECTORS} flakey {memory} 0 0 3600 1 error_writes")
    result, bad, errors = write(node)
    assert errors == {"EIO"}
    assert result.bytes_moved == 0
    assert result.end is End.GAVE_UP or sum(count for _, count in bad) == SECTORS


def test_a_slow_drive_is_written_whole(mapped, memory):
    node = mapped(f"0 {SECTORS} delay {memory} 0 50")
    result, bad, _ = write(node)
    assert (result.end, bad, mismatches(node)) == (End.FINISHED, [], [])


def test_a_hung_drive_is_waited_for_and_written_whole_when_it_comes_back(mapped, memory, tool):
    node = mapped(f"0 {SECTORS} linear {memory} 0")
    tool("dmsetup", "suspend", "--noflush", "haiki-fault")
    outcome = []
    work = threading.Thread(target=lambda: outcome.append(write(node)))
    work.start()
    work.join(3)
    assert work.is_alive()
    assert outcome == []
    tool("dmsetup", "resume", "haiki-fault")
    work.join(60)
    ((result, bad, _),) = outcome
    assert (result.end, bad, mismatches(node)) == (End.FINISHED, [], [])
