"""What certify may be made of: it imports on Windows and macOS, and running it brings in no code that destroys."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import certify
import erase

# Imports each module named on the command line, with the modules of POSIX and of the station out of reach of anything but the
# standard library itself (whose own imports of them differ on the other systems).
WITHOUT_LINUX = """
import importlib, importlib.abc, json, pathlib, sys, sysconfig
ABSENT = {"fcntl", "grp", "pwd", "pyudev", "blkinfo", "resource", "spwd", "syslog", "termios", "tty"}
STANDARD = pathlib.Path(sysconfig.get_paths()["stdlib"])

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        importer = pathlib.Path(frame.f_code.co_filename)
        of_python = STANDARD in importer.parents and "site-packages" not in importer.parts and "dist-packages" not in importer.parts
        if name.partition(".")[0] in ABSENT and not of_python:
            raise ModuleNotFoundError(f"No module named {name!r} on this system, asked for by {importer}", name=name)
        return None

for name in ABSENT:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""

# Runs a command line and tells which modules that brought in.
RUN = """
import json, sys
from {module} import COMMANDS
from certify.foundation.commandline import main
with open(sys.argv[1], "w") as result:
    status = main("{program}", COMMANDS, sys.argv[2:])
    json.dump([status, sorted(sys.modules)], result)
"""


def modules_of(package: str, folder: Path) -> list[str]:
    return [package, *(found.name for found in pkgutil.walk_packages([str(folder)], f"{package}."))]


CERTIFY = modules_of("certify", Path(certify.__file__).parent)


def _loaded(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT_LINUX, *names], capture_output=True, text=True, check=False)


def test_all_of_certify_imports_where_there_is_no_linux() -> None:
    assert len(CERTIFY) > 20
    outcome = _loaded(*CERTIFY)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("name", ["erase.overwrite.target", "erase.jobs.folder"])
def test_the_blocking_works_for_rooms_that_do_need_linux(name: str) -> None:
    outcome = _loaded(name)
    assert outcome.returncode != 0
    assert "on this system, asked for by" in outcome.stderr


def test_importing_certify_imports_nothing_of_erase_and_nothing_that_finds_drives() -> None:
    loaded = json.loads(_loaded(*CERTIFY).stdout)
    assert [name for name in loaded if name.partition(".")[0] in ("erase", "hardware_profiles", "pyudev", "blkinfo")] == []


def run_and_list(program: str, module: str, folder: Path, *words: str) -> tuple[int, set[str]]:
    result = folder / "modules.json"
    code = RUN.format(program=program, module=module)
    environment = {**os.environ, "HAIKI_HOME": str(folder / "home")}
    outcome = subprocess.run(
        [sys.executable, "-c", code, str(result), *words], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )
    assert result.exists(), outcome.stderr
    status, loaded = json.loads(result.read_text())
    return status, set(loaded)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["key", "new", "--help"],
        ["key", "list"],
        ["photo", "add", "nowhere", "nothing.jpg"],
        ["issue", "nowhere", "--out", "papers"],
        ["verify", "paper.pdf"],
        ["verify", "nothing.zip"],
    ],
    ids=" ".join,
)
def test_running_certify_imports_nothing_of_erase(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    status, loaded = run_and_list("certify", "certify.cli", tmp_path, *words)
    assert status in range(6)
    assert [name for name in loaded if name.partition(".")[0] in ("erase", "hardware_profiles", "pyudev", "blkinfo")] == []


HEAVY = {
    "asn1crypto",
    "cbor2",
    "cryptography",
    "msgspec",
    "pikepdf",
    "PIL",
    "pyhanko",
    "pypdfium2",
    "pyudev",
    "blkinfo",
    "qrcode",
    "reportlab",
    "zxingcpp",
}


@pytest.mark.parametrize(("program", "module"), [("erase", "erase.station.cli"), ("certify", "certify.cli")])
def test_help_imports_nothing_heavy(tmp_path: Path, program: str, module: str) -> None:
    status, loaded = run_and_list(program, module, tmp_path, "--help")
    assert status == 0
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


def test_rooms_are_named_by_a_docstring_and_import_nothing() -> None:
    wrong = []
    for package in (erase, certify):
        for path in Path(package.__file__ or "").parent.rglob("__init__.py"):
            text = path.read_text().strip()
            if not (text.startswith('"""') and text.endswith('"""') and text.count('"""') == 2):
                wrong.append(str(path))
    assert wrong == []
