"""ATA commands in the wrappers that USB bridges had before SAT: pure codecs.

Sources for each layout, which agree: smartmontools scsiata.cpp and Seagate opensea-transport *_legacy_helper.c; for Cypress also the
data sheet of the CY7C68300C. What is told by one of them only, or untried there, is not sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from erase.commands.bridges import Wrapper
from erase.commands.wire import AtaCommand, AtaProtocol, AtaRegisters, ScsiCommand
from erase.errors import NotSupported

_DMA = frozenset({AtaProtocol.DMA_IN, AtaProtocol.DMA_OUT})
_IDENTIFY = frozenset({0xEC, 0xA1})  # IDENTIFY DEVICE and IDENTIFY PACKET DEVICE


@dataclass(frozen=True)
class Exchange:
    """What is sent for one ATA command, in this order. The registers are read in any case, since they alone tell how it went."""

    before: ScsiCommand | None  # hands over the upper halves of a 48-bit command's registers; must succeed
    command: ScsiCommand
    registers: ScsiCommand


def ata_exchange(wrapper: Wrapper, command: AtaCommand, port: int = 0) -> Exchange:
    """The wrapper's form of a command; ``port`` is JMicron's alone. Raises NotSupported for what the wrapper can't carry."""
    if command.extended and wrapper is not Wrapper.SUNPLUS:
        raise NotSupported("transports", "wrapper-cannot", wrapper=wrapper.value, command=command.name)
    if wrapper is Wrapper.PROLIFIC and command.protocol in _DMA:
        raise NotSupported("transports", "wrapper-cannot", wrapper=wrapper.value, command=command.name)
    length = len(command.data_out) or command.data_in
    most = {Wrapper.JMICRON: 0xFFFF, Wrapper.SUNPLUS: 255 * 512}.get(wrapper, length)
    if length > most:
        raise NotSupported("transports", "wrapper-cannot", wrapper=wrapper.value, command=command.name)
    if wrapper is Wrapper.JMICRON:
        return _jmicron(command, length, port)
    builders: dict[Wrapper, Callable[[AtaCommand, int], Exchange]] = {
        Wrapper.CYPRESS: _cypress,
        Wrapper.PROLIFIC: _prolific,
        Wrapper.SUNPLUS: _sunplus,
    }
    if wrapper not in builders:
        raise NotSupported("transports", "wrapper-cannot", wrapper=wrapper.value, command=command.name)
    return builders[wrapper](command, length)


def ata_registers(wrapper: Wrapper, data: bytes) -> AtaRegisters | None:
    """The registers in what the bridge answered; None where it sent too little or nothing but zeroes or ones.

    None of these wrappers brings back the upper halves.
    """
    places = _PLACES[wrapper]
    if len(data) <= max(places) or len(set(data)) == 1:
        return None
    error, count, low, middle, high, device, status = (data[place] for place in places)
    return AtaRegisters(status=status, error=error, device=device, count=count, lba=low | middle << 8 | high << 16, upper_known=False)


# where each wrapper puts error, count, LBA 7:0, 15:8, 23:16, device, status
_PLACES = {
    Wrapper.JMICRON: (13, 0, 6, 4, 10, 9, 14),
    Wrapper.CYPRESS: (1, 2, 3, 4, 5, 6, 7),
    Wrapper.PROLIFIC: (1, 2, 4, 6, 8, 10, 0),
    Wrapper.SUNPLUS: (1, 2, 3, 4, 5, 6, 7),
}


def jmicron_port_register() -> ScsiCommand:
    """Reads the one byte that says behind which port of a JMicron bridge a drive sits."""
    return _jmicron_register(0x720F, 1)


def jmicron_port(data: bytes) -> int | None:
    """0 or 1; None where the bridge sees no drive, or two, so that nobody knows which one would obey."""
    return {0x04: 0, 0x40: 1}.get(data[0] & 0x44) if data else None


def _wrapped(command: AtaCommand, cdb: bytes) -> ScsiCommand:
    return ScsiCommand(command.name, cdb, data_out=command.data_out, data_in=command.data_in)


def _lba(command: AtaCommand) -> bytes:
    return command.lba.to_bytes(6, "little")


def _device(command: AtaCommand) -> int:
    """DEVICE, with LBA 27:24 of a 28-bit command in bits 3:0."""
    return command.device & 0xF0 | (0 if command.extended else command.lba >> 24 & 0x0F)


def _jmicron(command: AtaCommand, length: int, port: int) -> Exchange:
    direction = 0x00 if command.data_out else 0x10
    selected = _device(command) | (0xB0 if port else 0xA0)
    head = bytes((0xDF, direction, 0)) + length.to_bytes(2, "big")
    cdb = head + bytes((command.feature, command.count)) + _lba(command)[:3] + bytes((selected, command.command))
    return Exchange(None, _wrapped(command, cdb), _jmicron_register(0x9000 if port else 0x8000, 16))


def _jmicron_register(address: int, length: int) -> ScsiCommand:
    cdb = bytes((0xDF, 0x10, 0)) + length.to_bytes(2, "big") + b"\0" + address.to_bytes(2, "big") + bytes((0, 0, 0, 0xFD))
    return ScsiCommand("JMicron READ REGISTERS", cdb, data_in=length)


def _cypress(command: AtaCommand, _length: int) -> Exchange:
    # byte 2: bit 7 IDENTIFY, 6 UDMA; byte 3: all registers but Device Control are set; byte 4: blocks for each interrupt
    flags = (0x80 if command.command in _IDENTIFY else 0) | (0x40 if command.protocol in _DMA else 0)
    registers = bytes((command.feature, command.count)) + _lba(command)[:3] + bytes((_device(command), command.command))
    cdb = bytes((0x24, 0x24, flags, 0xFE, 1, 0)) + registers + bytes(3)
    # byte 2 bit 0: reads the registers instead of running a command
    read = bytes((0x24, 0x24, 0x01, 0xFF, 1)) + bytes(11)
    return Exchange(None, _wrapped(command, cdb), ScsiCommand("ATACB TASK FILE READ", read, data_in=8))


def _prolific(command: AtaCommand, length: int) -> Exchange:
    vendor = b"\x06\x7b"  # the USB vendor number, which the bridge checks
    head = bytes((0xD8, 0x05 if command.data_out else 0x15, 0, command.feature)) + vendor + length.to_bytes(4, "big")
    cdb = head + bytes((command.count,)) + _lba(command)[:3] + bytes((_device(command) | 0xA0, command.command))
    read = bytes((0xD7, 0, 0, 0)) + vendor + bytes(10)
    return Exchange(None, _wrapped(command, cdb), ScsiCommand("Prolific READ REGISTERS", read, data_in=16))


def _sunplus(command: AtaCommand, length: int) -> Exchange:
    low, high = _lba(command)[:3], _lba(command)[3:]
    before = None
    if command.extended:
        upper = bytes((command.feature >> 8, command.count >> 8)) + high
        before = ScsiCommand("Sunplus PRESET", bytes((0xF8, 0, 0x23, 0, 0)) + upper + bytes(2))
    way = 0x11 if command.data_out else 0x10 if command.data_in else 0x00
    head = bytes((0xF8, 0, 0x22, way, length // 512, command.feature & 0xFF, command.count & 0xFF))
    cdb = head + low + bytes((_device(command) | 0xA0, command.command))
    read = ScsiCommand("Sunplus GET STATUS", bytes((0xF8, 0, 0x21)) + bytes(9), data_in=8)
    return Exchange(before, _wrapped(command, cdb), read)
