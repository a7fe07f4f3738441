"""MMC and SD commands (JESD84-B51 section 6.10, SD Physical Layer 6.00 section 4.7.4) and the status that answers them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique

from erase.commands.fields import fit, member
from erase.commands.wire import MmcCommand, MmcTransfer

# EXT_CSD bytes that are switched (JESD84-B51 section 7.4)
FLUSH_CACHE = 32
CACHE_CTRL = 33
SANITIZE_START = 165
ERASE_GROUP_DEF = 175
PARTITION_CONFIG = 179


@unique
class Partition(IntEnum):
    """PARTITION_ACCESS, bits 2:0 of PARTITION_CONFIG."""

    USER = 0
    BOOT_1 = 1
    BOOT_2 = 2
    RPMB = 3
    GENERAL_PURPOSE_1 = 4
    GENERAL_PURPOSE_2 = 5
    GENERAL_PURPOSE_3 = 6
    GENERAL_PURPOSE_4 = 7


@unique
class EraseKind(IntEnum):
    """The argument of ERASE (JESD84-B51 section 6.6). All but ERASE and SECURE_ERASE leave the data readable or to be collected."""

    ERASE = 0x00000000
    TRIM = 0x00000001
    DISCARD = 0x00000003
    SECURE_ERASE = 0x80000000
    SECURE_TRIM_STEP_1 = 0x80000001
    SECURE_TRIM_STEP_2 = 0x80008000


def send_ext_csd() -> MmcCommand:
    """SEND_EXT_CSD CMD8: 512 bytes."""
    return MmcCommand("SEND_EXT_CSD", 8, 0, "R1", transfer=MmcTransfer.IN, data_in=512)


def switch(index: int, value: int) -> MmcCommand:
    """SWITCH CMD6, access 11b (write byte): puts ``value`` into EXT_CSD byte ``index``."""
    argument = 0b11 << 24 | fit(index, 8, "index") << 16 | fit(value, 8, "value") << 8 | 1  # bits 2:0: the standard command set
    return MmcCommand("SWITCH", 6, argument, "R1b")


def start_sanitize() -> MmcCommand:
    """SWITCH of SANITIZE_START: the card stays busy until all unmapped data is gone; minutes."""
    return switch(SANITIZE_START, 1)


def flush_cache() -> MmcCommand:
    """SWITCH of FLUSH_CACHE."""
    return switch(FLUSH_CACHE, 1)


def select_partition(config: int, partition: Partition) -> MmcCommand:
    """SWITCH of PARTITION_CONFIG, of which ``config`` is the byte as read: the bits for booting stay."""
    return switch(PARTITION_CONFIG, fit(config, 8, "PARTITION_CONFIG") & ~0x7 | partition)


def erase_group_start(address: int) -> MmcCommand:
    """ERASE_GROUP_START CMD35. Addresses count sectors on cards above 2 GB, else bytes."""
    return MmcCommand("ERASE_GROUP_START", 35, fit(address, 32, "address"), "R1")


def erase_group_end(address: int) -> MmcCommand:
    """ERASE_GROUP_END CMD36: the last group, included."""
    return MmcCommand("ERASE_GROUP_END", 36, fit(address, 32, "address"), "R1")


def erase(kind: EraseKind) -> MmcCommand:
    """ERASE CMD38 of the groups that were set before."""
    return MmcCommand(f"ERASE ({kind.name})", 38, kind, "R1b")


def send_status(rca: int) -> MmcCommand:
    """SEND_STATUS CMD13. ``rca`` is the card's relative address."""
    return MmcCommand("SEND_STATUS", 13, fit(rca, 16, "RCA") << 16, "R1")


def send_write_protect_type(address: int) -> MmcCommand:
    """SEND_WRITE_PROT_TYPE CMD31: 8 bytes for 32 write protect groups."""
    return MmcCommand("SEND_WRITE_PROT_TYPE", 31, fit(address, 32, "address"), "R1", transfer=MmcTransfer.IN, data_in=8, block_size=8)


def sd_erase_start(address: int) -> MmcCommand:
    """ERASE_WR_BLK_START CMD32 (SD)."""
    return MmcCommand("ERASE_WR_BLK_START", 32, fit(address, 32, "address"), "R1")


def sd_erase_end(address: int) -> MmcCommand:
    """ERASE_WR_BLK_END CMD33 (SD): the last block, included."""
    return MmcCommand("ERASE_WR_BLK_END", 33, fit(address, 32, "address"), "R1")


def sd_erase() -> MmcCommand:
    """ERASE CMD38 (SD), argument 0: erase."""
    return MmcCommand("ERASE", 38, 0, "R1b")


def sd_status() -> MmcCommand:
    """SD_STATUS ACMD13: 64 bytes."""
    return MmcCommand("SD_STATUS", 13, 0, "R1", is_application=True, transfer=MmcTransfer.IN, data_in=64, block_size=64)


@unique
class CardError(StrEnum):
    """The error bits of the card status (JESD84-B51 section 6.13)."""

    ADDRESS_OUT_OF_RANGE = "address-out-of-range"
    ADDRESS_MISALIGN = "address-misalign"
    BLOCK_LENGTH = "block-length"
    ERASE_SEQUENCE = "erase-sequence"
    ERASE_PARAMETER = "erase-parameter"
    WRITE_PROTECT_VIOLATION = "write-protect-violation"
    LOCK_UNLOCK_FAILED = "lock-unlock-failed"
    COMMAND_CRC = "command-crc"
    ILLEGAL_COMMAND = "illegal-command"
    ECC_FAILED = "ecc-failed"
    CONTROLLER = "controller"
    GENERAL = "general"
    CID_CSD_OVERWRITE = "cid-csd-overwrite"
    WRITE_PROTECT_ERASE_SKIP = "write-protect-erase-skip"  # only part of what was to be erased was: some of it is protected
    ERASE_RESET = "erase-reset"  # an erase sequence was given up
    SWITCH = "switch"


_ERRORS = {
    31: CardError.ADDRESS_OUT_OF_RANGE,
    30: CardError.ADDRESS_MISALIGN,
    29: CardError.BLOCK_LENGTH,
    28: CardError.ERASE_SEQUENCE,
    27: CardError.ERASE_PARAMETER,
    26: CardError.WRITE_PROTECT_VIOLATION,
    24: CardError.LOCK_UNLOCK_FAILED,
    23: CardError.COMMAND_CRC,
    22: CardError.ILLEGAL_COMMAND,
    21: CardError.ECC_FAILED,
    20: CardError.CONTROLLER,
    19: CardError.GENERAL,
    16: CardError.CID_CSD_OVERWRITE,
    15: CardError.WRITE_PROTECT_ERASE_SKIP,
    13: CardError.ERASE_RESET,
    7: CardError.SWITCH,
}


@unique
class CardState(IntEnum):
    """CURRENT_STATE, bits 12:9."""

    IDLE = 0
    READY = 1
    IDENTIFICATION = 2
    STANDBY = 3
    TRANSFER = 4
    DATA = 5
    RECEIVE = 6
    PROGRAMMING = 7
    DISCONNECTED = 8
    BUS_TEST = 9
    SLEEP = 10


@dataclass(frozen=True)
class CardStatus:
    """An R1 answer, taken apart."""

    errors: tuple[CardError, ...]
    locked: bool  # bit 25: by a password (CMD42)
    state: CardState | None  # None: a state that the standard doesn't know
    ready: bool  # bit 8

    @property
    def succeeded(self) -> bool:
        """Whether the card took the last command, is done with it and can be spoken to."""
        return not self.errors and self.ready and self.state is CardState.TRANSFER


def card_status(word: int) -> CardStatus:
    """Reads R1 or R1b."""
    errors = tuple(error for bit, error in _ERRORS.items() if word >> bit & 1)
    return CardStatus(errors, bool(word >> 25 & 1), member(CardState, word >> 9 & 0xF), bool(word >> 8 & 1))


@unique
class WriteProtect(IntEnum):
    """Two bits for each write protect group."""

    NONE = 0
    TEMPORARY = 1
    UNTIL_POWER_CYCLE = 2
    PERMANENT = 3


def write_protect_types(data: bytes) -> tuple[WriteProtect, ...]:
    """Reads the answer to SEND_WRITE_PROT_TYPE: 32 groups; the least significant bits are the first. Nothing of another length."""
    if len(data) != 8:
        return ()
    bits = int.from_bytes(data, "big")
    return tuple(WriteProtect(bits >> 2 * group & 0x3) for group in range(32))
