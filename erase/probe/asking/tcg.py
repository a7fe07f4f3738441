"""What TCG Level 0 Discovery says of locks, whichever family of commands carried it."""

from __future__ import annotations

from erase.commands import tcg_discovery
from erase.commands.tcg_discovery import TcgDoubt
from erase.drive.report import Locking, Part
from erase.probe.asking.lines import Notes

SECURITY_PROTOCOL, LEVEL_0 = tcg_discovery.LEVEL_0
DISCOVERY_SIZE = tcg_discovery.SIZE
# with these there may be a lock, although none is told
_UNCLEAR = frozenset({TcgDoubt.CONTRADICTION, TcgDoubt.TOO_SHORT, TcgDoubt.CUT_DESCRIPTOR})


def locking_of(data: bytes, notes: Notes) -> Locking | None:
    """The locks; None where the drive speaks no TCG, or says nothing that can be believed."""
    found = tcg_discovery.discovery(data)
    notes.doubt(Part.LOCKING, found.doubts)
    classes = tuple(ssc.value for ssc in found.sscs)
    locking = found.locking
    if locking is None:
        return Locking(classes) if classes or _UNCLEAR.intersection(found.doubts) else None
    if TcgDoubt.TWICE in found.doubts:
        # the one that was left out may say otherwise
        return Locking(classes, enabled=locking.enabled or None, locked=locking.locked or None, shadow_mbr=locking.shadowed or None)
    return Locking(classes, enabled=locking.enabled, locked=locking.locked, shadow_mbr=locking.shadowed)
