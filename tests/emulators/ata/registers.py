"""What goes into an ATA disk and what comes out: the registers, each as one number (ACS-4 sections 6 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

# STATUS (ACS-4 6.2)
STATUS_READY = 0x50  # DRDY, and bit 4, which old hosts look at
STATUS_FAULT = 0x20  # DF
STATUS_ERROR = 0x01  # ERR; the ERROR field counts

# ERROR (ACS-4 6.3)
ERROR_ABORT = 0x04  # ABRT
ERROR_ID_NOT_FOUND = 0x10  # IDNF: the address does not exist
ERROR_UNCORRECTABLE = 0x40  # UNC

SECTOR = 512  # bytes that PIO and log transfers are counted in, whatever the logical sector


@dataclass(frozen=True)
class Registers:
    """A command as it arrives. ``extended`` tells a 48-bit command's registers, with previous content, from a 28-bit one's."""

    command: int
    feature: int = 0  # 8 bits, or 16 where ``extended``
    count: int = 0  # 8 bits, or 16
    lba: int = 0  # 28 bits, or 48
    device: int = 0x40
    extended: bool = False


@dataclass(frozen=True)
class Outcome:
    """The registers when BSY is gone, and the data that came in. ``count`` and ``lba`` have 16 and 48 bits for an extended command."""

    status: int = STATUS_READY
    error: int = 0
    count: int = 0
    lba: int = 0
    device: int = 0x40
    data: bytes = b""


class LinkLost(Exception):
    """No registers came back: the drive hangs, is gone, or the link was reset under the command."""


@dataclass
class Pending:
    """A command that was accepted. ``outcome`` appears when the drive's time has come; ``due`` is when to look again (the clock's seconds).

    Where the drive hangs, ``due`` is infinite. Where the link was reset under it, ``lost`` is set and no outcome will ever come.
    """

    registers: Registers
    due: float = 0.0
    outcome: Outcome | None = None
    lost: bool = False
