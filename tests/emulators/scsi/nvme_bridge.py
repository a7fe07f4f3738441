"""A USB bridge before an NVMe drive: SCSI translated for one namespace, and the wrapper that JMicron's JMS583 takes admin commands in.

The wrapper, as smartmontools' scsinvme.cpp (sntjmicron_device) sends it: A1h with 12 bytes; byte 1 bit 7 for an admin command and below it
the step; bytes 3 to 5 the length. Step 0 brings 512 bytes that begin with "NVME", the entry's dwords from byte 8 on; 1, 2 and 3 carry it
out, without data, reading, writing; Fh returns "NVME" and the completion from byte 8 on: its dword 0 there, its dword 3, which has the
status field in bits 31:17, in bytes 20 to 23.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Generator
from typing import Protocol

from emulators.clock import Clock
from emulators.nvme.entries import Completion, Gone
from emulators.scsi import cdb as cdbs
from emulators.scsi import pages
from emulators.scsi import sense as codes
from emulators.scsi.bridge import BridgeTraits
from emulators.scsi.interface import GOOD, NoReply, Reply, Unplugged, Work
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Answer, Refusal, Request, Unit, cut, refused

SIGNATURE = b"NVME"
COMMAND, NO_DATA, DATA_IN, DATA_OUT, RESPONSE = 0x0, 0x1, 0x2, 0x3, 0xF
_ERASERS = frozenset((0x42, 0xA1))


class NvmeDevice(Protocol):
    """The controller behind the bridge."""

    def admin(self, entry: bytes, data_out: bytes = b"") -> Completion: ...

    def io(self, entry: bytes, data_out: bytes = b"") -> Completion: ...

    def reset(self) -> None: ...


def entry(opcode: int, nsid: int = 0, *words: int) -> bytes:
    """A submission queue entry (NVMe Base 2.0c figure 87); ``words`` are CDW10 on."""
    return struct.pack("<B3xI32x6I", opcode, nsid, *words, *[0] * (6 - len(words)))


class NvmeBridge(Unit):
    """Namespace 1 of a controller. ``traits`` are a bridge's; ``drops_registers`` makes the completion in the wrapper zeros."""

    def __init__(self, device: NvmeDevice, clock: Clock, traits: BridgeTraits | None = None) -> None:
        super().__init__(clock)
        self.device = device
        self.traits = traits or BridgeTraits(product="Tech", revision="0204")
        self._command = b""
        self._completion = Completion()
        self.add(0x12, 6, self._inquiry)
        self.add(0x25, 10, self._capacity_10)
        self.add(0x9E, 16, self._capacity_16, service_action=0x10)
        for opcode, size in ((0x1A, 6), (0x5A, 10)):
            self.add(opcode, size, self._mode_sense)
        for opcode, size in ((0x28, 10), (0x88, 16)):
            self.add(opcode, size, self._read)
        for opcode, size in ((0x2A, 10), (0x8A, 16)):
            self.add(opcode, size, self._write)
        for opcode, size in ((0x35, 10), (0x91, 16)):
            self.add(opcode, size, self._flush)
        self.add(0x1B, 6, lambda _: b"")
        self.add(0xA1, 12, self._wrapped)

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        if self.traits.good_without_forwarding and cdb[0] in _ERASERS:
            return Reply(GOOD, bytes(data_in))
        try:
            return (yield from super().start(cdb, data_out, data_in))
        except Gone:
            raise Unplugged from None

    def takes_data_out(self, cdb: bytes) -> bool:
        """The wrapper's steps count here, not the protocols of ATA."""
        return cdb[1] & 0x0F in (COMMAND, DATA_OUT) if cdb[0] == 0xA1 else super().takes_data_out(cdb)

    @property
    def descriptor_sense(self) -> bool:
        return False

    def state(self, request: Request) -> Sense | None:
        return None

    def reset(self) -> None:
        self.device.reset()

    # --- the drive

    def _finished(self, completion: Completion) -> Generator[float, None, Completion]:
        """The completion, when it is posted, or an aborted command when the bridge's patience is over."""
        if math.isinf(completion.seconds) and not self.traits.timeout:
            raise NoReply
        patience = self.traits.timeout or math.inf
        if completion.seconds:
            yield self.clock.now() + min(completion.seconds, patience)
        if completion.seconds > patience:
            self.device.reset()
            raise refused(codes.NO_ADDITIONAL, codes.ABORTED_COMMAND)
        return completion

    def _ordered(self, completion: Completion) -> Generator[float, None, Completion]:
        """As it, with errors translated (SCSI translation reference of NVM Express, section 7)."""
        done = yield from self._finished(completion)
        status = done.status & 0x7FF
        if status:
            raise Refusal(_TRANSLATED.get(status, Sense(codes.HARDWARE_ERROR, codes.INTERNAL_TARGET_FAILURE)))
        return done

    def _namespace(self) -> tuple[int, int]:
        """Blocks, and bytes of a block (Identify Namespace: NSZE, FLBAS 3:0, LBADS)."""
        data = self.device.admin(entry(0x06, 1, 0x00)).data
        if len(data) < 4096:
            raise Refusal(Sense(codes.NOT_READY, (0x3A, 0x00)))  # MEDIUM NOT PRESENT
        return int.from_bytes(data[0:8], "little"), 1 << data[128 + 4 * (data[26] & 0x0F) + 2]

    def _range(self, request: Request) -> tuple[cdbs.Blocks, int]:
        blocks, size = self._namespace()
        wanted = cdbs.blocks(request.cdb)
        if wanted.lba + wanted.count > blocks:
            raise refused(codes.LBA_OUT_OF_RANGE)
        if not wanted.count or wanted.count > 0x10000:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return wanted, size

    def _read(self, request: Request) -> Generator[float, None, bytes]:
        wanted, _ = self._range(request)
        words = (wanted.lba & 0xFFFFFFFF, wanted.lba >> 32, wanted.count - 1)
        return (yield from self._ordered(self.device.io(entry(0x02, 1, *words)))).data

    def _write(self, request: Request) -> Generator[float, None, bytes]:
        wanted, size = self._range(request)
        if len(request.data_out) < wanted.count * size:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        words = (wanted.lba & 0xFFFFFFFF, wanted.lba >> 32, wanted.count - 1)
        yield from self._ordered(self.device.io(entry(0x01, 1, *words), request.data_out[: wanted.count * size]))
        return b""

    def _flush(self, _: Request) -> Generator[float, None, bytes]:
        yield from self._ordered(self.device.io(entry(0x00, 1)))
        return b""

    def _wrapped(self, request: Request) -> bytes | Generator[float, None, Answer]:
        if not self.traits.passes_through:
            raise refused(codes.INVALID_OPERATION_CODE)
        step, length = request.cdb[1] & 0x0F, request.field(3, 3)
        if not request.cdb[1] & 0x80:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if step == COMMAND:
            if len(request.data_out) < 80 or request.data_out[:4] != SIGNATURE:
                raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
            self._command = request.data_out[8:72]
            return b""
        if step == RESPONSE:
            return cut(self._response(), length)
        if step not in (NO_DATA, DATA_IN, DATA_OUT) or not self._command:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return self._carry_out(request.data_out[:length], length if step == DATA_IN else 0)

    def _carry_out(self, data: bytes, length: int) -> Generator[float, None, Answer]:
        command, self._command = self._command, b""
        self._completion = yield from self._finished(self.device.admin(command, data))
        return self._completion.data[:length]

    def _response(self) -> bytes:
        done = Completion() if self.traits.drops_registers else self._completion
        words = struct.pack("<4I", done.dw0, 0, 0, done.status << 17)
        return (SIGNATURE + bytes(4) + words).ljust(512, b"\0")

    # --- who it is

    def _inquiry(self, request: Request) -> bytes:
        traits = self.traits
        standard = pages.standard_inquiry(vendor=traits.vendor, product=traits.product, revision=traits.revision, version=0x06)
        controller = self.device.admin(entry(0x06, 0, 0x01)).data
        serial = traits.serial.encode("ascii") or controller[4:24].strip()
        vpd = {0x80: lambda: serial, 0x83: lambda: pages.designator(0x1, 0x2, pages.text(traits.vendor, 8) + serial)}
        return pages.inquiry(request, standard, vpd)

    def _shown(self) -> tuple[int, int]:
        blocks, size = self._namespace()
        bits = self.traits.address_bits
        if bits:
            blocks = blocks & (1 << bits) - 1 if self.traits.wraps_capacity else min(blocks, 1 << bits)
        return blocks, size

    def _capacity_10(self, _: Request) -> bytes:
        blocks, size = self._shown()
        return pages.capacity_10(blocks - 1, size)

    def _capacity_16(self, request: Request) -> bytes:
        if self.traits.address_bits:
            raise refused(codes.INVALID_OPERATION_CODE)
        blocks, size = self._shown()
        return cut(pages.capacity_16(blocks - 1, size), request.field(10, 4))

    def _mode_sense(self, request: Request) -> bytes:
        return pages.mode_sense(request, {0x08: pages.caching_page(write_cache=True)}, descriptor=self._shown())


_TRANSLATED = {
    0x01C: Sense(codes.MEDIUM_ERROR, codes.SANITIZE_FAILED),
    0x01D: Sense(codes.NOT_READY, codes.SANITIZE_IN_PROGRESS),
    0x020: Sense(codes.DATA_PROTECT, codes.WRITE_PROTECTED),
    0x080: Sense(codes.ILLEGAL_REQUEST, codes.LBA_OUT_OF_RANGE),
    0x084: Sense(codes.NOT_READY, codes.FORMAT_IN_PROGRESS),
    0x281: Sense(codes.MEDIUM_ERROR, codes.UNRECOVERED_READ_ERROR),
    0x286: Sense(codes.DATA_PROTECT, codes.ACCESS_DENIED),
}
