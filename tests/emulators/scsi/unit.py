"""What all logical units have in common: a table of commands, refusals with sense, unit attentions, and the commands of SPC-5 on those."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from emulators.clock import Clock
from emulators.scsi import sense as codes
from emulators.scsi.cdb import takes_data_out
from emulators.scsi.interface import CHECK_CONDITION, GOOD, Reply, Work, to_the_end
from emulators.scsi.sense import Sense


@dataclass(frozen=True)
class Request:
    """A command as it arrived."""

    cdb: bytes
    data_out: bytes
    data_in: int

    def field(self, start: int, size: int) -> int:
        """A number in the CDB, most significant byte first."""
        return int.from_bytes(self.cdb[start : start + size], "big")


class Refusal(Exception):
    """CHECK CONDITION. ``encoded`` replaces the usual encoding where a command wants its own."""

    def __init__(self, sense: Sense, *, data: bytes = b"", encoded: bytes | None = None) -> None:
        super().__init__(sense)
        self.sense = sense
        self.data = data
        self.encoded = encoded


def refused(code: tuple[int, int], key: int = codes.ILLEGAL_REQUEST) -> Refusal:
    """An ILLEGAL REQUEST, or another key, with this additional sense code."""
    return Refusal(Sense(key, code))


# what a handler gives: data, a reply, or work that takes time; it refuses by raising Refusal
Answer = bytes | Reply
Handler = Callable[[Request], Answer | Generator[float, None, Answer]]


@dataclass(frozen=True)
class Entry:
    """A command in the table. ``usage`` is its CDB usage data (SPC-5 6.35.3): which bits of the CDB are looked at."""

    handler: Handler
    size: int
    service_action: int | None = None

    def usage(self, opcode: int) -> bytes:
        """Bits that this device server evaluates: whole bytes, but for the service action and CONTROL."""
        mask = bytearray([opcode, *[0xFF] * (self.size - 2), 0x07])
        if self.service_action is not None:
            mask[1] = self.service_action
        return bytes(mask)


# what a unit attention doesn't stop (SPC-5 table 24, SAM-5 5.14)
_NO_ATTENTION = frozenset((0x12, 0xA0, 0x03))


class Unit(ABC):
    """A logical unit seen through one port. Subclasses fill ``commands`` with handlers; see Handler."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.attentions: list[tuple[int, int]] = []
        self.commands: dict[int, list[Entry]] = {}
        self.add(0x00, 6, lambda _: b"")  # TEST UNIT READY, SPC-5 6.47
        self.add(0x03, 6, self._request_sense)
        self.add(0xA0, 12, _report_luns)
        self.add(0xA3, 12, self._report_supported_opcodes, service_action=0x0C)

    def add(self, opcode: int, size: int, handler: Handler, *, service_action: int | None = None) -> None:
        """Puts a command into the table."""
        self.commands.setdefault(opcode, []).append(Entry(handler, size, service_action))

    def drop(self, opcodes: Iterable[int]) -> None:
        """Takes commands out of the table, for drives that don't have them."""
        for opcode in opcodes:
            self.commands.pop(opcode, None)

    @property
    @abstractmethod
    def descriptor_sense(self) -> bool:
        """Whether sense is returned in descriptor format."""

    @abstractmethod
    def state(self, request: Request) -> Sense | None:
        """Why nothing but what ``request`` is can be done now; None when all can. Called before each command."""

    def pending(self) -> Sense:
        """What REQUEST SENSE reports when nothing else is to report: progress, mostly."""
        return Sense(codes.NO_SENSE, codes.NO_ADDITIONAL)

    def takes_data_out(self, cdb: bytes) -> bool:
        return takes_data_out(cdb)

    def execute(self, cdb: bytes, data_out: bytes, data_in: int) -> Reply:
        return to_the_end(self.start(cdb, data_out, data_in), self.clock)

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        request = Request(cdb, data_out, data_in)
        try:
            entry = self._entry(request)
            if self.attentions and cdb[0] not in _NO_ATTENTION:
                raise refused(self.attentions.pop(0), codes.UNIT_ATTENTION)
            if blocked := self.state(request):
                raise Refusal(blocked)
            answer = entry.handler(request)
            if isinstance(answer, Generator):
                answer = yield from answer
        except Refusal as refusal:
            encoded = refusal.encoded if refusal.encoded is not None else refusal.sense.encoded(descriptor=self.descriptor_sense)
            return Reply(CHECK_CONDITION, refusal.data[:data_in], encoded)
        return answer if isinstance(answer, Reply) else Reply(GOOD, answer[:data_in])

    def _entry(self, request: Request) -> Entry:
        entries = self.commands.get(request.cdb[0])
        if not entries:
            raise refused(codes.INVALID_OPERATION_CODE)
        for entry in entries:
            if entry.service_action is None or entry.service_action == service_action(request.cdb):
                return entry
        raise refused(codes.INVALID_FIELD_IN_CDB)

    def _request_sense(self, request: Request) -> bytes:
        """REQUEST SENSE (SPC-5 6.39): GOOD, and the sense as data; DESC chooses the format."""
        sense = Sense(codes.UNIT_ATTENTION, self.attentions.pop(0)) if self.attentions else self.pending()
        return sense.encoded(descriptor=bool(request.cdb[1] & 0x01))[: request.cdb[4]]

    def _report_supported_opcodes(self, request: Request) -> bytes:
        """REPORT SUPPORTED OPERATION CODES (SPC-5 6.35), all commands or one; RCTD is left out, as most drives do."""
        options, opcode, action = request.cdb[2] & 0x07, request.cdb[3], request.field(4, 2)
        if options == 0:
            listed = b"".join(
                bytes([code, 0])
                + (entry.service_action or 0).to_bytes(2, "big")
                + bytes([0, entry.service_action is not None])
                + entry.size.to_bytes(2, "big")
                for code, entries in sorted(self.commands.items())
                for entry in entries
            )
            return cut(len(listed).to_bytes(4, "big") + listed, request.field(6, 4))
        if options > 3:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        entries = self.commands.get(opcode, [])
        with_actions = any(entry.service_action is not None for entry in entries)
        if entries and options != 3 and with_actions != (options == 2):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        for entry in entries:
            if entry.service_action is None or entry.service_action == action:
                usage = entry.usage(opcode)
                return cut(bytes([0, 0x03]) + len(usage).to_bytes(2, "big") + usage, request.field(6, 4))
        return cut(bytes([0, 0x01, 0, 0]), request.field(6, 4))  # SUPPORT 001b: not supported


def service_action(cdb: bytes) -> int:
    """Bits 4:0 of byte 1, or bytes 8 and 9 of a variable length CDB."""
    return int.from_bytes(cdb[8:10], "big") if cdb[0] == 0x7F else cdb[1] & 0x1F


def cut(data: bytes, allocation: int) -> bytes:
    """As many bytes as the ALLOCATION LENGTH lets out (SPC-5 4.2.5.6)."""
    return data[:allocation]


def _report_luns(request: Request) -> bytes:
    """REPORT LUNS (SPC-5 6.33): logical unit 0 and no other."""
    if request.cdb[2] not in (0x00, 0x02, 0x01):
        raise refused(codes.INVALID_FIELD_IN_CDB)
    luns = b"" if request.cdb[2] == 0x01 else bytes(8)
    return cut(len(luns).to_bytes(4, "big") + bytes(4) + luns, request.field(6, 4))
