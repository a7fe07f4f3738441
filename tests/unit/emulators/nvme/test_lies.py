"""Each lie beside its honest twin: the same command, the same answer, and what a look into the cells says."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

import pytest

from emulators.clock import HandClock
from emulators.nvme.entries import Gone
from emulators.nvme.personality import full, plain
from emulators.nvme.subsystem import Subsystem
from nvme_bench import SECRET, Bench, sqe

BLOCK, CRYPTO = 0x02, 0x04


def _sanitize(drive: Bench, cdw10: int = BLOCK) -> int:
    assert drive.admin(0x84, 0, cdw10).status == 0
    drive.clock.sleep(20)
    return drive.sanitize_log()[2] & 7


@pytest.mark.parametrize("cdw10", [BLOCK, CRYPTO])
@pytest.mark.parametrize(
    ("lie", "remains"),
    [("nothing_done", "all"), ("first_block_only", "some"), ("unmaps_only", "all"), ("cached_reads", "all"), ("skips_spare", "some")],
)
def test_success_is_reported_and_data_is_left(bench: Callable[..., Bench], cdw10: int, lie: str, remains: str) -> None:
    honest, liar = bench(), bench()
    if lie == "skips_spare" and cdw10 == CRYPTO:
        pytest.skip("a key covers spare cells too")
    before = liar.remnants()
    setattr(liar.subsystem.lies, lie, True)
    assert _sanitize(honest, cdw10) == _sanitize(liar, cdw10) == 1
    assert honest.remnants() == 0
    assert 0 < liar.remnants() <= before
    assert (liar.remnants() == before) == (remains == "all")


def test_what_was_only_unmapped_reads_as_zeros_as_what_was_erased_does(drive: Bench) -> None:
    drive.subsystem.lies.unmaps_only = True
    _sanitize(drive)
    assert drive.read(0, 8).data == bytes(4096)
    assert drive.remnants() > 0


def test_only_the_first_block_is_gone(drive: Bench) -> None:
    drive.subsystem.lies.first_block_only = True
    _sanitize(drive)
    assert drive.read(0).data == bytes(512)
    assert drive.read(8).data.startswith(SECRET)


def test_reads_from_a_cache_show_zeros_until_power_cycles(drive: Bench) -> None:
    drive.subsystem.lies.cached_reads = True
    _sanitize(drive)
    assert drive.read(0).data == bytes(512)
    drive.subsystem.power_cycle()
    assert drive.read(0).data.startswith(SECRET)


def test_a_key_that_is_kept_opens_the_old_cells(drive: Bench) -> None:
    drive.subsystem.lies.keeps_key = True
    assert _sanitize(drive, CRYPTO) == 1
    assert drive.read(0).data == bytes(512)
    assert drive.remnants() > 0


@pytest.mark.parametrize("lies", [True, False])
def test_a_new_key_does_nothing_to_what_was_never_encrypted(lies: bool) -> None:
    drive = Bench(plain())
    drive.subsystem.lies.never_encrypted = lies
    drive.fill()
    assert _sanitize(drive, CRYPTO) == 1
    assert (drive.remnants() > 0) == lies


def test_only_one_namespace_is_erased(bench: Callable[..., Bench]) -> None:
    drive = bench(full())
    drive.subsystem.lies.one_namespace_only = True
    assert _sanitize(drive) == 1
    assert not drive.subsystem.namespaces.by_id[1].medium.remnants(SECRET)
    assert drive.subsystem.namespaces.by_id[2].medium.remnants(SECRET)


def test_a_stale_success_is_from_an_earlier_run(drive: Bench) -> None:
    _sanitize(drive, CRYPTO)
    drive.fill()
    drive.subsystem.lies.stale_completed = True
    assert drive.admin(0x84, 0, BLOCK).status == 0
    sprog, sstat, scdw10 = struct.unpack_from("<HHI", drive.sanitize_log())
    assert (sprog, sstat & 7, scdw10) == (0xFFFF, 1, CRYPTO)  # never seen in progress, and another command's Dword 10
    assert drive.remnants() > 0


def test_stuck_at_one_hundredth_for_a_week_and_through_power_cycles(drive: Bench) -> None:
    drive.subsystem.lies.stuck_at = 655
    drive.admin(0x84, 0, BLOCK)
    for _ in range(2):
        drive.clock.sleep(7 * 86400)
        assert struct.unpack_from("<HH", drive.sanitize_log()) == (655, 0x0002)
        assert drive.admin(0x84, 0, 0x01).status == 0x01D
        drive.subsystem.power_cycle()
    drive.subsystem.lies.stuck_at = None
    drive.clock.sleep(20)
    assert drive.sanitize_log()[2] == 0x01


@pytest.mark.parametrize("command", [(0x84, 0, BLOCK), (0x80, 1, 0x200)])
def test_invalid_opcode_until_the_machine_was_suspended(drive: Bench, command: tuple[int, int, int]) -> None:
    drive.subsystem.lies.invalid_opcode_until_resume = True
    assert drive.admin(*command).status == 0x4001
    drive.subsystem.power_cycle()
    assert drive.admin(*command).status == 0x4001
    drive.subsystem.suspend_and_resume()
    assert drive.admin(*command).status == 0


def test_access_denied(drive: Bench) -> None:
    drive.subsystem.lies.access_denied = True
    assert drive.admin(0x80, 1, 0x200).status == 0x4286
    assert drive.read(0).data.startswith(SECRET)


def test_the_log_can_show_another_command_than_was_sent(drive: Bench) -> None:
    drive.subsystem.lies.wrong_scdw10 = 0x0A
    _sanitize(drive)
    assert struct.unpack_from("<I", drive.sanitize_log(), 4) == (0x0A,)


def test_slow_hung_and_gone(drive: Bench) -> None:
    read = sqe(0x02, 1)
    assert drive.controller.io(read).seconds == 0
    drive.subsystem.lies.slow = 12.5
    assert drive.controller.io(read).seconds == 12.5
    drive.subsystem.lies.hung = True
    assert math.isinf(drive.controller.io(read).seconds)
    drive.subsystem.lies.gone = True
    with pytest.raises(Gone):
        drive.controller.io(read)


def test_a_bad_block_is_a_media_error_and_is_logged(drive: Bench) -> None:
    drive.subsystem.lies.set("bad_blocks", [[1, 9]])
    assert drive.read(8).status == 0
    assert drive.read(8, 8).status == 0x4281
    count, status, lba, nsid = struct.unpack_from("<Q4xH2xQI", drive.admin(0x02, 0xFFFFFFFF, 0x000F0001).data)
    assert (count, status, lba, nsid) == (1, 0x281 << 1, 9, 1)
    assert drive.admin(0x02, 0xFFFFFFFF, 0x007F0002).data[160] == 1  # media errors


def test_two_drives_can_have_one_serial() -> None:
    drives = [Subsystem(plain().with_serial("SAME"), clock=HandClock()) for _ in range(2)]
    serials = [drive.controllers[0].admin(sqe(0x06, 0, 0x01)).data[4:24] for drive in drives]
    assert serials == [b"SAME" + b" " * 16] * 2


def test_a_lie_that_nobody_knows_is_refused(drive: Bench) -> None:
    with pytest.raises(KeyError):
        drive.subsystem.lies.set("honest", True)
    drive.subsystem.lies.set("stuck_at", 655)
    assert drive.subsystem.lies.told() == {"stuck_at": 655}
