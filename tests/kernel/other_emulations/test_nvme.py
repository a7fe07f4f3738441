"""QEMU's NVMe controller with two namespaces, under the kernel's nvme driver."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

CONTROLLER = Path("/dev/nvme0")


def test_both_namespaces_are_of_one_controller(tool, station):
    said = tool("nvme", "list-ns", CONTROLLER, "--all").stdout
    assert [line.split(":")[1] for line in said.splitlines()] == ["0x1", "0x2"]
    for node, other, size in (("/dev/nvme0n1", "/dev/nvme0n2", 32 << 20), ("/dev/nvme0n2", "/dev/nvme0n1", 64 << 20)):
        assert [(area["kind"], area["name"], area["size"]) for area in station.listed(node)["areas"]] == [("namespace", other, size)]


def test_the_controller_says_format_and_namespace_management_but_no_security_and_no_sanitize(tool):
    said = json.loads(tool("nvme", "id-ctrl", CONTROLLER, "--output-format=json").stdout)
    # NVMe Base 1.4 figure 251: OACS bit 0 Security Send/Receive, 1 Format NVM, 3 Namespace Management; SANICAP; FNA
    assert (said["oacs"], said["sanicap"], said["fna"]) == (0x10A, 0, 0)
    assert said["ver"] == 0x10400
    assert said["sn"].strip() == "HAIKI-NVME-1"


def test_sanitize_is_an_invalid_opcode(tool):
    # status code type 0, status code 01h, with Do Not Retry (NVMe Base 1.4, figure 126)
    ended = tool("nvme", "sanitize", CONTROLLER, "--sanact=2", status=1)
    assert "0x4001" in ended.stdout + ended.stderr


def test_the_sanitize_log_is_an_invalid_field(tool):
    ended = tool("nvme", "sanitize-log", CONTROLLER, status=1)
    assert "0x4002" in ended.stdout + ended.stderr


@pytest.mark.parametrize("setting", [0, 1, 2, 3])
def test_format_ignores_the_secure_erase_setting_even_the_reserved_one(setting, tool):
    """It deallocates, whatever SES says (figure 330: 3 to 7 are reserved): a success alone proves no secure erase."""
    node = Path("/dev/nvme0n1")
    node.write_bytes(b"somebody's data")
    tool("nvme", "format", node, f"--ses={setting}", "--force")
    tool("blockdev", "--flushbufs", node)
    assert set(node.read_bytes()) == {0}


def test_format_of_one_namespace_leaves_the_other(tool):
    Path("/dev/nvme0n2").write_bytes(b"a neighbour's data")
    tool("nvme", "format", "/dev/nvme0n1", "--ses=1", "--force")
    tool("blockdev", "--flushbufs", "/dev/nvme0n2")
    assert Path("/dev/nvme0n2").read_bytes().startswith(b"a neighbour's data")


def test_another_block_format_is_seen_by_the_kernel(tool):
    node = Path("/dev/nvme0n1")
    try:
        tool("nvme", "format", node, "--lbaf=4", "--force")
        assert int(tool("blockdev", "--getss", node).stdout) == 4096
    finally:
        tool("nvme", "format", node, "--lbaf=0", "--force")
    assert int(tool("blockdev", "--getss", node).stdout) == 512
