"""Registers of ordinary commands, literal (ACS-4 clause 7)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands import ata
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (ata.identify_device(), AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=512)),
        (ata.identify_packet_device(), AtaCommand("IDENTIFY PACKET DEVICE", 0xA1, AtaProtocol.PIO_IN, count=1, data_in=512)),
        (ata.check_power_mode(), AtaCommand("CHECK POWER MODE", 0xE5, AtaProtocol.NON_DATA)),
        (ata.standby_immediate(), AtaCommand("STANDBY IMMEDIATE", 0xE0, AtaProtocol.NON_DATA)),
        (ata.idle_immediate(), AtaCommand("IDLE IMMEDIATE", 0xE1, AtaProtocol.NON_DATA)),
        (ata.flush_cache(extended=False), AtaCommand("FLUSH CACHE", 0xE7, AtaProtocol.NON_DATA)),
        (ata.flush_cache(extended=True), AtaCommand("FLUSH CACHE EXT", 0xEA, AtaProtocol.NON_DATA, extended=True)),
        (ata.set_write_cache(enabled=True), AtaCommand("SET FEATURES (ENABLE WRITE CACHE)", 0xEF, AtaProtocol.NON_DATA, feature=0x02)),
        (ata.set_write_cache(enabled=False), AtaCommand("SET FEATURES (DISABLE WRITE CACHE)", 0xEF, AtaProtocol.NON_DATA, feature=0x82)),
        (
            ata.read_log(0x30, 0x0306, pages=2),
            AtaCommand("READ LOG EXT", 0x2F, AtaProtocol.PIO_IN, extended=True, count=2, lba=0x0300000630, data_in=1024),
        ),
        (
            ata.read_log(0x04, dma=True),
            AtaCommand("READ LOG DMA EXT", 0x47, AtaProtocol.DMA_IN, extended=True, count=1, lba=4, data_in=512),
        ),
        (
            ata.read_verify(0x0ABCDEF1, 256, extended=False),
            AtaCommand("READ VERIFY SECTOR(S)", 0x40, AtaProtocol.NON_DATA, count=0, lba=0x0ABCDEF1),
        ),
        (
            ata.read_verify(0xABCDEF123456, 65536, extended=True),
            AtaCommand("READ VERIFY SECTOR(S) EXT", 0x42, AtaProtocol.NON_DATA, extended=True, count=0, lba=0xABCDEF123456),
        ),
    ],
    ids=lambda value: value.name,
)
def test_each_command_has_its_registers(command, expected):
    assert command == expected


def test_trim_ranges_are_48_bits_of_lba_and_16_of_length():
    command = ata.data_set_management_trim([(0x123456789ABC, 0xFFFF), (0, 1)])
    assert (command.name, command.command, command.protocol) == ("DATA SET MANAGEMENT (TRIM)", 0x06, AtaProtocol.DMA_OUT)
    assert (command.feature, command.count, command.extended) == (0x0001, 1, True)
    assert command.data_out == bytes.fromhex("bc9a78563412ffff") + bytes.fromhex("0000000000000100") + bytes(496)


@given(st.lists(st.tuples(st.integers(0, 2**48 - 1), st.integers(1, 65535)), min_size=1, max_size=200))
def test_trim_ranges_come_back(ranges):
    command = ata.data_set_management_trim(ranges)
    entries = struct.unpack(f"<{len(command.data_out) // 8}Q", command.data_out)
    assert [(entry & 0xFFFFFFFFFFFF, entry >> 48) for entry in entries if entry >> 48] == ranges
    assert len(command.data_out) == 512 * command.count


@pytest.mark.parametrize(
    "build",
    [
        lambda: ata.read_log(0x100),
        lambda: ata.read_log(0x30, 0x10000),
        lambda: ata.read_log(0x30, pages=0),
        lambda: ata.read_verify(1 << 28, 1, extended=False),
        lambda: ata.read_verify(1 << 48, 1, extended=True),
        lambda: ata.read_verify(0, 257, extended=False),
        lambda: ata.read_verify(0, 0, extended=True),
        lambda: ata.data_set_management_trim([]),
        lambda: ata.data_set_management_trim([(0, 0)]),
        lambda: ata.data_set_management_trim([(0, 65536)]),
        lambda: ata.data_set_management_trim([(1 << 48, 1)]),
    ],
)
def test_numbers_that_fit_no_register_are_refused(build):
    with pytest.raises(ValueError, match=r"ranges|is not within"):
        build()


def power(count, status=0x50):
    return AtaAnswer(AtaRegisters(status, 0, 0x40, count, 0, upper_known=True))


MODES = {
    0x00: "STANDBY",
    0x01: "STANDBY_Y",
    0x40: "NV_CACHE_SPUN_DOWN",
    0x41: "NV_CACHE_SPUN_UP",
    0x80: "IDLE",
    0x81: "IDLE_A",
    0x82: "IDLE_B",
    0x83: "IDLE_C",
    0xFF: "ACTIVE_OR_IDLE",
}


@pytest.mark.parametrize(("count", "mode"), [*MODES.items(), (0x55, None), (0x02, None)])
def test_the_power_mode_is_in_count(count, mode):
    found = ata.power_mode(power(count))
    assert (found.name if found is not None else None) == mode


def test_a_power_mode_of_a_failed_command_is_not_known():
    assert ata.power_mode(power(0xFF, 0x51)) is None
    assert ata.power_mode(AtaAnswer(None)) is None
