"""By which name a drive goes: its own, else one that a person read from the label."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from erase.drive.facts import Drive, Fact, Source
from erase.errors import Refused
from erase.techniques.obstacles import node_of

LABEL_PREFIX = "LABEL:"
_LONGEST_LABEL = 64


def plain(text: str) -> str:
    """What a person typed or scanned: full-width forms made half-width (NFKC), no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def named_drive(drive: Drive, label: str | None) -> Drive:
    """The drive with the label's serial where it has no name of its own.

    Raises Refused for a label that can't be one, and for one that contradicts what the drive itself says. A bridge's
    serial is often its own and not the drive's, so that it may differ.
    """
    if label is None:
        return drive
    read = plain(label).removeprefix(LABEL_PREFIX)
    if not 0 < len(read) <= _LONGEST_LABEL or not read.isprintable():
        raise Refused("planner", "bad-label", label=ascii(label), longest=_LONGEST_LABEL)
    name = drive.identity.name
    if name is None:
        return replace(drive, identity=replace(drive.identity, serial=Fact(read, Source.LABEL)))
    if name.source is not Source.BRIDGE and plain(name.value) != read:
        raise Refused("planner", "label-differs", device=node_of(drive), label=read, name=name.value)
    return drive


def confirmation_name(drive: Drive) -> str:
    """What a person must type: the drive's name, or ``LABEL:`` and what was read from it. Empty if there is none."""
    name = drive.identity.name
    if name is None:
        return ""
    return f"{LABEL_PREFIX}{name.value}" if name.source is Source.LABEL else name.value
