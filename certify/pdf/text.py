"""Breaking Japanese and Latin text into lines (after JIS X 4051, 行頭禁則 and 行末禁則; Latin words are kept whole).

Pure: widths come from a function, so that it is the same for every font.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# 行頭禁則文字: never first in a line
NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々〻ー）〕］｝〉》」』】〙〗〟’”）,.:;?!)]}»›"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "‐〜～゠–—―…‥％‰℃°′″"
)
# 行末禁則文字: never last in a line
NOT_LAST = frozenset("（〔［｛〈《「『【〘〖〝‘“([{«‹￥＄￡＃")
# 分離禁止文字: two of them stay together
NOT_PARTED = frozenset("—―…‥")
BLANKS = frozenset(" \u3000")


def _is_latin(character: str) -> bool:
    """Whether the character sticks to its neighbours of the same kind, as letters of a Latin word do."""
    return character not in BLANKS and unicodedata.east_asian_width(character) not in ("W", "F", "A", "H")


def may_break(before: str, after: str) -> bool:
    """Whether a line may end after ``before`` where ``after`` would begin the next one."""
    if after in BLANKS:
        return False  # blanks hang over the end of the line they follow
    if before in BLANKS:
        return True
    if after in NOT_FIRST or before in NOT_LAST or (before == after and before in NOT_PARTED):
        return False
    return not (_is_latin(before) and _is_latin(after))


def break_lines(text: str, width_of: Callable[[str], float], limit: float) -> list[str]:
    """The lines of a text, none wider than ``limit``; ``width_of`` gives the width of one character.

    A word that is wider than a line (a hash, a key) is broken anywhere. Line feeds are kept, blanks at the end of a line
    dropped. A single character that is wider than the limit stands alone.
    """
    return [line for paragraph in text.split("\n") for line in _break_paragraph(paragraph, width_of, limit)]


def _break_paragraph(text: str, width_of: Callable[[str], float], limit: float) -> list[str]:
    lines: list[str] = []
    start = 0
    while start < len(text):
        end = _line_end(text, start, width_of, limit)
        lines.append(text[start:end].rstrip(" \u3000"))
        start = end
    return lines or [""]


def _line_end(text: str, start: int, width_of: Callable[[str], float], limit: float) -> int:
    taken = 0.0
    last_chance = start  # the last place where a line may end
    for place in range(start, len(text)):
        if place > start and may_break(text[place - 1], text[place]):
            last_chance = place
        taken += width_of(text[place])
        if taken > limit and text[place] not in BLANKS:
            return last_chance if last_chance > start else _forced_end(text, start, place)
    return len(text)


def _forced_end(text: str, start: int, place: int) -> int:
    """Where a word wider than the line is cut, so that no closing bracket goes alone to the next line."""
    end = max(place, start + 1)
    while end > start + 1 and text[end] in NOT_FIRST:
        end -= 1
    return end
