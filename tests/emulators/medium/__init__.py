"""What data lies on: cells, the way from logical to physical, and what is left of old data for somebody who opens the drive.

A medium knows bytes and pages, nothing of sectors, commands or time. ``read``, ``write``, ``flush`` and ``discard`` are what the drive's
firmware does for a host; erasing is a list of steps, so that a drive spreads them over its time and power can fail between any two.
``remnants`` and ``history`` are for tests: they look at the cells themselves.
"""

from __future__ import annotations

from emulators.medium.base import EVERYWHERE, Held, Medium, OutOfReach, Remnant, Step, Unreadable, Where
from emulators.medium.flash import FlashMedium
from emulators.medium.keys import Keys
from emulators.medium.magnetic import HybridMedium, MagneticMedium
from emulators.medium.zoned import OutOfOrder, Zone, ZoneCondition, ZonedMedium, ZoneRefusal, ZoneType

__all__ = [
    "EVERYWHERE",
    "FlashMedium",
    "Held",
    "HybridMedium",
    "Keys",
    "MagneticMedium",
    "Medium",
    "OutOfOrder",
    "OutOfReach",
    "Remnant",
    "Step",
    "Unreadable",
    "Where",
    "Zone",
    "ZoneCondition",
    "ZoneRefusal",
    "ZoneType",
    "ZonedMedium",
]
