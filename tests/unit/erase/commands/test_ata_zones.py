"""Zones, literal (ZAC-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.ata_zones import Zone, ZoneCondition, ZoneReport, ZoneType, parse_zone_report, report_zones, reset_all_write_pointers
from erase.commands.wire import AtaCommand, AtaProtocol


def test_each_command_has_its_registers():
    assert report_zones(0x80000, pages=8) == AtaCommand(
        "REPORT ZONES EXT", 0x4A, AtaProtocol.DMA_IN, extended=True, feature=0x0000, count=8, lba=0x80000, data_in=4096
    )
    assert reset_all_write_pointers() == AtaCommand("RESET WRITE POINTER EXT", 0x9F, AtaProtocol.NON_DATA, extended=True, feature=0x0104)


@pytest.mark.parametrize("build", [lambda: report_zones(1 << 48), lambda: report_zones(0, pages=0), lambda: report_zones(0, pages=65536)])
def test_numbers_that_fit_no_register_are_refused(build):
    with pytest.raises(ValueError, match=r"LBA|pages"):
        build()


def zone(kind, condition, length, start, pointer):
    numbers = b"".join(value.to_bytes(8, "little") for value in (length, start, pointer))
    return bytes([kind, condition]) + bytes(6) + numbers + bytes(32)


HEADER = bytes.fromhex("80000000" + "00000000" + "ffff07000000" + "0000") + bytes(48)  # two zones, last address 7FFFFh


def test_a_report_is_read_from_its_places():
    data = HEADER + zone(0x01, 0x00, 0x40000, 0, 0xFFFFFFFFFFFFFFFF) + zone(0x02, 0xE3, 0x40000, 0x40000, 0x80000)
    assert parse_zone_report(data) == ZoneReport(
        (
            Zone(ZoneType.CONVENTIONAL, ZoneCondition.NOT_WRITE_POINTER, False, False, 0, 0x40000, 0xFFFFFFFFFFFFFFFF),
            Zone(ZoneType.SEQUENTIAL_WRITE_REQUIRED, ZoneCondition.FULL, True, True, 0x40000, 0x40000, 0x80000),
        ),
        listed=2,
        last_lba=0x7FFFF,
    )


@pytest.mark.parametrize(
    ("code", "condition"),
    [
        (0x0, "NOT_WRITE_POINTER"),
        (0x1, "EMPTY"),
        (0x2, "IMPLICITLY_OPENED"),
        (0x3, "EXPLICITLY_OPENED"),
        (0x4, "CLOSED"),
        (0x5, "INACTIVE"),
        (0x6, None),
        (0xC, None),
        (0xD, "READ_ONLY"),
        (0xE, "FULL"),
        (0xF, "OFFLINE"),
    ],
)
def test_each_condition_has_its_code(code, condition):
    found = parse_zone_report(HEADER + zone(0x03, code << 4, 1, 0, 0)).zones[0]
    assert (found.condition.name if found.condition is not None else None) == condition
    assert found.zone_type is ZoneType.SEQUENTIAL_WRITE_PREFERRED


@pytest.mark.parametrize(("code", "kind"), [(0x0, None), (0x4, ZoneType.SEQUENTIAL_OR_BEFORE_REQUIRED), (0x5, ZoneType.GAP), (0x6, None)])
def test_each_type_has_its_code(code, kind):
    assert parse_zone_report(HEADER + zone(code, 0, 1, 0, 0)).zones[0].zone_type is kind


def test_a_report_that_did_not_fit_says_how_many_zones_there_are():
    report = parse_zone_report(HEADER + zone(1, 0, 1, 0, 0) + bytes(63))
    assert (len(report.zones), report.listed) == (1, 2)


@pytest.mark.parametrize("data", [b"", HEADER[:63], bytes(512), b"\x41" + HEADER[1:]])
def test_what_is_no_report_is_none(data):
    assert parse_zone_report(data) is None


@given(st.binary(max_size=512))
def test_any_bytes_give_a_report_or_none(data):
    report = parse_zone_report(data)
    if report is not None:
        assert len(report.zones) <= min(report.listed, (len(data) - 64) // 64)
