"""What every emulated SCSI logical unit looks like from outside: a CDB and data go in; status, data and sense come out."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from emulators.clock import Clock

# SAM-5 table 41
GOOD = 0x00
CHECK_CONDITION = 0x02
BUSY = 0x08
RESERVATION_CONFLICT = 0x18
TASK_ABORTED = 0x40


class NoReply(Exception):
    """The device server never answers: hung, without power, or the command got lost. Whoever carries commands lets it time out."""


class Unplugged(Exception):
    """There is no device any more."""


@dataclass(frozen=True)
class Reply:
    """The end of a command (SAM-5 section 5.3)."""

    status: int = GOOD
    data: bytes = b""  # at most ``data_in`` bytes
    sense: bytes = b""  # fixed or descriptor format


# a command under way: it yields when to look again, in seconds of the drive's clock, and returns its reply; infinity: it will never end
Work = Generator[float, None, Reply]


class LogicalUnit(Protocol):
    """One logical unit behind one target port."""

    @property
    def clock(self) -> Clock:
        """The drive's time."""

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        """Begins a command; ``data_in`` is the number of bytes that the initiator can take. Raises NoReply, Unplugged when looked at."""

    def execute(self, cdb: bytes, data_out: bytes, data_in: int) -> Reply:
        """Does one command to its end, sleeping by the drive's clock. Raises NoReply, Unplugged."""

    def takes_data_out(self, cdb: bytes) -> bool:
        """Which way its data goes, for fronts that are not told."""

    def reset(self) -> None:
        """The link was reset, as after a time-out: what runs may be aborted by it."""


def to_the_end(work: Work, clock: Clock) -> Reply:
    """Waits for a command, however long it takes. Raises NoReply where it will never end."""
    while True:
        try:
            due = next(work)
        except StopIteration as end:
            reply: Reply = end.value
            return reply
        if math.isinf(due):
            work.close()
            raise NoReply
        clock.sleep(max(0.0, due - clock.now()))
