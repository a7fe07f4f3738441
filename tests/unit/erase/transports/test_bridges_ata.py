"""ATA commands in the wrappers of USB bridges: CDBs as the makers laid them out, in literal bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.bridges import Wrapper
from erase.commands.bridges_ata import ata_exchange, ata_registers, jmicron_port, jmicron_port_register
from erase.commands.wire import AtaCommand, AtaProtocol, AtaRegisters
from erase.errors import NotSupported

IDENTIFY = AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=512)
SMART_READ = AtaCommand("SMART READ DATA", 0xB0, AtaProtocol.PIO_IN, feature=0xD0, count=1, lba=0xC24F00, device=0xA0, data_in=512)
SET_PASSWORD = AtaCommand("SECURITY SET PASSWORD", 0xF1, AtaProtocol.PIO_OUT, data_out=bytes(512))
READ_NATIVE_MAX = AtaCommand("READ NATIVE MAX ADDRESS", 0xF8, AtaProtocol.NON_DATA)
SET_MAX = AtaCommand("SET MAX ADDRESS", 0xF9, AtaProtocol.NON_DATA, count=1, lba=0xABCDEF0)
READ_DMA = AtaCommand("READ DMA", 0xC8, AtaProtocol.DMA_IN, count=2, lba=0x123456, data_in=1024)
SCRAMBLE = AtaCommand("CRYPTO SCRAMBLE EXT", 0xB4, AtaProtocol.NON_DATA, extended=True, feature=0x0011, count=0x8010, lba=0x43727970)


@pytest.mark.parametrize(
    ("wrapper", "command", "cdb"),
    [
        (Wrapper.JMICRON, IDENTIFY, "df 10 00 0200 00 01 000000 e0 ec"),
        (Wrapper.JMICRON, SMART_READ, "df 10 00 0200 d0 01 004fc2 a0 b0"),
        (Wrapper.JMICRON, SET_PASSWORD, "df 00 00 0200 00 00 000000 e0 f1"),
        (Wrapper.JMICRON, READ_NATIVE_MAX, "df 10 00 0000 00 00 000000 e0 f8"),
        (Wrapper.JMICRON, SET_MAX, "df 10 00 0000 00 01 f0debc ea f9"),
        (Wrapper.CYPRESS, IDENTIFY, "2424 80 fe 01 00 00 01 000000 40 ec 000000"),
        (Wrapper.CYPRESS, SMART_READ, "2424 00 fe 01 00 d0 01 004fc2 a0 b0 000000"),
        (Wrapper.CYPRESS, SET_PASSWORD, "2424 00 fe 01 00 00 00 000000 40 f1 000000"),
        (Wrapper.CYPRESS, READ_DMA, "2424 40 fe 01 00 00 02 563412 40 c8 000000"),
        (Wrapper.CYPRESS, SET_MAX, "2424 00 fe 01 00 00 01 f0debc 4a f9 000000"),
        (Wrapper.PROLIFIC, IDENTIFY, "d8 15 00 00 067b 00000200 01 000000 e0 ec"),
        (Wrapper.PROLIFIC, SMART_READ, "d8 15 00 d0 067b 00000200 01 004fc2 a0 b0"),
        (Wrapper.PROLIFIC, SET_PASSWORD, "d8 05 00 00 067b 00000200 00 000000 e0 f1"),
        (Wrapper.PROLIFIC, READ_NATIVE_MAX, "d8 15 00 00 067b 00000000 00 000000 e0 f8"),
        (Wrapper.SUNPLUS, IDENTIFY, "f8 00 22 10 01 00 01 000000 e0 ec"),
        (Wrapper.SUNPLUS, SMART_READ, "f8 00 22 10 01 d0 01 004fc2 a0 b0"),
        (Wrapper.SUNPLUS, SET_PASSWORD, "f8 00 22 11 01 00 00 000000 e0 f1"),
        (Wrapper.SUNPLUS, READ_NATIVE_MAX, "f8 00 22 00 00 00 00 000000 e0 f8"),
        (Wrapper.SUNPLUS, SCRAMBLE, "f8 00 22 00 00 11 10 707972 e0 b4"),
    ],
)
def test_the_command_is_laid_out_as_the_bridge_takes_it(wrapper: Wrapper, command: AtaCommand, cdb: str) -> None:
    sent = ata_exchange(wrapper, command).command
    assert sent.cdb.hex() == cdb.replace(" ", "")
    assert (sent.name, sent.data_out, sent.data_in) == (command.name, command.data_out, command.data_in)


def test_jmicrons_second_port_is_device_1() -> None:
    exchange = ata_exchange(Wrapper.JMICRON, IDENTIFY, 1)
    assert exchange.command.cdb[10] == 0xF0
    assert exchange.registers.cdb.hex() == "df100000100090000000" + "00fd"


@pytest.mark.parametrize(
    ("wrapper", "cdb", "length"),
    [
        (Wrapper.JMICRON, "df1000001000800000000" + "0fd", 16),
        (Wrapper.CYPRESS, "242401ff01" + "00" * 11, 8),
        (Wrapper.PROLIFIC, "d7000000067b" + "00" * 10, 16),
        (Wrapper.SUNPLUS, "f80021" + "00" * 9, 8),
    ],
)
def test_the_registers_are_asked_for(wrapper: Wrapper, cdb: str, length: int) -> None:
    read = ata_exchange(wrapper, IDENTIFY).registers
    assert (read.cdb.hex(), read.data_in) == (cdb, length)


def test_sunplus_takes_the_upper_halves_first() -> None:
    before = ata_exchange(Wrapper.SUNPLUS, SCRAMBLE).before
    assert before is not None
    assert before.cdb.hex() == "f80023000000804300000000"
    assert ata_exchange(Wrapper.SUNPLUS, IDENTIFY).before is None


@pytest.mark.parametrize(
    ("wrapper", "command"),
    [
        (Wrapper.JMICRON, SCRAMBLE),
        (Wrapper.CYPRESS, SCRAMBLE),
        (Wrapper.PROLIFIC, SCRAMBLE),
        (Wrapper.PROLIFIC, READ_DMA),
        (Wrapper.JMICRON, AtaCommand("READ SECTORS", 0x20, AtaProtocol.PIO_IN, count=128, data_in=65_536)),
        (Wrapper.SUNPLUS, AtaCommand("READ SECTORS", 0x20, AtaProtocol.PIO_IN, data_in=256 * 512)),
        (Wrapper.NONE, IDENTIFY),
        (Wrapper.SAT_16, IDENTIFY),
        (Wrapper.ASMEDIA_NVME, IDENTIFY),
    ],
)
def test_what_a_wrapper_has_no_room_for_is_not_sent(wrapper: Wrapper, command: AtaCommand, speaks) -> None:
    with pytest.raises(NotSupported) as caught:
        ata_exchange(wrapper, command)
    assert any(command.name in sentence and wrapper.value in sentence for sentence in speaks(caught.value))


@pytest.mark.parametrize(
    ("wrapper", "data"),
    [
        # 01 count, 4fh and c2h in the middle, and no error, as each bridge orders them
        (Wrapper.JMICRON, "01000000 4f000100 00a0c200 00005000"),
        (Wrapper.CYPRESS, "50 00 01 01 4f c2 a0 50"),
        (Wrapper.PROLIFIC, "50 00 01 00 01 00 4f 00 c2 00 a0 b0 00 b0 00 50"),
        (Wrapper.SUNPLUS, "00 00 01 01 4f c2 a0 50"),
    ],
)
def test_registers_are_read_from_their_places(wrapper: Wrapper, data: str) -> None:
    expected = AtaRegisters(status=0x50, error=0, device=0xA0, count=1, lba=0xC24F01, upper_known=False)
    assert ata_registers(wrapper, bytes.fromhex(data)) == expected


def test_an_abort_is_seen() -> None:
    registers = ata_registers(Wrapper.PROLIFIC, bytes.fromhex("51 04 00 00 00 00 00 00 00 00 e0 00 00 f1 00 51"))
    assert registers is not None
    assert (registers.status, registers.error) == (0x51, 0x04)


@given(st.sampled_from([Wrapper.JMICRON, Wrapper.CYPRESS, Wrapper.PROLIFIC, Wrapper.SUNPLUS]), st.binary(max_size=20))
def test_nonsense_for_registers_never_crashes(wrapper: Wrapper, data: bytes) -> None:
    registers = ata_registers(wrapper, data)
    assert registers is None or not registers.upper_known


@pytest.mark.parametrize("byte", [0x00, 0xFF, 0x50])
@pytest.mark.parametrize("wrapper", [Wrapper.JMICRON, Wrapper.CYPRESS, Wrapper.PROLIFIC, Wrapper.SUNPLUS])
def test_nothing_but_one_byte_over_and_over_is_no_answer(wrapper: Wrapper, byte: int) -> None:
    assert ata_registers(wrapper, bytes([byte]) * 16) is None


def test_jmicron_is_asked_behind_which_port_the_drive_sits() -> None:
    read = jmicron_port_register()
    assert (read.cdb.hex(), read.data_in) == ("df10000001" + "00720f000000fd", 1)


@pytest.mark.parametrize(("data", "port"), [("04", 0), ("bf", 0), ("40", 1), ("44", None), ("00", None), ("", None)])
def test_only_one_drive_is_spoken_to(data: str, port: int | None) -> None:
    assert jmicron_port(bytes.fromhex(data)) == port
