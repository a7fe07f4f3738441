"""SMART, literal (ACS-3 clause 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata_smart
from erase.commands.ata_smart import SmartAttribute, parse_smart_data, parse_smart_thresholds, smart_health
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            ata_smart.smart_read_data(),
            AtaCommand("SMART READ DATA", 0xB0, AtaProtocol.PIO_IN, feature=0xD0, count=1, lba=0xC24F00, data_in=512),
        ),
        (
            ata_smart.smart_read_thresholds(),
            AtaCommand("SMART READ ATTRIBUTE THRESHOLDS", 0xB0, AtaProtocol.PIO_IN, feature=0xD1, count=1, lba=0xC24F00, data_in=512),
        ),
        (
            ata_smart.smart_read_log(0x06, pages=2),
            AtaCommand("SMART READ LOG", 0xB0, AtaProtocol.PIO_IN, feature=0xD5, count=2, lba=0xC24F06, data_in=1024),
        ),
        (ata_smart.smart_return_status(), AtaCommand("SMART RETURN STATUS", 0xB0, AtaProtocol.NON_DATA, feature=0xDA, lba=0xC24F00)),
    ],
    ids=lambda value: value.name,
)
def test_each_command_has_its_registers(command, expected):
    assert command == expected


def test_log_addresses_and_pages_have_limits():
    command = ata_smart.smart_read_log(0xFF, pages=255)
    assert (command.lba, command.count, command.data_in) == (0xC24FFF, 255, 130_560)
    for address, pages in ((0x100, 1), (0, 0), (0, 256)):
        with pytest.raises(ValueError, match="8 bits"):
            ata_smart.smart_read_log(address, pages=pages)


@pytest.mark.parametrize(
    ("status", "lba", "health"),
    [
        (0x50, 0xC24F00, "passed"),
        (0x50, 0x2CF400, "threshold-exceeded"),
        (0x50, 0x2CF4AB, "threshold-exceeded"),
        (0x50, 0x000000, "unknown"),  # a bridge that drops registers
        (0x50, 0xF42C00, "unknown"),  # the bytes in the other order
        (0x51, 0xC24F00, "unknown"),  # aborted: the key was left where the host put it
        (0x80, 0xC24F00, "unknown"),
    ],
)
def test_health_is_in_the_middle_of_the_address(status, lba, health):
    assert smart_health(AtaAnswer(AtaRegisters(status, 0x04, 0x40, 0, lba, upper_known=False))) == health


def test_health_without_registers_is_unknown():
    assert smart_health(AtaAnswer(None)) == "unknown"


def smart(*entries, length=12):
    data = bytearray(b"\x10\x00" + b"".join(bytes.fromhex(entry).ljust(length, b"\0") for entry in entries))
    data = data.ljust(512, b"\0")
    data[511] = -sum(data[:511]) % 256
    return bytes(data)


# number, flags, current, worst, raw value of 48 bits
DATA = smart(
    "05" "3300" "64" "63" "080000000000",
    "c2" "2200" "61" "50" "24000f003200",  # 36 °C, lowest 15, highest 50
    "c5" "1200" "64" "64" "020000000000",
    "c6" "1000" "64" "64" "010000000000",
    "c7" "3e00" "c8" "c8" "ffffffffff00",
    "00",
    "f1" "0000" "64" "64" "112233445566",
)  # fmt: skip


def test_attributes_are_read_from_their_places():
    data = parse_smart_data(DATA)
    assert data.attributes[0] == SmartAttribute(5, 0x0033, 100, 99, 8)
    assert data.attributes[-1] == SmartAttribute(0xF1, 0, 100, 100, 0x665544332211)
    assert len(data.attributes) == 6
    assert (data.reallocated, data.pending, data.uncorrectable, data.crc_errors, data.temperature) == (8, 2, 1, 0xFFFFFFFFFF, 36)
    assert data.attributes[0].pre_failure
    assert not data.attributes[1].pre_failure


def test_what_a_drive_does_not_keep_is_none():
    data = parse_smart_data(smart("09" "3200" "64" "64" "01"))  # fmt: skip
    assert (data.reallocated, data.pending, data.uncorrectable, data.crc_errors, data.temperature) == (None,) * 5


@pytest.mark.parametrize(
    ("entries", "temperature"),
    [
        (["be" "2200" "00" "00" "19"], 25),
        (["c2" "2200" "00" "00" "00", "be" "2200" "00" "00" "19"], 25),
        (["c2" "2200" "00" "00" "c8"], None),  # 200: not degrees Celsius
    ],
)  # fmt: skip
def test_the_temperature_is_told_in_one_of_two_attributes(entries, temperature):
    assert parse_smart_data(smart(*entries)).temperature == temperature


def test_other_counts_above_the_reallocated_sectors_are_left_away():
    assert parse_smart_data(smart("05" "3300" "64" "64" "070000000100")).reallocated == 7  # fmt: skip
    assert parse_smart_data(smart("05" "3300" "64" "64" "000001000000")).reallocated == 65536  # fmt: skip


def test_thresholds_are_compared_with_current_values():
    thresholds = parse_smart_thresholds(smart("05" "64", "c5" "00", "c6" "63"))  # fmt: skip
    assert thresholds == {5: 100, 0xC5: 0, 0xC6: 99}
    assert [found.number for found in parse_smart_data(DATA).exceeded(thresholds)] == [5]


@pytest.mark.parametrize("data", [b"", bytes(512), DATA[:511], DATA + b"\0", DATA[:511] + bytes([DATA[511] ^ 1])])
def test_smart_data_without_a_right_checksum_is_none(data):
    assert parse_smart_data(data) is None
    assert parse_smart_thresholds(data) is None


@given(st.binary(min_size=510, max_size=511).map(lambda body: body + bytes([-sum(body) % 256])))
def test_any_bytes_give_smart_data_or_none(data):
    found, thresholds = parse_smart_data(data), parse_smart_thresholds(data)
    if len(data) != 512:
        assert (found, thresholds) == (None, None)
    elif found is not None:
        assert all(0 < entry.number < 256 for entry in found.attributes)
        _ = found.reallocated, found.temperature, found.pending, found.exceeded(thresholds)


@pytest.mark.parametrize("blank", [bytes(512), b"\xff" * 512])
def test_a_blank_sector_is_no_smart_data_although_it_sums_up_to_zero(blank: bytes) -> None:
    assert sum(blank) % 256 == 0
    assert parse_smart_data(blank) is None
    assert parse_smart_thresholds(blank) is None
