"""Rate and time left, from marks of progress."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from erase.jobs.events import Phase
from erase.jobs.progress import Progress
from erase.station.speed import Figures, Speedometer, bytes_behind
from erase.techniques.base import Choices, Verify, VerifyKind
from erase.techniques.overwrite import steps

GB = 1_000_000_000
TWO_PASSES = steps(10 * GB, Choices(("00", "random"), False, Verify(VerifyKind.PERCENT, 100_000)))  # 10 + 10 + 1 GB


def write(number: int, done: int) -> Progress:
    return Progress(Phase.WRITE, number, done, 10 * GB, 0)


def test_what_lies_behind_counts_all_steps():
    assert bytes_behind(TWO_PASSES, write(1, 3 * GB)) == 3 * GB
    assert bytes_behind(TWO_PASSES, write(2, 3 * GB)) == 13 * GB
    half_a_sample = Progress(Phase.VERIFY, 2, 600_000_000, 1_200_000_000, 0)  # drawn a little larger than planned
    assert bytes_behind(TWO_PASSES, half_a_sample) == 20_500_000_000


def test_rate_and_time_left_are_of_the_last_half_minute():
    speed = Speedometer(TWO_PASSES)
    assert speed.figures(write(1, 0), 100.0) == Figures(0, 0, None, None)
    assert speed.figures(write(1, GB), 110.0) == Figures(100, 47, 100_000_000, 200)
    for second in range(11, 60):  # twice as fast from here on
        figures = speed.figures(write(1, GB + (second - 10) * 100_000_000), 100.0 + second)
    assert figures.bytes_per_second == 100_000_000
    for second in range(60, 100):
        figures = speed.figures(write(2, (second - 60) * 200_000_000), 100.0 + second)
    assert figures.bytes_per_second == 200_000_000


def test_a_clock_that_stands_still_gives_no_rate():
    speed = Speedometer(TWO_PASSES)
    speed.figures(write(1, 0), 5.0)
    assert speed.figures(write(1, GB), 5.0).bytes_per_second is None


@given(st.lists(st.tuples(st.integers(0, 10 * GB), st.floats(0, 100)), min_size=1, max_size=20))
def test_figures_never_leave_their_bounds(marks):
    speed, now = Speedometer(TWO_PASSES), 0.0
    for done, later in sorted(marks):
        now += later
        figures = speed.figures(write(2, done), now)
        assert 0 <= figures.phase_permille <= 1000
        assert 0 <= figures.job_permille <= 1000
        assert figures.seconds_left is None or figures.seconds_left >= 0
