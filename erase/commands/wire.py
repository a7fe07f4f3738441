"""The plain values that travel between codecs and transports: one command and one answer for each family of drives.

An answer is what came back, as it came back: nothing in it was judged. Where something got lost on the way, it is None, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique


@dataclass(frozen=True)
class ScsiCommand:
    """A SCSI command (SAM-5): its CDB and what is transferred with it. At most one of ``data_out`` and ``data_in`` is not empty."""

    name: str  # as the standard names it, for journals and errors: "SANITIZE (BLOCK ERASE)"
    cdb: bytes  # 6, 10, 12, 16 or 32 bytes
    data_out: bytes = b""
    data_in: int = 0  # bytes the caller can take


@dataclass(frozen=True)
class ScsiAnswer:
    """Status, sense and data. The transport got through to the device server: whether that obeyed is for the codecs to say."""

    status: int  # SAM-5 table 41: 00h GOOD, 02h CHECK CONDITION, 08h BUSY, 18h RESERVATION CONFLICT, 28h TASK SET FULL
    data: bytes = b""  # as many bytes as the device sent, at most ``data_in``
    sense: bytes = b""  # as many bytes as came; fixed or descriptor format, or none


@unique
class AtaProtocol(StrEnum):
    """How an ATA command moves its data (ACS-4 section 4.2, SAT-5 table 172)."""

    NON_DATA = "non-data"
    PIO_IN = "pio-in"
    PIO_OUT = "pio-out"
    DMA_IN = "dma-in"
    DMA_OUT = "dma-out"


@dataclass(frozen=True)
class AtaCommand:
    """An ATA command (ACS-4 section 7): its registers, each as one number, and what is transferred with it."""

    name: str  # as the standard names it: "SECURITY ERASE UNIT"
    command: int  # the COMMAND field
    protocol: AtaProtocol
    extended: bool = False  # a 48-bit command: FEATURE and COUNT have 16 bits and LBA 48, else 8, 8 and 28
    feature: int = 0
    count: int = 0
    lba: int = 0
    device: int = 0x40  # DEVICE bits 7:4; 40h is LBA addressing. LBA 27:24 of a 28-bit command is put into bits 3:0 by the transport
    data_out: bytes = b""  # a multiple of 512 bytes
    data_in: int = 0  # bytes, a multiple of 512


@dataclass(frozen=True)
class AtaRegisters:
    """The registers that a command left behind (ACS-4 section 6)."""

    status: int  # bit 0 ERR (CHECK CONDITION), bit 5 DF, bit 7 BSY
    error: int  # valid when status bit 0 is set; bit 2 ABRT
    device: int
    count: int  # bits 7:0, and 15:8 where ``upper_known``
    lba: int  # bits 23:0, and 47:24 where ``upper_known``
    upper_known: bool  # False: the upper halves got lost on the way (fixed format sense); they are 0 above and mean nothing


@unique
class SatLoss(StrEnum):
    """Why no registers came back through a SATL."""

    NOTHING_SAID = "nothing-said"  # GOOD, or CHECK CONDITION, without sense data: CK_COND was not heeded, or nothing forwarded
    BUSY = "busy"
    RESERVED = "reserved"  # another host has reserved the drive
    UNIT_ATTENTION = "unit-attention"  # the command was not carried out: send it again
    NOT_SUPPORTED = "not-supported"  # there is no SATL, or it doesn't know this form, or lets no such command through
    NOT_READY = "not-ready"
    UNCLEAR = "unclear"  # sense data from which no registers can be read


@dataclass(frozen=True)
class AtaAnswer:
    """What came back. ``registers`` is None where they got lost: then completion is unknown, never success.

    ``loss`` is what the SATL in between said of that; None where it said nothing, or where none is in between.
    """

    registers: AtaRegisters | None
    data: bytes = b""
    loss: SatLoss | None = field(default=None, compare=False)


@dataclass(frozen=True)
class NvmeCommand:
    """An NVMe admin command (NVMe Base 2.0 section 5)."""

    name: str  # "Sanitize"
    opcode: int
    nsid: int = 0
    cdw2: int = 0
    cdw3: int = 0
    cdw10: int = 0
    cdw11: int = 0
    cdw12: int = 0
    cdw13: int = 0
    cdw14: int = 0
    cdw15: int = 0
    data_out: bytes = b""
    data_in: int = 0  # bytes


@dataclass(frozen=True)
class NvmeAnswer:
    """The completion (NVMe Base 2.0 section 3.3.3)."""

    status: int  # bits 7:0 status code, 10:8 status code type, 14 Do Not Retry; 0 is success
    result: int  # Dword 0
    data: bytes = b""


@unique
class MmcTransfer(StrEnum):
    """Which way the data of an MMC command goes."""

    NONE = "none"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class MmcCommand:
    """An MMC command (JESD84-B51 section 6.10)."""

    name: str  # "SWITCH"
    opcode: int  # the CMD number
    argument: int
    response: str  # "R1", "R1b", "R2", "R3": how long the answer is, and whether the card stays busy
    is_application: bool = False  # an ACMD, sent after CMD55 (SD)
    transfer: MmcTransfer = MmcTransfer.NONE
    data_out: bytes = b""
    data_in: int = 0  # bytes
    block_size: int = 512


@dataclass(frozen=True)
class MmcAnswer:
    """The card's response words, first word first (one for R1 and R1b, four for R2), and data."""

    response: tuple[int, ...]
    data: bytes = b""
