"""Memory that a drive can read and write directly: page-aligned, outside Python's heap, comparable without the GIL."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress

_HUGE_PAGE = 2 << 20  # where the buffer begins
_ROOM = 4096  # cryptography's update_into wants up to 15 bytes behind the last one

_memcmp = ctypes.CDLL(None).memcmp  # lets go of the GIL; comparing memoryviews would hold it, and is a hundred times slower
_memcmp.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_memcmp.restype = ctypes.c_int


class Buffer:
    """An anonymous mapping of ``size`` bytes and a little room behind, in huge pages where the kernel has them.

    Huge pages make one I/O request of what else are several: half the processor time of the system's part (measured).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._map = mmap.mmap(-1, _HUGE_PAGE + size + _ROOM, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with suppress(OSError):  # a kernel without huge pages: the same, only slower
                self._map.madvise(mmap.MADV_HUGEPAGE)
        mapped_at = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        first = -mapped_at % _HUGE_PAGE
        self.view = memoryview(self._map)[first : first + size + _ROOM]
        self._address = mapped_at + first

    def repeats(self, period: bytes, start: int, length: int) -> bool:
        """Whether the ``length`` bytes from ``start`` on are ``period``, over and over.

        The first period is compared with what it should be, and everything with what stands one period before: half the
        memory traffic of comparing two buffers.
        """
        distance = len(period)
        if self.view[start : start + min(distance, length)] != period[:length]:
            return False
        here = self._address + start
        return length <= distance or bool(_memcmp(here, here + distance, length - distance) == 0)
