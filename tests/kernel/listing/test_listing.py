"""``erase list`` in a machine with drives of all kinds: what it tells, how it looks, what it costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
ATA = (
    "flash",
    "magnetic",
    "magnetic-ama",
    "hybrid",
    "self-encrypting-flash",
    "self-encrypting-magnetic",
    "host-managed",
    "pata",
    "rom-mode",
)
SAS = ("sas", "sas-two-ports", "sas-520", "sas-4096", "sas-ssd", "sas-zoned")
NVME = ("plain", "full", "locked")
# the program itself, with what it used: its own processor time, not that of the programs it asks
MEASURED = """
import resource, sys
from erase.station.cli import COMMANDS
from certify.foundation.commandline import main
status = main("erase", COMMANDS, sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, file=open("/tmp/used", "w"))
sys.exit(status)
"""


@dataclass(frozen=True)
class Machine:
    """All drives together: what the program says of them, and what the models know."""

    listed: dict[str, Any]
    models: Mapping[str, dict[str, Any]]  # of the ATA and SAS drives, by name
    nodes: Mapping[str, dict[str, Any]]

    def drive(self, node: str) -> dict[str, Any]:
        return next(drive for drive in self.listed["drives"] if node in drive["nodes"])

    def emulated(self, name: str) -> dict[str, Any]:
        return self.drive(f"/dev/{self.nodes[name]['block'][0]}")


def erase_list(*words: str) -> tuple[str, float]:
    """What it prints, and seconds of processor time that it took itself."""
    # as it is installed: its modules are compiled once
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": "/tmp/compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", MEASURED, "list", *words]
    ended = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout, float(Path("/tmp/used").read_text())


@pytest.fixture(scope="module")
def results() -> Path:
    return Path(os.environ.get("HAIKI_VM_RESULTS", "/tmp"))


@pytest.fixture
def machine(front: Callable[..., Any], serve: Callable[..., Any]) -> Machine:
    running = front(*(f"{kind}={kind}#{number}" for number, kind in enumerate((*ATA, *SAS), 1)), mebibytes=64)
    subsystems = serve(*NVME)
    for kind in NVME:
        subsystems.connect(kind)
    subprocess.run(["udevadm", "settle"], check=True, timeout=120)
    erase_list()  # compiles the modules
    listed = json.loads(erase_list("--json")[0])
    return Machine(listed, {kind: running.inside(kind) for kind in (*ATA, *SAS)}, running.nodes)


def test_every_drive_is_listed_with_its_own_word_and_the_document_fits_its_schema(machine: Machine, results: Path) -> None:
    listed = machine.listed
    (results / "list.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1))
    jsonschema.validate(listed, json.loads((CHECKOUT / "erase/station/schema/list-v1.json").read_text()))
    drives = [drive for drive in listed["drives"] if drive["virtual"] not in ("loop", "ram", "zram")]
    assert len(drives) >= 24
    for kind in (*ATA, *SAS):
        drive, model = machine.emulated(kind), machine.models[kind]
        assert drive["report"] is not None, kind
        if kind in ATA:
            _fits_ata_model(drive, model)
        else:
            _fits_sas_model(drive, model)
    for language in ("ja", "en"):
        text, seconds = erase_list("--lang", language)
        (results / f"list-{language}.txt").write_text(text)
        (results / f"list-{language}-seconds.txt").write_text(f"{len(drives)} drives, {seconds:.2f} s of its own processor time\n")


def _fits_ata_model(drive: dict[str, Any], model: dict[str, Any]) -> None:
    words = bytes.fromhex(model["identify"])
    serial = bytes(words[20 + (place ^ 1)] for place in range(20)).decode().strip()
    assert drive["identity"]["serial"] == {"value": serial, "source": "identify"}
    report = drive["report"]
    assert report["way"] == "ata"
    assert report["security"]["supported"] == bool(words[164] & 2)  # word 82 bit 1
    assert report["security"]["locked"] == model["locked"]
    assert report["format"]["logical"] == model["sector"]


def _fits_sas_model(drive: dict[str, Any], model: dict[str, Any]) -> None:
    assert drive["identity"]["serial"] == {"value": model["serial"], "source": "identify"}
    assert drive["identity"]["wwn"] == {"value": model["naa"], "source": "identify"}
    assert drive["report"]["format"]["logical"] == model["block"]
    assert drive["report"]["size"] == model["blocks"] * model["block"]
    if model["block"] == 520:
        assert drive["unusable"] == "sector-format"
