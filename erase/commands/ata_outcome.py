"""What became of an ATA command: read off the registers that it left behind (ACS-4 clause 6)."""

from __future__ import annotations

from enum import StrEnum, unique

from erase.commands.ata_words import has
from erase.commands.wire import AtaAnswer


@unique
class AtaOutcome(StrEnum):
    """What the registers say. Only ``completed`` says that the drive took the command and carried it out."""

    COMPLETED = "completed"
    ABORTED = "aborted"  # ERR with ABRT: not supported, not allowed now, or stopped midway
    FAILED = "failed"  # ERR without ABRT: address not found, medium not readable, interface CRC
    DEVICE_FAULT = "device-fault"  # DF: the drive can't go on
    UNKNOWN = "unknown"  # registers lost, drive still busy, or registers that no command leaves behind


def outcome_of(answer: AtaAnswer) -> AtaOutcome:
    """The outcome of one command. Total."""
    registers = answer.registers
    if registers is None or has(registers.status, 7):  # BSY: nothing else in the registers counts (ACS-4 clause 6, STATUS field)
        return AtaOutcome.UNKNOWN
    if has(registers.status, 5):
        return AtaOutcome.DEVICE_FAULT
    if has(registers.status, 0):
        return AtaOutcome.ABORTED if has(registers.error, 2) else AtaOutcome.FAILED
    # DRQ: it still wants to transfer. Without DRDY the registers are a bridge's zeros, not a drive's
    if has(registers.status, 3) or not has(registers.status, 6):
        return AtaOutcome.UNKNOWN
    return AtaOutcome.COMPLETED
