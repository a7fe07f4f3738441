"""tests/kernel/tabulate_verbs.py, and what it must have found: the whole list of verbs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

KERNEL = Path(__file__).resolve().parents[2] / "kernel"
HDPARM = (
    *("-I", "-N", "--dco-identify", "--dco-restore", "--security-set-pass", "--security-unlock", "--security-disable", "--security-freeze"),
    *("--security-erase", "--security-erase-enhanced", "--sanitize-status", "--sanitize-block-erase", "--sanitize-crypto-scramble"),
    *("--sanitize-overwrite", "--sanitize-freeze-lock", "--sanitize-antifreeze-lock"),
)
OTHERS = (
    *("sg_inq", "sg_vpd", "sg_readcap", "sg_modes", "sg_logs", "sg_requests", "sg_format", "sg_raw", "sg_opcodes", "sg_persist"),
    *("sg_get_elem_status", "sdparm", "smartctl", "nvme"),
)
SANITIZE = ("--block", "--crypto", "--overwrite", "--fail")


@pytest.fixture(scope="module")
def tabulate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tabulate_verbs", KERNEL / "tabulate_verbs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(folder: Path, *, agrees: bool = True) -> Path:
    scsi = {"tool": "hdparm", "verb": "--security-unlock wrong", "agrees": agrees, "slip": "exits 0 although the drive refused"}
    lines = {
        "emulated_scsi/verbs-scsi.json": [{**scsi, "kind": "flash"}, {**scsi, "kind": "hybrid", "agrees": True, "slip": ""}],
        "emulated_nvme/nvme-verbs.json": [{"tool": "nvme", "verb": "id-ctrl (plain)", "agrees": True, "slip": ""}],
    }
    for name, rows in lines.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(json.dumps(rows))
    return folder


def test_a_verb_stands_once_with_all_its_drives_and_slips(tabulate: ModuleType, tmp_path: Path) -> None:
    rows = tabulate.tabulated(results(tmp_path)).splitlines()
    assert rows[-2:] == [
        "| hdparm | --security-unlock wrong | flash, hybrid | yes | exits 0 although the drive refused |",
        "| nvme | id-ctrl | plain | yes |  |",
    ]


def test_one_disagreement_is_enough(tabulate: ModuleType, tmp_path: Path) -> None:
    assert "| hdparm | --security-unlock wrong | flash, hybrid | NO |" in tabulate.tabulated(results(tmp_path, agrees=False))


def test_the_committed_table_has_the_whole_list_and_no_disagreement() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (KERNEL / "VERBS.md").read_text().splitlines()]
    walked = {(row[0], row[1].split(" ")[0].split(",")[0]) for row in rows if len(row) == 5}
    wanted = {("hdparm", verb) for verb in HDPARM} | {("sg_sanitize", verb) for verb in SANITIZE}
    assert wanted - walked == set()
    assert set(OTHERS) - {tool for tool, _ in walked} == set()
    assert "NO" not in {row[3] for row in rows if len(row) == 5}
