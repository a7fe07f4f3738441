"""SMART / Health Information, 02h, and Error Information, 01h (Base 2.0c figures 206 and 207). Not volatile."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LoggedError:
    """One entry of the error log."""

    number: int  # rises over the controller's life
    status: int  # status field of the completion, phase bit in bit 0 cleared
    lba: int
    nsid: int


@dataclass
class Health:
    """Counters of the subsystem."""

    critical_warning: int = 0
    kelvin: int = 310
    spare: int = 100  # percent
    spare_threshold: int = 10
    used: int = 3  # percent
    blocks_read: int = 0  # 512-byte units
    blocks_written: int = 0
    reads: int = 0
    writes: int = 0
    power_cycles: int = 1
    power_on_hours: int = 1234
    unsafe_shutdowns: int = 0
    media_errors: int = 0
    errors: list[LoggedError] = field(default_factory=list)  # newest first
    errors_ever: int = 0

    def log_error(self, status: int, lba: int, nsid: int) -> None:
        self.errors_ever += 1
        self.errors.insert(0, LoggedError(self.errors_ever, status << 1, lba, nsid))
        del self.errors[64:]

    def error_entries(self, *, hides: bool) -> list[bytes]:
        """64 bytes each; ``hides`` where they lie."""
        return [
            struct.pack("<QHHHHQI", each.number, 1, 0, each.status, 0xFFFF, 0 if hides else each.lba, 0 if hides else each.nsid).ljust(
                64, b"\0"
            )
            for each in self.errors
        ]

    def log(self) -> bytes:
        """512 bytes."""
        head = struct.pack("<BHBBB", self.critical_warning, self.kelvin, self.spare, self.spare_threshold, self.used).ljust(32, b"\0")
        counters = (
            -(-self.blocks_read // 1000),  # data units: thousands of 512 bytes, rounded up
            -(-self.blocks_written // 1000),
            self.reads,
            self.writes,
            0,
            self.power_cycles,
            self.power_on_hours,
            self.unsafe_shutdowns,
            self.media_errors,
            self.errors_ever,
        )
        return (head + b"".join(each.to_bytes(16, "little") for each in counters)).ljust(512, b"\0")
