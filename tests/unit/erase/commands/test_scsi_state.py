"""Mode pages, logs, defects, supported commands, reservations, zones and elements, byte by byte from SPC-5, SBC-4 and ZBC-2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import scsi_basic as basic
from erase.commands import scsi_logs as logs
from erase.commands import scsi_media as media
from erase.commands import scsi_modes as modes
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.scsi_logs import LogPage

ANY = st.binary(max_size=400)
CACHING = "8812 14 00 ffff 0000 ffff ffff 80 14 0000 00000000".replace(" ", "")
CONTROL = "8a0a 06 10 08 00 0000 ffff 0000".replace(" ", "")


def mode_10(descriptor: str, pages: str, *, flags: int = 0, long: int = 0) -> bytes:
    block, body = bytes.fromhex(descriptor), bytes.fromhex(pages)
    length = 6 + len(block) + len(body)
    return length.to_bytes(2, "big") + bytes([0, flags, long, 0]) + len(block).to_bytes(2, "big") + block + body


def test_mode_data_tells_block_size_cache_and_sense_format():
    # SPC-5 clause 7: WP byte 3 bit 7; SBC-4 clause 6: number 0 to 3, length 5 to 7
    found = modes.mode_data_10(mode_10("74706db0 00 000208", CACHING + CONTROL, flags=0x90))
    assert found.doubts == ()
    assert found.block == modes.BlockDescriptor(0x74706DB0, 520, long=False)
    assert (found.write_protected, found.write_cache, found.descriptor_sense, found.software_write_protect) == (True,) * 4
    assert found.page(modes.CACHING) == bytes.fromhex(CACHING)


@pytest.mark.parametrize(
    ("pages", "field"),
    [(CACHING[:4] + "10" + CACHING[6:], "write_cache"), (CONTROL[:4] + "02" + CONTROL[6:], "descriptor_sense")],
)
def test_each_mode_is_one_bit(pages, field):
    assert getattr(modes.mode_data_10(mode_10("", pages)), field) is False
    assert getattr(modes.mode_data_10(mode_10("", "")), field) is None


def test_long_descriptors_are_read():
    found = modes.mode_data_10(mode_10("0000000174706db0 00000000 00001000", "", long=1))
    assert found.block == modes.BlockDescriptor(0x174706DB0, 4096, long=True)


@pytest.mark.parametrize(("descriptor", "long"), [("ffffffff 00 000200", 0), ("ffffffffffffffff 00000000 00000200", 1)])
def test_a_number_that_can_not_be_told_is_none(descriptor, long):
    found = modes.mode_data_10(mode_10(descriptor, "", long=long))
    assert found.block == modes.BlockDescriptor(None, 512, long=bool(long))


def test_short_mode_data_is_read():
    # SPC-5 clause 7: length 0, medium 1, WP byte 2 bit 7, descriptor length 3
    data = bytes.fromhex("00 00 80 08 000003e8 00 000210" + CACHING)
    found = modes.mode_data_6(bytes([len(data) - 1]) + data[1:])
    assert (found.block, found.write_protected, found.write_cache) == (modes.BlockDescriptor(1000, 528, long=False), True, True)


def test_subpages_are_told_apart():
    # SPF 40h: subpage, length in 2 bytes
    found = modes.mode_data_10(mode_10("", CONTROL + "4a02 0004 11223344" + CACHING))
    assert [(one.code, one.subpage) for one in found.pages] == [(0x0A, 0), (0x0A, 2), (0x08, 0)]
    assert found.page(0x0A, 2) == bytes.fromhex("4a02000411223344")


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (mode_10("000003e8 00 000200", CACHING)[:-1], ScsiDoubt.TOO_SHORT),
        (mode_10("000003e8 00 000200", CACHING[:-2]), ScsiDoubt.CUT_DESCRIPTOR),
        (mode_10("000003e8 00 0000", ""), ScsiDoubt.CUT_DESCRIPTOR),
        (mode_10("000003e8 00 000000", ""), ScsiDoubt.BLOCK_SIZE),
        (b"\0\0", ScsiDoubt.TOO_SHORT),
    ],
)
def test_mode_data_that_can_not_be_is_doubted(data, doubt):
    assert doubt in modes.mode_data_10(data).doubts


def test_one_bit_of_a_page_is_changed_and_the_rest_sent_back():
    page = modes.ModePage(0x08, 0, bytes.fromhex(CACHING))
    off = modes.with_bit(page, 2, 2, on=False)
    assert off.data == bytes.fromhex(CACHING[:4] + "10" + CACHING[6:])
    assert modes.with_bit(off, 2, 2, on=True) == page
    # PS (80h) goes back as 0
    assert modes.mode_select_10(page=off.data).data_out == bytes(8) + bytes.fromhex("0812" + "10" + CACHING[6:])
    with pytest.raises(ValueError, match="bytes"):
        modes.with_bit(page, 20, 0, on=True)


@given(ANY)
def test_any_bytes_give_mode_data(data):
    for found in (modes.mode_data_6(data), modes.mode_data_10(data)):
        assert found.block is None or found.block.block_size >= 256


@given(st.lists(st.tuples(st.integers(0, 62), st.binary(max_size=40)), max_size=6))
def test_any_pages_are_found_again(pages):
    body = b"".join(bytes([code, len(data)]) + data for code, data in pages)
    found = modes.mode_data_10(mode_10("", body.hex()))
    assert [(one.code, one.data[2:]) for one in found.pages] == pages


def log(page: int, *parameters: tuple[int, str]) -> bytes:
    body = b"".join(code.to_bytes(2, "big") + bytes([0x03, len(bytes.fromhex(value))]) + bytes.fromhex(value) for code, value in parameters)
    return bytes([page, 0]) + len(body).to_bytes(2, "big") + body


def test_supported_logs_are_listed():
    # SPC-5 clause 7
    assert logs.supported_log_pages(bytes.fromhex("00000005 0002030d2f")).codes == (0x00, 0x02, 0x03, 0x0D, 0x2F)
    assert logs.supported_log_pages(bytes.fromhex("00000002 0203")).codes == ()


def test_error_counters_are_read():
    # SPC-5 clause 7: 0003h corrected, 0005h bytes, 0006h uncorrected
    data = log(0x03, (0, "00000001"), (3, "00000011"), (5, "0000000000001000"), (6, "00000002"))
    assert logs.error_counters(data, LogPage.READ_ERRORS) == logs.ErrorCounters((), 0x11, 0x1000, 2)
    assert logs.error_counters(data, LogPage.WRITE_ERRORS) == logs.ErrorCounters((ScsiDoubt.WRONG_PAGE,), None, None, None)


@pytest.mark.parametrize(("value", "degrees"), [("0024", 36), ("00ff", None), ("00", None)])
def test_temperature_is_read(value, degrees):
    assert logs.temperature(log(0x0D, (0, value), (1, "0044"))) == degrees


@pytest.mark.parametrize(
    ("value", "expected", "predicts"),
    [
        ("00 00 23 00", (0, 0, 35), False),
        ("5d 10 ff 00", (0x5D, 0x10, None), True),
        ("0b 01 46 00", (0x0B, 0x01, 70), False),
        ("", (None, None, None), None),
    ],
)
def test_predicted_failures_are_read(value, expected, predicts):
    found = logs.informational_exception(log(0x2F, (0, value)))
    assert (found.asc, found.ascq, found.temperature) == expected
    assert found.predicts_failure is predicts


def test_endurance_is_read():
    # SBC-4 clause 6: parameter 0001h, byte 7
    assert logs.endurance_used(log(0x11, (1, "0000002a"))) == 42
    assert logs.endurance_used(log(0x11, (2, "0000002a"))) is None


def test_background_scans_are_read():
    # SBC-4 clause 6: minutes 4 to 7, status 9, scans 10, progress 12; defects: LBA 16 to 23
    data = log(
        0x15,
        (0, "00001000 00 02 0005 8000 0005"),
        (1, "00000fff 5 1 11 00 0000000000 0000000000abcdef".replace(" ", "")),
    )
    assert logs.background_scan(data) == logs.BackgroundScan((), 0x1000, 2, 0x8000, (0xABCDEF,))


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (log(0x0D, (0, "0024"))[:-1], ScsiDoubt.TOO_SHORT),
        (bytes.fromhex("0d000006 0000030400 24"), ScsiDoubt.CUT_DESCRIPTOR),
        (b"\x4d" + log(0x0D, (0, "0024"))[1:], ScsiDoubt.WRONG_PAGE),
        (b"", ScsiDoubt.TOO_SHORT),
    ],
)
def test_a_log_that_can_not_be_is_doubted(data, doubt):
    found = logs.log_parameters(data, LogPage.TEMPERATURE)
    assert doubt in found.doubts
    assert logs.temperature(data) is None


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        # SBC-4 clause 5: PLISTV 10h, GLISTV 08h, format 2:0; length 4 to 7
        ("00 08 0000 00000028", (False, True, 10)),
        ("00 0d 0000 00000028", (False, True, 5)),
        ("00 18 0000 00000000", (True, True, 0)),
        ("00 08 0000 00000029", (False, True, None)),
        ("00 0e 0000 00000028", (False, True, None)),  # the vendor's own format
        ("00 08 00", (False, True, None)),
        ("", (None, None, None)),
    ],
)
def test_grown_defects_are_counted(digits, expected):
    found = logs.defect_count(bytes.fromhex(digits))
    assert (found.primary, found.grown, found.count) == expected


@given(ANY, st.sampled_from(LogPage))
def test_any_bytes_give_a_log(data, page):
    for one in (data, bytes([page]) + data):
        logs.supported_log_pages(one)
        logs.log_parameters(one, page)
        logs.error_counters(one, LogPage.READ_ERRORS)
        logs.temperature(one)
        logs.informational_exception(one)
        logs.endurance_used(one)
        logs.background_scan(one)
        logs.defect_count(one)


@given(st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=30), max_size=8))
def test_any_parameters_are_found_again(values):
    found = logs.log_parameters(log(0x02, *((code, value.hex()) for code, value in values.items())), LogPage.WRITE_ERRORS)
    assert found == logs.LogParameters((), values)


# TEST UNIT READY, INQUIRY with timeouts (CTDP), SANITIZE 48h/03h
COMMANDS = bytes.fromhex(
    "00000024" + "00 00 0000 00 00 0006" + "12 00 0000 00 02 0006" + "000a 0000 00000000 0000001e" + "48 00 0003 00 01 000a"
)


def test_supported_commands_are_listed():
    found = basic.supported_commands(COMMANDS)
    assert found == basic.SupportedCommands((), ((0x00, None), (0x12, None), (0x48, 0x03)))
    assert (found.has(0x48, 0x03), found.has(0x48, 0x02), found.has(0x12), found.has(0x48)) == (True, False, True, False)


def test_a_list_without_mandatory_commands_is_none():
    found = basic.supported_commands(bytes.fromhex("00000008 48 00 0003 00 01 000a"))
    assert found == basic.SupportedCommands((ScsiDoubt.RESERVED_VALUE,), ())
    assert found.has(0x48, 0x03) is None


def test_a_cut_list_says_nothing_of_what_is_missing():
    found = basic.supported_commands(COMMANDS[:-8])
    assert (found.has(0x12), found.has(0x48, 0x03)) == (True, None)


@pytest.mark.parametrize(
    ("digits", "support"),
    [
        ("00 03 000a 48", basic.Support.STANDARD),
        ("00 05 000a 48", basic.Support.VENDOR),
        ("00 01 0000", basic.Support.NO),
        ("00 00 0000", basic.Support.NOT_TOLD),
        ("00 03 000a 12", basic.Support.NOT_TOLD),  # it speaks of another command
        ("00 03 0000 48", basic.Support.NOT_TOLD),  # of no length
        ("00 07 000a 48", basic.Support.NOT_TOLD),
        ("", basic.Support.NOT_TOLD),
    ],
)
def test_support_of_one_command_is_told(digits, support):
    assert basic.supported_command(bytes.fromhex(digits), 0x48) is support


@given(ANY)
def test_any_bytes_give_no_support_without_its_code(data):
    basic.reservation_keys(data)
    for code, action in basic.supported_commands(data).commands:
        assert bytes([code]) in data
        assert action is None or action.to_bytes(2, "big") in data
    if basic.supported_command(data, 0x48) is basic.Support.STANDARD:
        assert data[1] & 7 == 3
        assert data[4] == 0x48


def test_reservation_keys_are_listed():
    assert basic.reservation_keys(bytes.fromhex("00000005 00000008 0123456789abcdef")) == basic.ReservationKeys((), (0x0123456789ABCDEF,))
    assert basic.reservation_keys(bytes.fromhex("00000005 00000000")) == basic.ReservationKeys((), ())
    cut = basic.reservation_keys(bytes.fromhex("00000005 00000010 0123456789abcdef"))
    assert cut == basic.ReservationKeys((ScsiDoubt.TOO_SHORT,), (0x0123456789ABCDEF,))


def zone(kind: int, condition: int, start: int, length: int, pointer: int) -> str:
    numbers = (length, start, pointer)
    return f"{kind:02x}{condition << 4:02x}" + "00" * 6 + "".join(f"{number:016x}" for number in numbers) + "00" * 32


def zones(*parts: str) -> bytes:
    body = "".join(parts)
    return bytes.fromhex(f"{len(body) // 2:08x} 00 000000 000000000000ffff" + "00" * 48 + body)


def test_zones_are_listed():
    found = media.parse_zones(zones(zone(1, 0, 0, 0x8000, 0), zone(2, 4, 0x8000, 0x8000, 0x9000)))
    assert found.doubts == ()
    assert found.last_lba == 0xFFFF
    assert found.zones == (
        media.Zone(media.ZoneType.CONVENTIONAL, media.ZoneCondition.NOT_WRITE_POINTER, 0, 0x8000, None),
        media.Zone(media.ZoneType.SEQUENTIAL_REQUIRED, media.ZoneCondition.CLOSED, 0x8000, 0x8000, 0x9000),
    )


@pytest.mark.parametrize(
    ("kind", "condition", "reachable"),
    [
        (1, 0x0, True),
        (2, 0x1, True),
        (2, 0xE, True),
        (2, 0xD, False),
        (2, 0xF, False),
        (2, 0x5, False),
        (5, 0x0, False),
        (2, 0x9, False),
        (9, 0x1, False),
    ],
)
def test_some_zones_can_not_be_written(kind, condition, reachable):
    (found,) = media.parse_zones(zones(zone(kind, condition, 0, 8, 0))).zones
    assert found.reachable is reachable


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (zones(zone(1, 0, 0, 8, 0), zone(1, 0, 9, 8, 0)), ScsiDoubt.LIST_DISORDER),
        (zones(zone(1, 0, 0, 0, 0)), ScsiDoubt.LIST_DISORDER),
        (zones(zone(9, 0, 0, 8, 0)), ScsiDoubt.RESERVED_VALUE),
        (zones(zone(1, 6, 0, 8, 0)), ScsiDoubt.RESERVED_VALUE),
        (zones(zone(1, 0, 0, 8, 0))[:-1], ScsiDoubt.TOO_SHORT),
    ],
)
def test_zones_that_can_not_be_are_doubted(data, doubt):
    assert doubt in media.parse_zones(data).doubts


def elements(promised: int, *parts: str) -> bytes:
    return bytes.fromhex(f"{promised:08x}{len(parts):08x}" + "00" * 24 + "".join(parts))


def element(number: int, health: int, restorable: int, capacity: int) -> str:
    return f"00000000{number:08x}" + "00" * 5 + f"{restorable:02x}01{health:02x}{capacity:016x}" + "00" * 8


@pytest.mark.parametrize(
    ("code", "health"),
    [
        (0x00, "not-told"),
        (0x01, "within-limits"),
        (0x63, "within-limits"),
        (0x64, "at-limits"),
        (0x65, "outside-limits"),
        (0xCF, "outside-limits"),
        (0xD0, "reserved"),
        (0xFB, "restoration-failed"),
        (0xFC, "restoring"),
        (0xFD, "depopulation-failed"),
        (0xFE, "depopulating"),
        (0xFF, "depopulated"),
    ],
)
def test_the_health_of_an_element_is_coded(code, health):
    found = media.parse_elements(elements(1, element(3, code, 1, 0x100)))
    assert found == media.Elements((), (media.Element(3, media.ElementHealth(health), True, 0x100),))


def test_a_device_may_have_no_elements():
    assert media.parse_elements(elements(0)) == media.Elements((), ())
    assert media.parse_elements(elements(0)[:-1]) == media.Elements((ScsiDoubt.TOO_SHORT,), ())


def test_elements_that_are_missing_are_doubted():
    assert media.parse_elements(elements(2, element(1, 0, 0, (1 << 64) - 1))) == media.Elements(
        (ScsiDoubt.TOO_SHORT,), (media.Element(1, media.ElementHealth.NOT_TOLD, False, None),)
    )


@given(ANY)
def test_any_bytes_give_zones_and_elements(data):
    media.parse_zones(data)
    media.parse_elements(data)


def test_what_a_dead_link_gives_says_nothing():
    nothing = b"\xff" * 512
    assert modes.mode_data_10(nothing) == modes.mode_data_6(nothing) == modes.ModeData((ScsiDoubt.BLANK,), None, None, ())
    assert logs.defect_count(nothing) == logs.DefectCount(None, None, None)
    assert media.parse_elements(nothing) == media.Elements((ScsiDoubt.BLANK,), ())
