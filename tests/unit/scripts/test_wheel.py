"""The wheel carries what both commands need: code, compiled sentences, policies, schemas, fonts and their licences."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PACKAGES = ("erase", "certify", "hardware_profiles")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as an installer would, from a copy without anything that an earlier build left."""
    source = tmp_path_factory.mktemp("haiki-source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source)
    for name in (*PACKAGES, "scripts"):
        shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    target = tmp_path_factory.mktemp("haiki-wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--quiet",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(target),
        str(source),
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    (built,) = target.iterdir()
    return built


def test_every_file_of_the_packages_is_in_it_and_nothing_else(wheel: Path) -> None:
    expected: set[str] = set()
    for package in PACKAGES:
        for path in (PROJECT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and "ADR" not in path.parts and path.suffix not in (".po", ".mo"):
                expected.add(str(path.relative_to(PROJECT)))
        expected |= {str(path.relative_to(PROJECT).with_suffix(".mo")) for path in (PROJECT / package).rglob("*.po")}
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(expected - carried) == []
    assert sorted(carried - expected) == []


def test_it_names_both_commands_and_carries_all_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        text = archive.read(entry_points).decode()
    assert "erase = erase.station.cli:entry" in text
    assert "certify = certify.cli:entry" in text
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert {"LICENSE", "BIZUDPGothic-LICENSE.txt", "VL-PGothic-LICENSE.txt"} <= licences


SPEAK = """
import sys
from certify.foundation import commandline
print(commandline.__file__)
sys.exit(commandline.main("erase", {}, ["--help"]))
"""


def test_the_commands_speak_when_only_the_wheel_is_there(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    outcome = subprocess.run([sys.executable, "-c", SPEAK], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.startswith(f"{tmp_path}/certify/foundation/commandline.py\n使い方: erase")
