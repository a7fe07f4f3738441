"""Reading what stands where in a structure that a drive sent. What isn't there is None; nothing raises, whatever the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeVar

Member = TypeVar("Member", bound=Enum)


@dataclass(frozen=True)
class Fields:
    """Numbers, bits and texts of a structure by their byte offsets. A field that the data doesn't reach, even in part, is None."""

    data: bytes
    order: Literal["big", "little"]

    def raw(self, offset: int, length: int) -> bytes | None:
        """``length`` bytes as they stand."""
        found = self.data[offset : offset + length]
        return found if len(found) == length else None

    def number(self, offset: int, length: int = 1) -> int | None:
        """An unsigned number."""
        found = self.raw(offset, length)
        return None if found is None else int.from_bytes(found, self.order)

    def told(self, offset: int, length: int) -> int | None:
        """A number of which the standard says that 0 means "not told"."""
        return self.number(offset, length) or None

    def bits(self, offset: int, high: int, low: int, length: int = 1) -> int | None:
        """Bits ``high`` to ``low`` of the number at ``offset``."""
        found = self.number(offset, length)
        return None if found is None else found >> low & (1 << high - low + 1) - 1

    def flag(self, offset: int, bit: int, length: int = 1) -> bool | None:
        """One bit of the number at ``offset``."""
        found = self.bits(offset, bit, bit, length)
        return None if found is None else found == 1

    def text(self, offset: int, length: int) -> str | None:
        """A padded text; None where it is cut off or holds nothing but padding."""
        found = self.raw(offset, length)
        return None if found is None else plain_text(found)


def plain_text(raw: bytes) -> str | None:
    """Padded ASCII without its padding, other bytes as backslash escapes; None where nothing else stands there.

    The same bytes always give the same text, and two different texts never look alike.
    """
    stripped = raw.strip(b" \0")
    if not stripped:
        return None
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in stripped)


def is_plain(raw: bytes) -> bool:
    """Whether a text field holds printable ASCII, padded with blanks or NULs, as each standard demands."""
    return all(0x20 <= byte < 0x7F for byte in raw.rstrip(b"\0"))


def is_blank(data: bytes) -> bool:
    """Whether these bytes say nothing: none at all, all 00h or all FFh (what a dead link or a missing page gives)."""
    return not data.strip(b"\0") or not data.strip(b"\xff")


def is_all_ones(data: bytes) -> bool:
    """Whether there is nothing but FFh: what a dead link gives where zeros would be an honest answer."""
    return bool(data) and not data.strip(b"\xff")


def member(kind: type[Member], code: object) -> Member | None:
    """The member of a closed set that has this code; None where none has it, and for None."""
    try:
        return kind(code)
    except ValueError:
        return None


def fit(value: int, bits: int, name: str) -> int:
    """``value``, which must fit into ``bits`` bits. Raises ValueError: the caller's mistake, never the drive's."""
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{name} {value} does not fit into {bits} bits")
    return value
