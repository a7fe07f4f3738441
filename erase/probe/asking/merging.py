"""Lays what a drive told over what sysfs says of it. Where the two contradict each other that is put down, and the weaker one holds."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum, unique

from erase.drive.facts import Drive, Fact, Identity, MediaType, Source, Unusable
from erase.drive.report import Doubt
from erase.probe.asking.asker import Asked
from erase.probe.media import MediaEvidence, media_type

# sectors that the kernel can use (block/blk-settings.c): powers of two from 512 bytes to a page, since 6.15 more
_USABLE_SECTORS = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)


@unique
class DriveDoubt(StrEnum):
    """Contradictions between a drive and what the kernel says of it."""

    OTHER_SERIAL = "other-serial"  # the kernel found another drive at this place, or a bridge has a number of its own
    OTHER_CAPACITY = "other-capacity"  # the kernel sees more or fewer bytes than the drive tells
    OTHER_MEDIUM = "other-medium"  # they disagree on what the data lies on


def with_asked(drive: Drive, asked: Asked) -> Drive:
    """The drive with its own word."""
    told = asked.told
    doubts = list(told.report.doubts)
    identity = drive.identity
    if told.is_identified:
        identity, others = _identity(drive.identity, told.identity)
        doubts += [Doubt(DriveDoubt.OTHER_SERIAL.value, "serial")] if others else []
    if not asked.names_are_unique:
        identity = replace(identity, eui64=None, nguid=None)
    media, contradicts = _media(drive, asked)
    doubts += [Doubt(DriveDoubt.OTHER_MEDIUM.value, "medium")] if contradicts else []
    if told.report.size is not None and drive.size and told.report.size != drive.size:
        doubts.append(Doubt(DriveDoubt.OTHER_CAPACITY.value, "capacity"))
    return replace(
        drive,
        identity=identity,
        media=media,
        unusable=_unusable(drive, told.report.format.logical),
        report=replace(told.report, doubts=tuple(dict.fromkeys(doubts))),
        profiles=asked.profiles,
    )


def _identity(seen: Identity, told: Identity) -> tuple[Identity, bool]:
    """The drive's own names before all others, and whether its serial is not the one that the kernel or a bridge gave."""
    bridged = any(fact.source is Source.BRIDGE for fact in (seen.vendor, seen.model, seen.serial, seen.firmware, seen.wwn) if fact)
    other = bool(seen.serial and told.serial and not bridged and _plain(seen.serial) != _plain(told.serial))
    if bridged or other:
        return told, other  # names of two drives, or of a drive and its bridge, are not mixed
    names = ("vendor", "model", "serial", "firmware", "wwn", "eui64", "nguid")
    return Identity(**{name: getattr(told, name) or getattr(seen, name) for name in names}), False


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
