"""A host in a test: short ways to send an ATA disk literal register values. It knows nothing and judges nothing."""

from __future__ import annotations

from emulators.ata.disk import AtaDisk
from emulators.ata.registers import Outcome, Registers


def send(disk: AtaDisk, command: int, feature: int = 0, count: int = 0, lba: int = 0, *, data: bytes = b"") -> Outcome:
    """A 28-bit command."""
    return disk.execute(Registers(command, feature, count, lba), data)


def send_ext(disk: AtaDisk, command: int, feature: int = 0, count: int = 0, lba: int = 0, *, data: bytes = b"") -> Outcome:
    """A 48-bit command."""
    return disk.execute(Registers(command, feature, count, lba, extended=True), data)


def words(disk: AtaDisk) -> list[int]:
    """IDENTIFY DEVICE (ECh)."""
    data = send(disk, 0xEC).data
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, 512, 2)]


def password_block(password: bytes, *, flags: int = 0, identifier: int = 0) -> bytes:
    """512 bytes of the Security commands: word 0, 32 bytes of password, word 17."""
    return (flags.to_bytes(2, "little") + password.ljust(32, b"\0") + identifier.to_bytes(2, "little")).ljust(512, b"\0")


def write(disk: AtaDisk, lba: int, data: bytes) -> Outcome:
    """WRITE DMA EXT, or WRITE DMA where the disk has no 48-bit commands."""
    if disk.supports(83, 10):
        return send_ext(disk, 0x35, count=len(data) // disk.sector, lba=lba, data=data)
    return send(disk, 0xCA, count=len(data) // disk.sector, lba=lba, data=data)


def read(disk: AtaDisk, lba: int, sectors: int = 1) -> Outcome:
    """READ DMA EXT, or READ DMA."""
    return send_ext(disk, 0x25, count=sectors, lba=lba) if disk.supports(83, 10) else send(disk, 0xC8, count=sectors, lba=lba)
