"""NVMe log pages, features and status, byte by byte from NVMe Base 2.0c sections 3.3.3.2.1, 5.16.1 and 5.27.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import nvme_logs as logs
from erase.commands.nvme_admin import WriteProtection
from erase.commands.nvme_controller import NvmeDoubt
from erase.commands.nvme_sanitize import Estimates, SanitizeOutcome, SanitizeState, sanitize_status
from erase.commands.nvme_status import NvmeStatus, StatusMeaning, status_of

ANY = st.binary(max_size=600) | st.binary(min_size=1, max_size=300).map(lambda seed: (seed * 4096)[:4096])


def sanitize_page(digits: str) -> bytes:
    return bytes.fromhex(digits).ljust(512, b"\0")


NEVER = "ffff 0000 00000000" + "ffffffff" * 7


def test_a_drive_that_was_never_sanitized_says_so():
    found = sanitize_status(sanitize_page(NEVER))
    assert (found.outcome, found.progress, found.running, found.doubts) == (SanitizeOutcome.NEVER, None, False, ())
    assert found.estimates == Estimates(None, None, None, None, None, None, None)
    assert (found.passes_done, found.global_data_erased, found.command, found.state) == (0, False, 0, SanitizeState.IDLE)


def test_a_running_sanitize_tells_its_progress():
    # SPROG 8000h, SSTAT 2 with 3 passes done, SCDW10 0133h; ETO 3600 s, ETBE 60, ETCE 5
    found = sanitize_status(sanitize_page("0080 1a00 33010000 100e0000 3c000000 05000000" + "ffffffff" * 4 + "01"))
    assert (found.outcome, found.progress, found.passes_done) == (SanitizeOutcome.IN_PROGRESS, 0x8000, 3)
    assert found.running
    assert found.command == 0x133
    assert found.estimates == Estimates(3600, 60, 5, None, None, None, None)
    assert found.state is SanitizeState.RESTRICTED_PROCESSING


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("0101", SanitizeOutcome.COMPLETED), ("0401", SanitizeOutcome.COMPLETED_DEALLOCATED), ("0300", SanitizeOutcome.FAILED)],
)
def test_an_ended_sanitize_belongs_to_its_command(status, outcome):
    found = sanitize_status(sanitize_page(f"ffff {status} 02000000"))
    assert (found.outcome, found.progress, found.doubts) == (outcome, None, ())
    assert found.completed(0x2) is (outcome is not SanitizeOutcome.FAILED)
    assert not found.completed(0x4)
    assert found.global_data_erased is (status[2:] == "01")


def test_the_estimates_are_in_the_order_of_the_standard():
    # ETO 8, ETBE 12, ETCE 16, ETOND 20, ETBEND 24, ETCEND 28, ETPVDS 32
    found = sanitize_status(sanitize_page("ffff0000 00000000 01000000 02000000 03000000 04000000 05000000 06000000 07000000"))
    assert found.estimates == Estimates(1, 2, 3, 4, 5, 6, 7)


def test_the_state_says_where_it_failed():
    # SSI: state 2 (restricted failure), failed in state 1; MVCNCLD is SSTAT bit 9
    found = sanitize_status(sanitize_page("ffff 0302 02000000" + "ffffffff" * 7 + "12"))
    assert (found.state, found.failed_in) == (SanitizeState.RESTRICTED_FAILURE, SanitizeState.RESTRICTED_PROCESSING)
    assert found.verification_cancelled is True


@pytest.mark.parametrize(
    ("digits", "doubt"),
    [
        ("ffff 0200 02000000", NvmeDoubt.PROGRESS),  # runs, and is done
        ("8f02 0101 02000000", NvmeDoubt.PROGRESS),  # is done, and stands at 655
        ("ffff 0500 02000000", NvmeDoubt.RESERVED_VALUE),
        ("ffff 0101 02000000" + "ffffffff" * 7 + "07", NvmeDoubt.RESERVED_VALUE),
        ("ffff 0101 02000000" + "ffffffff" * 7 + "80", NvmeDoubt.RESERVED_VALUE),
    ],
)
def test_a_sanitize_log_that_contradicts_itself_proves_nothing(digits, doubt):
    found = sanitize_status(sanitize_page(digits))
    assert found.doubts == (doubt,)
    assert not found.completed(0x2)


@pytest.mark.parametrize(("state", "done"), [("00", True), ("02", False), ("04", False), ("05", False), ("06", False)])
def test_a_success_in_a_state_of_failure_or_verification_is_none(state, done):
    assert sanitize_status(sanitize_page("ffff 0101 02000000" + "ffffffff" * 7 + state)).completed(0x2) is done


def test_nothing_progresses_while_the_host_verifies():
    found = sanitize_status(sanitize_page("ffff 0200 04040000" + "ffffffff" * 7 + "05"))
    assert (found.state, found.running, found.progress, found.doubts) == (SanitizeState.MEDIA_VERIFICATION, True, None, ())


def test_a_dead_link_is_no_sanitize_log():
    found = sanitize_status(b"\xff" * 512)
    assert found.doubts == (NvmeDoubt.BLANK,)
    assert (found.outcome, found.command, found.estimates.block) == (None, None, None)
    assert not found.running


@given(ANY)
def test_any_bytes_give_a_sanitize_status(data):
    found = sanitize_status(data)
    command = found.command if found.command is not None else 2
    if found.completed(command):
        assert len(data) >= 512
        assert data[2] & 7 in (1, 4)


@given(st.integers(1, 0xFFFE), st.integers(0, 31), st.integers(0, 0xFFFFFFFF), st.booleans())
def test_any_running_sanitize_is_found_again(progress, passes, command, erased):
    status = 2 | passes << 3 | erased << 8
    data = progress.to_bytes(2, "little") + status.to_bytes(2, "little") + command.to_bytes(4, "little")
    found = sanitize_status(data.ljust(512, b"\0"))
    assert (found.progress, found.passes_done, found.command, found.global_data_erased) == (progress, passes, command, erased)


SMART = bytes.fromhex("04 3601 64 0a 07").ljust(32, b"\0") + b"".join(
    number.to_bytes(16, "little") for number in (11, 22, 33, 44, 55, 66, 77, 88, 99, 111)
)


def test_smart_tells_of_health():
    found = logs.smart_log(SMART.ljust(512, b"\0"))
    assert found.doubts == ()
    assert found.warnings == (logs.CriticalWarning.RELIABILITY_DEGRADED,)
    assert found.temperature == 310 - 273
    assert (found.spare, found.spare_threshold, found.used) == (100, 10, 7)
    # data units at 32 and 48, power cycles 112, hours 128, unsafe shutdowns 144, media errors 160, entries 176
    assert (found.data_read, found.data_written, found.power_cycles, found.power_on_hours) == (11, 22, 66, 77)
    assert (found.unsafe_shutdowns, found.media_errors, found.error_entries) == (88, 99, 111)


@pytest.mark.parametrize(
    ("bit", "warning"),
    list(enumerate(["spare-below-threshold", "temperature", "reliability-degraded", "read-only", "backup-failed", "pmr-read-only"])),
)
def test_each_critical_warning_is_one_bit(bit, warning):
    assert logs.smart_log(bytes([1 << bit]) + SMART[1:]).warnings == (warning,)


def test_impossible_percentages_are_not_told():
    found = logs.smart_log((SMART[:3] + b"\x65\x66" + SMART[5:]).ljust(512, b"\0"))
    assert found.doubts == (NvmeDoubt.RESERVED_VALUE,)
    assert (found.spare, found.spare_threshold, found.used) == (None, None, 7)


@pytest.mark.parametrize("data", [b"", bytes(512), b"\xff" * 512])
def test_a_blank_smart_log_says_nothing(data):
    found = logs.smart_log(data)
    assert NvmeDoubt.BLANK in found.doubts
    assert (found.temperature, found.spare, found.media_errors, found.warnings) == (None, None, None, ())


def test_the_error_log_lists_what_went_wrong():
    # Status Field 09h: bit 0 is the phase tag, so the status is 4 ... 8001h >> 1 = 4000h; and 050Dh >> 1 = 286h
    entry = bytes.fromhex("0200000000000000 0100 3412 0d05 0000 8877665500000000 01000000").ljust(64, b"\0")
    (found,) = logs.error_entries(entry + bytes(64) + entry[:63])
    assert (found.count, found.queue, found.command, found.lba, found.nsid) == (2, 1, 0x1234, 0x55667788, 1)
    assert found.status.meaning is StatusMeaning.ACCESS_DENIED


def test_firmware_slots_are_read():
    # AFI: active 2:0, next 6:4
    found = logs.firmware_slots(b"\x21".ljust(8, b"\0") + b"1.0A    " + b"2.0B    " + bytes(496))
    assert (found.active, found.next, found.revisions[:3]) == (1, 2, ("1.0A", "2.0B", None))
    assert logs.firmware_slots(b"") == logs.FirmwareSlots(None, None, (None,) * 7)


def effects_page(words: dict[int, int]) -> bytes:
    data = bytearray(4096)
    for opcode, word in ({0x02: 1, 0x06: 1} | words).items():
        data[4 * opcode : 4 * opcode + 4] = word.to_bytes(4, "little")
    return bytes(data)


def test_effects_tell_which_commands_there_are():
    # CSUPP 0, LBCC 1, NCC 2, NIC 3, CCC 4, CSE 18:16; I/O commands from byte 1024
    found = logs.effects(effects_page({0x84: 0x20003, 0x80: 0x2000F, 0x0D: 0x9, 0x100 + 0x09: 0x3, 0x81: 0x2}))
    assert found.doubts == ()
    assert found.admin[0x84] == logs.CommandEffect(True, False, False, 2)
    assert found.admin[0x80] == logs.CommandEffect(True, True, False, 2)
    assert found.admin[0x0D] == logs.CommandEffect(False, True, False, 0)
    assert found.io == {0x09: logs.CommandEffect(True, False, False, 0)}
    assert (found.supports_admin(0x84), found.supports_admin(0x81)) == (True, False)


@pytest.mark.parametrize("data", [bytes(4096), b"", b"\xff" * 4096, b"\x01\0\0\0" * 511, effects_page({0x06: 0, 0x84: 1})])
def test_an_effects_log_without_the_mandatory_commands_says_nothing(data):
    found = logs.effects(data)
    assert found.doubts
    assert (found.admin, found.io, found.supports_admin(0x84)) == ({}, {}, None)


@given(ANY)
def test_any_effects_log_gives_an_answer_and_no_command_without_its_bit(data):
    found = logs.effects(data)
    assert all(data[4 * opcode] & 1 for opcode in found.admin)
    assert all(data[1024 + 4 * opcode] & 1 for opcode in found.io)


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("00 00 0000 10", (False, None, logs.SelfTestResult.NO_ERROR)),
        ("02 2a 0000 19", (True, 42, logs.SelfTestResult.ABORTED_BY_SANITIZE)),
        ("00 00 0000 ff", (False, None, None)),  # unused entry
        ("00 00 0000 00", (False, None, None)),  # belongs to no test
        ("", (None, None, None)),
    ],
)
def test_the_self_test_log_tells_the_newest(digits, expected):
    found = logs.self_test_log(bytes.fromhex(digits))
    assert (found.running, found.completion, found.newest) == expected


@pytest.mark.parametrize(
    ("digits", "size"),
    [
        ("15000000 08000080", 8 * 131072),  # bit 31 ABPID is no size
        ("15000000 00000000", 0),
        ("15000000 ffff0000", 0x7FFF * 131072),
        ("02000000 08000000", None),
        ("15000000 08", None),
        ("", None),
    ],
)
def test_boot_partitions_have_a_size(digits, size):
    assert logs.boot_partition_size(bytes.fromhex(digits)) == size


@given(ANY)
def test_any_bytes_give_a_log(data):
    logs.smart_log(data)
    logs.error_entries(data)
    logs.firmware_slots(data)
    logs.self_test_log(data)
    logs.boot_partition_size(data)


def test_features_are_read_from_dword_0():
    assert (logs.write_cache_enabled(1), logs.write_cache_enabled(0xFFFFFFFE)) == (True, False)
    assert (logs.sanitize_warns_only(1), logs.sanitize_warns_only(0)) == (True, False)
    assert [logs.write_protection(code) for code in range(5)] == [*WriteProtection, None]


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (0x0000, "success"),
        (0x0001, "invalid-opcode"),
        (0x0002, "invalid-field"),
        (0x000B, "invalid-namespace"),
        (0x001C, "sanitize-failed"),
        (0x001D, "sanitize-in-progress"),
        (0x0020, "namespace-write-protected"),
        (0x0023, "prohibited-by-lockdown"),
        (0x0084, "format-in-progress"),
        (0x0109, "invalid-log-page"),
        (0x010A, "invalid-format"),
        (0x010B, "firmware-needs-reset"),
        (0x0118, "namespace-already-attached"),
        (0x011A, "namespace-not-attached"),
        (0x011E, "boot-partition-write-prohibited"),
        (0x0123, "sanitize-prohibited-by-pmr"),
        (0x0182, "read-only-range"),
        (0x0280, "write-fault"),
        (0x0281, "unrecovered-read-error"),
        (0x0286, "access-denied"),
        (0x4286, "access-denied"),
        (0x0287, "deallocated-or-unwritten"),
        (0x0086, "other"),  # 86h means access denied among media errors only
        (0x0723, "other"),
    ],
)
def test_a_status_has_its_meaning(status, meaning):
    assert status_of(status).meaning == meaning


def test_a_status_is_taken_apart():
    assert status_of(0x4286) == NvmeStatus(2, 0x86, True, StatusMeaning.ACCESS_DENIED)


@given(st.integers(0, 0xFFFFFFFF))
def test_only_zero_is_success(status):
    assert (status_of(status).meaning is StatusMeaning.SUCCESS) is (status == 0)


def test_what_a_dead_link_gives_is_no_error_entry_and_no_running_self_test():
    entry = bytes.fromhex("0200000000000000 0100 3412 0d05").ljust(64, b"\0")
    assert [one.count for one in logs.error_entries(b"\xff" * 64 + entry + b"\xff" * 64)] == [2]
    assert logs.self_test_log(b"\xff" * 564) == logs.SelfTestLog(None, None, None)
    assert logs.self_test_log(bytes(564)).running is False
