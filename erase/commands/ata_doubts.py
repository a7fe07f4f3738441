"""Why IDENTIFY DEVICE data, or a part of it, can't be believed."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class AtaDoubt(StrEnum):
    """One reason each. Those in :data:`FATAL` mean that the names are shown and nothing else is believed."""

    TOO_SHORT = "too-short"  # not 512 bytes
    TOO_LONG = "too-long"
    BLANK = "blank"  # the same byte everywhere
    NOT_AN_ATA_DEVICE = "not-an-ata-device"  # word 0 bit 15
    PACKET_DEVICE = "packet-device"  # word 0 bits 15:14 are 10b: an optical drive or a tape
    WRONG_CHECKSUM = "wrong-checksum"
    NO_CHECKSUM = "no-checksum"  # older than ATA-5, or a bridge's invention
    STRINGS_UNSWAPPED = "strings-unswapped"  # a maker's name reads right in byte order: somebody rewrote the data
    STRINGS_UNPRINTABLE = "strings-unprintable"
    NO_MODEL = "no-model"
    INCOMPLETE = "incomplete"  # word 0 bit 2, or word 2: the drive must spin up before it knows
    FEATURES_NOT_TOLD = "features-not-told"  # words 82 to 84 don't count
    CONTRADICTORY_CAPACITY = "contradictory-capacity"
    CONTRADICTORY_SECTORS = "contradictory-sectors"  # words 106, 117 and 118
    CONTRADICTORY_SECURITY = "contradictory-security"  # word 128 against itself or against word 82
    CONTRADICTORY_SANITIZE = "contradictory-sanitize"  # word 59 has techniques without the feature set
    RESERVED_ROTATION = "reserved-rotation"  # word 217 holds a value that means nothing


FATAL = frozenset(
    {
        AtaDoubt.TOO_SHORT,
        AtaDoubt.TOO_LONG,
        AtaDoubt.BLANK,
        AtaDoubt.NOT_AN_ATA_DEVICE,
        AtaDoubt.PACKET_DEVICE,
        AtaDoubt.WRONG_CHECKSUM,
        AtaDoubt.STRINGS_UNSWAPPED,
        AtaDoubt.NO_MODEL,
    }
)
