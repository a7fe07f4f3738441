"""A station with keys of its own and a folder of jobs, whose commands are typed as people type them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from certify.cli import COMMANDS as CERTIFY
from certify.foundation.commandline import main
from certify.signing import dsse
from certify.statement.erasure import parse_statement
from certify.statement.model import Erasure
from erase.station.cli import COMMANDS as ERASE

PEOPLE = """
[people.sagyo]
name = "作業 太郎"
organisation = "試験株式会社"
post = "作業員"
[people.tachiai]
name = "立会 花子"
organisation = "試験市"
post = "主任"
"""
PLAN = ("--policy", "nist-800-88r1", "--allow-virtual")
TWO_PEOPLE = ("--operator", "sagyo", "--witness", "tachiai")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Station:
    """One installation: ``$HAIKI_HOME``, a folder of jobs, and the command line."""

    def __init__(self, home: Path, jobs: Path) -> None:
        self.home = home
        self.jobs = jobs
        self.environment = {**os.environ, "HAIKI_HOME": str(home), "HAIKI_LANG": "en"}

    def type(self, *words: object, **environment: str) -> Said:
        """Runs one `erase` command in this process."""
        out, err = io.StringIO(), io.StringIO()
        status = main("erase", ERASE, [str(word) for word in words], environment=self.environment | environment, out=out, err=err)
        return Said(status, out.getvalue(), err.getvalue())

    def words_to_erase(self, *devices, scheme: str = "zero", more: tuple[object, ...] = ()) -> list[str]:
        """`erase run` for these devices with everything that it asks for."""
        serials = [self.serial_of(device) for device in devices]
        paths = [device.path for device in devices]
        words = ["run", *paths, "--jobs", self.jobs, *PLAN, "--scheme", scheme, *TWO_PEOPLE, "--confirm", *serials, *more]
        return [str(word) for word in words]

    def erase(self, *devices, scheme: str = "zero", more: tuple[object, ...] = ()) -> Said:
        """Types it; the answer is JSON."""
        return self.type(*self.words_to_erase(*devices, scheme=scheme, more=more), "--json")

    def resume(self, *words: object) -> Said:
        """Types `erase resume`; the answer is JSON."""
        return self.type("resume", "--jobs", self.jobs, *words, "--json")

    def start(self, *words: object) -> subprocess.Popen[str]:
        """Starts one `erase` command as a process of its own."""
        program = [sys.executable, "-c", "from erase.station.cli import entry; entry()"]
        return subprocess.Popen(
            [*program, *map(str, words)], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    @staticmethod
    def serial_of(device) -> str:
        """By decision 21, computed here anew: VIRT- and 16 digits of SHA-256(basename NUL size)."""
        return "VIRT-" + sha256(device.backing.name.encode() + b"\0" + str(device.size).encode()).hexdigest()[:16]

    @property
    def folders(self) -> list[Path]:
        return sorted(self.jobs.glob("J-*")) if self.jobs.exists() else []

    @property
    def folder(self) -> Path:
        (only,) = self.folders
        return only

    def lines(self, folder: Path | None = None) -> list[dict[str, Any]]:
        return [json.loads(line) for line in ((folder or self.folder) / "journal.jsonl").read_bytes().splitlines()]

    def told(self, event: str, folder: Path | None = None) -> list[dict[str, Any]]:
        return [line["data"] for line in self.lines(folder) if line["event"] == event]

    def statement(self, folder: Path | None = None) -> Erasure:
        """The signed statement, after its signature was checked against the key in the station's own certificate."""
        envelope = dsse.parse(((folder or self.folder) / "erasure.dsse.json").read_bytes())
        (signature,) = envelope.signatures
        assert envelope.holds(signature)
        return parse_statement(envelope.payload)


@pytest.fixture(scope="session")
def station_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("station") / "home"
    words = ["key", "new", "--agency", "試験市", "--contractor", "試験株式会社", "--station", "S-1"]
    assert main("certify", CERTIFY, words, environment={"HAIKI_HOME": str(home)}, out=io.StringIO(), err=io.StringIO()) == 0
    (home / "people.toml").write_text(PEOPLE, encoding="utf-8")
    return home


@pytest.fixture
def station(station_home: Path, tmp_path: Path) -> Station:
    return Station(station_home, tmp_path / "jobs")
