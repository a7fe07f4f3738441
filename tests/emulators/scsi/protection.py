"""Protection information (SBC-4 section 4.22): the eight bytes behind a block."""

from __future__ import annotations


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ (0x8BB7 if value & 0x8000 else 0)) & 0xFFFF
        entries.append(value)
    return tuple(entries)


_TABLE = _table()


def guard(block: bytes) -> int:
    """LOGICAL BLOCK GUARD (SBC-4 4.22.4): CRC with the polynomial 18BB7h, from 0, bits in their order."""
    value = 0
    for byte in block:
        value = (value << 8 & 0xFFFF) ^ _TABLE[value >> 8 ^ byte]
    return value


def information(block: bytes, lba: int, kind: int) -> bytes:
    """What the drive puts behind a block itself: guard, application tag 0, and the LBA as the reference tag (type 3: FFFFFFFFh)."""
    reference = 0xFFFFFFFF if kind == 3 else lba & 0xFFFFFFFF
    return guard(block).to_bytes(2, "big") + b"\0\0" + reference.to_bytes(4, "big")
