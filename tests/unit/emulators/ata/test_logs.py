"""SMART, logs, IDENTIFY data and TCG discovery, against the tables of ACS-4 and of the TCG Storage Core."""

from __future__ import annotations

import json

import pytest

from emulators.ata import AtaDisk, Flaw, make_disk, personalities
from emulators.ata.host import password_block, read, send, send_ext, words, write
from emulators.ata.personality import RECORDED

ABORTED = (0x51, 0x04)


def log(made: AtaDisk, address: int, page: int, count: int = 1) -> bytes:
    lba = address | (page & 0xFF) << 8 | (page >> 8) << 32
    return send_ext(made, 0x2F, 0, count, lba).data


def qword(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


# --- IDENTIFY


@pytest.mark.parametrize("name", personalities())
def test_identify_data_ends_with_a_right_checksum(name: str) -> None:
    data = make_disk(name).identify()
    assert data[510] == 0xA5
    assert sum(data) & 0xFF == 0


@pytest.mark.parametrize(
    ("name", "model", "firmware"),
    [
        ("self-encrypting-flash", "Samsung SSD 870 EVO 2TB", "SVT02B6Q"),
        ("host-managed", "WDC  WSH722880ALN604", "LVGMWF10"),
        ("pata", "WDC WD800BB-00CAA1", "17.07W17"),
        ("rom-mode", "YATAPDONG BAREFOOT-ROM", "00.P80"),
    ],
)
def test_a_personality_answers_as_the_drive_that_was_recorded_but_for_what_is_made(name: str, model: str, firmware: str) -> None:
    line = next(
        drive
        for drive in map(json.loads, RECORDED.read_text("utf-8").splitlines())
        if (drive["model"], drive["firmware"]) == (model, firmware)
    )
    recorded = [int(line["words"][at : at + 4], 16) for at in range(0, 1024, 4)]
    different = {number for number, (is_now, was) in enumerate(zip(words(make_disk(name)), recorded, strict=True)) if is_now != was}
    made = {"self-encrypting-flash": {59, 255}}.get(name, set())
    assert different <= made


def test_a_serial_of_ones_own_is_in_words_10_to_19_and_two_disks_can_have_the_same() -> None:
    first, second, other = make_disk("flash", serial="SAME1234"), make_disk("flash", serial="SAME1234"), make_disk("flash", serial="OTHER")
    text = b"".join(word.to_bytes(2, "big") for word in words(first)[10:20])
    assert text == b"            SAME1234"
    assert first.identify() == second.identify()
    assert words(first)[108:112] != words(other)[108:112]


def test_a_size_of_ones_own_is_in_all_places() -> None:
    found = words(make_disk("magnetic", size=64 << 20))
    assert found[60] | found[61] << 16 == 131072
    assert found[100] | found[101] << 16 == 131072


def test_a_disk_of_4096_byte_sectors_says_so() -> None:
    made = make_disk("host-managed")
    assert made.sector == 4096
    assert len(read(made, 0).data) == 4096
    assert made.sectors == 6_836_191_232


def test_a_drive_in_rom_mode_answers_nothing_but_identify() -> None:
    made = make_disk("rom-mode")
    assert words(made)[60] | words(made)[61] << 16 == 268_435_456
    for command in (0xC8, 0xE7, 0xB0, 0xE5, 0xF1, 0xB4):
        outcome = send(made, command, count=1)
        assert (outcome.status, outcome.error) == ABORTED


# --- SMART


def test_smart_data_has_a_checksum_and_counts_bad_sectors() -> None:
    made = make_disk("magnetic")
    made.medium.damage(0)
    made.medium.damage(8192)
    write(made, 0, bytes(4096))
    send(made, 0xE7)
    data = send(made, 0xB0, 0xD0, 0, 0xC24F00).data
    assert len(data) == 512
    assert sum(data) & 0xFF == 0
    raw = {data[at]: int.from_bytes(data[at + 5 : at + 11], "little") for at in range(2, 362, 12) if data[at]}
    assert (raw[5], raw[197], raw[194]) == (1, 1, 31)


def test_smart_return_status_tells_by_the_lba() -> None:
    made = make_disk("magnetic")
    assert send(made, 0xB0, 0xDA, 0, 0xC24F00).lba >> 8 == 0xC24F
    made.smart.failing = True
    assert send(made, 0xB0, 0xDA, 0, 0xC24F00).lba >> 8 == 0x2CF4


def test_smart_wants_its_key_and_can_be_switched_off() -> None:
    made = make_disk("magnetic")
    assert send(made, 0xB0, 0xD0).status == 0x51
    assert send(made, 0xB0, 0xD9, 0, 0xC24F00).status == 0x50
    assert words(made)[85] & 1 == 0
    assert send(made, 0xB0, 0xD0, 0, 0xC24F00).status == 0x51
    send(made, 0xB0, 0xD8, 0, 0xC24F00)
    assert words(made)[85] & 1


# --- logs


def test_the_directory_lists_the_logs_that_can_be_read() -> None:
    made = make_disk("flash")
    directory = log(made, 0x00, 0)
    assert directory[0:2] == b"\x01\x00"
    listed = {number for number in range(256) if directory[2 * number] | directory[2 * number + 1] << 8}
    assert listed == {0x00, 0x04, 0x10, 0x30}
    for number in listed:
        assert len(log(made, number, 0)) == 512
    assert send_ext(made, 0x2F, 0, 1, 0x77).status == 0x51


def test_device_statistics_count_bad_sectors_and_say_how_warm_it_is() -> None:
    made = make_disk("magnetic")
    made.medium.damage(0)
    assert list(log(made, 0x04, 0)[8:13]) == [4, 0, 1, 3, 5]
    page = log(made, 0x04, 3)
    assert page[0:3] == b"\x01\x00\x03"
    assert qword(page, 56) == 0xC000_0000_0000_0001
    assert qword(log(made, 0x04, 5), 8) == 0xC000_0000_0000_001F


def test_log_30h_copies_identify_and_the_security_bits() -> None:
    made = make_disk("magnetic")
    send(made, 0xF1, data=password_block(b"x", flags=0x0100))
    assert list(log(made, 0x30, 0)[8:14]) == [5, 0, 1, 2, 3, 6]
    assert log(made, 0x30, 1) == made.identify()
    assert qword(log(made, 0x30, 2), 8) == 1 << 63 | 781_422_768
    page = log(made, 0x30, 6)
    assert qword(page, 0) == 0x8000_0000_0006_0001
    assert qword(page, 8) == 1 << 63 | 0xFFFE
    assert qword(page, 16) == 1 << 63 | 0b110_0011  # maximum, enhanced, enabled, supported
    assert qword(page, 24) & 0xFFFF == qword(page, 32) & 0xFFFF == 0x0054
    assert qword(page, 48) == 1 << 63 | 0b1110_1010  # overrides, ACS-3, antifreeze, overwrite, sanitize
    assert qword(log(made, 0x30, 3), 8) & 1 << 51  # definitive ending pattern


def test_log_30h_says_that_all_data_is_encrypted() -> None:
    page = log(make_disk("self-encrypting-flash"), 0x30, 6)
    assert qword(page, 48) & 1
    assert not qword(log(make_disk("flash"), 0x30, 6), 48) & 1


def test_a_disk_without_general_purpose_logging_has_no_read_log_ext() -> None:
    assert send_ext(make_disk("pata"), 0x2F, 0, 1, 0x30).status == 0x51


# --- TCG


def locking(made: AtaDisk) -> int:
    """Byte 4 of the Locking feature descriptor (0002h)."""
    data = send(made, 0x5C, 0x01, 1, 0x000100).data
    at = 48
    while int.from_bytes(data[at : at + 2], "big") != 0x0002:
        at += 4 + data[at + 3]
    return data[at + 4]


def test_level_0_discovery_shows_the_locking_state() -> None:
    made = make_disk("self-encrypting-flash")
    assert locking(made) == 0b00_1001  # supported, media encryption
    made.trusted.take_ownership()
    assert locking(made) == 0b00_1011
    made.power_cycle()
    assert locking(made) == 0b00_1111
    made.trusted.unlock()
    assert locking(made) & 0b100 == 0


def test_a_locked_range_refuses_data_and_a_shadow_mbr_hides_it() -> None:
    made = make_disk("self-encrypting-flash")
    write(made, 0, b"boot sector".ljust(512, b"."))
    send(made, 0xE7)
    made.trusted.take_ownership(shadow_mbr=b"ask for a password")
    made.power_cycle()
    assert locking(made) == 0b01_1111
    assert read(made, 0).data.startswith(b"ask for a password")
    assert read(made, 262144).status == 0x51
    assert write(made, 0, bytes(512)).status == 0x51
    made.trusted.unlock()
    assert read(made, 0).data.startswith(b"boot sector")
    assert locking(made) == 0b11_1011  # MBR done


def test_an_owner_by_tcg_takes_the_security_set_away_and_his_lock_refuses_a_sanitize() -> None:
    made = make_disk("self-encrypting-flash")
    made.trusted.take_ownership()
    found = words(made)
    assert (found[82] & 2, found[85] & 2, found[128]) == (0, 0, 0)
    assert send(made, 0xF1, data=password_block(b"x")).status == 0x51
    made.power_cycle()
    assert send_ext(made, 0xB4, 0x0011, 0, 0x4372_7970).status == 0x51
    made.trusted.unlock()
    assert send_ext(made, 0xB4, 0x0011, 0, 0x4372_7970).status == 0x50


def test_a_disk_without_trusted_computing_has_no_discovery() -> None:
    outcome = send(make_disk("flash"), 0x5C, 0x01, 1, 0x000100)
    assert (outcome.status, outcome.error) == ABORTED


def test_protocol_00h_lists_the_protocols() -> None:
    data = send(make_disk("self-encrypting-flash"), 0x5C, 0x00, 1, 0).data
    assert data[6:10] == b"\x00\x02\x00\x01"


# --- zones


def report(made: AtaDisk, options: int = 0, start: int = 0) -> tuple[int, list[tuple[int, int, int, int, int]]]:
    data = send_ext(made, 0x4A, options << 8, 2, start).data
    zones = []
    for at in range(64, len(data), 64):
        entry = data[at : at + 64]
        if entry[0]:
            zones.append((entry[0], entry[1] >> 4, qword(entry, 8), qword(entry, 16), qword(entry, 24)))
    return int.from_bytes(data[0:4], "little") // 64, zones


def test_zones_are_reported_written_in_order_and_reset() -> None:
    made = make_disk("host-managed")
    total, zones = report(made)
    assert total == 104312
    assert zones[0] == (1, 0x0, 65536, 0, 0xFFFF_FFFF_FFFF_FFFF)
    assert zones[1] == (2, 0x1, 65536, 65536, 65536)
    block = b"z" * 4096
    assert (write(made, 65540, block).status, write(made, 65540, block).error) == (0x51, 0x10)
    assert write(made, 65536, block).status == 0x50
    assert report(made)[1][1] == (2, 0x2, 65536, 65536, 65537)
    assert report(made, 0x02)[1] == [(2, 0x2, 65536, 65536, 65537)]
    assert send_ext(made, 0x9F, 0x0004, 0, 65536).status == 0x50  # RESET WRITE POINTER
    assert report(made)[1][1] == (2, 0x1, 65536, 65536, 65536)
    assert read(made, 65536).data == bytes(4096)


def test_zones_are_opened_closed_and_finished() -> None:
    made = make_disk("host-managed")
    for action, condition in ((0x0003, 0x3), (0x0001, 0x1), (0x0002, 0xE), (0x0004, 0x1)):
        assert send_ext(made, 0x9F, action, 0, 65536).status == 0x50
        assert report(made)[1][1][1] == condition
    write(made, 131072, b"a" * 4096)
    send_ext(made, 0x9F, 0x0001, 0, 131072)
    assert report(made)[1][2][1] == 0x4
    assert send_ext(made, 0x9F, 0x0104, 0, 0).status == 0x50  # ALL
    assert report(made)[1][2][1] == 0x1
    for lba in (0, 65537):
        assert send_ext(made, 0x9F, 0x0004, 0, lba).status == 0x51


def test_a_sanitize_resets_zones_unless_told_not_to() -> None:
    for znr, condition in ((0x0000, 0x1), (0x8000, 0x2)):
        made = make_disk("host-managed")
        write(made, 65536, b"a" * 4096)
        assert send_ext(made, 0xB4, 0x0014, znr | 1, 0x4F57_0000_0000).status == 0x50
        made.clock.sleep(120_000)
        assert send_ext(made, 0xB4).count == 0x8000
        assert report(made)[1][1][1] == condition
        assert made.medium.remnants(b"a" * 16) == ()


def test_a_disk_without_zones_has_no_zone_commands_and_another_signature() -> None:
    made = make_disk("magnetic")
    assert send_ext(made, 0x4A, 0, 1).status == 0x51
    assert send(made, 0x90).lba == 0x000001
    assert send(make_disk("host-managed"), 0x90).lba == 0xABCD01


def test_flaws_are_a_closed_set_in_kebab_case() -> None:
    assert all(flaw.value == flaw.value.lower() and "_" not in flaw.value for flaw in Flaw)
