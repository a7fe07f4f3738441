"""I/O commands of the NVM command set (NVM Command Set 1.0c section 3)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulators.medium import Unreadable
from emulators.nvme.entries import ALL_NAMESPACES, Completion, Refused, Status, SubmissionEntry
from emulators.nvme.namespaces import Namespace, WriteProtection
from emulators.nvme.sanitize import State

if TYPE_CHECKING:
    from emulators.nvme.controller import Controller

FLUSH, WRITE, READ, WRITE_ZEROES, DATASET_MANAGEMENT, VERIFY = 0x00, 0x01, 0x02, 0x08, 0x09, 0x0C
_ONCS = {DATASET_MANAGEMENT: 1 << 2, WRITE_ZEROES: 1 << 3, VERIFY: 1 << 7}
_FUA, _DEALLOCATE = 1 << 30, 1 << 25  # CDW12
_CHANGES = {WRITE, WRITE_ZEROES, DATASET_MANAGEMENT}


def io_command(controller: Controller, entry: SubmissionEntry, data_out: bytes) -> Completion:  # noqa: PLR0911, PLR0912 - one for each opcode
    """Raises Refused."""
    subsystem = controller.subsystem
    _check_sanitize(controller, entry.opcode)
    if entry.opcode == FLUSH and entry.nsid == ALL_NAMESPACES:
        for each in subsystem.namespaces:
            each.medium.flush()
        return Completion()
    namespace = subsystem.namespaces.active(entry.nsid, controller.id)
    if namespace in subsystem.formatting.targets:
        raise Refused(Status.FORMAT_IN_PROGRESS)
    if entry.opcode in _ONCS and not controller.personality.field(520, 2) & _ONCS[entry.opcode]:
        raise Refused(Status.INVALID_OPCODE)
    if entry.opcode in _CHANGES and namespace.protection is not WriteProtection.NONE:
        raise Refused(Status.NAMESPACE_WRITE_PROTECTED)
    if subsystem.locked and entry.opcode != FLUSH:
        raise Refused(Status.ACCESS_DENIED)
    match entry.opcode:
        case 0x00:
            namespace.medium.flush()
            return Completion()
        case 0x01:
            _write(controller, namespace, entry, data_out)
            return Completion()
        case 0x02:
            return Completion(data=_read(controller, namespace, entry))
        case 0x08:
            _write_zeroes(controller, namespace, entry)
            return Completion()
        case 0x09:
            _dataset_management(namespace, entry, data_out)
            return Completion()
        case 0x0C:
            _read(controller, namespace, entry)
            return Completion()
        case _:
            raise Refused(Status.INVALID_OPCODE)


def _check_sanitize(controller: Controller, opcode: int) -> None:
    """No I/O command runs beside a sanitize or after one that failed (Base 2.0c section 8.21.1)."""
    sanitize = controller.subsystem.sanitize
    if sanitize.has_failed:
        raise Refused(Status.SANITIZE_FAILED)
    if sanitize.runs or (sanitize.state is State.MEDIA_VERIFICATION and opcode != READ):
        raise Refused(Status.SANITIZE_IN_PROGRESS)


def _span(namespace: Namespace, entry: SubmissionEntry) -> tuple[int, int]:
    """First LBA and number of blocks; NLB counts from 0."""
    lba, count = entry.cdw10 | entry.cdw11 << 32, (entry.cdw12 & 0xFFFF) + 1
    if lba + count > namespace.blocks:
        raise Refused(Status.LBA_OUT_OF_RANGE)
    return lba, count


def _read(controller: Controller, namespace: Namespace, entry: SubmissionEntry) -> bytes:
    lba, count = _span(namespace, entry)
    subsystem, size = controller.subsystem, namespace.block.size
    if entry.opcode == READ and count * size > controller.personality.largest_transfer:
        raise Refused(Status.INVALID_FIELD)
    subsystem.health.reads += 1
    subsystem.health.blocks_read += count * namespace.block.data // 512
    for each in range(lba, lba + count):
        if (namespace.nsid, each) in subsystem.lies.bad_blocks:
            _media_error(controller, each, namespace.nsid)
    if namespace.unreadable or (namespace.raises_deallocated and not namespace.not_deallocated):
        for each in range(lba, lba + count):
            if not namespace.is_mapped(each):
                if namespace.unreadable:
                    _media_error(controller, each, namespace.nsid)
                raise Refused(Status.DEALLOCATED_OR_UNWRITTEN_BLOCK)
    try:
        return namespace.medium.read(lba * size, count * size)
    except Unreadable as bad:
        _media_error(controller, bad.args[0] // size, namespace.nsid)
        raise


def _media_error(controller: Controller, lba: int, nsid: int) -> None:
    controller.subsystem.health.media_errors += 1
    controller.subsystem.health.log_error(Status.UNRECOVERED_READ_ERROR, lba, nsid)
    raise Refused(Status.UNRECOVERED_READ_ERROR)


def _write(controller: Controller, namespace: Namespace, entry: SubmissionEntry, data: bytes) -> None:
    lba, count = _span(namespace, entry)
    if len(data) != count * namespace.block.size:
        raise Refused(Status.DATA_TRANSFER_ERROR)
    subsystem = controller.subsystem
    subsystem.health.writes += 1
    subsystem.health.blocks_written += count * namespace.block.data // 512
    namespace.medium.write_cache = subsystem.write_cache
    namespace.medium.encrypts = controller.personality.encrypts and not subsystem.lies.never_encrypted
    subsystem.sanitize.user_data_written()
    namespace.medium.write(lba * namespace.block.size, data, fua=bool(entry.cdw12 & _FUA))


def _write_zeroes(controller: Controller, namespace: Namespace, entry: SubmissionEntry) -> None:
    lba, count = _span(namespace, entry)
    size = namespace.block.size
    if entry.cdw12 & _DEALLOCATE and controller.personality.deallocated_reads == 1:
        namespace.medium.discard(lba * size, count * size)
        # blocks that share a page with others are not deallocated by that
        if namespace.medium.read(lba * size, count * size).count(0) == count * size:
            return
    namespace.medium.write(lba * size, bytes(count * size))


def _dataset_management(namespace: Namespace, entry: SubmissionEntry, data: bytes) -> None:
    """Ranges of 16 bytes: attributes, length in blocks, first LBA. Only Attribute Deallocate (CDW11 bit 2) does anything."""
    ranges = (entry.cdw10 & 0xFF) + 1
    if len(data) < 16 * ranges:
        raise Refused(Status.DATA_TRANSFER_ERROR)
    spans = [struct.unpack_from("<4xIQ", data, 16 * index) for index in range(ranges)]
    if any(lba + count > namespace.blocks for count, lba in spans):
        raise Refused(Status.LBA_OUT_OF_RANGE)
    if entry.cdw11 & 1 << 2:
        for count, lba in spans:
            namespace.medium.discard(lba * namespace.block.size, count * namespace.block.size)
