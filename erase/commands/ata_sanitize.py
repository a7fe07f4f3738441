"""SANITIZE DEVICE (B4h; ACS-4 clause 7, SANITIZE DEVICE): builders, and what its answers say.

'Completed' survives a power-on and may be an earlier run's. It counts only where our command was taken, or 'in progress' was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_words import has
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol

MOST_PASSES = 16
_NOT_RUNNING = 0xFFFF  # progress, where no sanitize runs (ACS-4, SANITIZE DEVICE, normal outputs)
_UNRESTRICTED_EXIT = 0x0010  # COUNT bit 4, FAILURE MODE
_ZONE_NO_RESET = 0x8000  # COUNT bit 15, ZNR


def sanitize_status(*, clear_failed: bool = False) -> AtaCommand:
    """SANITIZE STATUS EXT. ``clear_failed`` leaves the failed state, where the run was started with an unrestricted exit."""
    return _sanitize("SANITIZE STATUS EXT", 0x0000, 0, 0x0001 if clear_failed else 0)


def crypto_scramble(*, unrestricted_exit: bool = False, zone_no_reset: bool = False) -> AtaCommand:
    """CRYPTO SCRAMBLE EXT: the keys that user data is encrypted with are changed."""
    return _sanitize("CRYPTO SCRAMBLE EXT", 0x0011, 0x43727970, _options(unrestricted_exit=unrestricted_exit, zone_no_reset=zone_no_reset))


def block_erase(*, unrestricted_exit: bool = False, zone_no_reset: bool = False) -> AtaCommand:
    """BLOCK ERASE EXT: the blocks of the medium are erased, as the maker knows how."""
    return _sanitize("BLOCK ERASE EXT", 0x0012, 0x426B4572, _options(unrestricted_exit=unrestricted_exit, zone_no_reset=zone_no_reset))


def overwrite(
    pattern: int,
    *,
    passes: int = 1,
    invert: bool = False,
    definitive_ending: bool = False,
    unrestricted_exit: bool = False,
    zone_no_reset: bool = False,
) -> AtaCommand:
    """OVERWRITE EXT with a 32-bit pattern, 1 to 16 times. ``invert``: the pattern is inverted from pass to pass.

    ``definitive_ending``: whatever the number of passes, the last one writes the pattern itself. Raises ValueError.
    """
    if not 0 <= pattern <= 0xFFFFFFFF or not 1 <= passes <= MOST_PASSES:
        raise ValueError("a pattern has 32 bits, passes are 1 to 16")
    count = passes % MOST_PASSES | _options(unrestricted_exit=unrestricted_exit, zone_no_reset=zone_no_reset)  # bits 3:0; 0 stands for 16
    count |= (0x0040 if definitive_ending else 0) | (0x0080 if invert else 0)
    return _sanitize("OVERWRITE EXT", 0x0014, 0x4F57 << 32 | pattern, count)


def sanitize_freeze_lock() -> AtaCommand:
    """SANITIZE FREEZE LOCK EXT: until power-on or hardware reset no sanitize can be started."""
    return _sanitize("SANITIZE FREEZE LOCK EXT", 0x0020, 0x46724C6B)


def sanitize_antifreeze_lock() -> AtaCommand:
    """SANITIZE ANTIFREEZE LOCK EXT: until power-on or hardware reset nobody can freeze."""
    return _sanitize("SANITIZE ANTIFREEZE LOCK EXT", 0x0040, 0x416E7469)


def _options(*, unrestricted_exit: bool, zone_no_reset: bool) -> int:
    return (_UNRESTRICTED_EXIT if unrestricted_exit else 0) | (_ZONE_NO_RESET if zone_no_reset else 0)


def _sanitize(name: str, feature: int, lba: int, count: int = 0) -> AtaCommand:
    return AtaCommand(name, 0xB4, AtaProtocol.NON_DATA, extended=True, feature=feature, count=count, lba=lba)


@unique
class SanitizeReason(StrEnum):
    """LBA 7:0 of an aborted SANITIZE DEVICE command (ACS-4, SANITIZE DEVICE, error outputs)."""

    NOT_REPORTED = "not-reported"
    FAILED = "failed"  # the last sanitize did not complete successfully
    UNSUPPORTED = "unsupported"
    FROZEN = "frozen"
    ANTIFROZEN = "antifrozen"  # freeze refused: an antifreeze lock is set
    RESERVED = "reserved"  # a value without a meaning


_REASONS = dict(enumerate(list(SanitizeReason)[:5]))


@dataclass(frozen=True)
class SanitizeStatus:
    """What any SANITIZE DEVICE command was answered. None: not known, which is neither yes nor no."""

    outcome: AtaOutcome
    completed: bool | None = None  # COUNT bit 15: the last sanitize completed without error; it may be an older one
    in_progress: bool | None = None  # COUNT bit 14
    frozen: bool | None = None  # COUNT bit 13
    antifreeze: bool | None = None  # COUNT bit 12
    progress: int | None = None  # LBA 15:0, in parts of 65 536; FFFFh: none runs
    reason: SanitizeReason | None = None  # where the command was aborted


def sanitize_answer(answer: AtaAnswer) -> SanitizeStatus:
    """What an answer to a SANITIZE DEVICE command says (ACS-4, SANITIZE DEVICE, normal and error outputs). Total.

    The flags are in the upper half of COUNT: where that got lost they are unknown.
    """
    outcome, registers = outcome_of(answer), answer.registers
    if registers is None:
        return SanitizeStatus(outcome)
    if outcome is AtaOutcome.ABORTED:
        return SanitizeStatus(outcome, reason=_REASONS.get(registers.lba & 0xFF, SanitizeReason.RESERVED))
    if outcome is not AtaOutcome.COMPLETED:
        return SanitizeStatus(outcome)
    progress = registers.lba & 0xFFFF
    flags = registers.count
    # done and still at it: one is a lie. And so it is with progress in what does not run (FFFFh then; some leave 0)
    contradicts = has(flags, 15) if has(flags, 14) else progress not in (0, _NOT_RUNNING)
    if not registers.upper_known or contradicts:
        return SanitizeStatus(outcome, progress=progress)
    return SanitizeStatus(
        outcome,
        completed=has(flags, 15),
        in_progress=has(flags, 14),
        frozen=has(flags, 13),
        antifreeze=has(flags, 12),
        progress=progress,
    )
