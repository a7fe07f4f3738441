"""Identifiers: 128 random bits in Crockford base32 behind a prefix that says what is named."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26  # ceil(128 / 5)


class Prefix(StrEnum):
    """What an id names."""

    JOB = "J"
    CERTIFICATE = "C"
    ORDER = "O"
    ASSET = "A"
    STATION = "S"


ID_PATTERN = r"[JCOAS]-[0-7][0-9A-HJKMNP-TV-Z]{25}"
_ID = re.compile(ID_PATTERN)


def encode(prefix: Prefix, value: bytes) -> str:
    """The id of sixteen bytes. Raises ValueError for any other length."""
    if len(value) != 16:
        raise ValueError(f"an id has 16 bytes, not {len(value)}")
    number = int.from_bytes(value, "big")
    digits = [_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(_LENGTH))]
    return f"{prefix.value}-{''.join(digits)}"


def new_id(prefix: Prefix, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A fresh id from ``random_bytes(16)``."""
    return encode(prefix, random_bytes(16))


def is_id(text: str, prefix: Prefix | None = None) -> bool:
    """Whether the text is an id in its one written form (and of that kind)."""
    return _ID.fullmatch(text) is not None and (prefix is None or text[0] == prefix.value)


def decode(identifier: str) -> bytes:
    """The sixteen bytes of an id. Raises ValueError for anything that is no id in its one written form."""
    if not is_id(identifier):
        raise ValueError(f"no id: {identifier!r}")
    number = 0
    for digit in identifier[2:]:
        number = number << 5 | _ALPHABET.index(digit)
    return number.to_bytes(16, "big")
