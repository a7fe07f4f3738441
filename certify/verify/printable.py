"""Texts from hostile input, made harmless for a terminal: nothing but visible characters, and not too many."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from certify.pdf.text import break_lines

LONGEST = 300  # characters of one shown text

# control, format (turns of direction, joiners), surrogate, private use, unassigned, line and paragraph separator
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


# letters and symbols that are drawn as nothing: Hangul fillers, the empty Braille pattern
_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BLANKS = re.compile(r"\s{2,}")


def _visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE and character not in _EMPTY


def printable(text: str) -> str:
    """The text with every invisible character written as its number, and cut where it goes on for too long.

    A run of blanks of any kind is one blank: by many of them a text could push what follows to where another row would stand.
    """
    shown = "".join(character if _visible(character) else f"\\u{{{ord(character):x}}}" for character in text[:LONGEST])
    shown = _BLANKS.sub(" ", shown)
    return shown + "…" if len(text) > LONGEST else shown


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def printable_json(value: Any) -> str:
    """JSON that says exactly what the value says, and that a terminal shows without obeying it."""
    plain = json.dumps(value, ensure_ascii=False, indent=2)
    # outside of strings JSON has no invisible character but the line feeds of the indentation
    return "".join(character if character == "\n" or _visible(character) else _escaped(character) for character in plain)


def width(text: str) -> int:
    """Columns that the text takes in a terminal: Japanese characters take two."""
    wide = sum(unicodedata.east_asian_width(character) in ("W", "F") for character in text)
    marks = sum(unicodedata.category(character) in ("Mn", "Me") for character in text)
    return len(text) + wide - marks


def padded(text: str, columns: int) -> str:
    """The text, filled up with blanks."""
    return text + " " * max(0, columns - width(text))


def in_lines(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, broken as on paper; at least one."""
    return break_lines(text, width, columns)
