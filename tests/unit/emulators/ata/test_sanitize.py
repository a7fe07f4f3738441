"""The Sanitize Device feature set, walked with the register values of ACS-4 sections 4.17 and 7.36."""

from __future__ import annotations

import pytest

from emulators.ata import AtaDisk, Flaw, SanitizeState, make_disk
from emulators.ata.host import password_block, read, send, send_ext, words, write

MARKER = b"citizen register, page one"
CRYPTO = (0x0011, 0x0000_4372_7970)  # "Cryp"
BLOCK = (0x0012, 0x0000_426B_4572)  # "BkEr"
OVERWRITE = (0x0014, 0x4F57_0000_0000)  # "OW", pattern 0
FREEZE = (0x0020, 0x0000_4672_4C6B)  # "FrLk"
ANTIFREEZE = (0x0040, 0x0000_416E_7469)  # "Anti"
FAILURE_MODE = 0x0010


def disk(name: str = "flash", *flaws: Flaw) -> AtaDisk:
    made = make_disk(name, flaws=flaws)
    write(made, 8, MARKER.ljust(made.sector, b"."))
    send(made, 0xE7)
    return made


def sanitize(made: AtaDisk, command: tuple[int, int], count: int = 0) -> tuple[int, int, int, int]:
    feature, lba = command
    outcome = send_ext(made, 0xB4, feature, count, lba)
    return outcome.status, outcome.error, outcome.count, outcome.lba


def status(made: AtaDisk, count: int = 0) -> tuple[int, int, int, int]:
    return sanitize(made, (0x0000, 0), count)


def wait(made: AtaDisk, seconds: float) -> None:
    made.clock.sleep(seconds)
    made.tick()


def test_a_delivered_disk_is_idle() -> None:
    assert status(disk()) == (0x50, 0, 0x0000, 0xFFFF)


def test_block_erase_runs_shows_its_progress_and_leaves_nothing() -> None:
    made = disk()
    assert sanitize(made, BLOCK) == (0x50, 0, 0x4000, 0)  # in progress
    wait(made, 15)
    assert status(made) == (0x50, 0, 0x4000, 32768)
    wait(made, 15)
    assert status(made) == (0x50, 0, 0x8000, 0xFFFF)  # completed without error
    assert made.sanitize.state is SanitizeState.SD4
    assert made.medium.remnants(MARKER) == ()
    assert read(made, 8).data == bytes(512)
    assert sanitize(made, BLOCK) == (0x50, 0, 0x4000, 0)  # a new one takes 'completed' back


def test_overwrite_leaves_the_pattern() -> None:
    made = disk("magnetic")
    assert sanitize(made, (0x0014, 0x4F57_1234_5678), 1)[:3] == (0x50, 0, 0x4000)
    wait(made, 9000)
    assert status(made)[2] == 0x8000
    assert read(made, 700_000_000).data == bytes.fromhex("78563412") * 128
    assert made.medium.remnants(MARKER) == ()


@pytest.mark.parametrize(
    ("count", "passes", "last"),
    [
        (0x0001, 1, "78563412"),
        (0x0003, 3, "78563412"),
        (0x0000, 16, "78563412"),
        (0x0082, 2, "87a9cbed"),  # inverted between passes
        (0x0083, 3, "78563412"),
        (0x00C2, 2, "78563412"),  # definitive ending pattern
    ],
)
def test_passes_and_the_last_pattern_are_as_asked(count: int, passes: int, last: str) -> None:
    made = disk("magnetic")
    sanitize(made, (0x0014, 0x4F57_1234_5678), count)
    wait(made, 9000 * passes - 1)
    assert status(made)[2] == 0x4000
    wait(made, 1)
    assert status(made)[2] == 0x8000
    assert read(made, 0).data == bytes.fromhex(last) * 128


def test_crypto_scramble_leaves_cells_that_nobody_can_read() -> None:
    made = disk("self-encrypting-flash")
    assert made.medium.remnants(MARKER)
    sanitize(made, CRYPTO)
    wait(made, 2)
    assert status(made)[2] == 0x8000
    assert made.medium.remnants(MARKER) == ()


@pytest.mark.parametrize(("name", "command"), [("magnetic", BLOCK), ("magnetic", CRYPTO), ("flash", OVERWRITE), ("flash", (0x0099, 0))])
def test_what_word_59_does_not_name_is_unsupported(name: str, command: tuple[int, int]) -> None:
    assert sanitize(disk(name), command) == (0x51, 0x04, 0, 0x02)


def test_a_disk_without_the_feature_set_aborts_even_its_status() -> None:
    assert status(disk("pata"))[:2] == (0x51, 0x04)


@pytest.mark.parametrize("command", [(0x0012, 0), (0x0012, 0x4372_7970), (0x0012, 0x1_426B_4572), (0x0020, 0), (0x0040, 0)])
def test_without_its_key_nothing_happens(command: tuple[int, int]) -> None:
    made = disk()
    assert sanitize(made, command)[:2] == (0x51, 0x04)
    assert made.sanitize.state is SanitizeState.SD0


def test_an_overwrite_without_ow_is_refused() -> None:
    assert sanitize(disk("magnetic"), (0x0014, 0x1234_5678))[:2] == (0x51, 0x04)


def test_it_survives_power_cycles_and_resumes_by_itself() -> None:
    made = disk("magnetic")
    sanitize(made, OVERWRITE, 1)
    for _ in range(4):
        wait(made, 2000)
        made.power_cycle()
        assert status(made)[2] == 0x4000
    wait(made, 9000)
    assert status(made)[2] == 0x8000
    assert made.medium.remnants(MARKER) == ()
    made.power_cycle()
    assert status(made) == (0x50, 0, 0x8000, 0xFFFF)  # it survives power-on, and proves nothing by itself
    assert made.sanitize.state is SanitizeState.SD0


def test_a_hardware_reset_does_not_stop_it() -> None:
    made = disk()
    sanitize(made, BLOCK)
    made.hardware_reset()
    assert status(made)[2] == 0x4000


def test_freezing_ends_with_power_and_with_a_hardware_reset() -> None:
    for ends in (AtaDisk.power_cycle, AtaDisk.hardware_reset):
        made = disk()
        assert sanitize(made, FREEZE) == (0x50, 0, 0x2000, 0xFFFF)
        assert sanitize(made, BLOCK) == (0x51, 0x04, 0, 0x03)
        assert sanitize(made, ANTIFREEZE) == (0x51, 0x04, 0, 0x03)
        ends(made)
        assert status(made) == (0x50, 0, 0x0000, 0xFFFF)


def test_antifreeze_keeps_others_from_freezing_until_power_goes() -> None:
    made = disk()
    assert sanitize(made, ANTIFREEZE) == (0x50, 0, 0x1000, 0xFFFF)
    assert sanitize(made, FREEZE) == (0x51, 0x04, 0, 0x04)
    made.power_cycle()
    assert sanitize(made, FREEZE)[2] == 0x2000


def test_a_restricted_failure_is_left_by_another_restricted_sanitize_only() -> None:
    made = disk("flash", Flaw.SANITIZE_FAILS)
    sanitize(made, BLOCK)
    wait(made, 30)
    assert made.sanitize.state is SanitizeState.SD3
    assert status(made) == (0x51, 0x04, 0, 0x01)
    assert status(made, 1) == (0x51, 0x04, 0, 0x01)  # CLEAR SANITIZE OPERATION FAILED
    assert sanitize(made, BLOCK, FAILURE_MODE)[:2] == (0x51, 0x04)
    made.power_cycle()
    assert status(made) == (0x51, 0x04, 0, 0x01)
    assert read(made, 8).status == 0x51
    made.flaws.clear()
    assert sanitize(made, BLOCK)[:3] == (0x50, 0, 0x4000)
    wait(made, 30)
    assert status(made)[2] == 0x8000


def test_an_unrestricted_failure_can_be_cleared_and_the_data_is_still_there() -> None:
    made = disk("flash", Flaw.SANITIZE_FAILS)
    sanitize(made, BLOCK, FAILURE_MODE)
    wait(made, 30)
    assert status(made) == (0x51, 0x04, 0, 0x01)
    assert status(made, 1) == (0x50, 0, 0x0000, 0xFFFF)
    assert made.sanitize.state is SanitizeState.SD0
    assert read(made, 8).data.startswith(MARKER)


@pytest.mark.parametrize("state", [SanitizeState.SD2, SanitizeState.SD3])
def test_the_command_filter(state: SanitizeState) -> None:
    made = disk("flash", *([Flaw.SANITIZE_FAILS] if state is SanitizeState.SD3 else []))
    sanitize(made, BLOCK)
    wait(made, 30 if state is SanitizeState.SD3 else 1)
    assert made.sanitize.state is state
    allowed = [
        send(made, 0xEC),
        send(made, 0xB0, 0xDA, 0, 0xC24F00),  # SMART RETURN STATUS
        send_ext(made, 0x2F, 0, 1, 0x10),  # READ LOG EXT
        send_ext(made, 0x2F, 0, 1, 0x30),
        send_ext(made, 0x47, 0, 1, 0x30),  # READ LOG DMA EXT
    ]
    assert [outcome.status for outcome in allowed] == [0x50] * 5
    refused = [
        send_ext(made, 0x25, count=1),
        send_ext(made, 0x35, count=1, data=bytes(512)),
        send(made, 0xE7),
        send(made, 0xE5),
        send(made, 0xB0, 0xD0, 0, 0xC24F00),  # SMART READ DATA
        send_ext(made, 0x2F, 0, 1, 0x04),
        send(made, 0xF1, data=password_block(b"x")),
        send_ext(made, 0x06, 1, 1, data=bytes(512)),
    ]
    assert [(outcome.status, outcome.error) for outcome in refused] == [(0x51, 0x04)] * 8


def test_with_word_59_bit_11_clear_logs_are_refused_as_in_acs_2() -> None:
    made = make_disk("flash", words={59: 0x9510})
    sanitize(made, BLOCK)
    assert send_ext(made, 0x2F, 0, 1, 0x30).status == 0x51
    assert send(made, 0xEC).status == 0x50


def test_a_second_operation_during_the_first_is_refused() -> None:
    made = disk()
    sanitize(made, BLOCK)
    assert sanitize(made, BLOCK)[:2] == (0x51, 0x04)


def test_a_locked_disk_can_be_unlocked_while_it_runs_and_refuses_it_before() -> None:
    made = disk()  # its log 30h does not let a restricted sanitize override security
    send(made, 0xF1, data=password_block(b"p"))
    made.power_cycle()
    assert sanitize(made, BLOCK)[:2] == (0x51, 0x04)
    assert send(made, 0xF2, data=password_block(b"p")).status == 0x50
    assert sanitize(made, BLOCK)[2] == 0x4000


def test_where_log_30h_says_so_a_restricted_sanitize_overrides_the_lock() -> None:
    made = disk("magnetic")
    send(made, 0xF1, data=password_block(b"p"))
    made.power_cycle()
    assert sanitize(made, OVERWRITE, FAILURE_MODE | 1)[:2] == (0x51, 0x04)
    assert sanitize(made, OVERWRITE, 1)[2] == 0x4000
    wait(made, 9000)
    assert words(made)[128] == 0x0021
    assert made.medium.remnants(MARKER) == ()


def test_a_disk_that_says_completed_from_an_earlier_run_does_nothing() -> None:
    made = disk("flash", Flaw.STALE_COMPLETED)
    assert status(made)[2] == 0x8000
    assert sanitize(made, BLOCK) == (0x50, 0, 0x8000, 0xFFFF)  # never 'in progress'
    wait(made, 100)
    assert made.medium.remnants(MARKER)


def test_a_disk_that_is_stuck_stays_at_655() -> None:
    made = disk("flash", Flaw.STUCK_AT_655)
    sanitize(made, BLOCK)
    for _ in range(3):
        wait(made, 100_000)
        assert status(made) == (0x50, 0, 0x4000, 655)


def test_a_disk_that_forgets_it_when_power_goes_still_has_the_data() -> None:
    made = disk("flash", Flaw.FORGETS_SANITIZE)
    sanitize(made, BLOCK)
    made.power_cycle()
    assert status(made) == (0x50, 0, 0x0000, 0xFFFF)
    assert read(made, 8).data.startswith(MARKER)


def test_a_computer_that_freezes_it_at_each_start_is_got_round_by_a_link_reset_or_by_suspend() -> None:
    for way in (AtaDisk.hardware_reset, AtaDisk.suspend_and_resume):
        made = disk("flash", Flaw.SANITIZE_FROZEN_BY_FIRMWARE)
        assert status(made)[2] == 0x2000
        way(made)
        assert status(made)[2] == 0x0000
        made.power_cycle()
        assert status(made)[2] == 0x2000
