"""The fonts that lie in the package, which of them has a character, and how wide it is.

BIZ UDPGothic first; a character that it lacks (rarer kanji of names, such as U+20BB7) is taken from VL PGothic. One that
neither has is refused: an empty box would say something else than the record. Symbols come from the first font only: the
second has pictures of things and faces, which are no letters of a document.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from certify.errors import Refused

FOLDER = Path(__file__).parent / "fonts"
EDITIONS = "BIZUDPGothic/1.05 VL-PGothic/2.121"

# a letter and the marks set upon it, as some keyboards write がぎぐ and é
_COMBINED = re.compile(r"[^\W_][\u0300-\u036f\u3099\u309a]+")
# controls, invisible format characters, surrogates, private use, not assigned, line and paragraph separators
_NEVER_PRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me", "Mc"})
_PICTOGRAPHS = frozenset({"So", "Sk"})


class Face(StrEnum):
    """The two weights of the paper, by the name of their first font."""

    REGULAR = "BIZUDPGothic-Regular"
    BOLD = "BIZUDPGothic-Bold"


_FALLBACK = "VL-PGothic-Regular"


@dataclass(frozen=True)
class _Font:
    name: str
    glyphs: dict[int, int]  # code point to glyph number
    widths: dict[int, float]  # code point to thousandths of the size
    default_width: float


@cache
def _font(name: str) -> _Font:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font: Any = TTFont(name, str(FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return _Font(name, font.face.charToGlyph, font.face.charWidths, font.face.defaultWidth)


@cache
def _font_of(character: str, face: Face) -> _Font | None:
    category = unicodedata.category(character)
    if category in _NEVER_PRINTED:
        return None
    code = ord(character)
    for name in (face.value,) if category in _PICTOGRAPHS else (face.value, _FALLBACK):
        font = _font(name)
        # glyph 0 is the empty box itself
        if font.glyphs.get(code, 0) != 0:
            return font
    return None


def composed(text: str) -> str:
    """Letters with separate marks as single characters where there is one.

    Nothing else is normalised: NFC would replace the compatibility kanji that people's names are registered with.
    """
    return _COMBINED.sub(lambda found: unicodedata.normalize("NFC", found.group()), text)


def evenly(text: str, face: Face) -> Face:
    """The weight in which all of the text can be printed: names with one thin letter among thick ones look mended."""
    return Face.REGULAR if any(_font_name(character, face) == _FALLBACK for character in text) else face


def require_glyphs(text: str, face: Face, field: str) -> None:
    """Raises Refused (``paper.glyph-missing``) naming the first character without a glyph, and ``field``."""
    for character in text:
        if character != "\n" and _font_of(character, face) is None:
            shown = character if character.isprintable() else " "
            raise Refused("paper", "glyph-missing", character=shown, code=f"U+{ord(character):04X}", field=field)


def require_all_glyphs(value: Any, field: str = "") -> None:
    """The same for every text in plain values, as JSON has them; ``field``: the way to it, parted by dots."""
    if isinstance(value, str):
        require_glyphs(composed(value), Face.REGULAR, field)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            require_all_glyphs(part, f"{field}.{name}" if field else str(name))
    elif isinstance(value, Sequence):
        for part in value:
            require_all_glyphs(part, field)


@cache
def character_width(character: str, face: Face) -> float:
    """Width in ems. Raises Refused as :func:`require_glyphs` does."""
    font = _font_of(character, face)
    if font is None:
        require_glyphs(character, face, "")
        return 0.0
    return font.widths.get(ord(character), font.default_width) / 1000


def width(text: str, face: Face, size: float) -> float:
    """Width in points."""
    return size * sum(character_width(character, face) for character in text)


def runs(text: str, face: Face) -> list[tuple[str, str]]:
    """The text in pieces of one font each: ``(font name, piece)``. Raises Refused as :func:`require_glyphs` does."""
    require_glyphs(text, face, "")
    pieces = itertools.groupby(text, key=lambda character: _font_name(character, face))
    return [(name, "".join(piece)) for name, piece in pieces]


def _font_name(character: str, face: Face) -> str:
    font = _font_of(character, face)
    return font.name if font else face.value


def first_font(face: Face = Face.REGULAR) -> str:
    """The registered name of a weight's first font."""
    return _font(face.value).name
