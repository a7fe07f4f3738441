"""What a SATL offers beside ATA PASS-THROUGH: descriptor format sense, the results log, and the IDENTIFY data that it keeps."""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.ata_identify import AtaIdentify, parse_identify
from erase.commands.ata_words import SECTOR, shown
from erase.commands.sat_answer import registers_from_descriptor
from erase.commands.wire import AtaRegisters, ScsiCommand

_CONTROL_PAGE, _D_SENSE = 0x0A, 0x04  # byte 2 bit 2 of the page (SPC-5, Control mode page)
_MODE_HEADER = 8
_MODE_LENGTH = 512
_RESULTS_PAGE = 0x16
_RESULTS_LENGTH = 4 + 15 * 18  # header and as many parameters as LOG INDEX can name
_VPD_LENGTH = 572  # header 4 bytes + page length 0238h
_HOST_MANAGED = (0xCD, 0xAB)  # LBA 15:8 and 23:16 of the signature (ZAC-2)


# --- descriptor format sense


def mode_sense_control() -> ScsiCommand:
    """MODE SENSE (10) for the Control mode page, without block descriptors."""
    cdb = bytes([0x5A, 0x08, _CONTROL_PAGE, 0, 0, 0, 0, *_MODE_LENGTH.to_bytes(2, "big"), 0])
    return ScsiCommand("MODE SENSE (10) (Control)", cdb, data_in=_MODE_LENGTH)


def _control_page(mode_data: bytes) -> bytes | None:
    """The whole Control mode page in what MODE SENSE (10) gave."""
    if len(mode_data) < _MODE_HEADER:
        return None
    place = _MODE_HEADER + int.from_bytes(mode_data[6:8], "big")
    head = mode_data[place : place + 2]
    if len(head) < 2 or head[0] & 0x7F != _CONTROL_PAGE or head[1] < 1:  # bit 6, SPF, would make it a subpage
        return None
    page = mode_data[place : place + 2 + head[1]]
    return page if len(page) == 2 + head[1] else None


def descriptor_sense(mode_data: bytes) -> bool | None:
    """Whether sense data comes in descriptor format; None where the Control mode page did not come. Total."""
    page = _control_page(mode_data)
    return None if page is None else bool(page[2] & _D_SENSE)


def mode_select_descriptor_sense(mode_data: bytes, *, enabled: bool) -> ScsiCommand | None:
    """MODE SELECT (10) that sets or clears D_SENSE and leaves the page as it was otherwise, until reset. None without the page. Total.

    Header and PS bit are reserved on the way to the drive, so they are zero (SPC-5, MODE SELECT).
    """
    page = _control_page(mode_data)
    if page is None:
        return None
    sense = page[2] | _D_SENSE if enabled else page[2] & ~_D_SENSE
    data = bytes(_MODE_HEADER) + bytes([page[0] & 0x3F, page[1], sense]) + page[3:]
    cdb = bytes([0x55, 0x10, 0, 0, 0, 0, 0, *len(data).to_bytes(2, "big"), 0])  # PF: pages as the standard has them
    return ScsiCommand("MODE SELECT (10) (Control)", cdb, data_out=data)


# --- results log


def log_sense_results(index: int = 0) -> ScsiCommand:
    """LOG SENSE for the ATA PASS-THROUGH Results log page (SAT-5 clause 10), from parameter ``index`` on. Raises ValueError."""
    if not 0 <= index <= 0x0E:
        raise ValueError(f"parameter {index} is not within 0 to 14")
    cdb = bytes([0x4D, 0, 0x40 | _RESULTS_PAGE, 0, 0, 0, index, *_RESULTS_LENGTH.to_bytes(2, "big"), 0])
    return ScsiCommand("LOG SENSE (ATA PASS-THROUGH Results)", cdb, data_in=_RESULTS_LENGTH)


def parse_results_log(data: bytes) -> dict[int, AtaRegisters]:
    """The registers by parameter code: each parameter has a header of 4 bytes and an ATA Status Return descriptor. Total.

    LOG INDEX n in fixed format sense is parameter n - 1.
    """
    found: dict[int, AtaRegisters] = {}
    if len(data) < 4 or data[0] & 0x3F != _RESULTS_PAGE or data[0] & 0x40:
        return found
    end = min(len(data), 4 + int.from_bytes(data[2:4], "big"))
    place = 4
    while place + 4 <= end and place + 4 + data[place + 3] <= end:
        after = place + 4 + data[place + 3]
        registers = registers_from_descriptor(data[place + 4 : after])
        if registers is not None:
            found.setdefault(int.from_bytes(data[place : place + 2], "big"), registers)
        place = after
    return found


def log_index(sense: bytes) -> int | None:
    """The parameter of the results log that fixed format sense with 00h/1Dh points to; None where it points nowhere. Total."""
    if len(sense) < 14 or sense[0] & 0x7F != 0x70 or sense[12:14] != b"\x00\x1d" or not sense[8] & 0x0F:
        return None
    return (sense[8] & 0x0F) - 1


# --- ATA Information


@dataclass(frozen=True)
class AtaInformation:
    """VPD page 89h (SAT-5, ATA Information): the SATL, and what it was told by the drive when it last looked."""

    vendor: str | None
    product: str | None
    revision: str | None
    host_managed: bool  # the device's signature is that of a host-managed zoned disk
    packet: bool  # IDENTIFY PACKET DEVICE (A1h) was asked
    identify: AtaIdentify


def inquiry_ata_information() -> ScsiCommand:
    """INQUIRY for VPD page 89h."""
    cdb = bytes([0x12, 0x01, 0x89, *_VPD_LENGTH.to_bytes(2, "big"), 0])
    return ScsiCommand("INQUIRY (ATA Information)", cdb, data_in=_VPD_LENGTH)


def parse_ata_information(page: bytes) -> AtaInformation | None:
    """VPD page 89h; None for another page, or one that is cut off. Total."""
    if len(page) < _VPD_LENGTH or page[1] != 0x89 or page[2:4] != b"\x02\x38":
        return None
    signature = page[36:56]  # a Register D2H FIS: byte 4 LBA 7:0, 5 LBA 15:8, 6 LBA 23:16
    return AtaInformation(
        vendor=shown(page[8:16]),
        product=shown(page[16:32]),
        revision=shown(page[32:36]),
        host_managed=(signature[5], signature[6]) == _HOST_MANAGED,
        packet=page[56] == 0xA1,
        identify=parse_identify(page[60 : 60 + SECTOR]),
    )
