"""LOG SENSE and READ DEFECT DATA: what a SCSI disk says about its health (SPC-5 clauses 6 and 7, SBC-4 clauses 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique

from erase.commands.fields import Fields, fit, is_all_ones
from erase.commands.scsi_fields import ScsiDoubt
from erase.commands.scsi_inquiry import Pages
from erase.commands.wire import ScsiCommand


@unique
class LogPage(IntEnum):
    """The log pages that are read."""

    SUPPORTED = 0x00
    WRITE_ERRORS = 0x02
    READ_ERRORS = 0x03
    VERIFY_ERRORS = 0x05
    TEMPERATURE = 0x0D
    SOLID_STATE_MEDIA = 0x11
    BACKGROUND_SCAN = 0x15
    INFORMATIONAL_EXCEPTIONS = 0x2F


def log_sense(page: LogPage, length: int = 4096) -> ScsiCommand:
    """LOG SENSE 4Dh, PC = 01b: cumulative values."""
    cdb = bytes([0x4D, 0, 0x40 | page, 0, 0, 0, 0, *fit(length, 16, "ALLOCATION LENGTH").to_bytes(2, "big"), 0])
    return ScsiCommand(f"LOG SENSE (page {page:02X}h)", cdb, data_in=length)


@dataclass(frozen=True)
class LogParameters:
    """The parameters of a log page: code and value."""

    doubts: tuple[ScsiDoubt, ...]
    values: dict[int, bytes]

    def number(self, code: int) -> int | None:
        """The value of a counter of any length; None: not told."""
        value = self.values.get(code)
        return int.from_bytes(value, "big") if value else None

    def fields(self, code: int) -> Fields:
        """A parameter by the standard's own byte numbers, which count its header of 4."""
        value = self.values.get(code)
        return Fields(b"" if value is None else bytes(4) + value, "big")


def log_parameters(data: bytes, page: LogPage) -> LogParameters:
    """Reads a log page (SPC-5 clause 7): header, then parameters of code, control byte, length and value."""
    doubts: set[ScsiDoubt] = set()
    body = _log_body(data, page, doubts)
    values: dict[int, bytes] = {}
    while body:
        length = body[3] if len(body) >= 4 else 0
        if len(body) < 4 + length:
            doubts.add(ScsiDoubt.CUT_DESCRIPTOR)
            break
        values.setdefault(int.from_bytes(body[:2], "big"), body[4 : 4 + length])
        body = body[4 + length :]
    return LogParameters(tuple(sorted(doubts)), values)


def supported_log_pages(data: bytes) -> Pages:
    """Page 00h: ascending codes. A list without 00h itself is none."""
    doubts: set[ScsiDoubt] = set()
    codes = _log_body(data, LogPage.SUPPORTED, doubts)
    if codes and (codes[0] != 0 or sorted(set(codes)) != list(codes)):
        doubts.add(ScsiDoubt.LIST_DISORDER)
        codes = b"" if codes[0] != 0 else codes
    return Pages(tuple(sorted(doubts)), tuple(sorted(set(codes))))


def _log_body(data: bytes, page: LogPage, doubts: set[ScsiDoubt]) -> bytes:
    if len(data) < 4:
        doubts.add(ScsiDoubt.TOO_SHORT)
        return b""
    # bits 5:0 the page; SPF (bit 6) would be a subpage, which nobody asked for
    if data[0] & 0x7F != page:
        doubts.add(ScsiDoubt.WRONG_PAGE)
        return b""
    length = int.from_bytes(data[2:4], "big")
    if len(data) < 4 + length:
        doubts.add(ScsiDoubt.TOO_SHORT)
    return data[4 : 4 + length]


@dataclass(frozen=True)
class ErrorCounters:
    """Pages 02h, 03h and 05h, error counters of writes, reads and verifies (SPC-5 clause 7)."""

    doubts: tuple[ScsiDoubt, ...]
    corrected: int | None  # parameter 0003h
    bytes_processed: int | None  # 0005h
    uncorrected: int | None  # 0006h


def error_counters(data: bytes, page: LogPage) -> ErrorCounters:
    """Reads one of the three pages."""
    found = log_parameters(data, page)
    return ErrorCounters(found.doubts, found.number(3), found.number(5), found.number(6))


def temperature(data: bytes) -> int | None:
    """Degrees Celsius from page 0Dh (SPC-5 clause 7): parameter 0000h, byte 5; FFh: can't be told."""
    found = log_parameters(data, LogPage.TEMPERATURE).fields(0).number(5)
    return None if found == 0xFF else found


@dataclass(frozen=True)
class InformationalException:
    """Page 2Fh (SPC-5 clause 7): what the drive fears. ASC 5Dh is a failure prediction, 0Bh a warning, 0 nothing."""

    asc: int | None
    ascq: int | None
    temperature: int | None  # degrees Celsius

    @property
    def predicts_failure(self) -> bool | None:
        """Whether the drive expects to fail; None: not told."""
        return None if self.asc is None else self.asc == 0x5D


def informational_exception(data: bytes) -> InformationalException:
    """Reads parameter 0000h of page 2Fh."""
    fields = log_parameters(data, LogPage.INFORMATIONAL_EXCEPTIONS).fields(0)
    degrees = fields.number(6)
    return InformationalException(fields.number(4), fields.number(5), None if degrees in (0, 0xFF) else degrees)


def endurance_used(data: bytes) -> int | None:
    """Per cent of the life used up, from page 11h, Solid State Media (SBC-4 clause 6): parameter 0001h, byte 7; may pass 100."""
    return log_parameters(data, LogPage.SOLID_STATE_MEDIA).fields(1).number(7)


@dataclass(frozen=True)
class BackgroundScan:
    """Page 15h (SBC-4 clause 6)."""

    doubts: tuple[ScsiDoubt, ...]
    power_on_minutes: int | None
    status: int | None  # 0 none active, 1 scan, 2 pre-scan; 3 to 8 halted
    progress: int | None  # of 65536
    bad_blocks: tuple[int, ...]  # LBAs where a scan found a defect


def background_scan(data: bytes) -> BackgroundScan:
    """Reads page 15h: parameter 0000h is the status, 0001h to 0800h are medium defects found."""
    found = log_parameters(data, LogPage.BACKGROUND_SCAN)
    status = found.fields(0)
    blocks = (found.fields(code).number(16, 8) for code in sorted(found.values) if 1 <= code <= 0x800)
    return BackgroundScan(
        found.doubts,
        status.number(4, 4),
        status.number(9),
        status.number(12, 2),
        tuple(block for block in blocks if block is not None),
    )


def read_defect_data(*, primary: bool = False, grown: bool = True, length: int = 8) -> ScsiCommand:
    """READ DEFECT DATA(12) B7h, format 000b (short block). 8 bytes are enough for the count of the defects."""
    lists = primary << 4 | grown << 3
    cdb = bytes([0xB7, lists]) + bytes(4) + fit(length, 32, "ALLOCATION LENGTH").to_bytes(4, "big") + bytes(2)
    return ScsiCommand("READ DEFECT DATA(12)", cdb, data_in=length)


# bytes of a defect in each DEFECT LIST FORMAT (SBC-4 clause 6); 110b is the vendor's own
_DEFECT_SIZES = {0: 4, 1: 8, 2: 8, 3: 8, 4: 8, 5: 8}


@dataclass(frozen=True)
class DefectCount:
    """The header of READ DEFECT DATA(12). The count is of the lists that the drive says it gives, not of those asked for."""

    primary: bool | None
    grown: bool | None
    count: int | None


def defect_count(data: bytes) -> DefectCount:
    """Reads the header (SBC-4 clause 5): PLISTV 4, GLISTV 3, format 2:0; length in bytes 4 to 7."""
    fields = Fields(b"" if is_all_ones(data) else data, "big")
    size, length = _DEFECT_SIZES.get(fields.bits(1, 2, 0) or 0), fields.number(4, 4)
    whole = size is not None and length is not None and length % size == 0
    return DefectCount(fields.flag(1, 4), fields.flag(1, 3), length // size if whole and length is not None and size else None)
