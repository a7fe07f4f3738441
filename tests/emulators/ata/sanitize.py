"""The Sanitize Device feature set (ACS-4 section 4.17): the operation outlives power, and only one way leads out of a failure."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING

from emulators.ata.erasing import SANITIZE_BLOCK, SANITIZE_CRYPTO, SANITIZE_OVERWRITE, erase
from emulators.ata.flaws import Flaw
from emulators.ata.refusals import Refused, require
from emulators.ata.registers import ERROR_ABORT, Outcome, Registers
from emulators.ata.run import Handler, Run
from emulators.medium import Step

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

SANITIZE_DEVICE = 0xB4
STATUS_EXT = 0x0000
CRYPTO_SCRAMBLE_EXT = 0x0011
BLOCK_ERASE_EXT = 0x0012
OVERWRITE_EXT = 0x0014
FREEZE_LOCK_EXT = 0x0020
ANTIFREEZE_LOCK_EXT = 0x0040

# LBA field of each (ACS-4 section 7.36)
KEYS = {CRYPTO_SCRAMBLE_EXT: 0x43727970, BLOCK_ERASE_EXT: 0x426B4572, FREEZE_LOCK_EXT: 0x46724C6B, ANTIFREEZE_LOCK_EXT: 0x416E7469}
OVERWRITE_KEY = 0x4F57  # in bits 47:32
SUPPORT_BITS = {CRYPTO_SCRAMBLE_EXT: 13, OVERWRITE_EXT: 14, BLOCK_ERASE_EXT: 15}  # of word 59

COMPLETED = 1 << 15  # COUNT of the answer
IN_PROGRESS = 1 << 14
IS_FROZEN = 1 << 13
ANTIFREEZE = 1 << 12

# SANITIZE DEVICE ERROR REASON, in LBA 7:0
NOT_REPORTED = 0x00
COMMAND_UNSUCCESSFUL = 0x01
UNSUPPORTED = 0x02
FROZEN = 0x03
ANTIFROZEN = 0x04

NOT_RUNNING = 0xFFFF  # progress
STUCK = 655


@unique
class SanitizeState(StrEnum):
    """The states of ACS-4 figure 10."""

    SD0 = "idle"
    SD1 = "frozen"
    SD2 = "operation-in-progress"
    SD3 = "operation-failed"
    SD4 = "operation-succeeded"


class Sanitize:
    """State, operation and the flags that outlive power."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.state = SanitizeState.SD0
        self.completed = Flaw.STALE_COMPLETED in disk.flaws  # COMPLETED WITHOUT ERROR: kept over power cycles
        self.antifreeze = False
        self.unrestricted = False  # FAILURE MODE of the last operation
        self.run: Run | None = None
        self.commands: dict[int, Handler] = {SANITIZE_DEVICE: self._sanitize_device}

    @property
    def progress(self) -> int:
        """The numerator over 65536."""
        if self.run is None:
            return NOT_RUNNING
        if Flaw.STUCK_AT_655 in self._disk.flaws:
            return STUCK
        return min(int(self.run.fraction * 65536), 65535)

    def advance(self) -> None:
        """Raises PowerCut."""
        if self.run is None:
            return
        self.run.stuck = Flaw.STUCK_AT_655 in self._disk.flaws
        self.run.advance()
        if self.run.is_over:
            self.run.finish()

    def power_on(self, *, resumed: bool = False) -> None:
        if Flaw.FORGETS_SANITIZE in self._disk.flaws and self.state is SanitizeState.SD2:
            self.state, self.run = SanitizeState.SD0, None
        if self.state in (SanitizeState.SD1, SanitizeState.SD4):
            self.state = SanitizeState.SD0
        self.antifreeze = False
        if self.run is not None:
            self.run.resume()
        if Flaw.SANITIZE_FROZEN_BY_FIRMWARE in self._disk.flaws and not resumed and self.state is SanitizeState.SD0 and self.is_supported:
            self.state = SanitizeState.SD1

    def hardware_reset(self) -> None:
        """It leaves SD1, and nothing else: an operation goes on."""
        if self.state is SanitizeState.SD1:
            self.state = SanitizeState.SD0

    @property
    def is_supported(self) -> bool:
        return self._disk.supports(59, 12)

    # --- commands

    def _sanitize_device(self, registers: Registers, data: bytes) -> Outcome:
        require(self.is_supported and registers.extended)
        if registers.feature == STATUS_EXT:
            return self._status(registers)
        if registers.feature == FREEZE_LOCK_EXT:
            return self._freeze(registers)
        if registers.feature == ANTIFREEZE_LOCK_EXT:
            return self._antifreeze(registers)
        return self._operation(registers)

    def _status(self, registers: Registers) -> Outcome:
        if self.state is SanitizeState.SD3:
            if not (registers.count & 1 and self.unrestricted):
                raise Refused(ERROR_ABORT, lba=COMMAND_UNSUCCESSFUL)
            self.state = SanitizeState.SD0
        return self._answer()

    def _freeze(self, registers: Registers) -> Outcome:
        require(registers.lba == KEYS[FREEZE_LOCK_EXT])
        if self.antifreeze:
            raise Refused(ERROR_ABORT, lba=ANTIFROZEN)
        require(self.state not in (SanitizeState.SD2, SanitizeState.SD3))
        self.state = SanitizeState.SD1
        return self._answer()

    def _antifreeze(self, registers: Registers) -> Outcome:
        if not self._disk.supports(59, 10):
            raise Refused(ERROR_ABORT, lba=UNSUPPORTED)
        require(registers.lba == KEYS[ANTIFREEZE_LOCK_EXT])
        if self.state is SanitizeState.SD1:
            raise Refused(ERROR_ABORT, lba=FROZEN)
        self.antifreeze = True
        return self._answer()

    def _operation(self, registers: Registers) -> Outcome:
        bit = SUPPORT_BITS.get(registers.feature)
        if bit is None or not self._disk.supports(59, bit):
            raise Refused(ERROR_ABORT, lba=UNSUPPORTED)
        if registers.feature == OVERWRITE_EXT:
            require(registers.lba >> 32 == OVERWRITE_KEY)
        else:
            require(registers.lba == KEYS[registers.feature])
        if self.state is SanitizeState.SD1:
            raise Refused(ERROR_ABORT, lba=FROZEN)
        unrestricted = bool(registers.count & 1 << 4)
        # a failure of a restricted operation is left by another restricted one only
        require(not (self.state is SanitizeState.SD3 and not self.unrestricted and unrestricted))
        overrides = self._disk.personality.restricted_sanitize_overrides_security and not unrestricted
        require(not self._disk.security.locked or overrides)
        require(not self._disk.trusted.protects)
        if Flaw.STALE_COMPLETED in self._disk.flaws:
            return self._answer()
        steps = self._steps(registers)
        self._disk.power.step("store sanitize state")
        self.state, self.completed, self.unrestricted = SanitizeState.SD2, False, unrestricted
        self.run = Run(self._disk.clock, steps, self._seconds(registers), self._finished)
        return self._answer()

    def _steps(self, registers: Registers) -> list[Step]:
        reach, patterns = SANITIZE_BLOCK, None
        if registers.feature == CRYPTO_SCRAMBLE_EXT:
            reach = SANITIZE_CRYPTO
        elif registers.feature == OVERWRITE_EXT:
            reach, patterns = SANITIZE_OVERWRITE, _patterns(registers)
        resets_zones = not registers.count & 1 << 15  # ZONED NO RESET
        disk = self._disk
        steps = erase(disk.medium, reach, patterns, disk.flaws, sector=disk.sector, resets_zones=resets_zones)
        return steps[: len(steps) // 2] if Flaw.SANITIZE_FAILS in disk.flaws else steps

    def _seconds(self, registers: Registers) -> float:
        seconds = self._disk.personality.sanitize_seconds
        if registers.feature == CRYPTO_SCRAMBLE_EXT:
            return seconds["crypto"]
        if registers.feature == BLOCK_ERASE_EXT:
            return seconds["block"]
        return seconds["overwrite"] * len(_patterns(registers))

    def _finished(self) -> Outcome:
        self._disk.power.step("store sanitize state")
        self.run = None
        failed = Flaw.SANITIZE_FAILS in self._disk.flaws
        self.state = SanitizeState.SD3 if failed else SanitizeState.SD4
        self.completed = not failed
        if not failed and self._disk.security.locked:  # got here over a lock: the user password goes with the data
            self._disk.security.user, self._disk.security.locked = None, False
        return Outcome()

    def _answer(self) -> Outcome:
        flags = {
            COMPLETED: self.completed,
            IN_PROGRESS: self.state is SanitizeState.SD2,
            IS_FROZEN: self.state is SanitizeState.SD1,
            ANTIFREEZE: self.antifreeze,
        }
        return Outcome(count=sum(flag for flag, is_set in flags.items() if is_set), lba=self.progress)


def _patterns(registers: Registers) -> list[bytes]:
    """One for each pass: COUNT 3:0 passes (0 is 16), bit 7 inverts between them, bit 6 has the last one be the pattern itself."""
    passes = registers.count & 0xF or 16
    pattern = (registers.lba & 0xFFFFFFFF).to_bytes(4, "little")
    inverted = bytes(byte ^ 0xFF for byte in pattern)
    if not registers.count & 1 << 7:
        return [pattern] * passes
    starts_inverted = bool(registers.count & 1 << 6) and passes % 2 == 0
    order = [inverted, pattern] if starts_inverted else [pattern, inverted]
    return [order[number % 2] for number in range(passes)]
