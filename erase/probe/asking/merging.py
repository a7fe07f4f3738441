"""Lays what a drive told over what sysfs says of it. Where the two contradict each other that is put down, and the weaker one holds."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum, unique

from erase.drive.facts import Drive, Fact, Identity, MediaType, Source, Unusable
from erase.drive.report import Doubt, Part
from erase.probe.asking.asker import Asked
from erase.probe.media import MediaEvidence, media_type

# sectors that the kernel can use (block/blk-settings.c): powers of two from 512 bytes to a page, since 6.15 more
_USABLE_SECTORS = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)

_NAMES = ("vendor", "model", "serial", "firmware", "wwn", "eui64", "nguid")
_SHORTENED = 12  # letters of a model that a SATL keeps for sure: 16 with blanks (SAT-5 section 8.1.2)


@unique
class DriveDoubt(StrEnum):
    """Contradictions between a drive and what the kernel says of it."""

    OTHER_SERIAL = "other-serial"  # the kernel found another drive at this place
    OTHER_NAME = "other-name"  # the same of a world-wide name
    OTHER_CAPACITY = "other-capacity"  # the kernel sees more or fewer bytes than the drive tells
    OTHER_MEDIUM = "other-medium"  # they disagree on what the data lies on


def with_asked(drive: Drive, asked: Asked) -> Drive:
    """The drive with its own word."""
    told = asked.told
    doubts = list(told.report.doubts)
    identity = drive.identity
    if told.is_identified:
        identity, others = _identity(drive.identity, told.identity)
        doubts += others
    if not asked.names_are_unique:
        identity = replace(identity, eui64=None, nguid=None)
    media, contradicts = _media(drive, asked)
    doubts += [Doubt(DriveDoubt.OTHER_MEDIUM.value, Part.MEDIUM)] if contradicts else []
    if told.report.size is not None and drive.size and told.report.size != drive.size:
        doubts.append(Doubt(DriveDoubt.OTHER_CAPACITY.value, Part.CAPACITY))
    return replace(
        drive,
        identity=identity,
        media=media,
        unusable=_unusable(drive, told.report.format.logical),
        report=replace(told.report, doubts=tuple(dict.fromkeys(doubts))),
        profiles=asked.profiles,
    )


def _identity(seen: Identity, told: Identity) -> tuple[Identity, list[Doubt]]:
    """The drive's own names before all others, and where they are not those that the kernel gave.

    Names of two drives, or of a drive and its bridge, are not mixed: where anything speaks for two, the drive's own stand alone.
    """
    if any(fact.source is Source.BRIDGE for fact in _facts(seen)):
        return told, []
    contradicted = [name for name in ("serial", "wwn", "eui64", "nguid") if _differ(getattr(seen, name), getattr(told, name))]
    if contradicted:
        serial = Doubt(DriveDoubt.OTHER_SERIAL.value, Part.SERIAL)
        return told, [serial if contradicted[0] == "serial" else Doubt(DriveDoubt.OTHER_NAME.value, Part.NAMES)]
    if seen.model and told.model and not _plain(told.model).startswith(_plain(seen.model)[:_SHORTENED]):
        return told, []
    return Identity(**{name: getattr(told, name) or getattr(seen, name) for name in _NAMES}), []


def _facts(identity: Identity) -> list[Fact]:
    return [fact for name in _NAMES if (fact := getattr(identity, name)) is not None]


def _differ(one: Fact | None, other: Fact | None) -> bool:
    return one is not None and other is not None and _plain(one) != _plain(other)


def _plain(fact: Fact) -> str:
    return "".join(fact.value.split()).lower()


def _media(drive: Drive, asked: Asked) -> tuple[MediaType, bool]:
    report = asked.told.report
    if report.rotation is None:
        return drive.media, False
    told = media_type(drive.bus, MediaEvidence(identify_rotation=report.rotation, hybrid=asked.told.hybrid))
    if MediaType.UNKNOWN in (told, drive.media) or told is drive.media:
        return (drive.media if told is MediaType.UNKNOWN else told), False
    if {told, drive.media} == {MediaType.MAGNETIC, MediaType.HYBRID}:
        return MediaType.HYBRID, False  # the kernel's page doesn't tell of flash beside the platters
    return MediaType.UNKNOWN, True


def _unusable(drive: Drive, sector: int | None) -> Unusable | None:
    """A size of 0 has a reason where the drive tells of sectors that the kernel can't use."""
    is_odd = sector is not None and sector not in _USABLE_SECTORS
    return Unusable.SECTOR_FORMAT if is_odd and drive.unusable in (Unusable.NO_CAPACITY, Unusable.NO_BLOCK_DEVICE) else drive.unusable
