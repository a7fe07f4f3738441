"""What can go wrong at the drive. Each kind says whose word it is: the wire's, the drive's, the rules' or the job's."""

from __future__ import annotations

from certify.foundation.errors import Exit, HaikiError


class EraseError(HaikiError):
    """Any failure of drive work."""


class TransportError(EraseError):
    """The wire failed: nothing is known about what the drive did."""


class DeviceError(EraseError):
    """The drive answered, and said no."""


class NotSupported(EraseError):
    """The drive can't do what was asked."""


class Refused(EraseError):
    """We won't: the rules forbid it. Nothing was written."""


class JobError(EraseError):
    """The job folder can't be used: damaged, foreign, or in use."""


class Interrupted(EraseError):
    """The job stopped before its end and can be resumed."""

    exit_status = Exit.INTERRUPTED
