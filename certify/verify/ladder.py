"""Climbing: each rung is tried, its outcome kept, and a rung that stands on a failed one says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from certify.errors import Malformed
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Check, Outcome, Step

T = TypeVar("T")


def needed(value: T | None) -> T:
    """A value that an earlier rung found. Raises Doubt when it did not."""
    if value is None:
        raise Doubt(Reason.EARLIER_STEP, Outcome.CANNOT_TELL)
    return value


class Ladder:
    """The outcomes so far."""

    def __init__(self) -> None:
        self._checks: dict[Step, Check] = {}

    def climb(self, step: Step, check: Callable[[], T]) -> T | None:
        """Tries one rung: what the check gives, or None when it ended in doubt."""
        try:
            value = check()
        except Doubt as doubt:
            self._checks[step] = Check(step, doubt.outcome or Outcome.FAILED, doubt.reason, doubt.seen)
            return None
        except Malformed as error:
            # another room could not read the bytes: its code is kept, its sentence is for the report
            seen = {"error": f"{error.room}.{error.code}", **{name: str(value) for name, value in error.parameters.items()}}
            self._checks[step] = Check(step, Outcome.FAILED, Reason.BROKEN_FORM, seen)
            return None
        self._checks[step] = Check(step, Outcome.PASSED, Reason.AS_IT_SHOULD_BE)
        return value

    def skip(self, *steps: Step) -> None:
        """Rungs that this kind of paper does not have."""
        for step in steps:
            self._checks[step] = Check(step, Outcome.NOT_APPLICABLE, Reason.NOT_IN_THIS_PAPER)

    def stand_on(self, *steps: Step) -> None:
        """Raises Doubt if one of these rungs failed: what stands on a lie is not looked at."""
        if any(step in self._checks and self._checks[step].outcome is Outcome.FAILED for step in steps):
            raise Doubt(Reason.EARLIER_STEP, Outcome.CANNOT_TELL)

    def checks(self) -> tuple[Check, ...]:
        """All rungs in their order; one that nobody tried stands on one that failed."""
        missing = Reason.EARLIER_STEP
        return tuple(self._checks.get(step) or Check(step, Outcome.CANNOT_TELL, missing) for step in Step)
