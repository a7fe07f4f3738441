"""Pictures of QR codes, written by hand as PNG: stored blocks, so that no zlib's next version makes other bytes."""

from __future__ import annotations

import struct
import zlib

from certify.token.qr import make_qr
from certify.token.text import TokenText

_SCALE = 4
_BORDER = 4


def _rows(text: TokenText, height: int | None = None) -> list[list[int]]:
    modules = make_qr(text).modules
    side = len(modules) + 2 * _BORDER
    light = [1] * side
    rows = [light] * _BORDER + [[1] * _BORDER + [int(not dark) for dark in row] + [1] * _BORDER for row in modules] + [light] * _BORDER
    return rows + [light] * ((height or side) - side)


def _packed(row: list[int]) -> bytes:
    wide = [bit for bit in row for _ in range(_SCALE)]
    wide += [1] * (-len(wide) % 8)
    return bytes(int("".join(map(str, wide[place : place + 8])), 2) for place in range(0, len(wide), 8))


def _stored(data: bytes) -> bytes:
    """A zlib stream that packs nothing (RFC 1951 section 3.2.4)."""
    pieces = [data[place : place + 65535] for place in range(0, len(data), 65535)]
    blocks = [struct.pack("<BHH", place == len(pieces) - 1, len(piece), len(piece) ^ 0xFFFF) + piece for place, piece in enumerate(pieces)]
    return b"\x78\x01" + b"".join(blocks) + struct.pack(">I", zlib.adler32(data))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(texts: list[TokenText]) -> bytes:
    """The codes side by side."""
    parts = [_rows(text) for text in texts]
    height = max(len(part) for part in parts)
    parts = [_rows(text, height) for text in texts]
    rows = [[bit for part in parts for bit in part[place]] for place in range(height)]
    lines = b"".join((b"\0" + _packed(row)) * _SCALE for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]) * _SCALE, height * _SCALE, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", _stored(lines)) + _chunk(b"IEND", b"")
