"""NVMe commands against the tables of NVMe Base 2.0c section 5, dword by dword."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import nvme_admin as admin
from erase.commands.nvme_admin import Cns, CommandSet, Feature, Log, Select, WriteProtection
from erase.commands.nvme_erase import SanitizeAction, SecureErase, format_nvm, sanitize
from erase.commands.wire import NvmeCommand

BYTE, WORD, DWORD = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)


def dwords(command: NvmeCommand) -> tuple[int, ...]:
    return (
        command.opcode,
        command.nsid,
        command.cdw10,
        command.cdw11,
        command.cdw12,
        command.cdw13,
        command.cdw14,
    )


@pytest.mark.parametrize(
    ("cns", "number"),
    [
        (Cns.NAMESPACE, 0x00),
        (Cns.CONTROLLER, 0x01),
        (Cns.ACTIVE_NAMESPACES, 0x02),
        (Cns.NAMESPACE_DESCRIPTORS, 0x03),
        (Cns.IO_COMMAND_SET_NAMESPACE, 0x05),
        (Cns.IO_COMMAND_SET_CONTROLLER, 0x06),
        (Cns.INDEPENDENT_NAMESPACE, 0x08),
        (Cns.ALLOCATED_NAMESPACES, 0x10),
        (Cns.ALLOCATED_NAMESPACE, 0x11),
        (Cns.ATTACHED_CONTROLLERS, 0x12),
        (Cns.CONTROLLERS, 0x13),
    ],
)
def test_identify_asks_for_4096_bytes_of_a_structure(cns, number):
    # section 5.17.1: CNS bits 7:0 of dword 10
    command = admin.identify(cns, nsid=7)
    assert dwords(command) == (0x06, 7, number, 0, 0, 0, 0)
    assert command.data_in == 4096
    assert command.data_out == b""


def test_identify_carries_controller_and_command_set():
    # section 5.17.1: CNTID bits 31:16 of dword 10, CSI bits 31:24 of dword 11
    command = admin.identify(Cns.IO_COMMAND_SET_NAMESPACE, nsid=1, controller=0x0102, command_set=CommandSet.ZONED)
    assert dwords(command) == (0x06, 1, 0x01020005, 0x02000000, 0, 0, 0)


@pytest.mark.parametrize(
    ("command", "dword10", "nsid", "length"),
    [
        # section 5.16: LID 7:0, RAE 15, NUMDL 31:16 (0's based dwords)
        (admin.error_log(4), 0x003F8001, 0xFFFFFFFF, 256),
        (admin.smart_log(), 0x007F8002, 0xFFFFFFFF, 512),
        (admin.firmware_log(), 0x007F8003, 0xFFFFFFFF, 512),
        (admin.effects_log(), 0x03FF8005, 0xFFFFFFFF, 4096),
        (admin.self_test_log(), 0x008C8006, 0xFFFFFFFF, 564),
        (admin.boot_partition_log(), 0x00038015, 0, 16),
        (admin.sanitize_status_log(), 0x007F8081, 0xFFFFFFFF, 512),
    ],
)
def test_each_log_page_is_asked_for_in_whole(command, dword10, nsid, length):
    assert dwords(command) == (0x02, nsid, dword10, 0, 0, 0, 0)
    assert command.data_in == length


def test_a_log_page_can_be_read_from_an_offset():
    # NUMDU 15:0 of dword 11; LPOL dword 12, LPOU dword 13; LSP 14:8 of dword 10; CSI 31:24 of dword 14
    command = admin.get_log_page(Log.EFFECTS, 0x80000, nsid=5, offset=0x1_00000010, specific=0x55, command_set=CommandSet.ZONED)
    assert dwords(command) == (0x02, 5, 0xFFFFD505, 0x0001, 0x10, 0x1, 0x02000000)


@pytest.mark.parametrize(("length", "offset"), [(0, 0), (2, 0), (511, 0), (512, 2)])
def test_a_log_page_comes_in_dwords(length, offset):
    with pytest.raises(ValueError, match="dwords"):
        admin.get_log_page(Log.SMART, length, offset=offset)


@given(st.integers(1, 1 << 20), st.integers(0, (1 << 62) - 1), st.integers(0, 127), DWORD)
def test_any_part_of_a_log_is_found_again(count, offset, specific, nsid):
    command = admin.get_log_page(Log.SMART, 4 * count, nsid=nsid, offset=4 * offset, specific=specific)
    numd = (command.cdw11 & 0xFFFF) << 16 | command.cdw10 >> 16
    assert (numd + 1) * 4 == command.data_in == 4 * count
    assert command.cdw13 << 32 | command.cdw12 == 4 * offset
    assert (command.cdw10 >> 8 & 0x7F, command.cdw10 & 0xFF, command.nsid) == (specific, 0x02, nsid)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        # section 5.15: FID 7:0, SEL 10:8
        (admin.get_features(Feature.VOLATILE_WRITE_CACHE), (0x0A, 0, 0x006, 0)),
        (admin.get_features(Feature.SANITIZE_CONFIG, select=Select.CAPABILITIES), (0x0A, 0, 0x317, 0)),
        (admin.get_features(Feature.NAMESPACE_WRITE_PROTECTION, nsid=3), (0x0A, 3, 0x084, 0)),
        # section 5.27: FID 7:0, SV 31 stays clear, the value in dword 11
        (admin.set_write_cache(enabled=True), (0x09, 0, 0x06, 1)),
        (admin.set_write_cache(enabled=False), (0x09, 0, 0x06, 0)),
        (admin.set_sanitize_config(warn_only=True), (0x09, 0, 0x17, 1)),
        (admin.set_write_protection(2, WriteProtection.UNTIL_POWER_CYCLE), (0x09, 2, 0x84, 2)),
        (admin.set_write_protection(2, WriteProtection.NONE), (0x09, 2, 0x84, 0)),
    ],
)
def test_features_are_asked_for_and_set(command, expected):
    assert dwords(command)[:4] == expected
    assert (command.data_in, command.data_out) == (0, b"")


def test_nobody_is_locked_out_of_a_namespace_for_ever():
    with pytest.raises(ValueError, match="taken back"):
        admin.set_write_protection(1, WriteProtection.PERMANENT)


def test_a_namespace_is_attached_to_and_detached_from_controllers():
    # section 5.22: SEL 3:0 of dword 10; a controller list of 4096 bytes, ascending (section 4)
    attach = admin.attach_namespace(3, [0x0105, 1])
    assert dwords(attach) == (0x15, 3, 0, 0, 0, 0, 0)
    assert attach.data_out == bytes.fromhex("0200 0100 0501") + bytes(4090)
    detach = admin.detach_namespace(3, [1])
    assert dwords(detach) == (0x15, 3, 1, 0, 0, 0, 0)
    assert detach.data_out == bytes.fromhex("0100 0100") + bytes(4092)


@pytest.mark.parametrize("controllers", [[], list(range(2048))])
def test_a_controller_list_has_its_limits(controllers):
    with pytest.raises(ValueError, match="2047"):
        admin.attach_namespace(1, controllers)


def test_security_protocols_travel_in_dword_10():
    # sections 5.25 and 5.26: SECP 31:24, SPSP 23:8, NSSF 7:0; dword 11 the length
    receive = admin.security_receive(0x01, 0x0001, 2048)
    assert dwords(receive) == (0x82, 0, 0x01000100, 2048, 0, 0, 0)
    assert receive.data_in == 2048
    send = admin.security_send(0x01, 0x07FE, b"\x01\x02\x03\x04")
    assert dwords(send) == (0x81, 0, 0x0107FE00, 4, 0, 0, 0)
    assert send.data_out == b"\x01\x02\x03\x04"


@pytest.mark.parametrize(
    ("command", "dword10", "dword11"),
    [
        # section 5.24: SANACT 2:0, AUSE 3, OWPASS 7:4, OIPBP 8, NDAS 9, EMVS 10; OVRPAT dword 11
        (sanitize(SanitizeAction.EXIT_FAILURE), 0x001, 0),
        (sanitize(SanitizeAction.BLOCK_ERASE), 0x002, 0),
        (sanitize(SanitizeAction.BLOCK_ERASE, unrestricted_exit=True, no_deallocate=True), 0x20A, 0),
        (sanitize(SanitizeAction.OVERWRITE, passes=1, pattern=0xDEADBEEF), 0x013, 0xDEADBEEF),
        (sanitize(SanitizeAction.OVERWRITE, passes=16, invert=True), 0x103, 0),
        (sanitize(SanitizeAction.CRYPTO_ERASE), 0x004, 0),
        (sanitize(SanitizeAction.CRYPTO_ERASE, media_verification=True), 0x404, 0),
        (sanitize(SanitizeAction.EXIT_MEDIA_VERIFICATION), 0x005, 0),
    ],
)
def test_sanitize_says_what_to_do(command, dword10, dword11):
    assert dwords(command) == (0x84, 0, dword10, dword11, 0, 0, 0)


@pytest.mark.parametrize("action", [SanitizeAction.EXIT_FAILURE, SanitizeAction.EXIT_MEDIA_VERIFICATION])
@pytest.mark.parametrize("option", ["unrestricted_exit", "no_deallocate", "media_verification"])
def test_leaving_a_state_takes_no_options(action, option):
    with pytest.raises(ValueError, match="options"):
        sanitize(action, **{option: True})


@pytest.mark.parametrize("option", [{"passes": 2}, {"invert": True}, {"pattern": 1}])
def test_only_an_overwrite_has_a_pattern(option):
    with pytest.raises(ValueError, match="pattern"):
        sanitize(SanitizeAction.BLOCK_ERASE, **option)


@pytest.mark.parametrize("passes", [0, 17])
def test_an_overwrite_has_1_to_16_passes(passes):
    with pytest.raises(ValueError, match="passes"):
        sanitize(SanitizeAction.OVERWRITE, passes=passes)


@given(st.integers(1, 16), st.booleans(), st.booleans(), st.booleans(), DWORD)
def test_any_overwrite_is_found_again(passes, invert, keep, unrestricted, pattern):
    command = sanitize(
        SanitizeAction.OVERWRITE, passes=passes, invert=invert, no_deallocate=keep, unrestricted_exit=unrestricted, pattern=pattern
    )
    word = command.cdw10
    assert (word & 7, bool(word & 1 << 3), bool(word & 1 << 8), bool(word & 1 << 9)) == (3, unrestricted, invert, keep)
    assert ((word >> 4 & 15) or 16, command.cdw11) == (passes, pattern)


@pytest.mark.parametrize(
    ("command", "dword10"),
    [
        # section 5.14: LBAFL 3:0, MSET 4, PI 7:5, PIL 8, SES 11:9, LBAFU 13:12
        (format_nvm(1, 0, SecureErase.NONE), 0x0000),
        (format_nvm(1, 0, SecureErase.USER_DATA), 0x0200),
        (format_nvm(1, 2, SecureErase.CRYPTOGRAPHIC), 0x0402),
        (format_nvm(1, 0x25, SecureErase.USER_DATA), 0x2205),
        (format_nvm(1, 3, SecureErase.USER_DATA, protection_type=3, protection_first=True, metadata_extended=True), 0x0373),
    ],
)
def test_format_says_how_to_erase(command, dword10):
    assert dwords(command) == (0x80, 1, dword10, 0, 0, 0, 0)


@given(st.integers(0, 63), st.sampled_from(SecureErase), st.integers(0, 3), st.booleans(), st.booleans())
def test_any_format_is_found_again(index, erase, protection, first, extended):
    word = format_nvm(0xFFFFFFFF, index, erase, protection_type=protection, protection_first=first, metadata_extended=extended).cdw10
    assert (word & 15 | (word >> 12 & 3) << 4, word >> 9 & 7, word >> 5 & 7) == (index, erase, protection)
    assert (bool(word >> 8 & 1), bool(word >> 4 & 1), word >> 14) == (first, extended, 0)


@pytest.mark.parametrize(
    "build",
    [
        lambda: format_nvm(1, 64, SecureErase.NONE),
        lambda: format_nvm(1, 0, SecureErase.NONE, protection_type=4),
        lambda: format_nvm(1 << 32, 0, SecureErase.NONE),
        lambda: admin.identify(Cns.CONTROLLER, controller=1 << 16),
        lambda: admin.security_receive(256, 0, 512),
        lambda: sanitize(SanitizeAction.OVERWRITE, pattern=1 << 32),
    ],
)
def test_what_no_command_can_hold_is_refused(build):
    with pytest.raises(ValueError, match=r"fit|types"):
        build()
