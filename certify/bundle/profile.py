"""The strict ZIP profile: which files, in which order, how large, and the one form of each header (APPNOTE.TXT 6.3.10).

Stored, never compressed; dates fixed to 1980-01-01; no extra fields, comments, ZIP64 or data descriptors. Programs that
read ZIP files can't disagree about a file that could have been written in one way only.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable

from certify.errors import Malformed

MANIFEST = "manifest.json"
ERASURE = "erasure.dsse.json"
CERTIFICATE = "certificate.dsse.json"
PDF = "certificate.pdf"
TOKEN = "token.txt"  # noqa: S105 - the name of a file
CHAIN = "chain.pem"
JOURNAL = "journal.jsonl"
TIMESTAMP = "timestamp.tsr"

REQUIRED = (MANIFEST, ERASURE, CERTIFICATE, PDF, TOKEN, CHAIN, JOURNAL)
SUFFIX = ".haiki.zip"

MAX_BUNDLE = 256 * 1024 * 1024  # bytes
MAX_FILES = 40

_MIB = 1024 * 1024
_LARGEST = {
    MANIFEST: 64 * 1024,
    ERASURE: 4 * _MIB,
    CERTIFICATE: 4 * _MIB,
    PDF: 224 * _MIB,
    TOKEN: 4096,
    CHAIN: _MIB,
    JOURNAL: 64 * _MIB,
    TIMESTAMP: 64 * 1024,
}
_NUMBERED = (
    (re.compile(r"photos/(0[1-9]|1[0-2])\.jpg", re.ASCII), 16 * _MIB),
    (re.compile(r"crl/(0[1-9]|1[0-6])\.crl", re.ASCII), 8 * _MIB),
)

# version 1.0 is enough for stored files; flags 0 and method 0 (stored); 1980-01-01 00:00:00 in MS-DOS form
_VERSION, _TIME, _DATE = 10, 0x0000, 0x0021
_MADE_BY = (3 << 8) | _VERSION  # Unix, so that the rights below mean something
_RIGHTS = 0o100644 << 16

_LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")


def shown(name: str) -> str:
    """A name from a hostile file, safe to print and not too long."""
    return ascii(name)[1:-1][:80]


def rank(name: str) -> tuple[int, str]:
    """Where a file stands: the obligatory ones first, then photos, then revocation lists, then the time stamp.

    Raises Malformed (``bundle.name-not-allowed``).
    """
    if name in REQUIRED:
        return REQUIRED.index(name), ""
    for place, (form, _) in enumerate(_NUMBERED):
        if form.fullmatch(name):
            return len(REQUIRED) + place, name
    if name == TIMESTAMP:
        return len(REQUIRED) + len(_NUMBERED), ""
    raise Malformed("bundle", "name-not-allowed", name=shown(name))


def largest(name: str) -> int:
    """The most bytes that a file of this name may have. Raises Malformed (``bundle.name-not-allowed``)."""
    rank(name)
    return _LARGEST[name] if name in _LARGEST else next(limit for form, limit in _NUMBERED if form.fullmatch(name))


def check_names(names: Iterable[str]) -> None:
    """Raises Malformed unless the names are allowed, each there once, in their order, and none missing."""
    before: tuple[int, str] = (-1, "")
    seen = set()
    for name in names:
        if name in seen:
            raise Malformed("bundle", "duplicate-name", name=shown(name))
        if rank(name) < before:
            raise Malformed("bundle", "out-of-order", name=shown(name))
        seen.add(name)
        before = rank(name)
    for name in REQUIRED:
        if name not in seen:
            raise Malformed("bundle", "file-missing", name=name)


def local_header(name: str, checksum: int, size: int) -> bytes:
    """The header before a file's bytes (4.3.7). ``checksum`` is CRC-32."""
    fixed = _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, _TIME, _DATE, checksum, size, size, len(name), 0)
    return fixed + name.encode("ascii")


def central_header(name: str, checksum: int, size: int, offset: int) -> bytes:
    """The entry of the central directory (4.3.12)."""
    fixed = CENTRAL.pack(
        b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, _TIME, _DATE, checksum, size, size, len(name), 0, 0, 0, 0, _RIGHTS, offset
    )
    return fixed + name.encode("ascii")


def end_record(count: int, directory_size: int, directory_offset: int) -> bytes:
    """The end of the central directory (4.3.16)."""
    return END.pack(b"PK\x05\x06", 0, 0, count, count, directory_size, directory_offset, 0)
