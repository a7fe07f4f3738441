"""Where the fuzzer begins: recorded IDENTIFY data, what the emulated drives answer, and the literal bytes of the unit tests."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from emulators.ata import make_disk
from emulators.ata.host import send, send_ext
from emulators.ata.personality import personalities
from emulators.clock import HandClock
from emulators.fronts.drives import kinds, make_drive
from emulators.mmc import registers
from emulators.nvme import personality as nvme
from emulators.nvme.subsystem import Subsystem
from erase.transports.loopback import submission_entry
from erase.transports.reading import nvme_questions, scsi_questions
from fuzzing import asked, machine, shapes

_PROJECT = Path(__file__).resolve().parents[2]
_COMMANDS = _PROJECT / "tests" / "unit" / "erase" / "commands"
_SHORTEST = 4  # bytes; shorter literals are single fields


def of_family(family: str) -> list[bytes]:
    """All seeds of a family of parsers, each once; blanks among them."""
    found = [b"", bytes(512), b"\xff" * 512, *_SOURCES[family]()]
    return sorted(set(found), key=lambda seed: (len(seed), seed))


def _words(kind: str) -> Iterator[bytes]:
    for line in (_PROJECT / "tests" / "drives" / "identify" / "drives.jsonl").read_text(encoding="utf-8").splitlines():
        drive = json.loads(line)
        if drive["kind"] == kind and "words" in drive:
            words = [int(drive["words"][place : place + 4], 16) for place in range(0, 1024, 4)]
            yield b"".join(word.to_bytes(2, "little") for word in words)
        elif drive["kind"] == kind and "bytes" in drive:
            yield bytes.fromhex(drive["bytes"])


def _ata_identify() -> Iterator[bytes]:
    for data in (*_words("ata"), *_words("atapi"), *(send(make_disk(name, clock=HandClock()), 0xEC).data for name in personalities())):
        yield data
        yield shapes.signed_sector(data)


def _ata_logs() -> Iterator[bytes]:
    for name in personalities():
        disk = make_disk(name, clock=HandClock())
        for address, pages in ((0x00, 1), (0x04, 8), (0x30, 10)):
            for page in range(pages):
                yield send_ext(disk, 0x2F, count=1, lba=address | page << 8).data
        for feature in (0xD0, 0xD1):
            yield send(disk, 0xB0, feature, 1, 0xC24F00).data
        yield send(disk, 0xB1, 0xC2, 1).data
        yield send_ext(disk, 0x4A, count=2).data
    yield from _literals("ata*")


def _ata_answers() -> Iterator[bytes]:
    # STATUS and ERROR of a success and of an abort, with and without upper halves
    for flags in range(4):
        for status, error in ((0x50, 0x00), (0x51, 0x04), (0x71, 0x04), (0x7F, 0x7F)):
            for count, lba in ((0x0000, 0), (0x00FF, 0xC24F00), (0x8000, 0xFFFF), (0xC000, 0x2CF400), (0x4000, 0x1234)):
                yield bytes([flags, status, error, 0x40]) + count.to_bytes(2, "little") + lba.to_bytes(6, "little")


def _scsi() -> Iterator[bytes]:
    for kind in kinds():
        unit = make_drive(kind, "fuzz", HandClock()).units[0]
        for question in scsi_questions():
            reply = unit.execute(question.cdb, b"", question.data_in)
            yield from (reply.data, reply.sense)
    yield from _literals("scsi*")


def _sat() -> Iterator[bytes]:
    yield from _ata_answers()
    yield from _bridges()
    for literal in (*_literals("sat*"), *_literals("sense*")):
        yield literal
        yield bytes([0x02, len(literal) % 256]) + literal
    for data in _scsi():
        if data[:2] == b"\x00\x89" or data[:1] in (b"\x70", b"\x72"):
            yield data


def _nvme() -> Iterator[bytes]:
    for made in (nvme.plain, nvme.full, nvme.no_sanitize, nvme.locked):
        subsystem = Subsystem(made(), clock=HandClock())
        for question in nvme_questions():
            yield subsystem.settle(subsystem.controllers[0].admin(submission_entry(question))).data
    yield from _words("nvme")
    yield from _literals("nvme*")


def _mmc() -> Iterator[bytes]:
    yield bytes(registers.ext_csd(registers.Layout()))
    yield from _literals("mmc*")


def _tcg() -> Iterator[bytes]:
    yield from _literals("tcg*")
    yield from (data for data in _scsi() if len(data) > 48)


def _bridges() -> Iterator[bytes]:
    yield from (bytes([wrapper]) + bytes(range(0x40, 0x51)) for wrapper in range(4))
    yield b"NVME" + bytes(20)
    yield from _literals("*", _PROJECT / "tests" / "unit" / "erase" / "transports")


def _probe() -> Iterator[bytes]:
    for data in machine.seeds():
        yield data[3:]
    for data in _words("ata"):
        page = bytes.fromhex("00890238").ljust(56, b"\0") + bytes.fromhex("ec000000") + data
        yield from (data, page, shapes.signed_page(page))
    yield from _literals("*", _PROJECT / "tests" / "unit" / "erase" / "probe")


def _recordings() -> Iterator[bytes]:
    answers = [line for path in (_PROJECT / "tests" / "drives").glob("*/answers.jsonl") for line in path.read_bytes().splitlines()]
    yield from (line + b"\n" for line in answers if len(line) < 4096)
    for family, ask, answer in (
        ("scsi", '{"name": "INQUIRY", "cdb": "120000002400", "data_in": 36}', '{"status": 2, "data": "00", "sense": "70000500"}'),
        ("nvme", '{"name": "Identify", "opcode": 6, "cdw10": 1, "data_in": 4096}', '{"status": 0, "result": 0, "data": "34"}'),
        ("ata", '{"name": "IDENTIFY DEVICE", "command": 236, "protocol": "pio-in"}', '{"registers": null, "data": "5a04"}'),
        ("mmc", '[{"name": "SWITCH", "opcode": 6, "argument": 3, "response": "R1b"}]', '[{"response": [2304]}]'),
    ):
        yield f'{{"ask": {{"{family}": {ask}}}, "answer": {answer}}}\n'.encode()
        yield f'{{"ask": {{"{family}": {ask}}}, "error": {{"code": "time-out", "parameters": {{"seconds": "3"}}}}}}\n'.encode()
    yield from _scsi()


def _profiles() -> Iterator[bytes]:
    for path in sorted((_PROJECT / "hardware_profiles").glob("*/*.toml")):
        entries = path.read_text(encoding="utf-8").split("[[profile]]")
        yield from (f"[[profile]]{entry}".encode() for entry in entries[1:])
    for line in (_PROJECT / "tests" / "drives" / "identify" / "drives.jsonl").read_text(encoding="utf-8").splitlines():
        drive = json.loads(line)
        yield f"ATA/{drive['model']}/{drive['firmware']}".encode()


def _literals(stem: str, folder: Path = _COMMANDS) -> Iterator[bytes]:
    """The bytes that stand in unit tests, as literals or as hexadecimal digits."""
    for path in sorted(folder.glob(f"test_{stem}.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, bytes) and len(node.value) >= _SHORTEST:
                yield node.value
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= 2 * _SHORTEST:
                try:
                    yield bytes.fromhex(node.value)
                except ValueError:
                    continue  # a text that is no number


_SOURCES: dict[str, Callable[[], Iterable[bytes]]] = {
    "ata-identify": _ata_identify,
    "ata-logs": _ata_logs,
    "sat": _sat,
    "nvme": _nvme,
    "scsi": _scsi,
    "mmc": _mmc,
    "tcg": _tcg,
    "probe": _probe,
    "machine": machine.seeds,
    "asking": asked.seeds,
    "recordings": _recordings,
    "profiles": _profiles,
}
