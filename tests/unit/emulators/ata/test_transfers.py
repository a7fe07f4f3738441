"""Reading, writing, flushing and TRIM, in each form of the command."""

from __future__ import annotations

import pytest

from emulators.ata import Registers, make_disk
from emulators.ata.host import read, send, send_ext, words, write

ABORTED = (0x51, 0x04)
SECTOR = b"0123456789abcdef" * 32


@pytest.mark.parametrize("writing", [0x34, 0x39, 0xCE, 0x35, 0x3D, 0x61, 0x30, 0xC5, 0xCA])
@pytest.mark.parametrize("reading", [0x24, 0x29, 0x25, 0x60, 0x20, 0xC4, 0xC8])
def test_what_one_form_writes_each_other_reads(writing: int, reading: int) -> None:
    made = make_disk("magnetic", words={84: 0x4063})
    queued, extended = (0x60, 0x61), (0x34, 0x39, 0xCE, 0x35, 0x3D, 0x61, 0x24, 0x29, 0x25, 0x60)
    for command, data in ((writing, SECTOR), (reading, b"")):
        feature, count = (1, 0) if command in queued else (0, 1)
        outcome = (send_ext if command in extended else send)(made, command, feature, count, 5, data=data)
        assert outcome.status == 0x50
    assert outcome.data == SECTOR


def test_a_count_of_zero_is_256_or_65536_sectors() -> None:
    made = make_disk("magnetic")
    assert len(send(made, 0xC8).data) == 256 * 512
    assert len(send_ext(made, 0x25).data) == 65536 * 512


def test_behind_the_end_nothing_is_found() -> None:
    made = make_disk("flash")
    outcome = read(made, made.sectors - 1, 2)
    assert (outcome.status, outcome.error) == (0x51, 0x10)
    assert write(made, made.sectors, SECTOR).error == 0x10


def test_a_disk_without_48_bit_commands_aborts_them() -> None:
    made = make_disk("pata")
    assert (send_ext(made, 0x25, count=1).status, send_ext(made, 0x25, count=1).error) == ABORTED
    assert send(made, 0xC8, count=1).status == 0x50


def test_data_of_another_length_than_the_count_is_refused() -> None:
    assert send_ext(make_disk("magnetic"), 0x35, count=2, data=SECTOR).status == 0x51


def test_what_was_not_flushed_is_lost_with_the_power() -> None:
    made = make_disk("magnetic")
    write(made, 8, SECTOR)
    send(made, 0xE7)
    write(made, 8, b"n" * 512)
    assert read(made, 8).data == b"n" * 512
    made.power_cycle()
    assert read(made, 8).data == SECTOR


def test_fua_and_a_cache_that_is_off_survive_power() -> None:
    made = make_disk("flash")
    assert send_ext(made, 0x3D, 0, 1, 8, data=SECTOR).status == 0x50  # WRITE DMA FUA EXT
    made.execute(Registers(0x61, 1, 0, 16, 0xC0, extended=True), SECTOR)  # FUA is bit 7 of DEVICE
    made.power_cycle()
    assert read(made, 8).data == read(made, 16).data == SECTOR
    write(made, 32, SECTOR)
    send(made, 0xEF, 0x82)  # SET FEATURES: no write cache; what is in it is written first
    assert words(made)[85] & 0x20 == 0
    write(made, 24, SECTOR)
    made.power_cycle()
    assert read(made, 24).data == read(made, 32).data == SECTOR
    assert words(made)[85] & 0x20


def test_an_unreadable_sector_is_named_and_mended_by_a_write() -> None:
    made = make_disk("magnetic")
    made.medium.damage(4096 * 3)
    outcome = read(made, 20, 16)
    assert (outcome.status, outcome.error, outcome.lba) == (0x51, 0x40, 24)
    assert send_ext(made, 0x42, 0, 16, 20).error == 0x40  # READ VERIFY SECTOR(S) EXT
    write(made, 24, b"x" * 4096)
    send(made, 0xE7)
    assert read(made, 20, 16).status == 0x50
    assert made.medium.pages_out_of_use == 1


def test_trim_takes_ranges_and_refuses_one_behind_the_end() -> None:
    made = make_disk("self-encrypting-flash")
    write(made, 0, SECTOR * 24)
    send(made, 0xE7)
    ranges = (8 | 8 << 48).to_bytes(8, "little") + (0).to_bytes(8, "little")
    assert send_ext(made, 0x06, 0x0001, 1, data=ranges.ljust(512, b"\0")).status == 0x50
    assert read(made, 0, 24).data == SECTOR * 8 + bytes(4096) + SECTOR * 8
    behind = (made.sectors | 1 << 48).to_bytes(8, "little").ljust(512, b"\0")
    assert send_ext(made, 0x06, 0x0001, 1, data=behind).error == 0x10
    assert send_ext(make_disk("magnetic"), 0x06, 0x0001, 1, data=bytes(512)).status == 0x51  # word 169


def test_power_modes() -> None:
    made = make_disk("magnetic")
    assert send(made, 0xE5).count == 0xFF
    send(made, 0xE0)  # STANDBY IMMEDIATE
    assert send(made, 0xE5).count == 0x00
    read(made, 0)
    assert send(made, 0xE5).count == 0xFF


def test_features_are_switched_and_shown() -> None:
    made = make_disk("magnetic")
    send(made, 0xEF, 0x05, 0x40)
    assert words(made)[91] == 0x40
    assert words(made)[86] & 0x08
    send(made, 0xEF, 0x85)
    assert words(made)[86] & 0x08 == 0
    send(made, 0xEF, 0x55)
    assert words(made)[85] & 0x40 == 0
    for feature, count in ((0x05, 0x00), (0x05, 0xFF), (0x99, 0)):
        assert send(made, 0xEF, feature, count).status == 0x51


def test_an_unknown_command_is_aborted() -> None:
    outcome = send(make_disk("flash"), 0x8F)
    assert (outcome.status, outcome.error) == ABORTED
