"""Identify, 06h: the data structures by CNS (Base 2.0c section 5.17, NVM Command Set 1.0c section 4.1.5)."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from emulators.nvme.entries import ALL_NAMESPACES, Refused, Status, SubmissionEntry
from emulators.nvme.namespaces import Namespace, WriteProtection
from emulators.nvme.personality import patched

if TYPE_CHECKING:
    from emulators.nvme.controller import Controller

SIZE = 4096

# what a controller behind NVMe over Fabrics has to say besides (Base 2.0c figure 275): KAS 1 s, MAXCMD, SGLS with offsets into the capsule,
# IOCCSZ 64 bytes and 8 KiB of data in units of 16 bytes, IORCSZ, ICDOFF, MSDBD
_FABRICS = {(320, 2): 10, (514, 2): 128, (536, 4): 0x00100001, (1792, 4): (64 + 8192) // 16, (1796, 4): 1, (1800, 2): 0, (1803, 1): 1}


def identify(controller: Controller, entry: SubmissionEntry) -> bytes:  # noqa: PLR0911 - one for each CNS
    """The 4096 bytes. Raises Refused."""
    cns, cntid, csi = entry.cdw10 & 0xFF, entry.cdw10 >> 16, entry.cdw11 >> 24
    table = controller.subsystem.namespaces
    match cns:
        case 0x00 | 0x05 | 0x08 | 0x11:
            return _of_namespace(controller, cns, entry.nsid, csi)
        case 0x01:
            return controller_data(controller)
        case 0x02 | 0x07:
            return _namespace_list((each.nsid for each in table if controller.id in each.attached), entry.nsid)
        case 0x03:
            return _descriptors(table.active(entry.nsid, controller.id))
        case 0x06 if csi == 0:
            return bytes(SIZE)  # NVM command set: no limits beyond MDTS
        case 0x10 if controller.manages_namespaces:
            return _namespace_list((each.nsid for each in table), entry.nsid)
        case 0x12 if controller.manages_namespaces:
            return _controller_list(table.allocated(entry.nsid).attached, cntid)
        case 0x13 if controller.manages_namespaces:
            return _controller_list({each.id for each in controller.subsystem.controllers}, cntid)
        case 0x1C:
            return struct.pack("<Q", 1).ljust(SIZE, b"\0")  # one combination: the NVM command set
        case _:
            raise Refused(Status.INVALID_FIELD)


def _of_namespace(controller: Controller, cns: int, nsid: int, csi: int) -> bytes:
    table = controller.subsystem.namespaces
    if cns == 0x11:
        if not controller.manages_namespaces:
            raise Refused(Status.INVALID_FIELD)
        return namespace_data(controller, table.allocated(nsid))
    if nsid == ALL_NAMESPACES and cns == 0x00 and controller.manages_namespaces:
        return _common(controller).ljust(SIZE, b"\0")  # what all namespaces have in common
    if cns == 0x05 and csi:
        raise Refused(Status.INVALID_FIELD)
    if nsid not in table.by_id and not 0 < nsid <= controller.personality.field(516, 4):
        raise Refused(Status.INVALID_NAMESPACE)
    if nsid not in table.by_id or controller.id not in table.by_id[nsid].attached:
        return bytes(SIZE)  # an inactive NSID is answered with zeros
    namespace = table.by_id[nsid]
    if cns == 0x05:
        return bytes(SIZE)  # NVM command set: no storage tags, no protection information
    if cns == 0x08:
        protected = namespace.protection is not WriteProtection.NONE
        head = bytes([0, namespace.shared, 0, 0x80 | controller.subsystem.formatting.remaining(namespace)])
        # ANAGRPID, NSATTR, NVMSETID and ENDGID, NSTAT bit 0 ready
        return (head + bytes(4) + bytes([protected]) + bytes(5) + b"\x01").ljust(SIZE, b"\0")
    return namespace_data(controller, namespace)


def controller_data(controller: Controller) -> bytes:
    """Identify Controller with what the subsystem knows better than the recording: identifiers, capacities, boot partitions."""
    subsystem, table = controller.subsystem, controller.subsystem.namespaces
    data = controller.personality.controller
    fields = {(78, 2): controller.id.to_bytes(2, "little"), (768, 256): subsystem.nqn.encode("ascii").ljust(256, b"\0")}
    if subsystem.fabrics:
        fields |= {place: value.to_bytes(place[1], "little") for place, value in _FABRICS.items()}
    if len(subsystem.controllers) > 1:
        fields[76, 1] = b"\x02"  # CMIC bit 1: two or more controllers
    if controller.manages_namespaces:
        fields[280, 16] = table.total.to_bytes(16, "little")  # TNVMCAP
        fields[296, 16] = table.unallocated.to_bytes(16, "little")  # UNVMCAP
    return patched(data, fields)


def _common(controller: Controller) -> bytes:
    formats = controller.personality.formats
    head = bytearray(384)
    head[24] = 0x04 if controller.personality.deallocated_error else 0  # NSFEAT
    head[25] = len(formats) - 1
    head[27] = 0x01 if any(each.metadata for each in formats) else 0  # MC: as an extended LBA
    head[33] = controller.personality.deallocated_reads | 1 << 3  # DLFEAT; Write Zeroes may deallocate
    for index, each in enumerate(formats):
        struct.pack_into("<HBB", head, 128 + 4 * index, each.metadata, each.data.bit_length() - 1, each.performance)
    return bytes(head)


def namespace_data(controller: Controller, namespace: Namespace) -> bytes:
    """Identify Namespace (NVM Command Set 1.0c figure 97)."""
    used = min(namespace.blocks, namespace.mapped_bytes // namespace.block.size)
    protected = namespace.protection is not WriteProtection.NONE
    # FLBAS: index bits 3:0 and 6:5, bit 4 metadata at the end of the data
    flbas = namespace.format & 0xF | (namespace.format >> 4) << 5 | (1 << 4 if namespace.block.metadata else 0)
    remaining = controller.subsystem.formatting.remaining(namespace)
    fields = {
        (0, 24): struct.pack("<QQQ", namespace.blocks, namespace.blocks, used),
        (26, 1): bytes([flbas]),
        (30, 1): bytes([namespace.shared]),  # NMIC
        (32, 1): bytes([0x80 | remaining]),  # FPI
        (48, 16): namespace.size.to_bytes(16, "little"),  # NVMCAP
        (99, 1): bytes([protected]),  # NSATTR
        (104, 16): namespace.nguid,
        (120, 8): namespace.eui64,
    }
    return patched(_common(controller).ljust(SIZE, b"\0"), fields)


def _descriptors(namespace: Namespace) -> bytes:
    """Namespace Identification Descriptor list (Base 2.0c figure 277): EUI64, NGUID, UUID, command set."""
    unique = uuid.UUID(bytes=namespace.nguid, version=4).bytes
    parts = ((1, namespace.eui64), (2, namespace.nguid), (3, unique), (4, b"\0"))
    return b"".join(struct.pack("<BBxx", kind, len(value)) + value for kind, value in parts).ljust(SIZE, b"\0")


def _namespace_list(nsids: Iterable[int], above: int) -> bytes:
    if above >= 0xFFFFFFFE:
        raise Refused(Status.INVALID_NAMESPACE)
    wanted = [nsid for nsid in nsids if nsid > above]
    return struct.pack(f"<{len(wanted)}I", *wanted).ljust(SIZE, b"\0")


def _controller_list(ids: set[int], at_least: int) -> bytes:
    wanted = sorted(each for each in ids if each >= at_least)
    return struct.pack(f"<H{len(wanted)}H", len(wanted), *wanted).ljust(SIZE, b"\0")
