"""The block commands of SBC-4, TRUSTED commands and zones, as ATA commands (SAT-5 section 9)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

from emulators.ata.registers import Outcome, Registers
from emulators.scsi import cdb as cdbs
from emulators.scsi import sense as codes
from emulators.scsi.satl.information import Identify
from emulators.scsi.unit import Handler, Request, cut, refused

# with 48 bits, and with 28
READ_DMA, WRITE_DMA, WRITE_DMA_FUA, READ_VERIFY = (0x25, 0xC8), (0x35, 0xCA), (0x3D, 0xCA), (0x42, 0x40)
FLUSH_CACHE, FLUSH_CACHE_EXT, DATA_SET_MANAGEMENT, STANDBY_IMMEDIATE = 0xE7, 0xEA, 0x06, 0xE0
TRUSTED_NON_DATA, TRUSTED_RECEIVE, TRUSTED_SEND = 0x5B, 0x5C, 0x5E
ZAC_MANAGEMENT_IN, ZAC_MANAGEMENT_OUT = 0x4A, 0x9F

Ordered = Generator[float, None, Outcome]
Data = Generator[float, None, bytes]


class Layer(Protocol):
    """What a translation stands on."""

    @property
    def identified(self) -> Identify: ...

    def ordered(self, registers: Registers, data_out: bytes = b"") -> Ordered: ...

    def add(self, opcode: int, size: int, handler: Handler, *, service_action: int | None = None) -> None: ...


class Translated:
    """Commands of one layer."""

    def __init__(self, layer: Layer, *, has_unmap: bool, has_trusted: bool, zoned: bool) -> None:
        self._layer = layer
        self._has_unmap, self._has_trusted, self._zoned = has_unmap, has_trusted, zoned

    def add_to(self, layer: Layer) -> None:
        """Puts them into the table of a unit."""
        for opcode, size in ((0x08, 6), (0x28, 10), (0xA8, 12), (0x88, 16)):
            layer.add(opcode, size, self._read)
        for opcode, size in ((0x0A, 6), (0x2A, 10), (0xAA, 12), (0x8A, 16)):
            layer.add(opcode, size, self._write)
        for opcode, size in ((0x2F, 10), (0x8F, 16)):
            layer.add(opcode, size, self._verify)
        for opcode, size in ((0x35, 10), (0x91, 16)):
            layer.add(opcode, size, self._flush)
        layer.add(0x1B, 6, self._start_stop)
        layer.add(0x93, 16, self._write_same)
        if self._has_unmap:
            layer.add(0x42, 10, self._unmap)
        if self._has_trusted:
            layer.add(0xA2, 12, self._protocol_in)
            layer.add(0xB5, 12, self._protocol_out)
        if self._zoned:
            layer.add(0x95, 16, self._report_zones, service_action=0x00)
            for action in (0x01, 0x02, 0x03, 0x04):
                layer.add(0x94, 16, self._zone_action, service_action=action)

    def _checked(self, cdb: bytes, identify: Identify) -> cdbs.Blocks:
        wanted = cdbs.blocks(cdb)
        if wanted.lba + wanted.count > identify.sectors:
            raise refused(codes.LBA_OUT_OF_RANGE)
        if wanted.count > 0x10000:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return wanted

    def _moved(self, form: tuple[int, int], wanted: cdbs.Blocks, identify: Identify, data: bytes = b"") -> Data:
        """Sectors, by 48-bit commands, or by 28-bit ones of at most 256 sectors each; ``form`` is the commands of either."""
        if identify.has_48_bits:
            registers = Registers(form[0], count=wanted.count & 0xFFFF, lba=wanted.lba, extended=True)
            return (yield from self._layer.ordered(registers, data)).data
        got = b""
        for at in range(0, wanted.count, 256):
            count = min(256, wanted.count - at)
            piece = data[at * identify.sector : (at + count) * identify.sector]
            got += (yield from self._layer.ordered(Registers(form[1], count=count & 0xFF, lba=wanted.lba + at), piece)).data
        return got

    def _read(self, request: Request) -> Data:
        identify = self._layer.identified
        wanted = self._checked(request.cdb, identify)
        return (yield from self._moved(READ_DMA, wanted, identify)) if wanted.count else b""

    def _write(self, request: Request) -> Data:
        identify = self._layer.identified
        wanted = self._checked(request.cdb, identify)
        if not wanted.count:
            return b""
        size = wanted.count * identify.sector
        if len(request.data_out) < size:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        fua = len(request.cdb) > 6 and bool(request.cdb[1] & 0x08)
        has_fua = identify.has_48_bits and identify.word(84) & 0xC040 == 0x4040
        yield from self._moved(WRITE_DMA_FUA if fua and has_fua else WRITE_DMA, wanted, identify, request.data_out[:size])
        if fua and not has_fua:  # SAT-5 9.26: without a FUA command the cache is flushed
            yield from self._flush(request)
        return b""

    def _verify(self, request: Request) -> Data:
        identify = self._layer.identified
        wanted = self._checked(request.cdb, identify)
        if request.cdb[1] & 0x06:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if wanted.count:
            yield from self._moved(READ_VERIFY, wanted, identify)
        return b""

    def _flush(self, _: Request) -> Data:
        extended = self._layer.identified.has_48_bits
        yield from self._layer.ordered(Registers(FLUSH_CACHE_EXT if extended else FLUSH_CACHE, extended=extended))
        return b""

    def _start_stop(self, request: Request) -> Data:
        """START STOP UNIT (SAT-5 9.21): START spins up by reading, its absence is STANDBY IMMEDIATE after a flush."""
        if request.cdb[4] & 0xF0:
            return b""
        if request.cdb[4] & 0x01:
            yield from self._moved(READ_VERIFY, cdbs.Blocks(0, 1), self._layer.identified)
        else:
            yield from self._flush(request)
            yield from self._layer.ordered(Registers(STANDBY_IMMEDIATE))
        return b""

    def _trim(self, ranges: list[cdbs.Blocks]) -> Data:
        """DATA SET MANAGEMENT with TRIM (ACS-4 7.5): entries of 48 bits LBA and 16 bits count, little-endian, 64 in a sector."""
        identify = self._layer.identified
        if not identify.has_trim:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        entries = []
        for wanted in ranges:
            if wanted.lba + wanted.count > identify.sectors:
                raise refused(codes.LBA_OUT_OF_RANGE)
            for at in range(0, wanted.count, 0xFFFF):
                entries.append((wanted.lba + at | min(0xFFFF, wanted.count - at) << 48).to_bytes(8, "little"))
        for first in range(0, len(entries), 64):
            data = b"".join(entries[first : first + 64]).ljust(512, b"\0")
            yield from self._layer.ordered(Registers(DATA_SET_MANAGEMENT, feature=1, count=1, extended=True), data)
        return b""

    def _write_same(self, request: Request) -> Data:
        """WRITE SAME (16) is there to unmap only, with a block of zeros (SAT-5 9.29)."""
        if not request.cdb[1] & 0x08 or any(request.data_out):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        wanted = cdbs.blocks(request.cdb)
        return (yield from self._trim([cdbs.Blocks(wanted.lba, wanted.count or self._layer.identified.sectors - wanted.lba)]))

    def _unmap(self, request: Request) -> Data:
        data = request.data_out[: request.field(7, 2)]
        listed = data[8 : 8 + int.from_bytes(data[2:4], "big") // 16 * 16]
        ranges = [
            cdbs.Blocks(int.from_bytes(listed[at : at + 8], "big"), int.from_bytes(listed[at + 8 : at + 12], "big"))
            for at in range(0, len(listed) // 16 * 16, 16)
        ]
        return (yield from self._trim(ranges))

    def _protocol_in(self, request: Request) -> Data:
        """SECURITY PROTOCOL IN (SAT-5 9.16): TRUSTED RECEIVE, or TRUSTED NON-DATA for no data."""
        return (yield from self._trusted(request, TRUSTED_RECEIVE, b""))

    def _protocol_out(self, request: Request) -> Data:
        return (yield from self._trusted(request, TRUSTED_SEND, request.data_out))

    def _trusted(self, request: Request, command: int, data: bytes) -> Data:
        length = request.field(6, 4)
        blocks = length if request.cdb[4] & 0x80 else -(-length // 512)
        if not request.cdb[4] & 0x80 and length % 512:
            raise refused(codes.INVALID_FIELD_IN_CDB)  # SAT-5 9.16: without INC_512 whole blocks only
        lba = request.field(2, 2) << 8 | blocks >> 8
        registers = Registers(command if blocks else TRUSTED_NON_DATA, feature=request.cdb[1], count=blocks & 0xFF, lba=lba)
        outcome = yield from self._layer.ordered(registers, data)
        return outcome.data

    def _report_zones(self, request: Request) -> Data:
        """REPORT ZONES (SAT-5 9.31): the same list with the numbers' bytes the other way round."""
        allocation = request.field(10, 4)
        blocks = min(0xFFFF, -(-allocation // 512))
        feature = (request.cdb[14] & 0xBF) << 8
        registers = Registers(ZAC_MANAGEMENT_IN, feature=feature, count=blocks, lba=request.field(2, 8), extended=True)
        outcome = yield from self._layer.ordered(registers)
        data = bytearray(outcome.data)
        for at, size in ((0, 4), (8, 8)):
            data[at : at + size] = data[at : at + size][::-1]
        for zone in range(64, len(data) // 64 * 64, 64):
            for at in (zone + 8, zone + 16, zone + 24):
                data[at : at + 8] = data[at : at + 8][::-1]
        return cut(bytes(data), allocation)

    def _zone_action(self, request: Request) -> Data:
        feature = (request.cdb[14] & 0x01) << 8 | request.cdb[1] & 0x1F
        yield from self._layer.ordered(Registers(ZAC_MANAGEMENT_OUT, feature=feature, lba=request.field(2, 8), extended=True))
        return b""
