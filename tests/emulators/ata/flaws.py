"""The ways in which an emulated ATA disk lies or fails. They can be combined, and switched on in the middle of a test."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Flaw(StrEnum):
    """What is wrong with the disk. An honest and healthy one has none. (Two drives with one serial: make both with the same.)"""

    # of what an erase does; the disk reports success
    ERASES_NOTHING = "erases-nothing"
    ERASES_LBA_0_ONLY = "erases-lba-0-only"
    UNMAPS_ONLY = "unmaps-only"
    CLEARS_PSLC_ONLY = "clears-pslc-only"
    SKIPS_SPARE = "skips-spare"  # spare blocks and stale pages
    SKIPS_RETIRED = "skips-retired"
    SKIPS_HIDDEN = "skips-hidden"  # what an HPA, DCO or AMA hides
    KEEPS_OLD_KEY = "keeps-old-key"
    NEVER_ENCRYPTED = "never-encrypted"  # counts when the disk is made
    ANSWERS_FROM_CACHE = "answers-from-cache"  # zeros are read until the power goes; then the old data is back

    # of a sanitize operation
    STALE_COMPLETED = "stale-completed"  # 'completed' of an earlier run; the new command is accepted, and nothing runs
    STUCK_AT_655 = "stuck-at-655"  # progress 655/65536 for ever
    SANITIZE_FAILS = "sanitize-fails"  # ends in SD3
    FORGETS_SANITIZE = "forgets-sanitize"  # does not resume when power comes back

    # of security
    RESET_ABORTS_ERASE = "reset-aborts-erase"  # and the disk stays locked
    ERASE_UNIT_FAILS = "erase-unit-fails"  # half way; an error is reported, and the disk stays locked
    COUNT_EXPIRED = "count-expired"  # as if five wrong passwords had been tried since power came
    FROZEN_BY_FIRMWARE = "frozen-by-firmware"  # the computer's own sends SECURITY FREEZE LOCK when power comes; not when it resumes
    FROZEN_AFTER_RESUME = "frozen-after-resume"  # and there too
    SANITIZE_FROZEN_BY_FIRMWARE = "sanitize-frozen-by-firmware"  # SANITIZE FREEZE LOCK EXT, as above

    # of the whole disk
    SLOW = "slow"  # each command takes SLOW_SECONDS
    HUNG = "hung"  # BSY for ever, whatever is reset
    GONE = "gone"  # there is no drive


SLOW_SECONDS = 20.0
