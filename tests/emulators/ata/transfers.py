"""Reading, writing, flushing, TRIM (ACS-4 sections 7.20 to 7.61, 7.6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import ERROR_ID_NOT_FOUND, Outcome, Registers
from emulators.ata.run import Handler

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

FLUSH_CACHE = 0xE7
FLUSH_CACHE_EXT = 0xEA
DATA_SET_MANAGEMENT = 0x06
QUEUED = frozenset({0x60, 0x61})


@dataclass(frozen=True)
class _Form:
    writes: bool
    extended: bool
    fua: bool = False


FORMS = {
    0x20: _Form(False, False),  # READ SECTOR(S)
    0x24: _Form(False, True),  # READ SECTOR(S) EXT
    0xC4: _Form(False, False),  # READ MULTIPLE
    0x29: _Form(False, True),  # READ MULTIPLE EXT
    0xC8: _Form(False, False),  # READ DMA
    0x25: _Form(False, True),  # READ DMA EXT
    0x60: _Form(False, True),  # READ FPDMA QUEUED
    0x30: _Form(True, False),  # WRITE SECTOR(S)
    0x34: _Form(True, True),  # WRITE SECTOR(S) EXT
    0xC5: _Form(True, False),  # WRITE MULTIPLE
    0x39: _Form(True, True),  # WRITE MULTIPLE EXT
    0xCE: _Form(True, True, True),  # WRITE MULTIPLE FUA EXT
    0xCA: _Form(True, False),  # WRITE DMA
    0x35: _Form(True, True),  # WRITE DMA EXT
    0x3D: _Form(True, True, True),  # WRITE DMA FUA EXT
    0x61: _Form(True, True),  # WRITE FPDMA QUEUED; FUA is DEVICE bit 7
}
VERIFIES = {0x40: False, 0x42: True}  # READ VERIFY SECTOR(S), EXT


class Transfers:
    """User data."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.commands: dict[int, Handler] = {
            **{opcode: partial(self._transfer, form) for opcode, form in FORMS.items()},
            **{opcode: partial(self._verify, extended) for opcode, extended in VERIFIES.items()},
            FLUSH_CACHE: self._flush,
            FLUSH_CACHE_EXT: self._flush,
            DATA_SET_MANAGEMENT: self._data_set_management,
        }

    def _transfer(self, form: _Form, registers: Registers, data: bytes) -> Outcome:
        disk = self._disk
        queued = registers.command in QUEUED
        count = registers.feature if queued else registers.count
        first, sectors = self._range(registers, count, extended=form.extended)
        fua = form.fua or (queued and bool(registers.device & 0x80))
        require(not fua or disk.supports(84, 6) or queued)
        disk.features.used()
        if form.writes:
            require(len(data) == sectors * disk.sector)
            require(not disk.trusted.protects)
            disk.medium.write(first * disk.sector, data, fua=fua)
            return Outcome()
        shadow = disk.trusted.shadow(first, sectors)
        if shadow is not None:
            return Outcome(data=shadow)
        require(not disk.trusted.protects)
        return Outcome(data=disk.medium.read(first * disk.sector, sectors * disk.sector))

    def _verify(self, extended: bool, registers: Registers, data: bytes) -> Outcome:
        first, sectors = self._range(registers, registers.count, extended=extended)
        self._disk.features.used()
        self._disk.medium.read(first * self._disk.sector, sectors * self._disk.sector)
        return Outcome()

    def _range(self, registers: Registers, count: int, *, extended: bool) -> tuple[int, int]:
        """First sector and number; a count of 0 is 256 or 65536."""
        require(not extended or self._disk.supports(83, 10))
        sectors = count or (65536 if extended else 256)
        require(registers.lba + sectors <= self._disk.sectors, ERROR_ID_NOT_FOUND)
        return registers.lba, sectors

    def _flush(self, registers: Registers, data: bytes) -> Outcome:
        self._disk.medium.flush()
        return Outcome()

    def _data_set_management(self, registers: Registers, data: bytes) -> Outcome:
        """TRIM: each 8 bytes have an LBA in bits 47:0 and a number of sectors in 63:48; 0 sectors are no range."""
        disk = self._disk
        require(disk.supports(169, 0) and registers.feature & 1 and data and len(data) == registers.count * 512)
        ranges = [int.from_bytes(data[at : at + 8], "little") for at in range(0, len(data), 8)]
        pairs = [(entry & (1 << 48) - 1, entry >> 48) for entry in ranges if entry >> 48]
        for first, sectors in pairs:
            require(first + sectors <= disk.sectors, ERROR_ID_NOT_FOUND)
        require(not disk.trusted.protects)
        for first, sectors in pairs:
            disk.medium.discard(first * disk.sector, sectors * disk.sector)
        return Outcome()
