"""hdparm walks the security and sanitize state machines of emulated ATA disks; the model says what really happened."""

from __future__ import annotations

import subprocess

import pytest

from .conftest import Front, Table, run, wait_until

PASSWORD = ("--user-master", "u")
CONSENT = "--yes-i-know-what-i-am-doing"
LOCKED, FROZEN, ENABLED = 0x04, 0x08, 0x02  # word 128


def _security(drives: Front, drive: str) -> int:
    return int(drives.inside(drive)["security"])


def _secret(drives: Front, drive: str) -> None:
    with open(drives.block(drive), "r+b", buffering=0) as node:  # noqa: PTH123
        node.seek(1 << 20)
        node.write(b"individual number 0123456789".ljust(4096, b"\0"))
    run("blockdev", "--flushbufs", drives.block(drive))
    run("sg_sync", drives.sg(drive))


def _has_secret(drives: Front, drive: str) -> bool:
    """By reading through the kernel, past its cache."""
    return "individual number" in run("dd", f"if={drives.block(drive)}", "bs=4096", "skip=256", "count=1", "iflag=direct").stdout


@pytest.mark.parametrize("drive", ["flash", "self-encrypting-flash"])
def test_security_set_unlock_disable_and_erase(drives: Front, table: Table, drive: str) -> None:
    node, kind = drives.block(drive), drives.nodes[drive]["kind"]
    _secret(drives, drive)
    assert _has_secret(drives, drive)

    def verb(name: str, *, did: int, mask: int, expected: bool = True, word: str = "right") -> None:
        tool = run("hdparm", *PASSWORD, f"--security-{name}", word, node)
        table.note(tool, f"--security-{name} {word}", kind, did=(_security(drives, drive) & mask) == did, expected=expected)

    verb("set-pass", did=ENABLED, mask=ENABLED)
    verb("disable", did=0, mask=ENABLED, word="wrong", expected=False)
    verb("disable", did=0, mask=ENABLED)
    verb("set-pass", did=ENABLED, mask=ENABLED)
    drives.ask("power-cycle", drive)
    assert _security(drives, drive) & LOCKED
    verb("unlock", did=0, mask=LOCKED, word="wrong", expected=False)
    verb("unlock", did=0, mask=LOCKED)
    verb("erase", did=0, mask=ENABLED, word="wrong", expected=False)
    assert _has_secret(drives, drive)
    verb("erase", did=0, mask=ENABLED)
    assert not _has_secret(drives, drive)
    verb("set-pass", did=ENABLED, mask=ENABLED)
    verb("erase-enhanced", did=0, mask=ENABLED)


def test_five_wrong_passwords_use_up_the_count_until_a_power_cycle(drives: Front, table: Table) -> None:
    node = drives.block("flash")
    run("hdparm", *PASSWORD, "--security-set-pass", "right", node)
    drives.ask("power-cycle", "flash")
    for _ in range(5):
        run("hdparm", *PASSWORD, "--security-unlock", "wrong", node)
    assert _security(drives, "flash") & 0x10
    tool = run("hdparm", *PASSWORD, "--security-unlock", "right", node)
    table.note(tool, "--security-unlock, count expired", "flash", did=not _security(drives, "flash") & LOCKED, expected=False)
    drives.ask("power-cycle", "flash")
    for verb in ("unlock", "disable"):
        run("hdparm", *PASSWORD, f"--security-{verb}", "right", node)
    assert not _security(drives, "flash") & ENABLED


def test_a_frozen_drive_refuses_a_password(drives: Front, table: Table) -> None:
    node = drives.block("flash")
    table.note(run("hdparm", "--security-freeze", node), "--security-freeze", "flash", did=bool(_security(drives, "flash") & FROZEN))
    tool = run("hdparm", *PASSWORD, "--security-set-pass", "right", node)
    table.note(tool, "--security-set-pass, frozen", "flash", did=bool(_security(drives, "flash") & ENABLED), expected=False)
    drives.ask("resume", "flash")
    assert not _security(drives, "flash") & FROZEN


@pytest.mark.parametrize("verb", ["--sanitize-block-erase", "--sanitize-crypto-scramble"])
def test_sanitize_erases_and_status_says_how_far(drives: Front, table: Table, verb: str) -> None:
    drive = "self-encrypting-flash"
    node, kind = drives.block(drive), drives.nodes[drive]["kind"]
    _secret(drives, drive)
    assert _has_secret(drives, drive)
    tool = run("hdparm", CONSENT, verb, node)
    table.note(tool, verb, kind, did=tool.returncode == 0)
    status = run("hdparm", "--sanitize-status", node)
    table.note(status, "--sanitize-status", kind, did="SD" in status.stdout)
    wait_until(lambda: "SD2" not in run("hdparm", "--sanitize-status", node).stdout)
    assert "Last Sanitize Operation Completed Without Error" in run("hdparm", "--sanitize-status", node).stdout
    assert not _has_secret(drives, drive)


def test_a_sanitize_that_the_disk_has_not_is_refused(drives: Front, table: Table) -> None:
    _secret(drives, "magnetic")
    for verb in ("--sanitize-block-erase", "--sanitize-crypto-scramble"):
        tool = run("hdparm", CONSENT, verb, drives.block("magnetic"))
        table.note(tool, f"{verb}, not supported", "magnetic", did=not _has_secret(drives, "magnetic"), expected=False)


def test_sanitize_overwrites_with_a_pattern(drives: Front, table: Table) -> None:
    node = drives.block("magnetic")
    _secret(drives, "magnetic")
    tool = run("hdparm", CONSENT, "--sanitize-overwrite-passes", "1", "--sanitize-overwrite", "hex:0f0f0f0f", node)
    wait_until(lambda: drives.inside("magnetic")["sanitize"] == "operation-succeeded", 60)
    read = subprocess.run(["dd", f"if={node}", "bs=4096", "skip=256", "count=1", "iflag=direct"], check=False, capture_output=True)
    table.note(tool, "--sanitize-overwrite", "magnetic", did=read.stdout == b"\x0f" * 4096)


def test_an_overwrite_without_a_number_of_passes_asks_for_sixteen(drives: Front, table: Table) -> None:
    drives.heard("flash")
    tool = run("hdparm", CONSENT, "--sanitize-overwrite", "hex:0f0f0f0f", drives.block("flash"))
    sanitize = next(cdb for cdb in drives.heard("flash") if cdb[0] == 0x85 and cdb[14] == 0xB4)
    assert (sanitize[4], sanitize[6] & 0x0F) == (0x14, 0)  # OVERWRITE EXT; 0 is sixteen passes (ACS-4 table 156)
    started = drives.inside("flash")["sanitize"] == "operation-in-progress"
    slip = "without --sanitize-overwrite-passes asks for 16 passes"
    table.note(tool, "--sanitize-overwrite, not supported", "flash", did=started, expected=False, slip=slip)


def test_antifreeze_lock_keeps_others_from_freezing(drives: Front, table: Table) -> None:
    node = drives.block("magnetic")
    tool = run("hdparm", CONSENT, "--sanitize-antifreeze-lock", node)
    table.note(tool, "--sanitize-antifreeze-lock", "magnetic", did="Antifreeze" in run("hdparm", "--sanitize-status", node).stdout)
    tool = run("hdparm", CONSENT, "--sanitize-freeze-lock", node)
    frozen = drives.inside("magnetic")["sanitize"] == "frozen"
    table.note(tool, "--sanitize-freeze-lock, antifrozen", "magnetic", did=frozen, expected=False)
    drives.ask("power-cycle", "magnetic")


def test_sanitize_freeze_lock_holds_until_power_goes(drives: Front, table: Table) -> None:
    drive = "self-encrypting-flash"
    node, kind = drives.block(drive), drives.nodes[drive]["kind"]
    tool = run("hdparm", CONSENT, "--sanitize-freeze-lock", node)
    table.note(tool, "--sanitize-freeze-lock", kind, did="SD1" in run("hdparm", "--sanitize-status", node).stdout)
    _secret(drives, drive)
    tool = run("hdparm", CONSENT, "--sanitize-block-erase", node)
    table.note(tool, "--sanitize-block-erase, frozen", kind, did=not _has_secret(drives, drive), expected=False)
    drives.ask("power-cycle", drive)
    assert "SD1" not in run("hdparm", "--sanitize-status", node).stdout


def test_host_protected_area_and_overlay(drives: Front, table: Table) -> None:
    drive = "magnetic"
    node = drives.block(drive)
    sectors = drives.inside(drive)["sectors"]

    def shown() -> str:
        return run("hdparm", "-N", node).stdout.replace("max sectors   = ", "")

    tool = run("hdparm", "-N", node)
    table.note(tool, "-N", drive, did=f"{sectors}/{sectors}" in tool.stdout)
    tool = run("hdparm", CONSENT, f"-Np{sectors - 2048}", node)
    table.note(tool, "-N pSECTORS", drive, did=drives.inside(drive)["sectors"] == sectors - 2048)
    assert f"{sectors - 2048}/{sectors}, HPA is enabled" in shown()
    tool = run("hdparm", "--dco-identify", node)
    table.note(tool, "--dco-identify", drive, did=f"Real max sectors: {sectors}" in tool.stdout)
    tool = run("hdparm", CONSENT, "--dco-restore", node)
    table.note(tool, "--dco-restore, HPA set", drive, did=drives.inside(drive)["sectors"] == sectors, expected=False)
    drives.ask("power-cycle", drive)  # one lasting change in each
    tool = run("hdparm", CONSENT, f"-Np{sectors}", node)
    table.note(tool, "-N pSECTORS, back", drive, did=drives.inside(drive)["sectors"] == sectors)


def test_restoring_the_configuration_gives_hidden_sectors_back(drives: Front, table: Table) -> None:
    drive = "magnetic"
    node, whole = drives.block(drive), drives.inside(drive)["sectors"]
    tool = run("hdparm", CONSENT, "--dco-setmax", str(whole - 4096), node)
    table.note(tool, "--dco-setmax", drive, did=drives.inside(drive)["sectors"] == whole - 4096)
    assert f"{whole - 4096}/{whole - 4096}, HPA is disabled" in run("hdparm", "-N", node).stdout.replace("max sectors   = ", "")
    tool = run("hdparm", CONSENT, "--dco-restore", node)
    table.note(tool, "--dco-restore", drive, did=drives.inside(drive)["sectors"] == whole)


def test_a_lie_is_seen_in_the_medium_and_not_in_the_answer(drives: Front) -> None:
    drive = "self-encrypting-flash"
    drives.ask("lie", drive, name="erases-nothing", value=True)
    _secret(drives, drive)
    assert run("hdparm", CONSENT, "--sanitize-block-erase", drives.block(drive)).returncode == 0
    wait_until(lambda: "SD2" not in run("hdparm", "--sanitize-status", drives.block(drive)).stdout)
    assert "Completed Without Error" in run("hdparm", "--sanitize-status", drives.block(drive)).stdout
    assert _has_secret(drives, drive)
    drives.ask("lie", drive, name="erases-nothing", value=False)
