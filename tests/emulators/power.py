"""The supply of an emulated drive: it can fail before any physical step, at the one that a test names."""

from __future__ import annotations


class PowerCut(Exception):
    """The drive has no power. What it was doing ends here; what physics left behind stays."""


class Power:
    """Counts physical steps (program a page, erase a block, destroy a key); ``cut_after(n)`` lets n more happen and no other."""

    def __init__(self) -> None:
        self.is_on = True
        self.steps = 0  # steps that happened since the drive was made
        self.names: list[str] = []  # of the steps since ``cut_after`` or ``record`` was called, for a test that walks them
        self._left: int | None = None
        self._records = False

    def step(self, name: str) -> None:
        """Goes before each physical change. Raises PowerCut where the change must not happen any more."""
        if self._left == 0:
            self.is_on = False
        if not self.is_on:
            raise PowerCut(name)
        if self._left is not None:
            self._left -= 1
        self.steps += 1
        if self._records:
            self.names.append(name)

    def record(self) -> None:
        """Keeps the names of the steps from here on."""
        self._records, self.names = True, []

    def cut_after(self, steps: int) -> None:
        self._left = steps

    def cut(self) -> None:
        """Now."""
        self.is_on = False

    def restore(self) -> None:
        self.is_on, self._left = True, None
