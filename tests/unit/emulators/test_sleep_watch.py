"""How the front tells a machine that slept from one that is busy."""

from __future__ import annotations

import time

import pytest

from emulators.fronts.tcmu_server import asleep


def _clocks(monkeypatch: pytest.MonkeyPatch, looks: list[tuple[int, float]]) -> None:
    left = iter(looks)

    def look(clock: int) -> float:
        which, seconds = next(left)
        assert clock == which
        return seconds

    monkeypatch.setattr(time, "clock_gettime", look)


def test_being_kept_waiting_between_the_clocks_is_no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [(time.CLOCK_MONOTONIC, 100.0), (time.CLOCK_BOOTTIME, 103.0), (time.CLOCK_MONOTONIC, 103.5)]
    prompt = [(time.CLOCK_MONOTONIC, 103.5), (time.CLOCK_BOOTTIME, 103.5), (time.CLOCK_MONOTONIC, 103.5)]
    _clocks(monkeypatch, late + prompt)
    assert asleep() == 0.0


def test_a_suspend_is_what_one_clock_counts_and_the_other_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    _clocks(monkeypatch, [(time.CLOCK_MONOTONIC, 100.0), (time.CLOCK_BOOTTIME, 103.0), (time.CLOCK_MONOTONIC, 100.0)])
    assert asleep() == 3.0
