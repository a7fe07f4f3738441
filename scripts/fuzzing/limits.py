"""How long and how much memory one input may take."""

from __future__ import annotations

import os
import resource
import signal
from types import FrameType, TracebackType

SECONDS = 1.0  # of this process's own time, so that a loaded machine finds nothing slow
GROWTH = 64 << 20  # bytes of address space

_PAGE = os.sysconf("SC_PAGE_SIZE")


class TooSlow(BaseException):
    """The time is over. No ``except Exception`` catches it."""


class Limits:
    """Within it TooSlow is raised after :data:`SECONDS`, and MemoryError when :data:`GROWTH` would be exceeded."""

    def __init__(self) -> None:
        self._statm = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        self._before = resource.getrlimit(resource.RLIMIT_AS)
        self._armed = False
        signal.signal(signal.SIGPROF, self._over)

    def __enter__(self) -> None:
        size = int(os.pread(self._statm, 64, 0).split(b" ", 1)[0]) * _PAGE
        self._armed = True
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (size + GROWTH, self._before[1]))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._armed = False
        resource.setrlimit(resource.RLIMIT_AS, self._before)
        signal.setitimer(signal.ITIMER_PROF, 0)

    def close(self) -> None:
        """Gives back what it holds."""
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        os.close(self._statm)

    def _over(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's signature
        if self._armed:  # else it came when the work was just done
            raise TooSlow
