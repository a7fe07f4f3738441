"""The revisions of a PDF file (ISO 32000-1 section 7.5): every byte belongs to an object, a table or a trailer.

What can't be accounted for (bytes between objects, objects that the table does not name or names twice, tables that point
elsewhere, a second object of the same number, a size or an id of another form, object and cross-reference streams) makes the
file unfit: such places are where a second paper is hidden for a reader that repairs, or that takes the first of two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from certify.verify.pdf_syntax import HexString, Name, Reference, Syntax, Value, not_strict

_HEADER = re.compile(rb"%PDF-1\.7\n%[\x80-\xff]{4}\n")
_OBJECT = re.compile(rb"([1-9][0-9]{0,6}) 0 obj\n?")
_TABLE_PART = re.compile(rb"(0|[1-9][0-9]{0,6}) ([1-9][0-9]{0,6})\n")
_FIRST_LINE = b"0000000000 65535 f"  # of number 0, the head of the list of free objects
_TABLE_LINE = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([fn])(?: \n|\r\n)")
_START = re.compile(rb"startxref\n([0-9]{1,10})\n%%EOF")
_TRAILER_KEYS = frozenset({"Info", "Root", "Size", "ID"})
_ID_LENGTH = 16  # bytes, in hexadecimal: an id without bounds is a place for objects
MOST_REVISIONS = 8


@dataclass(frozen=True)
class Stored:
    """An object of the file, and for a stream where its bytes lie."""

    value: Value
    stream: slice | None

    @property
    def dictionary(self) -> Mapping[str, Value]:
        """Its entries, none if it is no dictionary."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(frozen=True)
class Revision:
    """What one saving wrote."""

    objects: Mapping[int, Stored]
    trailer: Mapping[str, Value]
    end: int  # the place after its %%EOF and line end


@dataclass(frozen=True)
class PdfFile:
    """All revisions of a file, oldest first."""

    data: bytes
    revisions: tuple[Revision, ...]

    def objects(self, revisions: int | None = None) -> dict[int, Stored]:
        """The objects as they stand after so many revisions (all by default)."""
        merged: dict[int, Stored] = {}
        for revision in self.revisions[:revisions]:
            merged.update(revision.objects)
        return merged

    def bytes_of(self, stored: Stored) -> bytes:
        """The bytes of a stream as they are stored; empty for anything else."""
        return self.data[stored.stream] if stored.stream else b""


def read_pdf(data: bytes) -> PdfFile:
    """All revisions. Raises Malformed unless every byte is accounted for."""
    syntax = Syntax(data)
    syntax.take(_HEADER, "the header of a PDF 1.7 file expected")
    revisions: list[Revision] = []
    previous: int | None = None
    highest = 0
    while syntax.place < len(data):
        if len(revisions) == MOST_REVISIONS:
            not_strict("too many revisions", syntax.place)
        revision, previous = _revision(syntax, previous)
        highest = max(highest, *revision.objects)
        if revision.trailer["Size"] != highest + 1:  # objects from Size on are missing to a strict reader
            not_strict("a size that does not fit the objects", syntax.place)
        revisions.append(revision)
    if not revisions:
        not_strict("no object", syntax.place)
    return PdfFile(data, tuple(revisions))


def _revision(syntax: Syntax, previous: int | None) -> tuple[Revision, int]:
    places: dict[int, int] = {}
    objects: dict[int, Stored] = {}
    syntax.blank()
    while not syntax.at(b"xref"):
        start = syntax.place
        number = int(syntax.take(_OBJECT, "an object's head expected")[1])
        if number in objects:
            not_strict(f"object {number} twice in one revision", start)
        places[number] = start
        objects[number] = _object(syntax)
        syntax.blank()
    table = syntax.place
    # compared as a list: of a number that is named twice, one reader takes the first entry and another the last
    if not objects or list(_table(syntax)) != sorted(places.items()):
        not_strict("a table that does not fit the objects", table)
    syntax.expect(b"trailer")
    trailer = syntax.value()
    keys = _TRAILER_KEYS if previous is None else _TRAILER_KEYS | {"Prev"}
    if not isinstance(trailer, dict) or trailer.keys() != keys or trailer.get("Prev") != previous or not _is_id(trailer["ID"]):
        not_strict("a trailer of another form", table)
    syntax.blank()
    if int(syntax.take(_START, "the end of a revision expected")[1]) != table:
        not_strict("an end that points elsewhere", syntax.place)
    if syntax.at(b"\n"):
        syntax.expect(b"\n")
    return Revision(objects, trailer, syntax.place), table


def _is_id(value: Value) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(isinstance(part, HexString) and len(part) == _ID_LENGTH for part in value)


def _object(syntax: Syntax) -> Stored:
    value = syntax.value()
    syntax.blank()
    stream: slice | None = None
    if syntax.at(b"stream"):
        syntax.expect(b"stream\n")
        length = value.get("Length") if isinstance(value, dict) else None
        if not isinstance(length, int) or length < 0:
            not_strict("a stream without a plain length", syntax.place)
        stream = slice(syntax.place, syntax.place + length)
        syntax.place += length
        if syntax.at(b"\n"):
            syntax.expect(b"\n")
        syntax.expect(b"endstream")
        syntax.blank()
    syntax.expect(b"endobj")
    return Stored(value, stream)


def _table(syntax: Syntax) -> Iterator[tuple[int, int]]:
    syntax.expect(b"xref\n")
    begun = syntax.place
    while not syntax.at(b"trailer"):
        part = syntax.take(_TABLE_PART, "a part of the table expected")
        first, count = int(part[1]), int(part[2])
        for number in range(first, first + count):
            is_first = number == 0 and syntax.place == begun + len(part[0])
            line = syntax.take(_TABLE_LINE, "a line of the table expected")
            if is_first and line[0].startswith(_FIRST_LINE):
                continue
            if line[3] != b"n" or line[2] != b"00000":
                not_strict("a freed object", syntax.place)
            yield number, int(line[1])


def names_in(value: Value) -> Iterator[Name]:
    """Every name in an object, keys and values, at any depth."""
    if isinstance(value, Name):
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from names_in(member)
    elif isinstance(value, dict):
        for key, member in value.items():
            yield Name(key)
            yield from names_in(member)


def references_in(value: Value) -> Iterator[int]:
    """The number of every object that this one points to."""
    if isinstance(value, Reference):
        yield value.number
    elif isinstance(value, list):
        for member in value:
            yield from references_in(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from references_in(member)
