"""Outcomes from registers (ACS-4 clause 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.wire import AtaAnswer, AtaRegisters


def answer(status, error=0):
    return AtaAnswer(AtaRegisters(status, error, 0x40, 0, 0, upper_known=True))


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (0x50, 0x00, "completed"),
        (0x40, 0x00, "completed"),
        (0x50, 0x04, "completed"),  # ERROR counts only with ERR
        (0x51, 0x04, "aborted"),
        (0x51, 0x84, "aborted"),  # interface CRC, aborted
        (0x51, 0x10, "failed"),  # IDNF
        (0x51, 0x40, "failed"),  # UNC
        (0x61, 0x04, "device-fault"),
        (0x70, 0x00, "device-fault"),
        (0x80, 0x00, "unknown"),
        (0xD0, 0x00, "unknown"),
        (0xFF, 0xFF, "unknown"),  # nobody drives the bus
        (0x58, 0x00, "unknown"),  # DRQ
        (0x00, 0x00, "unknown"),  # a bridge that has no registers and gives zeros
        (0x7F, 0x00, "device-fault"),
    ],
)
def test_the_status_says_what_became_of_a_command(status, error, outcome):
    assert outcome_of(answer(status, error)) == outcome


def test_lost_registers_are_unknown():
    assert outcome_of(AtaAnswer(None, b"data")) is AtaOutcome.UNKNOWN


@given(st.integers(0, 255), st.integers(0, 255))
def test_only_a_ready_drive_without_fault_has_completed(status, error):
    if outcome_of(answer(status, error)) is AtaOutcome.COMPLETED:
        assert status & 0xE9 == 0x40
