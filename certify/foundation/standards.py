"""The standards that are claimed or followed, as data: ``standards.toml`` beside this module has their editions and tables.

Who claims and who reads papers take them from here, so that a statement can't cite a standard, an edition or a clause that
does not say what is claimed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import msgspec


class Method(StrEnum):
    """What a certificate claims (消去区分), weakest first: NIST SP 800-88, IEEE 2883."""

    NONE = "none"
    CLEAR = "clear"
    PURGE = "purge"
    DESTROY = "destroy"

    @property
    def rank(self) -> int:
        """Place in the order none < clear < purge < destroy."""
        return list(Method).index(self)


class Basis(StrEnum):
    """The tables that a claim can be read from."""

    NIST_800_88_R1 = "nist-800-88r1"
    NIST_800_88_R2_IEEE_2883 = "nist-800-88r2-ieee-2883-2022"


class Condition(StrEnum):
    """What a row of a table may ask of the work that was done."""

    TWO_COMPLEMENTARY_PASSES = "two-complementary-passes"  # a fixed pattern, then its complement


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a standard's table. ``condition`` unmet: no claim at all."""

    technique: str
    media: frozenset[str]
    method: Method
    clause: str
    buses: frozenset[str] | None = None  # None: on any
    condition: Condition | None = None


class Standard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A standard's name and edition as printed, and its table."""

    standard: str
    edition: str
    withdrawn: bool  # its publisher no longer stands by it
    text_was_read: bool  # False: known by public secondary sources only, and the printed edition says so
    row: tuple[Row, ...]


@cache
def standards() -> Mapping[Basis, Standard]:
    """All of them, in the order of the file."""
    tree = tomllib.loads(Path(__file__).with_name("standards.toml").read_text(encoding="utf-8"))
    return MappingProxyType(msgspec.convert(tree, dict[Basis, Standard]))


def basis_of(standard: str, edition: str) -> Basis:
    """The table whose printed name and edition these are. Raises LookupError for any others."""
    for basis, known in standards().items():
        if (known.standard, known.edition) == (standard, edition):
            return basis
    raise LookupError(f"{standard} {edition}")


_TELLABLE = frozenset({"magnetic", "flash"})


def rows_for(basis: Basis, technique: str, media: str, bus: str) -> tuple[Row, ...]:
    """What the table says of a technique on such a drive; nothing where it says nothing.

    A medium that is unknown or mixed may be any of the kinds: the rows of all of them hold together.
    """
    kinds = {media} & _TELLABLE or _TELLABLE
    return tuple(
        row
        for row in standards()[basis].row
        if row.technique == technique and row.media & kinds and (row.buses is None or bus in row.buses)
    )


def clause_of(rows: Iterable[Row]) -> str:
    """How the clauses of these rows are cited on paper."""
    return "; ".join(row.clause for row in rows)


def conditions_met(passes: Sequence[str]) -> frozenset[Condition]:
    """Which conditions these passes fulfil: each ``random`` or the hexadecimal digits of the bytes that are repeated."""
    met = any("random" not in pair and pair[1].lower() == complement_of(pair[0]) for pair in pairwise(passes))
    return frozenset({Condition.TWO_COMPLEMENTARY_PASSES} if met else ())


def complement_of(pattern: str) -> str:
    """Every bit of a pattern turned over, in hexadecimal digits."""
    return bytes(byte ^ 0xFF for byte in bytes.fromhex(pattern)).hex()
