"""A drive in the same process, and a link between that fails as real ones do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from erase.commands.wire import (
    AtaAnswer,
    AtaCommand,
    AtaProtocol,
    AtaRegisters,
    MmcAnswer,
    MmcCommand,
    NvmeAnswer,
    NvmeCommand,
    ScsiAnswer,
    ScsiCommand,
)
from erase.errors import TransportError
from erase.transports.loopback import LinkFault, Loopback, Trouble, raw_scsi, submission_entry

INQUIRY = ScsiCommand("INQUIRY", bytes.fromhex("120000002400"), data_in=36)
REGISTERS = AtaRegisters(0x50, 0, 0x40, 0, 0, upper_known=True)
SENSE = bytes.fromhex("700005000000000a00000000200000000000")


class NeverAnswers(Exception):
    pass


class Unplugged(Exception):
    pass


@dataclass(frozen=True)
class Reply:
    status: int
    data: bytes
    sense: bytes


@dataclass
class Drive:
    """The raw interface of an emulated drive."""

    error: type[Exception] | None = None
    seen: list[tuple[bytes, bytes, int]] = field(default_factory=list)

    def execute(self, cdb: bytes, data_out: bytes, data_in: int) -> Reply:
        self.seen.append((cdb, data_out, data_in))
        if self.error:
            raise self.error
        return Reply(2, bytes(range(40)), SENSE)


def test_a_drive_answers_what_it_was_asked() -> None:
    drive = Drive()
    answer = Loopback(raw_scsi(drive.execute)).send(INQUIRY, 1.0)
    assert answer == ScsiAnswer(2, bytes(range(36)), SENSE)
    assert drive.seen == [(bytes.fromhex("120000002400"), b"", 36)]


@pytest.mark.parametrize(
    ("error", "code", "resets"),
    [(NeverAnswers, "time-out", 1), (Unplugged, "no-device", 0)],
)
def test_what_the_drive_does_not_answer_is_an_error_of_the_wire(
    error: type[Exception], code: str, resets: int, speaks: Callable[..., tuple[str, ...]]
) -> None:
    reset: list[int] = []
    link = Loopback(
        raw_scsi(Drive(error).execute),
        device="/dev/sdz",
        silent=(NeverAnswers,),
        gone=(Unplugged,),
        after_time_out=lambda: reset.append(1),
    )
    with pytest.raises(TransportError) as caught:
        link.send(INQUIRY, 5.0)
    assert caught.value.code == code
    assert any("/dev/sdz" in sentence and "INQUIRY" in sentence for sentence in speaks(caught.value))
    assert len(reset) == resets


def test_a_defect_of_the_drive_is_not_taken_for_the_wires() -> None:
    with pytest.raises(Unplugged):
        Loopback(raw_scsi(Drive(Unplugged).execute), silent=(NeverAnswers,)).send(INQUIRY, 1.0)


@pytest.mark.parametrize("trouble", [Trouble.TIME_OUT, Trouble.NO_DEVICE, Trouble.HOST_ERROR])
@pytest.mark.parametrize("reaches", [False, True])
def test_a_command_may_get_lost_on_its_way_there_or_back(trouble: Trouble, reaches: bool) -> None:
    drive = Drive()
    link = Loopback(raw_scsi(drive.execute), faults=(LinkFault(trouble, 1, 1, reaches=reaches),))
    link.send(INQUIRY, 1.0)
    with pytest.raises(TransportError) as caught:
        link.send(INQUIRY, 1.0)
    assert caught.value.code == trouble.value
    link.send(INQUIRY, 1.0)
    assert len(drive.seen) == (3 if reaches else 2)


def test_a_fault_without_an_end_stays() -> None:
    link = Loopback(raw_scsi(Drive().execute), faults=(LinkFault(Trouble.HOST_ERROR),))
    for _ in range(3):
        with pytest.raises(TransportError):
            link.send(INQUIRY, 1.0)


def test_sense_and_data_arrive_cut() -> None:
    link = Loopback(raw_scsi(Drive().execute), faults=(LinkFault(Trouble.SHORT_DATA), LinkFault(Trouble.SENSE_TRUNCATED)))
    assert link.send(INQUIRY, 1.0) == ScsiAnswer(2, bytes(range(18)), SENSE[:8])


def test_registers_get_lost() -> None:
    ata = Loopback[AtaCommand, AtaAnswer](lambda command, timeout: AtaAnswer(REGISTERS, b"dd"), faults=(LinkFault(Trouble.REGISTERS_LOST),))
    assert ata.send(AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN), 1.0) == AtaAnswer(None, b"dd")


def test_every_family_goes_through() -> None:
    nvme = Loopback[NvmeCommand, NvmeAnswer](lambda command, timeout: NvmeAnswer(0, 0, b"nnnn"), faults=(LinkFault(Trouble.SHORT_DATA),))
    assert nvme.send(NvmeCommand("Identify", 6), 1.0) == NvmeAnswer(0, 0, b"nn")
    mmc = Loopback[tuple[MmcCommand, ...], tuple[MmcAnswer, ...]](
        lambda commands, timeout: tuple(MmcAnswer((0x900,), b"mm") for _ in commands),
        faults=(LinkFault(Trouble.SHORT_DATA, last=0), LinkFault(Trouble.HOST_ERROR, 1)),
    )
    commands = (MmcCommand("SEND_EXT_CSD", 8, 0, "R1"), MmcCommand("SEND_STATUS", 13, 0, "R1"))
    assert mmc.send(commands, 1.0) == (MmcAnswer((0x900,), b"m"), MmcAnswer((0x900,), b"m"))
    with pytest.raises(TransportError) as caught:
        mmc.send(commands, 1.0)
    assert caught.value.parameters["command"] == "SEND_EXT_CSD + SEND_STATUS"


def test_a_submission_queue_entry_is_laid_out_as_the_controller_takes_it() -> None:
    command = NvmeCommand(
        "Sanitize", 0x84, nsid=0x01020304, cdw2=2, cdw3=3, cdw10=0x0A, cdw11=0x0B, cdw12=0x0C, cdw13=0x0D, cdw14=0x0E, cdw15=0x0F
    )
    expected = "84000000 04030201 02000000 03000000" + "00" * 24 + "0a0000000b0000000c0000000d0000000e0000000f000000"
    assert submission_entry(command) == bytes.fromhex(expected)
