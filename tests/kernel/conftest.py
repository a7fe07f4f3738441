"""What tests under real kernel drivers stand on. They run in the virtual machine only (scripts/vm test), where no drive is anybody's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

INSIDE = os.environ.get("HAIKI_VM") == "1" and Path("/run/haiki-vm/command").exists()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Nobody has to remember the marker, without which a test would be left out in the machine and run outside."""
    item.add_marker(pytest.mark.kernel)


@pytest.fixture(autouse=True)
def _inside_the_virtual_machine_only() -> None:
    if not INSIDE:
        pytest.skip("runs in the virtual machine only: scripts/vm test")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in the machine that came to no verdict is no success."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if INSIDE and exitstatus == 0 and reporter and not session.config.option.collectonly and not reporter.stats.get("passed"):
        reporter.write_line("no test came to a verdict: all were skipped")
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
