"""The registers that come back from ATA PASS-THROUGH, in whichever of three ways (SAT-5 section 12.2).

Descriptor format carries all of them. Fixed format carries the lower halves; Linux before 6.11 put those into the wrong bytes.
And they may be lost. Where it can't be told which bytes are registers, they are lost: nothing here turns a doubt into a success.
"""

from __future__ import annotations

from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_words import has
from erase.commands.sense import Sense, SenseKey, parse_sense
from erase.commands.wire import AtaAnswer, AtaRegisters, SatLoss, ScsiAnswer

_GOOD, _CHECK_CONDITION, _BUSY, _RESERVATION_CONFLICT, _TASK_SET_FULL = 0x00, 0x02, 0x08, 0x18, 0x28
_INFORMATION_AVAILABLE = (0x00, 0x1D)  # ATA PASS-THROUGH INFORMATION AVAILABLE
_ATA_STATUS_RETURN, _ATA_STATUS_RETURN_LENGTH = 0x09, 0x0C
_WELL = (SenseKey.NO_SENSE, SenseKey.RECOVERED_ERROR, SenseKey.COMPLETED)  # keys of commands that did not fail
_EXTEND, _COUNT_UPPER, _LBA_UPPER = 7, 6, 5  # bits of the flags in fixed format; 3:0 are an index into log page 16h


def ata_answer(answer: ScsiAnswer) -> AtaAnswer:
    """What an ATA PASS-THROUGH command was answered. Total."""
    return AtaAnswer(_registers(answer), answer.data, why_lost(answer))


def _registers(answer: ScsiAnswer) -> AtaRegisters | None:
    if answer.status not in (_GOOD, _CHECK_CONDITION):
        return None
    sense = parse_sense(answer.sense)
    if sense is None or sense.deferred:
        return None
    well = sense.key in _WELL
    if answer.status == _GOOD and not well:
        return None  # the status says one thing, the sense key another
    registers = _from_fixed(answer.sense, sense) if sense.fixed else _from_descriptors(sense)
    if registers is None:
        return None
    # A failure with the registers of a success: the command was stopped on its way (time-out, reset), the registers are no answer
    return None if not well and outcome_of(AtaAnswer(registers)) is AtaOutcome.COMPLETED else registers


def registers_from_descriptor(raw: bytes) -> AtaRegisters | None:
    """An ATA Status Return descriptor (SAT-5 section 12.2); None for another one, or a cut one. Total.

    Without EXTEND (byte 2 bit 0) the upper halves mean nothing.
    """
    if len(raw) < 2 + _ATA_STATUS_RETURN_LENGTH or (raw[0], raw[1]) != (_ATA_STATUS_RETURN, _ATA_STATUS_RETURN_LENGTH):
        return None
    upper_known = has(raw[2], 0)
    lba = raw[7] | raw[9] << 8 | raw[11] << 16
    count = raw[5]
    if upper_known:
        lba |= raw[6] << 24 | raw[8] << 32 | raw[10] << 40
        count |= raw[4] << 8
    return AtaRegisters(status=raw[13], error=raw[3], device=raw[12], count=count, lba=lba, upper_known=upper_known)


def _from_descriptors(sense: Sense) -> AtaRegisters | None:
    found = {raw for raw in sense.descriptors if raw[0] == _ATA_STATUS_RETURN}
    return registers_from_descriptor(found.pop()) if len(found) == 1 else None  # two that differ can't both be true


def _from_fixed(raw: bytes, sense: Sense) -> AtaRegisters | None:
    """The one layout that fits. Both can't: one needs a STATUS in byte 4, the other a zero there."""
    available = sense.code == _INFORMATION_AVAILABLE
    if _fits_standard(raw[: 8 + raw[7]] if len(raw) > 7 else b"", available=available):  # byte 7: ADDITIONAL SENSE LENGTH
        return AtaRegisters(raw[4], raw[3], raw[5], raw[6], raw[9] | raw[10] << 8 | raw[11] << 16, upper_known=False)
    # That kernel reports success in descriptor format. In fixed format a success in its layout can't be told from zeros
    # that a bridge put into the INFORMATION field, with an LBA in the bytes behind: it stays unknown
    if not available and _fits_old_linux(raw):
        return AtaRegisters(raw[9], raw[8], raw[10], raw[11], raw[17] | raw[18] << 8 | raw[19] << 16, upper_known=False)
    return None


def _fits_standard(raw: bytes, *, available: bool) -> bool:
    """SAT-5 tables 212 and 213: ERROR 3, STATUS 4, DEVICE 5, COUNT 6, flags 8, LBA 9 to 11.

    Unless the sense code says that these are registers they may be the address of a bad sector: then they must tell of a failure.
    """
    if len(raw) < 14 or not _flags_fit(raw[8]):
        return False
    return _status_fits(raw[4], raw[3], available=available)


def _fits_old_linux(raw: bytes) -> bool:
    """libata before 6.11 (mended by its commit 38dab832c3f4): ERROR 8, STATUS 9, DEVICE 10, COUNT 11, zero 15, flags 16, LBA 17 to 19.

    It left VALID and bytes 3 to 6 zero.
    """
    if len(raw) < 20 or has(raw[0], 7) or any(raw[3:7]) or raw[15] or not _flags_fit(raw[16]) or raw[16] & 0x0F:
        return False
    return _status_fits(raw[9], raw[8], available=False)


def _flags_fit(flags: int) -> bool:
    """Bit 4 is reserved; upper halves are only told of together with EXTEND."""
    return not has(flags, 4) and (has(flags, _EXTEND) or not (has(flags, _COUNT_UPPER) or has(flags, _LBA_UPPER)))


def _status_fits(status: int, error: int, *, available: bool) -> bool:
    """Whether two bytes can be STATUS and ERROR at the end of a command: ready, not busy, and with an ERROR where ERR is set."""
    if has(status, 7) or not has(status, 6):
        return False
    failed = has(status, 0) or has(status, 5)
    return (available or failed) and (not has(status, 0) or error != 0)


_BY_STATUS = {_BUSY: SatLoss.BUSY, _TASK_SET_FULL: SatLoss.BUSY, _RESERVATION_CONFLICT: SatLoss.RESERVED}
_BY_KEY = {SenseKey.UNIT_ATTENTION: SatLoss.UNIT_ATTENTION, SenseKey.NOT_READY: SatLoss.NOT_READY}
_REFUSALS = ((0x20, 0x00), (0x24, 0x00))  # INVALID COMMAND OPERATION CODE, INVALID FIELD IN CDB


def why_lost(answer: ScsiAnswer) -> SatLoss | None:
    """Why :func:`ata_answer` has no registers for ``answer``; None where it has. Total."""
    if _registers(answer) is not None:
        return None
    if answer.status in _BY_STATUS:
        return _BY_STATUS[answer.status]
    sense = parse_sense(answer.sense)
    if sense is None:
        return SatLoss.NOTHING_SAID if not any(answer.sense) else SatLoss.UNCLEAR
    if sense.key is SenseKey.ILLEGAL_REQUEST and sense.code in _REFUSALS:
        return SatLoss.NOT_SUPPORTED
    return _BY_KEY.get(sense.key, SatLoss.UNCLEAR)
