"""Reading a bundle: every byte of it is accounted for, or it is refused. No general ZIP reader is asked.

The central directory is read entry by entry; each entry, each header before a file and the end record must be exactly the
bytes that the writer would have written. Only CRC, size and name are free, and they are checked against the file itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from certify.bundle.profile import (
    CENTRAL,
    END,
    MANIFEST,
    MAX_BUNDLE,
    MAX_FILES,
    central_header,
    check_names,
    end_record,
    largest,
    local_header,
    rank,
    shown,
)
from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.foundation.strict import NotStrict, read_strict
from certify.statement.model import CertificateId, Count, Model, Sha256

_LONGEST_NAME = 64


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle, in their order, the manifest among them; each is the one that the manifest names."""

    certificate: str  # as the manifest says
    files: Mapping[str, bytes]


class _Entry(Model, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_NAME)]
    size: Count
    sha256: Sha256


class _Manifest(Model, frozen=True, kw_only=True):
    schema: Literal["https://haiki.example/bundle/v1"]
    certificate: CertificateId
    files: Annotated[list[_Entry], msgspec.Meta(max_length=MAX_FILES)]


@dataclass(frozen=True)
class _Member:
    name: str
    checksum: int
    size: int
    offset: int


def _structure(detail: str) -> Malformed:
    return Malformed("bundle", "other-structure", detail=detail)


def _members(directory: bytes, count: int) -> Iterator[_Member]:
    """The entries of the central directory, each in its one form, each file right behind the one before."""
    place = offset = 0
    for _ in range(count):
        if place + CENTRAL.size > len(directory):
            raise _structure("a directory shorter than its count")
        fields = CENTRAL.unpack_from(directory, place)
        checksum, size, name_length = fields[7], fields[9], fields[10]
        raw = directory[place + CENTRAL.size : place + CENTRAL.size + min(name_length, _LONGEST_NAME + 1)]
        name = raw.decode("latin-1")
        rank(name)
        expected = central_header(name, checksum, size, offset)
        if directory[place : place + len(expected)] != expected:
            raise _structure(f"an unusual directory entry for {shown(name)}")
        if size > largest(name):
            raise Malformed("bundle", "file-too-large", name=name, size=f"{size:,}", most=f"{largest(name):,}")
        yield _Member(name, checksum, size, offset)
        place += len(expected)
        offset += len(local_header(name, checksum, size)) + size
    if place != len(directory):
        raise _structure("bytes in the directory that belong to no entry")


def _read_zip(data: bytes) -> dict[str, bytes]:
    if len(data) > MAX_BUNDLE:
        raise Malformed("bundle", "too-large", size=f"{len(data):,}", most=f"{MAX_BUNDLE:,}")
    if len(data) < END.size or not data.startswith(b"PK\x03\x04"):
        raise Malformed("bundle", "not-a-bundle")
    end = data[-END.size :]
    count, directory_size, directory_offset = END.unpack(end)[4:7]
    if not end.startswith(b"PK\x05\x06") or end != end_record(count, directory_size, directory_offset):
        raise _structure("an unusual end record, or bytes behind it")
    if count > MAX_FILES:
        raise Malformed("bundle", "too-many-files", count=count, most=MAX_FILES)
    if directory_offset + directory_size != len(data) - END.size:
        raise _structure("a directory that does not end where the end record begins")
    members = list(_members(data[directory_offset : directory_offset + directory_size], count))
    check_names(member.name for member in members)
    files, reached = {}, 0
    for member in members:
        header = local_header(member.name, member.checksum, member.size)
        start = member.offset + len(header)
        reached = start + member.size
        if reached > directory_offset or data[member.offset : start] != header:
            raise _structure(f"an unusual header before {member.name}")
        content = data[start:reached]
        if zlib.crc32(content) != member.checksum:
            raise Malformed("bundle", "checksum", name=member.name)
        files[member.name] = content
    if reached != directory_offset:
        raise _structure("bytes between the last file and the directory")
    return files


def read_bundle(data: bytes) -> Bundle:
    """The bundle of these bytes. Only one file exists for one set of members, so nothing can hide between them.

    Raises Malformed (room ``bundle``) for any other form, for sizes beyond the profile's, and for a manifest that is not
    about exactly these files.
    """
    files = _read_zip(data)
    try:
        manifest = read_strict(files[MANIFEST], _Manifest, largest(MANIFEST))
    except NotStrict as error:
        raise Malformed("bundle", "manifest-malformed", detail=str(error)) from error
    listed = [(entry.name, entry.size, entry.sha256) for entry in manifest.files]
    present = [(name, len(content), sha256_hex(content)) for name, content in files.items() if name != MANIFEST]
    for entry in (*listed, *present):
        if entry not in listed or entry not in present:
            raise Malformed("bundle", "manifest-mismatch", name=shown(entry[0]))
    if listed != present:
        raise Malformed("bundle", "manifest-malformed", detail="files in another order, or named twice")
    return Bundle(manifest.certificate, MappingProxyType(files))
