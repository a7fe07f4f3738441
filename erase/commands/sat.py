"""ATA commands wrapped in SCSI ones: ATA PASS-THROUGH (12), (16) and (32) (SAT-5 section 12.2).

What the answers say is in :mod:`erase.commands.sat_answer`.
"""

from __future__ import annotations

from enum import IntEnum, unique

from erase.commands.ata_words import SECTOR
from erase.commands.wire import AtaCommand, AtaProtocol, ScsiCommand

# PROTOCOL field (SAT-5 section 12.2)
_PROTOCOLS = {
    AtaProtocol.NON_DATA: 3,
    AtaProtocol.PIO_IN: 4,
    AtaProtocol.PIO_OUT: 5,
    AtaProtocol.DMA_IN: 6,
    AtaProtocol.DMA_OUT: 6,
}
_RETURN_RESPONSE = 15
_UDMA = {AtaProtocol.DMA_IN: 10, AtaProtocol.DMA_OUT: 11}
_CK_COND, _T_DIR_IN, _BYT_BLOK, _LENGTH_IN_COUNT, _LENGTH_IN_TRANSPORT = 0x20, 0x08, 0x04, 0x02, 0x03
_READING = (AtaProtocol.PIO_IN, AtaProtocol.DMA_IN)


@unique
class SatForm(IntEnum):
    """Length of the CDB. The 12-byte form is A1h, which other SCSI devices take for BLANK: only for bridges that need it."""

    TWELVE = 12
    SIXTEEN = 16
    THIRTY_TWO = 32


def to_scsi(
    command: AtaCommand, *, form: SatForm = SatForm.SIXTEEN, check: bool | None = None, udma: bool = False, off_line: int = 0
) -> ScsiCommand:
    """``command`` in an ATA PASS-THROUGH command.

    ``check``: CK_COND, the registers come back in sense data also where nothing went wrong. Left out, it is set for commands that
    read no data: with data the data is the answer, and bridges are known to lose it when they must bring both.
    ``udma``: PROTOCOL 10 or 11 for DMA, for bridges that don't know 6. ``off_line``: OFF_LINE, 0 to 3.

    Raises ValueError for a 48-bit command in 12 bytes, and where COUNT doesn't say how many blocks are transferred.
    """
    if form is SatForm.TWELVE and command.extended:
        raise ValueError(f"{command.name} has 48 bits, ATA PASS-THROUGH (12) has room for 28")
    if not 0 <= off_line <= 3:
        raise ValueError(f"OFF_LINE {off_line} is not within 0 to 3")
    wants_check = command.protocol not in _READING if check is None else check
    protocol = _UDMA.get(command.protocol, _PROTOCOLS[command.protocol]) if udma else _PROTOCOLS[command.protocol]
    second = protocol << 1 | command.extended
    third = off_line << 6 | (_CK_COND if wants_check else 0) | _transfer(command)
    build = {SatForm.TWELVE: _twelve, SatForm.SIXTEEN: _sixteen, SatForm.THIRTY_TWO: _thirty_two}[form]
    return ScsiCommand(f"ATA PASS-THROUGH ({form.value}): {command.name}", build(command, second, third), command.data_out, command.data_in)


def _transfer(command: AtaCommand) -> int:
    """T_DIR, BYT_BLOK and T_LENGTH: blocks of 512 bytes (T_TYPE 0), as many as COUNT says."""
    length = command.data_in or len(command.data_out)
    if command.protocol is AtaProtocol.NON_DATA:
        if length:
            raise ValueError(f"{command.name} transfers nothing")
        return 0
    if not length or length % SECTOR or length // SECTOR != command.count:
        raise ValueError(f"{command.name} transfers {length} bytes, COUNT is {command.count}")
    return (_T_DIR_IN if command.protocol in _READING else 0) | _BYT_BLOK | _LENGTH_IN_COUNT


def _device(command: AtaCommand) -> int:
    return command.device if command.extended else command.device & 0xF0 | command.lba >> 24 & 0x0F


def _twelve(command: AtaCommand, second: int, third: int) -> bytes:
    """ATA PASS-THROUGH (12): no upper halves."""
    low = command.lba.to_bytes(6, "little")
    registers = [command.feature, command.count, low[0], low[1], low[2], _device(command), command.command]
    return bytes([0xA1, second, third, *registers, 0, 0])


def _sixteen(command: AtaCommand, second: int, third: int) -> bytes:
    """ATA PASS-THROUGH (16): the halves of LBA lie side by side. The upper halves are reserved in a 28-bit command."""
    low = command.lba.to_bytes(6, "little")
    upper = low[3:6] if command.extended else bytes(3)
    feature, count = command.feature.to_bytes(2, "big"), command.count.to_bytes(2, "big")
    registers = [*feature, *count, upper[0], low[0], upper[1], low[1], upper[2], low[2]]
    return bytes([0x85, second, third, *registers, _device(command), command.command, 0])


def _thirty_two(command: AtaCommand, second: int, third: int) -> bytes:
    """ATA PASS-THROUGH (32): operation code 7Fh, service action 1FF0h, 18h bytes after byte 7."""
    lba = command.lba if command.extended else command.lba & 0xFFFFFF
    registers = lba.to_bytes(6, "big") + command.feature.to_bytes(2, "big") + command.count.to_bytes(2, "big")
    head = bytes([0x7F, 0, 0, 0, 0, 0, 0, 0x18, 0x1F, 0xF0, second, third, 0, 0])
    return head + registers + bytes([_device(command), command.command]) + bytes(6)


def return_response_information(*, form: SatForm = SatForm.SIXTEEN) -> ScsiCommand:
    """PROTOCOL 15: the registers of the last command, as data, for :func:`erase.commands.sat_answer.registers_from_descriptor`.

    Only PROTOCOL counts; T_DIR and T_LENGTH are set for bridges that look at them nevertheless.
    """
    second, third = _RETURN_RESPONSE << 1, _T_DIR_IN | _LENGTH_IN_TRANSPORT
    if form is SatForm.THIRTY_TWO:
        cdb = bytes([0x7F, 0, 0, 0, 0, 0, 0, 0x18, 0x1F, 0xF0, second, third]) + bytes(20)
    else:
        cdb = bytes([0xA1 if form is SatForm.TWELVE else 0x85, second, third]) + bytes(form.value - 3)
    return ScsiCommand(f"ATA PASS-THROUGH ({form.value}): return response information", cdb, data_in=14)
