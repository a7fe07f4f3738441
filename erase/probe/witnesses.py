"""pyudev and blkinfo, asked beside sysfs: they add what udev's own programs learned from a drive, and contradict us.

Neither is believed against sysfs, neither is waited for, and the probe works without both: libudev may be missing, udevd
may not run, lsblk may hang on a dying drive, blkinfo leaves loop devices out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from erase.probe.cleaning import clean, known, plain_name
from erase.probe.patience import PATIENCE, ask_all


@dataclass(frozen=True)
class AtaWord:
    """What udev's ``ata_id`` read by an IDENTIFY of its own, behind USB bridges too."""

    model: str | None
    serial: str | None
    firmware: str | None
    wwn: str | None
    rotation: int | None  # coded as ATA IDENTIFY word 217


@dataclass(frozen=True)
class Sighting:
    """What one witness says of one block device."""

    name: str  # the kernel's, in sysfs spelling
    is_disk: bool
    size: int | None = None  # bytes
    serial: str | None = None
    mount_point: str | None = None
    ata: AtaWord | None = None


@dataclass(frozen=True)
class Answer:
    """One witness's answer. ``error`` says why there is none."""

    witness: str
    sightings: tuple[Sighting, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Witness:
    """Somebody to ask."""

    name: str
    ask: Callable[[], Iterable[Sighting]]


def hear_all(witnesses: Sequence[Witness], patience: float = PATIENCE) -> tuple[Answer, ...]:
    """Each witness's answer, or why there is none. Whatever one does wrong ends here; a silent one is left behind."""
    heard = ask_all({witness.name: partial(_listen, witness) for witness in witnesses}, patience)
    return tuple(
        Answer(name, error=clean(f"{type(found).__name__}: {found}")) if isinstance(found, BaseException) else Answer(name, found)
        for name, found in heard.items()
    )


def _listen(witness: Witness) -> tuple[Sighting, ...]:
    return tuple(witness.ask())


def real_witnesses() -> tuple[Witness, ...]:
    """Those of this machine; each imports its library only when it is asked."""
    return (Witness("pyudev", _ask_pyudev), Witness("blkinfo", _ask_blkinfo))


def _ask_pyudev() -> Iterable[Sighting]:
    import pyudev

    for device in pyudev.Context().list_devices(subsystem="block"):
        yield sighting_by_udev(device.sys_name, dict(device.properties))


def _ask_blkinfo() -> Iterable[Sighting]:
    from blkinfo import BlkDiskInfo

    return sightings_by_blkinfo(BlkDiskInfo().get_disks())


def sighting_by_udev(name: str, properties: Mapping[str, str]) -> Sighting:
    """From the properties of one block device (libudev's database, where udevd runs; else the kernel's few)."""
    is_ata = properties.get("ID_BUS") == "ata" and properties.get("ID_ATA") == "1"
    serial = plain_name(properties.get("ID_SERIAL_SHORT"))
    word = None
    if is_ata:
        word = AtaWord(
            # the plain form has blanks replaced; the encoded one has them as \x20
            model=known(_decode(properties.get("ID_MODEL_ENC", ""))),
            serial=serial,
            firmware=known(properties.get("ID_REVISION")),
            wwn=_world_wide(properties.get("ID_WWN", "")),
            rotation=_rotation(properties.get("ID_ATA_ROTATION_RATE_RPM")),
        )
    # pyudev gives back / where sysfs has !
    return Sighting(name.replace("/", "!"), is_disk=properties.get("DEVTYPE") == "disk", serial=serial, ata=word)


def sightings_by_blkinfo(disks: Iterable[Mapping[str, Any]]) -> tuple[Sighting, ...]:
    """From blkinfo's disks and all that hangs on them (lsblk's columns, as texts)."""
    found: dict[str, Sighting] = {}
    waiting = deque((disk, True) for disk in disks)
    while waiting:
        entry, is_disk = waiting.popleft()
        name = str(entry.get("kname") or entry.get("name") or "").replace("/", "!")
        if not name or name in found:
            continue
        size, point = str(entry.get("size") or ""), str(entry.get("mountpoint") or "")
        found[name] = Sighting(
            name,
            is_disk=is_disk,
            size=int(size) if size.isdecimal() and len(size) <= 20 else None,
            serial=plain_name(str(entry.get("serial") or "")),
            mount_point=clean(point) if point.startswith("/") else None,
        )
        waiting.extend((child, False) for child in entry.get("children") or ())
    return tuple(found.values())


def _decode(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)


def _world_wide(text: str) -> str | None:
    digits = text.removeprefix("0x").lower()
    return digits if re.fullmatch("5[0-9a-f]{15}", digits) and known(digits[1:]) else None


def _rotation(text: str | None) -> int | None:
    """udev writes 0 for a drive that does not rotate, and nothing where the drive does not tell."""
    if text is None or not text.isdecimal() or len(text) > 5:
        return None
    return int(text) or 1
