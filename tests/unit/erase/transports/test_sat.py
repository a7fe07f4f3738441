"""ATA through a SATL: what is wrapped how, and where the registers come from when the answer has none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from erase.commands.bridges import Manners, Registers, Wrapper
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters, ScsiAnswer, ScsiCommand
from erase.errors import NotSupported, TransportError
from erase.transports.sat import SatAta

IDENTIFY = AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=512)
STATUS = AtaCommand("SANITIZE STATUS EXT", 0xB4, AtaProtocol.NON_DATA, extended=True)
# descriptor: ERROR 00, COUNT C000 (completed, in progress), LBA 0000 FFFF, DEVICE 40, STATUS 50
DESCRIPTOR = "090c 01 00 c000 00ff 00ff 0000 40 50".replace(" ", "")
FULL = AtaRegisters(status=0x50, error=0, device=0x40, count=0xC000, lba=0xFFFF, upper_known=True)
LOWER = AtaRegisters(status=0x50, error=0, device=0x40, count=0, lba=0xFFFF, upper_known=False)
WITH_DESCRIPTOR = ScsiAnswer(2, sense=bytes.fromhex("7201001d0000000e" + DESCRIPTOR))
# fixed format, 00h/1Dh: ERROR 00 STATUS 50 DEVICE 40 COUNT 00, flags E, LBA FFFF00; the second points to entry 3 of the results log
FIXED = ScsiAnswer(2, sense=bytes.fromhex("700001 00504000 0a c0 ffff00 001d 00000000"))
FIXED_WITH_INDEX = ScsiAnswer(2, sense=bytes.fromhex("700001 00504000 0a c3 ffff00 001d 00000000"))
GOOD = ScsiAnswer(0)
EMPTY_CHECK = ScsiAnswer(2)
RESPONSE = ScsiAnswer(0, bytes.fromhex(DESCRIPTOR))
RESPONSE_ABORTED = ScsiAnswer(0, bytes.fromhex("090c 01 04 0000 0003 0000 0000 40 51"))
ABORTED = AtaRegisters(status=0x51, error=0x04, device=0x40, count=0, lba=3, upper_known=True)
REFUSED = ScsiAnswer(2, sense=bytes.fromhex("70000500000000 0a 00000000 2000 00000000"))
ATTENTION = ScsiAnswer(2, sense=bytes.fromhex("70000600000000 0a 00000000 2900 00000000"))
RESULTS = ScsiAnswer(0, bytes.fromhex("16000012" + "0002 03 0e" + DESCRIPTOR))


@dataclass
class Satl:
    """Answers in the order given; keeps what it was sent."""

    answers: list[ScsiAnswer | TransportError]
    sent: list[ScsiCommand] = field(default_factory=list)

    def send(self, command: ScsiCommand, timeout: float) -> ScsiAnswer:
        self.sent.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, TransportError):
            raise answer
        return answer

    @property
    def cdbs(self) -> list[str]:
        return [command.cdb.hex() for command in self.sent]


STATUS_CDB = "85 07 20 0000 0000 0000 0000 0000 40 b4 00".replace(" ", "")
RESPONSE_CDB = "851e0b" + "00" * 13


@pytest.mark.parametrize(
    ("wrapper", "cdb"),
    [
        (Wrapper.SAT_16, "85 08 0e 0000 0001 0000 0000 0000 40 ec 00"),
        (Wrapper.SAT_12, "a1 08 0e 00 01 00 00 00 40 ec 00 00"),
    ],
)
def test_the_form_is_the_profiles(wrapper: Wrapper, cdb: str) -> None:
    satl = Satl([ScsiAnswer(0, b"d" * 512)])
    assert SatAta(satl, Manners(wrapper)).send(IDENTIFY, 1.0) == AtaAnswer(None, b"d" * 512)
    assert satl.cdbs == [cdb.replace(" ", "")]


def test_48_bit_commands_do_not_fit_into_12_bytes() -> None:
    satl = Satl([])
    with pytest.raises(NotSupported) as caught:
        SatAta(satl, Manners(Wrapper.SAT_12)).send(STATUS, 1.0)
    assert caught.value.code == "wrapper-cannot"
    assert not satl.sent


@pytest.mark.parametrize(
    ("registers", "answers", "cdbs", "expected"),
    [
        (Registers.OK, [WITH_DESCRIPTOR], [STATUS_CDB], FULL),
        (Registers.OK, [FIXED], [STATUS_CDB], LOWER),
        (Registers.OK, [GOOD], [STATUS_CDB], None),
        (Registers.OK, [EMPTY_CHECK], [STATUS_CDB], None),
        (Registers.MISSING, [GOOD], [STATUS_CDB], None),
        (Registers.EMPTY, [WITH_DESCRIPTOR], [STATUS_CDB], None),
        (Registers.RETURN_RESPONSE, [WITH_DESCRIPTOR], [STATUS_CDB], FULL),
        # CHECK CONDITION without a reason: a failure is this command's, a success may be an earlier one's
        (Registers.RETURN_RESPONSE, [EMPTY_CHECK, RESPONSE], [STATUS_CDB, RESPONSE_CDB], None),
        (Registers.RETURN_RESPONSE, [EMPTY_CHECK, RESPONSE_ABORTED], [STATUS_CDB, RESPONSE_CDB], ABORTED),
        (Registers.RETURN_RESPONSE, [GOOD, RESPONSE], [STATUS_CDB, RESPONSE_CDB], FULL),
        (Registers.RETURN_RESPONSE, [FIXED, RESPONSE], [STATUS_CDB, RESPONSE_CDB], FULL),
        (Registers.RETURN_RESPONSE, [GOOD, REFUSED], [STATUS_CDB, RESPONSE_CDB], None),
        (Registers.RETURN_RESPONSE, [GOOD, ScsiAnswer(0, b"")], [STATUS_CDB, RESPONSE_CDB], None),
        # refused or not carried out: the registers there are another command's
        (Registers.RETURN_RESPONSE, [REFUSED], [STATUS_CDB], None),
        (Registers.RETURN_RESPONSE, [ATTENTION], [STATUS_CDB], None),
        (Registers.RETURN_RESPONSE, [ScsiAnswer(8)], [STATUS_CDB], None),
        (Registers.RESULTS_LOG, [FIXED], [STATUS_CDB], LOWER),
        (Registers.RESULTS_LOG, [WITH_DESCRIPTOR], [STATUS_CDB], FULL),
        (Registers.RESULTS_LOG, [FIXED_WITH_INDEX, RESULTS], [STATUS_CDB, "4d005600000000011200"], FULL),
        (Registers.RESULTS_LOG, [FIXED_WITH_INDEX, REFUSED], [STATUS_CDB, "4d005600000000011200"], LOWER),
        (Registers.RESULTS_LOG, [GOOD], [STATUS_CDB], None),
    ],
)
def test_registers_come_the_way_the_adapter_gives_them(
    registers: Registers, answers: list[ScsiAnswer | TransportError], cdbs: list[str], expected: AtaRegisters | None
) -> None:
    satl = Satl(list(answers))
    assert SatAta(satl, Manners(registers=registers)).send(STATUS, 1.0).registers == expected
    assert satl.cdbs == cdbs


@pytest.mark.parametrize(
    "other",
    [
        DESCRIPTOR[:-2] + "51",  # STATUS
        DESCRIPTOR.replace("00ff00ff", "00fe00ff"),  # LBA 7:0
        DESCRIPTOR.replace("c000", "c001"),  # COUNT 7:0
    ],
)
def test_registers_that_contradict_the_answer_are_another_commands(other: str) -> None:
    satl = Satl([FIXED, ScsiAnswer(0, bytes.fromhex(other))])
    assert SatAta(satl, Manners(registers=Registers.RETURN_RESPONSE)).send(STATUS, 1.0).registers == LOWER


def test_data_that_came_in_well_are_the_answer() -> None:
    satl = Satl([ScsiAnswer(0, b"d" * 512)])
    assert SatAta(satl, Manners(registers=Registers.RETURN_RESPONSE)).send(IDENTIFY, 1.0) == AtaAnswer(None, b"d" * 512)
    assert len(satl.sent) == 1


def test_a_wire_that_fails_while_registers_are_fetched_leaves_the_outcome_open() -> None:
    lost = TransportError("transports", "time-out", device="d", command="c", seconds="1", detail="-")
    with pytest.raises(TransportError):
        SatAta(Satl([GOOD, lost]), Manners(registers=Registers.RETURN_RESPONSE)).send(STATUS, 1.0)
