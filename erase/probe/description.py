"""What one family of drives (SCSI, NVMe, MMC, virtual ...) can say of itself: the part of a Drive that differs by family."""

from __future__ import annotations

from dataclasses import dataclass

from erase.drive.facts import Bus, Fact, Identity, MediaType, Source


@dataclass(frozen=True)
class Description:
    """Who a drive is and how it is attached."""

    identity: Identity
    bus: Bus
    media: MediaType
    virtual: str | None = None  # one of decisions' virtual kinds; None: a real drive
    removable: bool = False  # beyond what the kernel says in ``removable``


def fact(value: str | None, source: Source) -> Fact | None:
    """A fact, or None where there is no value."""
    return None if value is None else Fact(value, source)
