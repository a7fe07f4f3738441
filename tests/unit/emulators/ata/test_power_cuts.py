"""Power fails before each physical step of an operation, one after the other; what is left is what physics left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulators.ata import AtaDisk, Registers, SecurityState, make_disk
from emulators.ata.host import password_block, read, send, send_ext, words, write
from emulators.power import PowerCut

MARKER = b"citizen register, page one"
PAGE = MARKER.ljust(4096, b".")


def filled(name: str) -> AtaDisk:
    made = make_disk(name, size=1 << 20)
    for lba in range(0, 8 * 40, 8):
        write(made, lba, PAGE)
    send(made, 0xE7)
    return made


def cuts(prepare: Callable[[], AtaDisk], act: Callable[[AtaDisk], None]) -> int:
    """How many steps the operation has."""
    made = prepare()
    before = made.power.steps
    act(made)
    return made.power.steps - before


def cut_at(step: int, prepare: Callable[[], AtaDisk], act: Callable[[AtaDisk], None]) -> AtaDisk:
    made = prepare()
    made.power.cut_after(step)
    with pytest.raises(PowerCut):
        act(made)
    assert not made.power.is_on
    made.power_on()
    return made


def sanitize(made: AtaDisk) -> None:
    feature, lba = (0x0012, 0x426B_4572) if made.supports(59, 15) else (0x0014, 0x4F57_0000_0000)
    send_ext(made, 0xB4, feature, 1, lba)
    made.clock.sleep(100_000)
    made.tick()


@pytest.mark.parametrize("name", ["magnetic", "flash", "hybrid", "self-encrypting-flash", "self-encrypting-magnetic"])
def test_a_sanitize_that_loses_power_at_any_step_either_never_began_or_ends_by_itself(name: str) -> None:
    steps = cuts(lambda: filled(name), sanitize)
    assert steps > 3
    for step in range(steps):
        made = cut_at(step, lambda: filled(name), sanitize)
        if step == 0:  # before the state was stored
            assert send_ext(made, 0xB4).count == 0x0000
            assert made.medium.remnants(MARKER)
            continue
        made.clock.sleep(100_000)
        assert send_ext(made, 0xB4).count == 0x8000
        assert made.medium.remnants(MARKER) == ()


def erase(made: AtaDisk) -> None:
    send(made, 0xF1, data=password_block(b"ours"))
    send(made, 0xF3)
    send(made, 0xF4, data=password_block(b"ours", flags=2))


@pytest.mark.parametrize("name", ["magnetic", "flash", "self-encrypting-flash"])
def test_a_security_erase_that_loses_power_leaves_a_lock_that_our_password_opens_and_a_second_one_ends_it(name: str) -> None:
    steps = cuts(lambda: filled(name), erase)
    for step in range(steps):
        made = cut_at(step, lambda: filled(name), erase)
        if step == 0:  # before the password was stored
            assert made.security.state is SecurityState.SEC1
            continue
        assert words(made)[128] == 0x0027
        send(made, 0xF3)
        assert send(made, 0xF4, data=password_block(b"ours", flags=2)).status == 0x50
        assert words(made)[128] == 0x0021
        assert made.medium.remnants(MARKER) == ()


def test_a_max_address_that_loses_power_is_old_or_new() -> None:
    def limit(made: AtaDisk) -> None:
        send_ext(made, 0x27)
        send_ext(made, 0x37, 0, 1, 999)

    assert cuts(lambda: filled("magnetic"), limit) == 1
    made = cut_at(0, lambda: filled("magnetic"), limit)
    assert made.sectors == 2048


@pytest.mark.parametrize("name", ["magnetic", "flash", "hybrid"])
def test_after_a_flush_that_loses_power_each_page_is_old_or_new(name: str) -> None:
    def overwrite(made: AtaDisk) -> None:
        for lba in range(0, 8 * 4, 8):
            write(made, lba, b"N" * 4096)
        send(made, 0xE7)

    steps = cuts(lambda: filled(name), overwrite)
    assert steps >= 4
    for step in range(steps):
        made = cut_at(step, lambda: filled(name), overwrite)
        pages = [read(made, lba, 8).data for lba in range(0, 8 * 4, 8)]
        assert all(page in (PAGE, b"N" * 4096) for page in pages)
        assert read(made, 8 * 4, 8).data == PAGE
        for lba in range(0, 8 * 4, 8):  # and it works again
            write(made, lba, b"N" * 4096)
        send(made, 0xE7)
        assert read(made, 0, 32).data == b"N" * 4096 * 4


def test_without_power_there_is_no_answer() -> None:
    made = filled("flash")
    made.power_off()
    pending = made.begin(Registers(0xEC))
    assert pending.lost
    made.power_on()
    assert send(made, 0xEC).status == 0x50
