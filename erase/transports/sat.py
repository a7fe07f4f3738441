"""ATA commands through a SATL: wrapped in ATA PASS-THROUGH, and the registers fetched the way that the adapter gives them."""

from __future__ import annotations

from dataclasses import replace

from erase.commands import sat, sat_pages
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.bridges import Manners, Registers, Wrapper
from erase.commands.sat_answer import ata_answer, registers_from_descriptor
from erase.commands.wire import AtaAnswer, AtaCommand, AtaRegisters, SatLoss, ScsiAnswer
from erase.errors import NotSupported
from erase.transports.protocols import ScsiTransport

_GOOD = 0x00
_BRIEFLY = 30.0  # seconds for what only the SATL answers


class SatAta:
    """An AtaTransport over a ScsiTransport. Raises NotSupported for what the form can't carry, TransportError as its inner one.

    Nobody else may speak to the adapter in between where it is asked for the registers afterwards: they are its last command's.
    """

    def __init__(self, scsi: ScsiTransport, manners: Manners) -> None:
        self._scsi = scsi
        self._manners = manners
        self._form = sat.SatForm.TWELVE if manners.wrapper is Wrapper.SAT_12 else sat.SatForm.SIXTEEN

    def send(self, command: AtaCommand, timeout: float) -> AtaAnswer:
        """Sends one command and waits for its end."""
        if command.extended and self._form is sat.SatForm.TWELVE:
            raise NotSupported("transports", "wrapper-cannot", wrapper=Wrapper.SAT_12.value, command=command.name)
        answer = self._scsi.send(sat.to_scsi(command, form=self._form), timeout)
        told = ata_answer(answer)
        if self._manners.registers in (Registers.MISSING, Registers.EMPTY):
            return replace(told, registers=None)
        if self._manners.registers is Registers.RETURN_RESPONSE and self._is_worth_asking(command, answer, told):
            registers = _agreed(told.registers, self._response())
            if told.registers is None and answer.status != _GOOD and outcome_of(AtaAnswer(registers)) is AtaOutcome.COMPLETED:
                registers = None  # refused without a reason: a success in the registers may be an earlier command's
            return replace(told, registers=registers)
        index = sat_pages.log_index(answer.sense)
        if self._manners.registers is Registers.RESULTS_LOG and index is not None:
            return replace(told, registers=_agreed(told.registers, self._result(index)))
        return told

    def _is_worth_asking(self, command: AtaCommand, answer: ScsiAnswer, told: AtaAnswer) -> bool:
        """Whether registers are missing that this command did leave behind: one that was refused left another's there."""
        if told.registers is not None:
            return command.extended and not told.registers.upper_known
        succeeded_reading = answer.status == _GOOD and command.data_in > 0  # then the data is the answer
        return told.loss is SatLoss.NOTHING_SAID and not succeeded_reading

    def _response(self) -> AtaRegisters | None:
        answer = self._scsi.send(sat.return_response_information(form=self._form), _BRIEFLY)
        return registers_from_descriptor(answer.data) if answer.status == _GOOD else None

    def _result(self, index: int) -> AtaRegisters | None:
        answer = self._scsi.send(sat_pages.log_sense_results(), _BRIEFLY)
        return sat_pages.parse_results_log(answer.data).get(index) if answer.status == _GOOD else None


def _agreed(first: AtaRegisters | None, fuller: AtaRegisters | None) -> AtaRegisters | None:
    """The fuller ones, unless they contradict what came with the answer: then they belong to another command."""
    if first is None or fuller is None:
        return fuller or first
    same = all(getattr(first, name) == getattr(fuller, name) for name in ("status", "error", "device"))
    same = same and (first.count ^ fuller.count) & 0xFF == 0 and (first.lba ^ fuller.lba) & 0xFFFFFF == 0
    return fuller if same else first
