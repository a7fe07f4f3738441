"""The closed list of commands that only read: what is asked is on it, and nothing that writes is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.harmless import is_harmless
from erase.commands.wire import AtaCommand, AtaProtocol, MmcCommand, MmcTransfer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.errors import Refused, TransportError
from erase.transports.loopback import Loopback
from erase.transports.reading import HarmlessOnly, ask, ata_questions, mmc_questions, nvme_questions, scsi_questions

QUESTIONS: list[Any] = [*ata_questions(), *scsi_questions(), *nvme_questions(), *(part for parts in mmc_questions() for part in parts)]
# every ATA command that changes the medium, the drive's settings or its power (ACS-4 annex A, ATA8-ACS)
ATA_WRITES = [
    *(0x04, 0x06, 0x07, 0x08, 0x0B, 0x30, 0x31, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x44, 0x45),
    *(0x4A, 0x51, 0x57, 0x5A, 0x5B, 0x5D, 0x5E, 0x5F, 0x61, 0x63, 0x64, 0x65, 0x77, 0x90, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99),
    *(0x9F, 0xA0, 0xC0, 0xC5, 0xC9, 0xCA, 0xCB, 0xCC, 0xCD, 0xCE, 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEF),
    *(0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF9),
]
# the same of SCSI (SPC-5, SBC-4, ZBC), and what carries another command inside
SCSI_WRITES = [
    *(0x01, 0x04, 0x07, 0x0A, 0x15, 0x16, 0x17, 0x1B, 0x1C, 0x1D, 0x1E, 0x2A, 0x2E, 0x35, 0x39, 0x3B, 0x3F, 0x41, 0x42, 0x48, 0x4C),
    *(0x55, 0x5F, 0x7F, 0x83, 0x85, 0x89, 0x8A, 0x8E, 0x91, 0x93, 0x94, 0x9A, 0x9B, 0x9F, 0xA1, 0xA4, 0xAA, 0xAE, 0xB5),
    *(0x24, 0xD7, 0xD8, 0xDF, 0xE4, 0xE6, 0xF8),
]
NVME_WRITES = [
    0x00,
    0x01,
    0x04,
    0x05,
    0x08,
    0x09,
    0x0C,
    0x0D,
    0x10,
    0x11,
    0x14,
    0x15,
    0x18,
    0x19,
    0x1A,
    0x1D,
    0x1E,
    0x24,
    0x7C,
    0x80,
    0x81,
    0x84,
    0x86,
    0xC0,
]


def test_everything_that_is_asked_is_on_the_list() -> None:
    assert len(QUESTIONS) > 70
    assert [question for question in QUESTIONS if not is_harmless(question)] == []


@pytest.mark.parametrize("code", ATA_WRITES)
def test_no_ata_command_that_writes_is_on_the_list(code: int) -> None:
    for feature in (0, 0x01, 0x10, 0xC0, 0xC2, 0xD0, 0xDA):
        assert not is_harmless(AtaCommand("?", code, AtaProtocol.NON_DATA, feature=feature))


@pytest.mark.parametrize("code", SCSI_WRITES)
def test_no_scsi_command_that_writes_is_on_the_list(code: int) -> None:
    for action in range(32):
        assert not is_harmless(ScsiCommand("?", bytes((code, action)) + bytes(14)))


@pytest.mark.parametrize("code", NVME_WRITES)
def test_no_nvme_command_that_writes_is_on_the_list(code: int) -> None:
    assert not is_harmless(NvmeCommand("?", code, cdw10=0x8001))


@pytest.mark.parametrize(
    "command",
    [
        AtaCommand("SANITIZE STATUS EXT, clearing", 0xB4, AtaProtocol.NON_DATA, extended=True, count=1),
        AtaCommand("CRYPTO SCRAMBLE EXT", 0xB4, AtaProtocol.NON_DATA, extended=True, feature=0x11, lba=0x43727970),
        AtaCommand("DEVICE CONFIGURATION RESTORE", 0xB1, AtaProtocol.NON_DATA, feature=0xC0),
        AtaCommand("DEVICE CONFIGURATION SET", 0xB1, AtaProtocol.PIO_OUT, feature=0xC3),
        AtaCommand("SET ACCESSIBLE MAX ADDRESS EXT", 0x78, AtaProtocol.NON_DATA, extended=True, feature=1),
        AtaCommand("SMART WRITE LOG", 0xB0, AtaProtocol.PIO_OUT, feature=0xD6),
        AtaCommand("SMART EXECUTE OFF-LINE IMMEDIATE", 0xB0, AtaProtocol.NON_DATA, feature=0xD4),
        AtaCommand("READ LOG EXT, collecting", 0x2F, AtaProtocol.PIO_IN, extended=True, count=1, lba=0x24, data_in=512),
        AtaCommand("READ LOG EXT, the maker's", 0x2F, AtaProtocol.PIO_IN, extended=True, count=1, lba=0xA1, data_in=512),
        AtaCommand("READ LOG EXT, resetting", 0x2F, AtaProtocol.PIO_IN, extended=True, feature=1, count=1, lba=0x11, data_in=512),
        AtaCommand("READ LOG DMA EXT, resetting", 0x47, AtaProtocol.DMA_IN, extended=True, feature=1, count=1, lba=0x11, data_in=512),
        AtaCommand("READ SECTORS", 0x20, AtaProtocol.PIO_IN, count=1, data_in=512),
        AtaCommand("SET MAX ADDRESS", 0xF9, AtaProtocol.NON_DATA),
        AtaCommand("TRUSTED RECEIVE, of a session", 0x5C, AtaProtocol.PIO_IN, feature=0x01, count=4, lba=0x07FE00, data_in=2048),
        ScsiCommand("LOG SENSE, saving", bytes.fromhex("4d014000000000100000"), data_in=4096),
        ScsiCommand("LOG SENSE, the maker's", bytes.fromhex("4d007000000000100000"), data_in=4096),
        ScsiCommand("PERSISTENT RESERVE OUT", bytes.fromhex("5f000000000000001800"), data_out=bytes(24)),
        ScsiCommand("REMOVE ELEMENT AND TRUNCATE", bytes.fromhex("9e18") + bytes(14)),
        ScsiCommand("SECURITY PROTOCOL IN, of a session", bytes.fromhex("a20107fe0000000002000000"), data_in=512),
        ScsiCommand("nothing", b""),
        NvmeCommand("Get Log Page, clearing events", 0x02, cdw10=0x007F0002, data_in=512),
        NvmeCommand("Get Log Page, telemetry", 0x02, cdw10=0x007F8107, data_in=512),
        NvmeCommand("Get Features, the maker's", 0x0A, cdw10=0xC0),
        NvmeCommand("Security Receive, of a session", 0x82, cdw10=0x0107FE00, data_in=512),
        MmcCommand("SWITCH", 6, 0x03A50101, "R1b"),
        MmcCommand("SEND_IF_COND", 8, 0x1AA, "R1"),
        MmcCommand("ERASE", 38, 0, "R1b"),
        MmcCommand("SD_STATUS", 13, 0, "R1", is_application=True, transfer=MmcTransfer.IN, data_in=64),
        MmcCommand("WRITE_BLOCK", 24, 0, "R1", transfer=MmcTransfer.OUT, data_out=bytes(512)),
    ],
    ids=lambda command: command.name,
)
def test_what_differs_from_a_reading_command_by_little_is_not_on_the_list(command: Any) -> None:
    assert not is_harmless(command)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_nothing_on_the_list_takes_data_out(question: Any) -> None:
    assert not is_harmless(replace(question, data_out=b"\0", data_in=0))


@given(st.binary(max_size=32))
def test_no_cdb_crashes_the_list(cdb: bytes) -> None:
    assert is_harmless(ScsiCommand("?", cdb)) in (True, False)


def test_what_is_not_on_the_list_never_reaches_the_drive(speaks: Callable[..., tuple[str, ...]]) -> None:
    sent: list[Any] = []

    def execute(command: Any, timeout: float) -> ScsiAnswer:
        sent.append(command)
        return ScsiAnswer(0)

    guarded = HarmlessOnly[Any, ScsiAnswer](Loopback(execute), "/dev/sdz")
    inquiry = ScsiCommand("INQUIRY", bytes.fromhex("120000002400"), data_in=36)
    assert guarded.send(inquiry, 1.0) == ScsiAnswer(0)
    read = MmcCommand("SEND_STATUS", 13, 0, "R1")
    for command in (ScsiCommand("FORMAT UNIT", bytes.fromhex("041000000000")), (read, MmcCommand("ERASE", 38, 0, "R1b"))):
        with pytest.raises(Refused) as caught:
            guarded.send(command, 1.0)
        assert any("/dev/sdz" in sentence for sentence in speaks(caught.value))
    assert sent == [inquiry]


@pytest.mark.parametrize(("code", "ends"), [("host-error", False), ("transfer-refused", False), ("no-device", True), ("time-out", True)])
def test_asking_goes_on_unless_the_drive_does_not_answer(code: str, ends: bool) -> None:
    asked: list[Any] = []

    def execute(command: ScsiCommand, timeout: float) -> ScsiAnswer:
        asked.append(command)
        if len(asked) == 2:
            raise TransportError("transports", code, device="d", command="c", seconds="1", detail="-")
        return ScsiAnswer(0)

    questions = [ScsiCommand("INQUIRY", bytes((0x12, 1, page, 0, 252, 0)), data_in=252) for page in range(3)]
    if ends:
        with pytest.raises(TransportError):
            ask(Loopback(execute), questions, 1.0)
        assert len(asked) == 2
    else:
        assert ask(Loopback(execute), questions, 1.0) == 2
        assert asked == questions
