"""The Security feature set as IDENTIFY DEVICE tells of it (ACS-4 table 55, words 82, 89, 90, 92, 128)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_words import has, marked, told

_FACTORY_MASTER = 0xFFFE  # word 92: the master password is the one from the factory
_RESERVED = 0xFEC0  # word 128 bits 15:9 and 7:6


@unique
class AtaSecurityState(StrEnum):
    """States of a drive that is powered on (ACS-4 clause 4, Security feature set). SEC0 and SEC3 are those of drives without power."""

    SEC1 = "sec1"  # disabled, not frozen
    SEC2 = "sec2"  # disabled, frozen
    SEC4 = "sec4"  # enabled, locked
    SEC5 = "sec5"  # enabled, unlocked, not frozen
    SEC6 = "sec6"  # enabled, unlocked, frozen


_STATES = {  # enabled, locked, frozen
    (False, False, False): AtaSecurityState.SEC1,
    (False, False, True): AtaSecurityState.SEC2,
    (True, True, False): AtaSecurityState.SEC4,
    (True, False, False): AtaSecurityState.SEC5,
    (True, False, True): AtaSecurityState.SEC6,
}


@dataclass(frozen=True)
class EraseTime:
    """How long the drive says that an erase takes. ``minutes`` is None where it doesn't tell: that is not zero."""

    minutes: int | None = None
    more_than: bool = False  # the field was full: it takes longer than ``minutes``


@dataclass(frozen=True)
class AtaSecurity:
    """Word 128 and its neighbours. Without ``supported`` nothing may be tried, whatever the flags say."""

    supported: bool = False
    enabled: bool = False  # a user password is set
    locked: bool = False
    frozen: bool = False
    count_expired: bool = False  # too many wrong passwords: unlock and erase are refused until power-on or hardware reset
    enhanced_supported: bool = False
    master_maximum: bool = False  # the master password can only erase, not unlock
    master_identifier: int | None = None  # word 92; None: not supported
    normal_time: EraseTime = EraseTime()
    enhanced_time: EraseTime = EraseTime()

    @property
    def master_from_factory(self) -> bool:
        """Whether the drive says that its master password is the maker's."""
        return self.master_identifier == _FACTORY_MASTER

    @property
    def state(self) -> AtaSecurityState | None:
        """The state; None where the set is not supported or the flags fit no state."""
        return _STATES.get((self.enabled, self.locked, self.frozen)) if self.supported else None


def security_of(words: tuple[int, ...]) -> tuple[AtaSecurity, set[AtaDoubt]]:
    """The security state in 256 words, and why it is to be doubted."""
    status = words[128]
    claimed = marked(words[83]) and has(words[82], 1)
    if not told(status):
        return AtaSecurity(), {AtaDoubt.CONTRADICTORY_SECURITY} if claimed else set()
    if status & _RESERVED:  # letters, or a later standard that nobody has seen: the flags beside them are no better
        return AtaSecurity(), {AtaDoubt.CONTRADICTORY_SECURITY}
    supported = claimed and has(status, 0)
    enhanced = supported and has(status, 5)
    security = AtaSecurity(
        supported=supported,
        enabled=has(status, 1),
        locked=has(status, 2),
        frozen=has(status, 3),
        count_expired=has(status, 4),
        enhanced_supported=enhanced,
        master_maximum=has(status, 8),
        master_identifier=words[92] if supported and told(words[92]) else None,
        normal_time=erase_time(words[89]) if supported else EraseTime(),
        enhanced_time=erase_time(words[90]) if enhanced else EraseTime(),
    )
    doubtful = claimed != has(status, 0) or (security.enabled, security.locked, security.frozen) not in _STATES
    return security, {AtaDoubt.CONTRADICTORY_SECURITY} if doubtful else set()


def erase_time(word: int) -> EraseTime:
    """Words 89 and 90: with bit 15 set 15 bits count, else 8, in units of two minutes."""
    if has(word, 15):
        return _time(word & 0x7FFF, 32767, 65532)
    return _time(word & 0x00FF, 255, 508)


def _time(value: int, full: int, most: int) -> EraseTime:
    if value == 0:
        return EraseTime()
    return EraseTime(most, more_than=True) if value == full else EraseTime(2 * value)
