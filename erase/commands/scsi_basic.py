"""SCSI commands without a family (SPC-5 clause 6, SBC-4 clause 5): readiness, sense, power, what is supported, security, reservations."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.fields import Fields, fit
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.wire import ScsiCommand


def unit_ready() -> ScsiCommand:
    """TEST UNIT READY 00h."""
    return ScsiCommand("TEST UNIT READY", bytes(6))


def request_sense(*, descriptor: bool = False, length: int = 252) -> ScsiCommand:
    """REQUEST SENSE 03h: tells of progress without disturbing. ``descriptor`` asks for descriptor format (DESC)."""
    return ScsiCommand("REQUEST SENSE", bytes([0x03, int(descriptor), 0, 0, fit(length, 8, "ALLOCATION LENGTH"), 0]), data_in=length)


def start_stop_unit(*, start: bool, immediate: bool = False) -> ScsiCommand:
    """START STOP UNIT 1Bh: spins up or down (START, byte 4 bit 0; IMMED, byte 1 bit 0)."""
    return ScsiCommand("START STOP UNIT", bytes([0x1B, int(immediate), 0, 0, int(start), 0]))


def synchronize_cache_16() -> ScsiCommand:
    """SYNCHRONIZE CACHE(16) 91h of all blocks: ends when the medium has them."""
    return ScsiCommand("SYNCHRONIZE CACHE(16)", bytes([0x91]) + bytes(15))


@unique
class Support(IntEnum):
    """SUPPORT of REPORT SUPPORTED OPERATION CODES (SPC-5 clause 6)."""

    NOT_TOLD = 0  # no data at the moment
    NO = 1
    STANDARD = 3
    VENDOR = 5  # in a way of its own: nothing to build on


def report_supported_commands(length: int = 8192) -> ScsiCommand:
    """REPORT SUPPORTED OPERATION CODES A3h / 0Ch, REPORTING OPTIONS 000b: all of them."""
    return _report_commands(0, 0, 0, length)


def report_supported_command(opcode: int, service_action: int | None = None) -> ScsiCommand:
    """REPORT SUPPORTED OPERATION CODES A3h / 0Ch for one: REPORTING OPTIONS 001b without, 010b with a service action."""
    return _report_commands(1 if service_action is None else 2, opcode, service_action or 0, 256)


def _report_commands(options: int, opcode: int, service_action: int, length: int) -> ScsiCommand:
    action = fit(service_action, 16, "SERVICE ACTION").to_bytes(2, "big")
    cdb = bytes([0xA3, 0x0C, options, fit(opcode, 8, "OPERATION CODE"), *action]) + length.to_bytes(4, "big") + bytes(2)
    return ScsiCommand("REPORT SUPPORTED OPERATION CODES", cdb, data_in=length)


@dataclass(frozen=True)
class SupportedCommands:
    """All commands that a device says it has: operation code and service action (None: it has none)."""

    doubts: tuple[ScsiDoubt, ...]
    commands: tuple[tuple[int, int | None], ...]

    def has(self, opcode: int, service_action: int | None = None) -> bool | None:
        """Whether the command is there; None: the list can't be believed as a whole."""
        return True if (opcode, service_action) in self.commands else None if self.doubts else False


def supported_commands(data: bytes) -> SupportedCommands:
    """Reads the list of all commands (SPC-5 clause 6): 8 bytes each, 20 where CTDP says that timeouts follow."""
    doubts: set[ScsiDoubt] = set()
    length = int.from_bytes(data[:4], "big")
    body = data[4 : 4 + length]
    if len(data) < 4 or len(body) < length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    found = []
    while len(body) >= 8:
        action = int.from_bytes(body[2:4], "big") if body[5] & 0x01 else None  # SERVACTV
        found.append((body[0], action))
        body = body[20 if body[5] & 0x02 else 8 :]
    # INQUIRY and TEST UNIT READY are mandatory: a list without them is none
    if not {(0x12, None), (0x00, None)} <= set(found):
        doubts.add(ScsiDoubt.RESERVED_VALUE)
        found = []
    return SupportedCommands(tuple(sorted(doubts)), tuple(dict.fromkeys(found)))


def supported_command(data: bytes, opcode: int) -> Support:
    """Reads the answer for one command (SPC-5 clause 6). The CDB usage data must begin with the operation code asked for."""
    fields = Fields(data, "big")
    support = fields.bits(1, 2, 0)
    if support == Support.NO:
        return Support.NO
    if support in (Support.STANDARD, Support.VENDOR) and (fields.number(2, 2) or 0) >= 6 and fields.number(4) == opcode:
        return Support(support)
    return Support.NOT_TOLD


def security_protocol_in(protocol: int, specific: int, length: int) -> ScsiCommand:
    """SECURITY PROTOCOL IN A2h (SPC-5 clause 6), INC_512 = 0: ``length`` bytes. ``specific`` is the ComID for TCG."""
    cdb = bytes([0xA2, *_security(protocol, specific, length)])
    return ScsiCommand("SECURITY PROTOCOL IN", cdb, data_in=length)


def security_protocol_out(protocol: int, specific: int, data: bytes) -> ScsiCommand:
    """SECURITY PROTOCOL OUT B5h (SPC-5 clause 6), INC_512 = 0."""
    return ScsiCommand("SECURITY PROTOCOL OUT", bytes([0xB5, *_security(protocol, specific, len(data))]), data_out=data)


def _security(protocol: int, specific: int, length: int) -> bytes:
    words = fit(specific, 16, "SECURITY PROTOCOL SPECIFIC").to_bytes(2, "big"), fit(length, 32, "LENGTH").to_bytes(4, "big")
    return bytes([fit(protocol, 8, "SECURITY PROTOCOL")]) + words[0] + bytes(2) + words[1] + bytes(2)


def read_reservation_keys(length: int = 1024) -> ScsiCommand:
    """PERSISTENT RESERVE IN 5Eh, READ KEYS 00h (SPC-5 clause 6)."""
    return ScsiCommand("PERSISTENT RESERVE IN (READ KEYS)", bytes([0x5E, 0, 0, 0, 0, 0, 0, *length.to_bytes(2, "big"), 0]), data_in=length)


@dataclass(frozen=True)
class ReservationKeys:
    """The keys of hosts that registered with the unit: it is shared, and may be somebody's."""

    doubts: tuple[ScsiDoubt, ...]
    keys: tuple[int, ...]


def reservation_keys(data: bytes) -> ReservationKeys:
    """Reads READ KEYS: generation, additional length, 8 bytes a key."""
    doubts: set[ScsiDoubt] = set()
    length = int.from_bytes(data[4:8], "big")
    body = data[8 : 8 + length]
    if len(data) < 8 or len(body) < length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    keys = [int.from_bytes(body[place : place + 8], "big") for place in range(0, len(body) - 7, 8)]
    return ReservationKeys(tuple(sorted(doubts)), tuple(keys))
