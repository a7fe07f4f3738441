"""Which places are read back, drawn a second time by a few independent lines, and how likely a left-over is found."""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_right
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certify.foundation.finding import finding_probability, probability_of
from erase.verification import sampling
from erase.verification.sampling import (
    Extent,
    Kind,
    Reason,
    SamplingPlan,
    full,
    nist_800_88r1,
    percentage,
    total,
    without,
)

SEED = bytes(range(32))
sizes = st.builds(lambda sector, count: (sector, sector * count), st.sampled_from([512, 4096]), st.integers(1, 60_000_000))


def words(seed: bytes) -> itertools.chain[int]:
    """The documented generator, written again."""
    digests = (hashlib.sha256(b"haiki-sampling-1" + seed + i.to_bytes(8, "big")).digest() for i in itertools.count())
    return itertools.chain.from_iterable([int.from_bytes(d[p : p + 8], "big") for p in (0, 8, 16, 24)] for d in digests)


def choose(stream: itertools.chain[int], n: int, k: int) -> set[int]:
    taken: set[int] = set()
    for j in range(n - k, n):
        while (u := next(stream)) >= 2**64 // (j + 1) * (j + 1):
            pass
        taken.add(u % (j + 1) if u % (j + 1) not in taken else j)
    return taken


class Cover:
    """How many bytes of a place a plan reads."""

    def __init__(self, plan: SamplingPlan) -> None:
        self._starts = [extent.offset for extent in plan.extents]
        self._extents = plan.extents

    def __call__(self, start: int, end: int) -> int:
        first = max(0, bisect_right(self._starts, start) - 1)
        near = itertools.takewhile(lambda extent: extent.offset < end, self._extents[first : first + 64])
        return sum(max(0, min(end, extent.end) - max(start, extent.offset)) for extent in near)


def check_form(plan: SamplingPlan, size: int, sector: int) -> None:
    """In order, apart, in whole sectors, on the medium."""
    behind = -1
    for extent in plan.extents:
        assert extent.offset > behind
        assert extent.length > 0
        assert extent.offset % sector == extent.length % sector == 0
        behind = extent.end
    assert behind <= size
    assert plan.bytes == total(plan.extents)


def test_everything_is_one_extent_found_with_certainty() -> None:
    plan = full(1 << 30, 4096)
    assert plan.extents == (Extent(0, 1 << 30),)
    assert (plan.kind, plan.seed, plan.percent_ppm, plan.left_over_bytes, plan.finding_ppm) == (Kind.FULL, None, None, 4096, 1_000_000)


@given(sizes, st.binary(min_size=32, max_size=32))
@settings(max_examples=60)
def test_nist_sampling_is_as_section_4_7_3_says(geometry: tuple[int, int], seed: bytes) -> None:
    sector, size = geometry
    plan = nist_800_88r1(size, sector, seed)
    check_form(plan, size, sector)
    sectors = size // sector
    if sectors < 20_000:
        assert plan == full(size, sector, reason=Reason.TOO_SMALL_FOR_SAMPLING)
        return
    covered = Cover(plan)
    # the subsections as the plan's documentation cuts them
    cell = sectors // 20_000 * sector
    subsection = 20 * cell
    subsections = size // subsection
    assert subsections >= 1000
    for number in range(subsections):
        start = number * subsection
        # two places of 5 % each; more only where the first or last address, or a neighbour, adds to it
        assert covered(start, start + subsection) * 100 >= 10 * subsection
    for number in range(0, subsections, 97):
        start = number * subsection
        cells = [covered(start + place * cell, start + (place + 1) * cell) == cell for place in range(20)]
        assert sum(cells) >= 2
    assert covered(subsections * subsection, size) == size - subsections * subsection
    assert plan.extents[0].offset == 0
    assert plan.extents[-1].end == size
    assert plan.bytes * 10 >= size
    assert plan.bytes * 1000 <= 103 * size + 2000 * cell  # and not much more than is asked


def test_the_seed_alone_gives_the_same_places_to_anybody() -> None:
    size, sector = 734_003_200, 512
    plan = nist_800_88r1(size, sector, SEED)
    stream, cell = words(SEED), size // sector // 20_000
    wanted = {(0, cell), (size // sector - cell, cell)}
    for subsection in range(size // sector // (20 * cell)):
        wanted |= {(subsection * 20 * cell + place * cell, cell) for place in choose(stream, 20, 2)}
    rest = size // sector // (20 * cell) * 20 * cell
    wanted |= {(rest, size // sector - rest)} if rest < size // sector else set()
    covered_sectors = {sector_ for first, count in wanted for sector_ in range(first, first + count)}
    assert covered_sectors == {number for extent in plan.extents for number in range(extent.offset // sector, extent.end // sector)}
    assert plan.seed == SEED.hex()


def test_a_word_that_would_favour_small_numbers_is_thrown_away() -> None:
    draw = sampling._Draw(SEED)
    limit = 3 << 62  # fits once into the 2 ** 64 words
    draw._words = iter([2**64 - 1, limit, limit - 1, 5])
    assert (draw.below(limit), draw.below(limit)) == (limit - 1, 5)


def test_another_seed_gives_other_places() -> None:
    assert nist_800_88r1(1 << 34, 512, SEED).extents != nist_800_88r1(1 << 34, 512, SEED[::-1]).extents
    assert percentage(1 << 34, 512, 50_000, SEED).extents != percentage(1 << 34, 512, 50_000, SEED[::-1]).extents


def test_every_place_of_a_subsection_is_drawn_as_often_as_any_other() -> None:
    """30,000 draws of 2 of 20: each cell about 1 in 10; five standard deviations are allowed."""
    counts = [0] * 20
    subsections = 0
    for number in range(30):
        plan = nist_800_88r1(20_000 * 512, 512, number.to_bytes(32, "big"))
        for extent in plan.extents:
            for cell in range(extent.offset // 512, extent.end // 512):
                counts[cell % 20] += 1
        subsections += 1000
    for place, count in enumerate(counts):
        extra = 30 if place in (0, 19) else 0  # the first and the last address
        assert abs(count - subsections / 10) < 5 * (subsections * 0.09) ** 0.5 + extra


@given(sizes, st.integers(1, 1_000_000), st.binary(min_size=32, max_size=32))
@settings(max_examples=60)
def test_a_percentage_covers_its_share_and_both_ends(geometry: tuple[int, int], ppm: int, seed: bytes) -> None:
    sector, size = geometry
    plan = percentage(size, sector, ppm, seed)
    check_form(plan, size, sector)
    assert plan.bytes * 1_000_000 >= size * ppm
    assert plan.extents[0].offset == 0
    assert plan.extents[-1].end == size
    if plan.kind is Kind.PERCENT:
        assert (plan.seed, plan.percent_ppm) == (seed.hex(), ppm)
        assert plan.samples <= 1 << 18
    else:
        assert plan.bytes == size


@pytest.mark.parametrize("size", [10_000_000_000, 64_000_000 * 512 + 512])
def test_the_seed_alone_gives_the_same_percentage_to_anybody(size: int) -> None:
    size -= size % 512
    plan = percentage(size, 512, 37_500, SEED)
    block = 65536
    while -(-size // block) > 2**18:
        block *= 2
    blocks = -(-size // block)
    drawn = -(-size * 37_500 // (10**6 * block)) + 1
    chosen = choose(words(SEED), blocks, drawn) | {0, blocks - 1}
    covered = Cover(plan)
    for number in range(blocks):
        start, end = number * block, min(size, (number + 1) * block)
        assert covered(start, end) == (end - start if number in chosen else 0)
    assert plan.samples == len(chosen)
    assert plan.finding_ppm == finding_probability(blocks, drawn, -(-plan.left_over_bytes // block))


@pytest.mark.parametrize("ppm", [0, -1, 1_000_001])
def test_what_is_no_share_is_refused(ppm: int) -> None:
    with pytest.raises(ValueError, match="share"):
        percentage(1 << 30, 512, ppm, SEED)


def test_a_hundred_percent_and_the_smallest_media_are_read_whole() -> None:
    assert percentage(1 << 30, 512, 1_000_000, SEED) == full(1 << 30, 512)
    assert percentage(65536, 512, 10_000, SEED) == full(65536, 512, reason=Reason.TOO_SMALL_FOR_SAMPLING)


@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_probability_is_that_of_drawing_without_replacement_rounded_down(blocks: int, drawn: int, touched: int) -> None:
    drawn, touched = min(drawn, blocks), min(touched, blocks)
    exact = 1 - Fraction(comb(blocks - touched, drawn), comb(blocks, drawn))
    told = finding_probability(blocks, drawn, touched)
    assert told <= exact * 1_000_000
    assert exact * 1_000_000 - told < 1 + Fraction(1, 1000)


def test_the_probability_never_claims_certainty_that_is_not_there() -> None:
    # all but one block read, a left-over of one block
    assert finding_probability(1 << 18, (1 << 18) - 1, 1) == 999_996
    # missing it is all but impossible, and still not impossible
    assert finding_probability(1 << 18, 1 << 17, 1 << 12) == 999_999
    assert finding_probability(1000, 500, 501) == 1_000_000


@pytest.mark.parametrize("make", ["nist", "percent"])
def test_left_overs_are_found_at_least_as_often_as_stated(make: str) -> None:
    """A left-over of the stated size, once in one piece and once scattered, against a hundred seeds."""
    size = 400_000 * 512
    found = {"whole": 0, "scattered": 0}
    for number in range(100):
        seed = b"trial" + number.to_bytes(27, "big")
        plan = nist_800_88r1(size, 512, seed) if make == "nist" else percentage(size, 512, 100_000, seed)
        covered = Cover(plan)
        start = size // 3 // 512 * 512
        found["whole"] += covered(start, start + plan.left_over_bytes) > 0
        places = range(512, size - 512, size // (plan.left_over_bytes // 512) // 512 * 512)
        found["scattered"] += any(covered(place, place + 512) for place in places[: plan.left_over_bytes // 512])
    stated = plan.finding_ppm / 1_000_000
    slack = 4 * (stated * (1 - stated) / 100) ** 0.5
    assert found["whole"] / 100 >= stated - slack
    assert found["scattered"] / 100 >= stated - slack


def test_nist_states_what_it_finds() -> None:
    """A thousandth of the medium touches twenty cells: 1 - 0.9 ** 20, rounded down."""
    plan = nist_800_88r1(20_000_000 * 512, 512, SEED)
    assert plan.left_over_bytes == 20_000 * 512
    assert plan.finding_ppm == int((1 - Fraction(9, 10) ** 20) * 1_000_000) == 878_423


extents = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 20)), max_size=12).map(
    lambda steps: [
        Extent(start, length)
        for start, length in zip(
            itertools.accumulate((gap + (steps[i - 1][1] if i else 0) for i, (gap, _) in enumerate(steps)), initial=None),
            (length for _, length in steps),
            strict=False,
        )
    ]
)


@given(extents, extents)
def test_holes_are_taken_out_exactly(whole: list[Extent], holes: list[Extent]) -> None:
    kept = without(whole, holes)
    bytes_of = [{place for extent in part for place in range(extent.offset, extent.end)} for part in (whole, holes, kept)]
    assert bytes_of[2] == bytes_of[0] - bytes_of[1]
    assert total(kept) == len(bytes_of[2])
    assert [extent.offset for extent in kept] == sorted(extent.offset for extent in kept)


@given(
    sectors=st.integers(1, 10_000_000_000),
    sector=st.sampled_from([512, 4096]),
    ppm=st.integers(1, 1_000_000),
)
@settings(deadline=None, max_examples=25)
def test_whoever_reads_a_paper_finds_the_very_probability_that_was_planned(sectors, sector, ppm):
    size = sectors * sector
    small = min(sectors, 1 << 24) * sector
    for length, plan in (
        (size, full(size, sector)),
        (small, nist_800_88r1(small, sector, b"s")),
        (small, percentage(small, sector, ppm, b"s")),
    ):
        found = probability_of(plan.kind.value, plan.percent_ppm, plan.left_over_bytes, size=length, sector=sector)
        assert found == plan.finding_ppm


@pytest.mark.parametrize("kind", ["full", "nist-800-88r1", "percent", "none", "wish"])
def test_nothing_is_found_of_no_left_over_and_little_by_a_kind_that_nobody_knows(kind):
    assert probability_of(kind, 100_000, 0, size=1 << 40, sector=512) == 0
    known = probability_of(kind, 100_000, 1 << 50, size=1 << 40, sector=512)
    assert (known > 999_000) is (kind not in ("none", "wish"))
    assert probability_of("percent", None, 1 << 30, size=1 << 40, sector=512) == 0
    assert probability_of("nist-800-88r1", None, 512, size=19_999 * 512, sector=512) == 0
