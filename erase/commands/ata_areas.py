"""What can hide sectors: the host protected area, the device configuration overlay, the accessible max address.

HPA and DCO: ATA8-ACS and ACS-2 clause 7, obsolete since ACS-3. AMA: ACS-4 clause 7, ACCESSIBLE MAX ADDRESS CONFIGURATION.
An address is the last one, not a count.
"""

from __future__ import annotations

from dataclasses import dataclass

from erase.commands.ata import lba28, lba48
from erase.commands.ata_outcome import AtaOutcome, outcome_of
from erase.commands.ata_security import PASSWORD_LENGTH
from erase.commands.ata_words import CHECKSUM_SIGNATURE, SECTOR, checksum_right, has, number, words_of
from erase.commands.wire import AtaAnswer, AtaCommand, AtaProtocol

# --- host protected area


def read_native_max_address(*, extended: bool) -> AtaCommand:
    """READ NATIVE MAX ADDRESS or its EXT form: the last address there is without an HPA."""
    if extended:
        return AtaCommand("READ NATIVE MAX ADDRESS EXT", 0x27, AtaProtocol.NON_DATA, extended=True)
    return AtaCommand("READ NATIVE MAX ADDRESS", 0xF8, AtaProtocol.NON_DATA)


def set_max_address(last_lba: int, *, extended: bool, volatile: bool) -> AtaCommand:
    """SET MAX ADDRESS or its EXT form. The command before it must be READ NATIVE MAX ADDRESS in the same form.

    ``volatile``: until power-on. One that is not volatile is taken once per power cycle.
    """
    count = 0 if volatile else 1  # COUNT bit 0, VV
    if extended:
        return AtaCommand("SET MAX ADDRESS EXT", 0x37, AtaProtocol.NON_DATA, extended=True, count=count, lba=lba48(last_lba))
    return AtaCommand("SET MAX ADDRESS", 0xF9, AtaProtocol.NON_DATA, feature=0x00, count=count, lba=lba28(last_lba))


def set_max_unlock(password: bytes) -> AtaCommand:
    """SET MAX UNLOCK: lets addresses be set again where a password has locked them. Words 1 to 16 hold it. Raises ValueError."""
    if len(password) > PASSWORD_LENGTH:
        raise ValueError(f"a password has at most {PASSWORD_LENGTH} bytes")
    block = (bytes(2) + password).ljust(SECTOR, b"\0")
    return AtaCommand("SET MAX UNLOCK", 0xF9, AtaProtocol.PIO_OUT, feature=0x03, count=1, data_out=block)


def set_max_freeze_lock() -> AtaCommand:
    """SET MAX FREEZE LOCK: until power-on no address can be set."""
    return AtaCommand("SET MAX FREEZE LOCK", 0xF9, AtaProtocol.NON_DATA, feature=0x04)


def last_address(command: AtaCommand, answer: AtaAnswer) -> int | None:
    """The last address that ``answer`` gives to one of the commands above or below; None where it is not known.

    A 48-bit address needs all of its halves: one whose upper half got lost is no address.
    """
    registers = answer.registers
    if registers is None or outcome_of(answer) is not AtaOutcome.COMPLETED:
        return None
    if command.extended:
        return registers.lba & 0xFFFFFFFFFFFF if registers.upper_known else None
    return registers.lba & 0xFFFFFF | (registers.device & 0x0F) << 24  # LBA 27:24 are DEVICE bits 3:0


# --- accessible max address


def get_native_max_address() -> AtaCommand:
    """GET NATIVE MAX ADDRESS EXT: the last address that can be made accessible."""
    return _accessible("GET NATIVE MAX ADDRESS EXT", 0x0000)


def set_accessible_max_address(last_lba: int) -> AtaCommand:
    """SET ACCESSIBLE MAX ADDRESS EXT: stays over power-on; taken once per power cycle."""
    return _accessible("SET ACCESSIBLE MAX ADDRESS EXT", 0x0001, lba48(last_lba))


def freeze_accessible_max_address() -> AtaCommand:
    """FREEZE ACCESSIBLE MAX ADDRESS EXT: until power-on no address can be set."""
    return _accessible("FREEZE ACCESSIBLE MAX ADDRESS EXT", 0x0002)


def _accessible(name: str, feature: int, lba: int = 0) -> AtaCommand:
    return AtaCommand(name, 0x78, AtaProtocol.NON_DATA, extended=True, feature=feature, lba=lba)


# --- device configuration overlay


def device_configuration_restore() -> AtaCommand:
    """DEVICE CONFIGURATION RESTORE: undoes every overlay, for good. Refused while an HPA is set."""
    return AtaCommand("DEVICE CONFIGURATION RESTORE", 0xB1, AtaProtocol.NON_DATA, feature=0xC0)


def device_configuration_freeze_lock() -> AtaCommand:
    """DEVICE CONFIGURATION FREEZE LOCK: until power-on no overlay can be set, read or undone."""
    return AtaCommand("DEVICE CONFIGURATION FREEZE LOCK", 0xB1, AtaProtocol.NON_DATA, feature=0xC1)


def device_configuration_identify() -> AtaCommand:
    """DEVICE CONFIGURATION IDENTIFY: 512 bytes for :func:`parse_device_configuration`."""
    return AtaCommand("DEVICE CONFIGURATION IDENTIFY", 0xB1, AtaProtocol.PIO_IN, feature=0xC2, count=1, data_in=SECTOR)


def device_configuration_set(block: bytes) -> AtaCommand:
    """DEVICE CONFIGURATION SET with a block that carries its checksum. Raises ValueError for another."""
    if not checksum_right(block):
        raise ValueError("the block has no right checksum")
    return AtaCommand("DEVICE CONFIGURATION SET", 0xB1, AtaProtocol.PIO_OUT, feature=0xC3, count=1, data_out=block)


@dataclass(frozen=True)
class DeviceConfiguration:
    """What the drive came with from the factory, before any overlay. Words 7 and 8 hold more than is needed here."""

    revision: int  # word 0
    last_lba: int  # words 3 to 6
    smart: bool  # word 7 bit 0
    security: bool  # word 7 bit 3
    hpa: bool  # word 7 bit 7
    lba48: bool  # word 7 bit 8


def parse_device_configuration(data: bytes) -> DeviceConfiguration | None:
    """DEVICE CONFIGURATION IDENTIFY data (ACS-2 clause 7); None without a right checksum, and for a revision of 0. Total."""
    if not checksum_right(data):
        return None
    words = words_of(data)
    last, features = number(words, 3, 4), words[7]
    if words[0] in (0x0000, 0xFFFF) or last > 0xFFFFFFFFFFFF:
        return None
    return DeviceConfiguration(words[0], last, has(features, 0), has(features, 3), has(features, 7), has(features, 8))


def with_last_lba(block: bytes, last_lba: int) -> bytes:
    """A block from DEVICE CONFIGURATION IDENTIFY with another last address, signed again. Raises ValueError for a damaged one."""
    if not checksum_right(block):
        raise ValueError("the block has no right checksum")
    body = block[:6] + lba48(last_lba).to_bytes(8, "little") + block[14:510] + bytes([CHECKSUM_SIGNATURE])
    return body + bytes([-sum(body) % 256])
