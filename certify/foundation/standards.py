"""The editions of the standards that are claimed or followed: the one place where they stand. Printed on each certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


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


@dataclass(frozen=True)
class Edition:
    """A standard's name and edition as printed. ``withdrawn``: its publisher no longer stands by it."""

    standard: str
    edition: str
    withdrawn: bool
    text_was_read: bool  # False: known by public secondary sources only, and the printed edition says so


EDITIONS: Mapping[Basis, Edition] = MappingProxyType(
    {
        Basis.NIST_800_88_R1: Edition("NIST SP 800-88", "Rev. 1 (2014-12, withdrawn 2025-09-26)", withdrawn=True, text_was_read=True),
        Basis.NIST_800_88_R2_IEEE_2883: Edition(
            "NIST SP 800-88, IEEE 2883",
            "Rev. 2 (2025-09-26), 2883-2022, by public secondary sources",
            withdrawn=False,
            text_was_read=False,
        ),
    }
)

# the editions of the policies that come with the program; their files must name the same
POLICY_EDITIONS: Mapping[str, str] = MappingProxyType(
    {
        "mic-2020": "令和2年12月改定 (2020-12)",
        "nist-800-88r1": "Rev. 1 (2014-12, withdrawn 2025-09-26)",
        "nist-800-88r2-ieee-2883-2022": "Rev. 2 (2025-09-26), 2883-2022",
    }
)


def basis_of(standard: str, edition: str) -> Basis:
    """The table whose printed name and edition these are. Raises LookupError for any others."""
    for basis, known in EDITIONS.items():
        if (known.standard, known.edition) == (standard, edition):
            return basis
    raise LookupError(f"{standard} {edition}")
