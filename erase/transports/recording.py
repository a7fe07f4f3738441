"""Commands and answers of a real drive as JSON lines without its serial number, and a drive that answers from them.

A line is ``{"ask": {FAMILY: command}, "answer": answer}`` or ``{"ask": ..., "error": {"code": ..., "parameters": ...}}``; FAMILY is ata,
scsi, nvme or mmc (a list of commands and one of answers). Bytes are hexadecimal digits; what has its default value is left out.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from erase.commands.serials import names_in, without_cid_serial
from erase.commands.wire import (
    AtaAnswer,
    AtaCommand,
    MmcAnswer,
    MmcCommand,
    NvmeAnswer,
    NvmeCommand,
    ScsiAnswer,
    ScsiCommand,
)
from erase.errors import TransportError
from erase.transports.scrubbing import SHORTEST, replacements, scrub, with_checksums

Command = AtaCommand | NvmeCommand | ScsiCommand | tuple[MmcCommand, ...]
Answer = AtaAnswer | NvmeAnswer | ScsiAnswer | tuple[MmcAnswer, ...]

_FAMILIES: dict[str, tuple[type, type]] = {
    "ata": (AtaCommand, AtaAnswer),
    "nvme": (NvmeCommand, NvmeAnswer),
    "scsi": (ScsiCommand, ScsiAnswer),
    "mmc": (MmcCommand, MmcAnswer),
}
_BYTES = frozenset({"cdb", "data_out", "data", "sense"})

_Command = TypeVar("_Command")
_Answer = TypeVar("_Answer")
_Command_contra = TypeVar("_Command_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)


@dataclass(frozen=True)
class Exchange:
    """One command and what came of it."""

    command: Command
    outcome: Answer | TransportError


class _Carrier(Protocol[_Command_contra, _Answer_co]):
    def send(self, command: _Command_contra, timeout: float) -> _Answer_co: ...


class Recorder(Generic[_Command, _Answer]):
    """Passes everything on and keeps it in ``exchanges``."""

    def __init__(self, inner: _Carrier[_Command, _Answer], exchanges: list[Exchange]) -> None:
        self._inner = inner
        self._exchanges = exchanges

    def send(self, command: _Command, timeout: float) -> _Answer:
        """Sends one command and waits for its end."""
        asked: Any = command
        try:
            answer: Any = self._inner.send(command, timeout)
        except TransportError as error:
            self._exchanges.append(Exchange(asked, error))
            raise
        self._exchanges.append(Exchange(asked, answer))
        sent: _Answer = answer
        return sent


class Replay(Generic[_Command, _Answer]):
    """Answers as the recorded drive did: the same command in the order in which it was recorded, at last always the last answer.

    Raises what was recorded as raised, and TransportError not-recorded for a command that the recording has not.
    """

    def __init__(self, exchanges: tuple[Exchange, ...]) -> None:
        self._left: dict[Any, list[Answer | TransportError]] = {}
        for exchange in exchanges:
            self._left.setdefault(_unnamed(exchange.command), []).append(exchange.outcome)

    def send(self, command: _Command, timeout: float) -> _Answer:  # noqa: ARG002 - the interface's
        """Answers one command."""
        asked: Any = command
        outcomes = self._left.get(_unnamed(asked))
        if not outcomes:
            raise TransportError("transports", "not-recorded", command=_name(asked))
        outcome: Any = outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]
        if isinstance(outcome, TransportError):
            raise TransportError(outcome.room, outcome.code, **outcome.parameters)
        answer: _Answer = outcome
        return answer


def anonymous(exchanges: list[Exchange], also: tuple[str, ...] = ()) -> tuple[tuple[Exchange, ...], tuple[str, ...]]:
    """The exchanges with other names for this drive, and the names too short to be replaced, which somebody must look for.

    ``also``: names known from elsewhere (sysfs, the label).
    """
    names = set(also)
    for exchange in exchanges:
        if not isinstance(exchange.outcome, TransportError) and not isinstance(exchange.command, tuple):
            answer: Any = exchange.outcome
            names |= names_in(exchange.command, answer.data)
    replaced = replacements(names)
    short = tuple(sorted(name for name in names if 0 < len(name) < SHORTEST))
    return tuple(_clean(exchange, replaced) for exchange in exchanges), short


def to_lines(exchanges: tuple[Exchange, ...]) -> str:
    """One line for each exchange."""
    return "".join(json.dumps(_exchange_to_json(exchange)) + "\n" for exchange in exchanges)


def from_lines(text: str) -> tuple[Exchange, ...]:
    """Reads what :func:`to_lines` wrote. Raises TransportError recording-unreadable for anything else."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            found.append(_exchange_from_json(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise TransportError("transports", "recording-unreadable", line=number) from error
    return tuple(found)


def _name(command: Command) -> str:
    return " + ".join(part.name for part in command) if isinstance(command, tuple) else command.name


def _unnamed(command: Command) -> Command:
    """Without its name, which changes nothing on the wire."""
    if isinstance(command, tuple):
        return tuple(replace(part, name="") for part in command)
    return replace(command, name="")


def _clean(exchange: Exchange, replaced: dict[bytes, bytes]) -> Exchange:
    outcome = exchange.outcome
    if isinstance(outcome, TransportError):
        told = {key: _clean_text(str(value), replaced) for key, value in outcome.parameters.items()}
        return Exchange(exchange.command, TransportError(outcome.room, outcome.code, **told))
    cleaned: Any
    if isinstance(outcome, tuple):
        commands: Any = exchange.command
        cleaned = tuple(
            replace(answer, response=without_cid_serial(command, answer.response), data=_clean_data(answer.data, replaced))
            for command, answer in zip(commands, outcome, strict=True)
        )
    elif isinstance(outcome, ScsiAnswer):
        cleaned = replace(outcome, data=_clean_data(outcome.data, replaced), sense=scrub(outcome.sense, replaced))
    else:
        cleaned = replace(outcome, data=_clean_data(outcome.data, replaced))
    return Exchange(exchange.command, cleaned)


def _clean_data(data: bytes, replaced: dict[bytes, bytes]) -> bytes:
    return with_checksums(scrub(data, replaced), data)


def _clean_text(text: str, replaced: dict[bytes, bytes]) -> str:
    return scrub(text.encode("utf-8", "surrogateescape"), replaced).decode("utf-8", "replace")


def _exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    command, outcome = exchange.command, exchange.outcome
    one = command[0] if isinstance(command, tuple) else command
    family = next(name for name, (kind, _) in _FAMILIES.items() if isinstance(one, kind))
    line: dict[str, Any] = {"ask": {family: _to_json(command)}}
    if isinstance(outcome, TransportError):
        parameters = {key: str(value) for key, value in outcome.parameters.items()}
        line["error"] = {"code": outcome.code, "parameters": parameters}
    else:
        line["answer"] = _to_json(outcome)
    return line


def _to_json(value: Any) -> Any:
    """A wire value, or a tuple of them, as plain JSON."""
    if isinstance(value, tuple | list):
        return [_to_json(part) for part in value]
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value):
        told = {field.name: (getattr(value, field.name), field.default) for field in dataclasses.fields(value)}
        return {name: _to_json(given) for name, (given, default) in told.items() if given != default}
    return value


def _exchange_from_json(line: dict[str, Any]) -> Exchange:
    ((family, asked),) = line["ask"].items()
    command_type, answer_type = _FAMILIES[family]
    command = _from_json(asked, command_type)
    if "error" in line:
        error = line["error"]
        return Exchange(command, TransportError("transports", str(error["code"]), **dict(error["parameters"])))
    outcome = _from_json(line["answer"], answer_type)
    if isinstance(command, tuple) is not isinstance(outcome, tuple) or (isinstance(command, tuple) and len(command) != len(outcome)):
        raise ValueError("as many answers as commands")
    return Exchange(command, outcome)


def _from_json(value: Any, kind: type) -> Any:
    if isinstance(value, list):
        return tuple(_from_json(part, kind) for part in value)
    plain = {name: bytes.fromhex(given) if name in _BYTES else given for name, given in value.items()}
    return msgspec.convert(plain, kind, builtin_types=(bytes,))
