"""From an erase command to what happens on the medium, by an honest disk or by one that lies."""

from __future__ import annotations

from functools import partial

from emulators.ata.flaws import Flaw
from emulators.ata.personality import Reach
from emulators.medium import EVERYWHERE, FlashMedium, Medium, Step, Where, ZonedMedium

SANITIZE_BLOCK = Reach(EVERYWHERE, new_key=False, fills=True)
SANITIZE_OVERWRITE = Reach(EVERYWHERE, new_key=False, fills=True)
SANITIZE_CRYPTO = Reach(EVERYWHERE, new_key=True, fills=False)

SKIPPED = {
    Flaw.SKIPS_SPARE: {Where.SPARE, Where.STALE},
    Flaw.SKIPS_RETIRED: {Where.RETIRED},
    Flaw.SKIPS_HIDDEN: {Where.HIDDEN},
}


def erase(
    medium: Medium, reach: Reach, patterns: list[bytes] | None, flaws: set[Flaw], *, sector: int, resets_zones: bool = True
) -> list[Step]:
    """The steps. ``patterns`` has one for each pass of an overwrite; without it the medium is erased in its own way."""
    instead = _instead(medium, flaws, sector)
    if instead is not None:
        return instead
    steps = []
    if reach.new_key:
        steps += medium.key_steps(old_stays=Flaw.KEEPS_OLD_KEY in flaws)
        if isinstance(medium, FlashMedium):
            steps += medium.unmap_steps()
    if reach.fills:
        scope = reach.places - {place for flaw, places in SKIPPED.items() if flaw in flaws for place in places}
        steps += medium.erase_steps(scope) if patterns is None else []
        for pattern in patterns or []:
            steps += medium.overwrite_steps(pattern, scope)
    if resets_zones and isinstance(medium, ZonedMedium):
        steps.append(Step("reset zones", medium.reset_all))
    return steps


def _instead(medium: Medium, flaws: set[Flaw], sector: int) -> list[Step] | None:
    """What a disk does that lies about erasing; None where it erases."""
    if Flaw.ERASES_NOTHING in flaws:
        return []
    if Flaw.ERASES_LBA_0_ONLY in flaws:
        return [Step("zero the first sector", partial(_zero_first_sector, medium, sector))]
    if Flaw.ANSWERS_FROM_CACHE in flaws:
        return [Step("raise facade", partial(_raise_facade, medium))]
    if Flaw.UNMAPS_ONLY in flaws:
        return medium.unmap_steps()
    if Flaw.CLEARS_PSLC_ONLY in flaws:
        return medium.erase_steps(frozenset({Where.BUFFER}))
    return None


def _zero_first_sector(medium: Medium, sector: int) -> None:
    medium.write(0, bytes(sector), fua=True)


def _raise_facade(medium: Medium) -> None:
    medium.power.step("raise facade")
    medium.facade = b"\0"
