"""SET FEATURES, power modes, EXECUTE DEVICE DIAGNOSTIC (ACS-4 sections 7.45, 7.3, 7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import Outcome, Registers
from emulators.ata.run import Handler

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

CHECK_POWER_MODE = 0xE5
SLEEP = 0xE6
SET_FEATURES = 0xEF

STANDBY_Z = 0x00  # COUNT of CHECK POWER MODE
ACTIVE_OR_IDLE = 0xFF


class Features:
    """What SET FEATURES switches, and the power mode. All of it is as delivered again when power comes back."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.power_up_in_standby = bool(disk.personality.words[86] & 1 << 5)
        self.commands: dict[int, Handler] = {
            SET_FEATURES: self._set_features,
            CHECK_POWER_MODE: self._check_power_mode,
            0xE0: self._standby,  # STANDBY IMMEDIATE
            0xE2: self._standby,  # STANDBY
            0xE1: self._idle,  # IDLE IMMEDIATE
            0xE3: self._idle,  # IDLE
            SLEEP: self._sleep,
            0x90: self._diagnose,  # EXECUTE DEVICE DIAGNOSTIC
            0xC6: self._set_multiple,  # SET MULTIPLE MODE
        }
        self.power_on()

    def power_on(self) -> None:
        words = self._disk.personality.words
        self.write_cache = bool(words[82] & words[85] & 1 << 5)
        self.look_ahead = bool(words[82] & words[85] & 1 << 6)
        self.apm: int | None = (words[91] & 0xFF or None) if words[83] & words[86] & 1 << 3 else None
        self.standby = self.power_up_in_standby
        self.asleep = False
        self._disk.medium.write_cache = self.write_cache and self._disk.medium.cache_pages > 0

    def reset(self) -> None:
        self.asleep = False

    def used(self) -> None:
        """The medium is needed: it spins."""
        self.standby = False

    def _set_features(self, registers: Registers, data: bytes) -> Outcome:
        feature = registers.feature & 0xFF
        if feature in (0x02, 0x82):
            require(self._disk.supports(82, 5))
            if feature == 0x82:
                self._disk.medium.flush()
            self.write_cache = feature == 0x02
            self._disk.medium.write_cache = self.write_cache and self._disk.medium.cache_pages > 0
        elif feature in (0x05, 0x85):
            require(self._disk.supports(83, 3))
            require(feature == 0x85 or 0x01 <= registers.count & 0xFF <= 0xFE)
            self.apm = registers.count & 0xFF if feature == 0x05 else None
        elif feature in (0xAA, 0x55):
            require(self._disk.supports(82, 6))
            self.look_ahead = feature == 0xAA
        elif feature in (0x06, 0x86):
            require(self._disk.supports(83, 5))
            self.power_up_in_standby = feature == 0x06
        elif feature == 0x07:
            require(self._disk.supports(83, 6))
            self.standby = False
        else:
            require(feature == 0x03)  # transfer mode: nothing of it shows here
        return Outcome()

    def _check_power_mode(self, registers: Registers, data: bytes) -> Outcome:
        return Outcome(count=STANDBY_Z if self.standby else ACTIVE_OR_IDLE)

    def _standby(self, registers: Registers, data: bytes) -> Outcome:
        self._disk.medium.flush()
        self.standby = True
        return Outcome()

    def _idle(self, registers: Registers, data: bytes) -> Outcome:
        self.standby = False
        return Outcome()

    def _sleep(self, registers: Registers, data: bytes) -> Outcome:
        self._disk.medium.flush()
        self.asleep = self.standby = True
        return Outcome()

    def _diagnose(self, registers: Registers, data: bytes) -> Outcome:
        """The signature; diagnostic code 01h is 'passed'. It also ends SLEEP as a software reset does."""
        return Outcome(error=0x01, count=0x01, lba=self._disk.signature)

    def _set_multiple(self, registers: Registers, data: bytes) -> Outcome:
        require(registers.count & 0xFF in (1, 2, 4, 8, 16))
        return Outcome()
