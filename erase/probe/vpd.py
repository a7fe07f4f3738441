"""SCSI Vital Product Data pages (SPC-4 section 7.8, SBC-3 section 6.5): a drive's own INQUIRY answers, as sysfs keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from erase.probe.cleaning import known, plain_name


@dataclass(frozen=True)
class Designators:
    """The names of the logical unit in page 83h, as lower-case hexadecimal digits."""

    naa: str | None = None  # 16 or 32 digits
    eui64: str | None = None  # 16, 24 or 32 digits


def unit_serial(page: bytes) -> str | None:
    """Page 80h, Unit Serial Number (SPC-4 section 7.8.15)."""
    return plain_name(_body(page, 0x80))


def designators(page: bytes) -> Designators:
    """Page 83h, Device Identification (SPC-4 section 7.8.6): the first NAA and the first EUI-64 name of the unit itself."""
    naa = eui64 = None
    for kind, name in _unit_names(_body(page, 0x83)):
        if kind == 0x3 and naa is None and len(name) in (8, 16):
            naa = _hexadecimal(name)
        if kind == 0x2 and eui64 is None and len(name) in (8, 12, 16):
            eui64 = _hexadecimal(name)
    return Designators(naa, eui64)


def rotation(page: bytes) -> int:
    """Page B1h, Block Device Characteristics (SBC-3 section 6.5.3): medium rotation rate, coded as ATA word 217. 0: not told."""
    body = _body(page, 0xB1)
    return int.from_bytes(body[0:2], "big") if len(body) >= 2 else 0


def _body(page: bytes, code: int) -> bytes:
    if len(page) < 4 or page[1] != code:
        return b""
    return page[4 : 4 + int.from_bytes(page[2:4], "big")]


def _unit_names(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each binary designator that names the logical unit (association 0), not its port or target."""
    while len(body) >= 4:
        length = body[3]
        name = body[4 : 4 + length]
        if body[1] & 0x30 == 0 and body[0] & 0x0F == 0x1 and len(name) == length:
            yield body[1] & 0x0F, name
        body = body[4 + length :]


def _hexadecimal(name: bytes) -> str | None:
    return known(name.hex())
