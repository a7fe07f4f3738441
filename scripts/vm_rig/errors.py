"""What the rig says when it can't do what it was asked for."""

from __future__ import annotations


class CannotRun(Exception):
    """Bad usage, or this machine lacks something: what happened, why, and what to do next. Exit status 2."""

    def __init__(self, what: str, why: str, following: str) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.following = following

    def __str__(self) -> str:
        return f"{self.what}\n  why:  {self.why}\n  next: {self.following}"
