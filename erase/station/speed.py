"""How much of a whole job is done, how fast it goes and how long it will take. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from erase.jobs.events import Phase
from erase.jobs.progress import Progress
from erase.techniques.base import Step, StepKind

_WINDOW_SECONDS = 30.0
_KINDS = {Phase.WRITE: StepKind.WRITE, Phase.VERIFY: StepKind.READ_BACK}
_SHORTEST_SECONDS = 1.0  # below this a rate says nothing


@dataclass(frozen=True)
class Figures:
    """For one moment. None: not known yet."""

    phase_permille: int  # of the phase under way
    job_permille: int  # of all passes and read-backs
    bytes_per_second: int | None
    seconds_left: int | None


def bytes_behind(steps: Sequence[Step], progress: Progress) -> int:
    """The bytes of all steps before the one under way, and those done of it."""
    behind = 0
    for step in steps:
        if (step.kind, step.number) == (_KINDS[progress.phase], progress.pass_number):
            # a sample is planned as a share and drawn in whole blocks
            return behind + step.bytes_moved * progress.bytes_done // max(1, progress.bytes_total)
        behind += step.bytes_moved
    return behind


class Speedometer:
    """Takes marks of progress of one job and tells figures, the rate as of the last half minute."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._whole = max(1, sum(step.bytes_moved for step in steps))
        self._marks: deque[tuple[float, int]] = deque()

    def figures(self, progress: Progress, now: float) -> Figures:
        """``now``: monotonic seconds."""
        behind = bytes_behind(self._steps, progress)
        self._marks.append((now, behind))
        while now - self._marks[0][0] > _WINDOW_SECONDS and len(self._marks) > 2:
            self._marks.popleft()
        began, first = self._marks[0]
        rate = int((behind - first) / (now - began)) if now - began >= _SHORTEST_SECONDS else 0
        return Figures(
            phase_permille=1000 * progress.bytes_done // max(1, progress.bytes_total),
            job_permille=1000 * behind // self._whole,
            bytes_per_second=rate or None,
            seconds_left=(self._whole - behind) // rate if rate else None,
        )
