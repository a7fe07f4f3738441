"""Sanitize Status, log page 81h (NVMe Base 2.0c section 5.16.1.25; SSI and the media verification state: NVMe Base 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.fields import Fields, member
from erase.commands.nvme_controller import NvmeDoubt

SIZE = 512
_IDLE_PROGRESS = 0xFFFF
_NO_ESTIMATE = 0xFFFFFFFF


@unique
class SanitizeOutcome(IntEnum):
    """SSTAT bits 2:0, of the most recent sanitize, whoever asked for it and however long ago."""

    NEVER = 0  # never sanitized
    COMPLETED = 1
    IN_PROGRESS = 2
    FAILED = 3
    COMPLETED_DEALLOCATED = 4  # completed, and deallocated although NDAS asked not to


@unique
class SanitizeState(IntEnum):
    """SSI bits 3:0 and, where it failed, bits 7:4 (NVMe Base 2.1). 0 also where a controller of before says nothing."""

    IDLE = 0
    RESTRICTED_PROCESSING = 1
    RESTRICTED_FAILURE = 2
    UNRESTRICTED_PROCESSING = 3
    UNRESTRICTED_FAILURE = 4
    MEDIA_VERIFICATION = 5
    POST_VERIFICATION_DEALLOCATION = 6


@dataclass(frozen=True)
class Estimates:
    """Expected durations in seconds; None: not told."""

    overwrite: int | None  # of 16 passes
    block: int | None
    crypto: int | None
    overwrite_kept: int | None  # with NDAS = 1
    block_kept: int | None
    crypto_kept: int | None
    deallocation: int | None  # after media verification (NVMe Base 2.1)


@dataclass(frozen=True)
class SanitizeStatus:
    """The log page. None: not told, or not to be believed (then there is a doubt)."""

    doubts: tuple[NvmeDoubt, ...]
    outcome: SanitizeOutcome | None
    progress: int | None  # of 65536, while it runs; None: it doesn't run
    passes_done: int | None  # of an overwrite
    global_data_erased: bool | None  # nothing was written since the last successful sanitize, or ever
    verification_cancelled: bool | None  # MVCNCLD, SSTAT bit 9
    command: int | None  # SCDW10: dword 10 of the Sanitize command that the outcome belongs to
    estimates: Estimates
    state: SanitizeState | None
    failed_in: SanitizeState | None  # the state in which it failed; None: it didn't fail, or not told

    @property
    def running(self) -> bool:
        """Whether a sanitize runs now: no other reading of the page is safe while it does."""
        return self.outcome is SanitizeOutcome.IN_PROGRESS

    def completed(self, command: int) -> bool:
        """Whether the last sanitize was the one with this dword 10, and succeeded.

        An old success looks the same: the caller must have seen the drive accept the command or run it.
        """
        done = self.outcome in (SanitizeOutcome.COMPLETED, SanitizeOutcome.COMPLETED_DEALLOCATED)
        return done and self.state in (None, SanitizeState.IDLE) and not self.doubts and self.command == command


def sanitize_status(data: bytes) -> SanitizeStatus:
    """Reads the log page; fewer than 512 bytes give what is there."""
    doubts: set[NvmeDoubt] = set()
    if len(data) < SIZE:
        doubts.add(NvmeDoubt.TOO_SHORT)
    fields = Fields(data, "little")
    if data and not data.strip(b"\xff"):
        # all zeros is an honest page, "never sanitized"; all FFs is a dead link
        doubts.add(NvmeDoubt.BLANK)
        fields = Fields(b"", "little")
    outcome = member(SanitizeOutcome, fields.bits(2, 2, 0, 2))
    state = member(SanitizeState, fields.bits(36, 3, 0))
    failed_in = member(SanitizeState, fields.bits(36, 7, 4))
    if len(fields.data) > 3 and (outcome is None or (len(fields.data) > 36 and None in (state, failed_in))):
        doubts.add(NvmeDoubt.RESERVED_VALUE)
    progress = fields.number(0, 2)
    running = outcome is SanitizeOutcome.IN_PROGRESS
    # section 5.16.1.25: FFFFh unless SSTAT says in progress; while the host verifies nothing progresses either. Drives that never
    # were sanitized leave it 0
    if running:
        contradicts = progress == _IDLE_PROGRESS and state is not SanitizeState.MEDIA_VERIFICATION
    else:
        contradicts = progress not in (None, 0, _IDLE_PROGRESS)
    if contradicts:
        doubts.add(NvmeDoubt.PROGRESS)
    return SanitizeStatus(
        doubts=tuple(sorted(doubts)),
        outcome=outcome,
        progress=progress if running and progress != _IDLE_PROGRESS else None,
        passes_done=fields.bits(2, 7, 3, 2),
        global_data_erased=fields.flag(2, 8, 2),
        verification_cancelled=fields.flag(2, 9, 2),
        command=fields.number(4, 4),
        estimates=Estimates(*(_estimate(fields.number(offset, 4)) for offset in range(8, 36, 4))),
        state=state,
        failed_in=failed_in or None,
    )


def _estimate(seconds: int | None) -> int | None:
    return None if seconds in (None, 0, _NO_ESTIMATE) else seconds
