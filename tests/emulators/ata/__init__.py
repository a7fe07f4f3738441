"""The ATA disk: ``make_disk("flash")`` gives one that behaves as the personality of that name; ``execute`` speaks to it in registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from emulators.ata.disk import AtaDisk
from emulators.ata.flaws import Flaw
from emulators.ata.personality import MediumKind, Personality, personalities, personality
from emulators.ata.registers import LinkLost, Outcome, Pending, Registers
from emulators.ata.sanitize import SanitizeState
from emulators.ata.security import SecurityState
from emulators.clock import Clock, HandClock
from emulators.medium import FlashMedium, HybridMedium, MagneticMedium, Medium, ZonedMedium
from emulators.power import Power

CACHE_PAGES = 64


def make_disk(
    name: str,
    *,
    clock: Clock | None = None,
    power: Power | None = None,
    flaws: Iterable[Flaw] = (),
    serial: str | None = None,
    size: int | None = None,
    words: Mapping[int, int] | None = None,
) -> AtaDisk:
    """``size`` in bytes replaces the recorded capacity, ``words`` replace words of the IDENTIFY data.

    The clock is one that stands still, unless another is given.
    """
    chosen = personality(name)
    changed = words or {}
    chosen = replace(chosen, words=tuple(changed.get(number, word) for number, word in enumerate(chosen.words)))
    wrong = frozenset(flaws)
    sector = chosen.sector
    size = (size or chosen.sectors * sector) // sector * sector
    medium = _medium(chosen, size, power or Power(), encrypts=chosen.encrypts and Flaw.NEVER_ENCRYPTED not in wrong)
    return AtaDisk(chosen, medium, clock or HandClock(), flaws=wrong, serial=serial, size=size)


def _medium(chosen: Personality, size: int, power: Power, *, encrypts: bool) -> Medium:
    cache = CACHE_PAGES if chosen.words[82] & 1 << 5 else 0
    if chosen.medium is MediumKind.FLASH:
        return FlashMedium(
            size, power=power, cache_pages=cache, encrypts=encrypts, pslc_pages=chosen.pslc_pages, trim_hides=chosen.trim_hides
        )
    if chosen.medium is MediumKind.HYBRID:
        return HybridMedium(size, power=power, cache_pages=cache, encrypts=encrypts)
    if chosen.medium is MediumKind.ZONED:
        zone_size = chosen.zone_sectors * chosen.sector
        return ZonedMedium(size, power=power, zone_size=zone_size, conventional=chosen.conventional_zones)
    return MagneticMedium(size, power=power, cache_pages=cache, encrypts=encrypts)


__all__ = [
    "AtaDisk",
    "Flaw",
    "LinkLost",
    "Outcome",
    "Pending",
    "Registers",
    "SanitizeState",
    "SecurityState",
    "make_disk",
    "personalities",
    "personality",
]
