"""The scripts say what they can't do, and do nothing when there is nothing to do."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
SCRIPTS = PROJECT / "scripts"


def run(*words: str, stubs: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if stubs:
        environment["PATH"] = f"{stubs}:{environment['PATH']}"
    return subprocess.run([str(SCRIPTS / words[0]), *words[1:]], capture_output=True, text=True, check=False, env=environment)


def stub(folder: Path, name: str, script: str) -> None:
    """A program that stands before the real one in PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_every_script_names_its_interpreter_and_can_be_run() -> None:
    files = [path for path in SCRIPTS.iterdir() if path.is_file() and not path.suffix]
    assert {"setup", "test", "lock", "soak"} <= {path.name for path in files}
    for path in files:
        assert path.read_text().startswith("#!/usr/bin/env "), path
        assert os.access(path, os.X_OK), path


def test_python_without_a_suffix_is_checked_by_ruff_too() -> None:
    python = {
        f"scripts/{path.name}" for path in SCRIPTS.iterdir() if path.is_file() and path.read_text().startswith("#!/usr/bin/env python3")
    }
    assert set(tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["ruff"]["extend-include"]) == python


def test_shell_scripts_can_be_parsed() -> None:
    shell = [path for path in (*SCRIPTS.iterdir(), PROJECT / ".ci/run") if path.is_file() and "bash" in path.read_bytes()[:30].decode()]
    assert len(shell) > 3
    for path in shell:
        outcome = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
        assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("options", [["--nonsense"], ["--quick", "--nonsense"], ["quick"]])
def test_an_option_that_the_tests_do_not_know_is_refused_before_anything_runs(options: list[str]) -> None:
    outcome = run("test", *options)
    assert outcome.returncode == 2
    assert f"unknown option: {options[-1]}" in outcome.stderr
    assert "--quick" in outcome.stderr
    assert outcome.stdout == ""


def test_the_groups_are_named_in_the_help() -> None:
    outcome = run("test", "--help")
    assert outcome.returncode == 0
    assert "--quick" in outcome.stdout
    assert "--loop" in outcome.stdout
    assert "--kernel" in outcome.stdout


def test_without_root_the_loop_group_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    stub(tmp_path, "id", "echo 1000")
    outcome = run("test", "--loop", stubs=tmp_path)
    assert outcome.returncode == 2
    assert "needs root" in outcome.stderr
    assert "NOT RUN" in outcome.stderr


def test_without_loop_devices_the_loop_group_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    stub(tmp_path, "id", "echo 0")
    stub(tmp_path, "losetup", "exit 1")
    outcome = run("test", "--loop", stubs=tmp_path)
    assert outcome.returncode == 2
    assert "offers none" in outcome.stderr
    assert "NOT RUN" in outcome.stderr


def test_without_qemu_and_root_the_kernel_group_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    stub(tmp_path, "id", "echo 1000")
    stub(tmp_path, "dpkg-query", 'shift 2; for name; do [ $name = qemu-system-x86 ] || echo "$name installed"; done; exit 1')
    outcome = run("test", "--kernel", stubs=tmp_path)
    assert outcome.returncode == 2
    assert "apt-get install --yes --no-install-recommends qemu-system-x86" in outcome.stderr
    assert "NOT RUN" in outcome.stderr


@pytest.mark.parametrize("option", ["--nonsense", "kernel"])
def test_the_set_up_refuses_an_option_that_it_does_not_know(option: str) -> None:
    outcome = run("setup", option)
    assert outcome.returncode == 2
    assert f"unknown option: {option}" in outcome.stderr
    assert "--kernel" in outcome.stderr


def test_setting_up_again_does_nothing_and_says_nothing() -> None:
    assert run("setup").returncode == 0
    outcome = run("setup")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


def test_without_root_the_set_up_says_which_command_installs_what_is_missing(tmp_path: Path) -> None:
    stub(tmp_path, "id", "echo 1000")
    stub(tmp_path, "apt-get", "echo apt-get must not run >&2; exit 100")
    # all are installed but two, one of which was removed and left its configuration
    status = 'case $name in mtools) ;; qpdf) echo "$name config-files" ;; *) echo "$name installed" ;; esac'
    stub(tmp_path, "dpkg-query", f'shift 2; for name in "$@"; do {status}; done; exit 1')
    outcome = run("setup", stubs=tmp_path)
    assert outcome.returncode == 2
    assert outcome.stderr.splitlines()[-1] == "sudo apt-get update && sudo apt-get install --yes --no-install-recommends mtools qpdf"


def test_root_gets_what_is_missing_installed_without_a_question(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    stub(tmp_path, "id", "echo 0")
    stub(tmp_path, "apt-get", f'echo "$DEBIAN_FRONTEND: $*" >>{asked}')
    stub(tmp_path, "dpkg-query", 'shift 2; for name; do [ $name = mtools ] || echo "$name installed"; done; exit 1')
    assert run("setup", stubs=tmp_path).returncode == 0
    update, install = asked.read_text().splitlines()
    assert update.startswith("noninteractive: update")
    assert install.startswith("noninteractive: install")
    assert install.endswith("--yes --no-install-recommends mtools")
