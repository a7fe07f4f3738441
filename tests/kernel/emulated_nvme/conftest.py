"""Emulated NVMe subsystems behind the kernel's nvme-tcp driver, and a table of what other people's tools made of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from emulators.fronts.nvme_tcp_host import controllers_of, disconnect_all, wait_until

from nvme_rig import Front, Walked

RESULTS = os.environ.get("HAIKI_VM_RESULTS")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Front]]:
    fronts: list[Front] = []
    names: list[str] = []

    def start(*kinds: str, rate: float = 20.0) -> Front:
        control = tmp_path / "control"
        control.unlink(missing_ok=True)
        command = [sys.executable, "-m", "emulators.fronts.nvme_tcp", *kinds, "--control", str(control), "--rate", str(rate)]
        folder = Path(__file__).resolve().parents[2]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        fronts.append(Front(process, control))
        names.extend(kind.partition("=")[0] for kind in kinds)
        return fronts[-1]

    yield start
    for name in names:
        disconnect_all(name)
    for front in fronts:
        front.kill()
    for name in names:
        wait_until(lambda name=name: not controllers_of(name), what="the kernel to let go")


@pytest.fixture(scope="session")
def walked() -> Iterator[Walked]:
    table = Walked()
    yield table
    if RESULTS:
        Path(RESULTS, "nvme-verbs.json").write_text(json.dumps(table.lines, indent=1))
        rows = [f"{line['tool']:<10} {line['verb']:<44} {'yes' if line['agrees'] else 'NO':<4} {line['slip']}" for line in table.lines]
        Path(RESULTS, "nvme-verbs.txt").write_text("\n".join([f"{'tool':<10} {'verb':<44} agrees, tool's own slips", *rows]) + "\n")
