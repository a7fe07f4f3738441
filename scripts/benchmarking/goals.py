"""The goals, the statistics they are judged by, and how both are told. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST_PAIRS = 10
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True)
class Sample:
    """One run. Times are seconds. ``io``: from the first to the last I/O on the device. ``memory``: bytes at the highest."""

    io: float
    wall: float
    process_cpu: float
    kernel_cpu: float
    memory: int
    moved: int  # bytes written and read

    @property
    def process_cpu_per_gib(self) -> float:
        return self.process_cpu * GIB / self.moved

    @property
    def cpu_per_gib(self) -> float:
        """With the kernel's threads, which do the loop device's work."""
        return (self.process_cpu + self.kernel_cpu) * GIB / self.moved

    @property
    def seconds_per_gib(self) -> float:
        return self.io * GIB / self.moved


@dataclass(frozen=True)
class Spread:
    """A median with its range."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.least:.3f}-{self.most:.3f})"


def spread(values: Iterable[float]) -> Spread:
    """Raises statistics.StatisticsError for no values."""
    found = list(values)
    return Spread(statistics.median(found), min(found), max(found))


class Verdict(StrEnum):
    """How a goal came out."""

    MET = "met"
    MISSED = "MISSED"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Goal:
    """A figure and its limit. ``figure`` None: not measured."""

    name: str
    figure: float | None
    limit: float
    at_least: bool = False  # the limit is a floor, not a ceiling
    unit: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.figure is None:
            return Verdict.NOT_MEASURED
        kept = self.figure >= self.limit if self.at_least else self.figure <= self.limit
        return Verdict.MET if kept else Verdict.MISSED

    def __str__(self) -> str:
        figure = "" if self.figure is None else f"{self.figure:.3f}{self.unit} "
        return f"{self.name}: {figure}({'at least' if self.at_least else 'at most'} {self.limit:g}{self.unit}) {self.verdict.value}"


Pairs = Sequence[tuple[Sample, Sample]]  # ours, the rival's


def overwrite_goals(fio: Pairs, nwipe: Pairs, ours: Sequence[Sample]) -> list[Goal]:
    """The goals of the overwrite engine; a rival without pairs was not measured."""
    return [
        Goal("I/O time of random + full verify / fio's write + read", _ratio(fio, ours_first=True), 1.15),
        Goal("times as fast as nwipe with its best generator", _ratio(nwipe, ours_first=False), 1.5, at_least=True),
        Goal("process CPU for each GiB moved", statistics.median(sample.process_cpu_per_gib for sample in ours), 0.20, unit=" s"),
        Goal("memory for one drive", max(sample.memory for sample in ours) / MIB, 100, unit=" MiB"),
    ]


def _ratio(pairs: Pairs, *, ours_first: bool) -> float | None:
    if not pairs:
        return None
    ratios = (our.seconds_per_gib / rival.seconds_per_gib for our, rival in pairs)
    return statistics.median(ratio if ours_first else 1 / ratio for ratio in ratios)


def conclusion(goals: Sequence[Goal]) -> str:
    """One line with every goal in order."""
    return "goals: " + "; ".join(str(goal) for goal in goals)


def exit_status(goals: Iterable[Goal], *, asserted: bool) -> int:
    """1 when goals are asserted and one that was measured is missed, else 0."""
    return int(asserted and any(goal.verdict is Verdict.MISSED for goal in goals))
