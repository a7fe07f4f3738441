"""TCG Level 0 Discovery (TCG Storage Architecture Core 2.01 section 3.3.6, the SSC documents, SIIS 1.10): what locks a drive.

Only what a drive tells without a session. All numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.fields import Fields, is_blank

SECURITY_PROTOCOLS = (0x00, 0x0000)  # security protocol and its specific field: which protocols there are (SPC-5 clause 7)
LEVEL_0 = (0x01, 0x0001)  # Level 0 Discovery (SIIS)
SIZE = 2048
_HEADER = 48


@unique
class TcgDoubt(StrEnum):
    """What can't be believed in a discovery."""

    BLANK = "blank"
    TOO_SHORT = "too-short"  # it says that it is longer than what came
    VERSION = "version"  # a data structure revision that nobody knows
    CUT_DESCRIPTOR = "cut-descriptor"  # a feature that ends too early
    TWICE = "twice"  # one feature twice: the first counts, but of two locks the one that obstructs
    CONTRADICTION = "contradiction"  # locked without being enabled, enabled without being supported


@unique
class Ssc(StrEnum):
    """Security subsystem classes: who answers how."""

    ENTERPRISE = "enterprise"
    OPAL_1 = "opal-1"
    OPAL_2 = "opal-2"
    OPALITE = "opalite"
    PYRITE_1 = "pyrite-1"
    PYRITE_2 = "pyrite-2"
    RUBY = "ruby"
    KEY_PER_IO = "key-per-io"


_SSC = {
    0x0100: Ssc.ENTERPRISE,
    0x0200: Ssc.OPAL_1,
    0x0203: Ssc.OPAL_2,
    0x0301: Ssc.OPALITE,
    0x0302: Ssc.PYRITE_1,
    0x0303: Ssc.PYRITE_2,
    0x0304: Ssc.RUBY,
    0x0305: Ssc.KEY_PER_IO,
}
# those whose descriptor tells the SID's initial PIN and what it is after a revert in bytes 13 and 14
_PIN_TELLERS = (0x0203, 0x0301, 0x0302, 0x0303, 0x0304)
_TPER, _LOCKING, _GEOMETRY = 0x0001, 0x0002, 0x0003
_SINGLE_USER, _DATASTORE, _BLOCK_SID, _NAMESPACE_LOCKING, _DATA_REMOVAL = 0x0201, 0x0202, 0x0402, 0x0403, 0x0404


@unique
class Removal(StrEnum):
    """How a revert removes user data (Opal 2.02 and Pyrite 2 section 3.1.1, feature 0404h), by bit of byte 6."""

    OVERWRITE = "overwrite"
    BLOCK_ERASE = "block-erase"
    CRYPTOGRAPHIC = "cryptographic"
    UNMAP = "unmap"
    RESET_WRITE_POINTERS = "reset-write-pointers"
    VENDOR = "vendor"


@dataclass(frozen=True)
class Locking:
    """Feature 0002h. A range may be locked while its data is not encrypted."""

    supported: bool
    enabled: bool  # somebody took the drive into possession
    locked: bool  # at least one range can't be read or written now
    media_encryption: bool
    mbr_enabled: bool
    mbr_done: bool
    mbr_absent: bool  # MBR shadowing is not supported

    @property
    def shadowed(self) -> bool:
        """Whether the shadow MBR stands in front of the drive's first blocks: what is read there is not the medium."""
        return self.mbr_enabled and not self.mbr_done


@dataclass(frozen=True)
class Geometry:
    """Feature 0003h."""

    align: bool
    block_size: int  # bytes
    granularity: int  # blocks
    lowest: int  # LBA


@dataclass(frozen=True)
class BlockSid:
    """Feature 0402h: whether the SID authority may be used before the next power cycle."""

    sid_changed: bool  # the SID's PIN is not MSID any more: somebody owns the drive
    blocked: bool


@dataclass(frozen=True)
class RemovalTime:
    """A mechanism and how long it takes; None: not told."""

    mechanism: Removal
    seconds: int | None


@dataclass(frozen=True)
class Pin:
    """Who knows the SID's PIN."""

    initially_msid: bool  # Initial C_PIN_SID PIN Indicator 00h: it is MSID from the factory
    msid_after_revert: bool  # Behavior of C_PIN_SID PIN upon TPer Revert 00h


@dataclass(frozen=True)
class Discovery:
    """Level 0 Discovery. None: the feature isn't there, or isn't to be believed (then there is a doubt)."""

    doubts: tuple[TcgDoubt, ...]
    features: tuple[int, ...]  # all feature codes, in the drive's order
    sscs: tuple[Ssc, ...]
    com_id: int | None  # Base ComID of the first SSC
    pin: Pin | None
    locking: Locking | None
    geometry: Geometry | None
    block_sid: BlockSid | None
    single_user: bool | None  # any locking object is in Single User Mode (feature 0201h): its user alone can unlock it
    datastore_size: int | None  # bytes of the DataStore tables (feature 0202h): user data that no overwrite reaches
    namespace_locking: bool  # feature 0403h: namespaces have locking objects of their own
    removal: tuple[RemovalTime, ...]
    removal_running: bool | None  # feature 0404h byte 5 bit 0
    removal_interrupted: bool | None  # bit 1

    @property
    def obstructs(self) -> bool | None:
        """Whether the drive hides or refuses blocks now. None: not told."""
        return None if self.locking is None else self.locking.locked or self.locking.shadowed


_CUT = frozenset({TcgDoubt.TOO_SHORT, TcgDoubt.CUT_DESCRIPTOR})


def discovery(data: bytes) -> Discovery:
    """Reads Level 0 Discovery: a header of 48 bytes, then features of code, version, length and data."""
    doubts: set[TcgDoubt] = set()
    found: dict[int, Fields] = {}
    locks: list[Fields] = []
    for code, fields in _features(data, doubts):
        locks += [fields] if code == _LOCKING else []
        if code in found:
            doubts.add(TcgDoubt.TWICE)
        found.setdefault(code, fields)
    empty = Fields(b"", "big")
    first = next((found[code] for code in found if code in _SSC), empty)
    removal = found.get(_DATA_REMOVAL, empty)
    locking = _strictest([_locking(fields, doubts) for fields in locks])
    if locking is not None and doubts & _CUT and not (locking.locked or locking.shadowed):
        locking = None  # what is missing may tell of another lock
    return Discovery(
        doubts=tuple(sorted(doubts)),
        features=tuple(found),
        sscs=tuple(_SSC[code] for code in found if code in _SSC),
        com_id=first.number(4, 2),
        pin=next((_pin(found[code]) for code in _PIN_TELLERS if code in found), None),
        locking=locking,
        geometry=_geometry(found.get(_GEOMETRY, empty)),
        block_sid=_block_sid(found.get(_BLOCK_SID, empty)),
        single_user=found.get(_SINGLE_USER, empty).flag(8, 0),
        datastore_size=found.get(_DATASTORE, empty).number(8, 4),
        namespace_locking=_NAMESPACE_LOCKING in found,
        removal=_removal(removal),
        removal_running=removal.flag(5, 0),
        removal_interrupted=removal.flag(5, 1),
    )


def _features(data: bytes, doubts: set[TcgDoubt]) -> Iterator[tuple[int, Fields]]:
    if is_blank(data):
        doubts.add(TcgDoubt.BLANK)
        return
    header = Fields(data[:_HEADER], "big")
    length, major, minor = header.number(0, 4), header.number(4, 2), header.number(6, 2)
    if length is None or len(data) < _HEADER:
        doubts.add(TcgDoubt.TOO_SHORT)
        return
    # Core 2.01 section 3.3.6.2: revision 0.1; a higher minor number only adds
    if major != 0 or minor == 0:
        doubts.add(TcgDoubt.VERSION)
        return
    end = 4 + length  # the length counts what follows it
    if len(data) < end:
        doubts.add(TcgDoubt.TOO_SHORT)
    body = data[_HEADER:end]
    while body:
        size = 4 + body[3] if len(body) >= 4 else 0
        if size == 0 or len(body) < size:
            doubts.add(TcgDoubt.CUT_DESCRIPTOR)
            return
        yield int.from_bytes(body[:2], "big"), Fields(body[:size], "big")
        body = body[size:]


def _locking(fields: Fields, doubts: set[TcgDoubt]) -> Locking | None:
    bits = fields.number(4)
    if bits is None:
        return None
    # bit 0 supported, 1 enabled, 2 locked, 3 encryption, 4 MBREnabled, 5 MBRDone, 6 MBR shadowing not supported
    found = Locking(*(bool(bits >> bit & 1) for bit in range(7)))
    wrong = (found.locked and not found.enabled) or (found.enabled and not found.supported)
    if wrong or (found.mbr_absent and found.mbr_enabled):
        doubts.add(TcgDoubt.CONTRADICTION)
        return None
    return found


def _strictest(found: list[Locking | None]) -> Locking | None:
    """Of locks that were told more than once the one that obstructs; none where one of them can't be believed."""
    told = [locking for locking in found if locking is not None]
    if not told or len(told) < len(found):
        return None
    return max(told, key=lambda locking: locking.locked or locking.shadowed)


def _geometry(fields: Fields) -> Geometry | None:
    align, block, granularity, lowest = fields.flag(4, 0), fields.number(12, 4), fields.number(16, 8), fields.number(24, 8)
    if align is None or block is None or granularity is None or lowest is None:
        return None
    return Geometry(align, block, granularity, lowest)


def _block_sid(fields: Fields) -> BlockSid | None:
    changed, blocked = fields.flag(4, 0), fields.flag(4, 1)
    return None if changed is None or blocked is None else BlockSid(changed, blocked)


def _pin(fields: Fields) -> Pin | None:
    initial, reverted = fields.number(13), fields.number(14)
    return None if initial is None or reverted is None else Pin(initial == 0x00, reverted == 0x00)


def _removal(fields: Fields) -> tuple[RemovalTime, ...]:
    mechanisms, minutes = fields.number(6) or 0, fields.number(7) or 0
    found = []
    for bit, mechanism in enumerate(Removal):
        if mechanisms >> bit & 1:
            # units of 2 seconds, or of 2 minutes where the format bit is set; 0: not told, FFFFh: longer than can be told
            time = fields.told(8 + 2 * bit, 2)
            known = time is not None and time != 0xFFFF
            found.append(RemovalTime(mechanism, time * 2 * (60 if minutes >> bit & 1 else 1) if known and time else None))
    return tuple(found)


def security_protocols(data: bytes) -> tuple[int, ...] | None:
    """The security protocols that the device speaks (SPC-5 clause 7): 01h to 06h TCG, EFh ATA. None: not told.

    Bytes 6 and 7 hold the length of the list. A list without 00h, which gave the answer, or one that doesn't ascend, is none.
    """
    length = int.from_bytes(data[6:8], "big")
    protocols = tuple(data[8 : 8 + length])
    whole = len(data) >= 8 and len(protocols) == length
    return protocols if whole and protocols[:1] == (0,) and sorted(set(protocols)) == list(protocols) else None
