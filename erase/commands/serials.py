"""Where answers bear the names of one single drive: serial numbers and world-wide names, so that recordings can do without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from erase.commands.wire import AtaCommand, MmcCommand, NvmeCommand, ScsiCommand

_INQUIRY: Final = 0x12
_NVME_IDENTIFY: Final = 0x06
_CID: Final = frozenset({2, 10})  # ALL_SEND_CID, SEND_CID (JESD84-B51 section 6.10.4)


def names_in(command: AtaCommand | NvmeCommand | ScsiCommand, data: bytes) -> frozenset[str]:
    """The individual names in an answer's data: serial numbers as text, world-wide names as lower-case hexadecimal digits."""
    found: set[str] = set()
    if isinstance(command, ScsiCommand) and command.cdb[0] == _INQUIRY:
        found |= set(_inquiry_names(command.cdb, data))
    elif isinstance(command, NvmeCommand) and command.opcode == _NVME_IDENTIFY:
        found |= set(_identify_names(command.cdw10 & 0xFF, data))
    if command.name.endswith("IDENTIFY DEVICE") or _is_identify(data):
        found |= set(_ata_names(data))
    # blanks, fillers and 00000001 name nobody, and what they look like as bytes stands everywhere
    return frozenset(name for name in found if len(set(name)) > 2)


def without_cid_serial(command: MmcCommand, response: tuple[int, ...]) -> tuple[int, ...]:
    """The response with nothing in the CID's bits 55:16, the serial number of an eMMC (47:16) or an SD card (55:24), and its checksum."""
    if command.opcode not in _CID or len(response) != 4:
        return response
    return response[0], response[1], response[2] & 0xFF00_0000, response[3] & 0x0000_FF00


def _is_identify(data: bytes) -> bool:
    """IDENTIFY DEVICE data by its own checksum (ACS-4 section 9.10, word 255), whatever carried it here."""
    return len(data) == 512 and data[510] == 0xA5 and sum(data) % 256 == 0


def _text(data: bytes) -> str:
    return data.decode("ascii", "ignore").strip(" \0")


def _ata_names(data: bytes) -> Iterator[str]:
    if len(data) < 512:
        return
    swapped = bytearray(data[20:40])  # words 10 to 19, two characters a word, the first in the high byte
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    yield _text(bytes(swapped))
    yield "".join(data[place : place + 2][::-1].hex() for place in range(216, 224, 2))  # words 108 to 111: world wide name


def _inquiry_names(cdb: bytes, data: bytes) -> Iterator[str]:
    if not cdb[1] & 0x01:
        yield _text(data[36:56])  # SPC-4 section 6.4.2: vendor specific, where most makers put the serial number
        return
    body = data[4 : 4 + int.from_bytes(data[2:4], "big")]
    if cdb[2] == 0x80:
        yield _text(body)
    elif cdb[2] == 0x83:
        while len(body) >= 4:
            if body[1] & 0x0F in (0x2, 0x3):  # EUI-64 and NAA, of the unit, its port and its target alike (SPC-4 section 7.8.6)
                yield body[4 : 4 + body[3]].hex()
            body = body[4 + body[3] :]
    elif cdb[2] == 0x89:
        yield from _ata_names(data[60:572])  # SAT-4 section 12.4.2


def _identify_names(cns: int, data: bytes) -> Iterator[str]:
    """NVMe Base 2.0 figures 275 and 315, NVM Command Set 1.0 figure 97."""
    if cns == 0x01:
        yield _text(data[4:24])
        yield data[112:128].hex()  # FGUID
        yield from re.findall(r"uuid:([0-9a-f-]{36})", _text(data[768:1024]))  # SUBNQN
    elif cns in (0x00, 0x11):
        yield data[104:120].hex()  # NGUID
        yield data[120:128].hex()  # EUI64
    elif cns == 0x03:
        while len(data) >= 4 and data[0]:
            yield data[4 : 4 + data[1]].hex()
            data = data[4 + data[1] :]
