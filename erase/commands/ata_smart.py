"""SMART (B0h; ACS-3 clause 7, SMART): the drive's own view of its health.

What attributes mean no standard says; the numbers are the makers' custom, on which they agree for those that are named here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_words import SECTOR, sums_to_zero
from erase.commands.fields import is_blank
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol

_KEY = 0xC24F00  # LBA 23:8 of each SMART command
_PASSED, _EXCEEDED = 0xC24F, 0x2CF4  # LBA 23:8 after SMART RETURN STATUS
_ENTRIES, _ENTRY = 30, 12
_REALLOCATED, _PENDING, _UNCORRECTABLE, _CRC_ERRORS = 5, 197, 198, 199
_TEMPERATURE, _AIRFLOW_TEMPERATURE = 194, 190
_HOTTEST = 125  # °C; a disk that tells more tells something else


def smart_read_data() -> AtaCommand:
    """SMART READ DATA: 512 bytes for :func:`parse_smart_data`."""
    return AtaCommand("SMART READ DATA", 0xB0, AtaProtocol.PIO_IN, feature=0xD0, count=1, lba=_KEY, data_in=SECTOR)


def smart_read_thresholds() -> AtaCommand:
    """SMART READ ATTRIBUTE THRESHOLDS (obsolete since ATA-4, and answered by most): 512 bytes for :func:`parse_smart_thresholds`."""
    return AtaCommand("SMART READ ATTRIBUTE THRESHOLDS", 0xB0, AtaProtocol.PIO_IN, feature=0xD1, count=1, lba=_KEY, data_in=SECTOR)


def smart_read_log(address: int, *, pages: int = 1) -> AtaCommand:
    """SMART READ LOG: ``pages`` pages of 512 bytes of a log, for drives without general purpose logging. Raises ValueError."""
    if not 0 <= address <= 0xFF or not 1 <= pages <= 0xFF:
        raise ValueError("a log address has 8 bits, pages are 1 to 255")
    return AtaCommand("SMART READ LOG", 0xB0, AtaProtocol.PIO_IN, feature=0xD5, count=pages, lba=_KEY | address, data_in=pages * SECTOR)


def smart_return_status() -> AtaCommand:
    """SMART RETURN STATUS, for :func:`smart_health`."""
    return AtaCommand("SMART RETURN STATUS", 0xB0, AtaProtocol.NON_DATA, feature=0xDA, lba=_KEY)


@unique
class SmartHealth(StrEnum):
    """What SMART RETURN STATUS says."""

    PASSED = "passed"
    THRESHOLD_EXCEEDED = "threshold-exceeded"
    UNKNOWN = "unknown"


def smart_health(answer: AtaAnswer) -> SmartHealth:
    """LBA 23:8 after SMART RETURN STATUS (ACS-3, the command of that name): C24Fh as it was sent, or 2CF4h. Total."""
    if answer.registers is None or outcome_of(answer) is not AtaOutcome.COMPLETED:
        return SmartHealth.UNKNOWN
    told = answer.registers.lba >> 8 & 0xFFFF
    return {_PASSED: SmartHealth.PASSED, _EXCEEDED: SmartHealth.THRESHOLD_EXCEEDED}.get(told, SmartHealth.UNKNOWN)


@dataclass(frozen=True)
class SmartAttribute:
    """One of 30 entries."""

    number: int  # 1 to 255
    flags: int  # bit 0: falling below the threshold foretells failure
    current: int
    worst: int
    raw: int  # 48 bits, as each maker likes

    @property
    def pre_failure(self) -> bool:
        """Whether this attribute at its threshold foretells failure, rather than age."""
        return bool(self.flags & 0x0001)


@dataclass(frozen=True)
class SmartData:
    """SMART READ DATA, and what it says in plain terms. None: the drive keeps no such attribute."""

    attributes: tuple[SmartAttribute, ...]

    def attribute(self, number: int) -> SmartAttribute | None:
        """The attribute with this number; the first one where a drive tells it twice."""
        return next((found for found in self.attributes if found.number == number), None)

    @property
    def reallocated(self) -> int | None:
        """Reallocated sectors (5). Makers put other counts into the upper words."""
        found = self.attribute(_REALLOCATED)
        return None if found is None else found.raw & 0xFFFF if found.raw >> 32 else found.raw

    @property
    def pending(self) -> int | None:
        """Sectors that couldn't be read and wait for a write (197)."""
        return self._raw(_PENDING)

    @property
    def uncorrectable(self) -> int | None:
        """Sectors that an offline scan couldn't read (198)."""
        return self._raw(_UNCORRECTABLE)

    @property
    def crc_errors(self) -> int | None:
        """Errors on the cable (199)."""
        return self._raw(_CRC_ERRORS)

    @property
    def temperature(self) -> int | None:
        """°C (194, else 190): the low byte; lowest and highest lie above it."""
        for number in (_TEMPERATURE, _AIRFLOW_TEMPERATURE):
            raw = self._raw(number)
            if raw is not None and 0 < raw & 0xFF <= _HOTTEST:
                return raw & 0xFF
        return None

    def _raw(self, number: int) -> int | None:
        found = self.attribute(number)
        return None if found is None else found.raw

    def exceeded(self, thresholds: dict[int, int]) -> tuple[SmartAttribute, ...]:
        """The attributes at or below their threshold. A threshold of 0 never trips."""
        return tuple(found for found in self.attributes if 0 < found.current <= thresholds.get(found.number, 0))


def _entries(data: bytes) -> list[bytes]:
    # bytes 0 and 1 are a revision; 30 entries of 12 bytes follow, number 0 where one is not used
    places = (2 + _ENTRY * index for index in range(_ENTRIES))
    return [entry for place in places if (entry := data[place : place + _ENTRY])[0]]


def parse_smart_data(data: bytes) -> SmartData | None:
    """SMART READ DATA; None for other lengths, for a wrong checksum, and for a blank. Total."""
    if not sums_to_zero(data) or is_blank(data):  # FFh everywhere sums up to zero too
        return None
    return SmartData(
        tuple(
            SmartAttribute(entry[0], int.from_bytes(entry[1:3], "little"), entry[3], entry[4], int.from_bytes(entry[5:11], "little"))
            for entry in _entries(data)
        )
    )


def parse_smart_thresholds(data: bytes) -> dict[int, int] | None:
    """Thresholds by attribute number; None for other lengths, for a wrong checksum, and for a blank. Total."""
    if not sums_to_zero(data) or is_blank(data):  # FFh everywhere sums up to zero too
        return None
    thresholds: dict[int, int] = {}
    for entry in _entries(data):
        thresholds.setdefault(entry[0], entry[1])
    return thresholds
