"""When two entries name one person: the rule of two pairs of eyes, the same at the drive and on paper."""

from __future__ import annotations

import unicodedata
from typing import Protocol


class Named(Protocol):
    """Whoever takes part; what is not known of them is None."""

    @property
    def id(self) -> str:
        """By which records name them."""
        ...

    @property
    def name(self) -> str | None:
        """By which papers name them."""
        ...

    @property
    def organisation(self) -> str | None:
        """Where they belong."""
        ...


def folded(text: str) -> str:
    """For comparing people: compatibility forms and case folded, blanks and invisible characters left out."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in plain if unicodedata.category(character)[0] not in "CZ")


def same_spelling(organisation: str) -> str:
    """For comparing organisations: compatibility forms made one, blanks left out."""
    return "".join(unicodedata.normalize("NFKC", organisation).split())


def same_person(one: Named, other: Named) -> bool:
    """Whether the ids read alike, or the names do within one organisation."""
    same_name = one.name and other.name and folded(one.name) == folded(other.name)
    same_place = folded(one.organisation or "") == folded(other.organisation or "")
    return folded(one.id) == folded(other.id) or bool(same_name and same_place)
