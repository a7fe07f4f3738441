"""Sanitize, 84h, and its log page 81h: Base 2.0c sections 5.24, 8.21 and figure 291."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from emulators.nvme.entries import Gone
from emulators.nvme.personality import full, no_deallocate_inhibited, no_sanitize, recorded, strict_integrity
from nvme_bench import Bench

BLOCK, OVERWRITE, CRYPTO = 0x02, 0x03, 0x04


def test_a_drive_that_was_never_sanitized_says_so(drive: Bench) -> None:
    sprog, sstat, scdw10, *times = struct.unpack_from("<HHI6I", drive.sanitize_log())
    assert (sprog, sstat, scdw10) == (0xFFFF, 0x0000, 0)
    assert times == [20] * 6


@pytest.mark.parametrize("cdw10", [BLOCK, 0x13, CRYPTO])
def test_sanitize_leaves_nothing_readable(drive: Bench, cdw10: int) -> None:
    assert drive.remnants() > 64  # old copies too
    assert drive.admin(0x84, 0, cdw10).status == 0
    drive.clock.sleep(10)
    assert struct.unpack_from("<HH", drive.sanitize_log()) == (0x8000, 0x0002)
    drive.clock.sleep(10)
    sprog, sstat, scdw10 = struct.unpack_from("<HHI", drive.sanitize_log())
    assert (sprog, sstat & 0x107, scdw10) == (0xFFFF, 0x0101, cdw10)
    assert drive.remnants() == 0
    assert drive.read(0).data == bytes(512)


def test_global_data_erased_is_cleared_by_the_first_write(drive: Bench) -> None:
    drive.admin(0x84, 0, BLOCK)
    drive.clock.sleep(20)
    assert drive.sanitize_log()[3] == 0x01
    drive.write(0, bytes(512))
    assert drive.sanitize_log()[3] == 0x00


def test_overwrite_counts_its_passes_and_zero_means_sixteen(drive: Bench) -> None:
    drive.admin(0x84, 0, OVERWRITE)
    drive.clock.sleep(20 * 8)
    assert struct.unpack_from("<HH", drive.sanitize_log()) == (0x8000, 0x0002 | 8 << 3)
    drive.clock.sleep(20 * 8)
    assert struct.unpack_from("<HH", drive.sanitize_log())[1] == 0x0101 | 16 << 3


@pytest.mark.parametrize(("cdw10", "expected"), [(0x213, "a5a5a5a5"), (0x313, "a5a5a5a5"), (0x223, "a5a5a5a5"), (0x323, "5a5a5a5a")])
def test_overwrite_without_deallocation_leaves_its_pattern_inverted_in_each_second_pass(drive: Bench, cdw10: int, expected: str) -> None:
    drive.admin(0x84, 0, cdw10, 0xA5A5A5A5)
    drive.clock.sleep(40)
    assert drive.sanitize_log()[2] & 7 == 1
    assert drive.read(9).data[:4].hex() == expected


def test_after_an_overwrite_deallocated_blocks_read_as_dlfeat_says_and_not_as_the_pattern(drive: Bench) -> None:
    drive.admin(0x84, 0, 0x13, 0xA5A5A5A5)
    drive.clock.sleep(20)
    assert drive.sanitize_log()[2] & 7 == 1
    assert drive.read(0).data == bytes(512)


@pytest.mark.parametrize("opcode", [0x0D, 0x15, 0x80, 0x81, 0x82])
def test_while_it_runs_other_admin_commands_are_refused(full_drive: Bench, opcode: int) -> None:
    full_drive.admin(0x84, 0, BLOCK)
    assert full_drive.admin(opcode, 1).status == 0x01D


def test_while_it_runs_identify_features_and_some_logs_are_answered(drive: Bench) -> None:
    drive.admin(0x84, 0, BLOCK)
    assert drive.admin(0x06, 0, 0x01).status == 0
    assert drive.admin(0x0A, 0, 0x06).status == 0
    assert drive.admin(0x02, 0xFFFFFFFF, 0x007F0002).status == 0
    assert drive.admin(0x02, 0xFFFFFFFF, 0x007F0003).status == 0x01D
    assert drive.admin(0x84, 0, BLOCK).status == 0x01D
    assert drive.read(0).status == 0x01D
    assert drive.write(0, bytes(512)).status == 0x01D


def test_it_goes_on_by_itself_after_a_power_cut(drive: Bench) -> None:
    drive.admin(0x84, 0, BLOCK)
    drive.clock.sleep(10)
    drive.subsystem.cut_power()
    left = drive.remnants()
    assert left > 0
    with pytest.raises(Gone):
        drive.read(0)
    drive.clock.sleep(1000)
    assert drive.remnants() == left
    drive.subsystem.power_on()
    assert struct.unpack_from("<HH", drive.sanitize_log()) == (0x8000, 0x0002)
    drive.clock.sleep(10)
    assert drive.sanitize_log()[2] == 0x01
    assert drive.remnants() == 0


@pytest.mark.parametrize("cut_at", [5, 20, 35])
def test_an_overwrite_goes_on_with_its_passes_after_a_power_cut(drive: Bench, cut_at: int) -> None:
    drive.admin(0x84, 0, 0x223, 0xA5A5A5A5)
    drive.clock.sleep(cut_at)
    drive.subsystem.cut_power()
    drive.clock.sleep(1000)
    drive.subsystem.power_on()
    sprog, sstat = struct.unpack_from("<HH", drive.sanitize_log())
    assert (sprog, sstat) == (cut_at * 0x10000 // 40, 0x0002 | (cut_at >= 20) << 3)
    drive.clock.sleep(40 - cut_at)
    assert struct.unpack_from("<HH", drive.sanitize_log()) == (0xFFFF, 0x0101 | 2 << 3)
    assert drive.remnants() == 0
    assert drive.read(0).data[:4].hex() == "a5a5a5a5"


def test_power_that_fails_at_any_physical_step_loses_nothing_of_it(bench: Callable[..., Bench]) -> None:
    steps = 0
    while True:
        drive = bench()
        drive.admin(0x84, 0, BLOCK)
        drive.subsystem.power.cut_after(steps)
        drive.clock.sleep(20)
        try:
            drive.sanitize_log()
        except Gone:
            drive.subsystem.power_on()
            assert drive.sanitize_log()[2] in {0x01, 0x02}  # all but done, it may be done by the time it is asked
            drive.clock.sleep(20)
            assert drive.sanitize_log()[2] == 0x01
            assert drive.remnants() == 0
            steps += 3
        else:
            break
    assert steps > 6


def test_a_controller_reset_does_not_stop_it(drive: Bench) -> None:
    drive.admin(0x84, 0, BLOCK)
    drive.clock.sleep(5)
    drive.controller.set_property(0x14, 1)
    drive.controller.set_property(0x14, 0)
    assert drive.sanitize_log()[2] == 0x02


@pytest.mark.parametrize(("cdw10", "exit_status", "again_status"), [(0x02, 0x401C, 0x401C), (0x0A, 0x000, 0x000)])
def test_a_failed_sanitize_can_be_left_only_where_unrestricted_exit_was_asked_for(
    drive: Bench, cdw10: int, exit_status: int, again_status: int
) -> None:
    drive.subsystem.lies.sanitize_fails_at = 0.5
    drive.admin(0x84, 0, cdw10)
    drive.clock.sleep(20)
    assert drive.sanitize_log()[2] == 0x03
    assert drive.read(0).status == 0x401C
    assert drive.admin(0x80, 1, 0x200).status == 0x401C
    drive.subsystem.power_cycle()
    assert drive.sanitize_log()[2] == 0x03
    assert drive.admin(0x84, 0, 0x01).status == exit_status
    assert drive.sanitize_log()[2] == 0x03
    assert drive.read(0).status == (0 if exit_status == 0 else 0x401C)
    drive.subsystem.lies.sanitize_fails_at = None
    assert drive.admin(0x84, 0, 0x0A).status == again_status  # AUSE
    assert drive.admin(0x84, 0, 0x02).status == (0 if again_status else 0x01D)
    drive.clock.sleep(20)
    assert drive.sanitize_log()[2] == 0x01


@pytest.mark.parametrize("cdw10", [0x00, 0x06, 0x07, 0x09, 0x0D, 0x201, 0x205, 0x402])
def test_actions_and_bits_that_are_not_allowed_are_invalid_fields(drive: Bench, cdw10: int) -> None:
    assert drive.admin(0x84, 0, cdw10).status == 0x4002


def test_without_sanicap_the_opcode_is_invalid_and_so_is_the_log(bench: Callable[..., Bench]) -> None:
    drive = bench(no_sanitize())
    assert drive.admin(0x84, 0, BLOCK).status == 0x4001
    assert drive.admin(0x02, 0xFFFFFFFF, 0x007F0081).status == 0x4109


def test_an_unsupported_kind_is_an_invalid_field(bench: Callable[..., Bench]) -> None:
    drive = bench(recorded("WDC WDS250G2B0C-00PXH0"))  # SANICAP 60000002h: block erase alone
    assert drive.admin(0x84, 0, CRYPTO).status == 0x4002
    assert drive.admin(0x84, 0, BLOCK).status == 0


def test_it_is_prohibited_while_the_persistent_memory_region_is_enabled(full_drive: Bench) -> None:
    full_drive.subsystem.pmr_is_enabled = True
    assert full_drive.admin(0x84, 0, BLOCK).status == 0x4123
    full_drive.subsystem.pmr_is_enabled = False
    assert full_drive.admin(0x84, 0, BLOCK).status == 0


def test_one_write_protected_namespace_keeps_all_from_being_sanitized(full_drive: Bench) -> None:
    full_drive.admin(0x09, 2, 0x84, 1)
    assert full_drive.admin(0x84, 0, BLOCK).status == 0x4020
    full_drive.admin(0x09, 2, 0x84, 0)
    assert full_drive.admin(0x84, 0, BLOCK).status == 0


def test_another_sanitize_cancels_media_verification(full_drive: Bench) -> None:
    full_drive.admin(0x84, 0, 0x402)
    full_drive.clock.sleep(20)
    assert full_drive.admin(0x84, 0, 0x04).status == 0
    full_drive.clock.sleep(20)
    assert struct.unpack_from("<HHI", full_drive.sanitize_log()) == (0xFFFF, 0x0301, 0x04)


def test_cryptographic_erase_without_deallocation_leaves_noise(drive: Bench) -> None:
    drive.admin(0x84, 0, 0x204)
    drive.clock.sleep(20)
    data = drive.read(0, 8).data
    assert b"resident" not in data
    assert len(set(data)) > 200
    assert drive.remnants() == 0


def test_no_deallocate_where_it_is_inhibited_is_refused_or_with_a_warning_ignored(bench: Callable[..., Bench]) -> None:
    drive = bench(no_deallocate_inhibited())
    assert drive.admin(0x84, 0, 0x202).status == 0x4002
    assert drive.admin(0x09, 0, 0x17, 1).status == 0  # NODRM
    assert drive.admin(0x84, 0, 0x202).status == 0
    drive.clock.sleep(20)
    assert drive.controller.admin(bytes([0x0C]) + bytes(63)).dw0 == 0x00810206
    assert drive.sanitize_log()[2] == 0x04


def test_cells_left_erased_can_fail_the_integrity_check(bench: Callable[..., Bench]) -> None:
    drive = bench(strict_integrity())
    drive.admin(0x84, 0, 0x202)
    drive.clock.sleep(20)
    assert drive.read(0).status == 0x4281
    drive.write(0, bytes(4096))
    assert drive.read(0).data == bytes(512)
    assert drive.read(8).status == 0x4281


def test_media_verification_lets_reads_through_until_it_is_left(full_drive: Bench) -> None:
    full_drive.admin(0x84, 0, 0x402)  # EMVS
    full_drive.clock.sleep(20)
    assert full_drive.controller.admin(bytes([0x0C]) + bytes(63)).dw0 == 0x00810306
    log = full_drive.sanitize_log()
    assert (log[0:4].hex(), log[36]) == ("ffff0200", 5)
    assert full_drive.read(0).data == bytes(512)
    assert full_drive.write(0, bytes(512)).status == 0x01D
    assert full_drive.admin(0x84, 0, 0x05).status == 0
    log = full_drive.sanitize_log()
    assert (log[2], log[36]) == (1, 0)


def test_completion_is_told_once_until_the_log_is_read(drive: Bench) -> None:
    assert drive.controller.admin(bytes([0x0C]) + bytes(63)).seconds == float("inf")
    for _ in range(2):
        drive.admin(0x84, 0, BLOCK)
        drive.clock.sleep(20)
        assert drive.controller.admin(bytes([0x0C]) + bytes(63)).dw0 == 0x00810106
        drive.sanitize_log()


def test_all_namespaces_are_sanitized_those_not_attached_and_deleted_ones_too(bench: Callable[..., Bench]) -> None:
    drive = bench(full())
    drive.admin(0x0D, 2, 1)  # delete
    drive.admin(0x15, 3, 1, data=b"\x01\x00\x01\x00".ljust(4096, b"\0"))  # detach from controller 1
    deleted = drive.subsystem.namespaces.left_behind[0]
    assert deleted.remnants(b"resident register")
    drive.admin(0x84, 0, BLOCK)
    drive.clock.sleep(20)
    assert drive.sanitize_log()[2] == 1
    assert drive.remnants() == 0


def test_boot_partitions_and_rpmb_are_left_alone(full_drive: Bench) -> None:
    full_drive.admin(0x84, 0, BLOCK)
    full_drive.clock.sleep(20)
    completion = full_drive.admin(0x02, 0, 0x000B0015)
    assert completion.data[16:32] == b"boot partition 0"
    assert full_drive.subsystem.rpmb == [b"replay protected 0", b"replay protected 1"]
