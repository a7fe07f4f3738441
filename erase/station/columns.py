"""Text in columns on a terminal, where a Japanese character takes two cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_GAP = "  "


def width(text: str) -> int:
    """Cells that a text takes: wide and full-width characters two, combining ones none (Unicode Annex 11)."""
    return sum(_cells(character) for character in text)


def cut(text: str, cells: int) -> str:
    """At most so many cells; what was cut off shows as an ellipsis."""
    if width(text) <= cells:
        return text
    kept, used = [], 1  # the ellipsis
    for character in text:
        used += _cells(character)
        if used > cells:
            break
        kept.append(character)
    return "".join(kept) + "…"


def table(rows: Sequence[Sequence[str]], widest: Sequence[int]) -> list[str]:
    """Lines with aligned columns, each no wider than its most; nothing behind the last text of a line."""
    fitting = [[cut(text, most) for text, most in zip(row, widest, strict=True)] for row in rows]
    columns = [max(width(row[place]) for row in fitting) for place in range(len(widest))] if fitting else []
    return [_GAP.join(text + " " * (cells - width(text)) for text, cells in zip(row, columns, strict=True)).rstrip() for row in fitting]


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
