"""What tells one ATA disk from another: its IDENTIFY data, its medium, what its erase commands reach, how long they take."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cache
from pathlib import Path
from typing import Any

from emulators.medium import Where

TESTS = Path(__file__).resolve().parents[2]
FOLDER = TESTS / "emulators" / "personalities"
RECORDED = TESTS / "drives" / "identify" / "drives.jsonl"


@unique
class MediumKind(StrEnum):
    """What the data lies on."""

    MAGNETIC = "magnetic"
    FLASH = "flash"
    HYBRID = "hybrid"
    ZONED = "zoned"


@dataclass(frozen=True)
class Reach:
    """What one erase command does to the medium when the disk is honest."""

    places: frozenset[Where]
    new_key: bool  # the media encryption key is replaced
    fills: bool  # the places are erased or overwritten; without it the key alone has to do


@dataclass(frozen=True)
class Personality:
    """Read from ``personalities/NAME.toml``; see the README there for the keys."""

    name: str
    words: tuple[int, ...]  # IDENTIFY DEVICE data; what is live in it is computed by the disk
    medium: MediumKind
    encrypts: bool
    pslc_pages: int
    trim_hides: bool
    normal_erase: Reach
    enhanced_erase: Reach
    sanitize_seconds: dict[str, float]  # by "block", "crypto", "overwrite" (one pass)
    restricted_sanitize_overrides_security: bool
    reset_clears_count: bool  # of wrong passwords, by hardware reset
    definitive_ending_pattern: bool
    trusted: bool  # TCG Opal with Level 0 discovery
    rom_mode: bool  # the firmware is lost; nothing but IDENTIFY answers
    zone_sectors: int
    conventional_zones: int

    @property
    def sectors(self) -> int:
        """The native capacity of the delivered disk, in logical sectors."""
        if self.words[69] & 1 << 3 and (extended := _number(self.words, 230)):
            return extended
        return _number(self.words, 100) if self.words[83] & 1 << 10 else self.words[60] | self.words[61] << 16

    @property
    def sector(self) -> int:
        """Bytes in a logical sector (words 106, 117 and 118)."""
        if self.words[106] & 0xD000 == 0x5000:
            return 2 * (self.words[117] | self.words[118] << 16)
        return 512

    def erase_seconds(self, *, enhanced: bool) -> float:
        """Words 89 and 90, which count in units of two minutes; a minute where they say nothing."""
        word = self.words[90 if enhanced else 89]
        units = word & 0x7FFF if word & 0x8000 else word & 0xFF
        return units * 120.0 or 60.0


@cache
def personality(name: str) -> Personality:
    """Raises FileNotFoundError for a name that no file has."""
    text: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    words = list(_recorded(*text["recorded"]))
    for number, value in text.get("words", {}).items():
        words[int(number)] = value
    return Personality(
        name=name,
        words=tuple(words),
        medium=MediumKind(text["medium"]),
        encrypts=text.get("encrypts", False),
        pslc_pages=text.get("pslc_pages", 0),
        trim_hides=text.get("trim_hides", True),
        normal_erase=_reach(text["normal_erase"]),
        enhanced_erase=_reach(text["enhanced_erase"]),
        sanitize_seconds=text.get("sanitize_seconds", {}),
        restricted_sanitize_overrides_security=text.get("restricted_sanitize_overrides_security", False),
        reset_clears_count=text.get("reset_clears_count", True),
        definitive_ending_pattern=text.get("definitive_ending_pattern", False),
        trusted=text.get("trusted", False),
        rom_mode=text.get("rom_mode", False),
        zone_sectors=text.get("zone_sectors", 0),
        conventional_zones=text.get("conventional_zones", 0),
    )


def personalities() -> tuple[str, ...]:
    """The names of all of them."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def _reach(text: dict[str, Any]) -> Reach:
    return Reach(frozenset(Where(place) for place in text.get("places", [])), text.get("new_key", False), text.get("fills", True))


def _recorded(model: str, firmware: str) -> tuple[int, ...]:
    for line in RECORDED.read_text("utf-8").splitlines():
        drive = json.loads(line)
        if drive["kind"] == "ata" and (drive["model"], drive["firmware"]) == (model, firmware):
            return tuple(int(drive["words"][at : at + 4], 16) for at in range(0, 1024, 4))
    raise LookupError(f"no recording of {model} {firmware}")


def _number(words: tuple[int, ...], first: int) -> int:
    return sum(words[first + part] << 16 * part for part in range(4))
