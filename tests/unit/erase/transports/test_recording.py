"""What is recorded comes back from the recording, and no name of a single drive stands in it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erase.commands.serials import names_in
from erase.commands.wire import (
    AtaAnswer,
    AtaCommand,
    AtaProtocol,
    AtaRegisters,
    MmcAnswer,
    MmcCommand,
    MmcTransfer,
    NvmeAnswer,
    NvmeCommand,
    ScsiAnswer,
    ScsiCommand,
)
from erase.errors import TransportError
from erase.transports.loopback import Loopback
from erase.transports.recording import Exchange, Recorder, Replay, anonymous, from_lines, to_lines

IDENTIFY = AtaCommand("IDENTIFY DEVICE", 0xEC, AtaProtocol.PIO_IN, count=1, data_in=512)
SERIAL = "S5RRNF0T123456K"
WWN = "5002538f12345678"


def swapped(text: str, length: int) -> bytes:
    raw = text.ljust(length).encode()
    return b"".join(raw[place + 1 : place + 2] + raw[place : place + 1] for place in range(0, length, 2))


def identify(*, signed: bool = True) -> bytes:
    data = bytearray(512)
    data[20:40] = swapped(SERIAL, 20)
    data[54:94] = swapped("Samsung SSD 870 EVO 2TB", 40)
    data[216:224] = b"".join(bytes.fromhex(WWN)[place : place + 2][::-1] for place in range(0, 8, 2))
    if signed:
        data[510] = 0xA5
        data[511] = -sum(data) % 256
    return bytes(data)


def vpd(code: int, body: bytes) -> bytes:
    return bytes((0, code)) + len(body).to_bytes(2, "big") + body


def inquiry(code: int | None) -> ScsiCommand:
    cdb = bytes((0x12, 0 if code is None else 1, code or 0, 4, 0, 0))
    return ScsiCommand("INQUIRY", cdb, data_in=1024)


NVME_SERIAL = "PHLJ9123004X1P0E"
NGUID = "0100000001020304e4d25c1a2b3c4d5e"
EUI = "e4d25c1a2b3c4d5e"
UUID = "d9e4f1a2-7b3c-4d5e-8f60-718293a4b5c6"
CONTROLLER = bytes(4) + NVME_SERIAL.ljust(20).encode() + b"INTEL SSDPEKNW512G8".ljust(40) + bytes(704)
CONTROLLER += f"nqn.2014-08.org.nvmexpress:uuid:{UUID}".encode().ljust(256, b"\0") + bytes(3072)
NAMESPACE = bytes(104) + bytes.fromhex(NGUID + EUI) + bytes(3968)
DESCRIPTORS = bytes.fromhex("02100000" + NGUID + "01080000" + EUI) + bytes(4068)


def identify_nvme(cns: int) -> NvmeCommand:
    return NvmeCommand("Identify", 0x06, nsid=1, cdw10=cns, data_in=4096)


@pytest.mark.parametrize(
    ("command", "data", "names"),
    [
        (IDENTIFY, identify(), {SERIAL, WWN}),
        (IDENTIFY, identify(signed=False), {SERIAL, WWN}),
        (ScsiCommand("ATA PASS-THROUGH (16): IDENTIFY DEVICE", bytes(16), data_in=512), identify(signed=False), {SERIAL, WWN}),
        (AtaCommand("READ LOG EXT", 0x2F, AtaProtocol.PIO_IN, lba=0x130), identify(), {SERIAL, WWN}),  # the copy in log 30h page 01h
        (IDENTIFY, bytes(512), set()),
        (IDENTIFY, b"d" * 512, set()),
        (inquiry(0x80), vpd(0x80, b"            00000001"), set()),
        (IDENTIFY, b"short", set()),
        (inquiry(None), bytes(8) + b"SEAGATE ST600MM0006     0003" + SERIAL.encode().ljust(20) + bytes(40), {SERIAL}),
        (inquiry(0x80), vpd(0x80, b"  " + SERIAL.encode()), {SERIAL}),
        (
            inquiry(0x83),
            vpd(0x83, bytes.fromhex("01030008" + WWN + "61930008" + "5002538f12345679" + "02010008") + b"SAMSUNG "),
            {WWN, "5002538f12345679"},
        ),
        (inquiry(0x83), vpd(0x83, bytes.fromhex("01020008" + EUI + "0103")), {EUI}),
        (inquiry(0x89), vpd(0x89, bytes(56) + identify()), {SERIAL, WWN}),
        (inquiry(0xB1), vpd(0xB1, bytes(60)), set()),
        (identify_nvme(1), CONTROLLER, {NVME_SERIAL, UUID}),
        (identify_nvme(0), NAMESPACE, {NGUID, EUI}),
        (identify_nvme(3), DESCRIPTORS, {NGUID, EUI}),
        (identify_nvme(2), (1).to_bytes(4, "little") + bytes(4092), set()),
        (NvmeCommand("Get Log Page", 0x02, cdw10=0x7F0002), bytes(range(256)) * 2, set()),
    ],
)
def test_the_names_of_a_drive_are_found_where_the_standards_put_them(command: Any, data: bytes, names: set[str]) -> None:
    assert names_in(command, data) == names


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (IDENTIFY, AtaAnswer(None, identify())),
        (inquiry(0x89), ScsiAnswer(0, vpd(0x89, bytes(56) + identify()))),
    ],
)
def test_identify_data_sum_up_again(command: Any, answer: Any) -> None:
    exchanges, short = anonymous([Exchange(command, answer)])
    after: Any = exchanges[0].outcome
    data = after.data[-512:]
    assert sum(data) % 256 == 0
    assert data[54:94] == swapped("Samsung SSD 870 EVO 2TB", 40)
    assert data[20:40] != answer.data[-512:][20:40]
    assert (data[216:218].hex(), data[218] >> 4, data[219]) == ("0250", 0x8, 0x53)  # the maker's part stays
    assert data[220:224] != answer.data[-512:][220:224]
    assert short == ()


def test_no_name_is_left_in_any_form_anywhere() -> None:
    leaking = SERIAL.encode() + b" " + swapped(SERIAL, 16) + bytes.fromhex(WWN) + WWN.encode() + WWN.upper().encode()
    exchanges = [
        Exchange(IDENTIFY, AtaAnswer(None, identify())),
        Exchange(ScsiCommand("LOG SENSE", bytes(10), data_in=200), ScsiAnswer(0, leaking, SERIAL.encode())),
        Exchange(IDENTIFY, TransportError("transports", "time-out", device=f"ata-{SERIAL}", command="c", seconds="1", detail="d")),
    ]
    clean, _ = anonymous(exchanges)
    text = to_lines(clean)
    for form in (SERIAL, WWN):
        assert form not in text
        assert form.encode().hex() not in text
        assert swapped(form, len(form) // 2 * 2).hex() not in text
    assert WWN.upper().encode().hex() not in text
    assert len(text.splitlines()) == 3


def test_an_emmcs_serial_number_is_taken_out_of_its_cid() -> None:
    command = MmcCommand("SEND_CID", 10, 0x10000, "R2")
    status = MmcCommand("SEND_STATUS", 13, 0x10000, "R1")
    # MID 15, CBX 01, OID 00, PNM "BJTD4R", PRV 06, PSN 12345678, MDT 5a, CRC 9d
    cid = (0x15010042, 0x4A544434, 0x52061234, 0x56785A9D)
    clean, _ = anonymous([Exchange((command, status), (MmcAnswer(cid), MmcAnswer((0x900,))))])
    assert clean[0].outcome == (MmcAnswer((0x15010042, 0x4A544434, 0x52000000, 0x00005A00)), MmcAnswer((0x900,)))


def test_a_name_known_from_elsewhere_is_replaced_and_a_short_one_is_told() -> None:
    told = Exchange(NvmeCommand("Get Log Page", 0x02), NvmeAnswer(0, 0, b"serial ABC1234567 part X12"))
    clean, short = anonymous([told], also=("ABC1234567", "X12"))
    answer: Any = clean[0].outcome
    assert b"ABC1234567" not in answer.data
    assert answer.data.endswith(b"part X12")
    assert short == ("X12",)


def test_a_recording_answers_as_the_drive_did_and_at_last_always_the_same() -> None:
    said = iter([ScsiAnswer(2, b"", b"\x70"), ScsiAnswer(0, b"a"), ScsiAnswer(0, b"b")])
    exchanges: list[Exchange] = []
    recorder = Recorder(Loopback[ScsiCommand, ScsiAnswer](lambda command, timeout: next(said)), exchanges)
    first = [recorder.send(inquiry(None), 1.0) for _ in range(3)]
    replay = Replay[ScsiCommand, ScsiAnswer](from_lines(to_lines(tuple(exchanges))))
    assert [replay.send(inquiry(None), 1.0) for _ in range(3)] == first
    assert replay.send(ScsiCommand("by another name", inquiry(None).cdb, data_in=1024), 1.0) == first[-1]


def test_what_was_not_recorded_is_refused(speaks: Callable[..., tuple[str, ...]]) -> None:
    replay = Replay[ScsiCommand, ScsiAnswer]((Exchange(inquiry(0x80), ScsiAnswer(0)),))
    with pytest.raises(TransportError) as caught:
        replay.send(inquiry(0x83), 1.0)
    assert caught.value.code == "not-recorded"
    assert any("INQUIRY" in sentence for sentence in speaks(caught.value))


def test_what_failed_fails_again(speaks: Callable[..., tuple[str, ...]]) -> None:
    def fail(command: ScsiCommand, timeout: float) -> ScsiAnswer:
        raise TransportError("transports", "time-out", device="/dev/sdz", command=command.name, seconds="5", detail="DID_TIME_OUT")

    exchanges: list[Exchange] = []
    with pytest.raises(TransportError):
        Recorder(Loopback[ScsiCommand, ScsiAnswer](fail), exchanges).send(inquiry(None), 5.0)
    with pytest.raises(TransportError) as caught:
        Replay[ScsiCommand, ScsiAnswer](from_lines(to_lines(tuple(exchanges)))).send(inquiry(None), 5.0)
    assert caught.value.code == "time-out"
    assert any("DID_TIME_OUT" in sentence for sentence in speaks(caught.value))


GOOD_LINE = to_lines((Exchange(inquiry(None), ScsiAnswer(0, b"data")),))


def test_a_line_is_as_written_in_the_modules_head() -> None:
    assert GOOD_LINE == (
        '{"ask": {"scsi": {"name": "INQUIRY", "cdb": "120000040000", "data_in": 1024}}, "answer": {"status": 0, "data": "64617461"}}\n'
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        GOOD_LINE.replace("scsi", "sasi"),
        GOOD_LINE.replace('"120000040000"', '"12000004000"'),
        GOOD_LINE.replace('"120000040000"', "12"),
        GOOD_LINE.replace('"cdb"', '"cbd"'),
        GOOD_LINE.replace('"status": 0', '"status": "0"'),
        GOOD_LINE.replace('"answer"', '"anser"'),
        GOOD_LINE.replace('"answer": {', '"error": {'),
        GOOD_LINE.replace('{"status": 0, "data": "64617461"}', "[]"),
        GOOD_LINE.replace('{"scsi": {', '{"ata": {}, "scsi": {'),
        "[" * 100_000,
    ],
)
def test_a_line_that_is_none_is_told_by_its_number(line: str, speaks: Callable[..., tuple[str, ...]]) -> None:
    with pytest.raises(TransportError) as caught:
        from_lines(GOOD_LINE + line.rstrip("\n") + "\n")
    assert caught.value.code == "recording-unreadable"
    assert any("2" in sentence for sentence in speaks(caught.value))


@given(st.text(max_size=200))
def test_nonsense_for_a_recording_never_crashes(text: str) -> None:
    with contextlib.suppress(TransportError):
        from_lines(text)


words = st.integers(0, 0xFFFFFFFF)
data = st.binary(max_size=64)
registers = st.none() | st.builds(AtaRegisters, status=words, error=words, device=words, count=words, lba=words, upper_known=st.booleans())
ata = st.tuples(
    st.builds(AtaCommand, st.text(), words, st.sampled_from(AtaProtocol), extended=st.booleans(), lba=words, data_out=data, data_in=words),
    st.builds(AtaAnswer, registers, data),
)
scsi = st.tuples(st.builds(ScsiCommand, st.text(), data, data, words), st.builds(ScsiAnswer, words, data, data))
nvme = st.tuples(st.builds(NvmeCommand, st.text(), words, words, cdw10=words, data_out=data), st.builds(NvmeAnswer, words, words, data))
mmc_part = st.tuples(
    st.builds(MmcCommand, st.text(), words, words, st.sampled_from(["R1", "R2"]), transfer=st.sampled_from(MmcTransfer), data_out=data),
    st.builds(MmcAnswer, st.lists(words, max_size=4).map(tuple), data),
)
mmc = st.lists(mmc_part, min_size=1, max_size=3).map(lambda parts: tuple(zip(*parts, strict=True)))
failures = st.builds(lambda detail: TransportError("transports", "host-error", detail=detail), st.text())


@given(st.lists(st.one_of(ata, scsi, nvme, mmc), max_size=4), st.lists(failures, max_size=2))
def test_what_is_written_is_read_again(pairs: list[Any], errors: list[TransportError]) -> None:
    exchanges = tuple(Exchange(command, answer) for command, answer in pairs)
    assert from_lines(to_lines(exchanges)) == exchanges
    failed = tuple(Exchange(IDENTIFY, error) for error in errors)
    read = from_lines(to_lines(failed))
    assert [(one.command, one.outcome.code, one.outcome.parameters) for one in read if isinstance(one.outcome, TransportError)] == [
        (IDENTIFY, error.code, error.parameters) for error in errors
    ]


@given(st.from_regex(r"[A-Z0-9]{8,20}", fullmatch=True), st.binary(max_size=100), st.binary(max_size=100))
def test_a_serial_number_is_never_left_behind(serial: str, before: bytes, after: bytes) -> None:
    exchanges = [
        Exchange(inquiry(0x80), ScsiAnswer(0, vpd(0x80, serial.encode()))),
        Exchange(inquiry(0xC0), ScsiAnswer(0, before + serial.encode() + after)),
    ]
    if len(set(serial)) > 2:
        clean, _ = anonymous(exchanges)
        for exchange, old in zip(clean, exchanges, strict=True):
            new_answer: Any = exchange.outcome
            old_answer: Any = old.outcome
            assert serial.encode() not in new_answer.data
            assert len(new_answer.data) == len(old_answer.data)
