"""Texts from drives, bridges, file systems and firmware made safe to keep and to show.

Whoever made a drive, a partition name or a mount point may have put anything into it: escape sequences for terminals,
marks that turn the reading direction, bytes that are no UTF-8, a megabyte. None of that reaches a screen or a paper.
"""

from __future__ import annotations

import unicodedata

TEXT_LIMIT = 255  # characters; the longest honest name is a path component

# Control, format (bidirectional marks, zero-width), surrogate, private use, unassigned; line and paragraph separators
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _shown(character: str) -> str:
    return _escaped(character) if unicodedata.category(character) in _UNSAFE else character


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def clean(raw: bytes | str, limit: int = TEXT_LIMIT) -> str:
    """``raw`` without padding, every unsafe character written as a backslash escape, at most ``limit`` characters.

    The same bytes always give the same text. A text that was cut ends with an ellipsis.
    """
    text = raw[: 4 * limit + 1].decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw[: limit + 1]
    whole = "".join(_shown(character) for character in text.strip(" \t\r\n\0"))
    return whole if len(whole) <= limit else whole[: limit - 1] + "…"


def known(raw: bytes | str | None) -> str | None:
    """``clean(raw)``, or None where it names nothing: empty, or nothing but zeros or nothing but FFs."""
    text = clean(raw) if raw is not None else ""
    digits = {digit for digit in text.lower().removeprefix("0x") if digit not in " -."}
    return text if digits - {"0"} and digits - {"f"} else None


def plain_name(raw: bytes | str | None) -> str | None:
    """``known(raw)`` in plain ASCII with single blanks, as standards have serial numbers (ACS-4 3.3.10, SPC-4 4.3.1).

    What else stands there is written as an escape: two names that look alike on paper are one.
    """
    text = known(raw)
    if text is None:
        return None
    return " ".join("".join(sign if sign.isascii() else _escaped(sign) for sign in text).split())[:TEXT_LIMIT].rstrip()
