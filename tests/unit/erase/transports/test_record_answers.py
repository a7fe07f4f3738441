"""scripts/record-drive answers: asks with reading commands only, and writes what came without serial numbers."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from erase.commands.wire import AtaAnswer, AtaCommand, NvmeAnswer, NvmeCommand, ScsiAnswer, ScsiCommand
from erase.errors import TransportError
from erase.transports.loopback import Loopback
from erase.transports.reading import ask, nvme_questions
from erase.transports.recording import Exchange, Recorder, Replay, from_lines

SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "record-drive"
SERIAL = "S5RRNF0T123456K"
CHECK = ScsiAnswer(2, sense=bytes.fromhex("700005000000000a00000000200000000000"))


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("record_drive", str(SCRIPT))
    spec = importlib.util.spec_from_loader("record_drive", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A root with a SATA disk that has one partition, and an NVMe controller."""
    disk = tmp_path / "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sdz"
    part = disk / "sdz1"
    controller = tmp_path / "sys/devices/pci0000:00/0000:01:00.0/nvme/nvme7"
    for folder, name, place in ((disk, "sdz", "block"), (part, "sdz1", "block"), (controller, "nvme7", "nvme")):
        folder.mkdir(parents=True, exist_ok=True)
        link = tmp_path / "sys/class" / place / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path(os.path.relpath(folder, link.parent)))
    (part / "partition").write_text("1\n")
    (controller / "serial").write_text(f"{SERIAL}     \n")
    (tmp_path / "proc/sys/kernel").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/osrelease").write_text("6.1.0-56-amd64\n")
    return tmp_path


def satl(command: ScsiCommand) -> ScsiAnswer:
    """A disk behind a SATL, with its serial number in page 80h; it knows nothing else."""
    if command.cdb[:3] == b"\x12\x00\x00":
        return ScsiAnswer(0, bytes.fromhex("00000602 5b000002") + b"ATA     Samsung SSD 870 2B6Q" + bytes(60))
    if command.cdb[:3] == b"\x12\x01\x80":
        return ScsiAnswer(0, b"\0\x80\0\x14" + SERIAL.rjust(20).encode())
    return ScsiAnswer(0, b"d" * 512) if command.cdb[0] == 0x85 and command.cdb[14] == 0xEC else CHECK


def asking(recorder: ModuleType, sent: list[ScsiCommand], wrapper_seen: list[str | None]) -> Callable[..., None]:
    def execute(command: ScsiCommand, timeout: float) -> ScsiAnswer:
        sent.append(command)
        return satl(command)

    def asked(node: str, family: str, wrapper: str | None, exchanges: list[Exchange]) -> None:
        assert (node, family) == ("/dev/sdz", "scsi")
        wrapper_seen.append(wrapper)
        recorder.ask_scsi(Loopback[ScsiCommand, ScsiAnswer](execute), node, wrapper, exchanges)

    return asked


def test_the_answers_are_written_and_can_be_replayed(recorder: ModuleType, machine: Path, tmp_path: Path) -> None:
    sent: list[ScsiCommand] = []
    out = tmp_path / "samsung-870"
    arguments = ["/dev/sdz", "--out", str(out), "--note", "made"]
    assert recorder.record_answers(arguments, machine, asking(recorder, sent, [])) == 0
    text = (out / "answers.jsonl").read_text()
    assert SERIAL.encode().hex() not in text
    exchanges = from_lines(text)
    assert len(exchanges) == len(sent)
    assert (out / "README.md").read_text() == f"`answers.jsonl`: {len(sent)} commands and answers, asked under Linux 6.1.0-56-amd64. made\n"
    identify = next(one.command for one in exchanges if isinstance(one.command, AtaCommand) and one.command.command == 0xEC)
    assert Replay[AtaCommand, AtaAnswer](exchanges).send(identify, 1.0).data == b"d" * 512


def test_nothing_but_reading_commands_reaches_the_drive(recorder: ModuleType, machine: Path, tmp_path: Path) -> None:
    sent: list[ScsiCommand] = []
    recorder.record_answers(["/dev/sdz", "--out", str(tmp_path / "out")], machine, asking(recorder, sent, []))
    assert len(sent) > 40
    assert not any(command.data_out for command in sent)
    assert {command.cdb[0] for command in sent} <= {0x12, 0x1A, 0x25, 0x37, 0x4D, 0x5A, 0x85, 0x9E, 0xA0, 0xA2, 0xA3, 0xB7}
    assert {command.cdb[14] for command in sent if command.cdb[0] == 0x85} <= {0x2F, 0x78, 0xB0, 0xB1, 0xB4, 0xEC}


@pytest.mark.parametrize(("wrapper", "opcode"), [("jmicron", 0xDF), ("cypress", 0x24), ("sat-12", 0xA1)])
def test_a_bridge_is_asked_in_the_wrapper_that_was_named(
    recorder: ModuleType, machine: Path, tmp_path: Path, wrapper: str, opcode: int
) -> None:
    sent: list[ScsiCommand] = []
    seen: list[str | None] = []
    arguments = ["/dev/sdz", "--out", str(tmp_path / "out"), "--wrapper", wrapper]
    recorder.record_answers(arguments, machine, asking(recorder, sent, seen))
    assert seen == [wrapper]
    assert opcode in {command.cdb[0] for command in sent}
    assert 0x85 not in {command.cdb[0] for command in sent}


def test_an_nvme_drives_serial_number_from_sysfs_is_replaced_too(recorder: ModuleType, machine: Path, tmp_path: Path) -> None:
    def asked(node: str, family: str, wrapper: str | None, exchanges: list[Exchange]) -> None:
        assert (node, family, wrapper) == ("/dev/nvme7", "nvme", None)
        drive = Loopback[NvmeCommand, NvmeAnswer](lambda command, timeout: NvmeAnswer(0, 0, b"log " + SERIAL.encode()))
        ask(Recorder[NvmeCommand, NvmeAnswer](drive, exchanges), nvme_questions(), 1.0)

    assert recorder.record_answers(["/dev/nvme7", "--out", str(tmp_path / "out")], machine, asked) == 0
    text = (tmp_path / "out/answers.jsonl").read_text()
    assert b"log ".hex() in text
    assert SERIAL.encode().hex() not in text


def fails(error: Exception) -> Callable[..., None]:
    def asked(node: str, family: str, wrapper: str | None, exchanges: list[Exchange]) -> None:
        raise error

    return asked


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("/dev/sdz", TransportError("transports", "time-out", device="/dev/sdz", command="INQUIRY", seconds="30", detail="DID_TIME_OUT")),
        ("/dev/sdz", PermissionError(13, "Permission denied")),
        ("/dev/sdz1", AssertionError("asked")),
        ("/dev/sdy", AssertionError("asked")),
    ],
)
def test_without_a_drive_that_answers_nothing_is_written(
    recorder: ModuleType, machine: Path, capsys: pytest.CaptureFixture[str], device: str, error: Any
) -> None:
    assert recorder.record_answers([device, "--out", str(machine / "out")], machine, fails(error)) == 2
    assert "scripts/record-drive: " in capsys.readouterr().err
    assert not (machine / "out").exists()


def test_a_serial_number_that_is_too_short_is_told(
    recorder: ModuleType, machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "sys/class/nvme/nvme7/serial").write_text("ABC\n")
    recorder.record_answers(["/dev/nvme7", "--out", str(tmp_path / "out")], machine, lambda *_: None)
    assert "ABC is too short" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "family"),
    [
        ("/sys/devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1", "nvme"),
        ("/sys/devices/virtual/nvme-fabrics/ctl/nvme1", "nvme"),
        ("/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "nvme"),
        ("/sys/devices/platform/fe320000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "mmc"),
        ("/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda", "scsi"),
    ],
)
def test_the_family_is_told_by_the_place_in_sysfs(recorder: ModuleType, place: str, family: str) -> None:
    assert recorder.family_of(place) == family


def test_a_drive_of_which_only_errors_came_is_not_recorded(recorder: ModuleType, machine: Path, tmp_path: Path) -> None:
    def asked(node: str, family: str, wrapper: str | None, exchanges: list[Exchange]) -> None:
        error = TransportError("transports", "driver-error", device=node, command="INQUIRY", status="0x7")
        exchanges.append(Exchange(ScsiCommand("INQUIRY", b"\x12" + bytes(5), data_in=36), error))

    assert recorder.record_answers(["/dev/sdz", "--out", str(tmp_path / "out")], machine, asked) == 2
    assert not (tmp_path / "out").exists()
