"""Sense data (SPC-5 section 4.4), built for a reply in either format."""

from __future__ import annotations

from dataclasses import dataclass

# sense keys, SPC-5 table 48
NO_SENSE = 0x0
RECOVERED_ERROR = 0x1
NOT_READY = 0x2
MEDIUM_ERROR = 0x3
HARDWARE_ERROR = 0x4
ILLEGAL_REQUEST = 0x5
UNIT_ATTENTION = 0x6
DATA_PROTECT = 0x7
ABORTED_COMMAND = 0xB

# additional sense codes with their qualifiers, SPC-5 annex F
NO_ADDITIONAL = (0x00, 0x00)
ATA_PASS_THROUGH_INFORMATION = (0x00, 0x1D)
FORMAT_IN_PROGRESS = (0x04, 0x04)
SANITIZE_IN_PROGRESS = (0x04, 0x1B)
STOPPED = (0x04, 0x02)
UNRECOVERED_READ_ERROR = (0x11, 0x00)
PARAMETER_LIST_LENGTH_ERROR = (0x1A, 0x00)
INVALID_OPERATION_CODE = (0x20, 0x00)
ACCESS_DENIED = (0x20, 0x02)
LBA_OUT_OF_RANGE = (0x21, 0x00)
INVALID_FIELD_IN_CDB = (0x24, 0x00)
INVALID_FIELD_IN_PARAMETERS = (0x26, 0x00)
WRITE_PROTECTED = (0x27, 0x00)
POWER_ON = (0x29, 0x00)
CAPACITY_CHANGED = (0x2A, 0x09)
SECURITY_CONFLICT = (0x74, 0x71)
MEDIUM_FORMAT_CORRUPTED = (0x31, 0x00)
FORMAT_FAILED = (0x31, 0x01)
SANITIZE_FAILED = (0x31, 0x03)
INTERNAL_TARGET_FAILURE = (0x44, 0x00)


@dataclass(frozen=True)
class Sense:
    """What is wrong, before it is put into bytes."""

    key: int
    code: tuple[int, int]  # ASC, ASCQ
    progress: int | None = None  # of 65536 (SPC-5 4.4.2.4.4)
    information: int | None = None  # for a medium error: the LBA
    deferred: bool = False

    def fixed(self) -> bytes:
        """Fixed format (SPC-5 4.4.3), 18 bytes. An LBA of more than 32 bits makes VALID zero: it has no place here."""
        sense = bytearray(18)
        sense[0] = 0x71 if self.deferred else 0x70
        sense[2] = self.key
        sense[7] = 10
        sense[12:14] = self.code
        if self.information is not None and self.information < 1 << 32:
            sense[0] |= 0x80
            sense[3:7] = self.information.to_bytes(4, "big")
        if self.progress is not None:
            sense[15] = 0x80  # SKSV
            sense[16:18] = self.progress.to_bytes(2, "big")
        return bytes(sense)

    def descriptor(self) -> bytes:
        """Descriptor format (SPC-5 4.4.2): the progress in a sense key specific descriptor (02h), the LBA in an information one (00h)."""
        descriptors = b""
        if self.information is not None:
            descriptors += bytes([0x00, 0x0A, 0x80, 0]) + self.information.to_bytes(8, "big")
        if self.progress is not None:
            descriptors += bytes([0x02, 0x06, 0, 0, 0x80]) + self.progress.to_bytes(2, "big") + b"\0"
        head = bytes([0x73 if self.deferred else 0x72, self.key, *self.code, 0, 0, 0, len(descriptors)])
        return head + descriptors

    def encoded(self, *, descriptor: bool) -> bytes:
        """As the D_SENSE bit of the control mode page says."""
        return self.descriptor() if descriptor else self.fixed()
