"""The engine on real block devices: what it writes, what it finds, and who else may hold the drive meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from erase.errors import Refused
from erase.overwrite.engine import Conditions, End, Layout, Watch, compare, write_pass
from erase.overwrite.ranges import SectorRange
from erase.overwrite.streams import UNIT, Constant, Generated, Generator, Stream
from erase.overwrite.target import BlockTarget, open_block
from erase.verification.sampling import full, nist_800_88r1, percentage

pytestmark = pytest.mark.loop

SIZE = 3 * UNIT + (1 << 20) + 4096 * 3
KEY = bytes(range(64))


@contextmanager
def opened(path: Path) -> Iterator[BlockTarget]:
    descriptor = open_block(str(path))
    try:
        yield BlockTarget(descriptor)
    finally:
        os.close(descriptor)


def conditions(cancel: threading.Event | None = None, layout: Layout | None = None) -> Conditions:
    return Conditions(layout or Layout(2, UNIT), cancel or threading.Event(), time.monotonic)


def openssl(generator: Generator, unit: int, length: int) -> bytes:
    """A unit as the openssl command makes it (it has no XTS)."""
    start = {
        Generator.AES_256_CTR: (unit << 32).to_bytes(16, "big"),
        Generator.CHACHA20: bytes(4) + unit.to_bytes(12, "little"),
    }[generator]
    command = ["openssl", "enc", f"-{generator.value}", "-K", KEY[:32].hex(), "-iv", start.hex(), "-nosalt"]
    return subprocess.run(command, input=bytes(length), capture_output=True, check=True).stdout


@pytest.mark.parametrize("sector", [512, 4096])
def test_the_target_sees_what_the_kernel_sees(sector: int, loop_device: Any) -> None:
    device = loop_device(SIZE, sector=sector)
    with opened(device.path) as target:
        assert (target.size, target.sector) == (SIZE, sector)
        assert target.physical_sector >= sector
        assert target.present()


@pytest.mark.parametrize("sector", [512, 4096])
@pytest.mark.parametrize("layout", [Layout(2, UNIT), Layout(1, 1 << 20)], ids=["2x4M", "1x1M"])
@pytest.mark.parametrize("generator", [Generator.AES_256_CTR, Generator.CHACHA20])
def test_another_program_finds_the_published_stream_on_the_drive(
    generator: Generator, layout: Layout, sector: int, loop_device: Any
) -> None:
    device = loop_device(SIZE, sector=sector)
    stream = Generated(generator, KEY[:32])
    with opened(device.path) as target:
        assert write_pass(target, stream, conditions(layout=layout), Watch()).end is End.FINISHED
        result = compare(target, stream, full(SIZE, sector).extents, conditions(layout=layout), Watch())
        assert (result.end, result.bytes_moved, result.mismatched_sectors) == (End.FINISHED, SIZE, 0)
    content = device.backing.read_bytes()
    for unit in range(4):
        here = content[unit * UNIT : (unit + 1) * UNIT]
        assert here == openssl(generator, unit, len(here))


@pytest.mark.parametrize(
    "stream",
    [Generated(Generator.AES_256_XTS, KEY), Constant(b"\x00"), Constant(b"\x6d\xb6\xdb")],
    ids=["xts", "zero", "three-bytes"],
)
def test_what_was_changed_behind_our_back_is_found_to_the_sector(stream: Stream, loop_device: Any) -> None:
    device = loop_device(SIZE)
    with opened(device.path) as target:
        write_pass(target, stream, conditions(), Watch())
        changed = [0, 77, UNIT // 512 - 1, UNIT // 512, SIZE // 512 - 1]
        with device.backing.open("r+b") as file:
            for sector in changed:
                file.seek(sector * 512 + 100)
                byte = file.read(1)[0]
                file.seek(sector * 512 + 100)
                file.write(bytes([byte ^ 1]))
        found: list[SectorRange] = []
        result = compare(target, stream, full(SIZE, 512).extents, conditions(), Watch(on_mismatch=found.append))
    sectors = [sector for run in found for sector in range(run.first_lba, run.first_lba + run.sectors)]
    assert (sectors, result.mismatched_sectors) == (changed, 5)


def test_samples_are_read_and_only_they(loop_device: Any) -> None:
    size = 20_000 * 4096
    device = loop_device(size)
    for plan in (nist_800_88r1(size, 512, b"s" * 32), percentage(size, 512, 100_000, b"s" * 32)):
        with opened(device.path) as target:
            write_pass(target, Constant(b"\x00"), conditions(), Watch())
            statistics = Path("/sys/block") / device.path.name / "stat"
            before = int(statistics.read_text().split()[2])
            result = compare(target, Constant(b"\x00"), plan.extents, conditions(), Watch())
            read = (int(statistics.read_text().split()[2]) - before) * 512
        assert result.bytes_moved == read == plan.bytes < size // 8


def test_a_cancelled_pass_is_taken_up_again(loop_device: Any) -> None:
    device = loop_device(12 * UNIT)
    stream = Generated(Generator.AES_256_XTS, KEY)
    cancel = threading.Event()
    with opened(device.path) as target:
        first = write_pass(target, stream, conditions(cancel), Watch(on_checkpoint=lambda _: cancel.set()))
        assert (first.end, 0 < first.bytes_done < target.size) == (End.CANCELLED, True)
        cancel.clear()
        second = write_pass(target, stream, conditions(cancel), Watch(), start=first.bytes_done)
        assert (second.end, second.bytes_moved) == (End.FINISHED, target.size - first.bytes_done)
        assert compare(target, stream, full(target.size, 512).extents, conditions(), Watch()).mismatched_sectors == 0


def test_several_drives_at_a_time_get_each_their_own(loop_device: Any) -> None:
    devices = [loop_device(SIZE) for _ in range(3)]
    streams = [Generated(Generator.AES_256_CTR, bytes([number]) * 32) for number in range(3)]
    results: list[int] = []

    def erase(number: int) -> None:
        with opened(devices[number].path) as target:
            write_pass(target, streams[number], conditions(layout=Layout(1, 1 << 20)), Watch())
            results.append(compare(target, streams[number], full(SIZE, 512).extents, conditions(), Watch()).mismatched_sectors)

    threads = [threading.Thread(target=erase, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0, 0, 0]
    assert len({device.backing.read_bytes() for device in devices}) == 3


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        call()
    return error.value.code


def test_a_drive_that_somebody_holds_is_not_opened_and_ours_is_not_mounted(loop_device: Any, tmp_path: Path) -> None:
    device = loop_device(16 << 20)
    with opened(device.path):
        assert refused(lambda: open_block(str(device.path))) == "drive-busy"
    subprocess.run(["mkfs.ext4", "-q", device.path], check=True)
    subprocess.run(["mount", device.path, tmp_path], check=True)
    try:
        assert refused(lambda: open_block(str(device.path))) == "drive-busy"
    finally:
        subprocess.run(["umount", tmp_path], check=True)
    with opened(device.path):
        assert subprocess.run(["mount", device.path, tmp_path], capture_output=True, check=False).returncode != 0


def test_a_read_only_drive_is_not_opened(loop_device: Any) -> None:
    assert refused(lambda: open_block(str(loop_device(SIZE, read_only=True).path))) == "drive-not-writable"


MEMORY = r"""
import os, re, sys, threading, time
from erase.overwrite.engine import Conditions, Watch, compare, layout, write_pass
from erase.overwrite.streams import Generated, Generator, fastest_generator
from erase.overwrite.target import BlockTarget, open_block
from erase.verification.sampling import full
target = BlockTarget(open_block(sys.argv[1]))
fastest_generator(time.monotonic)
conditions = Conditions(layout(1, 2), threading.Event(), time.monotonic)
for generator in Generator:
    stream = Generated(generator, os.urandom(generator.key_bytes))
    write_pass(target, stream, conditions, Watch())
    compare(target, stream, full(target.size, target.sector).extents, conditions, Watch())
# not ru_maxrss, which remembers the parent's memory
print(re.search(r"VmHWM:\s+(\d+) kB", open("/proc/self/status").read())[1])
"""


def test_one_drive_takes_less_than_100_mib_of_memory(loop_device: Any) -> None:
    device = loop_device(40 * UNIT)
    done = subprocess.run([sys.executable, "-c", MEMORY, device.path], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100 * 1024
