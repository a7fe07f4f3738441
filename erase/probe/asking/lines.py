"""A line to one drive: sends one question after the other, and keeps a record of what was not answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypeVar

from erase.drive.facts import Identity
from erase.drive.report import Doubt, Part, SelfReport, Unseen, Way, WhyUnseen
from erase.errors import NotSupported, TransportError

# Seconds for one question. A sleeping disk spins up for up to 25 s before it tells of its health; and when a time-out comes, the kernel
# resets the link, which nobody should do to a drive without need
PATIENCE = 30.0

_BY_ERROR = {
    "time-out": WhyUnseen.SILENT,
    "not-permitted": WhyUnseen.NOT_PERMITTED,
}

_ENDS = frozenset({"time-out", "no-device"})

_Command_contra = TypeVar("_Command_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)
_Sent = TypeVar("_Sent")
_Heard = TypeVar("_Heard")


class Transport(Protocol[_Command_contra, _Answer_co]):
    """What all transports look like."""

    def send(self, command: _Command_contra, timeout: float) -> _Answer_co:
        """Sends one command and waits for its end."""


class HangingUp(Generic[_Sent, _Heard]):
    """A transport that speaks no more to a drive that hung or went away: raises again what ended it, and sends nothing.

    Each further command would only wait behind the first. Whatever carries commands inside others must be built upon it.
    """

    def __init__(self, inner: Transport[_Sent, _Heard]) -> None:
        self._inner = inner
        self._end: TransportError | None = None

    def send(self, command: _Sent, timeout: float) -> _Heard:
        """Sends one command and waits for its end."""
        if self._end is not None:
            raise self._end
        try:
            return self._inner.send(command, timeout)
        except TransportError as error:
            if error.code in _ENDS:
                self._end = error
            raise


@dataclass
class Notes:
    """What could not be looked into, and what can't be believed, each once and in the order of finding."""

    doubts: dict[Doubt, None] = field(default_factory=dict)
    unseen: dict[Part, Unseen] = field(default_factory=dict)

    def doubt(self, subject: Part, codes: Iterable[Enum]) -> None:
        """Puts down what is wrong with an answer."""
        for code in codes:
            self.doubts.setdefault(Doubt(str(code.value), subject))

    def miss(self, part: Part, why: WhyUnseen) -> None:
        """Puts down that a part was not seen; the first reason stays."""
        self.unseen.setdefault(part, Unseen(part, why))


class Line(Generic[_Sent, _Heard]):
    """One transport, asked about parts of a drive."""

    def __init__(self, transport: Transport[_Sent, _Heard], notes: Notes) -> None:
        self._transport = transport
        self.notes = notes

    def ask(self, part: Part, command: _Sent) -> _Heard | None:
        """The answer, whatever it says. None, and a note: it did not come."""
        try:
            return self._transport.send(command, PATIENCE)
        except NotSupported as error:
            self.notes.miss(part, WhyUnseen.FORBIDDEN if error.code == "command-forbidden" else WhyUnseen.NO_WAY)
        except TransportError as error:
            self.notes.miss(part, _BY_ERROR.get(error.code, WhyUnseen.WIRE))
        return None


@dataclass(frozen=True)
class Told:
    """What a drive told: its names, and everything else. Without names it did not identify itself in a way that can be believed."""

    identity: Identity
    report: SelfReport
    hybrid: bool = False  # it says that flash lies beside the platters

    @property
    def is_identified(self) -> bool:
        """Whether the drive said who it is."""
        return self.identity.model is not None or self.identity.name is not None


def silence(way: Way, notes: Notes) -> Told:
    """What is left of a drive that did not identify itself: why not."""
    return Told(Identity(), SelfReport(way, doubts=tuple(notes.doubts), unseen=tuple(notes.unseen.values())))
