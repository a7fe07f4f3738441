"""What goes into a submission queue, what comes out of the completion queue, and the status codes that it comes with."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum, unique

ALL_NAMESPACES = 0xFFFFFFFF
DO_NOT_RETRY = 0x4000


@unique
class Status(IntEnum):
    """Status Code Type in bits 10:8, Status Code in bits 7:0 (Base 2.0c figures 94 to 98; NVM Command Set 1.0c figure 18)."""

    SUCCESS = 0x000
    INVALID_OPCODE = 0x001
    INVALID_FIELD = 0x002
    DATA_TRANSFER_ERROR = 0x004
    ABORTED_BY_POWER_LOSS = 0x005
    INVALID_NAMESPACE = 0x00B
    SANITIZE_FAILED = 0x01C
    SANITIZE_IN_PROGRESS = 0x01D
    NAMESPACE_WRITE_PROTECTED = 0x020
    LBA_OUT_OF_RANGE = 0x080
    FORMAT_IN_PROGRESS = 0x084
    INVALID_LOG_PAGE = 0x109
    INVALID_FORMAT = 0x10A
    FEATURE_NOT_SAVEABLE = 0x10D
    FEATURE_NOT_CHANGEABLE = 0x10E
    FEATURE_NOT_NAMESPACE_SPECIFIC = 0x10F
    NAMESPACE_INSUFFICIENT_CAPACITY = 0x115
    NAMESPACE_IDENTIFIER_UNAVAILABLE = 0x116
    NAMESPACE_ALREADY_ATTACHED = 0x118
    NAMESPACE_IS_PRIVATE = 0x119
    NAMESPACE_NOT_ATTACHED = 0x11A
    CONTROLLER_LIST_INVALID = 0x11C
    SANITIZE_PROHIBITED_WHILE_PMR_IS_ENABLED = 0x123
    WRITE_FAULT = 0x280
    UNRECOVERED_READ_ERROR = 0x281
    ACCESS_DENIED = 0x286
    DEALLOCATED_OR_UNWRITTEN_BLOCK = 0x287


# retried at a later time the same command may succeed (Base 2.0c figure 92, DNR)
_MAY_PASS_LATER = {
    Status.SUCCESS,
    Status.SANITIZE_IN_PROGRESS,
    Status.FORMAT_IN_PROGRESS,
    Status.ABORTED_BY_POWER_LOSS,
    Status.DATA_TRANSFER_ERROR,
}


class Refused(Exception):
    """A command ends with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"{status.name} ({status:03x}h)")
        self.status = status


class Gone(Exception):
    """The controller is not on the bus any more: no completion will ever come, and registers read as all ones."""


@dataclass(frozen=True)
class Completion:
    """A completion queue entry (Base 2.0c section 3.3.3.2) with the data that went to the host."""

    status: int = 0  # bits 7:0 status code, 10:8 status code type, 14 Do Not Retry; 0 is success
    dw0: int = 0
    data: bytes = b""
    seconds: float = 0.0  # from the command's arrival until this entry is posted; infinite: it never is

    @classmethod
    def refused(cls, status: Status) -> Completion:
        """An error, with Do Not Retry where waiting does not help."""
        return cls(status if status in _MAY_PASS_LATER else status | DO_NOT_RETRY)

    @classmethod
    def never(cls) -> Completion:
        """What a hung drive posts: nothing. Also an Asynchronous Event Request for which nothing happened yet."""
        return cls(seconds=math.inf)


@dataclass(frozen=True)
class SubmissionEntry:
    """A submission queue entry (Base 2.0c figure 87), without its pointers: data travels beside it."""

    opcode: int
    nsid: int
    cdw10: int
    cdw11: int
    cdw12: int
    cdw13: int
    cdw14: int
    cdw15: int

    @classmethod
    def from_bytes(cls, entry: bytes) -> SubmissionEntry:
        """Raises ValueError unless ``entry`` has 64 bytes."""
        if len(entry) != 64:
            raise ValueError("a submission queue entry has 64 bytes")
        opcode, nsid = struct.unpack_from("<B3xI", entry)
        return cls(opcode, nsid, *struct.unpack_from("<6I", entry, 40))
