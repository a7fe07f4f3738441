"""Checksums put right and broken, and wire values made of bytes."""

from __future__ import annotations

from erase.commands.ata_words import letters
from erase.commands.mmc_registers import crc7
from erase.commands.wire import AtaAnswer, AtaRegisters, NvmeAnswer, ScsiAnswer

_STRINGS = ((20, 40), (46, 54), (54, 94))  # IDENTIFY DEVICE: bytes of words 10 to 19, 23 to 26, 27 to 46
_MAKERS = (b"WDC", b"SAMSUNG", b"TOSHIBA", b"HITACHI", b"HGST", b"INTEL")


def signed_sector(data: bytes) -> bytes:
    """512 bytes with ATA's signature and checksum (ACS-4 section 9.10.6); other lengths as they are."""
    if len(data) != 512:
        return data
    body = data[:510] + b"\xa5"
    return body + bytes([-sum(body) % 256])


def summed_sector(data: bytes) -> bytes:
    """512 bytes that sum up to zero (SMART); other lengths as they are."""
    return data if len(data) != 512 else data[:511] + bytes([-sum(data[:511]) % 256])


def signed_page(data: bytes) -> bytes:
    """VPD page 89h with its IDENTIFY data signed."""
    return data[:60] + signed_sector(data[60:572]) + data[572:] if len(data) >= 572 else data


def signed_register(data: bytes) -> bytes:
    """A CID or CSD with its CRC7."""
    return data if len(data) != 16 else data[:15] + bytes([crc7(data[:15]) << 1 | 1])


def wrong_checksum(data: bytes, number: int) -> bytes | None:
    """A sector with one byte changed, which is not the signature."""
    if len(data) != 512 or data[510] != 0xA5 or sum(data) % 256:
        return None
    return _changed(data, number % 510, number)


def wrong_sum(data: bytes, number: int) -> bytes | None:
    """A sector that summed up to zero, with one byte changed."""
    return _changed(data, number % 512, number) if len(data) == 512 and sum(data) % 256 == 0 else None


def wrong_page_checksum(data: bytes, number: int) -> bytes | None:
    """VPD page 89h with one byte of its IDENTIFY data changed."""
    spoilt = wrong_checksum(data[60:572], number)
    return None if spoilt is None else data[:60] + spoilt + data[572:]


def wrong_crc(data: bytes, number: int) -> bytes | None:
    """A card's register with one byte before the CRC changed. Where bit 0 is 0 the controller kept the CRC."""
    return _changed(data, number % 15, number) if len(data) == 16 and data[15] & 1 else None


def letters_turned(data: bytes, number: int) -> bytes | None:
    """IDENTIFY data of a known maker whose strings somebody put into reading order, checksum and all."""
    if len(data) != 512:
        return None
    maker = _MAKERS[number % len(_MAKERS)]
    model = (maker + b" " + letters(data[54:94]))[:40]
    whole = data[:54] + letters(model) + data[94:]
    for first, end in _STRINGS:
        whole = whole[:first] + letters(whole[first:end]) + whole[end:]
    return signed_sector(whole)


def _changed(data: bytes, place: int, number: int) -> bytes:
    change = 1 + (number >> 9) % 255
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def ata_answer(data: bytes) -> AtaAnswer:
    """Byte 0: bit 0 registers came, bit 1 their upper halves; then STATUS, ERROR, DEVICE, COUNT (2), LBA (6), data."""
    whole = data.ljust(12, b"\0")
    known = bool(whole[0] & 2)
    count, lba = int.from_bytes(whole[4:6], "little"), int.from_bytes(whole[6:12], "little")
    if not known:
        count, lba = count & 0xFF, lba & 0xFFFFFF
    registers = AtaRegisters(whole[1], whole[2], whole[3], count, lba, upper_known=known)
    return AtaAnswer(registers if whole[0] & 1 else None, data[12:])


def scsi_answer(data: bytes) -> ScsiAnswer:
    """STATUS, the length of the sense data, sense data, data."""
    whole = data.ljust(2, b"\0")
    return ScsiAnswer(whole[0], sense=whole[2 : 2 + whole[1]], data=whole[2 + whole[1] :])


def nvme_answer(data: bytes) -> NvmeAnswer:
    """The status (2), Dword 0 (4), data."""
    whole = data.ljust(6, b"\0")
    return NvmeAnswer(int.from_bytes(whole[:2], "little"), int.from_bytes(whole[2:6], "little"), data[6:])
