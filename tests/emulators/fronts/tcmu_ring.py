"""The shared ring of the kernel's TCMU (include/uapi/linux/target_core_user.h, version 2), on any buffer.

Commands are read in their order and may be completed in any: the kernel takes each completion from the slot at the tail, by the command
number that is written into it (flag TCMU_MAILBOX_FLAG_CAP_OOOC).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulators.scsi import cdb as cdbs
from emulators.scsi.interface import Reply

_TAIL = 64  # cmd_tail stands in a cache line of its own
_OP_PAD, _OP_CMD, _OP_TMR = 0, 1, 2
_OOOC, _READ_LEN, _TMR = 1, 2, 4  # mailbox flags
_UNKNOWN_OPERATION, _READ_LENGTH_VALID = 0x01, 0x02  # uflags
_IOVECS = 48  # bytes into a command entry
_SENSE_BYTES = 96


class RingError(Exception):
    """The kernel's ring is not one that we understand."""


@dataclass(frozen=True)
class Command:
    """A command the kernel wants to have executed."""

    number: int
    cdb: bytes
    data_out: bytes
    data_in: int
    places: tuple[tuple[int, int], ...]  # offset in the buffer and bytes, for what is read


@dataclass(frozen=True)
class TaskManagement:
    """The kernel gave up on commands: it aborted them or reset the unit (SAM-5 section 7)."""

    function: int  # 1 ABORT TASK, 5 LOGICAL UNIT RESET (target_core_user.h enum tcmu_tmr_type)
    numbers: tuple[int, ...]


class Ring:
    """One device's ring. Raises :class:`RingError` for a version or layout that is unknown."""

    def __init__(self, memory: mmap.mmap | bytearray, takes_data_out: Callable[[bytes], bool] = cdbs.takes_data_out) -> None:
        self._takes_data_out = takes_data_out
        self._memory = memory
        version, flags, self._offset, self._size = struct.unpack_from("<HHII", memory, 0)
        if version != 2 or flags & (_OOOC | _READ_LEN) != _OOOC | _READ_LEN:
            raise RingError(f"mailbox version {version}, flags {flags:#x}")
        self._seen = self._tail

    @property
    def _head(self) -> int:
        return int(struct.unpack_from("<I", self._memory, 12)[0])

    @property
    def _tail(self) -> int:
        return int(struct.unpack_from("<I", self._memory, _TAIL)[0])

    def _entry(self, position: int) -> tuple[int, int, int]:
        """Offset, length and operation of the entry at a position."""
        at = self._offset + position
        word = struct.unpack_from("<I", self._memory, at)[0]
        if not word & ~7:
            raise RingError("an entry of no length")
        return at, word & ~7, word & 7

    def arrived(self) -> Iterator[Command | TaskManagement]:
        """What came since the last call. An operation that is unknown is answered here, as the interface wants."""
        while self._seen != self._head:
            at, length, operation = self._entry(self._seen)
            self._seen = (self._seen + length) % self._size
            if operation == _OP_CMD:
                yield self._command(at)
            elif operation == _OP_TMR:
                function, count = self._memory[at + 8], struct.unpack_from("<I", self._memory, at + 12)[0]
                yield TaskManagement(function, struct.unpack_from(f"<{count}H", self._memory, at + 32))
            elif operation != _OP_PAD:
                self._memory[at + 7] |= _UNKNOWN_OPERATION
        self._skip()

    def _command(self, at: int) -> Command:
        number = struct.unpack_from("<H", self._memory, at + 4)[0]
        vectors, _, _, cdb_at = struct.unpack_from("<III4xQ", self._memory, at + 8)
        cdb = bytes(self._memory[cdb_at : cdb_at + cdbs.length(bytes(self._memory[cdb_at : cdb_at + 8]))])
        places = tuple(struct.unpack_from("<QQ", self._memory, at + _IOVECS + 16 * index) for index in range(vectors))
        if self._takes_data_out(cdb):
            data = b"".join(self._memory[start : start + size] for start, size in places)
            return Command(number, cdb, data, 0, ())
        return Command(number, cdb, b"", sum(size for _, size in places), places)

    def complete(self, command: Command, reply: Reply) -> None:
        """Gives a command back to the kernel: its data first, then its slot."""
        data = reply.data[: command.data_in]
        written = 0
        for start, size in command.places:
            piece = data[written : written + size]
            self._memory[start : start + len(piece)] = piece
            written += len(piece)
        self._skip()
        at, length, _ = self._entry(self._tail)
        struct.pack_into("<HBB", self._memory, at + 4, command.number, 0, _READ_LENGTH_VALID if command.data_in else 0)
        struct.pack_into("<BBHI", self._memory, at + 8, reply.status, 0, 0, len(data))
        self._memory[at + 16 : at + 16 + _SENSE_BYTES] = reply.sense[:_SENSE_BYTES].ljust(_SENSE_BYTES, b"\0")
        self._advance(length)
        self._skip()

    def _skip(self) -> None:
        """The tail passes what is no command."""
        while self._tail != self._seen:
            _, length, operation = self._entry(self._tail)
            if operation == _OP_CMD:
                return
            self._advance(length)

    def _advance(self, length: int) -> None:
        struct.pack_into("<I", self._memory, _TAIL, (self._tail + length) % self._size)
