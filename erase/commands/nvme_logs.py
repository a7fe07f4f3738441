"""NVMe log pages that tell of health and abilities (NVMe Base 2.0c section 5.16.1) and the values of features (section 5.27.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import Fields, is_all_ones, is_blank, member
from erase.commands.nvme_admin import WriteProtection
from erase.commands.nvme_controller import NvmeDoubt
from erase.commands.nvme_status import NvmeStatus, status_of

_KELVIN = 273


@unique
class CriticalWarning(StrEnum):
    """Critical Warning bits of the SMART log (section 5.16.1.3)."""

    SPARE_BELOW_THRESHOLD = "spare-below-threshold"
    TEMPERATURE = "temperature"
    RELIABILITY_DEGRADED = "reliability-degraded"
    READ_ONLY = "read-only"
    BACKUP_FAILED = "backup-failed"
    PMR_READ_ONLY = "pmr-read-only"


@dataclass(frozen=True)
class SmartLog:
    """SMART / Health Information, log page 02h. None: not told."""

    doubts: tuple[NvmeDoubt, ...]
    warnings: tuple[CriticalWarning, ...]
    temperature: int | None  # degrees Celsius
    spare: int | None  # per cent of the spare blocks that are left
    spare_threshold: int | None
    used: int | None  # per cent of the life used up, may exceed 100; 255: more than 254
    data_read: int | None  # units of 1000 blocks of 512 bytes
    data_written: int | None
    power_cycles: int | None
    power_on_hours: int | None
    unsafe_shutdowns: int | None
    media_errors: int | None  # unrecovered data integrity errors
    error_entries: int | None


def smart_log(data: bytes) -> SmartLog:
    """Reads log page 02h; fewer than 512 bytes give what is there."""
    doubts: set[NvmeDoubt] = set()
    if len(data) < 512:
        doubts.add(NvmeDoubt.TOO_SHORT)
    if is_blank(data):
        doubts.add(NvmeDoubt.BLANK)
        data = b""
    fields = Fields(data, "little")
    spare, threshold = fields.number(3), fields.number(4)
    if (spare or 0) > 100 or (threshold or 0) > 100:  # both are percentages, 0 to 100
        doubts.add(NvmeDoubt.RESERVED_VALUE)
    kelvin = fields.told(1, 2)
    warnings = fields.number(0) or 0
    return SmartLog(
        doubts=tuple(sorted(doubts)),
        warnings=tuple(one for bit, one in enumerate(CriticalWarning) if warnings >> bit & 1),
        temperature=None if kelvin is None else kelvin - _KELVIN,
        spare=spare if (spare or 0) <= 100 else None,
        spare_threshold=threshold if (threshold or 0) <= 100 else None,
        used=fields.number(5),
        data_read=fields.number(32, 16),
        data_written=fields.number(48, 16),
        power_cycles=fields.number(112, 16),
        power_on_hours=fields.number(128, 16),
        unsafe_shutdowns=fields.number(144, 16),
        media_errors=fields.number(160, 16),
        error_entries=fields.number(176, 16),
    )


@dataclass(frozen=True)
class ErrorEntry:
    """An entry of the Error Information log, page 01h (section 5.16.1.2)."""

    count: int  # a number that grows over the life of the controller
    queue: int
    command: int
    status: NvmeStatus
    lba: int
    nsid: int


def error_entries(data: bytes) -> tuple[ErrorEntry, ...]:
    """Reads log page 01h, the newest first. Entries of count 0 are unused; a cut entry is left out."""
    found = []
    for place in range(0, len(data) - 63, 64):
        fields = Fields(data[place : place + 64], "little")
        count, queue, command, status, lba, nsid = (
            fields.number(offset, length) or 0 for offset, length in ((0, 8), (8, 2), (10, 2), (12, 2), (16, 8), (24, 4))
        )
        if count and not is_all_ones(fields.data):
            # bits 15:1 are the status field of the completion, bit 0 the phase tag
            found.append(ErrorEntry(count, queue, command, status_of(status >> 1), lba, nsid))
    return tuple(found)


@dataclass(frozen=True)
class FirmwareSlots:
    """Firmware Slot Information, page 03h (section 5.16.1.4)."""

    active: int | None  # slot 1 to 7
    next: int | None  # the slot that the next reset takes; None: no change
    revisions: tuple[str | None, ...]  # of slots 1 to 7


def firmware_slots(data: bytes) -> FirmwareSlots:
    """Reads log page 03h."""
    fields = Fields(data, "little")
    return FirmwareSlots(
        fields.bits(0, 2, 0) or None, fields.bits(0, 6, 4) or None, tuple(fields.text(8 * slot, 8) for slot in range(1, 8))
    )


@dataclass(frozen=True)
class CommandEffect:
    """What a command does, from the Commands Supported and Effects log (section 5.16.1.6)."""

    changes_content: bool  # LBCC
    changes_namespaces: bool  # NIC or NCC: capabilities or inventory
    changes_controller: bool  # CCC
    exclusive: int  # CSE: 0 none; 1 no other command to the namespace; 2 none to any namespace


@dataclass(frozen=True)
class Effects:
    """Log page 05h: opcode to effect, of the commands that are supported only."""

    doubts: tuple[NvmeDoubt, ...]
    admin: dict[int, CommandEffect]
    io: dict[int, CommandEffect]

    def supports_admin(self, opcode: int) -> bool | None:
        """Whether the controller says so; None: it said nothing that can be believed."""
        return None if self.doubts else opcode in self.admin


def effects(data: bytes) -> Effects:
    """Reads log page 05h. A log that doesn't even name Identify and Get Log Page, which are mandatory, says nothing."""
    doubts = []
    if len(data) < 2048:
        doubts.append(NvmeDoubt.TOO_SHORT)
    admin, io = _effects(data[:1024]), _effects(data[1024:2048])
    if is_blank(data):
        doubts.append(NvmeDoubt.BLANK)
    elif not {0x02, 0x06} <= admin.keys():
        doubts.append(NvmeDoubt.RESERVED_VALUE)
    return Effects(tuple(doubts), {} if doubts else admin, {} if doubts else io)


def _effects(data: bytes) -> dict[int, CommandEffect]:
    words = {opcode: int.from_bytes(data[4 * opcode : 4 * opcode + 4], "little") for opcode in range(len(data) // 4)}
    return {
        opcode: CommandEffect(bool(word & 0x2), bool(word & 0xC), bool(word & 0x10), word >> 16 & 0x7)
        for opcode, word in words.items()
        if word & 0x1  # CSUPP
    }


@unique
class SelfTestResult(IntEnum):
    """Bits 3:0 of a self-test's status (section 5.16.1.7)."""

    NO_ERROR = 0
    ABORTED_BY_COMMAND = 1
    ABORTED_BY_RESET = 2
    ABORTED_BY_NAMESPACE_REMOVAL = 3
    ABORTED_BY_FORMAT = 4
    FATAL_ERROR = 5
    FAILED_UNKNOWN_SEGMENT = 6
    FAILED_SEGMENT = 7
    ABORTED_FOR_UNKNOWN_REASON = 8
    ABORTED_BY_SANITIZE = 9


@dataclass(frozen=True)
class SelfTestLog:
    """Device Self-test, page 06h."""

    running: bool | None
    completion: int | None  # per cent, while one runs
    newest: SelfTestResult | None  # None: none was done, or not told


def self_test_log(data: bytes) -> SelfTestLog:
    """Reads log page 06h: the running test and the newest result."""
    fields = Fields(b"" if is_all_ones(data) else data, "little")
    current = fields.bits(0, 3, 0)
    running = None if current is None else current != 0
    # a result that was never filled has the code Fh; without a self-test code in bits 7:4 it belongs to no test
    result = fields.bits(4, 3, 0) if fields.bits(4, 7, 4) else None
    return SelfTestLog(running, fields.bits(1, 6, 0) if running else None, member(SelfTestResult, result))


def boot_partition_size(data: bytes) -> int | None:
    """Bytes of each of the two boot partitions, from the header of log page 15h (section 5.16.1.21). 0: none. None: not told.

    Byte 0 repeats the log identifier; bytes 7:4 are the property BPINFO, whose bits 14:0 count units of 128 KiB.
    """
    fields = Fields(data, "little")
    units = fields.bits(4, 14, 0, 4)
    return None if fields.number(0) != 0x15 or units is None else units * 128 * 1024


def write_cache_enabled(result: int) -> bool:
    """Dword 0 of Get Features, Volatile Write Cache (section 5.27.1.4)."""
    return bool(result & 1)


def sanitize_warns_only(result: int) -> bool:
    """Dword 0 of Get Features, Sanitize Config: NODRM (section 5.27.1)."""
    return bool(result & 1)


def write_protection(result: int) -> WriteProtection | None:
    """Dword 0 of Get Features, Namespace Write Protection Config (section 8.12). None: a value that the standard doesn't know."""
    return member(WriteProtection, result & 0x7)
