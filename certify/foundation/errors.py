"""One form of error for both commands: a code with parameters, whose sentences stand in the catalogues.

A code is kebab-case and belongs to a room: ``HaikiError("probe", "no-such-drive", device="/dev/sdz")`` speaks the
texts ``probe.no-such-drive.what``, ``.why`` and ``.next``.
"""

from __future__ import annotations

import errno
import re
from enum import IntEnum

from certify.foundation.messages import Language, Words, has_text, text


class Exit(IntEnum):
    """Exit statuses. 0 to 2 and 5 are `erase`'s; `certify verify` has 0 valid, 1 invalid, 3 and 4 too.

    The last two are sysexits.h's: a crash must not look like the verdict 'invalid' (certify/ADR/0002-a-crash-is-no-verdict.md).
    """

    DONE = 0
    NOT_REACHED = 1
    REFUSED = 2
    UNREADABLE = 3
    CANNOT_TELL = 4
    INTERRUPTED = 5
    DEFECT = 70
    OUTPUT_LOST = 74


_FORMS = (
    (re.compile(r"Expected `str` of length <= (?P<most>\d+)"), "too-long"),
    (re.compile(r"Expected `(?:array|object)` of length <= (?P<most>\d+)"), "too-many"),
    (re.compile(r"Expected `(?:str|array|object)` of length >= \d+"), "too-short"),
    (re.compile(r"Expected `str` matching regex"), "characters"),
    (re.compile(r"Object contains unknown field `(?P<field>[^`]*)`"), "unknown-field"),
    (re.compile(r"Object missing required field `(?P<field>[^`]*)`"), "missing-field"),
    (re.compile(r"Expected `[^`]*`, got `"), "wrong-type"),
    (re.compile(r"Invalid enum value '?(?P<value>.*?)'?(?: - at|$)"), "not-one-of"),
)
_PLACE = re.compile(r" - at `(?:key in )?\$?\.?([^`]*)`$")


def system_reason(error: OSError) -> Words | str:
    """Why the operating system said no, in the reader's language; the error's own name where there are no words for it."""
    name = errno.errorcode.get(error.errno or 0)
    if name is None:
        return error.strerror or type(error).__name__
    return Words(f"system.{name}") if has_text(f"system.{name}", Language.JAPANESE) else name


def _named(place: str) -> Words | str:
    """A field as papers call it, where a person filled it in; else the way to it in the data."""
    key = f"form.at-{place.rpartition('.')[2].replace('_', '-')}"
    return Words(key) if has_text(key, Language.JAPANESE) else place


def form_problem(problem: str) -> Words | str:
    """What msgspec says of a value that has not the form it should have, in the reader's language.

    What it says otherwise is given as it is.
    """
    found = _PLACE.search(problem)
    place = _named(found.group(1)) if found and found.group(1) else Words("form.whole")
    for form, key in _FORMS:
        if said := form.match(problem):
            return Words(f"form.{key}", place=place, **said.groupdict())
    return problem


class HaikiError(Exception):
    """Something that a person must be told: what happened, why, and what to do next."""

    exit_status: Exit = Exit.REFUSED

    def __init__(self, room: str, code: str, /, **parameters: object) -> None:
        super().__init__(f"{room}.{code}", parameters)
        self.room = room
        self.code = code
        self.parameters = parameters

    def part(self, name: str, language: Language | None = None) -> str:
        """One of the three sentences: ``what``, ``why`` or ``next``."""
        return text(f"{self.room}.{self.code}.{name}", language, **self.parameters)

    def sentences(self, language: Language | None = None) -> tuple[str, str, str]:
        """What happened, why, what to do next."""
        return self.part("what", language), self.part("why", language), self.part("next", language)

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.room}.{self.code} {shown}".rstrip()
