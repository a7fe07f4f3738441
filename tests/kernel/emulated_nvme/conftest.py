"""Emulated NVMe subsystems behind the kernel's nvme-tcp driver, and a table of what other people's tools made of them."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from emulators.fronts.nvme_tcp_control import ask
from emulators.fronts.nvme_tcp_host import controllers_of, disconnect_all, wait_until

from nvme_rig import Front, Walked

RESULTS = os.environ.get("HAIKI_VM_RESULTS")


_numbers = itertools.count(1)


def _start(folder: Path, port: int) -> Front:
    control = folder / f"control-{port}"
    command = [sys.executable, "-m", "emulators.fronts.nvme_tcp", "--control", str(control), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2])
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    return Front(process, control, port)


@pytest.fixture(scope="session")
def common_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Python takes seconds to start in the machine: one process serves all tests that do not kill it."""
    front = _start(tmp_path_factory.mktemp("front"), 4420)
    yield front
    front.kill()


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Drives of these kinds (NAME=KIND=SERIAL as on the command line); ``alone`` in a process that the test may kill."""
    served: list[Front] = []

    def start(*kinds: str, rate: float = 20.0, alone: bool = False) -> Front:
        running = _start(tmp_path, 4421) if alone else request.getfixturevalue("common_front")
        front = Front(running.process, running.control, running.port)
        for kind in kinds:
            label, _, rest = kind.partition("=")
            front.names[label] = f"{label}-{next(_numbers)}"
            ask(front.control, do="add", kind=f"{front.names[label]}={rest or label}", rate=rate)
        served.append(front)
        return front

    yield start
    for front in served:
        for name in front.names.values():
            disconnect_all(name)
        if front.port != 4420:
            front.kill()
        for name in front.names.values():
            wait_until(lambda name=name: not controllers_of(name), what="the kernel to let go")


@pytest.fixture(scope="session")
def walked() -> Iterator[Walked]:
    table = Walked()
    yield table
    if RESULTS:
        Path(RESULTS, "nvme-verbs.json").write_text(json.dumps(table.lines, indent=1))
        rows = [f"{line['tool']:<10} {line['verb']:<44} {'yes' if line['agrees'] else 'NO':<4} {line['slip']}" for line in table.lines]
        Path(RESULTS, "nvme-verbs.txt").write_text("\n".join([f"{'tool':<10} {'verb':<44} agrees, tool's own slips", *rows]) + "\n")
