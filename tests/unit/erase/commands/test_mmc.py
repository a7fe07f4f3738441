"""MMC and SD commands and registers, byte by byte from JESD84-B51 and SD Physical Layer 6.00."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import mmc_commands as mmc
from erase.commands.mmc_commands import CardError, CardState, EraseKind, Partition, WriteProtect
from erase.commands.mmc_ext_csd import EndOfLife, RemovalType, ext_csd
from erase.commands.mmc_registers import Cid, Csd, MmcDoubt, SdStatus, crc7, mmc_cid, mmc_csd, sd_cid, sd_csd, sd_status
from erase.commands.wire import MmcTransfer

WHOLE = st.binary(min_size=1, max_size=200).map(lambda seed: (seed * 512)[:512])


@pytest.mark.parametrize(
    ("command", "opcode", "argument", "response", "length"),
    [
        # JESD84-B51 section 6.10.4
        (mmc.send_ext_csd(), 8, 0, "R1", 512),
        (mmc.start_sanitize(), 6, 0x03A50101, "R1b", 0),
        (mmc.flush_cache(), 6, 0x03200101, "R1b", 0),
        (mmc.switch(mmc.CACHE_CTRL, 0), 6, 0x03210001, "R1b", 0),
        (mmc.switch(mmc.ERASE_GROUP_DEF, 1), 6, 0x03AF0101, "R1b", 0),
        (mmc.select_partition(0x48, Partition.BOOT_2), 6, 0x03B34A01, "R1b", 0),
        (mmc.select_partition(0x4F, Partition.USER), 6, 0x03B34801, "R1b", 0),
        (mmc.erase_group_start(0x1000), 35, 0x1000, "R1", 0),
        (mmc.erase_group_end(0x1FFF), 36, 0x1FFF, "R1", 0),
        (mmc.erase(EraseKind.ERASE), 38, 0x00000000, "R1b", 0),
        (mmc.erase(EraseKind.TRIM), 38, 0x00000001, "R1b", 0),
        (mmc.erase(EraseKind.DISCARD), 38, 0x00000003, "R1b", 0),
        (mmc.erase(EraseKind.SECURE_ERASE), 38, 0x80000000, "R1b", 0),
        (mmc.erase(EraseKind.SECURE_TRIM_STEP_1), 38, 0x80000001, "R1b", 0),
        (mmc.erase(EraseKind.SECURE_TRIM_STEP_2), 38, 0x80008000, "R1b", 0),
        (mmc.send_status(0x0001), 13, 0x00010000, "R1", 0),
        (mmc.send_write_protect_type(0x2000), 31, 0x2000, "R1", 8),
        # SD Physical Layer 6.00 section 4.7.4
        (mmc.sd_erase_start(0), 32, 0, "R1", 0),
        (mmc.sd_erase_end(0x1FF), 33, 0x1FF, "R1", 0),
        (mmc.sd_erase(), 38, 0, "R1b", 0),
        (mmc.sd_status(), 13, 0, "R1", 64),
    ],
)
def test_each_command_is_the_standards(command, opcode, argument, response, length):
    assert (command.opcode, command.argument, command.response, command.data_in) == (opcode, argument, response, length)
    assert command.transfer is (MmcTransfer.IN if length else MmcTransfer.NONE)
    assert length in (0, command.block_size)
    assert command.is_application is (command.name == "SD_STATUS")


@pytest.mark.parametrize("build", [lambda: mmc.switch(256, 0), lambda: mmc.switch(0, 256), lambda: mmc.erase_group_start(1 << 32)])
def test_what_no_command_can_hold_is_refused(build):
    with pytest.raises(ValueError, match="fit"):
        build()


@given(st.integers(0, 255), st.integers(0, 255))
def test_any_switch_is_found_again(index, value):
    argument = mmc.switch(index, value).argument
    assert (argument >> 24, argument >> 16 & 255, argument >> 8 & 255, argument & 7) == (3, index, value, 1)


@pytest.mark.parametrize(
    ("bit", "error"),
    [
        # JESD84-B51 section 6.13
        (31, "address-out-of-range"),
        (30, "address-misalign"),
        (29, "block-length"),
        (28, "erase-sequence"),
        (27, "erase-parameter"),
        (26, "write-protect-violation"),
        (24, "lock-unlock-failed"),
        (23, "command-crc"),
        (22, "illegal-command"),
        (21, "ecc-failed"),
        (20, "controller"),
        (19, "general"),
        (16, "cid-csd-overwrite"),
        (15, "write-protect-erase-skip"),
        (13, "erase-reset"),
        (7, "switch"),
    ],
)
def test_each_error_is_one_bit(bit, error):
    found = mmc.card_status(0x900 | 1 << bit)
    assert found.errors == (CardError(error),)
    assert not found.succeeded


@pytest.mark.parametrize(
    ("word", "state", "ready", "succeeded"),
    [
        (0x00000900, CardState.TRANSFER, True, True),
        (0x00000800, CardState.TRANSFER, False, False),
        (0x00000E00, CardState.PROGRAMMING, False, False),
        (0x00000700, CardState.STANDBY, True, False),
        (0x00001500, CardState.SLEEP, True, False),
        (0x00001F00, None, True, False),
    ],
)
def test_the_state_of_a_card_is_read(word, state, ready, succeeded):
    assert mmc.card_status(word) == mmc.CardStatus((), False, state, ready)
    assert mmc.card_status(word).succeeded is succeeded
    assert mmc.card_status(word | 1 << 25).locked


def test_write_protection_is_told_by_group():
    # the least significant bits are the first group
    found = mmc.write_protect_types(bytes.fromhex("0000000000000039"))
    assert found[:4] == (WriteProtect.TEMPORARY, WriteProtect.UNTIL_POWER_CYCLE, WriteProtect.PERMANENT, WriteProtect.NONE)
    assert len(found) == 32
    assert mmc.write_protect_types(b"\0" * 7) == ()


def test_crc7_is_that_of_the_standard():
    # SD Physical Layer 6.00 section 4.5: CMD0, CMD17 and the answer to CMD17
    assert crc7(bytes.fromhex("4000000000")) == 0b1001010
    assert crc7(bytes.fromhex("5100000000")) == 0b0101010
    assert crc7(bytes.fromhex("1100000900")) == 0b0110011


def signed(digits: str) -> bytes:
    """A register of 15 bytes with its CRC."""
    data = bytes.fromhex(digits)
    return data + bytes([crc7(data) << 1 | 1])


# MID 15h, CBX 01, OID 00h, PNM "BJTD4R", PRV 3.1, PSN, MDT
MMC_CID = "15 01 00 424a54443452 31 cafebabe 47"
# MID 03h, OID "SD", PNM "SC16G", PRV 8.0, PSN, MDT
SD_CID = "03 5344 5343313647 80 12345678 0147"


def test_an_emmc_is_named():
    assert mmc_cid(signed(MMC_CID)) == Cid((), 0x15, "00", "BJTD4R", "3.1", "cafebabe")


def test_an_sd_card_is_named():
    assert sd_cid(signed(SD_CID)) == Cid((), 0x03, "5344", "SC16G", "8.0", "12345678")


def test_a_register_without_its_crc_is_read():
    assert mmc_cid(bytes.fromhex(MMC_CID) + b"\0").serial == "cafebabe"


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (signed(MMC_CID)[:-1] + b"\x01", MmcDoubt.CRC),
        (b"\x14" + signed(MMC_CID)[1:], MmcDoubt.CRC),
        (bytes.fromhex(MMC_CID), MmcDoubt.LENGTH),
        (bytes(16), MmcDoubt.BLANK),
        (b"\xff" * 16, MmcDoubt.BLANK),
    ],
)
def test_a_register_that_can_not_be_names_nothing(data, doubt):
    for parse in (mmc_cid, sd_cid):
        assert parse(data) == Cid((doubt,), None, None, None, None, None)
    for parse in (mmc_csd, sd_csd):
        assert parse(data) == Csd((doubt,), None, None, None, None, None)


def test_an_odd_name_is_shown_as_an_escape():
    found = mmc_cid(signed("15 01 00 1b5b324a3452 31 cafebabe 47"))
    assert (found.product, found.doubts) == ("\\x1b[2J4R", (MmcDoubt.TEXT_NOT_ASCII,))


def csd(**fields: int) -> bytes:
    """A CSD by the standard's names and bits, with its CRC."""
    places = {
        "structure": 126,
        "classes": 84,
        "read_length": 80,
        "size": 62,
        "sd_size": 48,
        "multiplier": 47,
        "erase_size": 42,
        "erase_multiplier": 37,
        "write_length": 22,
        "permanent": 13,
        "temporary": 12,
    }
    number = sum(value << places[name] for name, value in fields.items())
    return signed((number >> 8).to_bytes(15, "big").hex())


def test_the_size_of_a_small_emmc_is_in_its_csd():
    # JESD84-B51 7.3.12: (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN
    small = csd(structure=3, classes=0x0F5, read_length=9, size=0x3FF, multiplier=7, erase_size=31, erase_multiplier=15, write_length=9)
    assert mmc_csd(small) == Csd((), 1024 * 512 * 512, True, 32 * 16 * 512, False, False)
    large = csd(structure=3, classes=0x0D5, read_length=9, size=0xFFF, multiplier=7, write_length=9, permanent=1, temporary=1)
    assert mmc_csd(large) == Csd((), None, False, 512, True, True)


def test_the_size_of_an_sd_card_is_in_its_csd():
    # SD 5.3.2: as of MMC; 5.3.3: (C_SIZE + 1) * 512 KiB, 22 bits; version 3: 28 bits
    assert sd_csd(csd(structure=0, classes=0x5B5, read_length=10, size=0xF3F, multiplier=7)).capacity == 0xF40 * 512 * 1024
    assert sd_csd(csd(structure=1, classes=0x5B5, sd_size=0x76B2)) == Csd((), 0x76B3 * 524288, True, None, False, False)
    assert sd_csd(csd(structure=2, classes=0x5B5, sd_size=0x47868C0)).capacity == 0x47868C1 * 524288
    assert sd_csd(csd(structure=3, classes=0x5B5, sd_size=0x76B2)) == Csd((MmcDoubt.RESERVED_VALUE,), None, None, None, None, None)


@given(st.binary(max_size=20) | st.binary(min_size=15, max_size=15).map(lambda data: signed(data.hex())))
def test_any_bytes_give_a_register(data):
    mmc_cid(data)
    sd_cid(data)
    sd_status(data)
    for found in (mmc_csd(data), sd_csd(data)):
        if found.erase:
            assert int.from_bytes(data, "big") >> 84 & 1 << 5
            assert not found.doubts


@pytest.mark.parametrize(
    ("byte", "expected"), [("00", ((), False, False)), ("02", ((), True, False)), ("01", ((), False, True)), ("03", ((), True, True))]
)
def test_what_an_sd_card_does_on_discard_is_told(byte, expected):
    # SD 4.10.2: bits 313 and 312 of 512, the first byte the most significant
    assert sd_status(bytes(24) + bytes.fromhex(byte) + bytes(39)) == SdStatus(*expected)


@pytest.mark.parametrize(("data", "doubt"), [(bytes(63), MmcDoubt.LENGTH), (b"", MmcDoubt.LENGTH), (b"\xff" * 64, MmcDoubt.BLANK)])
def test_an_sd_status_that_is_none_tells_nothing(data, doubt):
    assert sd_status(data) == SdStatus((doubt,), None, None)


def registers(**places: str) -> bytes:
    """An EXT_CSD of revision 8 with 30 535 680 sectors, but for these bytes at these places (b231="55")."""
    data = bytearray(512)
    for name, digits in ({"b192": "08", "b212": "00f0d101"} | places).items():
        value = bytes.fromhex(digits)
        data[int(name[1:]) : int(name[1:]) + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("places", "field", "value"),
    [
        ({}, "revision", 8),
        ({}, "user_size", 30535680 * 512),
        ({"b226": "20"}, "boot_size", 4 * 1024 * 1024),
        ({"b168": "20"}, "rpmb_size", 4 * 1024 * 1024),
        ({"b168": "00"}, "rpmb_size", 0),
        ({"b143": "020000000000010000000000", "b221": "10", "b224": "01"}, "general_purpose_sizes", (16777216, 0, 8388608, 0)),
        ({}, "general_purpose_sizes", (0, 0, 0, 0)),
        ({"b143": "01"}, "general_purpose_sizes", ()),
        ({"b160": "07"}, "partitioning", True),
        ({"b155": "01"}, "partitions_made", True),
        ({"b179": "48"}, "partition_config", 0x48),
        ({"b231": "55"}, "secure_erase", True),
        ({"b231": "04"}, "secure_bad_blocks", True),
        ({"b231": "10"}, "trim", True),
        ({"b231": "40"}, "sanitize", True),
        ({"b231": "15"}, "sanitize", False),
        ({"b181": "01"}, "erases_to_ones", True),
        ({"b175": "01"}, "high_capacity_groups", True),
        ({"b224": "01"}, "erase_group", 524288),
        ({"b224": "00"}, "erase_group", None),
        ({"b224": "01", "b221": "10"}, "write_protect_group", 8388608),
        ({"b223": "0a"}, "erase_timeout", 3.0),
        ({"b223": "0a", "b230": "1b"}, "secure_erase_timeout", 81.0),
        ({"b232": "0a"}, "trim_timeout", 3.0),
        ({"b248": "0a"}, "switch_timeout", 0.1),
        ({"b16": "01"}, "removal_types", (RemovalType.ERASE,)),
        ({"b16": "2f"}, "removal_types", tuple(RemovalType)),
        ({"b16": "2f"}, "removal_type", RemovalType.OVERWRITE_THREE_TIMES),
        ({"b16": "21"}, "removal_type", None),  # one that it doesn't have
        ({"b249": "00000100"}, "cache", True),
        ({"b249": "00000000"}, "cache", False),
        ({"b33": "01"}, "cache_enabled", True),
        ({"b166": "04"}, "reliable_writes", True),
        ({"b502": "01"}, "background_operations", True),
        ({"b246": "03"}, "background_needed", 3),
        ({"b174": "05"}, "boot_write_protect", 5),
        ({"b171": "10"}, "user_write_protect", 0x10),
        ({"b268": "01"}, "life_used_a", 10),
        ({"b269": "0b"}, "life_used_b", 110),
        ({"b268": "00"}, "life_used_a", None),
        ({"b267": "01"}, "end_of_life", EndOfLife.NORMAL),
        ({"b267": "03"}, "end_of_life", EndOfLife.URGENT),
        ({"b254": "0100000000000000"}, "firmware", "0100000000000000"),
    ],
)
def test_each_byte_of_ext_csd_is_where_it_belongs(places, field, value):
    found = ext_csd(registers(**places))
    assert found.doubts == ()
    assert getattr(found, field) == (pytest.approx(value) if isinstance(value, float) else value)


def test_the_bytes_beside_a_field_are_not_part_of_it():
    single = {"b226": "20", "b168": "20", "b221": "10", "b224": "01", "b223": "0a", "b230": "1b", "b232": "0a", "b248": "0a"}
    single |= {"b179": "48", "b174": "05", "b171": "10", "b268": "01", "b269": "02", "b267": "01"}
    beside = {f"b{place}": "ff" for place in (142, 169, 170, 172, 175, 180, 216, 222, 225, 227, 229, 233, 247, 270)}
    bare, noisy = ext_csd(registers(**single)), ext_csd(registers(**single, **beside))
    changed = {name for name in vars(bare) if getattr(bare, name) != getattr(noisy, name)}
    assert changed == {"high_capacity_groups"}  # 175 itself


@pytest.mark.parametrize("places", [{"b231": "ff"}, {"b231": "57"}, {"b231": "55", "b192": "05"}])
def test_features_that_can_not_be_are_none(places):
    # reserved bits; sanitize before eMMC 4.5
    found = ext_csd(registers(**places))
    assert (found.secure_erase, found.trim, found.sanitize) == (None, None, None)
    assert found.doubts == (MmcDoubt.RESERVED_VALUE,)


@pytest.mark.parametrize("places", [{"b268": "0c"}, {"b269": "ff"}, {"b267": "04"}])
def test_health_that_can_not_be_is_none(places):
    found = ext_csd(registers(**places))
    assert (found.life_used_a, found.life_used_b, found.end_of_life) == (None, None, None)
    assert found.doubts == (MmcDoubt.RESERVED_VALUE,)


@pytest.mark.parametrize(
    ("data", "doubt"),
    [(bytes(512), MmcDoubt.BLANK), (b"\xff" * 512, MmcDoubt.BLANK), (registers()[:511], MmcDoubt.LENGTH), (b"", MmcDoubt.LENGTH)],
)
def test_an_ext_csd_that_is_none_offers_nothing(data, doubt):
    found = ext_csd(data)
    assert found.doubts == (doubt,)
    assert {value for name, value in vars(found).items() if name != "doubts"} == {None, ()}


@given(st.binary(max_size=600) | WHOLE)
def test_any_bytes_give_an_ext_csd_and_no_feature_without_its_bit(data):
    found = ext_csd(data)
    for name, bit in (("secure_erase", 0), ("secure_bad_blocks", 2), ("trim", 4), ("sanitize", 6)):
        if getattr(found, name):
            assert len(data) == 512
            assert data[231] >> bit & 1
