"""The Security feature set, walked with the register values of ACS-4 sections 4.18 and 7.37 to 7.42."""

from __future__ import annotations

import pytest

from emulators.ata import AtaDisk, Flaw, LinkLost, Registers, SecurityState, make_disk
from emulators.ata.host import password_block, read, send, send_ext, words, write

USER = b"SeaChest"
MASTER = b"master of the fleet"
MARKER = b"citizen register, page one"
ABORTED = (0x51, 0x04)  # STATUS ERR, ERROR ABRT


def disk(name: str = "magnetic", *flaws: Flaw) -> AtaDisk:
    made = make_disk(name, flaws=flaws)
    write(made, 8, MARKER.ljust(512 * 8, b"."))
    send(made, 0xE7)
    return made


def word_128(made: AtaDisk) -> int:
    return words(made)[128]


def lock(made: AtaDisk, *, flags: int = 0) -> None:
    assert send(made, 0xF1, data=password_block(USER, flags=flags)).status == 0x50
    made.power_cycle()


def answer(made: AtaDisk, command: int, data: bytes = b"") -> tuple[int, int]:
    outcome = send(made, command, data=data)
    return outcome.status, outcome.error


def test_a_delivered_disk_supports_security_and_has_it_off() -> None:
    made = disk()
    assert word_128(made) == 0x0021  # supported, enhanced erase supported
    assert made.security.state is SecurityState.SEC1
    made.power_off()
    assert made.security.state is SecurityState.SEC0


def test_a_user_password_enables_security_and_the_next_power_cycle_locks() -> None:
    made = disk()
    assert answer(made, 0xF1, password_block(USER)) == (0x50, 0)
    assert word_128(made) == 0x0023  # enabled
    assert words(made)[85] & 2
    assert made.security.state is SecurityState.SEC5
    assert read(made, 8).data.startswith(MARKER)
    made.power_off()
    assert made.security.state is SecurityState.SEC3
    made.power_on()
    assert word_128(made) == 0x0027  # locked
    assert made.security.state is SecurityState.SEC4


def test_a_hardware_reset_locks_nothing() -> None:
    made = disk()
    send(made, 0xF1, data=password_block(USER))
    made.hardware_reset()
    assert made.security.state is SecurityState.SEC5


@pytest.mark.parametrize("command", [0x25, 0x35, 0xCA, 0xC8, 0x20, 0x30, 0x60, 0x61, 0xE7, 0xEA, 0x06, 0xF9, 0x37, 0xB1, 0x5C, 0x5E, 0x40])
def test_a_locked_disk_refuses_what_touches_user_data(command: int) -> None:
    made = disk()
    lock(made)
    outcome = send_ext(made, command, count=1, data=bytes(512))
    assert (outcome.status, outcome.error) == ABORTED


@pytest.mark.parametrize("command", [0xEC, 0xE5, 0xF8])
def test_a_locked_disk_still_says_who_it_is(command: int) -> None:
    made = disk()
    lock(made)
    assert send(made, command).status == 0x50


def test_the_password_unlocks_and_disables() -> None:
    made = disk()
    lock(made)
    assert answer(made, 0xF6, password_block(USER)) == ABORTED  # not while locked
    assert answer(made, 0xF2, password_block(USER)) == (0x50, 0)
    assert read(made, 8).data.startswith(MARKER)
    assert answer(made, 0xF6, password_block(b"wrong")) == ABORTED
    assert answer(made, 0xF6, password_block(USER)) == (0x50, 0)
    assert word_128(made) == 0x0021


def test_five_wrong_passwords_expire_the_count_until_power_or_reset() -> None:
    made = disk()
    lock(made)
    for _ in range(4):
        assert answer(made, 0xF2, password_block(b"wrong")) == ABORTED
    assert word_128(made) == 0x0027
    assert answer(made, 0xF2, password_block(b"wrong", flags=1)) == ABORTED  # the master's count too
    assert word_128(made) == 0x0037  # count expired
    assert answer(made, 0xF2, password_block(USER)) == ABORTED
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER)) == ABORTED
    made.hardware_reset()
    assert answer(made, 0xF2, password_block(USER)) == (0x50, 0)


def test_on_another_disk_only_power_gives_attempts_back() -> None:
    made = disk("magnetic-ama")
    lock(made)
    for _ in range(5):
        send(made, 0xF2, data=password_block(b"wrong"))
    made.hardware_reset()
    assert word_128(made) & 0x10
    made.power_cycle()
    assert answer(made, 0xF2, password_block(USER)) == (0x50, 0)


def test_the_master_unlocks_at_high_and_only_erases_at_maximum() -> None:
    for flags, unlocks in ((0x0000, (0x50, 0)), (0x0100, ABORTED)):
        made = disk()
        send(made, 0xF1, data=password_block(MASTER, flags=1, identifier=0x1234))
        assert made.security.state is SecurityState.SEC1  # a master password enables nothing
        assert words(made)[92] == 0x1234
        lock(made, flags=flags)
        assert bool(word_128(made) & 0x0100) is bool(flags)
        assert answer(made, 0xF2, password_block(MASTER, flags=1)) == unlocks
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(MASTER, flags=1)) == (0x50, 0)
    assert made.security.state is SecurityState.SEC1


def test_identifiers_0000h_and_ffffh_change_nothing() -> None:
    made = disk()
    for identifier in (0x0000, 0xFFFF):
        send(made, 0xF1, data=password_block(MASTER, flags=1, identifier=identifier))
        assert words(made)[92] == 0xFFFE


def test_a_frozen_disk_takes_no_security_command_but_freezing() -> None:
    made = disk()
    assert answer(made, 0xF5) == (0x50, 0)
    assert word_128(made) == 0x0029
    for command in (0xF1, 0xF2, 0xF3, 0xF4, 0xF6):
        assert answer(made, command, password_block(USER)) == ABORTED
    assert answer(made, 0xF5) == (0x50, 0)
    made.hardware_reset()
    assert made.security.state is SecurityState.SEC2
    made.power_cycle()
    assert made.security.state is SecurityState.SEC1


def test_an_enabled_disk_can_be_frozen_and_a_locked_one_cannot() -> None:
    made = disk()
    send(made, 0xF1, data=password_block(USER))
    send(made, 0xF5)
    assert made.security.state is SecurityState.SEC6
    made.power_cycle()
    assert answer(made, 0xF5) == ABORTED


def test_suspend_thaws_what_the_firmware_of_the_computer_froze() -> None:
    made = disk("magnetic", Flaw.FROZEN_BY_FIRMWARE)
    assert word_128(made) & 0x08
    made.suspend_and_resume()
    assert not word_128(made) & 0x08
    made.power_cycle()
    assert word_128(made) & 0x08
    stubborn = disk("magnetic", Flaw.FROZEN_AFTER_RESUME)
    stubborn.suspend_and_resume()
    assert word_128(stubborn) & 0x08


def test_erase_unit_needs_erase_prepare_directly_before_it() -> None:
    made = disk()
    lock(made)
    assert answer(made, 0xF4, password_block(USER)) == ABORTED
    send(made, 0xF3)
    send(made, 0xEC)
    assert answer(made, 0xF4, password_block(USER)) == ABORTED
    send(made, 0xF3)
    made.hardware_reset()
    assert answer(made, 0xF4, password_block(USER)) == ABORTED
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER)) == (0x50, 0)


def test_erase_unit_refuses_a_wrong_password_and_a_user_without_one() -> None:
    made = disk()
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER)) == ABORTED  # security is off
    lock(made)
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(b"wrong")) == ABORTED
    assert made.medium.remnants(MARKER)


def test_erasing_takes_the_minutes_of_words_89_and_90_and_disables_security() -> None:
    for flags, word in ((0, 89), (2, 90)):
        made = disk("flash")
        lock(made)
        minutes = 2 * (words(made)[word] & 0xFF)
        before = made.clock.now()
        send(made, 0xF3)
        assert answer(made, 0xF4, password_block(USER, flags=flags)) == (0x50, 0)
        assert made.clock.now() - before == minutes * 60
        assert word_128(made) == 0x0021
        assert made.medium.remnants(MARKER) == ()
        made.power_cycle()
        assert read(made, 8).data == bytes(512)


def test_an_erase_without_the_enhanced_bit_in_word_128_is_normal_only() -> None:
    made = disk("pata")
    lock(made)
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER, flags=2)) == ABORTED
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER)) == (0x50, 0)


def test_power_that_fails_during_an_erase_leaves_it_locked_with_our_password() -> None:
    made = disk()
    lock(made)
    send(made, 0xF3)
    pending = made.begin(Registers(0xF4), password_block(USER))
    made.clock.sleep(1800)
    made.tick()
    made.power_cycle()
    assert pending.outcome is None
    assert pending.lost
    assert made.security.state is SecurityState.SEC4
    assert answer(made, 0xF2, password_block(USER)) == (0x50, 0)


def test_a_link_reset_does_not_end_an_erase_and_the_next_command_waits_for_it() -> None:
    made = disk()
    lock(made)
    send(made, 0xF3)
    with pytest.raises(LinkLost):
        made.execute(Registers(0xF4), password_block(USER), timeout=3600)
    assert made.clock.now() == 3600
    assert word_128(made) == 0x0021
    assert made.clock.now() == 168 * 60


def test_a_link_reset_that_aborts_the_erase_leaves_the_disk_locked() -> None:
    made = disk("magnetic", Flaw.RESET_ABORTS_ERASE)
    lock(made)
    send(made, 0xF3)
    with pytest.raises(LinkLost):
        made.execute(Registers(0xF4), password_block(USER), timeout=3600)
    assert word_128(made) == 0x0027
    assert made.clock.now() == 3600
    assert answer(made, 0xF2, password_block(USER)) == (0x50, 0)


@pytest.mark.parametrize("flaw", [Flaw.RESET_ABORTS_ERASE, Flaw.ERASE_UNIT_FAILS])
def test_an_erase_that_ends_early_locks_a_disk_that_was_unlocked(flaw: Flaw) -> None:
    made = disk("magnetic", flaw)
    send(made, 0xF1, data=password_block(USER))
    send(made, 0xF3)
    if flaw is Flaw.ERASE_UNIT_FAILS:
        assert answer(made, 0xF4, password_block(USER)) == ABORTED
    else:
        with pytest.raises(LinkLost):
            made.execute(Registers(0xF4), password_block(USER), timeout=10)
    assert made.security.state is SecurityState.SEC4


def test_an_erase_that_fails_reports_it_and_stays_locked() -> None:
    made = disk("magnetic", Flaw.ERASE_UNIT_FAILS)
    lock(made)
    send(made, 0xF3)
    assert answer(made, 0xF4, password_block(USER)) == ABORTED
    assert word_128(made) == 0x0027


def test_a_disk_whose_count_expired_takes_no_password() -> None:
    made = disk("magnetic", Flaw.COUNT_EXPIRED)
    lock(made)
    assert word_128(made) == 0x0037
    assert answer(made, 0xF2, password_block(USER)) == ABORTED
    made.hardware_reset()
    assert word_128(made) == 0x0037


def test_a_disk_without_the_feature_set_aborts_all_of_it() -> None:
    made = make_disk("magnetic", words={82: 0x3469})
    for command in (0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6):
        assert answer(made, command, password_block(USER)) == ABORTED
    assert word_128(made) == 0
