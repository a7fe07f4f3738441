"""QEMU's SCSI disk: SANITIZE that it does not know, and a tool that says so only sometimes."""

from __future__ import annotations


def test_sanitize_block_erase_is_an_invalid_opcode(node_of, tool):
    # sg_sanitize: 9 stands for "illegal request, invalid opcode" (sg3_utils(8), EXIT STATUS)
    ended = tool("sg_sanitize", "--block", "--quick", "--early", node_of("HAIKI-SCSI-1"), status=9)
    assert "Invalid opcode" in ended.stdout + ended.stderr


def test_sg_sanitize_exits_0_when_the_host_adapter_failed(node_of, tool):
    """The parameter list of an overwrite never reached the drive (DID_ERROR), and the exit status says success."""
    node = node_of("HAIKI-SCSI-1")
    node.write_bytes(b"still here")
    ended = tool("sg_sanitize", "--overwrite", "--zero", "--quick", "--early", node, status=0)
    assert "DID_ERROR" in ended.stdout + ended.stderr
    tool("blockdev", "--flushbufs", node)
    assert node.read_bytes().startswith(b"still here")


def test_unmapped_blocks_may_read_as_anything(node_of, tool):
    """LBPRZ=0 (SBC-3 6.6.4): what was unmapped proves nothing by what it reads as."""
    said = tool("sg_vpd", "--page=lbpv", node_of("HAIKI-SCSI-1")).stdout
    assert "Unmap command supported (LBPU): 1" in said
    assert "LBPRZ): 0" in said
