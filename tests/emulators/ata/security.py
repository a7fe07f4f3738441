"""The Security feature set (ACS-4 section 4.18): passwords, locking, freezing, SECURITY ERASE UNIT."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING

from emulators.ata.erasing import erase
from emulators.ata.flaws import Flaw
from emulators.ata.refusals import Refused, require
from emulators.ata.registers import ERROR_ABORT, STATUS_ERROR, STATUS_READY, Outcome, Registers
from emulators.ata.run import Handler, Run

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

SET_PASSWORD = 0xF1
UNLOCK = 0xF2
ERASE_PREPARE = 0xF3
ERASE_UNIT = 0xF4
FREEZE_LOCK = 0xF5
DISABLE_PASSWORD = 0xF6

ATTEMPTS = 5


@unique
class SecurityState(StrEnum):
    """The states of ACS-4 figure 11. SEC0 is a disk without power and with security off, SEC3 one with it on."""

    SEC0 = "powered-off-disabled"
    SEC1 = "disabled-not-frozen"
    SEC2 = "disabled-frozen"
    SEC3 = "powered-off-enabled"
    SEC4 = "locked"
    SEC5 = "unlocked-not-frozen"
    SEC6 = "unlocked-frozen"


class Security:
    """Which passwords there are, and what they stand in the way of."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.user: bytes | None = None  # 32 bytes; security is enabled while it is set
        self.master = bytes(32)
        self.master_identifier = disk.personality.words[92]  # FFFEh: as delivered
        self.maximum = False  # master password capability
        self.locked = False
        self.frozen = False
        self.attempts = ATTEMPTS
        self.commands: dict[int, Handler] = {
            SET_PASSWORD: self._set_password,
            UNLOCK: self._unlock,
            ERASE_PREPARE: self._erase_prepare,
            ERASE_UNIT: self._erase_unit,
            FREEZE_LOCK: self._freeze_lock,
            DISABLE_PASSWORD: self._disable_password,
        }

    @property
    def is_supported(self) -> bool:
        return self._disk.supports(82, 1)

    @property
    def enabled(self) -> bool:
        return self.user is not None

    @property
    def state(self) -> SecurityState:
        if not self._disk.power.is_on:
            return SecurityState.SEC3 if self.enabled else SecurityState.SEC0
        if self.locked:
            return SecurityState.SEC4
        if self.enabled:
            return SecurityState.SEC6 if self.frozen else SecurityState.SEC5
        return SecurityState.SEC2 if self.frozen else SecurityState.SEC1

    @property
    def word_128(self) -> int:
        """Security status, live."""
        if not self.is_supported:
            return 0
        bits = [True, self.enabled, self.locked, self.frozen, self.attempts == 0, bool(self._disk.personality.words[128] & 1 << 5)]
        return sum(1 << bit for bit, value in enumerate(bits) if value) | (self.enabled and self.maximum) << 8

    def power_on(self, *, resumed: bool = False) -> None:
        self.locked = self.enabled
        flaws = self._disk.flaws
        self.frozen = Flaw.FROZEN_AFTER_RESUME in flaws or (Flaw.FROZEN_BY_FIRMWARE in flaws and not resumed)
        self.frozen = self.frozen and self.is_supported and not self.locked  # SECURITY FREEZE LOCK is aborted while locked
        self.attempts = 0 if Flaw.COUNT_EXPIRED in flaws else ATTEMPTS

    def hardware_reset(self) -> None:
        """Not a power cycle: it neither thaws nor locks. It gives attempts back where the drive is one of those."""
        if self._disk.personality.reset_clears_count and Flaw.COUNT_EXPIRED not in self._disk.flaws:
            self.attempts = ATTEMPTS

    # --- commands

    def _set_password(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and not self.locked and not self.frozen)
        words, password = _read(data)
        if words & 1:
            self._disk.power.step("store master password")
            self.master = password
            identifier = int.from_bytes(data[34:36], "little")
            if identifier not in (0x0000, 0xFFFF) and self.master_identifier not in (0x0000, 0xFFFF):
                self.master_identifier = identifier
        else:
            self._disk.power.step("store user password")
            self.user = password
            self.maximum = bool(words & 1 << 8)
        return Outcome()

    def _unlock(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and not self.frozen and self.attempts)
        words, password = _read(data)
        if not self._opens(words, password):
            if self.locked:
                self.attempts -= 1
            raise Refused
        self.locked = False
        return Outcome()

    def _erase_prepare(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and not self.frozen)
        return Outcome()

    def _erase_unit(self, registers: Registers, data: bytes) -> Run:
        require(self.is_supported and not self.frozen and self.attempts)
        previous = self._disk.previous
        require(previous is not None and previous.command == ERASE_PREPARE)
        words, password = _read(data)
        # the master password erases at either level of capability
        require(password == self.master if words & 1 else password == self.user)
        enhanced = bool(words & 2)
        personality = self._disk.personality
        require(not enhanced or personality.words[128] & 1 << 5)
        reach = personality.enhanced_erase if enhanced else personality.normal_erase
        patterns = [self._disk.random_page()] if reach.new_key and reach.fills else None
        steps = erase(self._disk.medium, reach, patterns, self._disk.flaws, sector=self._disk.sector)
        if Flaw.ERASE_UNIT_FAILS in self._disk.flaws:
            steps = steps[: len(steps) // 2]
        return Run(self._disk.clock, steps, personality.erase_seconds(enhanced=enhanced), self._erased)

    def _erased(self) -> Outcome:
        if Flaw.ERASE_UNIT_FAILS in self._disk.flaws:
            self.erase_aborted()
            return Outcome(status=STATUS_READY | STATUS_ERROR, error=ERROR_ABORT)
        self._disk.power.step("forget user password")
        self.user = None  # the master password and its identifier stay
        self.maximum = self.locked = False
        return Outcome()

    def erase_aborted(self) -> None:
        """Half of the data is gone and the password is still there."""
        self.locked = self.enabled

    def _freeze_lock(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and not self.locked)
        self.frozen = True
        return Outcome()

    def _disable_password(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and not self.locked and not self.frozen)
        words, password = _read(data)
        require(self._opens(words, password))
        self._disk.power.step("forget user password")
        self.user, self.maximum = None, False
        return Outcome()

    def _opens(self, words: int, password: bytes) -> bool:
        if words & 1:
            return self.enabled and not self.maximum and password == self.master
        return password == self.user


def _read(data: bytes) -> tuple[int, bytes]:
    """Word 0 and the password (ACS-4 table 173)."""
    require(len(data) == 512)
    return int.from_bytes(data[0:2], "little"), data[2:34]
