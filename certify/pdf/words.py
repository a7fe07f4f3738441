"""The paper's words: labels in two languages, sentences in the paper's own, words for closed sets of codes."""

from __future__ import annotations

from dataclasses import dataclass

from certify.errors import Refused
from certify.foundation.messages import Language, has_text, signed_words, text
from certify.foundation.schemes import FIXED


@dataclass(frozen=True)
class Label:
    """What a field is called: in the paper's language, and beneath it in the other one."""

    first: str
    second: str


@dataclass(frozen=True)
class Words:
    """The catalogue ``paper`` in one language, with the other one at hand."""

    language: Language

    @property
    def other(self) -> Language:
        """The language of the small print beneath each label."""
        return Language.ENGLISH if self.language is Language.JAPANESE else Language.JAPANESE

    def say(self, key: str, /, **parameters: object) -> str:
        """A sentence in the paper's language."""
        return text(f"paper.{key}", self.language, **parameters)

    def label(self, key: str) -> Label:
        """A label, a heading or any other text that stands in both languages."""
        first, second = self.say(key), text(f"paper.{key}", self.other)
        return Label(first, "" if first == second else second)

    def code(self, kind: str, code: str) -> str:
        """The words for a code of a closed set. Raises Refused (``paper.unknown-word``) where this version has none."""
        key = f"paper.{kind}.{code}"
        if not has_text(key, self.language):
            raise Refused("paper", "unknown-word", key=f"{kind}.{code}")
        return text(key, self.language)

    def scheme(self, id_: str) -> str:
        """The words for an order of passes; a pattern of the operator's own is shown itself. Raises Refused as :meth:`code`."""
        if id_.startswith(FIXED):
            return self.say("scheme-fixed", pattern=id_.removeprefix(FIXED).upper())
        return self.code("scheme", id_)

    def signed(self, value: str) -> str:
        """What signed data say in words of their own, in the paper's language where it is known there."""
        return signed_words(value, self.language)

    def name(self, kind: str, code: str) -> str:
        """The words for a code of an open set, such as an agency's own policy: the code itself where there are none."""
        key = f"paper.{kind}.{code}"
        return text(key, self.language) if has_text(key, self.language) else code
