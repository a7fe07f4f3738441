"""What a machine is asked to be: its memory, its time, its drives. A group of tests says it in ``vm.toml``, a person by options."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from vm_rig.errors import CannotRun


@dataclass(frozen=True)
class DriveKind:
    """A drive of QEMU's own (drives.toml)."""

    files: tuple[int, ...]  # MiB
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Wishes:
    """``suspends``: the guest may sleep (S3) and wake up. ``minutes``: longer than that is a hang."""

    drives: tuple[str, ...] = ()
    memory: int = 1536  # MiB
    processors: int = 2
    minutes: float = 15
    suspends: bool = False


@cache
def drive_kinds() -> dict[str, DriveKind]:
    table = tomllib.loads(Path(__file__).with_name("drives.toml").read_text(encoding="utf-8"))
    return {name: DriveKind(tuple(entry["files"]), tuple(entry["devices"])) for name, entry in table.items()}


_TYPES: dict[str, tuple[type, ...]] = {
    "drives": (list,),
    "memory": (int,),
    "processors": (int,),
    "minutes": (int, float),
    "suspends": (bool,),
}


def wishes_of(folder: Path) -> Wishes:
    """What ``vm.toml`` in a folder of tests asks for; without one, the usual. :raises CannotRun: for what it may not say"""
    file = folder / "vm.toml"
    try:
        asked: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Wishes()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotRun(f"{file} can't be read", str(error), "correct it") from None
    known = ", ".join(field.name for field in fields(Wishes))
    for key, value in asked.items():
        if key not in _TYPES or type(value) not in _TYPES[key]:  # True is an int, too
            raise CannotRun(f"{file}: {key} = {value!r}", "no such key, or not of its type", f"the keys are {known}")
    if "drives" in asked:
        asked["drives"] = tuple(asked["drives"])
    return check(replace(Wishes(), **asked))


def check(wishes: Wishes) -> Wishes:
    """The same, when QEMU can fulfil it. :raises CannotRun:"""
    for kind in wishes.drives:
        if kind not in drive_kinds():
            raise CannotRun(f"no drive {kind!r}", "drives.toml does not have it", f"choose among {', '.join(drive_kinds())}")
        if wishes.drives.count(kind) > 1:
            raise CannotRun(f"two drives {kind!r}", "both would bear the same serial number", "name each kind once")
    if wishes.memory < 512 or wishes.processors < 1 or wishes.minutes <= 0:
        raise CannotRun("a machine too small", "it needs 512 MiB, one processor and some time", "ask for more")
    return wishes
