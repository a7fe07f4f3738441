"""Looks at all that a value holds: fields, elements, and what its properties and methods without arguments give."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Set
from enum import Enum
from functools import cache, cached_property
from typing import Any

import msgspec

_DEEPEST = 12


@cache
def _names(kind: type) -> tuple[tuple[str, bool], ...]:
    """Public attributes of a type, and whether each must be called."""
    found: dict[str, bool] = {}
    if dataclasses.is_dataclass(kind):
        found |= {field.name: False for field in dataclasses.fields(kind)}
    elif issubclass(kind, msgspec.Struct):
        found |= dict.fromkeys(kind.__struct_fields__, False)
    for name, member in inspect.getmembers_static(kind):
        if isinstance(member, property | cached_property):
            found.setdefault(name, False)
        elif inspect.isfunction(member):
            needed = [one for one in list(inspect.signature(member).parameters.values())[1:] if one.default is one.empty]
            if not needed:
                found.setdefault(name, True)
    return tuple((name, called) for name, called in found.items() if not name.startswith("_"))


def leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Each simple value in ``value`` with its path. Raises what its properties raise."""
    if value is None or isinstance(value, bool | int | float | str | bytes | Enum):
        yield path, value
    elif depth == _DEEPEST:
        raise RecursionError(f"{path} is nested too deeply")
    elif isinstance(value, Mapping):
        for key, element in value.items():
            yield f"{path}{{}}", key
            yield from leaves(element, f"{path}{{{key!r}}}", depth + 1)
    elif isinstance(value, Set):
        for element in value:
            yield from leaves(element, f"{path}{{}}", depth + 1)
    elif isinstance(value, list | tuple):
        for place, element in enumerate(value):
            yield from leaves(element, f"{path}[{place}]", depth + 1)
    elif isinstance(value, BaseException):
        yield path, str(value)
    else:
        for name, called in _names(value.__class__):
            inner = getattr(value, name)
            yield from leaves(inner() if called else inner, f"{path}.{name}", depth + 1)


def texts(found: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """The texts among them; members of closed sets are ours, not the drive's."""
    return ((path, value) for path, value in found if isinstance(value, str) and not isinstance(value, Enum))


def trues(found: list[tuple[str, Any]]) -> frozenset[str]:
    """Where True stands."""
    return frozenset(path for path, value in found if value is True)
