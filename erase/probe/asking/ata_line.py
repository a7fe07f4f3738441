"""A line that ATA commands go along, and what every part of asking an ATA drive needs of its answers."""

from __future__ import annotations

from erase.commands.ata_doubts import AtaDoubt
from erase.commands.ata_identify import AtaIdentify
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.wire import AtaAnswer, AtaCommand, SatLoss
from erase.drive.report import Part, WhyUnseen
from erase.probe.asking.lines import Line

# of what a SATL says instead of registers; it lets no TRUSTED RECEIVE through where the kernel's libata.allow_tpm is 0
_BY_LOSS = {
    SatLoss.NOT_SUPPORTED: WhyUnseen.NO_WAY,
    SatLoss.BUSY: WhyUnseen.REFUSED,
    SatLoss.RESERVED: WhyUnseen.REFUSED,
    SatLoss.NOT_READY: WhyUnseen.REFUSED,
    SatLoss.UNIT_ATTENTION: WhyUnseen.WIRE,
}


class AtaLine(Line[AtaCommand, AtaAnswer]):
    def reply(self, part: Part, command: AtaCommand) -> AtaAnswer | None:
        """What the drive answered, be it a no. None, and a note: it did not come so far."""
        answer = self.ask(part, command)
        if answer is not None and answer.loss is SatLoss.UNIT_ATTENTION:
            answer = self.ask(part, command)
        if answer is not None and answer.loss in _BY_LOSS:
            self.notes.miss(part, _BY_LOSS[answer.loss])
            return None
        return answer

    def answer(self, part: Part, command: AtaCommand) -> AtaAnswer | None:
        """The answer to a command that was carried out. None, and a note: it was not, or nobody knows."""
        answer = self.reply(part, command)
        if answer is None:
            return None
        outcome = outcome_of(answer)
        if outcome is AtaOutcome.COMPLETED:
            return answer
        if outcome is AtaOutcome.UNKNOWN and len(answer.data) == command.data_in > 0:
            return answer  # the registers got lost and the data did not: they speak for themselves
        self.notes.miss(part, WhyUnseen.REGISTERS_LOST if outcome is AtaOutcome.UNKNOWN else WhyUnseen.REFUSED)
        return None

    def data(self, part: Part, command: AtaCommand) -> bytes | None:
        answer = self.answer(part, command)
        return answer.data if answer else None


def tells_features(identify: AtaIdentify) -> bool:
    """Whether words 82 to 87 count, and the drive knew all of itself when it answered."""
    return not identify.doubts & {AtaDoubt.FEATURES_NOT_TOLD, AtaDoubt.INCOMPLETE}


def has_log(directory: tuple[int, ...], address: int) -> bool:
    """Whether the log directory has this log."""
    return address < len(directory) and directory[address] > 0
