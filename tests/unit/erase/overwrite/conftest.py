"""A drive in memory that can go wrong in every way a real one can."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from certify.foundation.clock import FixedClock
from erase.overwrite.engine import Conditions, Layout, Watch
from erase.overwrite.faults import Patience
from erase.overwrite.ranges import SectorRange
from erase.overwrite.streams import UNIT


@dataclass
class FakeDrive:
    """Implements erase.overwrite.target.Target; every fault is a field. Writes reach ``medium`` when they are flushed."""

    size: int
    sector: int = 512
    physical_sector: int = 512
    unwritable: set[int] = field(default_factory=set)  # sectors that fail on every write
    unreadable: set[int] = field(default_factory=set)
    flaky: dict[int, int] = field(default_factory=dict)  # sector -> how many more operations on it fail
    error: int = errno.EIO  # what failing sectors answer
    heals_when_written_whole: bool = False  # a bad physical sector takes a write of all of it
    room: int | None = None  # bytes behind which a write answers ENOSPC
    flush_errors: list[int] = field(default_factory=list)  # for the coming flushes; 0 is success
    leaves_after: int | None = None  # operations; then it is gone
    leaves_with: int = errno.ENODEV
    read_only_after: int | None = None
    answers: dict[int, int] = field(default_factory=dict)  # number of the operation -> errno, whatever it touches
    corrupts: set[int] = field(default_factory=set)  # sectors in which a write flips a bit and says nothing
    drops: set[int] = field(default_factory=set)  # sectors in which a write does nothing and says nothing
    takes: Callable[[bool], None] = lambda failed: None  # called with each operation: lets a clock run
    drops_only_in_long_writes: bool = False  # a write of one sector reaches it
    operations: list[tuple[str, int, int]] = field(default_factory=list)
    hook: Callable[[int], None] = lambda number: None  # called before an operation, with a number that several may see

    def __post_init__(self) -> None:
        self.cache = bytearray(b"\xa5" * self.size)  # what a read answers
        self.medium = bytes(self.cache)  # what survives a power cut
        self.flushes = 0
        self._lock = threading.Lock()

    def read_into(self, view: memoryview, offset: int) -> None:
        with self._operation("read", offset, len(view), self.unreadable):
            view[:] = self.cache[offset : offset + len(view)]

    def write_from(self, view: memoryview, offset: int) -> None:
        with self._operation("write", offset, len(view), self.unwritable):
            if self.room is not None and offset + len(view) > self.room:
                raise OSError(errno.ENOSPC, "full")
            drops = set() if self.drops_only_in_long_writes and len(view) == self.sector else self.drops
            before = {sector: bytes(self.cache[sector * self.sector :][: self.sector]) for sector in drops}
            self.cache[offset : offset + len(view)] = view
            for sector in self._touched(offset, len(view)):
                if sector in self.corrupts:
                    self.cache[sector * self.sector + 7] ^= 0x10
                if sector in before:
                    self.cache[sector * self.sector : (sector + 1) * self.sector] = before[sector]

    def flush(self) -> None:
        with self._lock:
            self.flushes += 1
            if self.flush_errors and (number := self.flush_errors.pop(0)):
                raise OSError(number, "flush")
            if self._gone():
                raise OSError(self.leaves_with, "gone")
            self.medium = bytes(self.cache)

    def present(self) -> bool:
        return not self._gone()

    def _gone(self) -> bool:
        return self.leaves_after is not None and len(self.operations) > self.leaves_after

    def _touched(self, offset: int, length: int) -> range:
        return range(offset // self.sector, (offset + length) // self.sector)

    def _operation(self, kind: str, offset: int, length: int, bad: set[int]) -> _Operation:
        return _Operation(self, kind, (offset, length), bad)


class _Operation:
    """One operation under the drive's lock, refused where a fault says so."""

    def __init__(self, drive: FakeDrive, kind: str, place: tuple[int, int], bad: set[int]) -> None:
        self._drive, self._kind, self._place, self._bad = drive, kind, place, bad

    def __enter__(self) -> None:
        drive = self._drive
        drive.hook(len(drive.operations))
        drive._lock.acquire()
        try:
            self._refuse(drive)
        except OSError:
            drive._lock.release()
            drive.takes(True)
            raise

    def _refuse(self, drive: FakeDrive) -> None:
        offset, length = self._place
        assert offset % drive.sector == 0, "not at a sector"
        assert length > 0
        assert length % drive.sector == 0, "not whole sectors"
        assert offset + length <= drive.size, "past the end"
        number = len(drive.operations)
        drive.operations.append((self._kind, offset, length))
        if drive._gone():
            raise OSError(drive.leaves_with, "gone")
        if number in drive.answers:
            raise OSError(drive.answers[number], "as asked")
        if self._kind == "write" and drive.read_only_after is not None and number >= drive.read_only_after:
            raise OSError(errno.EROFS, "read-only")
        touched = drive._touched(offset, length)
        whole = drive.heals_when_written_whole and offset % drive.physical_sector == 0 and length == drive.physical_sector
        if whole and self._kind == "write":
            return
        flaky = [sector for sector in drive.flaky if sector in touched and drive.flaky[sector] > 0]
        for sector in flaky:
            drive.flaky[sector] -= 1
        if flaky or not self._bad.isdisjoint(touched):
            raise OSError(drive.error, "bad sector")

    def __exit__(self, *_: object) -> None:
        self._drive._lock.release()
        self._drive.takes(False)


@dataclass
class Notes:
    """What the engine told, in order."""

    events: list[tuple[str, object]] = field(default_factory=list)

    @property
    def watch(self) -> Watch:
        return Watch(
            on_checkpoint=lambda done: self.events.append(("checkpoint", done)),
            on_bad=lambda found: self.events.append(("bad", found)),
            on_mismatch=lambda found: self.events.append(("mismatch", found)),
            on_progress=lambda done: self.events.append(("progress", done)),
        )

    def told(self, kind: str) -> list[object]:
        return [what for name, what in self.events if name == kind]

    def sectors(self, kind: str) -> list[int]:
        """Every sector told of, one by one."""
        ranges = [found for found in self.told(kind) if isinstance(found, SectorRange)]
        return [sector for found in ranges for sector in range(found.first_lba, found.first_lba + found.sectors)]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def fake_drive() -> type[FakeDrive]:
    return FakeDrive


@pytest.fixture
def make_notes() -> type[Notes]:
    return Notes


@pytest.fixture
def cancel() -> threading.Event:
    return threading.Event()


@pytest.fixture(params=[Layout(2, UNIT), Layout(1, 1 << 20), Layout(3, 256 << 10)], ids=["2x4M", "1x1M", "3x256K"])
def conditions(request: pytest.FixtureRequest, cancel: threading.Event, clock: FixedClock) -> Conditions:
    """Every test that asks for it runs with each layout."""
    return Conditions(request.param, cancel, clock.monotonic)


@pytest.fixture
def calm(cancel: threading.Event, clock: FixedClock) -> Callable[..., Conditions]:
    """One worker and short operations: the order of operations is certain."""
    return lambda patience=None: Conditions(Layout(1, 1 << 20), cancel, clock.monotonic, patience or Patience())
