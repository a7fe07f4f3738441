"""Get Log Page, 02h (Base 2.0c section 5.16)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulators.nvme.entries import Refused, Status, SubmissionEntry

if TYPE_CHECKING:
    from emulators.nvme.controller import Controller

# Commands Supported and Effects (Base 2.0c figure 212): bit 0 supported, 1 data changes, 2 capabilities of a namespace change, 3 the
# inventory of namespaces changes; bits 18:16: 1 alone on this namespace, 2 alone on all
_SUPPORTED, _DATA, _CAPABILITIES, _INVENTORY, _ALONE_ON_ALL = 1, 2, 4, 8, 2 << 16


def get_log_page(controller: Controller, entry: SubmissionEntry) -> bytes:
    """As many bytes as NUMD asks for, from the offset on. Raises Refused."""
    lid = entry.cdw10 & 0xFF
    length = 4 * ((entry.cdw10 >> 16 | (entry.cdw11 & 0xFFFF) << 16) + 1)
    offset = entry.cdw12 | entry.cdw13 << 32
    page = log_page(controller, lid, entry.cdw10 >> 8 & 0x7F)
    if offset & 3 or offset > len(page) or length > controller.personality.largest_transfer:
        raise Refused(Status.INVALID_FIELD)
    if not entry.cdw10 & 1 << 15:  # Retain Asynchronous Event is 0: the event is seen, and the next of its kind may be told
        controller.event_seen(lid)
    return page[offset : offset + length].ljust(length, b"\0")


def log_page(controller: Controller, lid: int, specific: int = 0) -> bytes:  # noqa: PLR0911 - one for each page
    """A whole log page. ``specific``: the LSP field."""
    subsystem = controller.subsystem
    match lid:
        case 0x01:
            # while sanitizing, the log says nothing about the data (Base 2.0c section 8.21): LBA and NSID are zero
            return b"".join(subsystem.health.error_entries(hides=subsystem.sanitize.runs)).ljust(64 * 64, b"\0")
        case 0x02:
            return subsystem.health.log()
        case 0x03:
            return (b"\x01".ljust(8, b"\0") + controller.personality.controller[64:72]).ljust(512, b"\0")
        case 0x04:
            return controller.changed_list()
        case 0x05 if controller.personality.field(261, 1) & 1 << 1:
            return _effects(controller)
        case 0x06 if controller.personality.oacs & 1 << 4:
            return (bytes(4) + 20 * b"\x0f".ljust(28, b"\0")).ljust(564, b"\0")  # no entry was ever written
        case 0x15 if controller.personality.boot_partition:
            return _boot_partition(controller, specific & 1)
        case 0x81 if controller.personality.sanicap & 7:
            return subsystem.sanitize.log()
        case _:
            raise Refused(Status.INVALID_LOG_PAGE)


def _effects(controller: Controller) -> bytes:
    admin = dict.fromkeys((0x02, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x18), _SUPPORTED)
    if controller.personality.oacs & 1 << 0:
        admin |= {0x81: _SUPPORTED, 0x82: _SUPPORTED}
    if controller.personality.oacs & 1 << 1:
        admin[0x80] = _SUPPORTED | _DATA | _CAPABILITIES | _ALONE_ON_ALL
    if controller.manages_namespaces:
        admin |= {0x0D: _SUPPORTED | _INVENTORY, 0x15: _SUPPORTED | _INVENTORY}
    if controller.personality.sanicap & 7:
        admin[0x84] = _SUPPORTED | _DATA
    io = {0x00: _SUPPORTED, 0x01: _SUPPORTED | _DATA, 0x02: _SUPPORTED}
    for bit, opcode in ((2, 0x09), (3, 0x08), (7, 0x0C)):  # ONCS
        if controller.personality.field(520, 2) & 1 << bit:
            io[opcode] = _SUPPORTED | (_DATA if opcode != 0x0C else 0)
    words = [commands.get(opcode, 0) for commands in (admin, io) for opcode in range(256)]
    return struct.pack("<512I", *words).ljust(4096, b"\0")


def _boot_partition(controller: Controller, which: int) -> bytes:
    """Boot Partition log (Base 2.0c figure 261): BPINFO in units of 128 KiB, then the partition."""
    content = controller.subsystem.boot_partitions[which]
    return struct.pack("<B3xI8x", 0x15, len(content) // (128 * 1024)) + content
