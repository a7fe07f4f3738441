"""What erases an emulated SAS disk, and what only seems to: CDBs and sense are literals of SPC-5 and SBC-4."""

from __future__ import annotations

import pytest

from emulators.clock import HandClock
from emulators.medium import MagneticMedium
from emulators.scsi.interface import GOOD, NoReply
from emulators.scsi.sas import BlockFormat, SasDisk, SasPort
from sas_bench import (
    EXIT_FAILURE_MODE,
    FORMAT_IMMEDIATE,
    FORMAT_UNIT,
    READ_FIRST,
    SANITIZE_BLOCK_IMMEDIATE,
    SANITIZE_CRYPTO_IMMEDIATE,
    SANITIZE_CRYPTO_UNRESTRICTED,
    SECRET,
    TEST_UNIT_READY,
    ask,
    flash,
    key_and_code,
    magnetic,
    progress,
    put,
    sleep,
)

# --- sanitize


def test_a_sanitize_shows_its_progress_and_nothing_else_is_answered() -> None:
    disk = flash()
    unit = SasPort(disk)
    put(unit)
    assert unit.execute(SANITIZE_BLOCK_IMMEDIATE, b"", 0).status == GOOD
    sleep(disk, 25)
    # SPC-5 4.4.2.4.4: SKSV, and 4000h of 65536 is a quarter
    assert progress(unit).hex() == "70000200000000" + "0a" + "00000000" + "041b" + "00" + "804000"
    assert key_and_code(unit.execute(READ_FIRST, b"", 512)) == (0x2, 0x04, 0x1B)
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x2, 0x04, 0x1B)
    assert ask(unit, "120000002400").status == GOOD
    sleep(disk, 75)
    assert progress(unit)[2:3] + progress(unit)[12:14] == bytes(3)
    assert not any(unit.execute(READ_FIRST, b"", 512).data)
    assert not disk.medium.remnants(SECRET)


def test_progress_is_told_in_descriptor_format_too() -> None:
    disk = flash()
    unit = SasPort(disk)
    unit.execute(SANITIZE_BLOCK_IMMEDIATE, b"", 0)
    sleep(disk, 50)
    # DESC: 72, key, ASC, ASCQ, length 8; descriptor 02 06, SKSV, 8000h
    assert unit.execute(bytes.fromhex("03010000fc00"), b"", 252).data.hex() == "7202041b00000008" + "0206000080800000"


def test_without_immed_the_answer_comes_when_it_is_done() -> None:
    disk = flash()
    assert SasPort(disk).execute(bytes.fromhex("48030000000000000000"), b"", 0).status == GOOD
    assert disk.clock.now() == 100
    assert disk.sanitizes_done == 1


def test_a_sanitize_goes_on_after_a_power_cut() -> None:
    disk = flash()
    unit = SasPort(disk)
    put(unit)
    unit.execute(SANITIZE_BLOCK_IMMEDIATE, b"", 0)
    sleep(disk, 50)
    disk.medium.power.cut()
    with pytest.raises(NoReply):
        unit.execute(TEST_UNIT_READY, b"", 0)
    sleep(disk, 1000)
    disk.power_cycle()
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x6, 0x29, 0x00)
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x2, 0x04, 0x1B)
    sleep(disk, 100)
    assert unit.execute(TEST_UNIT_READY, b"", 0).status == GOOD
    assert not disk.medium.remnants(SECRET)


def test_a_failed_restricted_sanitize_is_left_by_another_restricted_one_only() -> None:
    disk = flash()
    unit = SasPort(disk)
    disk.faults.sanitize_fails = True
    unit.execute(SANITIZE_CRYPTO_IMMEDIATE, b"", 0)
    sleep(disk, 100)
    assert key_and_code(unit.execute(READ_FIRST, b"", 512)) == (0x3, 0x31, 0x03)
    assert key_and_code(unit.execute(EXIT_FAILURE_MODE, b"", 0)) == (0x5, 0x24, 0x00)
    assert key_and_code(unit.execute(SANITIZE_CRYPTO_UNRESTRICTED, b"", 0)) == (0x5, 0x24, 0x00)
    disk.faults.sanitize_fails = False
    assert unit.execute(SANITIZE_CRYPTO_IMMEDIATE, b"", 0).status == GOOD
    sleep(disk, 100)
    assert unit.execute(READ_FIRST, b"", 512).status == GOOD


def test_a_failed_unrestricted_sanitize_may_be_left() -> None:
    disk = flash()
    unit = SasPort(disk)
    disk.faults.sanitize_fails = True
    unit.execute(SANITIZE_CRYPTO_UNRESTRICTED, b"", 0)
    sleep(disk, 100)
    assert key_and_code(unit.execute(READ_FIRST, b"", 512)) == (0x3, 0x31, 0x03)
    assert unit.execute(EXIT_FAILURE_MODE, b"", 0).status == GOOD
    assert unit.execute(READ_FIRST, b"", 512).status == GOOD


def test_a_failure_is_there_after_a_power_cycle() -> None:
    disk = flash()
    unit = SasPort(disk)
    disk.faults.sanitize_fails = True
    unit.execute(SANITIZE_CRYPTO_IMMEDIATE, b"", 0)
    sleep(disk, 100)
    disk.power_cycle()
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x3, 0x31, 0x03)


def test_overwrite_inverts_between_passes() -> None:
    disk = magnetic(sanitize_seconds=10)
    unit = SasPort(disk)
    put(unit)
    # INVERT, two passes, pattern of four bytes (SBC-4 table 98): the last pass is the inverted one
    parameters = bytes.fromhex("82000004" + "0f0f0f0f")
    assert unit.execute(bytes.fromhex("48010000000000000800"), parameters, 0).status == GOOD
    assert unit.execute(READ_FIRST, b"", 512).data == b"\xf0" * 512
    assert not disk.medium.remnants(SECRET)


@pytest.mark.parametrize("parameters", ["00000004" + "0f0f0f0f", "01000000", "01000201" + "00" * 513, "01000004"])
def test_an_overwrite_with_bad_parameters_is_refused(parameters: str) -> None:
    unit = SasPort(magnetic())
    data = bytes.fromhex(parameters)
    reply = unit.execute(bytes.fromhex("48010000000000") + len(data).to_bytes(2, "big") + b"\0", data, 0)
    assert key_and_code(reply)[:2] == (0x5, 0x26)
    assert unit.disk.operation is None


@pytest.mark.parametrize(
    "lie", ["sanitize_does_nothing", "sanitize_first_block_only", "sanitize_unmaps_only", "sanitize_skips_spares", "reads_from_cache"]
)
def test_a_lying_block_erase_leaves_data_where_an_honest_one_leaves_none(lie: str) -> None:
    def left(*, lies: bool) -> bool:
        disk = flash()
        unit = SasPort(disk)
        put(unit, SECRET)
        assert unit.execute(bytes.fromhex("2a000000020000000100"), SECRET.ljust(512), 0).status == GOOD
        put(unit, b"the second version of the first block")
        setattr(disk.faults, lie, lies)
        assert unit.execute(bytes.fromhex("48020000000000000000"), b"", 0).status == GOOD
        return bool(disk.medium.remnants(SECRET))

    assert not left(lies=False)
    assert left(lies=True)


def test_old_data_is_back_after_a_power_cycle_where_reads_came_from_the_cache() -> None:
    disk = flash()
    unit = SasPort(disk)
    put(unit)
    disk.faults.reads_from_cache = True
    unit.execute(bytes.fromhex("48020000000000000000"), b"", 0)
    assert not any(unit.execute(READ_FIRST, b"", 512).data)
    disk.power_cycle()
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert unit.execute(READ_FIRST, b"", 512).data.startswith(SECRET)


def test_a_cryptographic_erase_that_keeps_the_key_leaves_what_can_be_opened() -> None:
    for keeps in (False, True):
        disk = magnetic()
        unit = SasPort(disk)
        put(unit)
        disk.faults.sanitize_keeps_key = keeps
        assert unit.execute(bytes.fromhex("48030000000000000000"), b"", 0).status == GOOD
        assert not unit.execute(READ_FIRST, b"", 512).data.startswith(SECRET)
        assert bool(disk.medium.remnants(SECRET)) is keeps


def test_progress_that_stops_never_ends() -> None:
    disk = flash()
    unit = SasPort(disk)
    disk.faults.progress_stops_at = 655
    unit.execute(SANITIZE_BLOCK_IMMEDIATE, b"", 0)
    sleep(disk, 100_000)
    assert progress(unit)[15:18] == bytes.fromhex("80028f")


def test_waiting_for_progress_that_stops_is_waiting_for_ever() -> None:
    disk = flash()
    disk.faults.progress_stops_at = 655
    with pytest.raises(NoReply):
        SasPort(disk).execute(bytes.fromhex("48020000000000000000"), b"", 0)


# --- format


def test_formatting_turns_520_bytes_into_512() -> None:
    disk = SasDisk(MagneticMedium(4160 * 100, page_size=4160), HandClock(), block_format=BlockFormat(520), format_seconds=60)
    unit = SasPort(disk)
    # MODE SELECT (10): header of 8 with a block descriptor of 8, block length 200h (SPC-5 7.5.7.1)
    select = bytes.fromhex("0000000000000008" + "00000000" + "00000200")
    assert unit.execute(bytes.fromhex("55100000000000001000"), select, 0).status == GOOD
    assert ask(unit, "25000000000000000000").data[4:].hex() == "00000208"
    assert unit.execute(FORMAT_UNIT, FORMAT_IMMEDIATE, 0).status == GOOD
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x2, 0x04, 0x04)
    sleep(disk, 60)
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x6, 0x2A, 0x09)
    assert ask(unit, "25000000000000000000").data.hex() == "0000032b00000200"


def test_firmware_that_switches_to_528_or_refuses() -> None:
    disk = SasDisk(MagneticMedium(4160 * 100, page_size=4160), HandClock(), block_format=BlockFormat(520), format_seconds=60)
    unit = SasPort(disk)
    select = bytes.fromhex("0000000000000008" + "00000000" + "00000200")
    disk.faults.refuses_other_lengths = True
    assert key_and_code(unit.execute(bytes.fromhex("55100000000000001000"), select, 0)) == (0x5, 0x26, 0x00)
    disk.faults.format_switches_length_to = 528
    assert unit.execute(bytes.fromhex("040000000000"), b"", 0).status == GOOD
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert ask(unit, "25000000000000000000").data[4:].hex() == "00000210"


def test_power_lost_while_formatting_corrupts_the_format_and_data_remains() -> None:
    disk = magnetic(format_seconds=100)
    unit = SasPort(disk)
    assert unit.execute(bytes.fromhex("2a000000070000000100"), SECRET.ljust(512), 0).status == GOOD
    unit.execute(FORMAT_UNIT, FORMAT_IMMEDIATE, 0)
    sleep(disk, 20)
    disk.power_cycle()
    unit.execute(TEST_UNIT_READY, b"", 0)
    sleep(disk, 1000)
    assert key_and_code(unit.execute(READ_FIRST, b"", 512)) == (0x3, 0x31, 0x00)
    assert disk.medium.remnants(SECRET)
    assert unit.execute(bytes.fromhex("040000000000"), b"", 0).status == GOOD
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert not any(unit.execute(READ_FIRST, b"", 512).data)
