"""Sentences for people, from gettext catalogues: Japanese first, English second.

A key is ``domain.name``; the domain is the room that speaks (``probe``, ``planner``, ``verify`` ...) and has one
catalogue a language under ``erase/locale`` or ``certify/locale``. Placeholders are named, in braces.
"""

from __future__ import annotations

import gettext
import string
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
LOCALE_FOLDERS = (_PROJECT / "erase" / "locale", _PROJECT / "certify" / "locale")


class Language(StrEnum):
    """The languages of screens and papers."""

    JAPANESE = "ja"
    ENGLISH = "en"


_BETWEEN = {Language.JAPANESE: "、", Language.ENGLISH: ", "}  # the members of a list
_BETWEEN_CLAUSES = {Language.JAPANESE: "、", Language.ENGLISH: "; "}


class MissingText(KeyError):
    """A key without a sentence: a defect of the catalogues, which a test finds."""


def choose_language(option: str | None, environment: Mapping[str, str]) -> Language:
    """``--lang``, then ``HAIKI_LANG``, then the locale; C, POSIX, none and unknown ones mean Japanese."""
    locale_names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    for wish in (option, environment.get("HAIKI_LANG"), next((name for name in locale_names if name), None)):
        if wish:
            return Language.ENGLISH if wish.lower().startswith("en") else Language.JAPANESE
    return Language.JAPANESE


_chosen = [Language.JAPANESE]


def set_language(language: Language) -> None:
    """The language of this process's screens. Papers name theirs with each text."""
    _chosen[0] = language


def current_language() -> Language:
    """The language that :func:`text` speaks when none is named."""
    return _chosen[0]


class _NoSentence(gettext.NullTranslations):
    """What a catalogue falls back to: never to the key itself, which may well be the sentence ("commands")."""

    def gettext(self, message: str) -> str:
        raise MissingText(message)


@cache
def _catalogue(domain: str, language: Language) -> gettext.NullTranslations:
    for folder in LOCALE_FOLDERS:
        path = folder / language.value / "LC_MESSAGES" / f"{domain}.mo"
        if path.exists():
            with path.open("rb") as stream:
                catalogue = gettext.GNUTranslations(stream)
            catalogue.add_fallback(_NoSentence())
            return catalogue
    raise MissingText(f"no {language.value} catalogue for {domain} (scripts/setup compiles them)")


class Words:
    """Words inside a sentence, given as a parameter by their key: they are spoken in the language of the sentence."""

    __slots__ = ("key", "parameters")

    def __init__(self, key: str, /, **parameters: object) -> None:
        self.key = key
        self.parameters = parameters

    def __repr__(self) -> str:
        return f"{self.key}{self.parameters or ''}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.key, self.parameters) == (other.key, other.parameters)

    __hash__ = None  # type: ignore[assignment]


def _spoken(parameter: object, language: Language) -> object:
    if isinstance(parameter, Words):
        return text(parameter.key, language, **parameter.parameters)
    if isinstance(parameter, tuple):
        return _BETWEEN[language].join(str(_spoken(member, language)) for member in parameter)
    return parameter


def has_text(key: str, language: Language) -> bool:
    """Whether the catalogues have a sentence for this key."""
    try:
        text(key, language)
    except MissingText:
        return False
    except KeyError:
        return True
    return True


def signed_words(value: str, language: Language) -> str:
    """A sentence of signed data (an edition, a clause, a source) as the reader's language says it.

    The catalogue ``signed`` has it under the signed words themselves, several in a row parted by ``; ``. What the
    catalogue lacks, such as the clause of an agency's own policy, is given as it was signed.
    """
    parts = [value] if has_text(f"signed.{value}", language) else value.split("; ")
    said = [text(f"signed.{part}", language) if has_text(f"signed.{part}", language) else part for part in parts]
    return _BETWEEN_CLAUSES[language].join(said)


def text(key: str, language: Language | None = None, /, **parameters: object) -> str:
    """The sentence of a key, its named placeholders filled in. Raises MissingText, or KeyError for a placeholder.

    A parameter that is a tuple is listed as the language lists; :class:`Words` are spoken in it.
    """
    domain, _, name = key.partition(".")
    spoken = language or _chosen[0]
    try:
        # the empty name would give gettext's own header
        sentence = _catalogue(domain, spoken).gettext(name or "-")
    except MissingText as missing:
        raise MissingText(f"{key} has no {spoken.value} text: {missing.args[0]}") from missing
    return string.Formatter().vformat(sentence, (), {name: _spoken(value, spoken) for name, value in parameters.items()})
