"""The ATA IDENTIFY DEVICE data (ACS-4 section 9.10): the drive's own word about itself, as the kernel passes it on.

sysfs has it in VPD page 89h (SAT-4 section 12.4.2, ATA Information), which the kernel or an adapter filled from the drive.
"""

from __future__ import annotations

from dataclasses import dataclass

from erase.probe.cleaning import known, plain_name

_VPD_LENGTH = 572  # header 4 bytes + page length 0238h
_DATA_OFFSET = 60
_CHECKSUM_SIGNATURE = 0xA5  # word 255 bits 7:0: bits 15:8 make the sum of all 512 bytes 0


@dataclass(frozen=True)
class AtaIdentify:
    """What IDENTIFY says. None means that the drive left it out."""

    model: str | None
    serial: str | None
    firmware: str | None
    wwn: str | None  # 16 hexadecimal digits
    rotation: int  # word 217: 0 not told, 1 does not rotate, 0401h to FFFEh revolutions a minute
    hybrid: bool  # a rotating disk with flash beside it
    logical_sector: int  # bytes
    physical_sector: int  # bytes
    checked: bool  # the checksum was there and right


def identify_from_vpd(page: bytes) -> AtaIdentify | None:
    """IDENTIFY from a whole VPD page 89h; None where it holds none that may be believed."""
    if len(page) < _VPD_LENGTH or page[1] != 0x89:
        return None
    return identify_from_bytes(page[_DATA_OFFSET:_VPD_LENGTH])


def identify_from_bytes(data: bytes) -> AtaIdentify | None:
    """IDENTIFY from its 512 bytes; None for other lengths, for a wrong checksum, for packet devices, for a blank."""
    if len(data) != 512:
        return None
    signed = data[510] == _CHECKSUM_SIGNATURE
    if signed and sum(data) % 256:
        return None
    words = [int.from_bytes(data[place : place + 2], "little") for place in range(0, 512, 2)]
    # word 0 bit 15: not an ATA device. 848Ah is CompactFlash, which is one all the same (ACS-2 annex)
    if words[0] & 0x8000 and words[0] != 0x848A:
        return None
    model = known(_string(data, 27, 47))
    if model is None:
        return None
    physical, logical = _sectors(words)
    return AtaIdentify(
        model=model,
        serial=plain_name(_string(data, 10, 20)),
        firmware=known(_string(data, 23, 27)),
        wwn=_wwn(words),
        rotation=words[217],
        hybrid=_is_hybrid(words),
        logical_sector=logical,
        physical_sector=physical,
        checked=signed,
    )


def _string(data: bytes, first: int, end: int) -> bytes:
    """ATA strings: two characters a word, the first in the high byte (ACS-4 section 3.3.10)."""
    swapped = bytearray(data[2 * first : 2 * end])
    swapped[0::2], swapped[1::2] = swapped[1::2], swapped[0::2]
    return bytes(swapped)


def _wwn(words: list[int]) -> str | None:
    # word 87 counts only if its bits 15:14 are 01b; bit 8: words 108 to 111 hold a world wide name, NAA 5h
    if words[87] >> 14 != 0b01 or not words[87] & 0x0100:
        return None
    name = "".join(f"{word:04x}" for word in words[108:112])
    return name if name[0] == "5" and known(name[1:]) else None


def _is_hybrid(words: list[int]) -> bool:
    # word 78 bit 9: Hybrid Information (SATA 3.2); word 214 bit 4 with 215 to 216: NV Cache (ATA8-ACS). FFFFh: not told
    hybrid_information = words[78] != 0xFFFF and bool(words[78] & 0x0200)
    cache = words[214] != 0xFFFF and bool(words[214] & 0x0010) and (words[215] | words[216] << 16) not in (0, 0xFFFFFFFF)
    return hybrid_information or cache


def _sectors(words: list[int]) -> tuple[int, int]:
    """Physical and logical sector size in bytes."""
    if words[106] >> 14 != 0b01:
        return 512, 512
    logical = 2 * (words[117] | words[118] << 16) if words[106] & 0x1000 else 512
    return (logical << (words[106] & 0x000F) if words[106] & 0x2000 else logical), logical
