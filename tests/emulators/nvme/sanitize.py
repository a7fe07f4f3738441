"""The sanitize state machine of an NVM subsystem (Base 2.0c sections 5.24 and 8.21; media verification: Base 2.1 section 8.1.24).

It is not volatile: it survives resets and power cycles, and goes on by itself when power is back.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, unique

from emulators.clock import Clock
from emulators.medium import Step
from emulators.nvme.entries import Refused, Status
from emulators.nvme.erasing import Means, erase_steps
from emulators.nvme.lies import Lies
from emulators.nvme.namespaces import NamespaceTable, WriteProtection
from emulators.nvme.personality import Personality

NOT_RUNNING = 0xFFFF
NO_TIME_REPORTED = 0xFFFFFFFF


@unique
class Outcome(IntEnum):
    """SSTAT bits 2:0 (Base 2.0c figure 291)."""

    NEVER = 0
    SUCCEEDED = 1
    IN_PROGRESS = 2
    FAILED = 3
    SUCCEEDED_BUT_DEALLOCATED = 4  # although No-Deallocate was asked for


@unique
class State(IntEnum):
    """SSI bits 3:0 (Base 2.1 figure 302)."""

    IDLE = 0
    RESTRICTED_PROCESSING = 1
    RESTRICTED_FAILURE = 2
    UNRESTRICTED_PROCESSING = 3
    UNRESTRICTED_FAILURE = 4
    MEDIA_VERIFICATION = 5


@unique
class Action(IntEnum):
    """SANACT, CDW10 bits 2:0."""

    EXIT_FAILURE_MODE = 1
    BLOCK_ERASE = 2
    OVERWRITE = 3
    CRYPTO_ERASE = 4
    EXIT_MEDIA_VERIFICATION = 5


_MEANS = {Action.BLOCK_ERASE: Means.BLOCK_ERASE, Action.OVERWRITE: Means.OVERWRITE, Action.CRYPTO_ERASE: Means.CRYPTO_ERASE}
_CAPABILITY = {Action.CRYPTO_ERASE: 1 << 0, Action.BLOCK_ERASE: 1 << 1, Action.OVERWRITE: 1 << 2}  # SANICAP
_VERIFICATION_SUPPORTED = 1 << 3
_NO_DEALLOCATE_INHIBITED = 1 << 29
_AUSE, _OIPBP, _NO_DEALLOCATE, _EMVS = 1 << 3, 1 << 8, 1 << 9, 1 << 10

# Asynchronous Event: type 6 I/O command set specific, information, log page 81h (Base 2.0c figures 146 and 150)
COMPLETED_EVENT = 0x810106
COMPLETED_DEALLOCATED_EVENT = 0x810206
VERIFICATION_EVENT = 0x810306


@dataclass
class Sanitize:
    """One for the whole subsystem. ``advance`` lets the time pass that passed."""

    personality: Personality
    namespaces: NamespaceTable
    clock: Clock
    lies: Lies
    notify: Callable[[int], None]  # takes Dword 0 of an asynchronous event
    outcome: Outcome = Outcome.NEVER
    state: State = State.IDLE
    scdw10: int = 0
    pattern: int = 0  # OVRPAT
    passes_done: int = 0
    global_data_erased: bool = False
    verification_cancelled: bool = False
    warns_instead_of_refusing: bool = False  # feature 17h, NODRM
    progress: float = 0.0  # 0 to 1

    def __post_init__(self) -> None:
        self._steps: list[Step] = []  # still to do
        self._steps_at_first = 0
        self._resumed_at = 0.0  # the clock's time at ``_resumed_from``
        self._resumed_from = 0.0

    @property
    def runs(self) -> bool:
        return self.state in {State.RESTRICTED_PROCESSING, State.UNRESTRICTED_PROCESSING}

    @property
    def has_failed(self) -> bool:
        """In one of the failure states, where most commands are refused."""
        return self.state in {State.RESTRICTED_FAILURE, State.UNRESTRICTED_FAILURE}

    @property
    def passes(self) -> int:
        """OWPASS, CDW10 bits 7:4; 0 means 16. 1 for everything but an overwrite."""
        return ((self.scdw10 >> 4 & 0xF) or 16) if self._action is Action.OVERWRITE else 1

    @property
    def _action(self) -> Action:
        return Action(self.scdw10 & 7)

    # --- the command

    def command(self, cdw10: int, cdw11: int, *, pmr_is_enabled: bool) -> None:
        """Sanitize, 84h. Raises Refused."""
        if self.runs:
            raise Refused(Status.SANITIZE_IN_PROGRESS)
        if pmr_is_enabled:
            raise Refused(Status.SANITIZE_PROHIBITED_WHILE_PMR_IS_ENABLED)
        if self.personality.sanicap & 0x7 == 0:
            raise Refused(Status.INVALID_OPCODE)
        if cdw10 & 7 not in set(Action) or cdw10 >> 11:
            raise Refused(Status.INVALID_FIELD)
        action = Action(cdw10 & 7)
        if action is Action.EXIT_FAILURE_MODE:
            self._exit_failure_mode(cdw10)
        elif action is Action.EXIT_MEDIA_VERIFICATION:
            self._exit_media_verification(cdw10)
        else:
            self._check(action, cdw10)
            if any(namespace.protection is not WriteProtection.NONE for namespace in self.namespaces):
                raise Refused(Status.NAMESPACE_WRITE_PROTECTED)
            if self.lies.stale_completed:
                self.outcome, self.state, self.progress = Outcome.SUCCEEDED, State.IDLE, 1.0
                return
            self._start(cdw10, cdw11)

    def _exit_failure_mode(self, cdw10: int) -> None:
        if cdw10 & (_AUSE | _NO_DEALLOCATE):
            raise Refused(Status.INVALID_FIELD)
        if self.state is State.RESTRICTED_FAILURE:
            raise Refused(Status.SANITIZE_FAILED)
        if self.state is State.UNRESTRICTED_FAILURE:
            self.state = State.IDLE  # the most recent sanitize has failed all the same: SSTAT stays

    def _exit_media_verification(self, cdw10: int) -> None:
        if cdw10 & (_AUSE | _NO_DEALLOCATE) or not self.personality.sanicap & _VERIFICATION_SUPPORTED:
            raise Refused(Status.INVALID_FIELD)
        if self.state is State.MEDIA_VERIFICATION:
            self._succeed()

    def _check(self, action: Action, cdw10: int) -> None:
        sanicap = self.personality.sanicap
        if not sanicap & _CAPABILITY[action]:
            raise Refused(Status.INVALID_FIELD)
        if cdw10 & _EMVS and (not sanicap & _VERIFICATION_SUPPORTED or cdw10 & _NO_DEALLOCATE):
            raise Refused(Status.INVALID_FIELD)
        if cdw10 & _NO_DEALLOCATE and sanicap & _NO_DEALLOCATE_INHIBITED and not self.warns_instead_of_refusing:
            raise Refused(Status.INVALID_FIELD)
        if self.state is State.RESTRICTED_FAILURE and cdw10 & _AUSE:
            raise Refused(Status.SANITIZE_FAILED)

    def _start(self, cdw10: int, cdw11: int) -> None:
        self.verification_cancelled = self.state is State.MEDIA_VERIFICATION
        self.scdw10, self.pattern = cdw10, cdw11
        self.outcome = Outcome.IN_PROGRESS
        self.state = State.UNRESTRICTED_PROCESSING if cdw10 & _AUSE else State.RESTRICTED_PROCESSING
        self.progress, self.passes_done, self.global_data_erased = 0.0, 0, False
        for namespace in self.namespaces:
            namespace.not_deallocated = namespace.unreadable = False
        self._resume()

    def _resume(self) -> None:
        self._resumed_at, self._resumed_from = self.clock.now(), self.progress
        self._steps = self._pass_steps() if self.runs else []
        self._steps_at_first = len(self._steps)

    def _pass_steps(self) -> list[Step]:
        """Of one pass; cells that an earlier one emptied have no step any more, so the first does the work and the rest take their time."""
        inverted = self.scdw10 & _OIPBP and self.passes % 2 == 0  # the last pass is what stays
        word = (self.pattern ^ (0xFFFFFFFF if inverted else 0)).to_bytes(4, "little")
        media = [namespace.medium for namespace in self.namespaces]
        return erase_steps(media, self.namespaces.left_behind, _MEANS[self._action], self.lies, word)

    # --- time and power

    def advance(self) -> None:
        """Does what the time since the last call allowed for. Raises PowerCut in the middle of a step, and then has to be resumed."""
        if not self.runs:
            return
        elapsed = (self.clock.now() - self._resumed_at) / (self.personality.sanitize_seconds * self.passes)
        target = min(1.0, self._resumed_from + elapsed)
        limit = 1.0 if self.lies.stuck_at is None else self.lies.stuck_at / 0x10000
        fails_at = self.lies.sanitize_fails_at
        target = min(target, limit, 1.0 if fails_at is None else fails_at)
        self._do_steps(target)
        self.progress = max(self.progress, target)
        self.passes_done = int(self.progress * self.passes) if self._action is Action.OVERWRITE else 0
        if fails_at is not None and self.progress >= fails_at:
            self._fail()
        elif self.progress >= 1.0:
            self._finish()

    def _do_steps(self, target: float) -> None:
        """The steps are spread over what was left of the first pass when power came."""
        left = 1 / self.passes - self._resumed_from
        share = min(1.0, (target - self._resumed_from) / left) if left > 0 else 1.0
        while self._steps and self._steps_at_first - len(self._steps) < share * self._steps_at_first:
            self._steps[0]()
            del self._steps[0]

    def power_on(self) -> None:
        """What goes on by itself: an operation in progress. Media verification and failure states stay too (Base 2.0c section 8.21)."""
        self._resume()

    def user_data_written(self) -> None:
        self.global_data_erased = False

    def _fail(self) -> None:
        self.outcome = Outcome.FAILED
        restricted = self.state is State.RESTRICTED_PROCESSING
        self.state = State.RESTRICTED_FAILURE if restricted else State.UNRESTRICTED_FAILURE
        self.notify(COMPLETED_EVENT)

    def _finish(self) -> None:
        if self.scdw10 & _EMVS:
            self.state = State.MEDIA_VERIFICATION
            self.notify(VERIFICATION_EVENT)
        else:
            self._succeed()

    def _succeed(self) -> None:
        asked = bool(self.scdw10 & _NO_DEALLOCATE)
        inhibited = bool(self.personality.sanicap & _NO_DEALLOCATE_INHIBITED)
        touches_map = not (self.lies.nothing_done or self.lies.first_block_only or self.lies.cached_reads or self.lies.one_namespace_only)
        if not asked or inhibited:
            for medium in [namespace.medium for namespace in self.namespaces if touches_map]:
                for step in medium.unmap_steps():
                    step()
                medium.erased_value = self.namespaces.deallocated_page
        elif self._action is not Action.CRYPTO_ERASE and touches_map:
            for namespace in self.namespaces:
                namespace.not_deallocated = True
                # NODMMAS 01b: the drive does not write to the cells after erasing them, and their integrity check fails
                namespace.unreadable = self._action is Action.BLOCK_ERASE and self.personality.sanicap >> 30 == 1
        self.state, self.progress, self.global_data_erased = State.IDLE, 1.0, True
        self.outcome = Outcome.SUCCEEDED_BUT_DEALLOCATED if asked and inhibited else Outcome.SUCCEEDED
        self.notify(COMPLETED_DEALLOCATED_EVENT if self.outcome is Outcome.SUCCEEDED_BUT_DEALLOCATED else COMPLETED_EVENT)

    # --- the log

    def log(self) -> bytes:
        """Sanitize Status, log page 81h, 512 bytes (Base 2.0c figure 291; ETPVDS and SSI: Base 2.1 figure 302)."""
        sprog = min(0xFFFE, int(self.progress * 0x10000)) if self.runs else NOT_RUNNING
        sstat = self.outcome | self.passes_done << 3 | self.global_data_erased << 8 | self.verification_cancelled << 9
        scdw10 = self.scdw10 if self.lies.wrong_scdw10 is None else self.lies.wrong_scdw10
        seconds = int(self.personality.sanitize_seconds)
        times = [seconds if self.personality.sanicap & bit else NO_TIME_REPORTED for bit in (4, 2, 1)] * 2
        state = self.state if self.personality.sanicap & _VERIFICATION_SUPPORTED else 0
        body = struct.pack("<HHI7IB", sprog, sstat, scdw10, *times, NO_TIME_REPORTED, state)
        return body.ljust(512, b"\0")
