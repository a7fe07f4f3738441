"""The block target over a kernel that answers short, fails, or forgets the device; and who is let in."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from certify.foundation.messages import Language
from erase.errors import Refused
from erase.overwrite.target import BlockTarget, DriveLost, FlushFailed, error_name, open_block


@dataclass
class FakeKernel:
    """Answers like the kernel; ``counts`` are the most bytes that the coming calls move (None: all)."""

    content: bytearray = field(default_factory=lambda: bytearray(64 * 512))
    logical: int = 512
    physical: int = 4096
    counts: list[int | None] = field(default_factory=list)
    errors: dict[int, int] = field(default_factory=dict)  # number of the call -> errno
    fsync_error: int = 0
    still_listed: bool = True
    size_now: int | None = None
    size_error: int = 0
    calls: list[str] = field(default_factory=list)

    def preadv(self, descriptor: int, view: memoryview, offset: int) -> int:
        count = self._count(f"read {offset} {len(view)}", len(view))
        view[:count] = self.content[offset : offset + count]
        return count

    def pwritev(self, descriptor: int, view: memoryview, offset: int) -> int:
        count = self._count(f"write {offset} {len(view)}", len(view))
        self.content[offset : offset + count] = view[:count]
        return count

    def _count(self, call: str, asked: int) -> int:
        if number := self.errors.get(len(self.calls)):
            self.calls.append(call)
            raise OSError(number, os.strerror(number))
        self.calls.append(call)
        most = self.counts.pop(0) if self.counts else None
        return asked if most is None else min(most, asked)

    def fsync(self, descriptor: int) -> None:
        self.calls.append("fsync")
        if self.fsync_error:
            raise OSError(self.fsync_error, os.strerror(self.fsync_error))

    def drop_cache(self, descriptor: int) -> None:
        self.calls.append("drop")

    def size(self, descriptor: int) -> int:
        if self.size_error:
            raise OSError(self.size_error, os.strerror(self.size_error))
        return len(self.content) if self.size_now is None else self.size_now

    def sectors(self, descriptor: int) -> tuple[int, int]:
        return self.logical, self.physical

    def listed(self, descriptor: int) -> bool:
        return self.still_listed


def test_the_target_knows_its_size_and_sectors() -> None:
    target = BlockTarget(3, FakeKernel())
    assert (target.size, target.sector, target.physical_sector) == (64 * 512, 512, 4096)


@pytest.mark.parametrize("physical", [0, 512])
def test_a_physical_sector_is_never_smaller_than_a_logical_one(physical: int) -> None:
    assert BlockTarget(3, FakeKernel(logical=4096, physical=physical)).physical_sector == 4096


@pytest.mark.parametrize("counts", [[None], [512, None], [512, 1024, None], [512] * 8])
def test_short_writes_and_reads_are_carried_to_their_end(counts: list[int | None]) -> None:
    kernel = FakeKernel(counts=[*counts])
    data = bytes(range(256)) * 16
    BlockTarget(3, kernel).write_from(memoryview(data), 1024)
    assert kernel.content[1024:5120] == data
    kernel.counts = [*counts]
    back = bytearray(4096)
    BlockTarget(3, kernel).read_into(memoryview(back), 1024)
    assert back == data


def test_a_count_within_a_sector_goes_on_at_the_last_whole_sector() -> None:
    """What O_DIRECT is asked must be whole sectors at whole sectors."""
    kernel = FakeKernel(counts=[700, None])
    BlockTarget(3, kernel).write_from(memoryview(b"x" * 2048), 0)
    assert kernel.calls == ["write 0 2048", "write 512 1536"]
    assert kernel.content[:2048] == b"x" * 2048


@pytest.mark.parametrize("count", [0, 511])
def test_a_call_that_moves_no_sector_is_an_error_and_not_tried_for_ever(count: int) -> None:
    kernel = FakeKernel(counts=[512, count])
    with pytest.raises(OSError, match="no sector moved") as error:
        BlockTarget(3, kernel).read_into(memoryview(bytearray(2048)), 0)
    assert error.value.errno == errno.EIO
    assert len(kernel.calls) == 2


def test_an_error_after_a_short_write_is_the_operation_s() -> None:
    kernel = FakeKernel(counts=[512], errors={1: errno.ENOSPC})
    with pytest.raises(OSError, match=r".") as error:
        BlockTarget(3, kernel).write_from(memoryview(bytes(2048)), 0)
    assert error_name(error.value) == "ENOSPC"


def test_a_flush_is_asked_before_the_cache_is_dropped_and_its_failure_is_told() -> None:
    kernel = FakeKernel()
    BlockTarget(3, kernel).flush()
    assert kernel.calls == ["fsync", "drop"]
    kernel = FakeKernel(fsync_error=errno.EIO)
    with pytest.raises(OSError, match=r"."):
        BlockTarget(3, kernel).flush()


def test_a_drive_is_there_while_it_is_listed_and_has_its_size() -> None:
    kernel = FakeKernel()
    target = BlockTarget(3, kernel)
    assert target.present()
    for change in ({"still_listed": False}, {"size_now": 0}, {"size_now": 512}, {"size_error": errno.ENXIO}):
        kernel = FakeKernel()
        target = BlockTarget(3, kernel)
        for name, value in change.items():
            setattr(kernel, name, value)
        assert not target.present(), change


def test_errors_are_named_and_unknown_ones_too() -> None:
    assert error_name(OSError(errno.EREMOTEIO, "")) == "EREMOTEIO"
    assert error_name(OSError("no number")) == "unknown"
    assert error_name(OSError(99999, "")) == "unknown"


@pytest.mark.parametrize(("path", "code"), [("nothing", "drive-missing"), ("file/below", "drive-missing"), ("file", "not-a-block-device")])
def test_what_is_no_drive_is_not_opened(path: str, code: str, tmp_path: Path, language: Language) -> None:
    (tmp_path / "file").write_bytes(b"precious")
    with pytest.raises(Refused) as refused:
        open_block(str(tmp_path / path))
    assert refused.value.code == code
    assert str(tmp_path / path) in refused.value.part("what", language)
    assert (tmp_path / "file").read_bytes() == b"precious"


@pytest.mark.parametrize("place", ["/dev/null", "/dev", "/proc/self/stat"])
def test_devices_that_are_no_drives_and_folders_are_refused(place: str) -> None:
    with pytest.raises(Refused) as refused:
        open_block(place)
    assert refused.value.code == "not-a-block-device"


def test_a_lost_drive_and_a_failed_flush_say_what_why_and_what_next(language: Language) -> None:
    for error in (DriveLost(4096), FlushFailed(4096, "EIO")):
        what, why, then = error.sentences(language)
        assert "4096" in what
        assert error.bytes_done == 4096
        assert why
        assert then
