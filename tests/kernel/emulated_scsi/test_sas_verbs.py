"""sg3_utils and sdparm walk an emulated SAS disk."""

from __future__ import annotations

import pytest

from .conftest import Front, Starter, Table, run, wait_until


@pytest.fixture(scope="module")
def drives(front: Starter) -> Front:
    return front("ssd=sas-ssd", "disk=sas", "odd=sas-520", rate=20)


def _ready(drives: Front, drive: str) -> None:
    wait_until(lambda: drives.inside(drive)["operation"] is None, 60)
    run("sg_turs", drives.sg(drive))  # takes the unit attention


@pytest.mark.parametrize("way", ["--block", "--crypto", "--overwrite --zero"])
def test_sanitize_with_its_progress(drives: Front, table: Table, way: str) -> None:
    before = drives.inside("ssd")["sanitizes"]
    tool = run("sg_sanitize", *way.split(), "--quick", "--early", drives.sg("ssd"))
    progress = run("sg_requests", "--progress", drives.sg("ssd"))
    _ready(drives, "ssd")
    table.note(tool, f"sanitize {way}", "sas-ssd", did=drives.inside("ssd")["sanitizes"] == before + 1)
    table.note(progress, "sg_requests --progress", "sas-ssd", did="Progress indication" in progress.stdout)


def test_a_sanitize_that_the_disk_has_not_is_refused(drives: Front, table: Table) -> None:
    before = drives.inside("disk")["sanitizes"]
    tool = run("sg_sanitize", "--block", "--quick", "--early", drives.sg("disk"))
    table.note(tool, "sanitize --block, not supported", "sas", did=drives.inside("disk")["operation"] is not None, expected=False)
    assert drives.inside("disk")["sanitizes"] == before


def test_a_sanitize_that_fails_is_left_by_exit_failure_mode_only_where_it_was_unrestricted(drives: Front, table: Table) -> None:
    drives.ask("lie", "ssd", name="sanitize_fails", value=True)
    run("sg_sanitize", "--block", "--quick", "--early", drives.sg("ssd"))
    _ready(drives, "ssd")
    assert drives.inside("ssd")["sanitize_failed"]
    read = run("sg_raw", "-r", "512", drives.sg("ssd"), *["28", "00", "00", "00", "00", "00", "00", "00", "01", "00"])
    assert read.returncode == 3  # SG_LIB_CAT_MEDIUM_HARD
    tool = run("sg_sanitize", "--fail", "--quick", drives.sg("ssd"))
    table.note(tool, "sanitize --fail, restricted", "sas-ssd", did=not drives.inside("ssd")["sanitize_failed"], expected=False)
    drives.ask("lie", "ssd", name="sanitize_fails", value=False)
    run("sg_sanitize", "--block", "--quick", "--early", drives.sg("ssd"))
    _ready(drives, "ssd")
    assert not drives.inside("ssd")["sanitize_failed"]


def test_format_turns_520_bytes_into_512_and_the_kernel_sees_a_disk(drives: Front, table: Table) -> None:
    tool = run("sg_format", "--format", "--early", "--size=512", "--quick", drives.sg("odd"))
    _ready(drives, "odd")
    inside = drives.inside("odd")
    table.note(tool, "format --size=512", "sas-520", did=inside["block"] == 512)
    name = drives.nodes["odd"]["block"][0]
    run("sh", "-c", f"echo 1 > /sys/block/{name}/device/rescan")
    wait_until(lambda: int(open(f"/sys/block/{name}/size").read()) == inside["blocks"])  # noqa: PTH123, SIM115


def test_power_lost_in_a_format_corrupts_it(drives: Front, table: Table) -> None:
    run("sg_format", "--format", "--early", "--quick", drives.sg("disk"))
    assert drives.inside("disk")["operation"] == "format"
    drives.ask("power-cycle", "disk")
    assert drives.inside("disk")["corrupted"]
    run("sg_turs", drives.sg("disk"))
    ready = run("sg_turs", drives.sg("disk"))
    table.note(ready, "sg_turs, format corrupted", "sas", did=ready.returncode == 0, expected=False)
    tool = run("sg_format", "--format", "--early", "--quick", drives.sg("disk"))
    _ready(drives, "disk")
    table.note(tool, "format", "sas", did=not drives.inside("disk")["corrupted"])


def test_capacity_is_taken_away_and_given_back(drives: Front, table: Table) -> None:
    whole = drives.inside("disk")["blocks"]
    tool = run("sg_format", "--resize", "--count=65536", drives.sg("disk"))
    table.note(tool, "format --resize", "sas", did=drives.inside("disk")["blocks"] == 65536)
    tool = run("sg_format", "--resize", "--count=-1", drives.sg("disk"))
    table.note(tool, "format --resize --count=-1", "sas", did=drives.inside("disk")["blocks"] == whole)


def test_modes_logs_and_the_rest(drives: Front, table: Table) -> None:
    tool = run("sdparm", "--clear=WCE", drives.sg("ssd"))
    table.note(tool, "--clear=WCE", "sas-ssd", did=not drives.inside("ssd")["write_cache"])
    tool = run("sdparm", "--set=WCE", drives.sg("ssd"))
    table.note(tool, "--set=WCE", "sas-ssd", did=drives.inside("ssd")["write_cache"])
    for name, command, words in (
        ("sg_logs --page=temp", ("sg_logs", "--page=temp"), "Current temperature = 31 C"),
        ("sg_opcodes", ("sg_opcodes",), "Sanitize, block erase"),
        ("sg_persist", ("sg_persist", "--in", "--read-keys"), "NO registered reservation keys"),
        ("sg_get_elem_status", ("sg_get_elem_status", "--maxlen=1024"), "Number of descriptors returned: 2"),
        ("sg_vpd --page=lbpv", ("sg_vpd", "--page=lbpv"), "Unmap command supported (LBPU): 1"),
    ):
        tool = run(*command, drives.sg("ssd"))
        table.note(tool, name, "sas-ssd", did=words in tool.stdout)
