"""A forger's tools for PDF files."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from certify.pdf import sign as signing
from certify.signing.signer import Signer

_RANGE = re.compile(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)\] *\n")


def force_sign(unsigned: bytes, signer: Signer, moment: datetime, *, permission: int = 1) -> bytes:
    """Signs whatever it is given: our signer without its last look at what came out. ``permission``: DocMDP's P."""
    from pyhanko.sign.fields import MDPPerm

    maker = signing._PdfSigner(signer, moment)
    maker.signature_meta = replace(maker.signature_meta, docmdp_permissions=MDPPerm(permission))
    target = io.BytesIO()
    maker.sign_pdf(signing._Writer(io.BytesIO(unsigned)), output=target)
    return target.getvalue()


def container_of(data: bytes) -> slice:
    """Where the signature's hexadecimal digits stand."""
    found = re.search(rb"/Contents <([0-9a-fA-F]+)>\n/ByteRange", data)
    return slice(*found.span(1))  # type: ignore[union-attr]


def sign_again(data: bytes, signer: Signer, change: Callable[[bytes], bytes] = bytes) -> bytes:
    """A file that was changed inside, with a fresh signature over it; ``change`` is done to the container's DER."""
    place = container_of(data)
    start, after, rest = (int(number) for number in _RANGE.search(data).groups())  # type: ignore[union-attr]
    covered = data[:start] + data[after : after + rest]
    ours = signing._OurSigner(signer)
    digest = hashlib.sha256(covered).digest()
    container = change(asyncio.run(ours.async_sign(digest, digest_algorithm="sha256", use_pades=True)).dump())
    digits = container.hex().upper().encode()  # as pyHanko writes them
    if len(digits) > place.stop - place.start:
        raise ValueError("the signature does not fit")
    return data[: place.start] + digits.ljust(place.stop - place.start, b"0") + data[place.stop :]


def redrawn(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    """A change to the unsigned file by pikepdf, saved in the same plain form."""

    def apply(data: bytes) -> bytes:
        import pikepdf

        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(data)) as document:
            change(document)
            document.save(
                target,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=False,
                deterministic_id=True,
            )
        return target.getvalue()

    return apply


def updated(data: bytes, objects: Mapping[int, bytes]) -> bytes:
    """An incremental update behind the end: these objects anew (ISO 32000-1 section 7.5.6)."""
    previous = int(data[data.rindex(b"startxref") :].split()[1])
    trailer = data[data.rindex(b"trailer") : data.rindex(b"startxref")]
    root = re.search(rb"/Root ([0-9]+ 0 R)", trailer)[1]  # type: ignore[index]
    info = re.search(rb"/Info ([0-9]+ 0 R)", trailer)[1]  # type: ignore[index]
    identity = re.search(rb"/ID (\[[^]]*\])", trailer)[1]  # type: ignore[index]
    size = max(int(re.search(rb"/Size ([0-9]+)", trailer)[1]), *(number + 1 for number in objects))  # type: ignore[index]
    body, table = bytearray(data), bytearray(b"xref\n")
    for number, content in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    entries = b"/Root %b /Info %b /ID %b /Size %d /Prev %d" % (root, info, identity, size, previous)
    body += table + b"trailer\n<< %b >>\nstartxref\n%d\n%%%%EOF\n" % (entries, start)
    return bytes(body)


def object_bytes(data: bytes, number: int) -> bytes:
    """The last version of an object, between its head and its end."""
    start = data.rindex(b"\n%d 0 obj" % number)
    start = data.index(b"\n", start + 1) + 1
    return data[start : data.index(b"endobj", start)].rstrip(b"\n")


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(content), content)


def in_place(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Some bytes exchanged for as many others, where they first stand."""
    if len(old) != len(new):
        raise ValueError("another length")

    def apply(data: bytes) -> bytes:
        if old not in data:
            raise ValueError(f"{old!r} is not there")
        return data.replace(old, new, 1)

    return apply
