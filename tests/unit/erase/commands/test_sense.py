"""Sense data, literal (SPC-5 section 4.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.sense import Sense, SenseKey, parse_sense


def fixed(head="70", key="05", information="00000000", *, length="0a", code="2400", sks="000000"):
    return bytes.fromhex(head + "00" + key + information + length + "00000000" + code + "00" + sks)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # INVALID FIELD IN CDB; the field pointer in byte 15 is no progress
        (fixed(sks="c00001"), Sense(True, False, SenseKey.ILLEGAL_REQUEST, 0x24, 0x00)),
        # SANITIZE IN PROGRESS, half done
        (fixed(key="02", code="041b", sks="808000"), Sense(True, False, SenseKey.NOT_READY, 0x04, 0x1B, progress=0x8000)),
        # FORMAT IN PROGRESS without SKSV
        (fixed(key="02", code="0404", sks="008000"), Sense(True, False, SenseKey.NOT_READY, 0x04, 0x04)),
        # NO SENSE with progress: another way to tell of a sanitize
        (fixed(key="00", code="041b", sks="80028f"), Sense(True, False, SenseKey.NO_SENSE, 0x04, 0x1B, progress=655)),
        # an unreadable sector, its address valid
        (fixed("f0", "03", "01234567", code="1100"), Sense(True, False, SenseKey.MEDIUM_ERROR, 0x11, 0x00, information=0x01234567)),
        (fixed("70", "03", "01234567", code="1100"), Sense(True, False, SenseKey.MEDIUM_ERROR, 0x11, 0x00)),
        # SANITIZE COMMAND FAILED, deferred
        (fixed("71", "03", code="3103"), Sense(True, True, SenseKey.MEDIUM_ERROR, 0x31, 0x03)),
        # filemark, EOM and ILI stand beside the key
        (fixed(key="e6", code="2900"), Sense(True, False, SenseKey.UNIT_ATTENTION, 0x29, 0x00)),
    ],
)
def test_fixed_format(raw, expected):
    assert parse_sense(raw) == expected


def test_fixed_format_counts_only_as_far_as_its_length_says():
    raw = fixed("f0", "02", "01234567", length="04", code="041b", sks="808000")
    assert parse_sense(raw) == Sense(True, False, SenseKey.NOT_READY, information=0x01234567)


@pytest.mark.parametrize("length", range(3, 18))
def test_cut_fixed_format_loses_fields_and_nothing_else(length):
    raw = fixed("f0", "02", "01234567", code="041b", sks="808000")[:length]
    assert parse_sense(raw) == Sense(
        True,
        False,
        SenseKey.NOT_READY,
        0x04 if length > 12 else None,
        0x1B if length > 13 else None,
        0x01234567 if length > 6 else None,
        None,
    )
    assert parse_sense(raw).code == ((0x04, 0x1B) if length > 13 else None)


ATA_RETURN = "090c" "01" "00" "8000" "0000" "00ff" "00ff" "40" "50"  # fmt: skip
INFORMATION = "000a" "80" "00" "0000000123456789"  # fmt: skip
SPECIFIC = "0206" "0000" "808000" "00"  # fmt: skip


def described(key="02", code="041b", *descriptors, head="72"):
    body = "".join(descriptors)
    return bytes.fromhex(f"{head}{key}{code}000000{len(body) // 2:02x}{body}")


def test_descriptor_format():
    raw = described("02", "041b", INFORMATION, SPECIFIC, ATA_RETURN)
    assert parse_sense(raw) == Sense(
        False,
        False,
        SenseKey.NOT_READY,
        0x04,
        0x1B,
        information=0x123456789,
        progress=0x8000,
        descriptors=(bytes.fromhex(INFORMATION), bytes.fromhex(SPECIFIC), bytes.fromhex(ATA_RETURN)),
    )
    assert parse_sense(b"\x73" + raw[1:]).deferred


def test_descriptor_fields_need_their_own_validity():
    assert parse_sense(described("02", "041b", INFORMATION.replace("000a80", "000a00"))).information is None
    assert parse_sense(described("02", "041b", SPECIFIC.replace("8080", "0080"))).progress is None
    assert parse_sense(described("05", "2400", SPECIFIC)).progress is None


def test_a_descriptor_that_is_cut_is_not_there():
    raw = described("02", "041b", SPECIFIC, ATA_RETURN)
    for length in range(16, len(raw)):
        assert parse_sense(raw[:length]).descriptors == (bytes.fromhex(SPECIFIC),)
    longer = raw[:7] + b"\xff" + raw[8:]  # a length beyond what came
    assert len(parse_sense(longer).descriptors) == 2
    shorter = raw[:7] + b"\x08" + raw[8:]
    assert len(parse_sense(shorter).descriptors) == 1


@pytest.mark.parametrize("raw", [b"", b"\0" * 18, b"\xff" * 18, b"\x6f" + bytes(17), b"\x74" + bytes(17), b"\x70", b"\x70\0", b"\x72"])
def test_what_is_no_sense_data_is_none(raw):
    assert parse_sense(raw) is None


@pytest.mark.parametrize(
    ("code", "name"), [(0, "NO_SENSE"), (1, "RECOVERED_ERROR"), (7, "DATA_PROTECT"), (0xB, "ABORTED_COMMAND"), (0xF, "COMPLETED")]
)
def test_sense_keys(code, name):
    assert parse_sense(bytes([0x72, code])).key.name == name


@given(
    st.binary(max_size=252)
    | st.builds(lambda head, tail: head + tail, st.sampled_from([b"\x70", b"\xf0", b"\x72", b"\x73"]), st.binary(max_size=252))
)
def test_any_bytes_give_sense_or_none(raw):
    sense = parse_sense(raw)
    if sense is not None:
        assert sense.fixed == (raw[0] & 0x7F in (0x70, 0x71))
        assert sense.progress is None or sense.key in (SenseKey.NO_SENSE, SenseKey.NOT_READY)
        assert b"".join(sense.descriptors) in raw
