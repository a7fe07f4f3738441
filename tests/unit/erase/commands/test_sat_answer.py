"""Registers from sense data in all the ways they come, literal (SAT-5 section 12.2, tables 212 and 213; Linux before 6.11)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.sat_answer import ata_answer, registers_from_descriptor, why_lost
from erase.commands.wire import AtaAnswer, AtaRegisters, SatLoss, ScsiAnswer

GOOD, CHECK = 0x00, 0x02


def described(descriptor, key="01", code="001d"):
    body = bytes.fromhex(descriptor)
    return bytes.fromhex(f"72{key}{code}000000{len(body):02x}") + body


def fixed(head="70", key="01", information="00000000", flags_and_lba="00000000", *, code="001d", length="0a"):
    return bytes.fromhex(head + "00" + key + information + length + flags_and_lba + code + "00000000")


# SANITIZE STATUS EXT, in progress, half done: COUNT 4000h, LBA 8000h
SUCCESS = "090c 01 00 40 00 00 00 00 80 00 00 40 50".replace(" ", "")


def test_a_success_in_descriptor_format_has_all_registers():
    answer = ata_answer(ScsiAnswer(CHECK, b"data", described(SUCCESS)))
    assert answer == AtaAnswer(AtaRegisters(0x50, 0x00, 0x40, 0x4000, 0x8000, upper_known=True), b"data")


def test_each_byte_of_the_descriptor_has_its_place():
    raw = bytes.fromhex("090c01 11 2233 446655887799 aa 50".replace(" ", ""))
    # byte 3 error, 4 and 5 count, 6 8 10 the upper and 7 9 11 the lower half of the address, 12 device, 13 status
    assert registers_from_descriptor(raw) == AtaRegisters(0x50, 0x11, 0xAA, 0x2233, 0x775544998866, upper_known=True)


def test_without_extend_the_upper_halves_mean_nothing():
    raw = bytes.fromhex("090c00 11 2233 446655887799 aa 50".replace(" ", ""))
    assert registers_from_descriptor(raw) == AtaRegisters(0x50, 0x11, 0xAA, 0x33, 0x998866, upper_known=False)


@pytest.mark.parametrize(
    "raw", [b"", bytes.fromhex(SUCCESS)[:13], bytes.fromhex("080c" + SUCCESS[4:]), bytes.fromhex("090b" + SUCCESS[4:])]
)
def test_another_descriptor_holds_no_registers(raw):
    assert registers_from_descriptor(raw) is None


def test_good_status_with_sense_that_says_00_1d_is_an_answer_too():
    assert outcome_of(ata_answer(ScsiAnswer(GOOD, b"", described(SUCCESS)))) is AtaOutcome.COMPLETED


@pytest.mark.parametrize("key", ["02", "04", "05", "06", "0b"])
def test_good_status_with_a_sense_key_of_failure_is_no_answer(key):
    # ABRT in the registers, which CHECK CONDITION would make an answer
    descriptor = SUCCESS.replace("090c0100", "090c0104").replace("4050", "4051")
    assert outcome_of(ata_answer(ScsiAnswer(CHECK, b"", described(descriptor, key)))) is AtaOutcome.ABORTED
    assert ata_answer(ScsiAnswer(GOOD, b"", described(descriptor, key))).registers is None


def test_a_failure_in_fixed_format_as_the_standard_has_it():
    # SANITIZE while frozen: ABRT, LBA 7:0 is 3
    sense = fixed("f0", "05", "04514033", "80030201", code="2104")
    assert ata_answer(ScsiAnswer(CHECK, b"", sense)).registers == AtaRegisters(0x51, 0x04, 0x40, 0x33, 0x010203, upper_known=False)


def test_a_success_in_fixed_format_as_the_standard_has_it_lost_its_upper_half():
    sense = fixed("f0", "01", "00504001", "e0008000")
    assert ata_answer(ScsiAnswer(CHECK, b"", sense)).registers == AtaRegisters(0x50, 0x00, 0x40, 0x01, 0x008000, upper_known=False)


# libata before 6.11: 04 ERROR, 51 STATUS, 40 DEVICE, 33 COUNT in bytes 8 to 11; 80 flags, LBA 03 02 01 in bytes 16 to 19
OLD_FAILURE = bytes.fromhex("70 00 05 00000000 0a 04514033 2104 00 00 80 03 02 01".replace(" ", "")) + bytes(76)
OLD_SUCCESS = bytes.fromhex("70 00 01 00000000 0a 00504033 001d 00 00 80 03 02 01".replace(" ", "")) + bytes(76)


def test_a_failure_in_the_layout_of_old_kernels():
    assert ata_answer(ScsiAnswer(CHECK, b"", OLD_FAILURE)).registers == AtaRegisters(0x51, 0x04, 0x40, 0x33, 0x010203, upper_known=False)


def test_a_success_in_the_layout_of_old_kernels_is_not_known():
    """The same bytes come from a bridge that drops STATUS and has LBA 334050h."""
    answer = ata_answer(ScsiAnswer(CHECK, b"", OLD_SUCCESS))
    assert outcome_of(answer) is AtaOutcome.UNKNOWN


@pytest.mark.parametrize("length", [8, 14, 18, 19])
def test_the_layout_of_old_kernels_is_longer_than_its_length_says_and_counts_only_whole(length):
    assert ata_answer(ScsiAnswer(CHECK, b"", OLD_FAILURE[:length])).registers is None


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 0xF0),  # VALID
        (3, 0x01),  # something in INFORMATION
        (6, 0x01),
        (9, 0xD1),  # busy
        (9, 0x11),  # not ready
        (9, 0x50),  # no error
        (8, 0x00),  # ERR without an error
        (15, 0x80),  # SKSV
        (16, 0x01),  # a log index
        (16, 0x10),  # reserved
        (16, 0x40),  # upper half of COUNT without EXTEND
    ],
)
def test_one_byte_that_old_kernels_do_not_write_makes_their_layout_unknown(place, value):
    sense = OLD_FAILURE[:place] + bytes([value]) + OLD_FAILURE[place + 1 :]
    assert ata_answer(ScsiAnswer(CHECK, b"", sense)).registers is None


@pytest.mark.parametrize(
    "sense",
    [
        fixed("f0", "05", "00514001", "00000000", code="2104"),  # ERR without an error
        fixed("f0", "05", "04114001", "00000000", code="2104"),  # not ready
        fixed("f0", "05", "04D14001", "00000000", code="2104"),  # busy
        fixed("f0", "05", "04514001", "10000000", code="2104"),  # a reserved flag
        fixed("f0", "05", "04514001", "60000000", code="2104"),  # upper halves without EXTEND
        fixed("f0", "03", "00504001", "00000000", code="1100"),  # an unreadable sector at 00504001h, not a STATUS of 50h
        fixed("f0", "0b", "00504001", "00000000", code="0000"),
        fixed("f0", "05", "04514001", "00000000", code="2104", length="05"),  # ends before the sense code
        fixed("f1", "05", "04514001", "00000000", code="2104"),  # deferred: another command's
        fixed("70", "01", "00000000", "00000000"),  # 00/1D with nothing in it
    ],
)
def test_fixed_format_that_can_be_read_in_two_ways_holds_no_registers(sense):
    assert ata_answer(ScsiAnswer(CHECK, b"", sense)).registers is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ScsiAnswer(GOOD), SatLoss.NOTHING_SAID),  # CK_COND was not heeded, or nothing was forwarded
        (ScsiAnswer(GOOD, b"\xec" * 512), SatLoss.NOTHING_SAID),
        (ScsiAnswer(CHECK), SatLoss.NOTHING_SAID),
        (ScsiAnswer(CHECK, b"", bytes(18)), SatLoss.NOTHING_SAID),
        (ScsiAnswer(CHECK, b"", b"\xff" * 18), SatLoss.UNCLEAR),
        (ScsiAnswer(0x08), SatLoss.BUSY),
        (ScsiAnswer(0x28), SatLoss.BUSY),
        (ScsiAnswer(0x18), SatLoss.RESERVED),
        (ScsiAnswer(0x08, b"", described(SUCCESS)), SatLoss.BUSY),
        (ScsiAnswer(CHECK, b"", fixed(key="05", code="2000")), SatLoss.NOT_SUPPORTED),
        (ScsiAnswer(CHECK, b"", fixed(key="05", code="2400")), SatLoss.NOT_SUPPORTED),
        (ScsiAnswer(CHECK, b"", fixed(key="06", code="2900")), SatLoss.UNIT_ATTENTION),
        (ScsiAnswer(CHECK, b"", fixed(key="02", code="0400")), SatLoss.NOT_READY),
        (ScsiAnswer(CHECK, b"", described("", "0b", "0000")), SatLoss.UNCLEAR),
        (ScsiAnswer(GOOD, b"", described(SUCCESS, "0b", "0000")), SatLoss.UNCLEAR),  # status and key contradict each other
        (ScsiAnswer(CHECK, b"", described(SUCCESS, "0b", "4700")), SatLoss.UNCLEAR),  # stopped on its way: a time-out, a reset
        (ScsiAnswer(CHECK, b"", described(SUCCESS + SUCCESS.replace("4050", "4051"))), SatLoss.UNCLEAR),  # two that differ
        (ScsiAnswer(CHECK, b"", b"\x73" + described(SUCCESS)[1:]), SatLoss.UNCLEAR),  # deferred
        (ScsiAnswer(CHECK, b"", described(SUCCESS)[:20]), SatLoss.UNCLEAR),  # cut
    ],
)
def test_lost_registers_have_a_reason_and_are_no_success(answer, why):
    assert ata_answer(answer).registers is None
    assert why_lost(answer) is why


def test_the_same_descriptor_twice_is_one():
    answer = ScsiAnswer(CHECK, b"", described(SUCCESS + SUCCESS))
    assert outcome_of(ata_answer(answer)) is AtaOutcome.COMPLETED
    assert why_lost(answer) is None


def test_a_failure_that_the_sense_key_hides_is_a_failure():
    answer = ata_answer(ScsiAnswer(CHECK, b"", described(SUCCESS.replace("4050", "4051").replace("090c0100", "090c0104"))))
    assert outcome_of(answer) is AtaOutcome.ABORTED


def test_a_descriptor_of_zeros_is_no_success():
    answer = ata_answer(ScsiAnswer(CHECK, b"", described("090c" + "00" * 12)))
    assert outcome_of(answer) is AtaOutcome.UNKNOWN


@given(
    st.sampled_from([GOOD, CHECK, 0x08, 0x18, 0x28, 0x04, 0x40]),
    st.binary(max_size=96) | st.builds(lambda a, b: a + b, st.sampled_from([b"\x70", b"\xf0", b"\x72"]), st.binary(max_size=96)),
)
@example(CHECK, OLD_SUCCESS)
def test_any_sense_is_a_success_only_where_the_standard_says_so(status, sense):
    answer = ScsiAnswer(status, b"", sense)
    found = ata_answer(answer)
    assert (why_lost(answer) is None) == (found.registers is not None)
    if outcome_of(found) is AtaOutcome.COMPLETED:
        assert status in (GOOD, CHECK)
        if sense[0] & 0x7F == 0x70:
            assert sense[2] & 0x0F in (0, 1, 0xF)
            assert sense[12:14] == b"\x00\x1d"
            assert sense[4] & 0xE1 == 0x40
        else:
            assert sense[0] & 0x7F == 0x72
            assert sense[1] & 0x0F in (0, 1, 0xF)
            assert b"\x09\x0c" in sense[8:]


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 0xFFFF), st.integers(0, 2**48 - 1))
def test_registers_come_back_from_a_descriptor_that_somebody_else_wrote(status, error, device, count, lba):
    low = lba.to_bytes(6, "little")
    raw = bytes([9, 12, 1, error, count >> 8, count & 255, low[3], low[0], low[4], low[1], low[5], low[2], device, status])
    assert registers_from_descriptor(raw) == AtaRegisters(status, error, device, count, lba, upper_known=True)


@given(st.integers(1, 255), st.sampled_from([0x41, 0x51, 0x61, 0x71]), st.integers(0, 255), st.integers(0, 255), st.integers(0, 0xFFFFFF))
def test_the_two_layouts_of_fixed_format_are_never_mistaken_for_each_other(error, status, device, count, lba):
    """Both built as their writers build them; the same registers are read from either."""
    low = lba.to_bytes(3, "little")
    right = bytes([0xF0, 0, 5, error, status, device, count, 10, 0x80, *low, 0x21, 0x04]) + bytes(4)
    wrong = bytes([0x70, 0, 5, 0, 0, 0, 0, 10, error, status, device, count, 0x21, 0x04, 0, 0, 0x80, *low]) + bytes(76)
    expected = AtaRegisters(status, error, device, count, lba, upper_known=False)
    assert ata_answer(ScsiAnswer(CHECK, b"", right)).registers == expected
    assert ata_answer(ScsiAnswer(CHECK, b"", wrong)).registers == expected
