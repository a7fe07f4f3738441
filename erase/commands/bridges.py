"""How an adapter wants to be spoken to: which wrapper carries commands to the drive behind it, and what must never be sent.

Hardware profiles fill :class:`Manners`; everything here is a pure function of it.
"""

from __future__ import annotations

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
    MISSING = "missing"  # not at all: completion can't be seen
    RETURN_RESPONSE = "return-response"  # asked for by ATA PASS-THROUGH with protocol 15 (SAT-4 section 12.2.2.3)
    RESULTS_LOG = "results-log"  # asked for in log page 16h, ATA PASS-THROUGH Results (SAT-4 section 10.3.2)


@unique
class Delicate(StrEnum):
    """Kinds of commands that some adapter or drive must never see, whichever family carries them."""

    READ_NATIVE_MAX = "read-native-max"
    SET_MAX = "set-max"
    DCO = "dco"
    AMA = "ama"
    SECURITY = "security"
    SANITIZE = "sanitize"
    FORMAT = "format"
    TRIM = "trim"
    WRITE_ZEROES = "write-zeroes"
    LOGS = "logs"
    SMART = "smart"
    DMA = "dma"  # any ATA command that moves data by DMA
    TRUSTED = "trusted"  # TCG: security protocols in and out
    REPORT_OPCODES = "report-opcodes"


@dataclass(frozen=True)
class Manners:
    """What is known of one adapter, and of the drive as far as it concerns what may be sent."""

    wrapper: Wrapper = Wrapper.SAT_16
    registers: Registers = Registers.OK
    max_transfer: int | None = None  # bytes one command may move; None: no limit of its own
    forbidden: frozenset[Delicate] = frozenset()
    never_a1: bool = False  # ATA PASS-THROUGH (12) crashes it

    def objection(self, command: AtaCommand | NvmeCommand | ScsiCommand) -> Delicate | str | None:
        """Why this command must not reach the wire; None: it may."""
        if isinstance(command, ScsiCommand) and self.never_a1 and command.cdb[0] == 0xA1 and not self._is_own(command.cdb):
            return "A1h"
        return min(kinds_of(command) & self.forbidden, default=None)

    def _is_own(self, cdb: bytes) -> bool:
        """JMicron's NVMe wrapper borrows the opcode A1h, marked by bit 7 of byte 1 for an admin command."""
        return self.wrapper is Wrapper.JMICRON_NVME and bool(cdb[1] & 0x80)


_ATA = {
    # ACS-4 annex A and ATA8-ACS: by COMMAND
    0x06: Delicate.TRIM,  # DATA SET MANAGEMENT
    0x07: Delicate.TRIM,  # DATA SET MANAGEMENT XL
    0x27: Delicate.READ_NATIVE_MAX,  # READ NATIVE MAX ADDRESS EXT
    0x2F: Delicate.LOGS,  # READ LOG EXT
    0x37: Delicate.SET_MAX,  # SET MAX ADDRESS EXT
    0x44: Delicate.WRITE_ZEROES,  # ZERO EXT
    0x47: Delicate.LOGS,  # READ LOG DMA EXT
    0x5C: Delicate.TRUSTED,
    0x5D: Delicate.TRUSTED,
    0x5E: Delicate.TRUSTED,
    0x5F: Delicate.TRUSTED,
    0x78: Delicate.AMA,  # ACCESSIBLE MAX ADDRESS CONFIGURATION
    0xB0: Delicate.SMART,
    0xB1: Delicate.DCO,
    0xB4: Delicate.SANITIZE,
    0xF1: Delicate.SECURITY,
    0xF2: Delicate.SECURITY,
    0xF3: Delicate.SECURITY,
    0xF4: Delicate.SECURITY,
    0xF5: Delicate.SECURITY,
    0xF6: Delicate.SECURITY,
    0xF8: Delicate.READ_NATIVE_MAX,
    0xF9: Delicate.SET_MAX,
}
_NVME = {
    # NVMe Base 2.0 figure 138, by opcode
    0x02: Delicate.LOGS,
    0x80: Delicate.FORMAT,
    0x81: Delicate.TRUSTED,
    0x82: Delicate.TRUSTED,
    0x84: Delicate.SANITIZE,
}
_SCSI = {
    # SPC-5 and SBC-4, by operation code and, where it has one, service action
    (0x04, None): Delicate.FORMAT,
    (0x41, None): Delicate.WRITE_ZEROES,  # WRITE SAME (10)
    (0x42, None): Delicate.TRIM,  # UNMAP
    (0x48, None): Delicate.SANITIZE,
    (0x4D, None): Delicate.LOGS,  # LOG SENSE
    (0x93, None): Delicate.WRITE_ZEROES,  # WRITE SAME (16)
    (0xA2, None): Delicate.TRUSTED,
    (0xA3, 0x0C): Delicate.REPORT_OPCODES,
    (0xB5, None): Delicate.TRUSTED,
}


def kinds_of(command: AtaCommand | NvmeCommand | ScsiCommand) -> frozenset[Delicate]:
    """Which delicate kinds a command belongs to."""
    if isinstance(command, AtaCommand):
        kinds = {_ATA[command.command]} if command.command in _ATA else set()
        if command.command == 0xB0 and command.feature & 0xFF in (0xD5, 0xD6):  # SMART READ LOG, SMART WRITE LOG
            kinds.add(Delicate.LOGS)
        if command.protocol in (AtaProtocol.DMA_IN, AtaProtocol.DMA_OUT):
            kinds.add(Delicate.DMA)
        return frozenset(kinds)
    if isinstance(command, NvmeCommand):
        return frozenset({_NVME[command.opcode]} if command.opcode in _NVME else ())
    action = command.cdb[1] & 0x1F
    return frozenset(kind for (code, named), kind in _SCSI.items() if code == command.cdb[0] and named in (None, action))
