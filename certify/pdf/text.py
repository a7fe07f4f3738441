"""Breaking Japanese and Latin text into lines (after JIS X 4051, 行頭禁則 and 行末禁則; Latin words are kept whole).

Pure: widths come from a function, so that it is the same for every font.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# 行頭禁則文字: never first in a line
NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々〻ー）〕］｝〉》」』】〙〗〟’”）,.:;?!)]}»›"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "‐〜～゠–—―…‥％‰℃°′″"
    "｡､･｣ｧｨｩｪｫｬｭｮｯｰﾞﾟ"  # the half-width forms
)
# 行末禁則文字: never last in a line
NOT_LAST = frozenset("（〔［｛〈《「『【〘〖〝‘“([{«‹￥＄￡＃｢")
# 分離禁止文字: two of them stay together
NOT_PARTED = frozenset("—―…‥")
BLANKS = frozenset(" \u3000")

_ERAS = "明治|大正|昭和|平成|令和"
_COUNTERS = (
    "年|か月|ヶ月|カ月|月|日|時間|時|分|秒|号室|号|番地|番|丁目|階|回|枚|個|台|頁|ページ|条|項|件|桁|行|字|文字|名|人|"
    "バイト|セクター|ビット|[%％℃]|[kKMGTPE]i?B"
)
# what is read as one: a number with what it is a number of, a standard with its number, a name with its honorific
_WHOLE = re.compile(
    rf"(?:第|〒|№|No\.|(?:{_ERAS}) ?)?[0-9０-９](?:[0-9０-９,.，．]*[0-9０-９])?(?: ?(?:{_COUNTERS}))?|(?:{_ERAS})元年"
    r"|(?:NIST )?SP 800-[0-9]+|IEEE [0-9]+|Rev\. [0-9]+|. (?:様|殿|御中)$"
)
_LAST_REMARK = re.compile(r"[^ \u3000] ?(\([^()]*\))$")  # where a fact comes from, in brackets behind it


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

    A word that is wider than a line is broken after a hyphen (an id), else anywhere (a hash, a key). A remark in brackets
    at the end goes to the next line whole, if it fits there. Line feeds are kept, blanks at the end of a line
    dropped. A single character that is wider than the limit stands alone.
    """
    return [line for paragraph in text.split("\n") for line in _break_paragraph(paragraph, width_of, limit)]


def _break_paragraph(text: str, width_of: Callable[[str], float], limit: float) -> list[str]:
    lines: list[str] = []
    start = 0
    kept = {place for found in _WHOLE.finditer(text) for place in range(found.start() + 1, found.end())}
    remark = _LAST_REMARK.search(text)
    if remark and sum(map(width_of, remark.group(1))) <= limit:
        kept |= set(range(remark.start(1) + 1, remark.end(1)))
    while start < len(text):
        end = _line_end(text, start, kept, width_of, limit)
        lines.append(text[start:end].rstrip(" \u3000"))
        start = end
    return lines or [""]


def _line_end(text: str, start: int, kept: set[int], width_of: Callable[[str], float], limit: float) -> int:
    """Where the line that begins at ``start`` ends; at the places ``kept`` it does so only where there is no other."""
    taken = 0.0
    last_chance = start  # the last place where a line may end
    for place in range(start, len(text)):
        if place > start and place not in kept and may_break(text[place - 1], text[place]):
            last_chance = place
        taken += width_of(text[place])
        if taken > limit and text[place] not in BLANKS:
            return last_chance if last_chance > start else _forced_end(text, start, place)
    return len(text)


def _forced_end(text: str, start: int, place: int) -> int:
    """Where a word wider than the line is cut, so that no closing bracket goes alone to the next line."""
    hyphen = text.rfind("-", start + 1, place) + 1
    if hyphen > start + (place - start) // 2:
        return hyphen
    end = max(place, start + 1)
    while end > start + 1 and text[end] in NOT_FIRST:
        end -= 1
    return end
