"""An emulated SAS disk: CDBs and sense are literals of SPC-5, SBC-4 and ZBC-2."""

from __future__ import annotations

import pytest

from emulators.clock import HandClock
from emulators.medium import MagneticMedium, Where, ZonedMedium
from emulators.scsi.interface import GOOD, RESERVATION_CONFLICT, NoReply, Unplugged
from emulators.scsi.protection import guard
from emulators.scsi.sas import BlockFormat, Identity, SasDisk, SasPort
from emulators.scsi.tcg import Locking, level_0
from sas_bench import (
    READ_FIRST,
    SANITIZE_CRYPTO_IMMEDIATE,
    SECRET,
    TEST_UNIT_READY,
    WRITE_FIRST,
    ask,
    flash,
    key_and_code,
    magnetic,
    put,
    sleep,
)

# --- identity


def test_two_ports_show_one_unit_and_two_port_names() -> None:
    disk = magnetic(identity=Identity(naa=0x5000CCA25DEAD000, ports=(0x5000CCA25DEAD001, 0x5000CCA25DEAD002)))
    pages = [ask(SasPort(disk, port), "120183010000").data for port in (0, 1)]
    # SPC-5 7.7.6: 01 03 00 08 is a binary NAA of the logical unit; 61 93 00 08 one of a SAS target port; 61 94 00 04 its relative number
    assert [page[4:16].hex() for page in pages] == ["010300085000cca25dead000"] * 2
    assert [page[16:28].hex() for page in pages] == ["619300085000cca25dead001", "619300085000cca25dead002"]
    assert [page[28:36].hex() for page in pages] == ["6194000400000001", "6194000400000002"]


def test_inquiry_says_who_it_is() -> None:
    data = ask(SasPort(magnetic()), "120000006000").data
    assert data[:8].hex() == "000006025b000002"
    assert data[8:36] == b"HGST    HUS726040ALS210 A5B0"


def test_a_serial_of_another_drive_is_shown_on_demand() -> None:
    disk = magnetic()
    unit = SasPort(disk)
    assert ask(unit, "12018000ff00").data == b"\x00\x80\x00\x08K4EMU001"
    disk.faults.serial = "K4EMU999"
    assert ask(unit, "12018000ff00").data == b"\x00\x80\x00\x08K4EMU999"


@pytest.mark.parametrize(
    ("block_format", "short", "long"),
    [
        (BlockFormat(512, physical_exponent=3), "000007ff00000200", "00000000000007ff0000020000030000"),
        (BlockFormat(520), "000007df00000208", "00000000000007df0000020800000000"),
        (BlockFormat(4096), "000000ff00001000", "00000000000000ff0000100000000000"),
        # type 2: PROT_EN and P_TYPE 001b are 03h; eight bytes with each block on the medium
        (BlockFormat(512, 2), "000007df00000200", "00000000000007df0000020003000000"),
    ],
)
def test_capacity_follows_the_format(block_format: BlockFormat, short: str, long: str) -> None:
    unit = SasPort(magnetic(block_format=block_format))
    assert ask(unit, "25000000000000000000").data.hex() == short
    assert ask(unit, "9e100000000000000000000000200000").data[:16].hex() == long


def test_an_operation_code_that_is_unknown_is_refused() -> None:
    assert key_and_code(ask(SasPort(magnetic()), "c70000000000")) == (0x5, 0x20, 0x00)


def test_supported_operation_codes_tell_what_sanitize_there_is() -> None:
    unit = SasPort(magnetic(sanitizes=frozenset({0x01, 0x03})))
    crypto, block = ask(unit, "a30c0248000300000040000000"[:24]).data, ask(unit, "a30c0248000200000040000000"[:24]).data
    assert crypto[:4].hex() == "0003000a"  # SUPPORT 011b, CDB of 10 bytes
    assert block[:4].hex() == "00010000"  # SUPPORT 001b: not supported


# --- reading and writing


def test_what_was_written_is_read() -> None:
    unit = SasPort(magnetic())
    put(unit)
    assert unit.execute(READ_FIRST, b"", 512).data.startswith(SECRET)


def test_an_address_behind_the_end_is_refused() -> None:
    assert key_and_code(ask(SasPort(magnetic()), "28000000080000000100")) == (0x5, 0x21, 0x00)


def test_a_bad_block_is_named_in_the_information_field() -> None:
    disk = magnetic()
    assert isinstance(disk.medium, MagneticMedium)
    disk.medium.damage(8 * 4096)
    reply = ask(SasPort(disk), "28000000003e00000800", 4096)
    assert key_and_code(reply) == (0x3, 0x11, 0x00)
    assert reply.sense[0] == 0xF0
    assert reply.sense[3:7] == bytes.fromhex("00000040")


def test_a_reallocated_block_is_in_the_grown_list_and_its_old_data_on_the_medium() -> None:
    disk = magnetic()
    unit = SasPort(disk)
    put(unit)
    disk.grow_defect(0)
    put(unit, b"new")
    assert ask(unit, "37000800000000010000").data.hex() == "0008000400000000"
    assert [found.where for found in disk.medium.remnants(SECRET)] == [Where.RETIRED]


def test_protection_information_is_checked_where_it_comes_along() -> None:
    unit = SasPort(magnetic(block_format=BlockFormat(512, 1)))
    good, bad = bytes(512) + bytes.fromhex("0000000000000000"), bytes(512) + bytes.fromhex("1234000000000000")
    write = bytes.fromhex("2a200000000000000100")
    assert unit.execute(write, good, 0).status == GOOD
    assert key_and_code(unit.execute(write, bad, 0)) == (0xB, 0x10, 0x01)
    assert unit.execute(bytes.fromhex("28200000000000000100"), b"", 520).data == good


def test_unmapped_blocks_read_as_zeros_and_their_data_stays_on_the_medium() -> None:
    disk = flash()
    unit = SasPort(disk)
    put(unit)
    parameters = bytes.fromhex("0016001000000000" + "0000000000000000" + "00000008" + "00000000")
    assert unit.execute(bytes.fromhex("42000000000000001800"), parameters, 0).status == GOOD
    assert not any(unit.execute(READ_FIRST, b"", 512).data)
    assert disk.medium.remnants(SECRET)


def test_a_disk_has_no_unmap() -> None:
    assert key_and_code(SasPort(magnetic()).execute(bytes.fromhex("42000000000000001800"), bytes(24), 0)) == (0x5, 0x20, 0x00)


# --- capacity, elements, reservations, zones, TCG, logs


def test_mode_select_takes_capacity_away_and_gives_it_back() -> None:
    disk = magnetic(identity=Identity(ports=(1, 2)))
    unit, other = SasPort(disk, 0), SasPort(disk, 1)
    cut_down = bytes.fromhex("0000000000000008" + "00000400" + "00000000")
    whole = bytes.fromhex("0000000000000008" + "ffffffff" + "00000000")
    assert unit.execute(bytes.fromhex("55110000000000001000"), cut_down, 0).status == GOOD
    assert ask(unit, "25000000000000000000").data.hex() == "000003ff00000200"
    assert disk.medium.accessible == 0x400 * 512
    assert key_and_code(other.execute(TEST_UNIT_READY, b"", 0)) == (0x6, 0x2A, 0x09)
    disk.power_cycle()
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert ask(unit, "25000000000000000000").data.hex() == "000003ff00000200"
    assert unit.execute(bytes.fromhex("55110000000000001000"), whole, 0).status == GOOD
    assert ask(unit, "25000000000000000000").data.hex() == "000007ff00000200"


def test_removing_an_element_takes_its_share_of_the_capacity() -> None:
    disk = magnetic(format_seconds=10)
    unit = SasPort(disk)
    status = ask(unit, "9e170000000000000000000001000000")
    assert status.data[:8].hex() == "0000000200000002"
    assert status.data[32:64].hex() == "0000000000000001" + "000000000000" + "0101" + "0000000000000400" + "00" * 8
    assert unit.execute(bytes.fromhex("9e180000000000000000000000020000"), b"", 0).status == GOOD
    assert key_and_code(unit.execute(TEST_UNIT_READY, b"", 0)) == (0x2, 0x04, 0x24)
    sleep(disk, 10)
    unit.execute(TEST_UNIT_READY, b"", 0)
    assert ask(unit, "25000000000000000000").data.hex() == "000003ff00000200"
    assert ask(unit, "9e170000000000000000000001000000").data[64 + 15] == 0xFF


def test_another_ports_reservation_keeps_writers_out() -> None:
    disk = magnetic(identity=Identity(ports=(1, 2)))
    unit, other = SasPort(disk, 0), SasPort(disk, 1)
    register = bytes(8) + bytes.fromhex("00000000deadbeef") + bytes(8)
    reserve = bytes.fromhex("00000000deadbeef") + bytes(16)
    assert other.execute(bytes.fromhex("5f000000000000001800"), register, 0).status == GOOD
    assert other.execute(bytes.fromhex("5f010100000000001800"), reserve, 0).status == GOOD
    assert unit.execute(WRITE_FIRST, bytes(512), 0).status == RESERVATION_CONFLICT
    assert unit.execute(SANITIZE_CRYPTO_IMMEDIATE, b"", 0).status == RESERVATION_CONFLICT
    assert unit.execute(READ_FIRST, b"", 512).status == GOOD
    assert ask(unit, "5e000000000000010000").data[4:].hex() == "00000008" + "00000000deadbeef"
    assert ask(unit, "5e010000000000010000").data[4:].hex() == "00000010" + "00000000deadbeef" + "0000000000" + "010000"


def test_zones_are_reported_and_written_in_order() -> None:
    disk = SasDisk(ZonedMedium(4 << 20, zone_size=1 << 20, conventional=1), HandClock())
    unit = SasPort(disk)
    assert ask(unit, "120000002400").data[0] == 0x14
    assert unit.execute(bytes.fromhex("2a000000080000000800"), bytes(4096), 0).status == GOOD
    assert key_and_code(unit.execute(bytes.fromhex("2a000000081000000800"), bytes(4096), 0)) == (0x5, 0x21, 0x04)
    report = unit.execute(bytes.fromhex("95000000000000000000000010000000"), b"", 4096).data
    assert report[:16].hex() == "00000100" + "00000000" + "0000000000001fff"
    assert report[64:96].hex() == "0100000000000000" + "0000000000000800" + "0000000000000000" + "ffffffffffffffff"
    # sequential write required, implicitly open, write pointer at 808h
    assert report[128:160].hex() == "0220000000000000" + "0000000000000800" + "0000000000000800" + "0000000000000808"
    assert unit.execute(bytes.fromhex("94040000000000000800000000000000"), b"", 0).status == GOOD
    report = unit.execute(bytes.fromhex("95000000000000000800000010000000"), b"", 4096).data
    assert report[64:66].hex() == "0210"
    assert report[88:96].hex() == "0000000000000800"


def test_level_0_discovery_tells_that_locking_is_on() -> None:
    unit = SasPort(magnetic(tcg=level_0(Locking(enabled=True, locked=True, mbr_enabled=True))))
    assert ask(unit, "a20000000000000000080000").data.hex() == "0000000000000003"
    data = ask(unit, "a20100010000000002000000").data
    # Storage Architecture Core: revision 1 at byte 4; features from byte 48: TPer, then Locking (0002h) with 1Fh in its first byte
    assert data[4:8].hex() == "00000001"
    assert data[48:52].hex() == "0001100c"
    assert data[64:69].hex() == "0002100c1f"


def test_without_tcg_there_is_no_level_0() -> None:
    assert key_and_code(ask(SasPort(magnetic()), "a20100010000000002000000")) == (0x5, 0x24, 0x00)


def test_predicted_failure_is_in_the_log() -> None:
    disk = magnetic()
    disk.faults.predicts_failure = True
    assert ask(SasPort(disk), "4d006f00000000010000").data.hex() == "2f000008" + "00000304" + "5d101f00"
    assert ask(SasPort(disk), "4d004d00000000010000").data.hex() == "0d00000c" + "00000102001f" + "00010102003c"


def test_write_cache_is_shown_and_switched() -> None:
    disk = flash()
    unit = SasPort(disk)
    assert ask(unit, "1a0808001800").data[4:7].hex() == "081204"
    assert (
        unit.execute(bytes.fromhex("151000001800"), bytes(4) + bytes.fromhex("0812000000000000000000000000000000000000"), 0).status == GOOD
    )
    assert ask(unit, "1a0808001800").data[4:7].hex() == "081200"
    assert not disk.medium.write_cache


def test_d_sense_changes_the_format_of_sense() -> None:
    unit = SasPort(magnetic())
    assert unit.execute(bytes.fromhex("151000001000"), bytes(4) + bytes.fromhex("0a0a0400000000000000000000"[:24]), 0).status == GOOD
    assert ask(unit, "c70000000000").sense.hex() == "7205200000000000"


def test_hung_gone_and_slow_drives() -> None:
    disk = magnetic()
    unit = SasPort(disk)
    disk.faults.is_slow = 20.0
    assert unit.execute(TEST_UNIT_READY, b"", 0).status == GOOD
    assert disk.clock.now() == 20.0
    disk.faults.hangs = True
    with pytest.raises(NoReply):
        unit.execute(TEST_UNIT_READY, b"", 0)
    disk.faults.is_gone = True
    with pytest.raises(Unplugged):
        unit.execute(TEST_UNIT_READY, b"", 0)


def test_a_host_adapter_that_strips_gets_blocks_without_their_protection() -> None:
    disk = magnetic(block_format=BlockFormat(512, 1))
    unit = SasPort(disk, host_strips=True)
    assert unit.execute(bytes.fromhex("2a200000000000000100"), SECRET.ljust(512), 0).status == GOOD
    assert unit.execute(bytes.fromhex("28200000000000000100"), b"", 520).data == SECRET.ljust(512) + bytes(8)
    assert unit.execute(READ_FIRST, b"", 520).data == SECRET.ljust(512)


@pytest.mark.parametrize(
    ("block", "expected"),
    [(b"\xff" * 32, 0xA293), (bytes(range(32)), 0x0224), (bytes(32), 0x0000)],
)
def test_the_guard_is_the_crc_of_the_standard(block: bytes, expected: int) -> None:
    """SBC-4 table 25, its examples."""
    assert guard(block) == expected
