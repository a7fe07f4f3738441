"""The objects of a PDF file (ISO 32000-1 section 7.3), read strictly: no comments, no repair, no guessing.

Viewers repair what is broken, each in its own way; two readers that repair differently see two papers. So this reader
takes only the plain form that our renderer and signer write, and everything else is not one of our papers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NoReturn

from certify.errors import Malformed

_BLANK = re.compile(rb"[ \r\n]*")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?=[ \r\n/\[\]<>()])")
_REFERENCE = re.compile(rb"([1-9][0-9]{0,6}) 0 R(?=[ \r\n/\[\]<>()])")
_NAME = re.compile(rb"/([^\x00-\x20()<>\[\]{}/%\x7f-\xff]{0,127})")
_TEXT_RUN = re.compile(rb"[^()\\]*")
_WORD = re.compile(rb"(true|false|null)(?=[ \r\n/\[\]<>()])")
_ESCAPES = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("b"): b"\b", ord("f"): b"\f"}
_OCTAL = re.compile(rb"[0-3][0-7]{2}")

DEEPEST = 24
MOST_ITEMS = 60_000
# a string is where objects could lie for a reader that repairs
LONGEST_TEXT = 512  # bytes; the longest that is written is the renderer's id, of 200 characters at most
LONGEST_HEXADECIMAL = 131_072  # digits; the longest is the signature, with four certificates of 8 KiB

_HEX_STRING = re.compile(rb"<([0-9A-Fa-f]{0,%d})>" % LONGEST_HEXADECIMAL)


class Name(str):
    """A PDF name, without its slash and with its ``#xx`` written out."""

    __slots__ = ()


class Word(Enum):
    """``true`` and ``false``; not Python's, which equal 1 and 0."""

    TRUE = b"true"
    FALSE = b"false"


class Reference(NamedTuple):
    """``N 0 R``."""

    number: int


class HexString(bytes):
    """A string that was written in hexadecimal."""

    __slots__ = ()


@dataclass(frozen=True)
class Real:
    """A number with a point, as it was written: nothing here computes with it."""

    text: str


Value = None | Word | int | Real | Name | bytes | Reference | list["Value"] | dict[str, "Value"]


def not_strict(what: str, place: int) -> NoReturn:
    """Raises Malformed: this is not the plain form."""
    raise Malformed("verify", "pdf-not-strict", what=what, place=place)


class Syntax:
    """A cursor over the bytes. Every method raises Malformed for anything that is not in the plain form."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data = data
        self.place = place
        self._items = 0

    def blank(self) -> None:
        """Passes over spaces and line ends."""
        if match := _BLANK.match(self.data, self.place):
            self.place = match.end()

    def expect(self, word: bytes) -> None:
        """Passes over exactly these bytes."""
        if not self.data.startswith(word, self.place):
            not_strict(f"{word.decode('latin-1')!r} expected", self.place)
        self.place += len(word)

    def at(self, word: bytes) -> bool:
        """Whether these bytes come next."""
        return self.data.startswith(word, self.place)

    def take(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        """Passes over what the pattern matches here."""
        match = pattern.match(self.data, self.place)
        if match is None:
            not_strict(what, self.place)
        self.place = match.end()
        return match

    def value(self, depth: int = 0) -> Value:
        """One object."""
        self._items += 1
        if depth > DEEPEST or self._items > MOST_ITEMS:
            not_strict("too deep or too many objects", self.place)
        self.blank()
        if self.at(b"<<"):
            return self._dictionary(depth)
        if self.at(b"["):
            return self._array(depth)
        if self.at(b"/"):
            return self._name()
        if self.at(b"("):
            return self._text()
        if self.at(b"<"):
            return self._hexadecimal()
        return self._plain()

    def _plain(self) -> Value:
        if match := _REFERENCE.match(self.data, self.place):
            self.place = match.end()
            return Reference(int(match[1]))
        if match := _WORD.match(self.data, self.place):
            self.place = match.end()
            return None if match[1] == b"null" else Word(match[1])
        match = self.take(_NUMBER, "an object expected")
        written = match[0].decode()
        return Real(written) if "." in written else int(written)

    def _name(self) -> Name:
        written = self.take(_NAME, "a name expected")[1].decode("ascii")
        if "#" not in written:
            return Name(written)
        parts = written.split("#")
        try:
            return Name(parts[0] + "".join(chr(int(part[:2], 16)) + part[2:] for part in parts[1:] if _two_digits(part)))
        except ValueError:
            not_strict("a name with a broken escape", self.place)

    def _hexadecimal(self) -> HexString:
        digits = self.take(_HEX_STRING, "a hexadecimal string expected")[1]
        if len(digits) % 2:
            not_strict("a hexadecimal string of odd length", self.place)
        return HexString(bytes.fromhex(digits.decode()))

    def _text(self) -> bytes:
        self.expect(b"(")
        pieces: list[bytes] = []
        open_brackets, start = 1, self.place
        while True:
            run = _TEXT_RUN.match(self.data, self.place)
            if run is None or run.end() >= len(self.data):
                not_strict("a string without an end", self.place)
            if run.end() - start > LONGEST_TEXT:
                not_strict("a string that is too long", start)
            pieces.append(run[0])
            sign = self.data[run.end()]
            self.place = run.end() + 1
            if sign == ord("\\"):
                pieces.append(self._escape())
                continue
            open_brackets += 1 if sign == ord("(") else -1
            if not open_brackets:
                return b"".join(pieces)
            pieces.append(bytes([sign]))

    def _escape(self) -> bytes:
        if match := _OCTAL.match(self.data, self.place):
            self.place = match.end()
            return bytes([int(match[0], 8)])
        if self.place >= len(self.data):
            not_strict("a string without an end", self.place)
        sign = self.data[self.place]
        self.place += 1
        if sign in b"()\\":
            return bytes([sign])
        if sign not in _ESCAPES:
            not_strict("a string with an unknown escape", self.place)
        return _ESCAPES[sign]

    def _array(self, depth: int) -> list[Value]:
        self.expect(b"[")
        members: list[Value] = []
        self.blank()
        while not self.at(b"]"):
            members.append(self.value(depth + 1))
            self.blank()
        self.expect(b"]")
        return members

    def _dictionary(self, depth: int) -> dict[str, Value]:
        self.expect(b"<<")
        members: dict[str, Value] = {}
        self.blank()
        while not self.at(b">>"):
            key = self._name()
            if key in members:
                not_strict(f"the key {key!r} twice", self.place)
            members[key] = self.value(depth + 1)
            self.blank()
        self.expect(b">>")
        return members


def _two_digits(part: str) -> bool:
    if len(part) < 2:
        raise ValueError(part)
    return True
