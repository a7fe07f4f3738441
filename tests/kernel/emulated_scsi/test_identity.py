"""Each kind appears under the kernel's own driver, and tools that nobody here wrote read what the model holds."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from .conftest import ATA, SAS, Front, Table, run


@pytest.fixture(scope="module")
def lsblk(drives: Front) -> dict[str, Any]:
    listed = json.loads(run("lsblk", "-J", "-b", "-d", "-o", "NAME,SIZE,LOG-SEC,ZONED,ROTA,WWN,SERIAL").stdout)
    return {device["name"]: device for device in listed["blockdevices"]}


def _words(drives: Front, kind: str) -> bytes:
    return bytes.fromhex(drives.inside(kind)["identify"])


def _string(words: bytes, first: int, last: int) -> str:
    return bytes(words[at ^ 1] for at in range(first * 2, last * 2 + 2)).decode().strip()


def _said(tool: subprocess.CompletedProcess[str], *words: str) -> bool:
    return all(each in tool.stdout for each in words)


@pytest.mark.parametrize("kind", ATA)
def test_an_ata_disk_is_what_its_model_says(drives: Front, lsblk: dict[str, Any], table: Table, kind: str) -> None:
    words, inside, node = _words(drives, kind), drives.inside(kind), drives.sg(kind)
    model, serial, firmware = _string(words, 27, 46), _string(words, 10, 19), _string(words, 23, 26)
    listed = lsblk[drives.block(kind).removeprefix("/dev/")]
    assert (listed["size"], listed["log-sec"]) == (inside["sectors"] * inside["sector"], inside["sector"])
    assert listed["zoned"] == ("host-managed" if kind == "host-managed" else "none")

    tool = run("hdparm", "-I", node)
    names = (("Model Number", model), ("Serial Number", serial), ("Firmware Revision", firmware))
    same = all(re.search(rf"{name}:\s+{re.escape(value)}\s*\n", tool.stdout) for name, value in names)
    table.note(tool, "-I", kind, did=same and ("Checksum: correct" in tool.stdout or words[510] != 0xA5))

    tool = run("sg_inq", node)
    vendor, product = "Vendor identification: ATA     \n", f"Product identification: {model[:16].ljust(16)}\n"
    table.note(tool, "(no option)", kind, did=_said(tool, vendor, product, f"Unit serial number: {serial.rjust(20)}\n"))
    tool = run("sg_vpd", "--page=ai", node)
    table.note(tool, "--page=ai", kind, did=_said(tool, f"model: {model}"))
    tool = run("sg_readcap", "--16", node)
    length = f"Logical block length={inside['sector']} bytes"
    table.note(tool, "--16", kind, did=_said(tool, f"Number of logical blocks={inside['sectors']}\n", length))

    tool = run("smartctl", "-i", "-H", "-A", "-j", node)
    smart = json.loads(tool.stdout)
    told = (smart["model_name"], smart["serial_number"], smart["firmware_version"], smart["user_capacity"]["bytes"])
    same = told == (model, serial, firmware, inside["sectors"] * inside["sector"])
    has_smart = bool(words[164] & 0x01)  # word 82 bit 0
    passed = smart.get("smart_status", {}).get("passed") is (True if has_smart else None)
    table.note(tool, "-i -H -A -j", kind, did=same and passed and ("ata_smart_attributes" in smart) == has_smart)


@pytest.mark.parametrize("kind", SAS)
def test_a_sas_disk_is_what_its_model_says(drives: Front, lsblk: dict[str, Any], table: Table, kind: str) -> None:
    inside, node = drives.inside(kind), drives.sg(kind)
    listed = lsblk[drives.block(kind).removeprefix("/dev/")]
    usable = inside["block"] in (512, 4096)
    # the kernel makes a node for blocks of 520 bytes too, and gives it no capacity: nothing can be read or written by it
    assert listed["size"] == (inside["blocks"] * inside["block"] if usable else 0)
    assert listed["zoned"] == ("host-managed" if kind == "sas-zoned" else "none")
    assert listed["wwn"] == f"0x{inside['naa']}"

    tool = run("sg_inq", node)
    table.note(tool, "(no option)", kind, did=_said(tool, "Vendor identification: HGST    \n", f"Unit serial number: {inside['serial']}\n"))
    tool = run("sg_vpd", "--page=di", node)
    table.note(tool, "--page=di", kind, did=_said(tool, f"0x{inside['naa']}"))
    tool = run("sg_readcap", "--16", node)
    length = f"Logical block length={inside['block']} bytes"
    table.note(tool, "--16", kind, did=_said(tool, f"Number of logical blocks={inside['blocks']}\n", length))

    tool = run("smartctl", "-i", "-H", "-A", "-j", node)
    smart = json.loads(tool.stdout)
    told = (smart["serial_number"], smart["logical_block_size"], smart["user_capacity"]["bytes"], smart["temperature"]["current"])
    same = told == (inside["serial"], inside["block"], inside["blocks"] * inside["block"], 31)
    table.note(tool, "-i -H -A -j", kind, did=same and smart["smart_status"]["passed"] is True)


def test_two_ports_are_two_nodes_of_one_unit(drives: Front) -> None:
    pages = [run("sg_vpd", "--page=di", drives.sg("sas-two-ports", port)).stdout for port in (0, 1)]
    naa = int(drives.inside("sas-two-ports")["naa"], 16)
    assert drives.block("sas-two-ports", 0) != drives.block("sas-two-ports", 1)
    for port, page in enumerate(pages):
        assert f"0x{naa:016x}" in page
        assert f"0x{naa + 1 + port:016x}" in page
        assert f"Relative target port: 0x{port + 1}" in page


def test_a_disk_of_520_byte_blocks_is_read_through_sg_only(drives: Front, table: Table) -> None:
    read = run("sg_raw", "-r", "520", drives.sg("sas-520"), *["28", "00", "00", "00", "00", "00", "00", "00", "01", "00"])
    table.note(read, "28h, READ(10)", "sas-520", did="Received 520 bytes of data" in read.stderr)
    with open(drives.block("sas-520"), "rb") as node:  # noqa: PTH123
        assert node.read(512) == b""


def test_a_bridge_shows_its_own_name_and_the_disk_through_pass_through(drives: Front) -> None:
    words = _words(drives, "bridge")
    assert "Vendor identification: JMicron \n" in run("sg_inq", drives.sg("bridge")).stdout
    assert _string(words, 27, 46) in run("hdparm", "-I", drives.sg("bridge")).stdout


def test_level_0_discovery_is_behind_libatas_parameter(drives: Front) -> None:
    # SECURITY PROTOCOL IN is unknown to libata without allow_tpm; the SAS disk has it
    ask = ["a2", "01", "00", "01", "00", "00", "00", "00", "02", "00", "00", "00"]
    assert run("sg_raw", "-r", "512", drives.sg("self-encrypting-flash"), *ask).returncode == 9  # SG_LIB_CAT_INVALID_OP
    assert "Received 512 bytes of data" in run("sg_raw", "-r", "512", drives.sg("sas-ssd"), *ask).stderr
