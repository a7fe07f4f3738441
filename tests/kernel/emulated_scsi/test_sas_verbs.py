"""sg3_utils and sdparm walk an emulated SAS disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Front, Table, run, wait_until

READ_BLOCK_0 = ["28", "00", "00", "00", "00", "00", "00", "00", "01", "00"]


def _ready(drives: Front, drive: str) -> None:
    wait_until(lambda: drives.inside(drive)["operation"] is None, 60)
    run("sg_turs", drives.sg(drive))  # takes the unit attention


@pytest.mark.parametrize("way", ["--block", "--crypto", "--overwrite --zero"])
def test_sanitize_with_its_progress(drives: Front, table: Table, way: str) -> None:
    before = drives.inside("sas-ssd")["sanitizes"]
    tool = run("sg_sanitize", *way.split(), "--quick", "--early", drives.sg("sas-ssd"))
    progress = run("sg_requests", "--progress", drives.sg("sas-ssd"))
    _ready(drives, "sas-ssd")
    table.note(tool, way, "sas-ssd", did=drives.inside("sas-ssd")["sanitizes"] == before + 1)
    table.note(progress, "--progress", "sas-ssd", did="Progress indication" in progress.stdout)


def test_a_sanitize_that_the_disk_has_not_is_refused(drives: Front, table: Table) -> None:
    before = drives.inside("sas")["sanitizes"]
    tool = run("sg_sanitize", "--block", "--quick", "--early", drives.sg("sas"))
    table.note(tool, "--block, not supported", "sas", did=drives.inside("sas")["operation"] is not None, expected=False)
    assert drives.inside("sas")["sanitizes"] == before


def test_a_sanitize_that_fails_is_left_by_exit_failure_mode_only_where_it_was_unrestricted(drives: Front, table: Table) -> None:
    drives.ask("lie", "sas-ssd", name="sanitize_fails", value=True)
    run("sg_sanitize", "--block", "--quick", "--early", drives.sg("sas-ssd"))
    _ready(drives, "sas-ssd")
    assert drives.inside("sas-ssd")["sanitize_failed"]
    read = run("sg_raw", "-r", "512", drives.sg("sas-ssd"), *READ_BLOCK_0)
    assert read.returncode == 3  # SG_LIB_CAT_MEDIUM_HARD
    tool = run("sg_sanitize", "--fail", "--quick", drives.sg("sas-ssd"))
    table.note(tool, "--fail, restricted", "sas-ssd", did=not drives.inside("sas-ssd")["sanitize_failed"], expected=False)
    drives.ask("lie", "sas-ssd", name="sanitize_fails", value=False)
    run("sg_sanitize", "--block", "--quick", "--early", drives.sg("sas-ssd"))
    _ready(drives, "sas-ssd")
    assert not drives.inside("sas-ssd")["sanitize_failed"]


def test_format_turns_520_bytes_into_512_and_the_kernel_sees_a_disk(drives: Front, table: Table) -> None:
    tool = run("sg_format", "--format", "--early", "--size=512", "--quick", drives.sg("odd"))
    _ready(drives, "odd")
    inside = drives.inside("odd")
    table.note(tool, "--format --size=512", "sas-520", did=inside["block"] == 512)
    name = drives.nodes["odd"]["block"][0]
    run("sh", "-c", f"echo 1 > /sys/block/{name}/device/rescan")
    wait_until(lambda: int(open(f"/sys/block/{name}/size").read()) == inside["blocks"])  # noqa: PTH123, SIM115


def test_power_lost_in_a_format_corrupts_it(drives: Front, table: Table) -> None:
    run("sg_format", "--format", "--early", "--quick", drives.sg("sas"))
    assert drives.inside("sas")["operation"] == "format"
    drives.ask("power-cycle", "sas")
    assert drives.inside("sas")["corrupted"]
    run("sg_turs", drives.sg("sas"))
    ready = run("sg_turs", drives.sg("sas"))
    table.note(ready, "(no option), format corrupted", "sas", did=ready.returncode == 0, expected=False)
    tool = run("sg_format", "--format", "--early", "--quick", drives.sg("sas"))
    _ready(drives, "sas")
    table.note(tool, "--format", "sas", did=not drives.inside("sas")["corrupted"])


def test_capacity_is_taken_away_and_given_back(drives: Front, table: Table) -> None:
    whole = drives.inside("sas")["blocks"]
    tool = run("sg_format", "--resize", "--count=65536", drives.sg("sas"))
    table.note(tool, "--resize", "sas", did=drives.inside("sas")["blocks"] == 65536)
    tool = run("sg_format", "--resize", "--count=-1", drives.sg("sas"))
    table.note(tool, "--resize --count=-1", "sas", did=drives.inside("sas")["blocks"] == whole)


def test_a_failed_sanitize_that_was_unrestricted_is_left_by_exit_failure_mode(drives: Front, table: Table) -> None:
    drives.ask("lie", "sas-ssd", name="sanitize_fails", value=True)
    run("sg_sanitize", "--block", "--ause", "--quick", "--early", drives.sg("sas-ssd"))
    _ready(drives, "sas-ssd")
    assert drives.inside("sas-ssd")["sanitize_failed"]
    tool = run("sg_sanitize", "--fail", "--quick", "--early", drives.sg("sas-ssd"))
    table.note(tool, "--fail", "sas-ssd", did=not drives.inside("sas-ssd")["sanitize_failed"])
    drives.ask("lie", "sas-ssd", name="sanitize_fails", value=False)


def test_an_overwrite_takes_its_pattern_from_a_file(drives: Front, table: Table, tmp_path: Path) -> None:
    pattern = tmp_path / "pattern"
    pattern.write_bytes(b"\xa5\x5a")
    tool = run("sg_sanitize", "--overwrite", f"--pattern={pattern}", "--ipl=2", "--quick", "--early", drives.sg("sas"))
    _ready(drives, "sas")
    read = run("sg_raw", "-r", "512", "-o", str(tmp_path / "read"), drives.sg("sas"), *READ_BLOCK_0)
    table.note(read, "28h, READ(10)", "sas", did=(tmp_path / "read").read_bytes() == b"\xa5\x5a" * 256)
    table.note(tool, "--overwrite --pattern", "sas", did=(tmp_path / "read").read_bytes() == b"\xa5\x5a" * 256)


def test_a_command_that_the_disk_has_not_is_refused(drives: Front, table: Table) -> None:
    tool = run("sg_raw", drives.sg("sas"), *["c0", "00", "00", "00", "00", "00"])
    table.note(tool, "C0h, not supported", "sas", did=tool.returncode == 0, expected=False)
    assert tool.returncode == 9  # SG_LIB_CAT_INVALID_OP


def test_a_registered_key_is_read_back(drives: Front, table: Table) -> None:
    node = drives.sg("sas-ssd")
    tool = run("sg_persist", "--out", "--register", "--param-sark=abc123", node)
    shown = run("sg_persist", "--in", "--read-keys", node)
    table.note(tool, "--out --register", "sas-ssd", did="0xabc123" in shown.stdout)
    table.note(shown, "--in --read-keys", "sas-ssd", did="0xabc123" in shown.stdout)
    tool = run("sg_persist", "--out", "--register", "--param-rk=abc123", "--param-sark=0", node)
    shown = run("sg_persist", "--in", "--read-keys", node)
    table.note(tool, "--out --register, a key of 0", "sas-ssd", did="NO registered reservation keys" in shown.stdout)


def test_modes_logs_and_the_rest(drives: Front, table: Table) -> None:
    tool = run("sdparm", "--clear=WCE", drives.sg("sas-ssd"))
    table.note(tool, "--clear=WCE", "sas-ssd", did=not drives.inside("sas-ssd")["write_cache"])
    tool = run("sdparm", "--set=WCE", drives.sg("sas-ssd"))
    table.note(tool, "--set=WCE", "sas-ssd", did=drives.inside("sas-ssd")["write_cache"])
    for command, words in (
        (("sdparm", "--get=WCE"), "WCE           1"),
        (("sdparm",), "WCE           1"),
        (("sg_modes",), " 00     08 12 04"),  # caching page: WCE
        (("sg_logs", "--page=temp"), "Current temperature = 31 C"),
        (("sg_logs", "--all"), "Current temperature = 31 C"),
        (("sg_opcodes",), "Sanitize, block erase"),
        (("sg_requests",), "No additional sense information"),
        (("sg_get_elem_status", "--maxlen=1024"), "Number of descriptors returned: 2"),
        (("sg_vpd", "--page=lbpv"), "Unmap command supported (LBPU): 1"),
        (("sg_vpd",), "Logical block provisioning"),
    ):
        tool = run(*command, drives.sg("sas-ssd"))
        table.note(tool, " ".join(command[1:]) or "(no option)", "sas-ssd", did=words in tool.stdout)
