"""NVMe/TCP PDUs as bytes (NVMe TCP Transport 1.0c section 3.6). Without digests."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass
from enum import IntEnum, unique

LAST = 1 << 2  # flag of H2CData and C2HData
MAX_HOST_DATA = 128 * 1024  # MAXH2CDATA, bytes
_LARGEST = 24 + MAX_HOST_DATA + 4096


@unique
class Type(IntEnum):
    """PDU-Type."""

    IC_REQ = 0x00
    IC_RESP = 0x01
    H2C_TERM_REQ = 0x02
    CAPSULE_CMD = 0x04
    CAPSULE_RESP = 0x05
    H2C_DATA = 0x06
    C2H_DATA = 0x07
    R2T = 0x09


class Malformed(Exception):
    """What came is no PDU; the connection ends."""


@dataclass(frozen=True)
class Pdu:
    """A PDU without its common header."""

    type: int
    flags: int
    header: bytes
    data: bytes


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """Raises Malformed, and IncompleteReadError at the end of the connection."""
    kind, flags, header_length, data_offset, length = struct.unpack("<BBBBI", await reader.readexactly(8))
    if not 8 <= header_length <= length <= _LARGEST or (data_offset and not header_length <= data_offset <= length):
        raise Malformed
    body = await reader.readexactly(length - 8)
    data = body[data_offset - 8 :] if data_offset else b""
    return Pdu(kind, flags, body[: header_length - 8], data)


def pdu(kind: Type, header: bytes, data: bytes = b"", flags: int = 0) -> bytes:
    """Header and data behind a common header."""
    length = 8 + len(header)
    return struct.pack("<BBBBI", kind, flags, length, length if data else 0, length + len(data)) + header + data


def initialized() -> bytes:
    """ICResp: PFV 0, no alignment, no digests."""
    return pdu(Type.IC_RESP, struct.pack("<HBBI", 0, 0, 0, MAX_HOST_DATA).ljust(120, b"\0"))


def response(command_id: int, status: int, dw0: int, queue: tuple[int, int], dw1: int = 0) -> bytes:
    """CapsuleResp; ``queue``: SQHD and SQID."""
    head, identifier = queue
    return pdu(Type.CAPSULE_RESP, struct.pack("<IIHHHH", dw0, dw1, head, identifier, command_id, status << 1))


def host_bound(command_id: int, data: bytes) -> bytes:
    """C2HData with everything in it."""
    return pdu(Type.C2H_DATA, struct.pack("<HHII4x", command_id, 0, 0, len(data)), data, LAST)


def ready_to_transfer(command_id: int, offset: int, length: int) -> bytes:
    """R2T; the transfer tag is the command's identifier."""
    return pdu(Type.R2T, struct.pack("<HHII4x", command_id, command_id, offset, length))
