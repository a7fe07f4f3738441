"""An eMMC device from outside and inside: literal command numbers, arguments and status words of JESD84-B51."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.clock import HandClock
from emulators.mmc.card import Card, NoResponse
from emulators.mmc.lies import Lies
from emulators.mmc.registers import Layout, crc7

SECRET = b"resident register, page 1 "
READY = 0x00000900  # transfer state, ready for data
SANITIZE = 0x03A50100  # SWITCH, write byte, index 165, value 1
ERASE, TRIM, DISCARD, SECURE_ERASE, SECURE_TRIM_1, SECURE_TRIM_2 = 0, 1, 3, 0x80000000, 0x80000001, 0x80008000


@pytest.fixture
def card() -> Card:
    return filled(Card(HandClock()))


def filled(card: Card) -> Card:
    """The secret in each of the first 256 pages of the user area, and an older copy of it."""
    for _ in range(2):
        for page in range(256):
            assert card.command(24, page * 8, SECRET.ljust(4096, b"\0")) == ((READY,), b"")
    return card


def wait(card: Card) -> None:
    clock = card.clock
    assert isinstance(clock, HandClock)
    clock.sleep(100)
    assert not card.is_busy


def erase(card: Card, first: int, last: int, argument: int) -> int:
    """The error bits of CMD38's answer with the status after it."""
    assert card.command(35, first) == ((READY,), b"")
    assert card.command(36, last) == ((READY,), b"")
    (status,), _ = card.command(38, argument)
    wait(card)
    return status & ~0x1FFF | card.command(13, 0x10000)[0][0]


def remnants(card: Card) -> int:
    return len(card.areas.media[0].remnants(SECRET))


def read(card: Card, sector: int) -> bytes:
    return card.command(17, sector, data_in=512)[1]


def test_crc7_of_the_standards_example() -> None:
    assert crc7(bytes.fromhex("4000000000")) == 0x4A  # CMD0: 40 00 00 00 00 95
    assert crc7(bytes.fromhex("5100000000")) == 0x2A  # CMD17: 51 00 00 00 00 55


def test_the_registers(card: Card) -> None:
    words, _ = card.command(10, 0x10000)
    assert [f"{word:08x}" for word in words[:3]] == ["15010048", "41494b49", "31101234"]
    assert words[3] >> 8 == 0x5678B0
    words, _ = card.command(9, 0x10000)
    assert words[0] >> 26 == 0b110100
    (status,), data = card.command(8, 0, data_in=512)
    assert (status, len(data)) == (READY, 512)
    assert (data[192], data[231], data[226], data[224], data[168]) == (8, 0x51, 1, 1, 1)
    assert int.from_bytes(data[212:216], "little") == 16384
    assert data[143:146].hex() == "020000"


@pytest.mark.parametrize("argument", [ERASE, TRIM, DISCARD])
def test_erase_and_trim_leave_the_data_in_the_cells_until_sanitize(card: Card, argument: int) -> None:
    assert erase(card, 0, 2047, argument) == READY
    assert read(card, 0) == bytes(512)
    assert remnants(card) > 0
    assert card.command(6, SANITIZE) == ((READY,), b"")
    wait(card)
    assert remnants(card) == 0


def test_erased_blocks_can_read_as_ones() -> None:
    card = filled(Card(HandClock(), Layout(erased_byte=0xFF)))
    assert card.command(8, 0, data_in=512)[1][181] == 1
    erase(card, 4, 11, TRIM)  # half a page at either end
    assert read(card, 3) == bytes(512)
    assert read(card, 4) == read(card, 8) == read(card, 11) == b"\xff" * 512


def test_sanitize_alone_leaves_what_is_mapped(card: Card) -> None:
    before = remnants(card)
    card.command(6, SANITIZE)
    wait(card)
    assert 256 <= remnants(card) < before
    assert read(card, 0).startswith(SECRET)


def test_secure_erase_empties_the_cells(card: Card) -> None:
    assert erase(card, 0, 2047, SECURE_ERASE) == READY
    assert remnants(card) == 0


def test_secure_trim_marks_and_then_purges(card: Card) -> None:
    assert erase(card, 0, 7, SECURE_TRIM_1) == READY
    assert read(card, 0).startswith(SECRET)
    card.command(38, SECURE_TRIM_2)
    wait(card)
    assert read(card, 0) == bytes(512)
    assert read(card, 8).startswith(SECRET)


@pytest.mark.parametrize(("group_def", "gone"), [(0, 128), (1, 1024)])
def test_an_erase_takes_whole_groups_by_erase_group_def(card: Card, group_def: int, gone: int) -> None:
    assert card.command(6, 0x03AF0000 | group_def << 8) == ((READY,), b"")
    erase(card, 0, 0, ERASE)
    assert read(card, gone - 8) == bytes(512)
    assert read(card, gone).startswith(SECRET)


def test_a_trim_takes_the_sectors_that_were_named(card: Card) -> None:
    erase(card, 8, 15, TRIM)
    assert read(card, 0).startswith(SECRET)
    assert read(card, 8) == bytes(512)
    assert read(card, 16).startswith(SECRET)


def test_busy_is_the_programming_state_and_takes_status_alone(card: Card) -> None:
    card.command(6, SANITIZE)
    assert card.command(13, 0x10000) == ((0x00000E00,), b"")
    with pytest.raises(NoResponse):
        card.command(17, 0, data_in=512)
    wait(card)
    assert card.command(13, 0x10000) == ((READY | 1 << 22,), b"")  # ILLEGAL_COMMAND, said once
    assert card.command(13, 0x10000) == ((READY,), b"")


def test_an_erase_out_of_sequence_or_range(card: Card) -> None:
    card.command(38, ERASE)
    assert card.command(13, 0x10000)[0][0] == READY  # CMD38's own answer said it already
    card.command(35, 0)
    assert card.command(38, ERASE)[0][0] == READY | 1 << 28
    card.command(35, 0)
    card.command(36, 16384)
    assert card.command(38, ERASE)[0][0] == READY | 1 << 31
    card.command(35, 0)
    card.command(36, 0)
    assert card.command(38, 2)[0][0] == READY | 1 << 27


def test_without_the_feature_secure_commands_and_sanitize_are_refused() -> None:
    card = filled(Card(HandClock(), Layout(security=0)))
    assert erase(card, 0, 0, SECURE_ERASE) & 1 << 27
    card.command(6, SANITIZE)
    assert card.command(13, 0x10000)[0][0] == READY | 1 << 7


def test_boot_areas_and_partitions_are_reached_by_partition_config(card: Card) -> None:
    for access in (1, 2, 4):
        assert card.command(6, 0x03B30000 | access << 8) == ((READY,), b"")
        assert read(card, 0) == bytes(512)
        card.command(24, 0, SECRET.ljust(512, b"\0"))
        assert read(card, 0).startswith(SECRET)
    card.command(6, 0x03B30500)
    assert card.command(13, 0x10000)[0][0] == READY | 1 << 7
    card.command(6, 0x03B30000)
    card.command(6, SANITIZE)
    wait(card)
    assert card.areas.media[1].remnants(SECRET)


def test_boot_write_protection_lasts_until_power_cycles(card: Card) -> None:
    card.command(6, 0x03B30100)
    card.command(6, 0x03AD0100)
    assert card.command(24, 0, bytes(512))[0][0] == READY | 1 << 26
    card.command(6, 0x03AD0000)
    assert card.command(13, 0x10000)[0][0] == READY | 1 << 7
    card.power_cycle()
    card.command(6, 0x03B30100)
    assert card.command(24, 0, bytes(512))[0][0] == READY


def test_protected_groups_are_skipped_by_erase(card: Card) -> None:
    assert card.command(28, 0) == ((READY,), b"")
    assert card.command(30, 0)[1].hex() == "00000001"
    assert card.command(24, 8, bytes(512))[0][0] == READY | 1 << 26
    assert erase(card, 0, 1535, ERASE) & 1 << 15
    assert read(card, 0).startswith(SECRET)
    assert read(card, 1024) == bytes(512)
    card.command(29, 0)
    assert card.command(24, 8, bytes(512))[0][0] == READY


def test_the_replay_protected_area_answers_that_no_key_was_programmed(card: Card) -> None:
    card.command(6, 0x03B30300)
    card.command(25, 0, bytes(510) + b"\x00\x02")
    frame = card.command(18, 0, data_in=512)[1]
    assert frame[508:512].hex() == "00070200"
    assert erase(card, 0, 0, ERASE) & 1 << 31


def test_the_cache_is_lost_with_power_unless_it_was_flushed(card: Card) -> None:
    card.command(6, 0x03210100)  # CACHE_CTRL
    card.command(24, 0, b"a" * 4096)
    card.power_cycle()
    assert read(card, 0).startswith(SECRET)
    card.command(6, 0x03210100)
    card.command(24, 0, b"a" * 4096)
    card.command(6, 0x03200100)  # FLUSH_CACHE
    card.power_cycle()
    assert read(card, 0) == b"a" * 512


def test_the_cache_is_off_after_a_power_cycle(card: Card) -> None:
    card.command(6, 0x03210100)
    card.power_cycle()
    assert card.command(8, 0, data_in=512)[1][33] == 0
    card.command(24, 0, b"a" * 4096)
    card.power_cycle()
    assert read(card, 0) == b"a" * 512


def test_other_cached_data_survives_an_erase(card: Card) -> None:
    card.command(6, 0x03210100)
    card.command(24, 4096, b"a" * 4096)
    erase(card, 0, 7, TRIM)
    assert read(card, 4096) == b"a" * 512


def test_power_cut_in_the_middle_of_a_sanitize_leaves_data_and_nothing_goes_on(card: Card) -> None:
    erase(card, 0, 2047, ERASE)
    card.command(6, SANITIZE)
    card.clock.sleep(10)
    card.cut_power()
    with pytest.raises(NoResponse):
        card.command(13, 0x10000)
    card.power_on()
    left = remnants(card)
    assert left > 0
    card.clock.sleep(100)
    assert card.command(13, 0x10000) == ((READY,), b"")
    assert remnants(card) == left
    card.command(6, SANITIZE)
    wait(card)
    assert remnants(card) == 0


def test_power_can_fail_at_any_step(card: Card) -> None:
    erase(card, 0, 2047, ERASE)
    card.command(6, SANITIZE)
    card.power.cut_after(3)
    card.clock.sleep(100)
    with pytest.raises(NoResponse):
        card.command(13, 0x10000)
    assert remnants(card) > 0


@pytest.mark.parametrize("lie", ["nothing_done", "first_block_only", "unmaps_only", "cached_reads"])
def test_a_secure_erase_that_lies_beside_one_that_does_not(lie: str) -> None:
    honest, liar = (filled(Card(HandClock())) for _ in range(2))
    setattr(liar.lies, lie, True)
    assert erase(honest, 0, 2047, SECURE_ERASE) == erase(liar, 0, 2047, SECURE_ERASE) == READY
    assert remnants(honest) == 0
    assert remnants(liar) > 0


@pytest.mark.parametrize("lie", ["nothing_done", "unmaps_only", "skips_spare"])
def test_a_sanitize_that_lies_beside_one_that_does_not(lie: str) -> None:
    honest, liar = (filled(Card(HandClock())) for _ in range(2))
    setattr(liar.lies, lie, True)
    for card in (honest, liar):
        card.areas.media[0].retire(0)
        erase(card, 0, 2047, ERASE)
        card.command(6, SANITIZE)
        wait(card)
    assert remnants(honest) == 0
    assert remnants(liar) > 0


def test_old_data_comes_back_out_of_the_cells_after_a_power_cycle(card: Card) -> None:
    card.lies.cached_reads = True
    erase(card, 0, 2047, ERASE)
    assert read(card, 0) == bytes(512)
    card.power_cycle()
    assert read(card, 0).startswith(SECRET)


def test_a_wrong_erase_group_def_leaves_the_rest_of_each_group(card: Card) -> None:
    card.lies.erase_group_def_wrong = True
    card.command(6, 0x03AF0100)
    assert erase(card, 0, 1023, ERASE) == READY
    assert read(card, 0) == bytes(512)
    assert read(card, 128).startswith(SECRET)


def test_movinand_damages_the_neighbour_in_a_secure_erase(card: Card) -> None:
    card.lies.corrupts_on_secure_erase = True
    erase(card, 0, 127, SECURE_ERASE)
    assert read(card, 128) == b"\x5a" * 512


def test_a_failing_sanitize_says_so(card: Card) -> None:
    erase(card, 0, 2047, ERASE)
    card.lies.sanitize_fails = True
    card.command(6, SANITIZE)
    wait(card)
    assert card.command(13, 0x10000)[0][0] == READY | 1 << 7
    assert remnants(card) > 0


def test_slow_hung_gone_and_bad(card: Card) -> None:
    card.lies.bad_blocks = {9}
    assert card.command(17, 9, data_in=512) == ((READY | 1 << 21,), b"")
    assert card.command(17, 8, data_in=512)[0] == (READY,)
    card.lies.slow = 50
    card.command(6, SANITIZE)
    card.clock.sleep(60)
    assert card.is_busy
    card.clock.sleep(10)
    assert not card.is_busy
    card.lies.hung = True
    card.command(6, SANITIZE)
    card.clock.sleep(1e9)
    assert card.is_busy
    card.lies.gone = True
    with pytest.raises(NoResponse):
        card.command(13, 0x10000)


@given(st.lists(st.tuples(st.integers(0, 63), st.integers(0, 0xFFFFFFFF) | st.integers(0, 17000), st.binary(max_size=1024)), max_size=20))
def test_any_commands_are_answered_or_ignored(commands: list[tuple[int, int, bytes]]) -> None:
    card = Card(HandClock(), lies=Lies())
    for opcode, argument, data in commands:
        try:
            words, _ = card.command(opcode, argument, data, 512)
        except NoResponse:
            continue
        assert all(0 <= word < 1 << 32 for word in words)
        card.clock.sleep(1)
