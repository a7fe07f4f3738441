"""A USB bridge: its own names, a translation layer of its own, and what bridges are known to get wrong."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from emulators.clock import Clock
from emulators.scsi import pages
from emulators.scsi import sense as codes
from emulators.scsi.interface import CHECK_CONDITION, GOOD, Reply, Work, to_the_end
from emulators.scsi.satl import Regime, SatlUnit
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Refusal, Request, cut, refused

_PASS_THROUGH = frozenset((0x85, 0xA1, 0x7F))
_ERASERS = frozenset((0x42, 0x93, 0x48, 0x04, 0xB5))  # UNMAP, WRITE SAME, SANITIZE, FORMAT UNIT, SECURITY PROTOCOL OUT
_OF_16_BYTES = frozenset((0x88, 0x8A, 0x8F, 0x91, 0x93, 0x9E))
_VPD = frozenset((0x00, 0x80, 0x83))


@dataclass
class BridgeTraits:
    """What this bridge is and does; the lies can be set at any time."""

    vendor: str = "JMicron"
    product: str = "Generic"
    revision: str = "0105"
    serial: str = ""  # one for all bridges of the model; empty: the disk's own
    passes_through: bool = True  # False: ATA PASS-THROUGH is unknown to it
    good_without_forwarding: bool = False  # pass-through and what erases ends with GOOD, and never gets to the disk
    drops_registers: bool = False
    address_bits: int = 0  # of a sector's address: 32 ends at 2 TiB; 0 has no end
    wraps_capacity: bool = False  # with it the capacity is what is left of it in so many bits, not the most that fits
    timeout: float = 0.0  # seconds, after which it resets the link and gives up; 0 waits for ever


class Bridge:
    """The bridge's logical unit, before the disk's."""

    def __init__(self, inner: SatlUnit, traits: BridgeTraits | None = None) -> None:
        self.inner, self.traits = inner, traits or BridgeTraits()

    @property
    def clock(self) -> Clock:
        return self.inner.clock

    def takes_data_out(self, cdb: bytes) -> bool:
        return self.inner.takes_data_out(cdb)

    def execute(self, cdb: bytes, data_out: bytes, data_in: int) -> Reply:
        return to_the_end(self.start(cdb, data_out, data_in), self.clock)

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        request = Request(cdb, data_out, data_in)
        try:
            if own := self._own(request):
                return Reply(GOOD, own[:data_in])
        except Refusal as refusal:
            return Reply(CHECK_CONDITION, b"", refusal.sense.fixed())
        if self.traits.good_without_forwarding and cdb[0] in _PASS_THROUGH | _ERASERS:
            return Reply(GOOD, bytes(data_in))
        self.inner.regime = Regime.LOST if self.traits.drops_registers else Regime.VENDOR_DESCRIPTOR
        return (yield from self._with_patience(self.inner.start(cdb, data_out, data_in)))

    def _with_patience(self, work: Work) -> Generator[float, None, Reply]:
        """The inner command, until it ends or the bridge's own time is over."""
        patience = self.clock.now() + self.traits.timeout if self.traits.timeout else None
        while True:
            try:
                due = next(work)
            except StopIteration as end:
                reply: Reply = end.value
                return reply
            if patience is not None and self.clock.now() >= patience:
                work.close()
                self.inner.reset()
                return Reply(CHECK_CONDITION, sense=Sense(codes.ABORTED_COMMAND, codes.NO_ADDITIONAL).fixed())
            yield due if patience is None else min(due, patience)

    def reset(self) -> None:
        self.inner.reset()

    def _own(self, request: Request) -> bytes | None:
        """What the bridge answers by itself; None where it doesn't."""
        opcode, traits = request.cdb[0], self.traits
        if opcode in _PASS_THROUGH and not traits.passes_through:
            raise refused(codes.INVALID_OPERATION_CODE)
        if traits.address_bits and opcode in _OF_16_BYTES:
            raise refused(codes.INVALID_OPERATION_CODE)
        if opcode == 0x12:
            return self._inquiry(request)
        if opcode == 0x25:
            identify = self.inner.identified
            return pages.capacity_10(self._sectors() - 1, identify.sector)
        if traits.address_bits and opcode in (0x28, 0x2A, 0x2F) and request.field(2, 4) + request.field(7, 2) > self._sectors():
            raise refused(codes.LBA_OUT_OF_RANGE)
        return None

    def _sectors(self) -> int:
        sectors, bits = self.inner.identified.sectors, self.traits.address_bits
        if not bits:
            return sectors
        return sectors & (1 << bits) - 1 if self.traits.wraps_capacity else min(sectors, 1 << bits)

    def _inquiry(self, request: Request) -> bytes | None:
        traits = self.traits
        if request.cdb[1] & 0x01:
            if request.cdb[2] not in _VPD:
                raise refused(codes.INVALID_FIELD_IN_CDB)
            if request.cdb[2] == 0x00:
                return cut(bytes([0, 0, 0, len(_VPD), *sorted(_VPD)]), request.field(3, 2))
            if not traits.serial:
                return None
            serial = traits.serial.encode("ascii")
            page = serial if request.cdb[2] == 0x80 else pages.designator(0x1, 0x2, pages.text(traits.vendor, 8) + serial)
            return cut(bytes([0, request.cdb[2]]) + len(page).to_bytes(2, "big") + page, request.field(3, 2))
        standard = pages.standard_inquiry(vendor=traits.vendor, product=traits.product, revision=traits.revision, version=0x06)
        return pages.inquiry(request, standard, {})
