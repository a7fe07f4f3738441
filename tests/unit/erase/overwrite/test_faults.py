"""How a failing operation is tried again, halved, and given up."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erase.errors import DeviceError
from erase.overwrite.faults import Bad, Faults, GivenUp, Gone, Patience, Stopped

KIB = 1024
PATIENT = Patience(2, 1e9, 1e9, 1e9)


@pytest.fixture
def faults(clock: Any) -> Callable[..., Faults]:
    return lambda drive, patience=PATIENT, stopped=lambda: False: Faults(drive, patience, clock.monotonic, stopped)


def writing(drive: Any) -> Callable[[int, int], None]:
    return lambda start, length: drive.write_from(memoryview(bytes(length)), start)


def test_what_works_is_asked_once(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB)
    assert faults(drive).carry_out(writing(drive), 0, 64 * KIB) == []
    assert drive.operations == [("write", 0, 64 * KIB)]


@pytest.mark.parametrize("times", [1, 2, 3, 5, 8])
def test_a_sector_that_fails_for_a_moment_is_written_all_the_same(times: int, fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, flaky={77: times})
    assert faults(drive).carry_out(writing(drive), 0, 64 * KIB) == []
    assert bytes(drive.cache) == bytes(64 * KIB)


def test_the_piece_is_tried_again_as_a_whole_before_it_is_halved(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, flaky={77: 2})
    faults(drive).carry_out(writing(drive), 0, 64 * KIB)
    assert drive.operations == [("write", 0, 64 * KIB)] * 3


def test_one_bad_sector_costs_few_operations(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(4096 * KIB, unwritable={5000})
    assert faults(drive).carry_out(writing(drive), 0, 4096 * KIB) == [Bad(5000 * 512, 512, "EIO")]
    # two retries, then two halves for each of the thirteen halvings from 4 MiB to 512 bytes
    assert len(drive.operations) == 2 + 1 + 2 * 13


@given(
    st.sets(st.integers(0, 255), max_size=60),
    st.sampled_from([(512, 512), (512, 4096), (4096, 4096), (512, 1024)]),
    st.integers(0, 30),
    st.integers(1, 250),
)
@settings(max_examples=60)
def test_exactly_the_bad_sectors_are_left_out(bad: set[int], sectors: tuple[int, int], first: int, many: int) -> None:
    sector, physical = sectors
    many = min(many, 256 - first)
    drive = DRIVES[0](256 * sector, sector, physical, unwritable=bad)
    found = Faults(drive, PATIENT, lambda: 0.0, lambda: False).carry_out(writing(drive), first * sector, many * sector)
    assert [place.start // sector for place in found] == sorted(number for number in bad if first <= number < first + many)
    assert all(place.length == sector for place in found)
    for number in range(256):
        written = first <= number < first + many and number not in bad
        assert bytes(drive.cache[number * sector : (number + 1) * sector]) == (b"\x00" if written else b"\xa5") * sector


DRIVES: list[Any] = []


@pytest.fixture(autouse=True)
def _drive_for_properties(fake_drive: Any) -> None:
    DRIVES[:] = [fake_drive]


def test_a_physical_sector_is_tried_whole_because_that_may_heal_it(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    """A 512e drive can't write a part of a 4 KiB sector that it can't read, but it can write all of it."""
    drive = fake_drive(64 * KIB, 512, 4096, unwritable={24, 25, 26, 27, 28, 29, 30, 31}, heals_when_written_whole=True)
    assert faults(drive).carry_out(writing(drive), 0, 64 * KIB) == []
    assert ("write", 24 * 512, 4096) in drive.operations
    assert min(length for _, _, length in drive.operations) == 4096


def test_halves_meet_at_physical_sectors_also_from_an_odd_start(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, 512, 4096, unwritable={40})
    assert faults(drive).carry_out(writing(drive), 3 * 512, 60 * KIB) == [Bad(40 * 512, 512, "EIO")]
    for _, offset, length in drive.operations:
        within_one = offset // 4096 == (offset + length - 1) // 4096
        assert within_one or (offset in (0, 3 * 512) or offset % 4096 == 0)


def test_halving_ends_when_it_has_cost_too_much(fake_drive: Any, faults: Callable[..., Faults], clock: Any) -> None:
    drive = fake_drive(64 * KIB, unwritable={0, 100})
    drive.takes = lambda failed: clock.advance(60.0 if failed else 5.0)
    account = faults(drive, Patience(0, 130.0, 1e9, 1e9))
    # 64, 32 and 16 KiB fail: 180 s; the second part of 32 KiB then fails once and is not halved
    assert account.carry_out(writing(drive), 0, 64 * KIB) == [Bad(0, 16 * KIB, "EIO"), Bad(32 * KIB, 32 * KIB, "EIO")]
    assert bytes(drive.cache[16 * KIB : 32 * KIB]) == bytes(16 * KIB)


def test_only_failing_operations_use_patience_up(fake_drive: Any, faults: Callable[..., Faults], clock: Any) -> None:
    drive = fake_drive(64 * KIB)
    drive.takes = lambda failed: clock.advance(10_000.0)
    account = faults(drive, Patience(0, 1.0, 1.0, 1.0))
    for _ in range(5):
        assert account.carry_out(writing(drive), 0, 512) == []


def test_patience_ends_after_so_much_failing_without_a_success(fake_drive: Any, faults: Callable[..., Faults], clock: Any) -> None:
    drive = fake_drive(64 * KIB, unwritable={0})
    drive.takes = lambda failed: clock.advance(60.0 if failed else 0.0)
    account = faults(drive, Patience(0, 0.0, 1e9, 150.0))
    write = writing(drive)
    for _ in range(5):  # a success in between, and the drive is not silent
        account.carry_out(write, 0, 512)
        account.carry_out(write, 512, 512)
    account.carry_out(write, 0, 512)
    account.carry_out(write, 0, 512)
    with pytest.raises(GivenUp):
        account.carry_out(write, 0, 512)


def test_patience_ends_after_so_much_failing_altogether(fake_drive: Any, faults: Callable[..., Faults], clock: Any) -> None:
    drive = fake_drive(64 * KIB, unwritable={0})
    drive.takes = lambda failed: clock.advance(60.0 if failed else 0.0)
    account = faults(drive, Patience(0, 0.0, 150.0, 1e9))
    for start in (0, 512, 0, 512):
        account.carry_out(writing(drive), start, 512)
    with pytest.raises(GivenUp):
        account.carry_out(writing(drive), 0, 512)


def test_somebody_who_asks_to_stop_is_heard_between_two_halves(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, unwritable=set(range(128)))
    account = faults(drive, PATIENT, lambda: len(drive.operations) >= 7)
    with pytest.raises(Stopped):
        account.carry_out(writing(drive), 0, 64 * KIB)
    assert len(drive.operations) == 7


@pytest.mark.parametrize("number", [errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESHUTDOWN])
def test_a_drive_that_says_it_has_gone_is_asked_nothing_more(number: int, fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, answers={0: number})
    with pytest.raises(Gone):
        faults(drive).carry_out(writing(drive), 0, 64 * KIB)
    assert len(drive.operations) == 1


def test_a_drive_that_answers_eio_because_it_has_gone_is_not_halved(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, leaves_after=0, leaves_with=errno.EIO)
    with pytest.raises(Gone):
        faults(drive).carry_out(writing(drive), 0, 64 * KIB)
    assert len(drive.operations) == 1


def test_a_drive_that_goes_while_a_bad_sector_is_looked_for_has_gone(fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, unwritable={5}, leaves_after=6, leaves_with=errno.EIO)
    with pytest.raises(Gone):
        faults(drive).carry_out(writing(drive), 0, 64 * KIB)


def test_patience_with_a_drive_that_has_gone_ends_as_its_loss(fake_drive: Any, faults: Callable[..., Faults], clock: Any) -> None:
    drive = fake_drive(64 * KIB, leaves_after=0, leaves_with=errno.EIO)
    drive.takes = lambda failed: clock.advance(60.0)
    with pytest.raises(Gone):
        faults(drive, Patience(2, 1.0, 1.0, 1.0)).carry_out(writing(drive), 0, 64 * KIB)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EPERM, errno.EACCES])
def test_a_refusal_to_write_at_all_is_told_with_its_name(number: int, fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, answers={0: number})
    with pytest.raises(DeviceError) as refused:
        faults(drive).carry_out(writing(drive), 0, 64 * KIB)
    assert refused.value.parameters == {"error": errno.errorcode[number]}


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ENOSPC, errno.EREMOTEIO, errno.EILSEQ, errno.ENODATA, errno.ETIMEDOUT, errno.ENOLINK, errno.EBADE]
)
def test_every_way_in_which_the_kernel_reports_a_medium_is_a_bad_sector(
    number: int, fake_drive: Any, faults: Callable[..., Faults]
) -> None:
    drive = fake_drive(64 * KIB, unwritable={9}, error=number)
    assert faults(drive).carry_out(writing(drive), 0, 64 * KIB) == [Bad(9 * 512, 512, errno.errorcode[number])]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EBADF, errno.EFAULT])
def test_a_wrong_call_of_ours_is_not_a_bad_sector(number: int, fake_drive: Any, faults: Callable[..., Faults]) -> None:
    drive = fake_drive(64 * KIB, answers={0: number})
    with pytest.raises(OSError, match="as asked"):
        faults(drive).carry_out(writing(drive), 0, 64 * KIB)
