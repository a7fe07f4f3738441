"""The translation layer itself: SCSI commands become ATA commands of the disk behind it (SAT-5 section 6 on)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator

from emulators.ata.disk import AtaDisk
from emulators.ata.flaws import Flaw
from emulators.ata.registers import ERROR_ID_NOT_FOUND, ERROR_UNCORRECTABLE, Outcome, Registers
from emulators.ata.sanitize import SanitizeState
from emulators.power import PowerCut
from emulators.scsi import cdb as cdbs
from emulators.scsi import pages
from emulators.scsi import sense as codes
from emulators.scsi.interface import CHECK_CONDITION, GOOD, NoReply, Reply, Unplugged, Work
from emulators.scsi.satl import information, pass_through
from emulators.scsi.satl.information import Identify
from emulators.scsi.satl.pass_through import LIBATA, PassThrough, Regime, failed
from emulators.scsi.satl.translated import Translated
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Answer, Refusal, Request, Unit, cut, refused

RESULTS_LOG = 0x16
_LOOK_AGAIN = 0.05  # seconds of the drive's clock, for what waits for its turn


class SatlUnit(Unit):
    """``allow_tpm`` is libata's parameter: without it TRUSTED commands are refused. ``kind`` 14h is a host-managed zoned disk."""

    def __init__(self, disk: AtaDisk, regime: Regime = Regime.LIBATA, *, allow_tpm: bool = False, kind: int = 0x00) -> None:
        super().__init__(disk.clock)
        self.disk, self.regime, self.kind = disk, regime, kind
        self._tpm = allow_tpm or regime not in LIBATA
        self._d_sense = regime is Regime.VENDOR_DESCRIPTOR
        self._queue: deque[object] = deque()
        self._results: deque[bytes] = deque(maxlen=15)  # ATA Status Return descriptors, the newest last
        self._answered = (Outcome(), False)  # for RETURN RESPONSE INFORMATION: registers, and whether they are a 48-bit command's
        self.add(0x12, 6, self._inquiry)
        self.add(0x25, 10, self._capacity_10)
        self.add(0x9E, 16, self._capacity_16, service_action=0x10)
        for opcode, size in ((0x1A, 6), (0x5A, 10)):
            self.add(opcode, size, self._mode_sense)
        for opcode, size in ((0x15, 6), (0x55, 10)):
            self.add(opcode, size, self._mode_select)
        self.add(0x85, 16, self._pass)
        self.add(0xA1, 12, self._pass)
        self.add(0x7F, 32, self._pass, service_action=cdbs.ATA_PASS_THROUGH_32)
        Translated(self, has_unmap=regime not in LIBATA, has_trusted=self._tpm, zoned=kind == 0x14).add_to(self)
        if regime not in LIBATA:  # libata answers TEST UNIT READY itself, and has no LOG SENSE
            self.add(0x4D, 10, self._log_sense)
            self.drop([0x00])
            self.add(0x00, 6, self._test_ready)

    # --- the disk

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        if Flaw.GONE in self.disk.flaws:
            raise Unplugged
        if not self.disk.power.is_on:
            raise NoReply
        try:
            return (yield from super().start(cdb, data_out, data_in))
        except PowerCut:
            raise NoReply from None

    def send(self, registers: Registers, data_out: bytes = b"") -> Generator[float, None, Outcome]:
        """One ATA command to its end, after those before it: the drive takes one at a time. Where no registers come back, because the link
        was reset, the command is aborted.
        """
        turn = object()
        self._queue.append(turn)
        try:
            while self._queue[0] is not turn:
                yield self.clock.now() + _LOOK_AGAIN
            pending = self.disk.begin(registers, data_out)
            while pending.outcome is None and not pending.lost:
                yield pending.due
                self.disk.tick()
        finally:
            self._queue.remove(turn)
        if pending.outcome is None:
            raise refused(codes.NO_ADDITIONAL, codes.ABORTED_COMMAND)
        return pending.outcome

    def ordered(self, registers: Registers, data_out: bytes = b"") -> Generator[float, None, Outcome]:
        """As :meth:`send`; a failure is translated into sense (SAT-5 section 11)."""
        outcome = yield from self.send(registers, data_out)
        if failed(outcome):
            raise Refusal(self._translated_error(outcome))
        return outcome

    def _translated_error(self, outcome: Outcome) -> Sense:
        if outcome.error & ERROR_UNCORRECTABLE:
            return Sense(codes.MEDIUM_ERROR, (0x11, 0x04), information=outcome.lba)
        if outcome.error & ERROR_ID_NOT_FOUND:
            return Sense(codes.ILLEGAL_REQUEST, codes.LBA_OUT_OF_RANGE)
        if self.regime not in LIBATA and self.disk.sanitize.state is SanitizeState.SD2:
            return Sense(codes.NOT_READY, codes.SANITIZE_IN_PROGRESS)
        if self.regime not in LIBATA and self.disk.security.locked:
            return Sense(codes.DATA_PROTECT, codes.SECURITY_CONFLICT)
        return Sense(codes.ABORTED_COMMAND, codes.NO_ADDITIONAL)

    def _test_ready(self, _: Request) -> Generator[float, None, bytes]:
        """TEST UNIT READY by CHECK POWER MODE (SAT-5 8.16)."""
        yield from self.ordered(Registers(0xE5))
        return b""

    @property
    def identified(self) -> Identify:
        """IDENTIFY DEVICE as it is now; a layer asks for it anew when something may have changed it."""
        return Identify(self.disk.identify())

    @property
    def descriptor_sense(self) -> bool:
        return self._d_sense and self.regime is not Regime.VENDOR_FIXED

    def state(self, request: Request) -> Sense | None:
        return None

    def reset(self) -> None:
        self.disk.hardware_reset()

    # --- pass-through

    def _pass(self, request: Request) -> Generator[float, None, Answer]:
        asked = pass_through.decode(request, self.identified.sector)
        self._refuse_what_libata_refuses(asked)
        if asked.protocol == pass_through.HARD_RESET:
            self.disk.hardware_reset()
            return b""
        if asked.protocol == pass_through.SOFT_RESET:
            self.disk.software_reset()
            return b""
        if asked.protocol == pass_through.RETURN_RESPONSE:
            outcome, extended = self._answered
            return Reply(CHECK_CONDITION, b"", self._sense(outcome, extended=extended))
        if not asked.is_in and len(request.data_out) < asked.size:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        outcome = yield from self.send(asked.registers, b"" if asked.is_in else request.data_out[: asked.size])
        extended = asked.registers.extended
        self._answered = (outcome, extended)
        data = outcome.data[: min(asked.size, request.data_in)] if asked.is_in else b""
        if self.regime is Regime.LOST and not failed(outcome):
            return Reply(GOOD, data)
        if failed(outcome) or asked.check_condition:
            return Reply(CHECK_CONDITION, data, self._sense(outcome, extended=extended))
        return Reply(GOOD, data)

    def _refuse_what_libata_refuses(self, asked: PassThrough) -> None:
        if self.regime not in LIBATA:
            return
        command, feature = asked.registers.command, asked.registers.feature
        if asked.protocol in (pass_through.HARD_RESET, pass_through.SOFT_RESET, pass_through.RETURN_RESPONSE):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if 0x5C <= command <= 0x5F and not self._tpm:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if command == 0xEF and feature & 0xFF == 0x03:  # SET FEATURES, transfer mode: the kernel's own business
            raise refused(codes.INVALID_FIELD_IN_CDB)

    def _sense(self, outcome: Outcome, *, extended: bool) -> bytes:
        """The registers in the form of the regime."""
        sense = (
            Sense(codes.ABORTED_COMMAND, codes.NO_ADDITIONAL)
            if failed(outcome)
            else Sense(codes.RECOVERED_ERROR, codes.ATA_PASS_THROUGH_INFORMATION)
        )
        if self.regime is Regime.LOST:
            return sense.fixed()
        if self.regime is Regime.VENDOR_FIXED:
            self._results.append(pass_through.return_descriptor(outcome, extended=extended))
            return pass_through.fixed(sense, outcome, extended=extended, log_index=len(self._results))
        if self.regime is Regime.VENDOR_DESCRIPTOR or not failed(outcome) or self._d_sense:
            return pass_through.described(sense, outcome, extended=extended)
        if self.regime is Regime.LIBATA_BEFORE_6_11:
            return pass_through.misplaced(sense, outcome, extended=extended)
        return pass_through.fixed(sense, outcome, extended=extended)

    # --- who it is

    def _inquiry(self, request: Request) -> bytes:
        identify = self.identified
        unmap = 0x42 in self.commands
        libata = self.regime in LIBATA
        layer = ("linux", "libata", "3.00") if libata else ("HAIKIEMU", "SATL", "0001")
        vpd: dict[int, Callable[[], bytes]] = {
            0x80: lambda: information.serial(identify),
            0x83: lambda: information.designators(identify),
            0x89: lambda: information.ata_information(identify, vendor=layer[0], product=layer[1], revision=layer[2]),
            0xB0: lambda: information.block_limits(identify, unmap=unmap),
            0xB1: lambda: information.characteristics(identify),
            0xB2: lambda: information.provisioning(identify, unmap=unmap),
        }
        if self.kind == 0x14:
            vpd[0xB6] = lambda: pages.zoned_characteristics(open_zones=128)
        return pages.inquiry(request, information.standard(identify, kind=self.kind), vpd, kind=self.kind)

    def _capacity_10(self, _: Request) -> bytes:
        identify = self.identified
        return pages.capacity_10(identify.sectors - 1, identify.sector)

    def _capacity_16(self, request: Request) -> bytes:
        return cut(information.capacity_16(self.identified, zoned=self.kind == 0x14), request.field(10, 4))

    # --- modes and logs

    def _mode_sense(self, request: Request) -> bytes:
        identify = self.identified
        modes = {
            0x01: pages.ModePage(bytes([0x01, 0x0A, 0x80, *bytes(9)])),  # AWRE
            0x08: pages.caching_page(write_cache=identify.has_write_cache),
            0x0A: pages.control_page(descriptor_sense=self._d_sense),
        }
        return pages.mode_sense(request, modes, descriptor=(identify.sectors, identify.sector), device_specific=0x10)

    def _mode_select(self, request: Request) -> Generator[float, None, bytes]:
        """WCE becomes SET FEATURES 02h or 82h; D_SENSE is the layer's own."""
        wanted = pages.mode_list(request)
        if set(wanted.pages) - {0x08, 0x0A}:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        if caching := wanted.pages.get(0x08):
            yield from self.ordered(Registers(0xEF, feature=0x02 if caching[2] & 0x04 else 0x82))
        if control := wanted.pages.get(0x0A):
            self._d_sense = bool(control[2] & 0x04)
        return b""

    def _log_sense(self, request: Request) -> Generator[float, None, bytes]:
        """Information exceptions from SMART RETURN STATUS; the Results log (SAT-5 12.3.2) in the regime that needs it."""
        exception = bytes(2)
        if request.cdb[2] & 0x3F == 0x2F:
            outcome = yield from self.ordered(Registers(0xB0, feature=0xDA, lba=0xC24F00))
            exception = bytes([0x5D, 0x00]) if outcome.lba >> 8 & 0xFFFF == 0x2CF4 else bytes(2)
        log: dict[int, Callable[[], bytes]] = {0x2F: lambda: pages.log_parameter(0, exception + bytes(2))}
        if self.regime is Regime.VENDOR_FIXED:
            log[RESULTS_LOG] = lambda: b"".join(pages.log_parameter(code, result) for code, result in enumerate(self._results))
        return pages.log_sense(request, log)
