"""Fronts with emulated drives for a test, and the tools that walk them; what tools say of each verb is kept in a table."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tcmu_rig import Front, Starter, front

__all__ = ["Front", "Starter", "front"]


def run(*command: str, timeout: float = 90) -> subprocess.CompletedProcess[str]:
    """One tool, whose exit status is for the test to judge.

    udev reads a disk whenever somebody who could write closes it: between READ NATIVE MAX and SET MAX, or ERASE PREPARE and ERASE UNIT,
    that aborts the second. So it is waited for.
    """
    subprocess.run(["udevadm", "settle"], check=True)
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Fails when it doesn't come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)


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

    def note(self, tool: subprocess.CompletedProcess[str], verb: str, kind: str, *, did: bool, expected: bool = True) -> None:
        """Keeps a verb, with the tool's slip if it has one; fails where the model is not as the standard wants it."""
        name, slip = Path(tool.args[0]).name, ""
        if tool.returncode == 0 and not did:
            slip = "exits 0 although the drive refused"
        elif tool.returncode and did:
            slip = f"exits {tool.returncode} although the drive did it"
        self.verbs.append(Verb(name, verb, kind, tool.returncode, did, expected, slip))
        assert did == expected, f"{tool.args}: {tool.stdout}{tool.stderr}"


@pytest.fixture(scope="session")
def table() -> Iterator[Table]:
    """Is written to the results' folder, as JSON and as Markdown."""
    table = Table()
    yield table
    folder = Path(os.environ.get("HAIKI_VM_RESULTS", "/tmp"))
    rows = [{**asdict(verb), "agrees": verb.agrees} for verb in table.verbs]
    (folder / "verbs-scsi.json").write_text(json.dumps(rows, indent=1) + "\n")
    lines = ["| tool | verb | drive | exit | done | agrees with the model | slip |", "|---|---|---|---|---|---|---|"]
    lines += [
        f"| {verb.tool} | {verb.verb} | {verb.kind} | {verb.exit_status} | {'yes' if verb.model_did_it else 'no'} |"
        f" {'yes' if verb.agrees else 'NO'} | {verb.slip} |"
        for verb in table.verbs
    ]
    (folder / "verbs-scsi.md").write_text("\n".join(lines) + "\n")
