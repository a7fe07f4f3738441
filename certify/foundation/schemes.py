"""The named orders of passes, as data: ``schemes.toml`` beside this module has each with its source.

Who overwrites and who reads papers take them from here, so that a statement can't give a contract's name to other passes.
More passes are not stronger: NIST SP 800-88 calls for a single one. They are here because contracts ask for them, and
the text ``overwrite.more-passes`` says so to whoever chooses one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from certify.foundation.standards import complement_of

FIXED = "fixed-"
_COMPLEMENT = "complement"
_MOST_PATTERN_BYTES = 16
_FIXED = re.compile(rf"{FIXED}((?:[0-9a-f]{{2}}){{1,{_MOST_PATTERN_BYTES}}})")
_OWN_CHOICE = "a fixed pattern, the operator's choice"


@dataclass(frozen=True)
class Scheme:
    """An order of passes.

    Each pass is ``random`` or the hexadecimal digits of the bytes that are repeated over the medium. ``verify_each``:
    every pass is to be read back, not only the last. ``source`` cites where the order comes from.
    """

    id: str
    source: str
    passes: tuple[str, ...]
    verify_each: bool


@cache
def load_schemes() -> Mapping[str, Scheme]:
    """All named schemes by id, in the order of the file."""
    table = tomllib.loads(Path(__file__).with_name("schemes.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {id_: Scheme(id_, row["source"], tuple(_spelled(row["passes"])), row["verify_each"]) for id_, row in table.items()}
    )


def scheme_named(id_: str) -> Scheme | None:
    """A named scheme, or for ``fixed-`` and 1 to 16 bytes in lower-case hexadecimal digits one pass of that pattern."""
    fixed = _FIXED.fullmatch(id_)
    return Scheme(id_, _OWN_CHOICE, (fixed.group(1),), verify_each=False) if fixed else load_schemes().get(id_)


def _spelled(passes: Iterable[str]) -> Iterator[str]:
    """The passes with ``complement`` spelled out."""
    before = ""
    for pattern in passes:
        before = complement_of(before) if pattern == _COMPLEMENT else pattern
        yield before
