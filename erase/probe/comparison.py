"""What the witnesses add to sysfs, and where they contradict it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from erase.drive.facts import Bus, Fact, Identity, MediaType, Source
from erase.probe.blocks import Blocks
from erase.probe.description import Description
from erase.probe.media import from_rotation
from erase.probe.witnesses import Answer, AtaWord, Sighting


class Difference(StrEnum):
    """What a witness says otherwise."""

    UNKNOWN_NODE = "unknown-node"  # it sees a disk that sysfs does not have
    SIZE = "size"
    SERIAL = "serial"


@dataclass(frozen=True)
class Disagreement:
    """One contradiction. sysfs stands; a person should look."""

    witness: str
    node: str
    difference: Difference
    ours: str
    theirs: str


def with_ata_word(description: Description, word: AtaWord | None) -> Description:
    """What udev read by IDENTIFY in place of a bridge's word, of nothing, or of a text that was cut short."""
    if word is None or description.bus not in (Bus.ATA, Bus.USB, Bus.UNKNOWN):
        return description
    ours = description.identity
    identity = replace(
        ours,
        vendor=None if ours.vendor and ours.vendor.source is Source.BRIDGE else ours.vendor,
        model=_better(ours.model, word.model),
        serial=_better(ours.serial, word.serial),
        firmware=_better(ours.firmware, word.firmware),
        wwn=_better(ours.wwn, word.wwn),
    )
    media = description.media
    if media is MediaType.UNKNOWN and word.rotation is not None:
        media = from_rotation(word.rotation)
    return replace(description, identity=identity, media=media)


def _better(ours: Fact | None, theirs: str | None) -> Fact | None:
    if theirs is None:
        # once the drive itself has spoken, a bridge's name beside it could be another drive's
        return None if ours and ours.source is Source.BRIDGE else ours
    if ours is None or ours.source is Source.BRIDGE or theirs.startswith(ours.value):
        return Fact(theirs, Source.IDENTIFY)
    return ours


def compare(blocks: Blocks, disks: Mapping[str, Description], answers: Iterable[Answer]) -> tuple[Disagreement, ...]:
    """Every contradiction between the witnesses and sysfs."""
    return tuple(
        Disagreement(answer.witness, f"/dev/{sighting.name.replace('!', '/')}", *found)
        for answer in answers
        for sighting in answer.sightings
        for found in _differences(blocks, disks, sighting)
    )


def _differences(blocks: Blocks, disks: Mapping[str, Description], sighting: Sighting) -> Iterator[tuple[Difference, str, str]]:
    block = blocks.by_name.get(sighting.name)
    if block is None:
        if sighting.is_disk:
            yield Difference.UNKNOWN_NODE, "", sighting.name
        return
    if sighting.size is not None and sighting.size != block.size:
        yield Difference.SIZE, str(block.size), str(sighting.size)
    identity = disks[sighting.name].identity if sighting.name in disks else Identity()
    # a bridge's serial and the drive's own differ by nature
    if identity.serial and sighting.serial and identity.serial.source is not Source.BRIDGE and not _is_named(identity, sighting.serial):
        yield Difference.SERIAL, identity.serial.value, sighting.serial


def _is_named(identity: Identity, name: str) -> bool:
    """Whether a witness's serial is one of ours: udev replaces blanks, and takes a SCSI drive's world-wide name for its serial."""
    ours = (identity.serial, identity.wwn, identity.eui64, identity.nguid)
    theirs = _plain(name)
    return any(theirs in _plain(fact.value) or _plain(fact.value) in theirs for fact in ours if fact)


def _plain(name: str) -> str:
    return name.replace(" ", "_").strip("_").lower()
