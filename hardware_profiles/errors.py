"""The one error of this room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class ProfileError(Exception):
    """A profile can't be read. For whoever wrote it: names the file, the entry and the key, and what is allowed there."""

    file: str
    entry: str  # the profile's name, or "profile 3" where it has none, or "" for the file itself
    key: str  # "match.model"; "" for the entry itself
    problem: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.entry, self.key, self.problem) if part)
