"""What each kind of medium does physically: where data lies, what stays of it, and what an erase reaches."""

from __future__ import annotations

import pytest

from emulators.medium import (
    EVERYWHERE,
    FlashMedium,
    HybridMedium,
    MagneticMedium,
    OutOfOrder,
    OutOfReach,
    Step,
    Unreadable,
    Where,
    ZoneCondition,
    ZonedMedium,
    ZoneRefusal,
)
from emulators.power import Power, PowerCut

PAGE = 4096
MARKER = b"marker of the old data"


def page(text: bytes = MARKER) -> bytes:
    return text.ljust(PAGE, b".")


def places(medium: MagneticMedium | FlashMedium, pattern: bytes = MARKER) -> list[Where]:
    return [remnant.where for remnant in medium.remnants(pattern)]


def run(steps: list[Step]) -> None:
    for step in steps:
        step()


def test_a_magnetic_page_that_is_overwritten_is_gone() -> None:
    medium = MagneticMedium(64 * PAGE)
    medium.write(0, page())
    assert places(medium) == [Where.LIVE]
    medium.write(0, page(b"new"))
    assert places(medium) == []


def test_a_reallocated_sector_keeps_its_old_data() -> None:
    medium = MagneticMedium(64 * PAGE)
    medium.write(PAGE, page())
    medium.damage(PAGE)
    with pytest.raises(Unreadable):
        medium.read(PAGE, 512)
    medium.write(PAGE, page(b"new"))
    assert medium.read(PAGE, 3) == b"new"
    assert medium.pages_out_of_use == 1
    assert places(medium) == [Where.RETIRED]
    run(medium.overwrite_steps(b"\0", EVERYWHERE - {Where.RETIRED}))
    assert places(medium) == [Where.RETIRED]
    run(medium.overwrite_steps(b"\0"))
    assert places(medium) == []


def test_a_disk_of_terabytes_is_overwritten_in_a_few_steps_and_reads_as_the_pattern_everywhere() -> None:
    medium = MagneticMedium(28 << 40)
    medium.write(9 << 40, page())
    steps = medium.overwrite_steps(b"\xde\xad\xbe\xef")
    assert len(steps) < 80
    run(steps)
    assert medium.read(28 * (1 << 40) - 8, 8) == b"\xde\xad\xbe\xef" * 2
    assert medium.read(9 << 40, 4) == b"\xde\xad\xbe\xef"
    assert places(medium) == []


def test_what_lies_behind_the_accessible_size_is_hidden_and_can_be_left_out() -> None:
    medium = MagneticMedium(64 * PAGE)
    medium.write(63 * PAGE, page())
    medium.write(0, page())
    medium.accessible = 32 * PAGE
    assert places(medium) == [Where.LIVE, Where.HIDDEN]
    run(medium.overwrite_steps(b"\0", EVERYWHERE - {Where.HIDDEN}))
    assert places(medium) == [Where.HIDDEN]
    assert medium.read(31 * PAGE, PAGE) == bytes(PAGE)


def test_the_write_cache_is_lost_with_the_power_unless_it_was_flushed_or_bypassed() -> None:
    medium = MagneticMedium(64 * PAGE, cache_pages=8)
    medium.write(0, page(b"old"))
    medium.flush()
    medium.write(0, page(b"unflushed"))
    medium.write(PAGE, page(b"forced"), fua=True)
    assert medium.read(0, 9) == b"unflushed"
    assert places(medium, b"unflushed") == [Where.CACHE]
    medium.lose_power()
    assert medium.read(0, 3) == b"old"
    assert medium.read(PAGE, 6) == b"forced"


def test_a_full_write_cache_writes_its_oldest_page() -> None:
    medium = MagneticMedium(64 * PAGE, cache_pages=2)
    for number in range(3):
        medium.write(number * PAGE, page(b"%d" % number))
    medium.lose_power()
    assert [medium.read(number * PAGE, 1) for number in range(3)] == [b"0", b"\0", b"\0"]


def test_flash_keeps_what_was_overwritten_until_its_block_is_erased() -> None:
    medium = FlashMedium(64 * PAGE)
    for number in range(3):
        medium.write(0, page(b"version %d" % number))
    assert [held.data[:9] for held in medium.history(0)] == [b"version 0", b"version 1", b"version 2"]
    assert [held.where for held in medium.history(0)] == [Where.STALE, Where.STALE, Where.LIVE]
    run(medium.erase_steps())
    assert medium.history(0) == ()


def test_garbage_collection_leaves_old_copies_in_the_pool() -> None:
    medium = FlashMedium(64 * PAGE, pages_per_block=4)
    for number in range(8):
        medium.write(number * PAGE, page(b"a%d" % number))
    medium.write(0, page(b"b0"))
    assert medium.collect()
    assert [held.where for held in medium.history(PAGE)] == [Where.SPARE, Where.LIVE]
    assert [held.where for held in medium.history(0)] == [Where.SPARE, Where.LIVE]
    assert medium.read(PAGE, 2) == b"a1"


def test_flash_that_is_written_many_times_over_collects_its_garbage_and_loses_nothing() -> None:
    medium = FlashMedium(40 * PAGE, pages_per_block=4, surplus_blocks=3)
    for number in range(2000):
        medium.write((number * 7 % 40) * PAGE, page(b"%04d" % number))
    for number in range(1960, 2000):
        assert medium.read((number * 7 % 40) * PAGE, 4) == b"%04d" % number


def test_a_retired_block_keeps_its_data_and_an_erase_that_skips_it_leaves_it() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page())
    medium.retire(0)
    assert places(medium) == [Where.LIVE, Where.RETIRED]
    run(medium.erase_steps(EVERYWHERE - {Where.RETIRED}))
    assert places(medium) == [Where.RETIRED]
    run(medium.erase_steps())
    assert places(medium) == []


def test_discarding_hides_data_and_erases_none() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page())
    medium.discard(0, PAGE)
    assert medium.read(0, PAGE) == bytes(PAGE)
    assert places(medium) == [Where.STALE]


def test_without_deterministic_trim_old_data_is_read_until_its_block_is_erased() -> None:
    medium = FlashMedium(64 * PAGE, trim_hides=False)
    medium.write(0, page())
    medium.discard(0, PAGE)
    assert medium.read(0, len(MARKER)) == MARKER
    run(medium.erase_steps())
    assert medium.read(0, PAGE) == bytes(PAGE)


def test_a_fold_leaves_the_copy_in_the_pslc_buffer_and_erasing_the_buffer_alone_leaves_the_main_cells() -> None:
    medium = FlashMedium(64 * PAGE, pslc_pages=8)
    medium.write(0, page())
    assert places(medium) == [Where.BUFFER]
    medium.fold()
    assert places(medium) == [Where.BUFFER, Where.LIVE]
    run(medium.erase_steps(frozenset({Where.BUFFER})))
    assert places(medium) == [Where.LIVE]
    assert medium.read(0, len(MARKER)) == MARKER


def test_the_nand_of_a_hybrid_drive_survives_power_loss_and_an_overwrite_of_the_disk_alone() -> None:
    medium = HybridMedium(64 * PAGE, nand_pages=8)
    medium.write(0, page())
    medium.lose_power()
    assert medium.read(0, len(MARKER)) == MARKER
    medium.destage_buffer()
    assert places(medium) == [Where.BUFFER, Where.LIVE]
    run(medium.overwrite_steps(b"\0", EVERYWHERE - {Where.BUFFER}))
    assert places(medium) == [Where.BUFFER]
    run(medium.overwrite_steps(b"\0"))
    assert places(medium) == []


def test_a_hybrid_drive_that_is_written_more_than_its_nand_holds_loses_nothing() -> None:
    medium = HybridMedium(64 * PAGE, nand_pages=4)
    for number in range(200):
        medium.write((number * 5 % 64) * PAGE, page(b"%03d" % number))
    for number in range(136, 200):
        assert medium.read((number * 5 % 64) * PAGE, 3) == b"%03d" % number


@pytest.mark.parametrize("kind", [MagneticMedium, FlashMedium])
def test_destroying_the_key_makes_everything_unreadable_and_keeping_it_does_not(kind: type[MagneticMedium] | type[FlashMedium]) -> None:
    honest, liar = kind(64 * PAGE, encrypts=True), kind(64 * PAGE, encrypts=True)
    for medium in (honest, liar):
        medium.write(0, page())
        assert medium.read(0, len(MARKER)) == MARKER
        assert all(MARKER not in cell.raw for cell in medium._cells.values())
    run(honest.key_steps())
    run(liar.key_steps(old_stays=True))
    assert MARKER not in honest.read(0, PAGE)
    assert MARKER not in liar.read(0, PAGE)
    assert places(honest) == []
    assert places(liar) == [Where.LIVE]


def test_data_that_was_never_encrypted_survives_the_destruction_of_the_key() -> None:
    medium = FlashMedium(64 * PAGE, encrypts=False)
    medium.write(0, page())
    run(medium.key_steps())
    assert medium.read(0, len(MARKER)) == MARKER


def test_unmapping_alone_leaves_all_of_it() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page())
    run(medium.unmap_steps())
    assert medium.read(0, PAGE) == bytes(PAGE)
    assert places(medium) == [Where.STALE]


def test_an_erase_within_a_range_leaves_the_rest() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page())
    medium.write(32 * PAGE, page())
    run(medium.erase_steps(within=range(32 * PAGE)))
    assert [remnant.offset for remnant in medium.remnants(MARKER)] == [32 * PAGE]


def test_a_facade_hides_old_data_until_power_goes() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page())
    medium.facade = b"\0"
    assert medium.read(0, PAGE) == bytes(PAGE)
    medium.lose_power()
    assert medium.read(0, len(MARKER)) == MARKER


def test_part_of_a_page_is_written_without_touching_the_rest() -> None:
    medium = FlashMedium(64 * PAGE)
    medium.write(0, page(b"a" * PAGE))
    medium.write(512, b"b" * 512)
    assert medium.read(0, 1536) == b"a" * 512 + b"b" * 512 + b"a" * 512


def test_an_access_behind_the_end_is_refused() -> None:
    medium = MagneticMedium(PAGE)
    with pytest.raises(OutOfReach):
        medium.read(PAGE - 1, 2)
    with pytest.raises(OutOfReach):
        medium.write(PAGE, b"x")


def test_a_sequential_zone_takes_writes_at_its_pointer_only() -> None:
    medium = ZonedMedium(16 * PAGE, zone_size=4 * PAGE)
    medium.write(2 * PAGE, page())  # conventional
    for offset, data, refusal in (
        (5 * PAGE, page(), ZoneRefusal.UNALIGNED_WRITE),
        (4 * PAGE, bytes(5 * PAGE), ZoneRefusal.BOUNDARY),
        (3 * PAGE, bytes(2 * PAGE), ZoneRefusal.BOUNDARY),
    ):
        with pytest.raises(OutOfOrder) as refused:
            medium.write(offset, data)
        assert refused.value.args == (refusal,)
    medium.write(4 * PAGE, page())
    assert medium.zone(1).condition is ZoneCondition.IMPLICIT_OPEN
    medium.write(5 * PAGE, bytes(3 * PAGE))
    assert medium.zone(1).condition is ZoneCondition.FULL
    with pytest.raises(OutOfOrder):
        medium.write(4 * PAGE, page())


def test_a_reset_zone_reads_as_zeros_and_keeps_its_old_data_on_the_tracks() -> None:
    medium = ZonedMedium(16 * PAGE, zone_size=4 * PAGE)
    medium.write(4 * PAGE, page())
    medium.reset(1)
    assert medium.zone(1).condition is ZoneCondition.EMPTY
    assert medium.read(4 * PAGE, PAGE) == bytes(PAGE)
    assert places(medium) == [Where.LIVE]
    medium.write(4 * PAGE, page(b"new"))
    assert places(medium) == []


def test_a_cut_leaves_the_pages_before_it_written_and_the_others_old() -> None:
    power = Power()
    medium = MagneticMedium(64 * PAGE, power=power)
    medium.write(0, b"a" * 3 * PAGE)
    power.cut_after(2)
    with pytest.raises(PowerCut):
        medium.write(0, b"b" * 3 * PAGE)
    with pytest.raises(PowerCut):
        medium.write(0, b"c")
    medium.lose_power()
    power.restore()
    assert medium.read(0, 3 * PAGE) == b"b" * 2 * PAGE + b"a" * PAGE


@pytest.mark.parametrize("kind", [MagneticMedium, FlashMedium])
def test_a_page_that_cannot_be_read_is_mended_by_a_write(kind: type[MagneticMedium] | type[FlashMedium]) -> None:
    medium = kind(64 * PAGE)
    medium.write(0, page())
    medium.damage(0)
    with pytest.raises(Unreadable):
        medium.read(0, 512)
    assert medium.pages_pending == 1
    medium.write(512, b"n" * 512)
    assert medium.pages_pending == 0
    assert medium.read(0, 1024) == bytes(512) + b"n" * 512
