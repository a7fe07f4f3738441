"""One form of error for both commands: a code with parameters, whose sentences stand in the catalogues.

A code is kebab-case and belongs to a room: ``HaikiError("probe", "no-such-drive", device="/dev/sdz")`` speaks the
texts ``probe.no-such-drive.what``, ``.why`` and ``.next``.
"""

from __future__ import annotations

from enum import IntEnum

from certify.foundation.messages import Language, text


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
