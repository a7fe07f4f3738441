"""Transports to a drive in the same process, with a link that can fail as real ones do.

The drive is any object with the raw interface of its family; this module knows none. What the link does wrong is told by
:class:`LinkFault`, what the drive does wrong is the drive's own affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from erase.commands.wire import AtaAnswer, MmcAnswer, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.transports.ioctls import wire_error

_Command = TypeVar("_Command")
_Answer = TypeVar("_Answer")


@unique
class Trouble(StrEnum):
    """What a link can do to a command."""

    TIME_OUT = "time-out"
    NO_DEVICE = "no-device"
    HOST_ERROR = "host-error"
    SHORT_DATA = "short-data"  # half of the data arrives
    SENSE_TRUNCATED = "sense-truncated"  # SCSI: eight bytes of sense data arrive
    REGISTERS_LOST = "registers-lost"  # ATA: the registers don't arrive


@dataclass(frozen=True)
class LinkFault:
    """One trouble of the link."""

    trouble: Trouble
    first: int = 0  # the number of the first command it befalls, from 0
    last: int | None = None  # and of the last; None: all from then on
    reaches: bool = False  # whether the command reached the drive all the same, so that the drive obeyed and only the answer got lost

    def befalls(self, number: int) -> bool:
        """Whether it happens to the command of this number."""
        return number >= self.first and (self.last is None or number <= self.last)


class Loopback(Generic[_Command, _Answer]):
    """A transport of any family over ``execute``, which gets the command and the seconds that are waited for it.

    It may raise one of ``silent`` (no answer comes in time) or ``gone`` (no drive there).
    ``after_time_out`` is called when a command timed out, as the kernel resets the link then.
    """

    def __init__(
        self,
        execute: Callable[[_Command, float], _Answer],
        *,
        device: str = "loopback",
        faults: tuple[LinkFault, ...] = (),
        silent: tuple[type[Exception], ...] = (),
        gone: tuple[type[Exception], ...] = (),
        after_time_out: Callable[[], None] | None = None,
    ) -> None:
        self._execute = execute
        self._device = device
        self._faults = faults
        self._silent = silent
        self._gone = gone
        self._after_time_out = after_time_out
        self._count = 0

    def send(self, command: _Command, timeout: float) -> _Answer:
        """Sends one command and waits for its end. Raises TransportError: time-out, no-device, host-error."""
        troubles = [fault for fault in self._faults if fault.befalls(self._count)]
        self._count += 1
        for fault in troubles:
            if fault.trouble in _FATAL:
                if fault.reaches:
                    self._ask(command, timeout)
                self._fail(fault.trouble, command, timeout)
        answer = self._ask(command, timeout)
        for fault in troubles:
            answer = _spoilt(answer, fault.trouble)
        return answer

    def _ask(self, command: _Command, timeout: float) -> _Answer:
        try:
            return self._execute(command, timeout)
        except self._silent:
            self._fail(Trouble.TIME_OUT, command, timeout)
        except self._gone:
            self._fail(Trouble.NO_DEVICE, command, timeout)

    def _fail(self, trouble: Trouble, command: _Command, timeout: float) -> NoReturn:
        if trouble is Trouble.TIME_OUT and self._after_time_out is not None:
            self._after_time_out()
        parts: tuple[Any, ...] = command if isinstance(command, tuple) else (command,)
        raise wire_error(trouble.value, self._device, " + ".join(part.name for part in parts), timeout, "loopback") from None


_FATAL = frozenset({Trouble.TIME_OUT, Trouble.NO_DEVICE, Trouble.HOST_ERROR})


def _spoilt(answer: _Answer, trouble: Trouble) -> _Answer:
    """The answer as a bad link delivers it; a trouble that this family can't have leaves it as it is."""
    spoilt: Any = answer
    if isinstance(answer, tuple):
        spoilt = tuple(_spoilt(part, trouble) for part in answer)
    elif trouble is Trouble.SHORT_DATA and isinstance(answer, ScsiAnswer | AtaAnswer | NvmeAnswer | MmcAnswer):
        spoilt = replace(answer, data=answer.data[: len(answer.data) // 2])
    elif trouble is Trouble.SENSE_TRUNCATED and isinstance(answer, ScsiAnswer):
        spoilt = replace(answer, sense=answer.sense[:8])
    elif trouble is Trouble.REGISTERS_LOST and isinstance(answer, AtaAnswer):
        spoilt = replace(answer, registers=None)
    fine: _Answer = spoilt
    return fine


class _Reply(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def data(self) -> bytes: ...
    @property
    def sense(self) -> bytes: ...


def raw_scsi(execute: Callable[[bytes, bytes, int], _Reply]) -> Callable[[ScsiCommand, float], ScsiAnswer]:
    """What :class:`Loopback` takes, from a drive that takes a CDB, data out and the number of bytes that may come in, and is never late."""

    def ask(command: ScsiCommand, _timeout: float) -> ScsiAnswer:
        reply = execute(command.cdb, command.data_out, command.data_in)
        return ScsiAnswer(reply.status, reply.data[: command.data_in], reply.sense)

    return ask


def submission_entry(command: NvmeCommand) -> bytes:
    """The 64 bytes of a submission queue entry (NVMe Base 2.0 figure 87) without identifier and pointers."""
    words = [command.opcode, command.nsid, command.cdw2, command.cdw3, 0, 0, 0, 0, 0, 0]
    words += [command.cdw10, command.cdw11, command.cdw12, command.cdw13, command.cdw14, command.cdw15]
    return b"".join(word.to_bytes(4, "little") for word in words)
