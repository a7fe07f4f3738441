"""What an NVMe completion says (NVMe Base 2.0c section 3.3.3.2.1): status code type and code, by name where a decision hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class StatusMeaning(StrEnum):
    """The status values that this program has to tell apart; all others are OTHER."""

    SUCCESS = "success"
    INVALID_OPCODE = "invalid-opcode"
    INVALID_FIELD = "invalid-field"
    DATA_TRANSFER_ERROR = "data-transfer-error"
    POWER_LOSS = "power-loss"
    INTERNAL_ERROR = "internal-error"
    ABORT_REQUESTED = "abort-requested"
    INVALID_NAMESPACE = "invalid-namespace"
    COMMAND_SEQUENCE_ERROR = "command-sequence-error"
    OPERATION_DENIED = "operation-denied"
    SANITIZE_FAILED = "sanitize-failed"
    SANITIZE_IN_PROGRESS = "sanitize-in-progress"
    NAMESPACE_WRITE_PROTECTED = "namespace-write-protected"
    COMMAND_INTERRUPTED = "command-interrupted"
    TRANSIENT_TRANSPORT_ERROR = "transient-transport-error"
    PROHIBITED_BY_LOCKDOWN = "prohibited-by-lockdown"
    MEDIA_NOT_READY = "media-not-ready"
    LBA_OUT_OF_RANGE = "lba-out-of-range"
    CAPACITY_EXCEEDED = "capacity-exceeded"
    NAMESPACE_NOT_READY = "namespace-not-ready"
    RESERVATION_CONFLICT = "reservation-conflict"
    FORMAT_IN_PROGRESS = "format-in-progress"
    INVALID_LOG_PAGE = "invalid-log-page"
    INVALID_FORMAT = "invalid-format"
    FIRMWARE_NEEDS_RESET = "firmware-needs-reset"
    FEATURE_NOT_CHANGEABLE = "feature-not-changeable"
    NAMESPACE_ALREADY_ATTACHED = "namespace-already-attached"
    NAMESPACE_IS_PRIVATE = "namespace-is-private"
    NAMESPACE_NOT_ATTACHED = "namespace-not-attached"
    CONTROLLER_LIST_INVALID = "controller-list-invalid"
    SELF_TEST_IN_PROGRESS = "self-test-in-progress"
    BOOT_PARTITION_WRITE_PROHIBITED = "boot-partition-write-prohibited"
    SANITIZE_PROHIBITED_BY_PMR = "sanitize-prohibited-by-pmr"
    READ_ONLY_RANGE = "read-only-range"
    WRITE_FAULT = "write-fault"
    UNRECOVERED_READ_ERROR = "unrecovered-read-error"
    GUARD_CHECK_ERROR = "guard-check-error"
    APPLICATION_TAG_CHECK_ERROR = "application-tag-check-error"
    REFERENCE_TAG_CHECK_ERROR = "reference-tag-check-error"
    COMPARE_FAILURE = "compare-failure"
    ACCESS_DENIED = "access-denied"
    DEALLOCATED_OR_UNWRITTEN = "deallocated-or-unwritten"
    OTHER = "other"


# Status code type in bits 10:8, status code in bits 7:0 (section 3.3.3.2.1; 182h, 281h to 287h: NVM Command Set 1.0c section 3.1)
_MEANINGS = {
    0x000: StatusMeaning.SUCCESS,
    0x001: StatusMeaning.INVALID_OPCODE,
    0x002: StatusMeaning.INVALID_FIELD,
    0x004: StatusMeaning.DATA_TRANSFER_ERROR,
    0x005: StatusMeaning.POWER_LOSS,
    0x006: StatusMeaning.INTERNAL_ERROR,
    0x007: StatusMeaning.ABORT_REQUESTED,
    0x00B: StatusMeaning.INVALID_NAMESPACE,
    0x00C: StatusMeaning.COMMAND_SEQUENCE_ERROR,
    0x015: StatusMeaning.OPERATION_DENIED,
    0x01C: StatusMeaning.SANITIZE_FAILED,
    0x01D: StatusMeaning.SANITIZE_IN_PROGRESS,
    0x020: StatusMeaning.NAMESPACE_WRITE_PROTECTED,
    0x021: StatusMeaning.COMMAND_INTERRUPTED,
    0x022: StatusMeaning.TRANSIENT_TRANSPORT_ERROR,
    0x023: StatusMeaning.PROHIBITED_BY_LOCKDOWN,
    0x024: StatusMeaning.MEDIA_NOT_READY,
    0x080: StatusMeaning.LBA_OUT_OF_RANGE,
    0x081: StatusMeaning.CAPACITY_EXCEEDED,
    0x082: StatusMeaning.NAMESPACE_NOT_READY,
    0x083: StatusMeaning.RESERVATION_CONFLICT,
    0x084: StatusMeaning.FORMAT_IN_PROGRESS,
    0x109: StatusMeaning.INVALID_LOG_PAGE,
    0x10A: StatusMeaning.INVALID_FORMAT,
    0x10B: StatusMeaning.FIRMWARE_NEEDS_RESET,
    0x110: StatusMeaning.FIRMWARE_NEEDS_RESET,
    0x111: StatusMeaning.FIRMWARE_NEEDS_RESET,
    0x10E: StatusMeaning.FEATURE_NOT_CHANGEABLE,
    0x118: StatusMeaning.NAMESPACE_ALREADY_ATTACHED,
    0x119: StatusMeaning.NAMESPACE_IS_PRIVATE,
    0x11A: StatusMeaning.NAMESPACE_NOT_ATTACHED,
    0x11C: StatusMeaning.CONTROLLER_LIST_INVALID,
    0x11D: StatusMeaning.SELF_TEST_IN_PROGRESS,
    0x11E: StatusMeaning.BOOT_PARTITION_WRITE_PROHIBITED,
    0x123: StatusMeaning.SANITIZE_PROHIBITED_BY_PMR,
    0x182: StatusMeaning.READ_ONLY_RANGE,
    0x280: StatusMeaning.WRITE_FAULT,
    0x281: StatusMeaning.UNRECOVERED_READ_ERROR,
    0x282: StatusMeaning.GUARD_CHECK_ERROR,
    0x283: StatusMeaning.APPLICATION_TAG_CHECK_ERROR,
    0x284: StatusMeaning.REFERENCE_TAG_CHECK_ERROR,
    0x285: StatusMeaning.COMPARE_FAILURE,
    0x286: StatusMeaning.ACCESS_DENIED,
    0x287: StatusMeaning.DEALLOCATED_OR_UNWRITTEN,
}


@dataclass(frozen=True)
class NvmeStatus:
    """The status field of a completion, taken apart."""

    code_type: int  # 0 generic, 1 command specific, 2 media and data integrity, 3 path, 7 vendor
    code: int
    do_not_retry: bool
    meaning: StatusMeaning


def status_of(status: int) -> NvmeStatus:
    """Reads :attr:`~erase.commands.wire.NvmeAnswer.status`: bits 7:0 code, 10:8 type, 14 Do Not Retry. Success is all zeros only.

    Bits above 14 belong to no status: with one of them set nothing is known, and success is least of all.
    """
    meaning = _MEANINGS.get(status & 0x7FF, StatusMeaning.OTHER)
    if status >> 15 or (meaning is StatusMeaning.SUCCESS and status):
        meaning = StatusMeaning.OTHER
    return NvmeStatus(status >> 8 & 0x7, status & 0xFF, bool(status >> 14 & 1), meaning)
