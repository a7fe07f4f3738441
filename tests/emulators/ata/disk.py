"""An ATA disk: what it answers to each command, whatever front carries that to it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from emulators.ata.features import Features
from emulators.ata.flaws import SLOW_SECONDS, Flaw
from emulators.ata.hidden import AccessibleMaxAddress, DeviceConfigurationOverlay, HostProtectedArea
from emulators.ata.identify import identify
from emulators.ata.logs import READ_LOG_DMA_EXT, READ_LOG_EXT, Logs
from emulators.ata.personality import MediumKind, Personality
from emulators.ata.refusals import Refused, require
from emulators.ata.registers import (
    ERROR_ID_NOT_FOUND,
    ERROR_UNCORRECTABLE,
    STATUS_ERROR,
    STATUS_READY,
    LinkLost,
    Outcome,
    Pending,
    Registers,
)
from emulators.ata.run import Handler, Run
from emulators.ata.sanitize import ANTIFREEZE_LOCK_EXT, FREEZE_LOCK_EXT, SANITIZE_DEVICE, Sanitize, SanitizeState
from emulators.ata.security import ERASE_UNIT, UNLOCK, Security
from emulators.ata.smart import RETURN_STATUS, SMART, Smart
from emulators.ata.transfers import DATA_SET_MANAGEMENT, FLUSH_CACHE, FLUSH_CACHE_EXT, FORMS, VERIFIES, Transfers
from emulators.ata.trusted import TRUSTED_RECEIVE, TRUSTED_SEND, Trusted
from emulators.ata.zones import MANAGEMENT_IN, MANAGEMENT_OUT, Zones
from emulators.clock import Clock
from emulators.medium import Medium, OutOfOrder, OutOfReach, Unreadable
from emulators.power import Power

IDENTIFY_DEVICE = 0xEC

# what a locked disk refuses (ACS-4 table 9); SANITIZE DEVICE and SECURITY decide for themselves
REFUSED_WHILE_LOCKED = frozenset(
    {*FORMS, *VERIFIES, *TRUSTED_RECEIVE, *TRUSTED_SEND, FLUSH_CACHE, FLUSH_CACHE_EXT, DATA_SET_MANAGEMENT, MANAGEMENT_IN, MANAGEMENT_OUT}
    | {0xF9, 0x37, 0xB1}
)
ALLOWED_LOGS = frozenset({0x10, 0x30, 0xE0})  # during a sanitize operation


class AtaDisk:
    """The whole disk. Build it with :func:`emulators.ata.make_disk`. ``flaws`` may be changed at any time."""

    def __init__(
        self,
        personality: Personality,
        medium: Medium,
        clock: Clock,
        *,
        flaws: Iterable[Flaw] = (),
        serial: str | None = None,
        size: int | None = None,
    ) -> None:
        self.personality = personality
        self.medium = medium
        self.clock = clock
        self.power: Power = medium.power
        self.flaws = set(flaws)
        self.serial = serial  # None: the recorded one
        self.sector = personality.sector  # bytes
        self.factory_sectors = (size or personality.sectors * self.sector) // self.sector
        self.previous: Registers | None = None  # the command before this one
        self._foreground: tuple[Pending, Run] | None = None
        self._waiting: tuple[Pending, bytes] | None = None
        self._random = 0
        self.trusted = Trusted(self)
        self.security = Security(self)
        self.sanitize = Sanitize(self)
        self.dco = DeviceConfigurationOverlay(self)
        self.hpa = HostProtectedArea(self)
        self.ama = AccessibleMaxAddress(self)
        self.smart = Smart(self)
        self.features = Features(self)
        self.zones = Zones(self)
        self.logs = Logs(self)
        self._handlers: dict[int, Handler] = {IDENTIFY_DEVICE: self._identify_device}
        for part in (
            self.security, self.sanitize, self.dco, self.hpa, self.ama, self.smart,
            self.features, self.trusted, self.zones, self.logs, Transfers(self),
        ):  # fmt: skip
            self._handlers.update(part.commands)
        self._start()

    # --- what it is

    @property
    def native_sectors(self) -> int:
        """What READ NATIVE MAX shows: the factory's capacity, or what a DCO left of it."""
        sectors = self.dco.sectors or self.factory_sectors
        return sectors if self.supports(83, 10) or self.personality.rom_mode else min(sectors, 1 << 28)

    @property
    def sectors(self) -> int:
        """What a host can address now."""
        limits = [self.native_sectors, self.hpa.current, self.ama.sectors]
        return min(limit for limit in limits if limit is not None)

    @property
    def signature(self) -> int:
        """LBA 23:0 after a reset; it tells a host-managed disk from others (ACS-4 table 206)."""
        return 0xABCD01 if self.personality.medium is MediumKind.ZONED else 0x000001

    @property
    def busy(self) -> bool:
        """A command is being carried out, or the drive is busy with one whose host was cut off."""
        return self._foreground is not None

    def supports(self, word: int, bit: int) -> bool:
        """Is this IDENTIFY bit set, with what a DCO took away?"""
        if word in (82, 83, 84) and self.personality.words[83] & 0xC000 != 0x4000:
            return False
        if (word, bit) == (82, 1) and self.trusted.enabled:  # an owner by TCG takes the Security feature set away (SIIS)
            return False
        return bool(self.personality.words[word] & ~self.dco.hidden_bits.get(word, 0) & 1 << bit)

    def identify(self) -> bytes:
        """IDENTIFY DEVICE data, 512 bytes, as of now."""
        return identify(self)

    def capacity_changed(self) -> None:
        self.medium.accessible = self.sectors * self.sector

    def random_page(self) -> bytes:
        """The pattern of a random fill; the same in each run."""
        self._random += 1
        return (self._random * 0x9E3779B97F4A7C15 & (1 << 64) - 1).to_bytes(8, "little")

    # --- commands

    def execute(self, registers: Registers, data_out: bytes = b"", *, timeout: float | None = None) -> Outcome:
        """One command, waited for on the clock. After ``timeout`` seconds the host resets the link, as SG_IO does.

        Raises LinkLost (no answer will come), PowerCut.
        """
        deadline = math.inf if timeout is None else self.clock.now() + timeout
        pending = self.begin(registers, data_out)
        while pending.outcome is None:
            if pending.lost or (math.isinf(pending.due) and math.isinf(deadline)):
                raise LinkLost
            self.clock.sleep_until(min(pending.due, deadline))
            self.tick()
            if pending.outcome is None and self.clock.now() >= deadline:
                self.hardware_reset()
                raise LinkLost
        return pending.outcome

    def begin(self, registers: Registers, data_out: bytes = b"") -> Pending:
        """Accepts a command and returns at once; :meth:`tick` brings the outcome, at ``due`` or later. Raises PowerCut."""
        pending = Pending(registers)
        if Flaw.GONE in self.flaws or not self.power.is_on:
            pending.lost = True
            return pending
        self.tick()
        if Flaw.HUNG in self.flaws or self.features.asleep:
            pending.due = math.inf
        elif self._foreground is not None:
            if not self._foreground[0].lost:
                raise RuntimeError("the host sent a command while the disk was busy")
            self._waiting = (pending, data_out)
            pending.due = self._foreground[1].due
        else:
            self._begin(pending, data_out)
        return pending

    def tick(self) -> None:
        """Lets happen what the clock says has happened by now. Raises PowerCut."""
        if not self.power.is_on or Flaw.HUNG in self.flaws:
            return
        self.sanitize.advance()
        if self._foreground is None:
            return
        pending, run = self._foreground
        run.advance()
        if not run.is_over:
            pending.due = run.due
            if self._waiting:
                self._waiting[0].due = run.due
            return
        self._foreground = None
        pending.outcome = run.finish()
        if self._waiting:
            waiting, data = self._waiting
            self._waiting = None
            self._begin(waiting, data)

    def _begin(self, pending: Pending, data_out: bytes) -> None:
        result = self._answer(pending.registers, data_out)
        self.previous = pending.registers
        if isinstance(result, Outcome):
            if Flaw.SLOW not in self.flaws:
                pending.outcome = result
                return
            answer = result
            result = Run(self.clock, [], SLOW_SECONDS, lambda: answer)
        self._foreground = (pending, result)
        pending.due = result.due

    def _answer(self, registers: Registers, data_out: bytes) -> Outcome | Run:
        try:
            self._filter(registers)
            handler = self._handlers.get(registers.command)
            require(handler is not None)
            assert handler is not None
            return handler(registers, data_out)
        except Refused as refused:
            return refused.outcome
        except Unreadable as unreadable:
            bad = max(registers.lba, unreadable.args[0] // self.sector)
            return Outcome(status=STATUS_READY | STATUS_ERROR, error=ERROR_UNCORRECTABLE, lba=bad)
        except (OutOfReach, OutOfOrder):
            return Outcome(status=STATUS_READY | STATUS_ERROR, error=ERROR_ID_NOT_FOUND, lba=registers.lba)

    def _filter(self, registers: Registers) -> None:
        """What the state of the whole disk forbids."""
        if self.personality.rom_mode:
            require(registers.command in (IDENTIFY_DEVICE, 0x90))
        if self.sanitize.state in (SanitizeState.SD2, SanitizeState.SD3):
            require(self._is_allowed_during_sanitize(registers))
        if self.security.locked:
            require(registers.command not in REFUSED_WHILE_LOCKED)
            require(not (registers.command == 0x78 and registers.feature == 0x0001))

    def _is_allowed_during_sanitize(self, registers: Registers) -> bool:
        """ACS-4 section 4.17.5: with word 59 bit 11 clear, only what ACS-2 had."""
        command, feature = registers.command, registers.feature
        if command in (IDENTIFY_DEVICE, 0x90):
            return True
        if command == SANITIZE_DEVICE:
            in_operation = self.sanitize.state is SanitizeState.SD2
            return feature == 0x0000 or not in_operation or feature in (FREEZE_LOCK_EXT, ANTIFREEZE_LOCK_EXT)
        if command == SMART:
            return feature & 0xFF == RETURN_STATUS
        if not self.supports(59, 11):
            return False
        if command in (READ_LOG_EXT, READ_LOG_DMA_EXT):
            return registers.lba & 0xFF in ALLOWED_LOGS
        return command == UNLOCK or (command == 0xE1 and feature == 0x44) or (command == 0xEF and feature == 0x07)

    def _identify_device(self, registers: Registers, data: bytes) -> Outcome:
        return Outcome(data=self.identify())

    # --- resets and power

    def hardware_reset(self) -> None:
        """COMRESET. A command that was running has no host any more; whether the drive goes on with it depends on the drive."""
        if not self.power.is_on:
            return
        self.tick()
        if self._foreground is not None:
            pending = self._foreground[0]
            pending.lost = True
            is_erase = pending.registers.command == ERASE_UNIT
            if not is_erase or Flaw.RESET_ABORTS_ERASE in self.flaws:
                self._foreground = None
                if is_erase:
                    self.security.erase_aborted()
        if self._waiting is not None:
            self._waiting[0].lost = True
            self._waiting = None
        self.previous = None
        for part in (self.sanitize, self.security, self.hpa):
            part.hardware_reset()
        self.features.reset()
        self.capacity_changed()

    def software_reset(self) -> None:
        """SRST: ends SLEEP and a command that is not an erase, and changes no state of a feature set."""
        if self.power.is_on and (self._foreground is None or self._foreground[0].registers.command != ERASE_UNIT):
            if self._foreground is not None:
                self._foreground[0].lost = True
                self._foreground = None
            self.previous = None
            self.features.reset()

    def power_off(self) -> None:
        """At once, whatever is going on."""
        self.power.cut()
        self.medium.lose_power()
        for pending in [work[0] for work in (self._foreground, self._waiting) if work is not None]:
            pending.lost = True
        self._foreground = self._waiting = None

    def power_on(self, *, resumed: bool = False) -> None:
        """``resumed``: the computer comes out of suspend-to-RAM, and its firmware does not do what it does at a start."""
        self.medium.lose_power()  # where the supply failed by itself
        self._foreground = self._waiting = None
        self.power.restore()
        self._start(resumed=resumed)

    def power_cycle(self) -> None:
        self.power_off()
        self.power_on()

    def suspend_and_resume(self) -> None:
        """Suspend-to-RAM: the host flushes and puts it to standby, power goes, power comes back without a start of the computer."""
        self.execute(Registers(FLUSH_CACHE))
        self.power_off()
        self.power_on(resumed=True)

    def _start(self, *, resumed: bool = False) -> None:
        self.previous = None
        self.smart.power_cycles += 1
        for part in (self.hpa, self.dco, self.ama, self.trusted, self.features):
            part.power_on()
        self.security.power_on(resumed=resumed)
        self.sanitize.power_on(resumed=resumed)
        self.capacity_changed()
