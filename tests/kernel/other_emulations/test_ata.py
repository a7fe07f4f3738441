"""QEMU's ATA disk behind the kernel's libata: what it does not know it aborts, and what tools make of that."""

from __future__ import annotations

import pytest

# SPC-4 table 48, ACS-4 table 1 (7.1.6): fixed format, ABORTED COMMAND, and in the bytes for INFORMATION status 41h (ERR and DRDY) beside
# error 04h (ABRT), as libata puts them
ABORTED = "SG_IO: bad/missing sense data, sb[]:  70 00 0b 00 00 00 00 0a 04 41"


@pytest.fixture
def disk(node_of):
    return node_of("HAIKI-AHCI-1")


def test_read_native_max_works(disk, tool):
    assert "max sectors   = 131072/131072, HPA is disabled" in tool("hdparm", "-N", disk).stdout


def test_identify_shows_neither_security_nor_sanitize(disk, tool):
    said = tool("hdparm", "-I", disk).stdout
    assert "Model Number:       HAIKI-HARDDISK" in said
    assert "LBA48  user addressable sectors:      131072" in said
    for feature in ("Security:", "SANITIZE", "Host Protected Area"):
        assert feature not in said


@pytest.mark.parametrize(
    "words",
    [
        ("--yes-i-know-what-i-am-doing", "-N", "p100000"),
        ("--user-master", "u", "--security-set-pass", "x"),
        ("--user-master", "u", "--security-erase", "x"),
        ("--dco-identify",),
    ],
    ids=["set-max", "security-set-password", "security-erase", "dco-identify"],
)
def test_hdparm_exits_0_when_the_drive_aborted_the_command(words, disk, tool):
    """hdparm 9.65 takes sense data in fixed format, which is what libata gives, for missing ones, and its exit status for success."""
    ended = tool("hdparm", *words, disk, status=0)
    assert ABORTED in ended.stdout + ended.stderr


def test_hdparm_makes_a_checksum_and_a_capacity_of_an_answer_that_never_came(disk, tool):
    said = tool("hdparm", "--dco-identify", disk).stdout
    assert "DCO Checksum verified." in said
    assert "Real max sectors: 1" in said


def test_set_max_left_the_capacity_as_it_was(disk, tool):
    tool("hdparm", "--yes-i-know-what-i-am-doing", "-N", "p100000", disk)
    assert "max sectors   = 131072/131072" in tool("hdparm", "-N", disk).stdout
    assert int(tool("blockdev", "--getsz", disk).stdout) == 131072


def test_hdparm_does_tell_of_a_missing_sanitize(disk, tool):
    ended = tool("hdparm", "--sanitize-status", disk, status=22)
    assert "SANITIZE feature set is not supported" in ended.stdout + ended.stderr


@pytest.mark.parametrize("serial", ["HAIKI-USB-1", "HAIKI-UAS-1"])
def test_hdparm_shows_an_ata_device_where_a_bridge_refuses_to_pass_commands_through(serial, node_of, tool):
    """Exit status 0, a heading, and IDENTIFY data of zeros: no model, no serial number."""
    said = tool("hdparm", "-I", node_of(serial), status=0).stdout
    assert "ATA device, with non-removable media" in said
    assert "Serial Number:" not in said
