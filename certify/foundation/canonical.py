"""One form of bytes for one JSON value, for files that are hashed. What is signed is these bytes, never an object."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_WHAT_IT_HOLDS = "canonical JSON holds objects, lists, strings, integers, booleans and null"


# far more than any file of ours has; without it, how deep is too deep would depend on who calls
DEEPEST = 64


def _check(value: object, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"nested more than {DEEPEST} deep")
    if isinstance(value, float):
        raise TypeError(f"{_WHAT_IT_HOLDS}, not {value!r}")
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be a string, not {key!r}")
            _check(member, depth + 1)
    elif isinstance(value, (list, tuple)):
        for member in value:
            _check(member, depth + 1)


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no blanks, UTF-8, no floating-point numbers (their text differs among writers).

    Raises TypeError for anything else than objects, lists, strings, integers, booleans and null, ValueError for a string
    with half a surrogate pair (UTF-8 has no bytes for it) and for what is nested more than 64 deep.
    """
    _check(value, 0)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
