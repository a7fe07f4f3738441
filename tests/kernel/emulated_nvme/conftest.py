"""A table of what other people's tools made of emulated NVMe subsystems behind the kernel's nvme-tcp driver."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nvme_rig import Walked, common_front, serve

__all__ = ["common_front", "serve"]
RESULTS = os.environ.get("HAIKI_VM_RESULTS")


@pytest.fixture(scope="session")
def walked() -> Iterator[Walked]:
    table = Walked()
    yield table
    if RESULTS:
        Path(RESULTS, "nvme-verbs.json").write_text(json.dumps(table.lines, indent=1))
        rows = [f"{line['tool']:<10} {line['verb']:<44} {'yes' if line['agrees'] else 'NO':<4} {line['slip']}" for line in table.lines]
        Path(RESULTS, "nvme-verbs.txt").write_text("\n".join([f"{'tool':<10} {'verb':<44} agrees, tool's own slips", *rows]) + "\n")
