"""How a command is refused, from deep within."""

from __future__ import annotations

from emulators.ata.registers import ERROR_ABORT, STATUS_ERROR, STATUS_READY, Outcome


class Refused(Exception):
    """The command ends with ERR set, and nothing was done."""

    def __init__(self, error: int = ERROR_ABORT, *, lba: int = 0, count: int = 0) -> None:
        super().__init__(error)
        self.outcome = Outcome(status=STATUS_READY | STATUS_ERROR, error=error, lba=lba, count=count)


def require(condition: object, error: int = ERROR_ABORT) -> None:
    """Refuses what doesn't hold."""
    if not condition:
        raise Refused(error)
