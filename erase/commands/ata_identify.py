"""IDENTIFY DEVICE data (ACS-4 table 55): 512 bytes in which a drive says who it is and what it can do.

Any bytes give a value. What can't be believed is shown as a doubt and adds no capability.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique

from erase.commands.ata_capacity import AtaCapacity, capacity_of
from erase.commands.ata_doubts import FATAL, AtaDoubt
from erase.commands.ata_features import AtaFeatures, AtaMedium, AtaSanitize, AtaTrim, features_of, medium_of, sanitize_of, trim_of
from erase.commands.ata_security_state import AtaSecurity, security_of
from erase.commands.ata_words import (
    SECTOR,
    checksum_right,
    checksum_signed,
    has,
    letters,
    marked,
    printable,
    shown,
    shown_serial,
    told,
    words_of,
)

_SERIAL, _FIRMWARE, _MODEL = slice(20, 40), slice(46, 54), slice(54, 94)  # bytes: words 10 to 19, 23 to 26, 27 to 46
_COMPACT_FLASH = 0x848A  # word 0: bit 15 is set, and it is an ATA device all the same (CompactFlash 4.1, Identify Drive)
_INCOMPLETE = (0x37C8, 0x8C73)  # word 2 (ACS-4 table 55): the drive must spin up before it knows all
# With these a model begins on many drives. Where the bytes as they lie begin so, the letters were turned on the way. No 'ST' here:
# 'TS' is a maker too
_MAKERS = (
    "WDC",
    "SAMSUNG",
    "TOSHIBA",
    "HITACHI",
    "HGST",
    "MAXTOR",
    "FUJITSU",
    "INTEL",
    "CRUCIAL",
    "KINGSTON",
    "SANDISK",
    "QUANTUM",
    "MICRON",
)


@unique
class AtaKind(StrEnum):
    """What word 0 says the device is."""

    ATA = "ata"
    COMPACT_FLASH = "compact-flash"
    PACKET = "packet"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AtaIdentify:
    """What IDENTIFY says. The names are shown in any case; all else only where the data as a whole may be believed."""

    kind: AtaKind = AtaKind.UNKNOWN
    doubts: frozenset[AtaDoubt] = frozenset()
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    wwn: str | None = None  # 16 hexadecimal digits, NAA 5
    standard: int | None = None  # highest bit of word 80: 8 ATA8-ACS, 9 ACS-2, 10 ACS-3, 11 ACS-4, 12 ACS-5
    capacity: AtaCapacity = field(default_factory=AtaCapacity)
    medium: AtaMedium = field(default_factory=AtaMedium)
    features: AtaFeatures = field(default_factory=AtaFeatures)
    security: AtaSecurity = field(default_factory=AtaSecurity)
    sanitize: AtaSanitize = field(default_factory=AtaSanitize)
    trim: AtaTrim = field(default_factory=AtaTrim)

    @property
    def believed(self) -> bool:
        """Whether the data as a whole may be believed."""
        # without a checksum only the strings are left to tell IDENTIFY data from any other 512 bytes
        return not self.doubts & FATAL and not self.doubts >= {AtaDoubt.NO_CHECKSUM, AtaDoubt.STRINGS_UNPRINTABLE}

    @property
    def checked(self) -> bool:
        """Whether a checksum was there and right."""
        return not self.doubts & {AtaDoubt.NO_CHECKSUM, AtaDoubt.WRONG_CHECKSUM, AtaDoubt.TOO_SHORT, AtaDoubt.TOO_LONG}


def parse_identify(data: bytes) -> AtaIdentify:
    """IDENTIFY DEVICE data. Total: never raises."""
    if len(data) != SECTOR:
        return AtaIdentify(doubts=frozenset({AtaDoubt.TOO_SHORT if len(data) < SECTOR else AtaDoubt.TOO_LONG}))
    words = words_of(data)
    kind = _kind(words[0])
    doubts = _doubts(data, words, kind)
    named = AtaIdentify(
        kind,
        frozenset(doubts),
        model=shown(letters(data[_MODEL])),
        serial=shown_serial(letters(data[_SERIAL])),
        firmware=shown(letters(data[_FIRMWARE])),
    )
    return _with_all(named, words, doubts) if named.believed else named


def _with_all(named: AtaIdentify, words: tuple[int, ...], doubts: set[AtaDoubt]) -> AtaIdentify:
    # Drives that know the commands of ACS-2 and later write a checksum. Without one those capabilities are nobody's word
    recent = AtaDoubt.NO_CHECKSUM not in doubts
    capacity, about_capacity = capacity_of(words, recent=recent)
    medium, about_medium = medium_of(words, recent=recent)
    features, about_features = features_of(words, recent=recent)
    security, about_security = security_of(words)
    sanitize, about_sanitize = sanitize_of(words[59] if recent else 0)
    return AtaIdentify(
        named.kind,
        frozenset(doubts | about_capacity | about_medium | about_features | about_security | about_sanitize),
        model=named.model,
        serial=named.serial,
        firmware=named.firmware,
        wwn=_wwn(words),
        standard=words[80].bit_length() - 1 if told(words[80]) and words[80] > 1 else None,
        capacity=capacity,
        medium=medium,
        features=features,
        security=security,
        sanitize=sanitize,
        trim=trim_of(words) if recent else AtaTrim(),
    )


def _kind(word: int) -> AtaKind:
    if word == _COMPACT_FLASH:
        return AtaKind.COMPACT_FLASH
    if not has(word, 15):
        return AtaKind.ATA
    return AtaKind.PACKET if word >> 14 == 0b10 else AtaKind.UNKNOWN


def _doubts(data: bytes, words: tuple[int, ...], kind: AtaKind) -> set[AtaDoubt]:
    """Doubts about the data as a whole."""
    model = letters(data[_MODEL])
    strings = data[_SERIAL] + data[_FIRMWARE] + data[_MODEL]
    found = {
        AtaDoubt.BLANK: len(set(data)) == 1,
        AtaDoubt.NOT_AN_ATA_DEVICE: kind is AtaKind.UNKNOWN,
        AtaDoubt.PACKET_DEVICE: kind is AtaKind.PACKET,
        AtaDoubt.NO_CHECKSUM: not checksum_signed(data),
        AtaDoubt.WRONG_CHECKSUM: checksum_signed(data) and not checksum_right(data),
        AtaDoubt.STRINGS_UNSWAPPED: data[_MODEL].upper().startswith(tuple(maker.encode() for maker in _MAKERS)),
        AtaDoubt.STRINGS_UNPRINTABLE: not printable(strings.replace(b"\0", b" ")),
        AtaDoubt.NO_MODEL: shown(model) is None,
        AtaDoubt.INCOMPLETE: has(words[0], 2) or words[2] in _INCOMPLETE,
    }
    return {doubt for doubt, holds in found.items() if holds}


def _wwn(words: tuple[int, ...]) -> str | None:
    # word 87 bit 8: words 108 to 111 hold a world wide name; NAA 5
    if not marked(words[87]) or not has(words[87], 8):
        return None
    name = "".join(f"{word:04x}" for word in words[108:112])
    return name if name[0] == "5" and set(name[1:]) not in ({"0"}, {"f"}) else None
