"""What can go wrong with papers."""

from __future__ import annotations

from certify.foundation.errors import HaikiError


class CertifyError(HaikiError):
    """Any failure of paper work."""


class Malformed(CertifyError):
    """Bytes that are not what they should be: unreadable, too large, or of another shape."""


class KeyProblem(CertifyError):
    """A key is missing, locked, in the wrong role or out of date."""


class Refused(CertifyError):
    """The paper would say more than is true, or would be issued twice."""
