"""Work that takes time: steps spread evenly over it."""

from __future__ import annotations

import math
from collections.abc import Callable

from emulators.ata.registers import Outcome, Registers
from emulators.clock import Clock
from emulators.medium import Step


class Run:
    """The steps of an erase, a command that is slow. It stands still without power and goes on where it was with :meth:`resume`."""

    def __init__(self, clock: Clock, steps: list[Step], seconds: float, finish: Callable[[], Outcome]) -> None:
        self._clock = clock
        self._steps = steps
        self._seconds = seconds
        self._started = clock.now()
        self._done = 0
        self.finish = finish  # called by whoever sees ``is_over``
        self.stuck = False  # no further step is ever done

    @property
    def fraction(self) -> float:
        """How much of its time has passed, 0 to 1."""
        return 1.0 if self._seconds <= 0 else min(1.0, (self._clock.now() - self._started) / self._seconds)

    @property
    def is_over(self) -> bool:
        return not self.stuck and self._done == len(self._steps) and self._clock.now() >= self.due

    @property
    def due(self) -> float:
        """When the next step comes, or the end; infinite where there is none to come."""
        if self.stuck:
            return math.inf
        if self._done == len(self._steps):
            return self._started + self._seconds
        return self._started + self._seconds * (self._done + 1) / len(self._steps)

    def advance(self) -> None:
        """Does the steps whose time has come. Raises PowerCut, with that step not done."""
        while not self.stuck and self._done < len(self._steps) and self._clock.now() >= self.due:
            self._steps[self._done]()
            self._done += 1

    def resume(self) -> None:
        """Power is back: the step that was cut off comes again."""
        share = self._done / len(self._steps) if self._steps else 0.0
        self._started = self._clock.now() - self._seconds * share


Handler = Callable[[Registers, bytes], Outcome | Run]  # what a command does: the outcome at once, or work that brings it
