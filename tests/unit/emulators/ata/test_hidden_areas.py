"""HPA, DCO and Accessible Max Address, with the register values of ATA8-ACS sections 7.9, 7.31, 7.45 and ACS-4 section 7.2."""

from __future__ import annotations

import pytest

from emulators.ata import AtaDisk, Outcome, make_disk
from emulators.ata.host import password_block, read, send, send_ext, words, write
from emulators.medium import Where

NATIVE = 781_422_768  # sectors of the recorded disk
MARKER = b"behind the end"
ABORTED = (0x51, 0x04)
NOT_FOUND = (0x51, 0x10)


def answer(outcome: Outcome) -> tuple[int, int]:
    return outcome.status, outcome.error


def sectors(made: AtaDisk) -> int:
    found = words(made)
    return found[100] | found[101] << 16 | found[102] << 32 | found[103] << 48


def set_max_ext(made: AtaDisk, size: int, *, keeps: bool) -> tuple[int, int]:
    send_ext(made, 0x27)  # READ NATIVE MAX ADDRESS EXT
    return answer(send_ext(made, 0x37, 0, int(keeps), size - 1))


def test_native_max_is_the_last_sector() -> None:
    made = make_disk("magnetic")
    assert send_ext(made, 0x27).lba == NATIVE - 1
    assert send(made, 0xF8).lba == 0x0FFFFFFF  # more than 28 bits can say
    assert send(make_disk("pata"), 0xF8).lba == 156_301_487


def test_set_max_must_directly_follow_read_native_max() -> None:
    made = make_disk("magnetic")
    assert answer(send_ext(made, 0x37, 0, 0, 1000)) == ABORTED
    send_ext(made, 0x27)
    send(made, 0xEC)
    assert answer(send_ext(made, 0x37, 0, 0, 1000)) == ABORTED
    assert set_max_ext(made, 1000, keeps=False) == (0x50, 0)
    assert sectors(made) == 1000


def test_a_volatile_hpa_is_gone_after_power_and_a_non_volatile_one_stays() -> None:
    made = make_disk("magnetic")
    set_max_ext(made, 1000, keeps=False)
    made.power_cycle()
    assert sectors(made) == NATIVE
    set_max_ext(made, 1000, keeps=True)
    made.power_cycle()
    assert sectors(made) == 1000
    assert send_ext(made, 0x27).lba == NATIVE - 1


def test_only_one_non_volatile_change_is_taken_in_a_power_cycle() -> None:
    made = make_disk("magnetic")
    assert set_max_ext(made, 1000, keeps=True) == (0x50, 0)
    assert set_max_ext(made, NATIVE, keeps=True) == NOT_FOUND
    assert set_max_ext(made, NATIVE, keeps=False) == (0x50, 0)  # a volatile one is
    made.power_cycle()
    assert sectors(made) == 1000
    assert set_max_ext(made, NATIVE, keeps=True) == (0x50, 0)
    made.power_cycle()
    assert sectors(made) == NATIVE


def test_a_limit_behind_the_native_one_is_not_found() -> None:
    assert set_max_ext(make_disk("magnetic"), NATIVE + 1, keeps=False) == NOT_FOUND


def test_what_lies_behind_it_is_out_of_reach_and_still_there() -> None:
    made = make_disk("magnetic")
    write(made, NATIVE - 8, MARKER.ljust(512 * 8, b"."))
    send(made, 0xE7)
    set_max_ext(made, NATIVE - 8, keeps=False)
    assert answer(read(made, NATIVE - 8)) == NOT_FOUND
    assert [remnant.where for remnant in made.medium.remnants(MARKER)] == [Where.HIDDEN]
    set_max_ext(made, NATIVE, keeps=False)
    assert read(made, NATIVE - 8).data.startswith(MARKER)


def test_the_28_bit_form_takes_any_feature_behind_read_native_max_and_chooses_by_it_elsewhere() -> None:
    made = make_disk("pata")
    send(made, 0xF8)
    assert answer(send(made, 0xF9, 0x04, 0, 999)) == (0x50, 0)
    assert words(made)[60] == 1000
    assert answer(send(made, 0xF9, 0x00, 0, 999)) == ABORTED


def test_set_max_password_lock_and_freeze() -> None:
    made = make_disk("magnetic")
    assert answer(send(made, 0xF9, 0x02)) == ABORTED  # no password yet
    send(made, 0xF9, 0x01, data=password_block(b"hidden"))
    assert words(made)[86] & 0x0100
    assert answer(send(made, 0xF9, 0x02)) == (0x50, 0)
    assert set_max_ext(made, 1000, keeps=False) == ABORTED
    assert answer(send(made, 0xF9, 0x03, data=password_block(b"wrong"))) == ABORTED
    assert answer(send(made, 0xF9, 0x03, data=password_block(b"hidden"))) == (0x50, 0)
    assert set_max_ext(made, 1000, keeps=False) == (0x50, 0)
    assert answer(send(made, 0xF9, 0x04)) == (0x50, 0)
    assert set_max_ext(made, NATIVE, keeps=False) == ABORTED
    made.power_cycle()
    assert set_max_ext(made, 1000, keeps=False) == (0x50, 0)


def test_word_85_bit_10_says_the_feature_set_is_enabled_not_that_an_hpa_is_set() -> None:
    assert words(make_disk("magnetic"))[85] & 0x0400


# --- DCO


def overlay(made: AtaDisk, *, size: int | None = None, clear: dict[int, int] | None = None) -> bytes:
    """What DEVICE CONFIGURATION IDENTIFY gave, changed, with its checksum made right."""
    data = bytearray(send(made, 0xB1, 0xC2).data)
    if size is not None:
        data[6:14] = (size - 1).to_bytes(8, "little")
    for word, bits in (clear or {}).items():
        value = int.from_bytes(data[2 * word : 2 * word + 2], "little") & ~bits
        data[2 * word : 2 * word + 2] = value.to_bytes(2, "little")
    data[511] = -sum(data[:511]) & 0xFF
    return bytes(data)


def test_dco_identify_says_what_the_factory_made() -> None:
    data = send(make_disk("magnetic"), 0xB1, 0xC2).data
    assert data[0:2] == b"\x02\x00"
    assert int.from_bytes(data[6:14], "little") == NATIVE - 1
    assert int.from_bytes(data[14:16], "little") & 0x0189 == 0x0189  # SMART, Security, HPA, 48-bit
    assert data[510] == 0xA5
    assert sum(data) & 0xFF == 0


def test_dco_takes_capacity_from_native_max_too() -> None:
    made = make_disk("magnetic")
    assert answer(send(made, 0xB1, 0xC3, data=overlay(made, size=1000))) == (0x50, 0)
    assert sectors(made) == 1000
    assert send_ext(made, 0x27).lba == 999
    made.power_cycle()
    assert sectors(made) == 1000
    assert answer(send(made, 0xB1, 0xC0)) == (0x50, 0)
    assert sectors(made) == NATIVE


def test_dco_hides_security_and_48_bit_from_identify_and_refuses_their_commands() -> None:
    made = make_disk("magnetic")
    send(made, 0xB1, 0xC3, data=overlay(made, clear={7: 0x0108}))
    found = words(made)
    assert found[82] & 0x0002 == 0
    assert found[83] & 0x0400 == 0
    assert found[86] & 0x0400 == 0
    assert found[128] == 0
    assert found[89] == 0
    assert [found[number] for number in (100, 101, 102, 103)] == [0, 0, 0, 0]
    assert answer(send(made, 0xF1, data=password_block(b"x"))) == ABORTED
    assert answer(send_ext(made, 0x25, count=1)) == ABORTED
    assert answer(send(made, 0xB1, 0xC0)) == (0x50, 0)
    assert words(made)[128] == 0x0021


def test_dco_set_is_refused_with_a_wrong_checksum_a_larger_size_a_second_time_and_over_an_hpa() -> None:
    made = make_disk("magnetic")
    good = overlay(made, size=1000)
    assert answer(send(made, 0xB1, 0xC3, data=good[:511] + bytes([good[511] ^ 1]))) == ABORTED
    assert answer(send(made, 0xB1, 0xC3, data=overlay(made, size=NATIVE + 1))) == ABORTED
    set_max_ext(made, 5000, keeps=False)
    assert answer(send(made, 0xB1, 0xC3, data=good)) == ABORTED
    made.power_cycle()
    assert answer(send(made, 0xB1, 0xC3, data=good)) == (0x50, 0)
    assert answer(send(made, 0xB1, 0xC3, data=good)) == ABORTED


def test_dco_restore_needs_the_hpa_cleared_first() -> None:
    made = make_disk("magnetic")
    send(made, 0xB1, 0xC3, data=overlay(made, size=100_000))
    set_max_ext(made, 1000, keeps=True)
    assert answer(send(made, 0xB1, 0xC0)) == ABORTED
    made.power_cycle()
    set_max_ext(made, 100_000, keeps=True)
    assert answer(send(made, 0xB1, 0xC0)) == (0x50, 0)
    assert answer(send(made, 0xB1, 0xC0)) == ABORTED  # nothing left to restore


def test_a_frozen_dco_takes_nothing_until_power_goes() -> None:
    made = make_disk("magnetic")
    assert answer(send(made, 0xB1, 0xC1)) == (0x50, 0)
    for feature in (0xC0, 0xC1, 0xC2, 0xC3):
        assert answer(send(made, 0xB1, feature, data=bytes(512))) == ABORTED
    made.power_cycle()
    assert answer(send(made, 0xB1, 0xC2)) == (0x50, 0)


def test_security_that_is_on_cannot_be_hidden() -> None:
    made = make_disk("magnetic")
    send(made, 0xF1, data=password_block(b"x"))
    assert answer(send(made, 0xB1, 0xC3, data=overlay(made, clear={7: 0x0008}))) == ABORTED


# --- Accessible Max Address


def test_ama_sets_once_in_a_power_cycle_and_stays() -> None:
    made = make_disk("magnetic-ama")
    assert send_ext(made, 0x78, 0x0000).lba == NATIVE - 1
    assert answer(send_ext(made, 0x78, 0x0001, 0, 999)) == (0x50, 0)
    assert sectors(made) == 1000
    assert answer(send_ext(made, 0x78, 0x0001, 0, NATIVE - 1)) == ABORTED
    made.power_cycle()
    assert sectors(made) == 1000
    assert answer(send_ext(made, 0x78, 0x0001, 0, NATIVE)) == NOT_FOUND
    assert answer(send_ext(made, 0x78, 0x0001, 0, NATIVE - 1)) == (0x50, 0)
    assert sectors(made) == NATIVE


def test_a_frozen_ama_still_tells_the_native_address() -> None:
    made = make_disk("magnetic-ama")
    assert answer(send_ext(made, 0x78, 0x0002)) == (0x50, 0)
    assert answer(send_ext(made, 0x78, 0x0001, 0, 999)) == ABORTED
    assert send_ext(made, 0x78, 0x0000).lba == NATIVE - 1


@pytest.mark.parametrize("command", [0xF8, 0x27, 0xF9, 0x37, 0xB1])
def test_a_disk_with_ama_has_neither_hpa_nor_dco(command: int) -> None:
    assert answer(send_ext(make_disk("magnetic-ama"), command, 0xC2)) == ABORTED


def test_normal_erase_of_the_old_disk_leaves_what_the_hpa_hides_and_of_the_newer_does_not() -> None:
    for name, left in (("pata", [Where.HIDDEN]), ("magnetic", [])):
        made = make_disk(name)
        last = made.sectors - 8
        write(made, last, MARKER.ljust(512 * 8, b"."))
        send(made, 0xE7)
        send(made, 0xF8)
        send(made, 0xF9, 0, 0, 999)
        send(made, 0xF1, data=password_block(b"x"))
        send(made, 0xF3)
        assert send(made, 0xF4, data=password_block(b"x")).status == 0x50
        assert [remnant.where for remnant in made.medium.remnants(MARKER)] == left
