"""What an emulated eMMC device can be made to pretend, and what can be broken in it. All off: honest and healthy."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Lies:
    """Each may be set at any time."""

    nothing_done: bool = False  # erase, trim and sanitize end well and do nothing
    first_block_only: bool = False  # only the first page of what was named is erased
    unmaps_only: bool = False  # secure erase, secure trim and sanitize do no more than trim does
    skips_spare: bool = False  # sanitize leaves spare and retired cells alone
    cached_reads: bool = False  # after an erase, reads give zeros from RAM until the power cycles; the cells were not touched
    erase_group_def_wrong: bool = False  # ERASE_GROUP_DEF says high-capacity groups, and low-capacity ones are erased
    corrupts_on_secure_erase: bool = False  # moviNAND: secure erase and secure trim damage what lies beside them
    sanitize_fails: bool = False  # SANITIZE_START ends half done with a SWITCH_ERROR
    slow: float = 0.0  # seconds that each busy time is longer
    hung: bool = False  # busy for ever
    gone: bool = False  # no answer on the bus
    bad_blocks: set[int] = field(default_factory=set)  # sectors of the user area whose reads end with DEVICE_ECC_FAILED
