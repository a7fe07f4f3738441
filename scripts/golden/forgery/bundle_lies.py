"""Lies told with the bundle: with what is in it, and with the ZIP file around it."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from certify.bundle.writer import manifest, write_bundle, write_zip
from certify.foundation.canonical import sha256_hex
from certify.signing.certificates import read_pem, write_pem
from golden.forgery.honest import OTHER_CERTIFICATE, OTHER_PHOTO, Job, Making, chained, changed, files_of, lines_of, make
from golden.forgery.keys import signer
from golden.forgery.lies import FAILED, VIRTUAL, Book, honest_files, id_of, other_files

BOOK = Book(".haiki.zip", "good/bundle.haiki.zip")
lie = BOOK.lie
_STRUCTURE = "form broken-form bundle.other-structure"


def _bundle(files: Mapping[str, bytes]) -> bytes:
    """With a manifest that fits."""
    return write_bundle(id_of(dict(files)), files)


def _with(**changes: bytes | None) -> bytes:
    merged: dict[str, bytes | None] = {**honest_files(), **changes}
    return _bundle({name: data for name, data in merged.items() if data is not None})


# --- what is in it; the manifest is always made to fit, since nobody signs it ---


@lie("bundle-photo-exchanged", "photos photo-differs")
def _photo() -> bytes:
    return _with(**{"photos/01.jpg": OTHER_PHOTO})


@lie("bundle-photo-missing", "photos photo-missing")
def _photo_missing() -> bytes:
    return _with(**{"photos/02.jpg": None})


@lie("bundle-photo-added", "photos photo-not-signed-for")
def _photo_added() -> bytes:
    return _with(**{"photos/03.jpg": OTHER_PHOTO})


@lie("bundle-photos-in-another-order", "photos photo-differs")
def _photo_order() -> bytes:
    files = honest_files()
    return _with(**{"photos/01.jpg": files["photos/02.jpg"], "photos/02.jpg": files["photos/01.jpg"]})


@lie(
    "bundle-erasure-statement-of-another-drive", "pdf-statements statement-differs", "same-erasure other-erasure", "journal journal-differs"
)
def _erasure() -> bytes:
    return _with(**{"erasure.dsse.json": other_files()["erasure.dsse.json"]})


@lie("bundle-certificate-statement-of-another-drive", "pdf-statements statement-differs", "same-erasure other-erasure")
def _certificate() -> bytes:
    return _with(**{"certificate.dsse.json": other_files()["certificate.dsse.json"]})


@lie("bundle-pdf-of-another-drive", "pdf-statements statement-differs", "pdf-code other-code-on-page")
def _pdf() -> bytes:
    return _with(**{"certificate.pdf": other_files()["certificate.pdf"]})


@lie("bundle-token-of-another-drive", "pdf-code other-code-on-page")
def _token() -> bytes:
    return _with(**{"token.txt": other_files()["token.txt"]})


@lie("bundle-journal-of-another-job", "journal journal-differs")
def _journal() -> bytes:
    return _with(**{"journal.jsonl": other_files()["journal.jsonl"]})


@lie("bundle-journal-line-removed", "journal journal-differs")
def _line_removed() -> bytes:
    lines = honest_files()["journal.jsonl"].splitlines(keepends=True)
    return _with(**{"journal.jsonl": b"".join(lines[:-2] + lines[-1:])})


def _with_journal(journal: bytes, job: Job, **changes: Any) -> bytes:
    """A station that publishes another journal than the one that its statement was made from, and signs for it."""

    def signed_for(erasure: Any) -> Any:
        fields = {"sha256": sha256_hex(journal), "lines": journal.count(b"\n"), "head": sha256_hex(journal.splitlines()[-1])}
        return changed(journal=changed(**fields)(erasure.journal), **changes)(erasure)

    papers = make(Making(job=job, erasure=signed_for))
    return _bundle({**files_of(papers), "journal.jsonl": journal})


@lie("bundle-journal-line-removed-by-the-station", "journal journal-broken", actor="station", twin="good/bundle-of-failure.haiki.zip")
def _line_removed_and_signed() -> bytes:
    journal = make(Making(job=FAILED)).journal.splitlines(keepends=True)
    return _with_journal(b"".join(line for line in journal if b'"event":"mismatch"' not in line), FAILED)


@lie("bundle-journal-without-an-end", "journal journal-broken", actor="station")
def _without_end() -> bytes:
    return _with_journal(chained(lines_of(Job())[:-1])[0], Job())


@lie("bundle-verified-again-until-it-passed", "journal journal-broken", actor="station")
def _verified_again() -> bytes:
    before, started, finished, last = (lines := lines_of(Job()))[:-3], *lines[-3:]
    failed = {**finished, "data": {**finished["data"], "result": "failed", "unreadable_sectors": 9}}
    return _with_journal(chained([*before, started, failed, started, finished, last])[0], Job())


@lie("bundle-broken-journal-by-a-stranger", "erasure-signer signer-not-trusted")
def _stranger() -> bytes:
    """The journal of a station that nobody knows is not even read."""
    journal = chained(lines_of(Job())[:-1])[0]

    def signed_for(erasure: Any) -> Any:
        return changed(journal=changed(sha256=sha256_hex(journal))(erasure.journal))(erasure)

    papers = make(Making(station=signer("foreign-station"), erasure=signed_for))
    return _bundle({**files_of(papers), "journal.jsonl": journal})


@lie("bundle-journal-of-a-line-too-long", "journal journal-broken", actor="station")
def _long_line() -> bytes:
    lines = lines_of(Job())
    lines[1]["data"]["words"] = "Purge " * 11_000
    return _with_journal(chained(lines)[0], Job())


@lie("bundle-success-that-the-journal-denies", "journal-facts facts-differ verification+outcome+claim", actor="station")
def _denied() -> bytes:
    return _with_journal(make(Making(job=FAILED)).journal, Job())


@lie("bundle-serial-that-the-journal-denies", "journal-facts facts-differ drive", actor="station")
def _another_serial() -> bytes:
    identity = make(Making()).erasure.drive.identity
    drive = changed(identity=changed(serial=changed(value="TST0000002")(identity.serial))(identity))
    return _bundle(files_of(make(Making(erasure=lambda one: changed(drive=drive(one.drive))(one)))))


@lie("bundle-without-test", "same-erasure test-flag-differs", actor="contractor", twin="good/bundle-test.haiki.zip")
def _test_removed() -> bytes:
    return _bundle(files_of(make(Making(job=VIRTUAL, certificate=changed(test=False)))))


@lie("bundle-token-without-test", "token-facts test-flag-differs", actor="contractor", twin="good/bundle-test.haiki.zip")
def _token_test() -> bytes:
    from dataclasses import replace

    return _bundle(files_of(make(Making(job=VIRTUAL, token=lambda token: replace(token, test=False)))))


@lie("bundle-token-with-another-method", "token-facts token-differs method", actor="contractor")
def _token_method() -> bytes:
    from dataclasses import replace

    return _bundle(files_of(make(Making(token=lambda token: replace(token, method="purge")))))


@lie("bundle-chain-with-a-stranger", "manifest chain-file-not-plain")
def _chain() -> bytes:
    chain = read_pem(honest_files()["chain.pem"])
    return _with(**{"chain.pem": write_pem((*chain, signer("foreign-station").certificates[0]))})


@lie("bundle-manifest-of-another-certificate", "manifest other-certificate-id")
def _manifest_id() -> bytes:
    return write_bundle(OTHER_CERTIFICATE, honest_files())


@lie("bundle-with-an-unjudged-timestamp", "manifest extra-file")
def _timestamp() -> bytes:
    return _with(**{"timestamp.tsr": b"0\x03\x02\x01\x00"})


# --- the ZIP file ---


def _complete() -> dict[str, bytes]:
    files = honest_files()
    return {"manifest.json": manifest(id_of(files), files), **files}


def _honest_zip() -> bytes:
    return write_zip(_complete())


@lie("bundle-manifest-with-a-wrong-hash", "form broken-form bundle.manifest-mismatch")
def _manifest_hash() -> bytes:
    files = honest_files()
    wrong = manifest(id_of(files), {**files, "photos/01.jpg": OTHER_PHOTO})
    return write_zip({**_complete(), "manifest.json": wrong})


@lie("bundle-file-not-in-the-manifest", "form broken-form bundle.manifest-mismatch")
def _not_in_manifest() -> bytes:
    return write_zip({**_complete(), "photos/03.jpg": OTHER_PHOTO})


@lie("bundle-extra-file", "form broken-form bundle.name-not-allowed")
def _extra() -> bytes:
    return write_zip({**_complete(), "readme.txt": b"Purge"})


@lie("bundle-path-traversal", "form broken-form bundle.name-not-allowed")
def _traversal() -> bytes:
    return write_zip({**_complete(), "../../etc/passwd": b"x"})


@lie("bundle-missing-file", "form broken-form bundle.file-missing")
def _missing() -> bytes:
    return write_zip({name: data for name, data in _complete().items() if name != "journal.jsonl"})


@lie("bundle-duplicate-name", "form broken-form bundle.duplicate-name")
def _duplicate() -> bytes:
    files, twice = _complete(), {}
    for name, data in files.items():
        twice[name] = data
        if name == "photos/01.jpg":
            twice["photos/0X.jpg"] = OTHER_PHOTO
    return write_zip(twice).replace(b"photos/0X.jpg", b"photos/01.jpg")


@lie("bundle-bytes-behind-the-end", _STRUCTURE)
def _behind() -> bytes:
    return _honest_zip() + b"\n"


@lie("bundle-bytes-before-the-beginning", "form unknown-form", verdict="unreadable")
def _before() -> bytes:
    return b"#!/bin/sh\n" + _honest_zip()


@lie("bundle-cut-short", "form truncated", verdict="unreadable")
def _cut() -> bytes:
    return _honest_zip()[:100_000]


def _directory_entry(data: bytes, name: bytes) -> int:
    """Where the directory's entry of a file begins."""
    return data.rindex(b"PK\x01\x02", 0, data.rindex(name))


def _local_header(data: bytes, name: bytes) -> int:
    """Where the header before a file begins."""
    found = re.search(rb"PK\x03\x04.{26}" + re.escape(name), data, re.DOTALL)
    return found.start()  # type: ignore[union-attr]


def _patched(change: Callable[[bytearray, int], None], name: bytes = b"photos/02.jpg") -> bytes:
    data = bytearray(_honest_zip())
    change(data, _directory_entry(bytes(data), name))
    return bytes(data)


@lie("bundle-symbolic-link", _STRUCTURE)
def _link() -> bytes:
    return _patched(lambda data, entry: struct.pack_into("<I", data, entry + 38, 0o120777 << 16))


@lie("bundle-encrypted-entry", _STRUCTURE)
def _encrypted() -> bytes:
    return _patched(lambda data, entry: struct.pack_into("<H", data, entry + 8, 1))


@lie("bundle-other-name-before-the-file", _STRUCTURE)
def _other_name() -> bytes:
    data = bytearray(_honest_zip())
    place = _local_header(bytes(data), b"photos/02.jpg") + 30
    data[place : place + 13] = b"photos/04.jpg"
    return bytes(data)


@lie("bundle-other-size-before-the-file", _STRUCTURE)
def _other_size() -> bytes:
    data = bytearray(_honest_zip())
    place = _local_header(bytes(data), b"photos/02.jpg")
    struct.pack_into("<II", data, place + 18, 1, 1)
    return bytes(data)


@lie("bundle-declares-four-gigabytes", "form broken-form bundle.file-too-large")
def _declares() -> bytes:
    return _patched(lambda data, entry: struct.pack_into("<II", data, entry + 20, 0xFFFFFFF0, 0xFFFFFFF0))


@lie("bundle-wrong-checksum", "form broken-form bundle.checksum")
def _checksum() -> bytes:
    data = _honest_zip()
    content = honest_files()["photos/02.jpg"]
    return data.replace(content, OTHER_PHOTO, 1)


@lie("bundle-packed-bomb", _STRUCTURE)
def _bomb() -> bytes:
    """A photo that unpacks to ten megabytes of nothing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(10)) + packer.flush()
    data = bytearray(write_zip({**_complete(), "photos/02.jpg": packed}))
    entry, local = _directory_entry(bytes(data), b"photos/02.jpg"), _local_header(bytes(data), b"photos/02.jpg")
    for place, method, size in ((entry, 10, 24), (local, 8, 22)):
        struct.pack_into("<H", data, place + method, 8)
        struct.pack_into("<I", data, place + size, 10 << 20)
    return bytes(data)
