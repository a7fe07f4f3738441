"""SANITIZE DEVICE, literal (ACS-4 clause 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata_sanitize
from erase.commands.ata_sanitize import SanitizeStatus, sanitize_answer
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters


@pytest.mark.parametrize(
    ("command", "name", "feature", "lba", "count"),
    [
        (ata_sanitize.sanitize_status(), "SANITIZE STATUS EXT", 0x0000, 0, 0),
        (ata_sanitize.sanitize_status(clear_failed=True), "SANITIZE STATUS EXT", 0x0000, 0, 0x0001),
        (ata_sanitize.crypto_scramble(), "CRYPTO SCRAMBLE EXT", 0x0011, 0x43727970, 0),
        (ata_sanitize.block_erase(), "BLOCK ERASE EXT", 0x0012, 0x426B4572, 0),
        (ata_sanitize.block_erase(unrestricted_exit=True, zone_no_reset=True), "BLOCK ERASE EXT", 0x0012, 0x426B4572, 0x8010),
        (ata_sanitize.overwrite(0x12345678), "OVERWRITE EXT", 0x0014, 0x4F5712345678, 0x0001),
        (
            ata_sanitize.overwrite(0, passes=16, invert=True, definitive_ending=True, unrestricted_exit=True, zone_no_reset=True),
            "OVERWRITE EXT",
            0x0014,
            0x4F5700000000,
            0x80D0,
        ),
        (ata_sanitize.overwrite(0xFFFFFFFF, passes=3, invert=True), "OVERWRITE EXT", 0x0014, 0x4F57FFFFFFFF, 0x0083),
        (ata_sanitize.sanitize_freeze_lock(), "SANITIZE FREEZE LOCK EXT", 0x0020, 0x46724C6B, 0),
        (ata_sanitize.sanitize_antifreeze_lock(), "SANITIZE ANTIFREEZE LOCK EXT", 0x0040, 0x416E7469, 0),
    ],
)
def test_each_command_has_its_registers(command, name, feature, lba, count):
    assert command == AtaCommand(name, 0xB4, AtaProtocol.NON_DATA, extended=True, feature=feature, count=count, lba=lba)


@given(st.integers(0, 0xFFFFFFFF), st.integers(1, 16), st.booleans(), st.booleans())
def test_overwrite_comes_back_from_its_registers(pattern, passes, invert, ending):
    command = ata_sanitize.overwrite(pattern, passes=passes, invert=invert, definitive_ending=ending)
    assert command.lba.to_bytes(6, "big") == b"OW" + pattern.to_bytes(4, "big")
    assert ((command.count & 0x0F) or 16, bool(command.count & 0x80), bool(command.count & 0x40)) == (passes, invert, ending)
    assert not command.count & 0xFF30


@pytest.mark.parametrize("values", [{"pattern": 1 << 32}, {"pattern": -1}, {"pattern": 0, "passes": 0}, {"pattern": 0, "passes": 17}])
def test_patterns_and_passes_have_limits(values):
    with pytest.raises(ValueError, match="32 bits"):
        ata_sanitize.overwrite(**values)


def answer(status=0x50, error=0, count=0, lba=0, upper_known=True):
    return AtaAnswer(AtaRegisters(status, error, 0x40, count, lba, upper_known=upper_known))


@pytest.mark.parametrize(
    ("count", "lba", "flags"),
    [
        (0x0000, 0xFFFF, (False, False, False, False, 0xFFFF)),  # never, or failed and cleared
        (0x8000, 0xFFFF, (True, False, False, False, 0xFFFF)),
        (0x4000, 0x8000, (False, True, False, False, 0x8000)),
        (0x2000, 0xFFFF, (False, False, True, False, 0xFFFF)),
        (0x1000, 0xFFFF, (False, False, False, True, 0xFFFF)),
        (0xA000, 0xFFFF, (True, False, True, False, 0xFFFF)),
        (0x4000, 0xABCD0001028F, (False, True, False, False, 0x028F)),  # 655 of 65 536
    ],
)
def test_flags_and_progress(count, lba, flags):
    assert sanitize_answer(answer(count=count, lba=lba)) == SanitizeStatus("completed", *flags)


def test_flags_in_a_lost_upper_half_are_unknown():
    status = sanitize_answer(answer(count=0x00, lba=0xFFFF, upper_known=False))
    assert status == SanitizeStatus("completed", None, None, None, None, 0xFFFF)


@pytest.mark.parametrize(("count", "progress"), [(0xC000, 0x8000), (0x8000, 0x028F), (0x8000, 0xFFFE), (0x0000, 0x0001)])
def test_completed_and_in_progress_at_once_is_neither(count, progress):
    # both flags; progress in what is told to be over, or never to have begun
    assert sanitize_answer(answer(count=count, lba=progress)) == SanitizeStatus("completed", None, None, None, None, progress)


def test_a_drive_that_leaves_the_progress_zero_when_it_is_done_is_believed():
    assert sanitize_answer(answer(count=0x8000, lba=0)) == SanitizeStatus("completed", True, False, False, False, 0)


@pytest.mark.parametrize(
    ("lba", "reason"),
    [(0, "not-reported"), (1, "failed"), (2, "unsupported"), (3, "frozen"), (4, "antifrozen"), (5, "reserved"), (0xABCD03, "frozen")],
)
def test_an_aborted_command_says_why(lba, reason):
    for upper_known in (True, False):
        assert sanitize_answer(answer(0x51, 0x04, 0x8000, lba, upper_known)) == SanitizeStatus("aborted", reason=reason)


@pytest.mark.parametrize(("status", "outcome"), [(0x51, "failed"), (0x71, "device-fault"), (0xD0, "unknown"), (0x00, "unknown")])
def test_other_endings_say_nothing_about_the_sanitize(status, outcome):
    assert sanitize_answer(answer(status, 0x10, count=0x8000)) == SanitizeStatus(outcome)


def test_lost_registers_say_nothing():
    assert sanitize_answer(AtaAnswer(None)) == SanitizeStatus("unknown")
