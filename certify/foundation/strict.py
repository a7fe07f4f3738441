"""Reading signed JSON: one shape, one form of bytes, a size that was agreed upon. Anything else is refused.

The canonical form is demanded, because two forms of one value are room for a lie: a duplicate key that one reader sees
and another does not, a number written so that programs disagree about it.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from certify.foundation.canonical import canonical_json

T = TypeVar("T")


class NotStrict(ValueError):
    """The bytes are too many, not JSON, of another shape, or not in canonical form. The text says which, in English."""


def to_canonical(value: object) -> bytes:
    """The canonical bytes of a msgspec Struct (or of anything that canonical JSON holds)."""
    return canonical_json(msgspec.to_builtins(value))


def read_strict(data: bytes, shape: type[T], limit: int) -> T:
    """The value of these bytes. Raises NotStrict unless they are canonical JSON of that shape, at most ``limit`` bytes."""
    if len(data) > limit:
        raise NotStrict(f"{len(data)} bytes, {limit} are allowed")
    try:
        value = msgspec.json.decode(data, type=shape)
        again = to_canonical(value)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise NotStrict(str(error)) from error
    if again != data:
        raise NotStrict("not in canonical form")
    return value
