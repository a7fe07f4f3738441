"""Replaces the names of single drives in recordings by others of the same length, in every form in which they may stand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

SHORTEST = 6  # characters; a shorter name would be replaced in places that have nothing to do with it


def replacements(names: Iterable[str]) -> dict[bytes, bytes]:
    """What stands for each name that is long enough to be replaced."""
    return {name.encode(): replacement(name).encode() for name in names if len(name) >= SHORTEST}


def replacement(name: str) -> str:
    """Another of the same length and kind of characters. Of a world-wide name the maker's part (7 digits) stays."""
    kept = 7 if re.fullmatch(r"[256e][0-9a-f]{15,31}", name) else 0
    drawn = iter(hashlib.sha512(b"haiki scrub" + name.encode()).hexdigest() * (1 + len(name) // 64))

    def other(character: str) -> str:
        digit = next(drawn)
        if not character.isalnum():
            return character
        if re.fullmatch(r"[0-9a-f -]+", name):
            return digit
        return str(int(digit, 16) % 10) if character.isdigit() else chr((ord("A") if character.isupper() else ord("a")) + int(digit, 16))

    return name[:kept] + "".join(other(character) for character in name[kept:])


def scrub(data: bytes, replaced: dict[bytes, bytes]) -> bytes:
    """The data with every name in every form replaced; the longest first, so that none is cut by another."""
    for name, other in sorted(replaced.items(), key=lambda pair: -len(pair[0])):
        for one, two in _forms(name, other):
            data = data.replace(one, two)
    return data


def with_checksums(data: bytes, before: bytes) -> bytes:
    """Sectors of 512 bytes that summed up to 0 before do so again, by their last byte (IDENTIFY DEVICE, SMART and log structures)."""
    made = bytearray(data)
    # VPD page 89h has IDENTIFY DEVICE data from byte 60 on (SAT-4 section 12.4.2)
    begin = 60 if len(data) == 572 and data[1] == 0x89 else 0
    for start in range(begin, len(data) - 511, 512):
        if sum(before[start : start + 512]) % 256 == 0:
            made[start + 511] = (made[start + 511] - sum(made[start : start + 512])) % 256
    return bytes(made)


def swapped(data: bytes) -> bytes:
    """The two bytes of each word in the other order, as ATA has its strings. The length must be even."""
    turned = bytearray(data)
    turned[0::2], turned[1::2] = turned[1::2], turned[0::2]
    return bytes(turned)


def _forms(name: bytes, other: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The same replacement as plain text, with the bytes of each word swapped, and as the bytes that hexadecimal digits mean."""
    yield name, other
    yield name.hex().encode(), other.hex().encode()  # as NVMe's wwid has it
    even = len(name) // 2 * 2
    yield swapped(name[:even]), swapped(other[:even])
    digits, others = (re.sub(rb"[ -]", b"", text) for text in (name, other))
    if re.fullmatch(rb"([0-9a-f]{2}){4,16}", digits) and len(digits) == len(others):
        yield digits, others
        yield digits.upper(), others.upper()
        one, two = bytes.fromhex(digits.decode()), bytes.fromhex(others.decode())
        yield one, two
        yield swapped(one[: len(one) // 2 * 2]), swapped(two[: len(two) // 2 * 2])
