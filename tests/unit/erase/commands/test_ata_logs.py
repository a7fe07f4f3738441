"""Logs 00h, 30h and 04h, literal (ACS-4 clause 9)."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata_logs
from erase.commands.ata_logs import LogCapabilities, LogSecurity, LogSettings
from erase.commands.ata_security_state import EraseTime
from erase.commands.ata_statistics import STATISTICS_PAGES, AtaStatistic, StatisticsPage, parse_statistics

VALID = 1 << 63


def page(number, qwords, *, header=VALID | 0x0001):
    data = bytearray(512)
    data[0:8] = (header | number << 16).to_bytes(8, "little")
    for index, value in qwords.items():
        data[8 * index : 8 * index + 8] = value.to_bytes(8, "little")
    return bytes(data)


def test_logs_and_pages_have_their_addresses():
    assert (ata_logs.LOG_DIRECTORY, ata_logs.LOG_DEVICE_STATISTICS, ata_logs.LOG_IDENTIFY_DEVICE_DATA) == (0x00, 0x04, 0x30)
    pages = (ata_logs.PAGE_SUPPORTED, ata_logs.PAGE_CAPACITY, ata_logs.PAGE_CAPABILITIES)
    assert pages == (0x00, 0x02, 0x03)
    assert (ata_logs.PAGE_CURRENT_SETTINGS, ata_logs.PAGE_SECURITY) == (0x04, 0x06)


# --- directory


def test_the_directory_has_a_size_for_each_log():
    data = bytearray(512)
    data[0:2] = b"\x01\x00"
    data[2 * 0x04 : 2 * 0x04 + 2] = b"\x08\x00"
    data[2 * 0x30 : 2 * 0x30 + 2] = b"\x09\x01"
    directory = ata_logs.parse_log_directory(bytes(data))
    assert (directory.pages[0x04], directory.pages[0x30], directory.pages[0x31]) == (8, 265, 0)
    assert len(directory.pages) == 256


@pytest.mark.parametrize("data", [b"", bytes(512), b"\xff" * 512, b"\x01\x00" + bytes(509), b"\x01\x00" + bytes(511)])
def test_what_is_no_directory_is_none(data):
    assert ata_logs.parse_log_directory(data) is None


# --- supported pages


def test_supported_pages_are_counted_in_byte_8():
    data = bytes.fromhex("0100000000000080" + "04" + "00010306" + "08") + bytes(498)
    assert ata_logs.parse_supported_pages(data) == {0x00, 0x01, 0x03, 0x06}


def test_the_statistics_log_lists_its_pages_without_bit_63():
    data = bytes.fromhex("0100000000000000" + "02" + "0005") + bytes(501)
    assert ata_logs.parse_supported_pages(data) == {0x00, 0x05}


@pytest.mark.parametrize("data", [b"", bytes(512), b"\xff" * 512, page(3, {1: VALID | 1})])
def test_what_lists_no_pages_is_none(data):
    assert ata_logs.parse_supported_pages(data) is None


# --- capabilities, settings, security


@pytest.mark.parametrize(
    ("qwords", "attribute"),
    [
        ({1: VALID | 1 << 51}, "definitive_ending_pattern"),
        ({1: VALID | 1 << 41}, "accessible_max_address"),
        ({1: VALID | 1 << 39}, "deterministic_trim"),
        ({1: VALID | 1 << 31}, "zeroes_trim"),
        ({14: VALID | 1 << 0}, "zone_commands"),
        ({14: VALID | 1 << 4}, "zone_commands"),
    ],
)
def test_each_capability_has_its_bit(qwords, attribute):
    found = ata_logs.parse_capabilities(page(0x03, qwords))
    assert found == LogCapabilities(**{field.name: field.name == attribute for field in fields(LogCapabilities)})
    unvouched = {index: value & ~VALID for index, value in qwords.items()}
    assert ata_logs.parse_capabilities(page(0x03, unvouched)) == LogCapabilities(False, False, False, False, False)


@pytest.mark.parametrize(
    ("qword", "sectors"),
    [(VALID | 0xE8E088B0, 0xE8E088B0), (VALID | 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFF), (0xE8E088B0, None), (VALID, None)],
)
def test_the_capacity(qword, sectors):
    assert ata_logs.parse_capacity(page(0x02, {1: qword})) == sectors
    assert ata_logs.parse_capacity(page(0x03, {1: qword})) is None


def test_settings():
    assert ata_logs.parse_current_settings(page(0x04, {1: VALID | 1 << 13})) == LogSettings(True, False)
    assert ata_logs.parse_current_settings(page(0x04, {1: VALID | 1 << 6})) == LogSettings(False, True)
    assert ata_logs.parse_current_settings(page(0x04, {1: 1 << 13})) == LogSettings(None, None)


NO_SECURITY = LogSecurity(None, EraseTime(None), EraseTime(None), False, False, False, False, False, False, False, False)


def security(**values):
    return LogSecurity(**{field.name: getattr(NO_SECURITY, field.name) for field in fields(LogSecurity)} | values)


@pytest.mark.parametrize(
    ("qwords", "values"),
    [
        ({}, {}),
        ({1: VALID | 0xFFFE}, {"master_identifier": 0xFFFE}),
        ({1: 0xFFFE}, {}),
        ({3: VALID | 0x0001}, {"enhanced_time": EraseTime(2)}),
        ({4: VALID | 0x854E}, {"normal_time": EraseTime(2716)}),
        ({5: VALID | 1}, {"trusted_computing": True}),
        ({6: VALID | 0x80}, {"restricted_sanitize_overrides_security": True}),
        ({6: VALID | 0x01}, {"encrypts_all": True}),
        ({6: VALID | 0x06}, {"sanitize": True, "crypto_scramble": True}),
        ({6: VALID | 0x0A}, {"sanitize": True, "overwrite": True}),
        ({6: VALID | 0x12}, {"sanitize": True, "block_erase": True}),
        ({6: VALID | 0x22}, {"sanitize": True, "antifreeze": True}),
        ({6: VALID | 0x3C}, {}),  # techniques without the feature set
        ({6: 0xBF}, {}),
        ({6: 0xFFFFFFFFFFFFFFFF}, {}),
    ],
)
def test_the_security_page(qwords, values):
    assert ata_logs.parse_security(page(0x06, qwords)) == security(**values)


PARSERS = {
    0x03: ata_logs.parse_capabilities,
    0x04: ata_logs.parse_current_settings,
    0x06: ata_logs.parse_security,
}


@pytest.mark.parametrize("number", PARSERS)
def test_a_page_that_is_another_one_is_none(number):
    good = page(number, {})
    assert PARSERS[number](good) is not None
    for bad in (
        page(number ^ 1, {}),
        page(number, {}, header=0x0001),  # bit 63 of the header
        page(number, {}, header=VALID),  # revision 0
        page(number, {}, header=VALID | 0xFFFF),
        good[:511],
        good + b"\0",
        bytes(512),
        b"\xff" * 512,
        b"",
    ):
        assert PARSERS[number](bad) is None


# --- statistics


@pytest.mark.parametrize(
    ("number", "offset", "value", "statistic", "expected"),
    [
        (1, 0x08, 0x01020304, AtaStatistic.POWER_ON_RESETS, 0x01020304),
        (1, 0x10, 12345, AtaStatistic.POWER_ON_HOURS, 12345),
        (1, 0x18, 0x010203040506, AtaStatistic.SECTORS_WRITTEN, 0x010203040506),
        (1, 0x28, 7, AtaStatistic.SECTORS_READ, 7),
        (1, 0x40, 3, AtaStatistic.PENDING_ERRORS, 3),
        (3, 0x20, 8, AtaStatistic.REALLOCATED_SECTORS, 8),
        (3, 0x38, 9, AtaStatistic.REALLOCATION_CANDIDATES, 9),
        (4, 0x08, 10, AtaStatistic.REPORTED_UNCORRECTABLE, 10),
        (5, 0x08, 0xFB, AtaStatistic.TEMPERATURE, -5),
        (5, 0x20, 55, AtaStatistic.HIGHEST_TEMPERATURE, 55),
        (6, 0x18, 11, AtaStatistic.INTERFACE_CRC_ERRORS, 11),
        (7, 0x08, 0xFF, AtaStatistic.PERCENTAGE_USED, 255),
    ],
)
def test_each_statistic_has_its_place(number, offset, value, statistic, expected):
    supported_and_valid = 0xC0 << 56
    data = page(number, {offset // 8: supported_and_valid | value}, header=0x0001)
    found = parse_statistics(data)
    assert found == StatisticsPage(number, ((statistic, expected),))
    assert found.value(statistic) == expected
    for flags in (0x00, 0x80, 0x40):  # not kept; kept and not known now; nonsense
        assert parse_statistics(page(number, {offset // 8: flags << 56 | value}, header=0x0001)).value(statistic) is None


@pytest.mark.parametrize("data", [b"", bytes(512), b"\xff" * 512, page(2, {}), page(1, {}, header=0), page(1, {})[:511]])
def test_what_is_no_page_of_statistics_is_none(data):
    assert parse_statistics(data) is None


def test_the_pages_worth_asking_for():
    assert STATISTICS_PAGES == (1, 3, 4, 5, 6, 7)


# --- any bytes


@given(
    st.binary(max_size=520)
    | st.builds(
        lambda head, tail: (head + tail)[:512],
        st.sampled_from([page(n, {}) for n in range(8)]).map(lambda d: d[:8]),
        st.binary(min_size=504, max_size=504),
    )
)
def test_any_bytes_give_a_page_or_none(data):
    for parse in (
        *PARSERS.values(),
        ata_logs.parse_capacity,
        ata_logs.parse_log_directory,
        ata_logs.parse_supported_pages,
        parse_statistics,
    ):
        parse(data)
    found = ata_logs.parse_security(data)
    if found is not None and (found.sanitize or found.restricted_sanitize_overrides_security):
        assert data[55] & 0x80  # bit 63 of the qword at byte 48
