"""The emulators' time, in seconds since an arbitrary start: moved by hand in tests, the machine's own in the VM."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """What drives read their time from."""

    def now(self) -> float:
        """Seconds; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Returns when that much time has passed."""

    def sleep_until(self, when: float) -> None:
        """Returns when it is that time: ``now`` is ``when`` or later, without a rounding error between."""


class HandClock:
    """Stands still until somebody moves it. ``at`` lets a test act in the middle of something long: pull a cable, cut the power."""

    def __init__(self) -> None:
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def now(self) -> float:
        return self._now

    def at(self, when: float, event: Callable[[], None]) -> None:
        """Calls ``event`` when the hand passes ``when``; what it raises comes out of ``sleep``, with the hand left at ``when``."""
        heapq.heappush(self._events, (when, next(self._order), event))

    def sleep(self, seconds: float) -> None:
        self.sleep_until(self._now + seconds)

    def sleep_until(self, when: float) -> None:
        while self._events and self._events[0][0] <= when:
            then, _, event = heapq.heappop(self._events)
            self._now = max(self._now, then)
            event()
        self._now = max(self._now, when)


class RealClock:
    """The machine's monotonic clock; ``rate`` model seconds pass in each real one, so that two hours need not be waited for."""

    def __init__(self, rate: float = 1.0) -> None:
        self.rate = rate
        self._start = time.monotonic()  # this is the edge where the emulators touch real time

    def now(self) -> float:
        return (time.monotonic() - self._start) * self.rate

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds) / self.rate)

    def sleep_until(self, when: float) -> None:
        while (left := when - self.now()) > 0:
            self.sleep(left)
