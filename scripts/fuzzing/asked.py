"""Emulated drives that are asked all that the probe asks, and one of whose answers says something else."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from emulators.clock import HandClock
from emulators.fronts.drives import make_drive
from emulators.mmc.card import Card
from emulators.nvme import personality as nvme
from emulators.nvme.subsystem import Subsystem
from erase.commands.bridges import Manners
from erase.commands.wire import MmcAnswer, MmcCommand, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.drive.report import Way
from erase.probe.asking.ata import ask_ata
from erase.probe.asking.lines import Told
from erase.probe.asking.mmc import ask_mmc
from erase.probe.asking.nvme import ask_nvme
from erase.probe.asking.scsi import Voice, ask_scsi
from erase.transports.bridges import ata_through
from erase.transports.loopback import submission_entry
from fuzzing import shapes

_ATA = ("magnetic", "flash", "self-encrypting-magnetic", "hybrid")
_SAS = ("sas", "sas-520", "sas-ssd", "sas-zoned")
_NVME = (nvme.plain, nvme.full)


class _Drive:
    """Answers from memory: what the emulator said when it was asked first."""

    def __init__(self, execute: Callable[[Any], Any], ask: Callable[[_Drive], Told], answer: Callable[[bytes], Any]) -> None:
        self._execute = execute
        self._ask = ask
        self._answer = answer
        self._memory: dict[Any, Any] = {}
        self._changed: tuple[int, Any] | None = None
        self.heard: list[Any] = []

    def send(self, command: Any, timeout: float) -> Any:  # noqa: ARG002 - the interface's
        """One command."""
        if command not in self._memory:
            self._memory[command] = self._execute(command)
        answer = self._memory[command]
        if self._changed is not None and self._changed[0] == len(self.heard):
            answer = self._changed[1]
        self.heard.append(answer)
        return answer

    def told(self, number: int | None = None, data: bytes = b"") -> Told:
        """All that the drive tells; the answer of this number is made of ``data``."""
        self.heard.clear()
        self._changed = None if number is None else (number, self._answer(data))
        return self._ask(self)


def _ask_ata(drive: _Drive) -> Told:
    carrier = ata_through(drive, Manners(), "/dev/sdz")
    return ask_ata(carrier, Way.ATA, lambda _: (carrier, True), trust_unchecked=True)


def _of_scsi(kind: str, ask: Callable[[_Drive], Told]) -> _Drive:
    unit = make_drive(kind, "asked", HandClock()).units[0]

    def execute(command: ScsiCommand) -> ScsiAnswer:
        reply = unit.execute(command.cdb, command.data_out, command.data_in)
        return ScsiAnswer(reply.status, reply.data[: command.data_in], reply.sense)

    return _Drive(execute, ask, shapes.scsi_answer)


def _of_nvme(made: Callable[[], nvme.Personality]) -> _Drive:
    subsystem = Subsystem(made(), clock=HandClock())

    def execute(command: NvmeCommand) -> NvmeAnswer:
        completion = subsystem.settle(subsystem.controllers[0].admin(submission_entry(command), command.data_out))
        return NvmeAnswer(completion.status, completion.dw0, completion.data[: command.data_in])

    return _Drive(execute, lambda drive: ask_nvme(drive, 1), shapes.nvme_answer)


def _of_mmc() -> _Drive:
    card = Card(HandClock())

    def execute(commands: tuple[MmcCommand, ...]) -> tuple[MmcAnswer, ...]:
        return tuple(MmcAnswer(*card.command(one.opcode, one.argument, one.data_out, one.data_in)) for one in commands)

    return _Drive(execute, ask_mmc, lambda data: (MmcAnswer((0x900,), data),))


@lru_cache(maxsize=1)
def _drives() -> tuple[_Drive, ...]:
    ata = (_of_scsi(kind, _ask_ata) for kind in _ATA)
    bridged = (_of_scsi(kind, lambda drive: ask_scsi(drive, Voice.BRIDGE)) for kind in _ATA[:1])
    sas = (_of_scsi(kind, lambda drive: ask_scsi(drive, Voice.DISK)) for kind in _SAS)
    return (*ata, *bridged, *sas, *(_of_nvme(made) for made in _NVME), _of_mmc())


def told_by_a_changed_drive(data: bytes) -> Told:
    """Byte 0 chooses the drive, byte 1 the number of the answer, the rest is that answer (fuzzing.shapes)."""
    whole = data.ljust(2, b"\0")
    drives = _drives()
    return drives[whole[0] % len(drives)].told(whole[1], whole[2:])


def seeds() -> list[bytes]:
    """Each answer of each drive as it is."""
    found = []
    for number, drive in enumerate(_drives()):
        drive.told()
        found += [bytes([number, place]) + _bytes_of(answer) for place, answer in enumerate(drive.heard)]
    return found


def _bytes_of(answer: Any) -> bytes:
    if isinstance(answer, ScsiAnswer):
        return bytes([answer.status, len(answer.sense)]) + answer.sense + answer.data
    if isinstance(answer, NvmeAnswer):
        return answer.status.to_bytes(2, "little") + answer.result.to_bytes(4, "little") + answer.data
    data: bytes = answer[0].data
    return data
