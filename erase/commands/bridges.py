"""How an adapter wants to be spoken to: which wrapper carries commands to the drive behind it, and what must never be sent.

Hardware profiles fill :class:`Manners`; everything here is a pure function of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, unique

from erase.commands.wire import AtaCommand, AtaProtocol, NvmeCommand, ScsiCommand


@unique
class Wrapper(StrEnum):
    """The form in which commands reach the drive behind an adapter."""

    NONE = "none"  # no pass-through: SCSI commands only
    SAT_16 = "sat-16"  # ATA PASS-THROUGH (16), SAT-4 section 12.2.2
    SAT_12 = "sat-12"  # ATA PASS-THROUGH (12); its opcode is also MMC's BLANK
    JMICRON = "jmicron"  # JM20329, JM20335 to JM20339
    JMICRON_NVME = "jmicron-nvme"  # JMS583, JMS586
    ASMEDIA_NVME = "asmedia-nvme"  # ASM2362, ASM2364
    REALTEK_NVME = "realtek-nvme"  # RTL9210, RTL9211, RTL9220
    CYPRESS = "cypress"  # CY7C68300: ATACB
    PROLIFIC = "prolific"  # PL2771, PL2773
    SUNPLUS = "sunplus"  # SPIF215, SPIF225


ATA_WRAPPERS = frozenset({Wrapper.SAT_16, Wrapper.SAT_12, Wrapper.JMICRON, Wrapper.CYPRESS, Wrapper.PROLIFIC, Wrapper.SUNPLUS})
NVME_WRAPPERS = frozenset({Wrapper.JMICRON_NVME, Wrapper.ASMEDIA_NVME, Wrapper.REALTEK_NVME})


@unique
class Registers(StrEnum):
    """How the registers that an ATA command left behind come back through the adapter."""

    OK = "ok"  # with the answer (SAT: in the sense data; else read by the wrapper's own command)
    EMPTY = "empty"  # they come, but mean nothing: completion can't be seen
    MISSING = "missing"  # not at all: likewise
    RETURN_RESPONSE = "return-response"  # asked for by ATA PASS-THROUGH with protocol 15 (SAT-4 section 12.2.2.3)
    RESULTS_LOG = "results-log"  # asked for in log page 16h, ATA PASS-THROUGH Results (SAT-4 section 10.3.2)


@unique
class Delicate(StrEnum):
    """Commands that some adapter or drive must never see, by the words that profiles use."""

    ATA_SANITIZE_BLOCK_ERASE = "ata-sanitize-block-erase"
    ATA_SANITIZE_CRYPTO_SCRAMBLE = "ata-sanitize-crypto-scramble"
    ATA_SANITIZE_OVERWRITE = "ata-sanitize-overwrite"
    ATA_SECURITY_SET_PASSWORD = "ata-security-set-password"  # noqa: S105 - a command's name
    ATA_SECURITY_ERASE = "ata-security-erase"
    ATA_SECURITY_ERASE_ENHANCED = "ata-security-erase-enhanced"
    ATA_READ_NATIVE_MAX = "ata-read-native-max"
    ATA_SET_MAX = "ata-set-max"
    ATA_DCO_RESTORE = "ata-dco-restore"
    ATA_TRIM = "ata-trim"
    ATA_READ_LOG = "ata-read-log"
    ATA_READ_LOG_DMA = "ata-read-log-dma"
    ATA_SMART = "ata-smart"
    ATA_DMA = "ata-dma"
    ATA_48_BIT = "ata-48-bit"
    SCSI_SANITIZE_OVERWRITE = "scsi-sanitize-overwrite"
    SCSI_SANITIZE_BLOCK_ERASE = "scsi-sanitize-block-erase"
    SCSI_SANITIZE_CRYPTOGRAPHIC_ERASE = "scsi-sanitize-cryptographic-erase"
    SCSI_FORMAT_UNIT = "scsi-format-unit"
    SCSI_UNMAP = "scsi-unmap"
    SCSI_WRITE_SAME = "scsi-write-same"
    SCSI_LOG_SENSE = "scsi-log-sense"
    SCSI_REPORT_LUNS = "scsi-report-luns"
    SCSI_REPORT_OPERATION_CODES = "scsi-report-operation-codes"
    SCSI_SECURITY_PROTOCOL = "scsi-security-protocol"
    NVME_SANITIZE_BLOCK_ERASE = "nvme-sanitize-block-erase"
    NVME_SANITIZE_CRYPTO_ERASE = "nvme-sanitize-crypto-erase"
    NVME_SANITIZE_OVERWRITE = "nvme-sanitize-overwrite"
    NVME_FORMAT_USER_DATA_ERASE = "nvme-format-user-data-erase"
    NVME_FORMAT_CRYPTO_ERASE = "nvme-format-crypto-erase"
    NVME_FORMAT_WITHOUT_ERASE = "nvme-format-without-erase"
    NVME_ABORT = "nvme-abort"
    NVME_IDENTIFY_DESCRIPTORS = "nvme-identify-descriptors"
    NVME_SECURITY_SEND = "nvme-security-send"


# words of profiles that no single command on the wire shows: they are for the planner
_OF_THE_PLANNER = frozenset(
    {
        "ata-queued-trim",
        "ata-queued",
        "ata-forced-unit-access",
        "ata-ultra-dma",
        "scsi-forced-unit-access",
        "nvme-write-zeroes",
        "nvme-deallocate",
        "tcg-revert-psid",
        "tcg-revert",
        "tcg-generate-key",
        "mmc-erase",
        "mmc-trim",
        "mmc-secure-erase",
        "mmc-secure-trim",
        "mmc-sanitize",
    }
)


def delicate(words: Iterable[str]) -> frozenset[Delicate]:
    """Those of a profile's words that can be kept from the wire. Raises ValueError for a word that no profile has."""
    return frozenset(Delicate(word) for word in words if word not in _OF_THE_PLANNER)


@dataclass(frozen=True)
class Manners:
    """What is known of one adapter, and of the drive as far as it concerns what may be sent."""

    wrapper: Wrapper = Wrapper.SAT_16
    registers: Registers = Registers.OK
    max_transfer: int | None = None  # bytes one command may move; None: no limit of its own
    forbidden: frozenset[Delicate] = frozenset()
    never_a1: bool = False  # ATA PASS-THROUGH (12) crashes it

    def objection(self, command: AtaCommand | NvmeCommand | ScsiCommand) -> str | None:
        """Why this command must not reach the wire; None: it may."""
        if isinstance(command, ScsiCommand) and self.never_a1 and command.cdb[0] == 0xA1 and not self._is_own(command.cdb):
            return "A1h"
        return min(kinds_of(command) & self.forbidden, default=None)

    def _is_own(self, cdb: bytes) -> bool:
        """JMicron's NVMe wrapper borrows the opcode A1h, marked by bit 7 of byte 1 for an admin command."""
        return self.wrapper is Wrapper.JMICRON_NVME and bool(cdb[1] & 0x80)


_ANY = None  # whatever the second number is
# ACS-4 annex A and ATA8-ACS: COMMAND and FEATURE bits 7:0
_ATA: dict[tuple[int, int | None], Delicate] = {
    (0x06, _ANY): Delicate.ATA_TRIM,  # DATA SET MANAGEMENT
    (0x07, _ANY): Delicate.ATA_TRIM,  # DATA SET MANAGEMENT XL
    (0x27, _ANY): Delicate.ATA_READ_NATIVE_MAX,
    (0x2F, _ANY): Delicate.ATA_READ_LOG,
    (0x37, _ANY): Delicate.ATA_SET_MAX,
    (0x47, _ANY): Delicate.ATA_READ_LOG_DMA,
    (0xB0, _ANY): Delicate.ATA_SMART,
    (0xB1, 0xC0): Delicate.ATA_DCO_RESTORE,
    (0xB4, 0x11): Delicate.ATA_SANITIZE_CRYPTO_SCRAMBLE,
    (0xB4, 0x12): Delicate.ATA_SANITIZE_BLOCK_ERASE,
    (0xB4, 0x14): Delicate.ATA_SANITIZE_OVERWRITE,
    (0xF1, _ANY): Delicate.ATA_SECURITY_SET_PASSWORD,
    (0xF8, _ANY): Delicate.ATA_READ_NATIVE_MAX,
    (0xF9, _ANY): Delicate.ATA_SET_MAX,
}
_LOGS = frozenset({(0x47, _ANY), (0xB0, 0xD5)})  # READ LOG DMA EXT and SMART READ LOG read logs too
_SECURITY_ERASE_UNIT = 0xF4
# NVMe Base 2.0 figure 138: opcode and the field of CDW10 that tells kinds apart
_NVME: dict[tuple[int, int | None], Delicate] = {
    (0x06, 0x03): Delicate.NVME_IDENTIFY_DESCRIPTORS,  # CNS, bits 7:0
    (0x08, _ANY): Delicate.NVME_ABORT,
    (0x80, 0): Delicate.NVME_FORMAT_WITHOUT_ERASE,  # SES, bits 11:9
    (0x80, 1): Delicate.NVME_FORMAT_USER_DATA_ERASE,
    (0x80, 2): Delicate.NVME_FORMAT_CRYPTO_ERASE,
    (0x81, _ANY): Delicate.NVME_SECURITY_SEND,
    (0x84, 2): Delicate.NVME_SANITIZE_BLOCK_ERASE,  # SANACT, bits 2:0
    (0x84, 3): Delicate.NVME_SANITIZE_OVERWRITE,
    (0x84, 4): Delicate.NVME_SANITIZE_CRYPTO_ERASE,
}
_NVME_FIELD = {0x06: (0, 0xFF), 0x80: (9, 0x7), 0x84: (0, 0x7)}  # shift and mask in CDW10
# SPC-5 and SBC-4: operation code and service action
_SCSI: dict[tuple[int, int | None], Delicate] = {
    (0x04, _ANY): Delicate.SCSI_FORMAT_UNIT,
    (0x41, _ANY): Delicate.SCSI_WRITE_SAME,  # WRITE SAME (10)
    (0x42, _ANY): Delicate.SCSI_UNMAP,
    (0x48, 0x01): Delicate.SCSI_SANITIZE_OVERWRITE,
    (0x48, 0x02): Delicate.SCSI_SANITIZE_BLOCK_ERASE,
    (0x48, 0x03): Delicate.SCSI_SANITIZE_CRYPTOGRAPHIC_ERASE,
    (0x4D, _ANY): Delicate.SCSI_LOG_SENSE,
    (0x93, _ANY): Delicate.SCSI_WRITE_SAME,  # WRITE SAME (16)
    (0xA0, _ANY): Delicate.SCSI_REPORT_LUNS,
    (0xA2, _ANY): Delicate.SCSI_SECURITY_PROTOCOL,  # IN
    (0xA3, 0x0C): Delicate.SCSI_REPORT_OPERATION_CODES,
    (0xB5, _ANY): Delicate.SCSI_SECURITY_PROTOCOL,  # OUT
}


def kinds_of(command: AtaCommand | NvmeCommand | ScsiCommand) -> frozenset[Delicate]:
    """Which delicate kinds a command belongs to."""
    if isinstance(command, AtaCommand):
        return _kinds_of_ata(command)
    if isinstance(command, NvmeCommand):
        shift, mask = _NVME_FIELD.get(command.opcode, (0, 0))
        return _found(_NVME, command.opcode, command.cdw10 >> shift & mask)
    return _found(_SCSI, command.cdb[0], command.cdb[1] & 0x1F)


def _kinds_of_ata(command: AtaCommand) -> frozenset[Delicate]:
    feature = command.feature & 0xFF
    kinds = set(_found(_ATA, command.command, feature))
    if _LOGS & {(command.command, _ANY), (command.command, feature)}:
        kinds.add(Delicate.ATA_READ_LOG)
    if command.command == _SECURITY_ERASE_UNIT:
        # ACS-4 table 197: word 0 bit 1 of the data is ERASE MODE
        enhanced = bool(command.data_out[:1] and command.data_out[0] & 0x02)
        kinds.add(Delicate.ATA_SECURITY_ERASE_ENHANCED if enhanced else Delicate.ATA_SECURITY_ERASE)
    if command.protocol in (AtaProtocol.DMA_IN, AtaProtocol.DMA_OUT):
        kinds.add(Delicate.ATA_DMA)
    if command.extended:
        kinds.add(Delicate.ATA_48_BIT)
    return frozenset(kinds)


def _found(table: dict[tuple[int, int | None], Delicate], code: int, part: int) -> frozenset[Delicate]:
    return frozenset(table[key] for key in ((code, _ANY), (code, part)) if key in table)
