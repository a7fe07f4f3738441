"""Transports through an adapter: each command in the wrapper that a profile chose, and none that it forbids."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from erase.commands import bridges_ata, bridges_nvme
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.bridges import ATA_WRAPPERS, NVME_WRAPPERS, Manners, Registers, Wrapper
from erase.commands.wire import AtaAnswer, AtaCommand, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.errors import NotSupported, TransportError
from erase.transports.protocols import AtaTransport, NvmeTransport, ScsiTransport
from erase.transports.sat import SatAta

_GOOD = 0x00
_BRIEFLY = 30.0  # seconds for what only the bridge answers

_Command = TypeVar("_Command", bound=AtaCommand | NvmeCommand | ScsiCommand)
_Command_contra = TypeVar("_Command_contra", contravariant=True)
_Answer_co = TypeVar("_Answer_co", covariant=True)
_Answer = TypeVar("_Answer")


class _Carrier(Protocol[_Command_contra, _Answer_co]):
    def send(self, command: _Command_contra, timeout: float) -> _Answer_co: ...


class Guarded(Generic[_Command, _Answer]):
    """Keeps from the wire what the manners forbid: raises NotSupported, or TransportError transfer-refused, before anything is sent."""

    def __init__(self, inner: _Carrier[_Command, _Answer], manners: Manners, device: str) -> None:
        self._inner = inner
        self._manners = manners
        self._device = device

    def send(self, command: _Command, timeout: float) -> _Answer:
        """Sends one command and waits for its end."""
        if (objection := self._manners.objection(command)) is not None:
            raise NotSupported("transports", "command-forbidden", device=self._device, command=command.name, kind=objection)
        length, limit = len(command.data_out) or command.data_in, self._manners.max_transfer
        if limit is not None and length > limit:
            detail = f"{length} > {limit}"
            raise TransportError("transports", "transfer-refused", device=self._device, command=command.name, seconds="-", detail=detail)
        return self._inner.send(command, timeout)


def ata_through(scsi: ScsiTransport, manners: Manners, device: str) -> AtaTransport:
    """ATA commands to the drive behind ``scsi``. Raises NotSupported where the manners know no way for them."""
    if manners.wrapper not in ATA_WRAPPERS:
        raise NotSupported("transports", "no-way-through", device=device, wrapper=manners.wrapper.value)
    guarded = Guarded(scsi, manners, device)
    if manners.wrapper in (Wrapper.SAT_16, Wrapper.SAT_12):
        return Guarded(SatAta(guarded, manners), manners, device)
    return Guarded(WrappedAta(guarded, manners, device), manners, device)


def nvme_through(scsi: ScsiTransport, manners: Manners, device: str) -> NvmeTransport:
    """NVMe admin commands to the drive behind ``scsi``. Raises NotSupported where the manners know no way for them."""
    if manners.wrapper not in NVME_WRAPPERS:
        raise NotSupported("transports", "no-way-through", device=device, wrapper=manners.wrapper.value)
    return Guarded(WrappedNvme(Guarded(scsi, manners, device), manners, device), manners, device)


class WrappedAta:
    """An AtaTransport in a bridge's own wrapper. Raises NotSupported for what that can't carry, TransportError as its inner one."""

    def __init__(self, scsi: ScsiTransport, manners: Manners, device: str) -> None:
        self._scsi = scsi
        self._manners = manners
        self._device = device
        self._port: int | None = None if manners.wrapper is Wrapper.JMICRON else 0

    def send(self, command: AtaCommand, timeout: float) -> AtaAnswer:
        """Sends one command and waits for its end. Nobody else may speak to the bridge in between: its registers are its last command's."""
        wrapper = self._manners.wrapper
        bridges_ata.ata_exchange(wrapper, command)  # what can't be carried costs no question for the port
        if self._port is None:
            self._port = self._find_port(command)
        exchange = bridges_ata.ata_exchange(wrapper, command, self._port)
        if exchange.before is not None:
            _insist(self._scsi, exchange.before, self._device)
        answer = self._scsi.send(exchange.command, timeout)
        if self._manners.registers in (Registers.MISSING, Registers.EMPTY):
            return AtaAnswer(None, answer.data)
        told = self._scsi.send(exchange.registers, _BRIEFLY)
        registers = bridges_ata.ata_registers(wrapper, told.data) if told.status == _GOOD else None
        if answer.status != _GOOD and outcome_of(AtaAnswer(registers)) is AtaOutcome.COMPLETED:
            registers = None  # a command that the bridge refused never reached the drive: these are an earlier one's
        return AtaAnswer(registers, answer.data)

    def _find_port(self, command: AtaCommand) -> int:
        told = self._scsi.send(bridges_ata.jmicron_port_register(), _BRIEFLY)
        port = bridges_ata.jmicron_port(told.data) if told.status == _GOOD else None
        if port is None:
            raise TransportError(
                "transports", "no-device", device=self._device, command=command.name, seconds="-", detail=f"ports {told.data.hex() or '-'}"
            )
        return port


class WrappedNvme:
    """An NvmeTransport in a bridge's own wrapper. Raises NotSupported for what that can't carry, TransportError as its inner one.

    A bridge that tells no completion and says no leaves it open who did: bridge-refused, an error of the wire.
    """

    def __init__(self, scsi: ScsiTransport, manners: Manners, device: str) -> None:
        self._scsi = scsi
        self._manners = manners
        self._device = device

    def send(self, command: NvmeCommand, timeout: float) -> NvmeAnswer:
        """Sends one command and waits for its end."""
        exchange = bridges_nvme.nvme_exchange(self._manners.wrapper, command)
        if exchange.before is not None:
            _insist(self._scsi, exchange.before, self._device)
        answer = self._scsi.send(exchange.command, timeout)
        if exchange.completion is None:
            if answer.status != _GOOD:
                raise _refused(exchange.command, answer, self._device)
            return NvmeAnswer(0, 0, answer.data)
        told = self._scsi.send(exchange.completion, _BRIEFLY)
        completion = bridges_nvme.nvme_completion(told.data) if told.status == _GOOD else None
        if completion is None:
            raise _refused(exchange.completion, told, self._device)
        status, result = completion
        if answer.status != _GOOD and status == 0:
            raise _refused(exchange.command, answer, self._device)  # the two contradict each other
        return NvmeAnswer(status, result, answer.data)


def _insist(scsi: ScsiTransport, command: ScsiCommand, device: str) -> None:
    answer = scsi.send(command, _BRIEFLY)
    if answer.status != _GOOD:
        raise _refused(command, answer, device)


def _refused(command: ScsiCommand, answer: ScsiAnswer, device: str) -> TransportError:
    detail = f"status {answer.status:02X}h, sense {answer.sense[:18].hex() or '-'}"
    return TransportError("transports", "bridge-refused", device=device, command=command.name, detail=detail)
