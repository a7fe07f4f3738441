"""Writing a bundle: the same files give the same bytes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from certify.bundle.profile import (
    MANIFEST,
    MAX_BUNDLE,
    SUFFIX,
    central_header,
    check_names,
    end_record,
    largest,
    local_header,
    rank,
)
from certify.errors import Malformed
from certify.foundation.canonical import canonical_json, sha256_hex

MANIFEST_TYPE = "https://haiki.example/bundle/v1"


def bundle_name(certificate: str) -> str:
    """The file name of a certificate's bundle."""
    return f"{certificate}{SUFFIX}"


def manifest(certificate: str, files: Mapping[str, bytes]) -> bytes:
    """Names, sizes and hashes of all files but the manifest itself, in the bundle's order."""
    entries = [{"name": name, "size": len(files[name]), "sha256": sha256_hex(files[name])} for name in sorted(files, key=rank)]
    return canonical_json({"schema": MANIFEST_TYPE, "certificate": certificate, "files": entries})


def write_zip(files: Mapping[str, bytes]) -> bytes:
    """The one ZIP file with these members, in this order. Names and sizes are the caller's responsibility."""
    body, directory = bytearray(), bytearray()
    for name, data in files.items():
        checksum = zlib.crc32(data)
        directory += central_header(name, checksum, len(data), len(body))
        body += local_header(name, checksum, len(data)) + data
    return bytes(body + directory + end_record(len(files), len(directory), len(body)))


def write_bundle(certificate: str, files: Mapping[str, bytes]) -> bytes:
    """The bundle of a certificate, its manifest added.

    Raises Malformed for a name that has no place in a bundle, for one that is missing, and for files that are too large.
    """
    complete = {MANIFEST: manifest(certificate, files), **{name: files[name] for name in sorted(files, key=rank)}}
    check_names(complete)
    for name, data in complete.items():
        if len(data) > largest(name):
            raise Malformed("bundle", "file-too-large", name=name, size=f"{len(data):,}", most=f"{largest(name):,}")
    data = write_zip(complete)
    if len(data) > MAX_BUNDLE:
        raise Malformed("bundle", "too-large", size=f"{len(data):,}", most=f"{MAX_BUNDLE:,}")
    return data
