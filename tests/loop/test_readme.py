"""The first job of README.md runs as printed, on a real block device."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.loop


def _detach(folder: Path) -> None:
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        if backing.read_text().startswith(f"{folder}/"):
            subprocess.run(["losetup", "--detach", f"/dev/{backing.parts[3]}"], check=False)


def test_the_first_job_runs_as_printed(tmp_path: Path) -> None:
    job = re.findall(r"^```sh\n(.*?)^```$", (PROJECT / "README.md").read_text(), re.MULTILINE | re.DOTALL)[1]
    assert "erase run" in job
    # a folder that looks like the checkout, so that the trial's files are not made in the real one
    (tmp_path / "scripts").mkdir()
    setup = tmp_path / "scripts" / "setup"
    setup.write_text(f'#!/bin/sh\nexec "{PROJECT}/scripts/setup"\n')
    setup.chmod(0o755)
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    try:
        outcome = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", job],
            cwd=tmp_path,
            env={**os.environ, "HAIKI_LANG": "en"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        _detach(tmp_path)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    drive = (tmp_path / "trial" / "drive.img").read_bytes()
    assert len(drive) == 64 << 20
    assert drive.count(0) < len(drive) // 100
    papers = sorted(path.name.partition(".")[2] for path in (tmp_path / "trial" / "papers").iterdir())
    assert {"haiki.zip", "pdf"} <= set(papers)
