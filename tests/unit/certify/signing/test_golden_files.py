"""The committed keys and schemas are what their generator makes."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("name", ["pki", "schemas"])
def test_golden_files_come_out_of_their_generator_byte_for_byte(name):
    outcome = subprocess.run(
        [sys.executable, PROJECT / "scripts" / "regenerate-golden", "--check", name], capture_output=True, text=True, check=False
    )
    assert outcome.stdout == ""
    assert outcome.returncode == 0


def test_a_golden_file_that_was_changed_by_hand_is_found(tmp_path):
    sys.path.insert(0, str(PROJECT / "scripts"))
    try:
        from importlib.machinery import SourceFileLoader
        from importlib.util import module_from_spec, spec_from_loader

        loader = SourceFileLoader("regenerate_golden", str(PROJECT / "scripts" / "regenerate-golden"))
        module = module_from_spec(spec_from_loader("regenerate_golden", loader))
        loader.exec_module(module)
        module.PROJECT = tmp_path
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "changed").write_bytes(b"2")
        (tmp_path / "folder" / "extra").write_bytes(b"3")
        (tmp_path / "folder" / "equal").write_bytes(b"4")
        wanted = {"folder/changed": b"1", "folder/missing": b"1", "folder/equal": b"4"}
        assert module._differences(wanted, ("folder",)) == ["folder/changed", "folder/extra", "folder/missing"]
        module._write(wanted, module._differences(wanted, ("folder",)))
        assert module._differences(wanted, ("folder",)) == []
    finally:
        sys.path.remove(str(PROJECT / "scripts"))
