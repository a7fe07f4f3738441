"""What a translation layer makes of IDENTIFY DEVICE: INQUIRY, vital product data, capacity (SAT-5 sections 8.1, 9.6, 10.3)."""

from __future__ import annotations

from dataclasses import dataclass

from emulators.scsi import pages


@dataclass(frozen=True)
class Identify:
    """512 bytes of IDENTIFY DEVICE, read as words."""

    data: bytes

    def word(self, number: int) -> int:
        return int.from_bytes(self.data[number * 2 : number * 2 + 2], "little")

    def string(self, first: int, last: int) -> str:
        """ASCII, two characters in each word, the first in bits 15:8."""
        swapped = bytes(self.data[at ^ 1] for at in range(first * 2, last * 2 + 2))
        return swapped.decode("latin-1")

    @property
    def sector(self) -> int:
        """Bytes of a logical sector: words 117 and 118 in words, where word 106 says so (ACS-4 A.11.5)."""
        if self.word(106) & 0xD000 == 0x5000:
            return (self.word(117) | self.word(118) << 16) * 2
        return 512

    @property
    def has_48_bits(self) -> bool:
        """Word 83 bit 10, where bits 15:14 are 01b."""
        return self.word(83) & 0xC400 == 0x4400

    @property
    def sectors(self) -> int:
        """Accessible sectors: words 230:233 don't count here, words 100:103 with 48-bit addressing, else 60:61."""
        if self.has_48_bits:
            return int.from_bytes(self.data[200:208], "little")
        return int.from_bytes(self.data[120:124], "little")

    @property
    def has_trim(self) -> bool:
        return bool(self.word(169) & 0x0001)

    @property
    def trim_gives_zeros(self) -> bool:
        return self.word(69) & 0x4020 == 0x4020

    @property
    def has_write_cache(self) -> bool:
        return bool(self.word(85) & 0x0020)


def standard(identify: Identify, *, kind: int) -> bytes:
    """Standard INQUIRY: vendor 'ATA     ', the model's first 16 characters, and the last four of the firmware's eight, if there are."""
    firmware = identify.string(23, 26)
    revision = firmware[4:] if firmware[4:].strip() else firmware[:4]
    return pages.standard_inquiry(vendor="ATA", product=identify.string(27, 46)[:16], revision=revision, version=0x05, kind=kind)


def serial(identify: Identify) -> bytes:
    """Unit serial number: all 20 characters as they are."""
    return identify.string(10, 19).encode("latin-1")


def designators(identify: Identify) -> bytes:
    """Device identification: T10 vendor (vendor, model, serial), and the NAA of words 108 to 111 where word 87 bit 8 says it is there."""
    t10 = pages.text("ATA", 8) + identify.string(27, 46).encode("latin-1") + serial(identify)
    found = pages.designator(0x1, 0x2, t10)
    if identify.word(87) & 0xC100 == 0x4100:
        naa = b"".join(identify.word(number).to_bytes(2, "big") for number in range(108, 112))
        found += pages.designator(0x3, 0x1, naa)
    return found


def ata_information(identify: Identify, *, vendor: str, product: str, revision: str) -> bytes:
    """ATA Information (SAT-5 12.4.2): the layer, the signature FIS, and IDENTIFY DEVICE whole."""
    signature = bytes([0x34, 0, 0x50, 0x01, 0x01, 0, 0, 0, 0, 0, 0, 0, 0x01]).ljust(20, b"\0")
    layer = pages.text(vendor, 8) + pages.text(product, 16) + pages.text(revision, 4)
    return bytes(4) + layer + signature + bytes([0xEC, 0, 0, 0]) + identify.data


def block_limits(identify: Identify, *, unmap: bool) -> bytes:
    """Block limits, as page offset less 4: 64 ranges of FFFFh sectors fit into a sector of DATA SET MANAGEMENT."""
    page = bytearray(60)
    page[4:8] = (0xFFFF if identify.has_48_bits else 0x100).to_bytes(4, "big")
    if identify.has_trim:
        page[32:40] = (0xFFFF * 64).to_bytes(8, "big")
        page[24:28] = (1).to_bytes(4, "big")
        if unmap:
            page[16:20] = (0xFFFF * 64).to_bytes(4, "big")
            page[20:24] = (64).to_bytes(4, "big")
    return bytes(page)


def characteristics(identify: Identify) -> bytes:
    """Block device characteristics: word 217, and the form factor of word 168."""
    return (identify.word(217).to_bytes(2, "big") + bytes([0, identify.word(168) & 0x0F])).ljust(60, b"\0")


def provisioning(identify: Identify, *, unmap: bool) -> bytes:
    """Logical block provisioning: WRITE SAME (16) unmaps, and UNMAP where the layer has it; LBPRZ as TRIM does."""
    if not identify.has_trim:
        return bytes(4)
    return bytes([0, (0x80 if unmap else 0) | 0x40 | (0x04 if identify.trim_gives_zeros else 0), 0x02, 0])


def capacity_16(identify: Identify, *, zoned: bool) -> bytes:
    """READ CAPACITY (16) of it."""
    layout = identify.word(106)
    exponent = layout & 0x0F if layout & 0xE000 == 0x6000 else 0
    return pages.capacity_16(
        identify.sectors - 1,
        identify.sector,
        physical_exponent=exponent,
        unmap=identify.has_trim,
        zeros=identify.trim_gives_zeros,
        zoned=zoned,
    )
