"""Which commands only read: a closed list, for those who ask strange drives. What is not on it counts as harmful.

Data of users are not read either: what is on the list asks a drive about itself.
"""

from __future__ import annotations

from erase.commands.wire import AtaCommand, MmcCommand, MmcTransfer, NvmeCommand, ScsiCommand

_SHORTEST_CDB = 6  # bytes (SPC-5 section 4.2.2)
# ACS-4 annex A: COMMAND and FEATURE; None: whatever FEATURE says
_ATA: frozenset[tuple[int, int | None]] = frozenset(
    {
        (0x27, None),  # READ NATIVE MAX ADDRESS EXT; some drives take it badly, and have profiles that say so
        # without FEATURE bit 0, which resets the counters of the log that is read (SATA 3.2, Phy Event Counters log, 11h)
        (0x2F, 0x0000),  # READ LOG EXT, of the logs below
        (0x47, 0x0000),  # READ LOG DMA EXT, likewise
        (0x5C, None),  # TRUSTED RECEIVE, of the protocols below
        (0x78, 0x0000),  # GET NATIVE MAX ADDRESS EXT
        (0xB0, 0xD0),  # SMART READ DATA
        (0xB0, 0xD1),  # SMART READ ATTRIBUTE THRESHOLDS (ATA/ATAPI-5)
        (0xB0, 0xD5),  # SMART READ LOG, of the logs below
        (0xB0, 0xDA),  # SMART RETURN STATUS
        (0xB1, 0xC2),  # DEVICE CONFIGURATION IDENTIFY
        (0xB4, 0x0000),  # SANITIZE STATUS EXT, without the bit that clears a failure
        (0xE5, None),  # CHECK POWER MODE
        (0xEC, None),  # IDENTIFY DEVICE
        (0xF8, None),  # READ NATIVE MAX ADDRESS
    }
)
_LOG_READERS = frozenset({0x2F, 0x47})
_SMART, _SMART_READ_LOG, _SANITIZE, _TRUSTED_RECEIVE = 0xB0, 0xD5, 0xB4, 0x5C
# ACS-4 table A.2. Not those that collect data when they are read (24h, 25h), nor the maker's (A0h to DFh)
_LOGS = frozenset({*range(0x14), 0x15, 0x2F, 0x30, 0x47, 0xE0})
# SPC-5 and SBC-4: operation code and service action; None: whatever byte 1 says
_SCSI: frozenset[tuple[int, int | None]] = frozenset(
    {
        (0x00, None),  # TEST UNIT READY
        (0x03, None),  # REQUEST SENSE
        (0x12, None),  # INQUIRY
        (0x1A, None),  # MODE SENSE(6)
        (0x25, None),  # READ CAPACITY(10)
        (0x37, None),  # READ DEFECT DATA(10)
        (0x4D, 0x00),  # LOG SENSE without SP, which saves, of the pages below
        (0x5A, None),  # MODE SENSE(10)
        (0x5E, 0x00),  # PERSISTENT RESERVE IN (READ KEYS)
        (0x95, 0x00),  # REPORT ZONES
        (0x9E, 0x10),  # READ CAPACITY(16)
        (0x9E, 0x17),  # GET PHYSICAL ELEMENT STATUS
        (0xA0, None),  # REPORT LUNS
        (0xA2, None),  # SECURITY PROTOCOL IN, of the protocols below
        (0xA3, 0x0C),  # REPORT SUPPORTED OPERATION CODES
        (0xB7, None),  # READ DEFECT DATA(12)
    }
)
_LOG_SENSE, _SECURITY_PROTOCOL_IN = 0x4D, 0xA2
_VENDORS_LOG_PAGES = 0x30  # SPC-5 table of log pages: 30h to 3Eh are the maker's, 3Fh is reserved
_SECURITY = frozenset({(0x00, 0x0000), (0x01, 0x0001)})  # the list of protocols; TCG Level 0 Discovery
# NVMe Base 2.0 figure 138
_IDENTIFY, _GET_LOG_PAGE, _GET_FEATURES, _SECURITY_RECEIVE = 0x06, 0x02, 0x0A, 0x82
# figure 202. Not the telemetry logs, whose reading has a drive collect data
_NVME_LOGS = frozenset({0x01, 0x02, 0x03, 0x05, 0x06, 0x15, 0x81})
_RETAIN_EVENTS = 1 << 15
_VENDORS_FEATURES = 0xC0  # figure 317: the identifiers from here on are the maker's
_SEND_EXT_CSD, _SEND_STATUS = 8, 13  # JESD84-B51 section 6.10.4


def is_harmless(command: AtaCommand | NvmeCommand | ScsiCommand | MmcCommand) -> bool:
    """Whether a command is on the list."""
    if command.data_out:
        return False
    if isinstance(command, AtaCommand):
        return _ata(command)
    if isinstance(command, NvmeCommand):
        return _nvme(command)
    if isinstance(command, ScsiCommand):
        return _scsi(command.cdb)
    reads_ext_csd = command.opcode == _SEND_EXT_CSD and command.transfer is MmcTransfer.IN
    return (reads_ext_csd or command.opcode == _SEND_STATUS) and not command.is_application


def _ata(command: AtaCommand) -> bool:
    if not {(command.command, None), (command.command, command.feature)} & _ATA:
        return False
    reads_log = command.command in _LOG_READERS or (command.command, command.feature) == (_SMART, _SMART_READ_LOG)
    if reads_log and command.lba & 0xFF not in _LOGS:
        return False
    if command.command == _TRUSTED_RECEIVE and (command.feature, command.lba >> 8 & 0xFFFF) not in _SECURITY:
        return False
    return not (command.command == _SANITIZE and command.count)


def _scsi(cdb: bytes) -> bool:
    if len(cdb) < _SHORTEST_CDB or not {(cdb[0], None), (cdb[0], cdb[1] & 0x1F)} & _SCSI:
        return False
    if cdb[0] == _LOG_SENSE and cdb[2] & 0x3F >= _VENDORS_LOG_PAGES:
        return False
    return cdb[0] != _SECURITY_PROTOCOL_IN or (cdb[1], int.from_bytes(cdb[2:4], "big")) in _SECURITY


def _nvme(command: NvmeCommand) -> bool:
    if command.opcode == _GET_LOG_PAGE:
        return command.cdw10 & 0xFF in _NVME_LOGS and bool(command.cdw10 & _RETAIN_EVENTS)
    if command.opcode == _SECURITY_RECEIVE:
        return (command.cdw10 >> 24, command.cdw10 >> 8 & 0xFFFF) in _SECURITY
    if command.opcode == _GET_FEATURES:
        return command.cdw10 & 0xFF < _VENDORS_FEATURES
    return command.opcode == _IDENTIFY
