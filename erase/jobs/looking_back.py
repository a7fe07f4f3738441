"""Is this still the drive that we left, as we left it? Asked before a resumed job writes its first byte.

A name can belong to two drives: one bridge speaks for whatever disk is put into it, and sticks leave a factory with one
serial number. And the right drive may have been put back into use meanwhile, full of somebody's new data. What the job
itself wrote is the better name, so some of it is read back first. Pure: which parts, of which pass.
"""

from __future__ import annotations

from dataclasses import dataclass

from erase.jobs.events import Operation
from erase.jobs.recovery import Step, WritePass, bad_in_pass
from erase.jobs.states import JobState
from erase.overwrite.engine import second_half
from erase.overwrite.streams import UNIT
from erase.verification.sampling import Extent, without

PLACES = 32  # units looked at, evenly spread; 128 MiB at most


@dataclass(frozen=True)
class LookBack:
    """What must still lie on the drive: these parts of this pass."""

    pass_number: int
    extents: tuple[Extent, ...]


def look_back(state: JobState, step: Step) -> LookBack | None:
    """What to read before the step of a resumed job is taken; None where nothing of ours can be told to lie there.

    A comparison reads everything anyway. Behind a checkpoint lies the pass that broke off. Where that has no checkpoint
    yet, the pass before it is looked for in the second half of the drive, where the new one has written nothing
    (:func:`erase.overwrite.engine.second_half`).
    """
    if state.sessions < 2 or state.drive is None or not isinstance(step, WritePass):
        return None
    if step.start:
        number, first, end = step.number, 0, step.start
    elif step.number > 1 and second_half(state.drive.size):
        number, first, end = step.number - 1, second_half(state.drive.size), state.drive.size
    else:
        return None
    sector = state.drive.logical_sector
    units = range(first, end, UNIT)
    spread = {units[place * (len(units) - 1) // max(1, PLACES - 1)] for place in range(PLACES)}
    wanted = [Extent(start, min(UNIT, end - start)) for start in sorted(spread)]
    holes = [Extent(low * sector, (high - low) * sector) for low, high in bad_in_pass(state, Operation.WRITE, number)]
    return LookBack(number, without(wanted, holes))
