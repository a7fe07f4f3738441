"""What an adapter is sent, in which order, and what never reaches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from erase.commands.bridges import Delicate, Manners, Registers, Wrapper, delicate, kinds_of
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol, AtaRegisters, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.errors import NotSupported, TransportError
from erase.transports.bridges import Guarded, ata_through, nvme_through

IDENTIFY = AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=512)
IDLE = AtaCommand("CHECK POWER MODE", 0xE5, AtaProtocol.NON_DATA)
BLOCK_ERASE = AtaCommand("BLOCK ERASE EXT", 0xB4, AtaProtocol.NON_DATA, extended=True, feature=0x12, lba=0x426B4572)
ERASE_UNIT = AtaCommand("SECURITY ERASE UNIT", 0xF4, AtaProtocol.PIO_OUT, count=1, data_out=bytes(512))
ENHANCED_ERASE = AtaCommand("SECURITY ERASE UNIT", 0xF4, AtaProtocol.PIO_OUT, count=1, data_out=b"\x02" + bytes(511))
NVME_IDENTIFY = NvmeCommand("Identify", 0x06, cdw10=1, data_in=4096)
GONE = TransportError("transports", "no-device", device="d", command="c", seconds="-", detail="-")


@dataclass
class Bridge:
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
    def opcodes(self) -> list[int]:
        return [command.cdb[0] for command in self.sent]


GOOD = ScsiAnswer(0)
CHECK = ScsiAnswer(2, sense=bytes.fromhex("700005000000000a00000000200000000000"))


@pytest.mark.parametrize(
    ("wrapper", "opcodes", "registers"),
    [
        (Wrapper.JMICRON, [0xDF, 0xDF, 0xDF], "0100000000000000000000000000 50 00"),
        (Wrapper.CYPRESS, [0x24, 0x24], "50 00 01 00 00 00 00 50"),
        (Wrapper.PROLIFIC, [0xD8, 0xD7], "50 00 01 0000000000000000000000000000"),
        (Wrapper.SUNPLUS, [0xF8, 0xF8], "00 00 01 00 00 00 00 50"),
    ],
)
def test_the_registers_are_fetched_after_the_command(wrapper: Wrapper, opcodes: list[int], registers: str) -> None:
    answers: list[ScsiAnswer | TransportError] = [ScsiAnswer(0, b"d" * 512), ScsiAnswer(0, bytes.fromhex(registers))]
    if wrapper is Wrapper.JMICRON:
        answers.insert(0, ScsiAnswer(0, b"\x04"))
    bridge = Bridge(answers)
    answer = ata_through(bridge, Manners(wrapper), "/dev/sdz").send(IDENTIFY, 10.0)
    assert bridge.opcodes == opcodes
    assert answer.data == b"d" * 512
    assert answer.registers == AtaRegisters(status=0x50, error=0, device=0, count=1, lba=0, upper_known=False)


def test_the_port_is_asked_for_once() -> None:
    registers = ScsiAnswer(0, bytes.fromhex("01000000000000000000000000005000"))
    bridge = Bridge([ScsiAnswer(0, b"\x40"), GOOD, registers, GOOD, registers])
    transport = ata_through(bridge, Manners(Wrapper.JMICRON), "/dev/sdz")
    transport.send(IDLE, 10.0)
    transport.send(IDLE, 10.0)
    assert len(bridge.sent) == 5
    assert [command.cdb[10] for command in (bridge.sent[1], bridge.sent[3])] == [0xF0, 0xF0]


@pytest.mark.parametrize("told", [ScsiAnswer(0, b"\x44"), ScsiAnswer(0, b"\x00"), ScsiAnswer(0, b""), CHECK])
def test_a_bridge_with_two_drives_or_none_is_not_spoken_to(told: ScsiAnswer, speaks: Callable[..., tuple[str, ...]]) -> None:
    bridge = Bridge([told])
    with pytest.raises(TransportError) as caught:
        ata_through(bridge, Manners(Wrapper.JMICRON), "/dev/sdz").send(IDLE, 10.0)
    assert caught.value.code == "no-device"
    assert any("/dev/sdz" in sentence for sentence in speaks(caught.value))
    assert len(bridge.sent) == 1


@pytest.mark.parametrize("registers", [Registers.MISSING, Registers.EMPTY])
def test_registers_that_mean_nothing_are_not_asked_for(registers: Registers) -> None:
    bridge = Bridge([ScsiAnswer(0, b"d" * 512)])
    assert ata_through(bridge, Manners(Wrapper.CYPRESS, registers), "/dev/sdz").send(IDENTIFY, 10.0) == AtaAnswer(None, b"d" * 512)


def test_registers_that_the_bridge_refuses_to_give_are_unknown() -> None:
    bridge = Bridge([GOOD, ScsiAnswer(2, bytes.fromhex("5000010000000050"))])
    assert ata_through(bridge, Manners(Wrapper.CYPRESS), "/dev/sdz").send(IDLE, 10.0).registers is None


ATTENTION = ScsiAnswer(2, sense=bytes.fromhex("700006000000000a00000000290000000000"))


@pytest.mark.parametrize("refusal", [CHECK, ATTENTION, ScsiAnswer(2), ScsiAnswer(8)])
def test_a_command_that_the_bridge_refused_is_not_done_whatever_an_earlier_one_left_in_the_registers(refusal: ScsiAnswer) -> None:
    completed, aborted = (ScsiAnswer(0, bytes.fromhex(told)) for told in ("50 00 01 00 00 00 40 50", "51 04 01 00 00 00 40 51"))
    assert ata_through(Bridge([refusal, completed]), Manners(Wrapper.CYPRESS), "/dev/sdz").send(ERASE_UNIT, 10.0).registers is None
    # the drive's own refusal looks so
    registers = ata_through(Bridge([refusal, aborted]), Manners(Wrapper.CYPRESS), "/dev/sdz").send(ERASE_UNIT, 10.0).registers
    assert registers == AtaRegisters(status=0x51, error=0x04, device=0x40, count=1, lba=0, upper_known=False)


def test_without_its_upper_halves_a_48_bit_command_is_not_run() -> None:
    bridge = Bridge([CHECK])
    with pytest.raises(TransportError) as caught:
        ata_through(bridge, Manners(Wrapper.SUNPLUS), "/dev/sdz").send(BLOCK_ERASE, 10.0)
    assert caught.value.code == "bridge-refused"
    assert len(bridge.sent) == 1


def test_what_the_wrapper_cannot_carry_never_reaches_the_bridge() -> None:
    for wrapper in (Wrapper.JMICRON, Wrapper.CYPRESS, Wrapper.PROLIFIC, Wrapper.SAT_12):
        bridge = Bridge([])
        with pytest.raises(NotSupported) as caught:
            ata_through(bridge, Manners(wrapper), "/dev/sdz").send(BLOCK_ERASE, 10.0)
        assert caught.value.code == "wrapper-cannot"
    for wrapper in (Wrapper.ASMEDIA_NVME, Wrapper.REALTEK_NVME):
        with pytest.raises(NotSupported):
            nvme_through(Bridge([]), Manners(wrapper), "/dev/sdz").send(NvmeCommand("Sanitize", 0x84, cdw10=2), 10.0)


@pytest.mark.parametrize("wrapper", list(Wrapper))
def test_every_wrapper_carries_ata_or_nvme_or_nothing(wrapper: Wrapper, speaks: Callable[..., tuple[str, ...]]) -> None:
    refusals = []
    for choose in (ata_through, nvme_through):
        try:
            choose(Bridge([]), Manners(wrapper), "/dev/sdz")
        except NotSupported as error:
            refusals.append(error)
    assert len(refusals) == (2 if wrapper is Wrapper.NONE else 1)
    for error in refusals:
        assert error.code == "no-way-through"
        assert any("/dev/sdz" in sentence for sentence in speaks(error))


RESPONSE_OK = ScsiAnswer(0, b"NVME" + bytes(4) + bytes.fromhex("05000000") + bytes(500))
RESPONSE_REFUSED = ScsiAnswer(0, b"NVME" + bytes(18) + bytes.fromhex("0480") + bytes(488))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([GOOD, ScsiAnswer(0, b"i" * 4096), RESPONSE_OK], NvmeAnswer(0, 5, b"i" * 4096)),
        ([GOOD, CHECK, RESPONSE_REFUSED], NvmeAnswer(0x4002, 0, b"")),
        ([GOOD, GOOD, RESPONSE_REFUSED], NvmeAnswer(0x4002, 0, b"")),
    ],
)
def test_jmicron_tells_what_the_drive_said(answers: list[ScsiAnswer | TransportError], expected: NvmeAnswer) -> None:
    bridge = Bridge(answers)
    assert nvme_through(bridge, Manners(Wrapper.JMICRON_NVME), "/dev/sdz").send(NVME_IDENTIFY, 10.0) == expected
    assert bridge.opcodes == [0xA1, 0xA1, 0xA1]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([CHECK], "bridge-refused"),
        ([GOOD, GOOD, CHECK], "bridge-refused"),
        ([GOOD, GOOD, GOOD], "bridge-refused"),  # no signature
        ([GOOD, CHECK, RESPONSE_OK], "bridge-refused"),  # the two contradict each other
        ([GOOD, GONE], "no-device"),
    ],
)
def test_jmicron_that_leaves_the_outcome_open_is_an_error_of_the_wire(
    answers: list[ScsiAnswer | TransportError], code: str, speaks: Callable[..., tuple[str, ...]]
) -> None:
    with pytest.raises(TransportError) as caught:
        nvme_through(Bridge(answers), Manners(Wrapper.JMICRON_NVME), "/dev/sdz").send(NVME_IDENTIFY, 10.0)
    assert caught.value.code == code
    speaks(caught.value)


@pytest.mark.parametrize("wrapper", [Wrapper.ASMEDIA_NVME, Wrapper.REALTEK_NVME])
def test_simple_bridges_answer_or_leave_it_open_who_refused(wrapper: Wrapper) -> None:
    assert nvme_through(Bridge([ScsiAnswer(0, b"i")]), Manners(wrapper), "d").send(NVME_IDENTIFY, 1.0) == NvmeAnswer(0, 0, b"i")
    with pytest.raises(TransportError) as caught:
        nvme_through(Bridge([CHECK]), Manners(wrapper), "d").send(NVME_IDENTIFY, 1.0)
    assert caught.value.code == "bridge-refused"
    assert "700005" in str(caught.value.parameters["detail"])


@pytest.mark.parametrize(
    ("command", "kinds"),
    [
        (IDENTIFY, set()),
        (BLOCK_ERASE, {"ata-sanitize-block-erase", "ata-48-bit"}),
        (AtaCommand("SANITIZE STATUS EXT", 0xB4, AtaProtocol.NON_DATA, extended=True), {"ata-48-bit"}),
        (AtaCommand("CRYPTO SCRAMBLE EXT", 0xB4, AtaProtocol.NON_DATA, feature=0x11), {"ata-sanitize-crypto-scramble"}),
        (AtaCommand("OVERWRITE EXT", 0xB4, AtaProtocol.NON_DATA, feature=0x14), {"ata-sanitize-overwrite"}),
        (ERASE_UNIT, {"ata-security-erase"}),
        (ENHANCED_ERASE, {"ata-security-erase-enhanced"}),
        (AtaCommand("SECURITY SET PASSWORD", 0xF1, AtaProtocol.PIO_OUT), {"ata-security-set-password"}),
        (AtaCommand("READ NATIVE MAX ADDRESS", 0xF8, AtaProtocol.NON_DATA), {"ata-read-native-max"}),
        (AtaCommand("READ NATIVE MAX ADDRESS EXT", 0x27, AtaProtocol.NON_DATA), {"ata-read-native-max"}),
        (AtaCommand("SET MAX ADDRESS", 0xF9, AtaProtocol.NON_DATA), {"ata-set-max"}),
        (AtaCommand("SET MAX ADDRESS EXT", 0x37, AtaProtocol.NON_DATA), {"ata-set-max"}),
        (AtaCommand("DEVICE CONFIGURATION RESTORE", 0xB1, AtaProtocol.NON_DATA, feature=0xC0), {"ata-dco-restore"}),
        (AtaCommand("DEVICE CONFIGURATION IDENTIFY", 0xB1, AtaProtocol.PIO_IN, feature=0xC2), set()),
        (AtaCommand("DATA SET MANAGEMENT", 0x06, AtaProtocol.DMA_OUT), {"ata-trim", "ata-dma"}),
        (AtaCommand("READ LOG EXT", 0x2F, AtaProtocol.PIO_IN), {"ata-read-log"}),
        (AtaCommand("READ LOG DMA EXT", 0x47, AtaProtocol.DMA_IN), {"ata-read-log", "ata-read-log-dma", "ata-dma"}),
        (AtaCommand("SMART READ LOG", 0xB0, AtaProtocol.PIO_IN, feature=0xD5), {"ata-read-log", "ata-smart"}),
        (AtaCommand("SMART RETURN STATUS", 0xB0, AtaProtocol.NON_DATA, feature=0xDA), {"ata-smart"}),
        (NVME_IDENTIFY, set()),
        (NvmeCommand("Identify", 0x06, cdw10=3), {"nvme-identify-descriptors"}),
        (NvmeCommand("Format NVM", 0x80, cdw10=0x000), {"nvme-format-without-erase"}),
        (NvmeCommand("Format NVM", 0x80, cdw10=0x201), {"nvme-format-user-data-erase"}),
        (NvmeCommand("Format NVM", 0x80, cdw10=0x400), {"nvme-format-crypto-erase"}),
        (NvmeCommand("Sanitize", 0x84, cdw10=0x002), {"nvme-sanitize-block-erase"}),
        (NvmeCommand("Sanitize", 0x84, cdw10=0x20B), {"nvme-sanitize-overwrite"}),
        (NvmeCommand("Sanitize", 0x84, cdw10=0x004), {"nvme-sanitize-crypto-erase"}),
        (NvmeCommand("Sanitize", 0x84, cdw10=0x001), set()),
        (NvmeCommand("Abort", 0x08), {"nvme-abort"}),
        (NvmeCommand("Security Send", 0x81), {"nvme-security-send"}),
        (ScsiCommand("INQUIRY", bytes.fromhex("120000002400")), set()),
        (ScsiCommand("SANITIZE (OVERWRITE)", bytes.fromhex("48810000000000000800")), {"scsi-sanitize-overwrite"}),
        (ScsiCommand("SANITIZE (BLOCK ERASE)", bytes.fromhex("48820000000000000000")), {"scsi-sanitize-block-erase"}),
        (ScsiCommand("SANITIZE (CRYPTOGRAPHIC ERASE)", bytes.fromhex("48830000000000000000")), {"scsi-sanitize-cryptographic-erase"}),
        (ScsiCommand("SANITIZE (EXIT FAILURE MODE)", bytes.fromhex("489f0000000000000000")), set()),
        (ScsiCommand("FORMAT UNIT", bytes.fromhex("041000000000")), {"scsi-format-unit"}),
        (ScsiCommand("UNMAP", bytes.fromhex("42000000000000001800")), {"scsi-unmap"}),
        (ScsiCommand("WRITE SAME (16)", bytes.fromhex("93080000") + bytes(12)), {"scsi-write-same"}),
        (ScsiCommand("LOG SENSE", bytes.fromhex("4d004000000000020000")), {"scsi-log-sense"}),
        (ScsiCommand("REPORT LUNS", bytes.fromhex("a00000000000000010000000")), {"scsi-report-luns"}),
        (ScsiCommand("REPORT SUPPORTED OPERATION CODES", bytes.fromhex("a30c00000000000010000000")), {"scsi-report-operation-codes"}),
        (ScsiCommand("REPORT TARGET PORT GROUPS", bytes.fromhex("a30a00000000000010000000")), set()),
        (ScsiCommand("SECURITY PROTOCOL IN", bytes.fromhex("a20100010000000002000000")), {"scsi-security-protocol"}),
        (ScsiCommand("SECURITY PROTOCOL OUT", bytes.fromhex("b50100010000000002000000")), {"scsi-security-protocol"}),
    ],
)
def test_delicate_commands_are_known_by_their_bytes(command: AtaCommand | NvmeCommand | ScsiCommand, kinds: set[str]) -> None:
    assert {kind.value for kind in kinds_of(command)} == kinds


def test_every_delicate_kind_is_seen_in_one_of_the_commands_above() -> None:
    rows = test_delicate_commands_are_known_by_their_bytes.pytestmark[0].args[1]
    assert {kind for _, kinds in rows for kind in kinds} == {kind.value for kind in Delicate}


def test_a_profiles_words_are_taken_but_for_those_that_are_the_planners() -> None:
    words = ("ata-sanitize-overwrite", "ata-queued-trim", "mmc-sanitize", "nvme-abort")
    assert delicate(words) == {Delicate.ATA_SANITIZE_OVERWRITE, Delicate.NVME_ABORT}
    with pytest.raises(ValueError, match="nvme-sanitise"):
        delicate(("nvme-sanitise",))


@pytest.mark.parametrize("forbidden", [frozenset({Delicate.ATA_SANITIZE_BLOCK_ERASE}), frozenset({Delicate.ATA_48_BIT})])
def test_a_forbidden_command_never_reaches_the_wire(forbidden: frozenset[Delicate], speaks: Callable[..., tuple[str, ...]]) -> None:
    bridge = Bridge([])
    manners = Manners(forbidden=forbidden)
    with pytest.raises(NotSupported) as caught:
        ata_through(bridge, manners, "/dev/sdz").send(BLOCK_ERASE, 10.0)
    assert caught.value.code == "command-forbidden"
    assert any(next(iter(forbidden)).value in sentence and "BLOCK ERASE EXT" in sentence for sentence in speaks(caught.value))
    bridge.answers = [ScsiAnswer(0, b"d" * 512)]
    assert ata_through(bridge, manners, "/dev/sdz").send(IDENTIFY, 10.0).data == b"d" * 512


def test_a_transfer_that_is_too_long_never_reaches_the_wire(speaks: Callable[..., tuple[str, ...]]) -> None:
    bridge = Bridge([GOOD])
    guarded = Guarded(bridge, Manners(max_transfer=512), "/dev/sdz")
    guarded.send(ScsiCommand("READ BUFFER", bytes(10), data_in=512), 1.0)
    for command in (ScsiCommand("READ BUFFER", bytes(10), data_in=513), ScsiCommand("WRITE BUFFER", bytes(10), data_out=bytes(513))):
        with pytest.raises(TransportError) as caught:
            guarded.send(command, 1.0)
        assert caught.value.code == "transfer-refused"
        assert any("513 > 512" in sentence for sentence in speaks(caught.value))
    assert len(bridge.sent) == 1


@pytest.mark.parametrize(
    ("wrapper", "cdb", "refused"),
    [
        (Wrapper.SAT_16, "a1080e000100000000ec0000", True),
        (Wrapper.SAT_16, "85080e00000001000000000000004eec", False),
        (Wrapper.JMICRON_NVME, "a1080e000100000000ec0000", True),
        (Wrapper.JMICRON_NVME, "a18200001000000000000000", False),  # its own NVMe wrapper
    ],
)
def test_bridges_that_crash_on_ata_pass_through_12_never_see_it(wrapper: Wrapper, cdb: str, refused: bool) -> None:
    command = ScsiCommand("ATA PASS-THROUGH (12)", bytes.fromhex(cdb), data_in=512)
    bridge = Bridge([GOOD])
    guarded = Guarded(bridge, Manners(wrapper, never_a1=True), "/dev/sdz")
    if refused:
        with pytest.raises(NotSupported) as caught:
            guarded.send(command, 1.0)
        assert caught.value.parameters["kind"] == "A1h"
    else:
        guarded.send(command, 1.0)
    assert len(bridge.sent) == (0 if refused else 1)


def test_sat_12_on_a_bridge_that_crashes_on_it_is_refused_whoever_asks() -> None:
    bridge = Bridge([])
    with pytest.raises(NotSupported):
        ata_through(bridge, Manners(Wrapper.SAT_12, never_a1=True), "/dev/sdz").send(IDENTIFY, 1.0)
    assert not bridge.sent
