"""Ranges as they go on record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.overwrite import ranges
from erase.overwrite.ranges import SectorRange, Teller

Told = list[SectorRange]


def tell(places: list[tuple[int, int, str]]) -> Told:
    told: Told = []
    teller = Teller(told.append, 512)
    for first, count, error in places:
        teller.add(first * 512, count * 512, error)
    teller.flush()
    assert teller.sectors == sum(found.sectors for found in told)
    return told


def test_neighbours_are_joined_and_others_are_not() -> None:
    assert tell([(0, 1, "EIO"), (1, 3, "EIO"), (5, 1, "EIO")]) == [SectorRange(0, 4, "EIO"), SectorRange(5, 1, "EIO")]


def test_neighbours_with_different_errors_stay_apart() -> None:
    assert tell([(0, 1, "EIO"), (1, 1, "ENOSPC")]) == [SectorRange(0, 1, "EIO"), SectorRange(1, 1, "ENOSPC")]


def test_nothing_is_told_of_nothing() -> None:
    assert tell([]) == []


def test_flushing_twice_tells_once() -> None:
    told: Told = []
    teller = Teller(told.append, 512)
    teller.add(512, 512, "EIO")
    teller.flush()
    teller.flush()
    teller.add(1024, 512, "EIO")
    teller.flush()
    assert told == [SectorRange(1, 1, "EIO"), SectorRange(2, 1, "EIO")]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=60), st.integers(0, 8))
def test_every_sector_is_told_in_order_and_none_twice_however_many_there_are(steps: list[tuple[int, int]], most: int) -> None:
    places, place = [], 0
    for gap, count in steps:
        places.append((place + gap, count, "EIO"))
        place += gap + count
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "MOST_RANGES", most)
        told = tell(places)
    sectors = [sector for found in told for sector in range(found.first_lba, found.first_lba + found.sectors)]
    assert sectors == sorted(set(sectors))
    named = {sector for first, count, _ in places for sector in range(first, first + count)}
    assert named <= set(sectors)
    assert len(told) <= most + 1
    if len(told) <= most:
        assert named == set(sectors)


def test_what_a_job_told_in_earlier_passes_counts_towards_the_bound() -> None:
    told: Told = []
    teller = Teller(told.append, 512, ranges.MOST_RANGES)
    for first in (1, 5, 9):
        teller.add(first * 512, 512, "EIO")
    teller.flush()
    assert told == [SectorRange(1, 9, "EIO")]
