"""Sense data (SPC-5 section 4.4): why a SCSI command ended as it did, in fixed or in descriptor format.

Any bytes give a value. What is cut off or means nothing is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.ata_words import has

_FIXED, _DESCRIPTOR = (0x70, 0x71), (0x72, 0x73)  # the second of each is a deferred error (SPC-5, RESPONSE CODE)
_FIXED_LEAST, _DESCRIPTORS_FROM = 8, 8
_INFORMATION, _SENSE_KEY_SPECIFIC = 0x00, 0x02  # descriptor types (SPC-5, DESCRIPTOR TYPE)


@unique
class SenseKey(IntEnum):
    """SPC-5 section 4.4, SENSE KEY."""

    NO_SENSE = 0x0
    RECOVERED_ERROR = 0x1
    NOT_READY = 0x2
    MEDIUM_ERROR = 0x3
    HARDWARE_ERROR = 0x4
    ILLEGAL_REQUEST = 0x5
    UNIT_ATTENTION = 0x6
    DATA_PROTECT = 0x7
    BLANK_CHECK = 0x8
    VENDOR_SPECIFIC = 0x9
    COPY_ABORTED = 0xA
    ABORTED_COMMAND = 0xB
    RESERVED = 0xC
    VOLUME_OVERFLOW = 0xD
    MISCOMPARE = 0xE
    COMPLETED = 0xF


@dataclass(frozen=True)
class Sense:
    """Sense data, as far as it came."""

    fixed: bool  # fixed format, else descriptor format
    deferred: bool  # speaks of an earlier command
    key: SenseKey
    asc: int | None = None  # ADDITIONAL SENSE CODE
    ascq: int | None = None  # its QUALIFIER
    information: int | None = None
    progress: int | None = None  # in parts of 65 536; only with NO SENSE and NOT READY
    descriptors: tuple[bytes, ...] = ()  # whole ones, each with its type and length

    @property
    def code(self) -> tuple[int, int] | None:
        """ASC and ASCQ; None where they were cut off."""
        return None if self.asc is None or self.ascq is None else (self.asc, self.ascq)


def parse_sense(raw: bytes) -> Sense | None:
    """Sense data; None where there is none: nothing came, or the response code is not 70h to 73h. Total."""
    code = raw[0] & 0x7F if raw else 0
    if code in _FIXED:
        return _fixed(raw, deferred=code == 0x71)
    if code in _DESCRIPTOR:
        return _descriptor(raw, deferred=code == 0x73)
    return None


def _fixed(raw: bytes, *, deferred: bool) -> Sense | None:
    """Fixed format. ADDITIONAL SENSE LENGTH (byte 7) says how much of it counts."""
    if len(raw) < 3:
        return None
    end = min(len(raw), _FIXED_LEAST + raw[7]) if len(raw) >= _FIXED_LEAST else len(raw)
    whole = raw[:end]
    key = SenseKey(whole[2] & 0x0F)
    return Sense(
        fixed=True,
        deferred=deferred,
        key=key,
        asc=whole[12] if len(whole) > 12 else None,
        ascq=whole[13] if len(whole) > 13 else None,
        # byte 0 bit 7, VALID: bytes 3 to 6 are the INFORMATION that the standard means
        information=int.from_bytes(whole[3:7], "big") if has(whole[0], 7) and len(whole) >= 7 else None,
        progress=_progress(key, whole[15:18]),
    )


def _descriptor(raw: bytes, *, deferred: bool) -> Sense | None:
    """Descriptor format."""
    if len(raw) < 2:
        return None
    key = SenseKey(raw[1] & 0x0F)
    descriptors = _descriptors(raw)
    information = next((found for found in descriptors if found[0] == _INFORMATION and len(found) >= 12), None)
    specific = next((found for found in descriptors if found[0] == _SENSE_KEY_SPECIFIC and len(found) >= 8), b"")
    return Sense(
        fixed=False,
        deferred=deferred,
        key=key,
        asc=raw[2] if len(raw) > 2 else None,
        ascq=raw[3] if len(raw) > 3 else None,
        # the Information descriptor: byte 2 bit 7 is VALID, bytes 4 to 11 are INFORMATION
        information=int.from_bytes(information[4:12], "big") if information and has(information[2], 7) else None,
        progress=_progress(key, specific[4:7]),
        descriptors=descriptors,
    )


def _descriptors(raw: bytes) -> tuple[bytes, ...]:
    """The whole descriptors within ADDITIONAL SENSE LENGTH (byte 7)."""
    if len(raw) < _DESCRIPTORS_FROM:
        return ()
    end = min(len(raw), _DESCRIPTORS_FROM + raw[7])
    found, place = [], _DESCRIPTORS_FROM
    while place + 2 <= end and place + 2 + raw[place + 1] <= end:
        found.append(raw[place : place + 2 + raw[place + 1]])
        place += 2 + raw[place + 1]
    return tuple(found)


def _progress(key: SenseKey, specific: bytes) -> int | None:
    """Sense key specific bytes (SPC-5, progress indication): bit 7 of the first is SKSV, the others are the progress."""
    if key not in (SenseKey.NO_SENSE, SenseKey.NOT_READY) or len(specific) < 3 or not has(specific[0], 7):
        return None
    return int.from_bytes(specific[1:3], "big")
