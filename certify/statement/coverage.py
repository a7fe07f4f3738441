"""How far a verification reached, read off the statement."""

from __future__ import annotations

from certify.statement.model import Erasure


def compared_in_part(erasure: Erasure) -> bool:
    """Whether the verification says nothing about some sectors that its kind would have to reach."""
    check = erasure.verification
    if check.kind == "none":
        return False
    failing = erasure.exception_sectors > 0 or check.unreadable_sectors > 0
    return failing or (check.kind == "full" and check.bytes_compared < erasure.drive.size)
