"""About how long it will take, from assumed rates (rates.toml). An estimate for people; nothing depends on it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from erase.drive.facts import Bus, Drive, MediaType
from erase.techniques.base import Step, StepKind


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assumed sequential rates of a kind of drive, bytes per second."""

    bus: str
    media: str
    write: int
    read: int

    def fits(self, bus: Bus, media: MediaType) -> bool:
        """Whether this line speaks of such drives."""
        return self.bus in {"any", bus.value} and self.media in {"any", media.value}


@dataclass(frozen=True)
class Estimate:
    """Milliseconds of work, and the rates they were computed with."""

    milliseconds: int
    rate: Rate


@cache
def _rates() -> tuple[Rate, ...]:
    tree = tomllib.loads((files("erase.planner") / "rates.toml").read_text())
    return tuple(msgspec.convert(line, Rate) for line in tree["rate"])


def estimate(drive: Drive, steps: Iterable[Step]) -> Estimate:
    """The time that these steps take, at the assumed rates."""
    rate = next(line for line in _rates() if line.fits(drive.bus, drive.media))
    moved = dict.fromkeys(StepKind, 0)
    for step in steps:
        moved[step.kind] += step.bytes_moved
    seconds = moved[StepKind.WRITE] / rate.write + moved[StepKind.READ_BACK] / rate.read
    return Estimate(round(seconds * 1000), rate)
