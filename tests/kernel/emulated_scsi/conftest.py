"""Emulated drives for all tests, and the tools that walk them; what tools say of each verb is kept in a table."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from nvme_rig import common_front, serve
from tcmu_rig import Front, Starter, front, fronts_in

__all__ = ["Front", "Starter", "common_front", "front", "serve"]

ATA = ("flash", "magnetic", "magnetic-ama", "hybrid", "pata", "self-encrypting-flash", "self-encrypting-magnetic", "host-managed")
SAS = ("sas", "sas-two-ports", "sas-520", "sas-4096", "sas-ssd", "sas-zoned")
# in model time; in real time, an overwrite of the magnetic disk takes five seconds, and whatever a SAS disk does takes three
RATE, SAS_SECONDS = 1800, 5400
NO_WATCH = 'SUBSYSTEM=="block", OPTIONS+="nowatch"\n'


def run(*command: str, timeout: float = 90) -> subprocess.CompletedProcess[str]:
    """One tool, whose exit status is for the test to judge."""
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Fails when it doesn't come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def drives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """One drive of each kind, named so, with one "pulled" and one "odd", for all tests: a front takes long to start in the machine.

    udev reads a disk whenever somebody who could write closes it. Between READ NATIVE MAX and SET MAX, or ERASE PREPARE and ERASE UNIT,
    that aborts the second, for every tool on every computer; here it is told not to, so that no test depends on who is faster.
    """
    rules = Path("/run/udev/rules.d/99-haiki-no-watch.rules")
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text(NO_WATCH)
    subprocess.run(["udevadm", "control", "--reload"], check=True)
    more = ("bridge=bridge:magnetic", "pulled=sas", "odd=sas-520")
    with fronts_in(tmp_path_factory.mktemp("drives")) as start:
        yield start(*(f"{kind}={kind}" for kind in (*ATA, *SAS)), *more, mebibytes=64, rate=RATE, seconds=SAS_SECONDS)


@dataclass
class Verb:
    """What a tool was told to do to an emulated drive, and what came of it."""

    tool: str
    verb: str
    kind: str
    exit_status: int
    model_did_it: bool  # by the state inside, seen after it
    expected: bool  # what the standard wants of this drive in this state
    slip: str = ""  # where the tool's exit status and the model differ

    @property
    def agrees(self) -> bool:
        return self.model_did_it == self.expected


@dataclass
class Table:
    """All verbs that were walked."""

    verbs: list[Verb] = field(default_factory=list)

    def note(
        self, tool: subprocess.CompletedProcess[str], verb: str, kind: str, *, did: bool, expected: bool = True, slip: str = ""
    ) -> None:
        """Keeps a verb, with the tool's slip if it has one; fails where the model is not as the standard wants it."""
        name, slips = Path(tool.args[0]).name, [slip] if slip else []
        if tool.returncode == 0 and not did:
            slips.insert(0, "exits 0 although the drive refused")
        elif tool.returncode and did:
            slips.insert(0, f"exits {tool.returncode} although the drive did it")
        slip = "; ".join(slips)
        self.verbs.append(Verb(name, verb, kind, tool.returncode, did, expected, slip))
        assert did == expected, f"{tool.args}: {tool.stdout}{tool.stderr}"


@pytest.fixture(scope="session")
def table() -> Iterator[Table]:
    """Is written to the results' folder, where tests/kernel/tabulate_verbs.py finds it."""
    table = Table()
    yield table
    folder = Path(os.environ.get("HAIKI_VM_RESULTS", "/tmp"))
    rows = [{**asdict(verb), "agrees": verb.agrees} for verb in table.verbs]
    (folder / "verbs-scsi.json").write_text(json.dumps(rows, indent=1) + "\n")
