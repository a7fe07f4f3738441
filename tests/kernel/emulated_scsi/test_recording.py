"""scripts/record-drive asks emulated drives under the kernel's drivers, with commands that only read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from erase.transports.recording import Exchange, Replay, from_lines
from nvme_rig import Front as NvmeFront

from .conftest import Front

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "record-drive"
# operation codes of SPC-5 and SBC-4 that read; of 9Eh and A3h with their service actions, of 85h with ATA's command and features
READS = {0x00, 0x12, 0x1A, 0x25, 0x37, 0x4D, 0x5A, 0xA0, 0xA2, (0x9E, 0x10), (0xA3, 0x0C)}
# ACS-4: IDENTIFY DEVICE, READ LOG EXT; SMART, DEVICE CONFIGURATION, GET NATIVE MAX ADDRESS EXT and SANITIZE by their features
ATA_READS = {0xEC, 0x2F, (0xB0, 0xD0), (0xB0, 0xD1), (0xB0, 0xDA), (0xB1, 0xC2), (0x78, 0x00), (0xB4, 0x00)}
# NVMe Base 2.0 figure 138: Get Log Page, Identify, Get Features, Security Receive; and Keep Alive, which the kernel sends
NVME_READS, KEEP_ALIVE = {0x02, 0x06, 0x0A, 0x82}, 0x18


def _record(device: object, out: Path) -> tuple[Exchange, ...]:
    command = [sys.executable, str(SCRIPT), "answers", str(device), "--out", str(out)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=180)
    assert (ended.returncode, ended.stderr) == (0, "")
    return from_lines((out / "answers.jsonl").read_text())


def _reads(cdb: bytes) -> bool:
    if cdb[0] == 0x85:
        return bool({cdb[14], (cdb[14], cdb[4])} & ATA_READS)
    return bool({cdb[0], (cdb[0], cdb[1] & 0x1F)} & READS)


def _replayed(exchanges: tuple[Exchange, ...]) -> dict[str, bytes]:
    """What a drive made of the recording answers, by the commands' names; each as it was recorded."""
    drive: Replay[Any, Any] = Replay(exchanges)
    answered: dict[str, bytes] = {}
    for exchange in exchanges:
        if not isinstance(exchange.outcome, Exception):
            answer = drive.send(exchange.command, 1.0)
            assert answer == exchange.outcome
            answered.setdefault(exchange.command.name, answer.data)  # type: ignore[union-attr]
    return answered


def _nowhere(secret: bytes, answered: dict[str, bytes], out: Path) -> bool:
    """In no answer, as text or as ATA swaps it, and in no file."""
    swapped = b"".join(secret[at : at + 2][::-1] for at in range(0, len(secret), 2))
    return not any(
        each in data
        for each in (secret, swapped, secret.hex().encode(), swapped.hex().encode())
        for data in (*answered.values(), *(file.read_bytes() for file in out.iterdir()))
    )


def test_an_ata_drive_is_recorded_without_its_serial_number(drives: Front, tmp_path: Path) -> None:
    words = bytes.fromhex(drives.inside("flash")["identify"])
    serial = bytes(words[at ^ 1] for at in range(20, 40)).strip()
    drives.heard("flash")
    answered = _replayed(_record(drives.block("flash"), tmp_path))
    heard = drives.heard("flash")
    assert [cdb.hex() for cdb in heard if not _reads(cdb)] == []
    assert sum(cdb[0] == 0x85 for cdb in heard) > 10
    assert answered["IDENTIFY DEVICE"][54:94] == words[54:94]  # the model
    assert answered["IDENTIFY DEVICE"][20:40] != words[20:40]
    assert sum(answered["IDENTIFY DEVICE"]) % 256 == 0
    assert serial.startswith(b"HAIKIEMU")
    assert _nowhere(serial, answered, tmp_path)


def test_a_sas_drive_is_recorded_without_its_names(drives: Front, tmp_path: Path) -> None:
    inside = drives.inside("sas-ssd")
    drives.heard("sas-ssd")
    answered = _replayed(_record(drives.sg("sas-ssd"), tmp_path))
    assert [cdb.hex() for cdb in drives.heard("sas-ssd") if not _reads(cdb)] == []
    assert answered["INQUIRY"][8:32] == b"HGST    HUSMM1640ASS204 "
    assert _nowhere(inside["serial"].encode(), answered, tmp_path)
    assert _nowhere(bytes.fromhex(inside["naa"]), answered, tmp_path)


def test_an_nvme_drive_is_recorded_without_its_serial_number(serve: Callable[..., NvmeFront], tmp_path: Path) -> None:
    drive = serve("recorded=full=HAIKINVME2718").connect("recorded")
    drive.heard()
    answered = _replayed(_record(drive.node, tmp_path))
    heard = drive.heard()
    assert [entry.hex() for queue, entry in heard if queue == "admin" and entry[0] not in {*NVME_READS, KEEP_ALIVE}] == []
    assert [entry.hex() for queue, entry in heard if queue == "io"] == []
    assert len([entry for queue, entry in heard if queue == "admin" and entry[0] in NVME_READS]) > 10
    identify = next(data for name, data in answered.items() if name.startswith("Identify") and len(data) == 4096)
    assert identify[4:24].strip() not in (b"", b"HAIKINVME2718")
    assert _nowhere(b"HAIKINVME2718", answered, tmp_path)
