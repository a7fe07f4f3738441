"""What forbids any technique on a drive as it is now: it is in use, read-only, nameless, virtual or not addressable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from certify.foundation.messages import Words
from certify.foundation.sizes import in_decimal_units
from erase.drive.facts import Drive, Holder, HolderKind
from erase.drive.report import Presence
from erase.techniques.base import RefusalReason, Terms

UNNAMED_HOLDER = "exclusive"  # what the probe calls one of whom the kernel only says that there is one

_BY_HOLDER = {
    HolderKind.UNDERLYING: RefusalReason.STANDS_ON_DRIVE,
    HolderKind.BOOT_MEDIUM: RefusalReason.BOOT_MEDIUM,
    HolderKind.MOUNT: RefusalReason.MOUNTED,
    HolderKind.SWAP: RefusalReason.SWAP_IN_USE,
}


def held_because(drive: Drive) -> RefusalReason | None:
    """The gravest way in which the drive is in use: the boot medium, then a mount, then swap, then anything else."""
    reasons = {_BY_HOLDER.get(holder.kind, RefusalReason.HELD) for holder in drive.in_use}
    return next((reason for reason in RefusalReason if reason in reasons), None)


def first_obstacle(drive: Drive, terms: Terms) -> RefusalReason | None:
    """The first obstacle, those first that no one can remove. None: nothing stands in the way."""
    if drive.unusable is not None:
        return RefusalReason(drive.unusable.value)
    if drive.logical_sector < 1 or drive.size < drive.logical_sector:
        return RefusalReason.TOO_SMALL
    found = {
        RefusalReason.NOT_WHOLE_SECTORS: drive.size % drive.logical_sector != 0,
        RefusalReason.READ_ONLY: drive.read_only,
        RefusalReason.VIRTUAL_NOT_ALLOWED: drive.virtual is not None and not terms.allow_virtual,
        RefusalReason.NO_IDENTITY: drive.identity.name is None,
    }
    held = held_because(drive)
    return next((reason for reason in RefusalReason if reason is held or found.get(reason)), None)


def _words(holder: Holder) -> Words:
    """The holder as `erase list` names it."""
    unnamed = holder.kind is HolderKind.OTHER and holder.name == UNNAMED_HOLDER
    return Words("probe.list.holder-exclusive" if unnamed else f"probe.list.holder-{holder.kind}", name=holder.name)


def _branches(holder: Holder, below: Words | None = None) -> Iterator[Words]:
    here = _words(holder) if below is None else Words("techniques.holder-above", below=below, above=_words(holder))
    if not holder.held_by and holder.kind is not HolderKind.PARTITION:
        yield here
    for above in holder.held_by:
        yield from _branches(above, here)


def node_of(drive: Drive) -> str:
    """The node to speak of; a drive that only pass-through reaches may have none, and then its name must do."""
    if drive.nodes:
        return drive.nodes[0]
    return drive.identity.name.value if drive.identity.name else "?"


def parameters_of(drive: Drive) -> dict[str, object]:
    """What the sentences of a refusal may name: the node, its size, and each holder with the way to it."""
    return {
        "device": node_of(drive),
        "bytes": f"{drive.size:,}",
        "sector": str(drive.logical_sector),
        "kind": drive.virtual or "",
        "holders": tuple(branch for holder in drive.holders for branch in _branches(holder)),
        "hidden": tuple(_hidden(drive)),
    }


def _hidden(drive: Drive) -> Iterator[Words]:
    """The areas that are hidden, each with its size."""
    if drive.report is None:
        return
    sector = drive.report.format.logical or drive.logical_sector
    for name, area in asdict(drive.report.hidden).items():
        if area["presence"] is Presence.PRESENT:
            size = in_decimal_units(area["sectors"] * sector) if area["sectors"] is not None and sector else Words("drives.size-unknown")
            yield Words("drives.hidden-sized", area=Words(f"drives.area-{name}"), size=size)
