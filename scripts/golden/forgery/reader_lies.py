"""Lies told with a PDF that one program reads as it should be and another otherwise: all by a contractor, who signs them."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

from golden.forgery.honest import Making, changed, make
from golden.forgery.keys import signer
from golden.forgery.lies import Book, honest_pdf
from golden.forgery.pdf_lies import first_drawing, moved, ranged
from golden.forgery.pdf_tools import object_bytes, redrawn, sign_again, stream

BOOK = Book(".pdf", "good/certificate.pdf")
lie = BOOK.lie
_PART = re.compile(rb"([0-9]+) ([0-9]+)\n((?:[0-9]{10} [0-9]{5} [nf] \n)+)")


def _named(table: bytes) -> list[tuple[int, int]]:
    """Number and place of each object in a table."""
    found = []
    for part in _PART.finditer(table):
        lines = enumerate(part[3].split(b" \n")[:-1], int(part[1]))
        found += [(number, int(line[:10])) for number, line in lines if line.endswith(b"n")]
    return found


@lie("pdf-with-objects-named-twice", "pdf-structure pdf-not-strict", actor="contractor")
def _named_twice() -> bytes:
    """The table names catalogue, page and form twice: first those that lie in the file's id and show 'Purge'."""
    data = honest_pdf()
    table, start, end = data.rindex(b"\nxref\n") + 1, data.rindex(b"trailer"), data.rindex(b"startxref")
    hidden = {
        1: object_bytes(data, 1).replace(b"/AcroForm 36 0 R", b"/AcroForm << /Fields [ 37 0 R ] /SigFlags 3 >>"),
        10: object_bytes(data, 10).replace(b"/Contents 15 0 R", b"/Contents 36 0 R"),
        36: stream(re.sub(rb"\([^)]*\)", lambda text: text[0].replace(b"Clear", b"Purge"), first_drawing(data))),
    }
    before, after = data[start:end].split(b"/ID [ ", 1)

    def built(places: list[int]) -> tuple[bytes, list[int]]:
        entries = sorted([*zip(hidden, places, strict=True), *_named(data[table:start])], key=lambda entry: entry[0])
        front = data[:table] + b"xref\n0 1\n0000000000 65535 f \n"
        front += b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in entries) + before + b"/ID [ ("
        found = []
        for number, content in hidden.items():
            found.append(len(front) + 1)
            front += b"\n%d 0 obj\n%b\nendobj" % (number, content)
        return front + b") " + after.split(b" ", 1)[1] + data[end:], found

    _, places = built([0, 0, 0])
    return sign_again(ranged(built(places)[0]), signer("contractor"))


def _in_trailer(old: bytes, new: bytes) -> bytes:
    """The last trailer changed; nothing behind it has a place of its own."""
    data = honest_pdf()
    start = data.rindex(b"trailer")
    return sign_again(ranged(data[:start] + data[start:].replace(old, new, 1)), signer("contractor"))


@lie("pdf-of-a-smaller-size", "pdf-structure pdf-not-strict", actor="contractor")
def _smaller() -> bytes:
    """Objects from Size on are missing (ISO 32000-1 section 7.5.5): to some programs there is no signature."""
    return _in_trailer(b"/Size 39", b"/Size 36")


@lie("pdf-with-a-longer-id", "pdf-structure pdf-not-strict", actor="contractor")
def _longer_id() -> bytes:
    return _in_trailer(b"/ID [ <", b"/ID [ <" + b"5075726765" * 20)


@lie("pdf-with-words-in-the-permission", "pdf-certification changes-permitted", actor="contractor")
def _words_in_permission() -> bytes:
    data = honest_pdf()
    old, new = b"/V /1.2\n", b"/V /1.2\n/X (Purge)\n"
    place = data.rindex(old)
    return sign_again(moved(data[:place] + new + data[place + len(old) :], len(new) - len(old)), signer("contractor"))


def _redrawn(change: Callable[[Any], None]) -> bytes:
    return make(Making(drawn=redrawn(change))).pdf


@lie("pdf-with-bookmarks", "pdf-structure hidden-content", actor="contractor")
def _bookmarks() -> bytes:
    from pikepdf import Dictionary, Name, String

    def change(document: Any) -> None:
        outlines = document.make_indirect(Dictionary(Type=Name.Outlines, Count=1))
        outlines.First = outlines.Last = document.make_indirect(Dictionary(Title=String("Purge"), Parent=outlines))
        document.Root.Outlines = outlines

    return _redrawn(change)


@lie("pdf-with-words-about-a-file", "pdf-statements pdf-not-strict", actor="contractor")
def _words_about_a_file() -> bytes:
    from pikepdf import String

    def change(document: Any) -> None:
        document.Root.AF[1].Desc = String("Purge")

    return _redrawn(change)


@lie("pdf-with-two-names-of-a-file", "pdf-statements pdf-not-strict", actor="contractor")
def _two_names() -> bytes:
    from pikepdf import String

    def change(document: Any) -> None:
        document.Root.AF[1].UF = String("purge.dsse.json")

    return _redrawn(change)


@lie("pdf-with-a-file-beside-the-list", "pdf-statements hidden-content", actor="contractor")
def _file_beside_the_list() -> bytes:
    from pikepdf import Dictionary, Name, String

    def change(document: Any) -> None:
        file = document.make_stream(b"Purge", Type=Name.EmbeddedFile, Subtype=Name("/text/plain"))
        name = String("purge.txt")
        entry = Dictionary(Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=file, UF=file), AFRelationship=Name.Data)
        document.Root.AF.append(document.make_indirect(entry))

    return _redrawn(change)


# --- a font whose two maps of characters disagree: Poppler draws by one, pdfium by the other ---

_EXCHANGED = {**dict(zip(b"Clear", b"Purge", strict=True)), ord("1"): ord("9")}


def _maps(table: bytes) -> bytes:
    """The subset's one map as (3, 0), and as (1, 0) another, with letters exchanged (OpenType, cmap formats 6 and 4)."""
    first, count = struct.unpack(">HH", table[18:22])
    glyphs = {first + place: struct.unpack(">H", table[22 + 2 * place : 24 + 2 * place])[0] for place in range(count)}
    other = {code: glyphs.get(_EXCHANGED.get(code, code), glyph) for code, glyph in glyphs.items()}
    trimmed = struct.pack(">HHHHH", 6, 10 + 2 * count, 0, first, count) + b"".join(struct.pack(">H", glyph) for glyph in other.values())
    segments = [(code, (glyph - code) & 0xFFFF) for code, glyph in sorted(glyphs.items()) if glyph] + [(0xFFFF, 1)]
    number = len(segments)
    power = number.bit_length() - 1
    codes, steps = (b"".join(struct.pack(">H", segment[part]) for segment in segments) for part in (0, 1))
    body = (
        struct.pack(">HHHH", 2 * number, 2 << power, power, 2 * number - (2 << power)) + codes + b"\0\0" + codes + steps + bytes(2 * number)
    )
    segmented = struct.pack(">HHH", 4, len(body) + 6, 0) + body
    head = struct.pack(">HHHHIHHI", 0, 2, 1, 0, 20, 3, 0, 20 + len(trimmed))
    return head + trimmed + segmented


def _with_maps(font: bytes) -> bytes:
    """A TrueType file with another cmap table behind all others; sums are left as they were."""
    for place in range(12, 12 + 16 * struct.unpack(">H", font[4:6])[0], 16):
        if font[place : place + 4] == b"cmap":
            offset, length = struct.unpack(">II", font[place + 8 : place + 16])
            maps = _maps(font[offset : offset + length])
            padded = font + bytes(-len(font) % 4)
            return padded[: place + 8] + struct.pack(">II", len(padded), len(maps)) + padded[place + 16 :] + maps
    raise ValueError("no cmap")


@lie("pdf-with-a-font-of-two-maps", "pdf-rebuild not-reproducible-here", actor="contractor", verdict="cannot-tell")
def _two_maps() -> bytes:
    """By an invented renderer: by our own it would differ from what is made again."""
    from pikepdf import Name

    def change(document: Any) -> None:
        for name, font in document.pages[0].Resources.Font.items():
            if name.endswith("+0"):
                file = font.FontDescriptor.FontFile2
                file.write(_with_maps(file.read_bytes()))
                file.Length1 = len(file.read_bytes())
                font.Encoding = Name.MacRomanEncoding

    return make(Making(certificate=changed(renderer="haiki/0.0.9"), drawn=redrawn(change))).pdf
