"""Each kind appears under the kernel's own driver, and tools that nobody here wrote read what the model holds."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import Front, Starter, run

ATA = ("flash", "magnetic", "magnetic-ama", "hybrid", "pata", "self-encrypting-flash", "self-encrypting-magnetic", "host-managed")
SAS = ("sas", "sas-two-ports", "sas-520", "sas-4096", "sas-ssd", "sas-zoned")


@pytest.fixture(scope="module")
def drives(front: Starter) -> Front:
    return front(*(f"{kind}={kind}" for kind in (*ATA, *SAS)), "bridge=bridge:magnetic", mebibytes=2048)


@pytest.fixture(scope="module")
def lsblk(drives: Front) -> dict[str, Any]:
    listed = json.loads(run("lsblk", "-J", "-b", "-d", "-o", "NAME,SIZE,LOG-SEC,ZONED,ROTA,WWN,SERIAL").stdout)
    return {device["name"]: device for device in listed["blockdevices"]}


def _words(drives: Front, kind: str) -> bytes:
    return bytes.fromhex(drives.inside(kind)["identify"])


def _string(words: bytes, first: int, last: int) -> str:
    return bytes(words[at ^ 1] for at in range(first * 2, last * 2 + 2)).decode().strip()


@pytest.mark.parametrize("kind", ATA)
def test_an_ata_disk_is_what_its_model_says(drives: Front, lsblk: dict[str, Any], kind: str) -> None:
    words, inside = _words(drives, kind), drives.inside(kind)
    model, serial, firmware = _string(words, 27, 46), _string(words, 10, 19), _string(words, 23, 26)
    node = lsblk[drives.block(kind).removeprefix("/dev/")]
    assert (node["size"], node["log-sec"]) == (inside["sectors"] * inside["sector"], inside["sector"])
    assert node["zoned"] == ("host-managed" if kind == "host-managed" else "none")

    read = run("hdparm", "-I", drives.sg(kind)).stdout
    assert re.search(rf"Model Number:\s+{re.escape(model)}\s*\n", read)
    assert re.search(rf"Serial Number:\s+{re.escape(serial)}\s*\n", read)
    assert re.search(rf"Firmware Revision:\s+{re.escape(firmware)}\s*\n", read)
    assert "Checksum: correct" in read or words[510] != 0xA5

    inquiry = run("sg_inq", drives.sg(kind)).stdout
    assert "Vendor identification: ATA     \n" in inquiry
    assert f"Product identification: {model[:16].ljust(16)}\n" in inquiry
    assert f"Unit serial number: {serial.rjust(20)}\n" in inquiry
    assert f"model: {model}" in run("sg_vpd", "--page=ai", drives.sg(kind)).stdout

    capacity = run("sg_readcap", "--16", drives.sg(kind)).stdout
    assert f"Number of logical blocks={inside['sectors']}\n" in capacity
    assert f"Logical block length={inside['sector']} bytes" in capacity

    smart = json.loads(run("smartctl", "-i", "-j", drives.sg(kind)).stdout)
    assert (smart["model_name"], smart["serial_number"], smart["firmware_version"]) == (model, serial, firmware)
    assert smart["user_capacity"]["bytes"] == inside["sectors"] * inside["sector"]


@pytest.mark.parametrize("kind", SAS)
def test_a_sas_disk_is_what_its_model_says(drives: Front, lsblk: dict[str, Any], kind: str) -> None:
    inside = drives.inside(kind)
    node = lsblk[drives.block(kind).removeprefix("/dev/")]
    usable = inside["block"] in (512, 4096)
    # the kernel makes a node for blocks of 520 bytes too, and gives it no capacity: nothing can be read or written by it
    assert node["size"] == (inside["blocks"] * inside["block"] if usable else 0)
    assert node["zoned"] == ("host-managed" if kind == "sas-zoned" else "none")
    assert node["wwn"] == f"0x{inside['naa']}"

    inquiry = run("sg_inq", drives.sg(kind)).stdout
    assert "Vendor identification: HGST    \n" in inquiry
    assert f"Unit serial number: {inside['serial']}\n" in inquiry
    assert f"0x{inside['naa']}" in run("sg_vpd", "--page=di", drives.sg(kind)).stdout

    capacity = run("sg_readcap", "--16", drives.sg(kind)).stdout
    assert f"Number of logical blocks={inside['blocks']}\n" in capacity
    assert f"Logical block length={inside['block']} bytes" in capacity

    smart = json.loads(run("smartctl", "-i", "-j", drives.sg(kind)).stdout)
    assert (smart["serial_number"], smart["logical_block_size"]) == (inside["serial"], inside["block"])
    assert smart["user_capacity"]["bytes"] == inside["blocks"] * inside["block"]


def test_two_ports_are_two_nodes_of_one_unit(drives: Front) -> None:
    pages = [run("sg_vpd", "--page=di", drives.sg("sas-two-ports", port)).stdout for port in (0, 1)]
    naa = int(drives.inside("sas-two-ports")["naa"], 16)
    assert drives.block("sas-two-ports", 0) != drives.block("sas-two-ports", 1)
    for port, page in enumerate(pages):
        assert f"0x{naa:016x}" in page
        assert f"0x{naa + 1 + port:016x}" in page
        assert f"Relative target port: 0x{port + 1}" in page


def test_a_disk_of_520_byte_blocks_is_read_through_sg_only(drives: Front) -> None:
    read = run("sg_raw", "-r", "520", drives.sg("sas-520"), *["28", "00", "00", "00", "00", "00", "00", "00", "01", "00"])
    assert "Received 520 bytes of data" in read.stderr
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
