"""Each lie about erasing lies exactly as it is named, and the honest twin does not.

A disk is filled so that the marker lies everywhere an erase can forget, and is opened afterwards.
"""

from __future__ import annotations

import pytest

from emulators.ata import AtaDisk, Flaw, LinkLost, Registers, make_disk
from emulators.ata.host import password_block, read, send, send_ext, words, write
from emulators.medium import FlashMedium, MagneticMedium, Where

MARKER = b"citizen register, page one"
PAGE = MARKER.ljust(4096, b".")
BLOCK = (0x0012, 0x426B_4572)
CRYPTO = (0x0011, 0x4372_7970)
OVERWRITE = (0x0014, 0x4F57_0000_0000)
LBA_OF_HIDDEN = 8 * 2000


def flash(*flaws: Flaw, name: str = "flash") -> AtaDisk:
    """The marker is live, stale, spare, retired, hidden and in the pSLC buffer."""
    made = make_disk(name, flaws=flaws, size=8 << 20)
    medium = made.medium
    assert isinstance(medium, FlashMedium)
    write(made, 0, PAGE)
    write(made, LBA_OF_HIDDEN, PAGE)
    for lba in range(8, 8 * 31, 8):
        write(made, lba, PAGE)
    send(made, 0xE7)
    medium.fold()
    medium.retire(0)  # 16 pages stay in the bad block
    for lba in range(8 * 16, 8 * 31, 8):  # the second block: nothing in it is live any more
        write(made, lba, bytes(4096))
    send(made, 0xE7)
    medium.fold()
    medium.collect()
    write(made, 8 * 40, PAGE)
    send(made, 0xE7)  # in the buffer only
    write(made, 8 * 2, b"new".ljust(4096, b"."))
    send(made, 0xE7)
    medium.fold()
    write(made, 8 * 41, PAGE)
    send(made, 0xE7)
    medium.accessible = LBA_OF_HIDDEN * 512
    assert places(made) == {Where.LIVE, Where.HIDDEN, Where.STALE, Where.SPARE, Where.RETIRED, Where.BUFFER}
    return made


def magnetic(*flaws: Flaw, name: str = "magnetic") -> AtaDisk:
    made = make_disk(name, flaws=flaws, size=8 << 20)
    medium = made.medium
    assert isinstance(medium, MagneticMedium)
    for lba in (0, 8, 16, LBA_OF_HIDDEN):
        write(made, lba, PAGE)
    send(made, 0xE7)
    medium.reallocate(4096)
    medium.accessible = LBA_OF_HIDDEN * 512
    assert places(made) == {Where.LIVE, Where.HIDDEN, Where.RETIRED}
    return made


def places(made: AtaDisk) -> set[Where]:
    return {remnant.where for remnant in made.medium.remnants(MARKER)}


def sanitize(made: AtaDisk, command: tuple[int, int]) -> None:
    """And it is reported as done."""
    feature, lba = command
    assert send_ext(made, 0xB4, feature, 1, lba).status == 0x50
    made.clock.sleep(100_000)
    outcome = send_ext(made, 0xB4)
    assert (outcome.status, outcome.count) == (0x50, 0x8000)


def erase_unit(made: AtaDisk, *, enhanced: bool) -> None:
    """And it is reported as done."""
    send(made, 0xF1, data=password_block(b"x"))
    send(made, 0xF3)
    assert send(made, 0xF4, data=password_block(b"x", flags=2 if enhanced else 0)).status == 0x50
    assert words(made)[128] & 0x2F == 0x21


def erase_in_each_way(made: AtaDisk, way: str) -> None:
    if way == "sanitize":
        sanitize(made, BLOCK if isinstance(made.medium, FlashMedium) else OVERWRITE)
    else:
        erase_unit(made, enhanced=True)


WAYS = pytest.mark.parametrize("way", ["sanitize", "erase-unit"])


@WAYS
def test_an_honest_erase_leaves_nothing_anywhere(way: str) -> None:
    for made in (flash(), magnetic()):
        erase_in_each_way(made, way)
        assert places(made) == set()


@WAYS
def test_success_and_nothing_done(way: str) -> None:
    for make in (flash, magnetic):
        made = make(Flaw.ERASES_NOTHING)
        before = made.medium.remnants(MARKER)
        erase_in_each_way(made, way)
        assert made.medium.remnants(MARKER) == before
        assert read(made, 0).data.startswith(MARKER)


@WAYS
def test_lba_0_only(way: str) -> None:
    made = magnetic(Flaw.ERASES_LBA_0_ONLY)
    erase_in_each_way(made, way)
    assert read(made, 0).data == bytes(512)
    assert read(made, 1).data == b"." * 512
    assert read(made, 8).data.startswith(MARKER)


@WAYS
def test_unmaps_only(way: str) -> None:
    made = flash(Flaw.UNMAPS_ONLY)
    erase_in_each_way(made, way)
    assert read(made, 0).data == bytes(512)
    assert places(made) == {Where.STALE, Where.SPARE, Where.RETIRED, Where.BUFFER}


@WAYS
def test_clears_pslc_only(way: str) -> None:
    made = flash(Flaw.CLEARS_PSLC_ONLY)
    erase_in_each_way(made, way)
    assert Where.BUFFER not in places(made)
    assert {Where.LIVE, Where.HIDDEN, Where.STALE, Where.RETIRED} <= places(made)
    assert read(made, 8 * 41).data == bytes(512)  # what was in the buffer alone
    assert read(made, 0).data.startswith(MARKER)


@WAYS
@pytest.mark.parametrize(
    ("flaw", "left"),
    [
        (Flaw.SKIPS_SPARE, {Where.SPARE, Where.STALE}),
        (Flaw.SKIPS_RETIRED, {Where.RETIRED}),
        (Flaw.SKIPS_HIDDEN, {Where.HIDDEN}),
    ],
)
def test_a_place_that_is_skipped_is_what_is_left(way: str, flaw: Flaw, left: set[Where]) -> None:
    made = flash(flaw)
    erase_in_each_way(made, way)
    assert places(made) == left
    assert read(made, 0).data == bytes(512)


@WAYS
def test_reads_from_cache_show_zeros_until_the_old_data_is_back_after_a_power_cycle(way: str) -> None:
    made = magnetic(Flaw.ANSWERS_FROM_CACHE)
    erase_in_each_way(made, way)
    assert read(made, 0, 32).data == bytes(512 * 32)
    made.power_cycle()
    assert read(made, 0).data.startswith(MARKER)


def encrypting(*flaws: Flaw) -> AtaDisk:
    return flash(*flaws, name="self-encrypting-flash")


@pytest.mark.parametrize("crypto", [lambda made: sanitize(made, CRYPTO), lambda made: erase_unit(made, enhanced=True)])
def test_cryptographic_erase_by_an_honest_disk_one_that_keeps_the_key_and_one_that_never_encrypted(crypto: object) -> None:
    assert callable(crypto)
    for flaws, is_left in (((), False), ((Flaw.KEEPS_OLD_KEY,), True), ((Flaw.NEVER_ENCRYPTED,), True)):
        made = encrypting(*flaws)
        crypto(made)
        assert read(made, 0).data == bytes(512)  # nothing shows from outside
        assert bool(places(made)) is is_left


def test_a_disk_that_never_encrypted_says_that_it_does() -> None:
    made = encrypting(Flaw.NEVER_ENCRYPTED)
    assert words(made)[69] & 0x0010
    assert any(MARKER in cell.raw for cell in made.medium._cells.values())
    assert not any(MARKER in cell.raw for cell in encrypting().medium._cells.values())


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("flash", {Where.RETIRED}),
        ("self-encrypting-flash", set()),
    ],
)
def test_what_a_normal_erase_leaves_of_flash_depends_on_the_model(name: str, left: set[Where]) -> None:
    made = flash(name=name)
    erase_unit(made, enhanced=False)
    assert places(made) == left


@pytest.mark.parametrize(("name", "left"), [("magnetic", {Where.RETIRED}), ("self-encrypting-magnetic", set())])
def test_what_a_normal_erase_leaves_of_a_disk_depends_on_the_model(name: str, left: set[Where]) -> None:
    made = magnetic(name=name)
    erase_unit(made, enhanced=False)
    assert places(made) == left


def test_normal_erase_of_an_encrypting_disk_is_a_new_key_and_a_random_fill_and_enhanced_the_key_alone() -> None:
    for enhanced in (False, True):
        made = magnetic(name="self-encrypting-magnetic")
        erase_unit(made, enhanced=enhanced)
        first, second = read(made, 0, 8).data, read(made, 8, 8).data
        assert MARKER not in first
        assert (first == second) is not enhanced  # filled with one pattern, or noise from the old cipher text
        assert bool(made.medium.keys.existing.get(0)) is False


def test_a_normal_erase_leaves_the_nand_of_a_hybrid_disk() -> None:
    for enhanced, left in ((False, {Where.BUFFER}), (True, set())):
        made = make_disk("hybrid", size=8 << 20)
        write(made, 0, PAGE)
        send(made, 0xE7)
        erase_unit(made, enhanced=enhanced)
        assert places(made) == left


def test_a_slow_disk_takes_twenty_seconds_for_each_command() -> None:
    made = make_disk("magnetic", flaws={Flaw.SLOW})
    assert len(read(made, 0).data) == 512
    assert made.clock.now() == 20.0
    with pytest.raises(LinkLost):
        made.execute(Registers(0xEC), timeout=5.0)
    assert made.clock.now() == 25.0


def test_a_hung_disk_answers_nothing_whatever_is_reset() -> None:
    made = make_disk("magnetic")
    made.flaws.add(Flaw.HUNG)
    for way in (AtaDisk.hardware_reset, AtaDisk.power_cycle):
        with pytest.raises(LinkLost):
            made.execute(Registers(0xEC), timeout=30.0)
        way(made)
    with pytest.raises(LinkLost):
        made.execute(Registers(0xEC))
    made.flaws.clear()
    assert send(made, 0xEC).status == 0x50


def test_a_disk_that_hangs_during_an_erase_does_not_go_on_with_it() -> None:
    made = magnetic()
    send(made, 0xF1, data=password_block(b"x"))
    send(made, 0xF3)
    made.begin(Registers(0xF4), password_block(b"x"))
    made.clock.sleep(60)
    made.tick()
    made.flaws.add(Flaw.HUNG)
    before = made.medium.power.steps
    made.clock.sleep(100_000)
    made.tick()
    assert made.medium.power.steps == before


def test_a_disk_that_disappears_gives_no_answer_at_all() -> None:
    made = make_disk("magnetic")
    made.clock.at(1.0, lambda: made.flaws.add(Flaw.GONE))
    assert send(made, 0xEC).status == 0x50
    made.clock.sleep(2.0)
    with pytest.raises(LinkLost):
        send(made, 0xEC)


def test_sleep_ends_with_a_reset_only() -> None:
    made = make_disk("magnetic")
    send(made, 0xE6)
    with pytest.raises(LinkLost):
        send(made, 0xEC)
    made.software_reset()
    assert send(made, 0xEC).status == 0x50


def test_a_host_that_sends_while_the_disk_is_busy_is_a_broken_host() -> None:
    made = magnetic()
    send(made, 0xF1, data=password_block(b"x"))
    send(made, 0xF3)
    pending = made.begin(Registers(0xF4), password_block(b"x"))
    assert made.busy
    assert 0 < pending.due < 168 * 60
    with pytest.raises(RuntimeError):
        made.begin(Registers(0xEC))
