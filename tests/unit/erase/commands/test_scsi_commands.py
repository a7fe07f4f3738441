"""SCSI commands, byte by byte from SPC-5 and SBC-4."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import scsi_basic as basic
from erase.commands import scsi_capacity as capacity
from erase.commands import scsi_erase as erase
from erase.commands import scsi_inquiry as inquiry
from erase.commands import scsi_logs as logs
from erase.commands import scsi_media as media
from erase.commands import scsi_modes as modes


@pytest.mark.parametrize(
    ("command", "cdb", "length"),
    [
        (inquiry.inquiry(), "12 00 00 0060 00", 96),  # SPC-5 clause 6
        (inquiry.inquiry_page(0x83), "12 01 83 00fc 00", 252),
        (capacity.read_capacity_10(), "25 00 00000000 0000 00 00", 8),  # SBC-4 clause 5
        (capacity.read_capacity_16(), "9e 10 0000000000000000 00000020 00 00", 32),  # SBC-4 clause 5
        (capacity.report_luns(), "a0 00 02 000000 00001000 00 00", 4096),  # SPC-5 clause 6
        (basic.unit_ready(), "00 00 00 00 00 00", 0),
        (basic.request_sense(), "03 00 00 00 fc 00", 252),
        (basic.request_sense(descriptor=True, length=32), "03 01 00 00 20 00", 32),
        (basic.start_stop_unit(start=True), "1b 00 00 00 01 00", 0),
        (basic.start_stop_unit(start=False, immediate=True), "1b 01 00 00 00 00", 0),
        (basic.synchronize_cache_16(), "91 00 0000000000000000 00000000 00 00", 0),
        (basic.report_supported_commands(), "a3 0c 00 00 0000 00002000 00 00", 8192),  # SPC-5 clause 6
        (basic.report_supported_command(0x48, 0x03), "a3 0c 02 48 0003 00000100 00 00", 256),
        (basic.report_supported_command(0x04), "a3 0c 01 04 0000 00000100 00 00", 256),
        (basic.security_protocol_in(0x01, 0x0001, 2048), "a2 01 0001 00 00 00000800 00 00", 2048),  # SPC-5 clause 6
        (basic.read_reservation_keys(), "5e 00 0000000000 0400 00", 1024),  # SPC-5 clause 6
        (modes.mode_sense_6(0x08), "1a 00 08 00 c0 00", 192),  # SPC-5 clause 6
        (modes.mode_sense_10(0x0A, subpage=0x02, control=1), "5a 10 4a 02 000000 0200 00", 512),  # SPC-5 clause 6
        (logs.log_sense(logs.LogPage.INFORMATIONAL_EXCEPTIONS), "4d 00 6f 00 00 0000 1000 00", 4096),  # SPC-5 clause 6
        (logs.read_defect_data(), "b7 08 00000000 00000008 00 00", 8),  # SBC-4 clause 5
        (logs.read_defect_data(primary=True, grown=False), "b7 10 00000000 00000008 00 00", 8),
        (media.report_zones(0x10000, 4096), "95 00 0000000000010000 00001000 80 00", 4096),  # ZBC-2 clause 5
        (media.get_physical_element_status(), "9e 17 0000000000000000 00010000 00 00", 65536),  # SBC-4 clause 5
    ],
)
def test_each_question_is_the_standards(command, cdb, length):
    assert (command.cdb, command.data_in, command.data_out) == (bytes.fromhex(cdb), length, b"")


@pytest.mark.parametrize(
    ("command", "cdb", "data"),
    [
        # SBC-4 clause 5: IMMED 80h, ZNR 40h, AUSE 20h, service action
        (erase.sanitize(erase.SanitizeService.BLOCK_ERASE), "48 82 0000000000 0000 00", ""),
        (
            erase.sanitize(erase.SanitizeService.CRYPTOGRAPHIC_ERASE, immediate=False, unrestricted_exit=True),
            "48 23 0000000000 0000 00",
            "",
        ),
        (erase.sanitize(erase.SanitizeService.CRYPTOGRAPHIC_ERASE, zones_kept=True), "48 c3 0000000000 0000 00", ""),
        (erase.sanitize(erase.SanitizeService.EXIT_FAILURE_MODE, immediate=False), "48 1f 0000000000 0000 00", ""),
        # INVERT 80h, OVERWRITE COUNT 1Fh, reserved, length, pattern
        (erase.sanitize_overwrite(b"\xaa\x55", passes=3, invert=True), "48 81 0000000000 0006 00", "83 00 0002 aa55"),
        (erase.sanitize_overwrite(bytes(4)), "48 81 0000000000 0008 00", "01 00 0004 00000000"),
        # SBC-4 clause 5: FMTPINFO c0h, LONGLIST 20h, FMTDATA 10h; FOV 80h, DCRT 20h, IP 08h, IMMED 02h
        (erase.format_unit(), "04 10 00 00 00 00", "00 a2 0000"),
        (erase.format_unit(certify=True, immediate=False), "04 10 00 00 00 00", "00 00 0000"),
        (erase.format_unit(protection_type=1), "04 90 00 00 00 00", "00 a2 0000"),
        (erase.format_unit(protection_type=2), "04 d0 00 00 00 00", "00 a2 0000"),
        (erase.format_unit(protection_type=3, long_list=True), "04 f0 00 00 00 00", "01 a2 00 00 00000000"),
        # initialization pattern descriptor: SI 20h, type, length, pattern
        (erase.format_unit(security_initialize=True), "04 10 00 00 00 00", "00 aa 0000 20 00 0000"),
        (erase.format_unit(pattern=b"\x00\xff"), "04 10 00 00 00 00", "00 aa 0000 00 01 0002 00ff"),
        # SBC-4 clause 5: UNMAP 08h, NDOB 01h
        (erase.write_same_16(0x1122, 0x10), "93 01 0000000000001122 00000010 00 00", ""),
        (erase.write_same_16(0, 8, bytes(4), unmap=True), "93 08 0000000000000000 00000008 00 00", "00000000"),
        # SBC-4 clause 5
        (erase.unmap([(0x10, 8)]), "42 00 0000000000 0018 00", "0016 0010 00000000 0000000000000010 00000008 00000000"),
        (basic.security_protocol_out(0x01, 0x07FE, b"\x01\x02"), "b5 01 07fe 00 00 00000002 00 00", "0102"),
        # SPC-5 clause 6, SBC-4 clause 6
        (
            modes.mode_select_10(block=modes.block_descriptor(0, 512)),
            "55 10 0000000000 0018 00",
            "0000 00 00 01 00 0010" + "00" * 12 + "00000200",
        ),
        (modes.mode_select_10(page=bytes.fromhex("880a04"), save=True), "55 11 0000000000 000b 00", "0000 00 00 00 00 0000 080a04"),
        (modes.mode_select_6(blocks=0xFFFFFFFF, block_size=512), "15 10 00 00 0c 00", "00000008 ffffffff 00 000200"),
        (modes.mode_select_6(page=bytes.fromhex("8a0a04")), "15 10 00 00 07 00", "00000000 0a0a04"),
    ],
)
def test_each_order_is_the_standards(command, cdb, data):
    assert command.cdb == bytes.fromhex(cdb)
    assert command.data_out == bytes.fromhex(data)
    assert command.data_in == 0


@pytest.mark.parametrize(
    "build",
    [
        lambda: erase.sanitize(erase.SanitizeService.OVERWRITE),
        lambda: erase.sanitize(erase.SanitizeService.EXIT_FAILURE_MODE, unrestricted_exit=True),
        lambda: erase.sanitize(erase.SanitizeService.EXIT_FAILURE_MODE, zones_kept=True),
        lambda: erase.sanitize_overwrite(b""),
        lambda: erase.sanitize_overwrite(b"\0", passes=0),
        lambda: erase.sanitize_overwrite(b"\0", passes=32),
        lambda: erase.format_unit(protection_type=4),
        lambda: erase.write_same_16(0, 1 << 32),
        lambda: erase.unmap([(1 << 64, 1)]),
        lambda: inquiry.inquiry_page(0x100),
        lambda: modes.mode_sense_6(0x40),
        lambda: basic.request_sense(length=256),
    ],
)
def test_what_no_command_can_hold_is_refused(build):
    with pytest.raises(ValueError, match=r"fit|types|parameters|options|passes|pattern"):
        build()


@given(st.binary(min_size=1, max_size=600), st.integers(1, 31), st.booleans())
def test_any_overwrite_is_found_again(pattern, passes, invert):
    command = erase.sanitize_overwrite(pattern, passes=passes, invert=invert)
    data = command.data_out
    assert int.from_bytes(command.cdb[7:9], "big") == len(data)
    assert (data[0] >> 7, data[0] >> 5 & 3, data[0] & 31) == (invert, 0, passes)
    assert data[4 : 4 + int.from_bytes(data[2:4], "big")] == pattern


@given(st.lists(st.tuples(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 32) - 1)), max_size=50))
def test_any_unmap_is_found_again(ranges):
    data = erase.unmap(ranges).data_out
    assert int.from_bytes(data[:2], "big") == len(data) - 2
    assert int.from_bytes(data[2:4], "big") == len(data) - 8
    found = [data[place : place + 16] for place in range(8, len(data), 16)]
    assert [(int.from_bytes(one[:8], "big"), int.from_bytes(one[8:12], "big")) for one in found] == ranges


@pytest.mark.parametrize(
    ("sense", "meaning"),
    [
        # SPC-5, ASC and ASCQ assignments
        ((0x2, 0x04, 0x1B), "sanitizing"),
        ((0x0, 0x04, 0x1B), "sanitizing"),
        ((0x3, 0x31, 0x03), "sanitize-failed"),
        ((0x2, 0x04, 0x04), "formatting"),
        ((0x3, 0x31, 0x00), "format-failed"),
        ((0x3, 0x31, 0x01), "format-failed"),
        ((0x0, 0x00, 0x00), "idle"),
        ((0x0, 0x5E, 0x01), "low-power"),
        ((0x2, 0x04, 0x01), "unknown"),
        ((0x5, 0x20, 0x00), "unknown"),
    ],
)
def test_sense_tells_what_goes_on(sense, meaning):
    assert erase.ongoing(*sense) == meaning
