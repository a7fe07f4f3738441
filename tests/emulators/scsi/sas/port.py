"""A port of a SAS disk: the logical unit as it is seen through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from emulators.medium import ZonedMedium
from emulators.power import PowerCut
from emulators.scsi import pages
from emulators.scsi import sense as codes
from emulators.scsi.interface import RESERVATION_CONFLICT, NoReply, Reply, Work
from emulators.scsi.sas.blocks import MAXIMUM_TRANSFER, MAXIMUM_UNMAP, MAXIMUM_WRITE_SAME, Blocks
from emulators.scsi.sas.elements import Elements
from emulators.scsi.sas.erasing import Erasing
from emulators.scsi.sas.reservations import Reservations
from emulators.scsi.sas.state import SUPPORTED_LENGTHS, SasDisk
from emulators.scsi.sas.zones import CLOSE, FINISH, OPEN, RESET, Zones
from emulators.scsi.sense import Sense
from emulators.scsi.tcg import protocol_in
from emulators.scsi.unit import Request, Unit, refused

# what is answered while a sanitize or format runs (SBC-4 4.11.2): INQUIRY, REPORT LUNS, REQUEST SENSE, LOG SENSE, PERSISTENT RESERVE IN,
# REPORT SUPPORTED OPERATION CODES
_ALWAYS = frozenset((0x12, 0xA0, 0x03, 0x4D, 0x5E, 0xA3))
# what a disk in failure, with a corrupted format or standing still answers besides: modes, capacities, defects, SANITIZE, FORMAT, START
_NO_MEDIUM = frozenset((0x1A, 0x5A, 0x15, 0x55, 0x25, 0x9E, 0x37, 0xB7, 0x48, 0x04, 0x1B, 0x5F, 0xA2))


OPEN_ZONES = 128


class SasPort(Unit):
    """One of the disk's target ports, counted from 0.

    ``host_strips``: the host adapter puts protection information on and takes it off (SBC-4 4.22.7). The transfer's length counts it still,
    as the kernel's tcm_loop does: eight bytes for each block, behind all blocks, that nobody looks at.
    """

    def __init__(self, disk: SasDisk, number: int = 0, *, host_strips: bool = False) -> None:
        super().__init__(disk.clock)
        self.disk, self.number = disk, number
        self._reservations = Reservations(disk, number)
        disk.attention.append(self._tell)
        self._add_blocks(Blocks(disk, host_strips=host_strips))
        erasing, elements = Erasing(disk), Elements(disk)
        self.add(0x12, 6, self._inquiry)
        for opcode, size in ((0x1A, 6), (0x5A, 10)):
            self.add(opcode, size, self._mode_sense)
        for opcode, size in ((0x15, 6), (0x55, 10)):
            self.add(opcode, size, self._mode_select)
        self.add(0x4D, 10, self._log_sense)
        self.add(0x1B, 6, self._start_stop)
        if disk.sanitizes:
            for action in (*sorted(disk.sanitizes), 0x1F):
                self.add(0x48, 10, erasing.sanitize, service_action=action)
        self.add(0x04, 6, erasing.format_unit)
        self.add(0x37, 10, elements.defects)
        self.add(0xB7, 12, elements.defects)
        self.add(0x9E, 16, elements.status, service_action=0x17)
        self.add(0x9E, 16, elements.remove, service_action=0x18)
        for action in (0x00, 0x01, 0x02):
            self.add(0x5E, 10, self._reservations.told, service_action=action)
        for action in (0x00, 0x01, 0x02, 0x03, 0x06):
            self.add(0x5F, 10, self._reservations.change, service_action=action)
        self.add(0xA2, 12, lambda request: protocol_in(request, disk.tcg))
        if isinstance(disk.medium, ZonedMedium):
            zones = Zones(disk, disk.medium)
            self.add(0x95, 16, zones.report, service_action=0x00)
            for action in (CLOSE, FINISH, OPEN, RESET):
                self.add(0x94, 16, zones.act, service_action=action)

    def _add_blocks(self, blocks: Blocks) -> None:
        self._unmaps = blocks.unmaps
        self.add(0x25, 10, blocks.capacity_10)
        self.add(0x9E, 16, blocks.capacity_16, service_action=0x10)
        for opcode, size in ((0x08, 6), (0x28, 10), (0xA8, 12), (0x88, 16)):
            self.add(opcode, size, blocks.read)
        for opcode, size in ((0x0A, 6), (0x2A, 10), (0xAA, 12), (0x8A, 16), (0x2E, 10), (0x8E, 16)):
            self.add(opcode, size, blocks.write)
        for opcode, size in ((0x2F, 10), (0x8F, 16)):
            self.add(opcode, size, blocks.verify)
        for opcode, size in ((0x35, 10), (0x91, 16)):
            self.add(opcode, size, blocks.synchronize)
        for opcode, size in ((0x41, 10), (0x93, 16)):
            self.add(opcode, size, blocks.write_same)
        if blocks.unmaps:
            self.add(0x42, 10, blocks.unmap)

    # --- what comes before each command

    @property
    def descriptor_sense(self) -> bool:
        return self.disk.descriptor_sense

    def start(self, cdb: bytes, data_out: bytes, data_in: int) -> Work:
        self.disk.look()
        if self.disk.faults.is_slow:
            yield self.clock.now() + self.disk.faults.is_slow
            self.disk.look()
        if self._reservations.conflicts(Request(cdb, data_out, data_in)):
            return Reply(RESERVATION_CONFLICT)
        try:
            return (yield from super().start(cdb, data_out, data_in))
        except PowerCut:
            raise NoReply from None

    def state(self, request: Request) -> Sense | None:
        opcode = request.cdb[0]
        if opcode in _ALWAYS or (self.disk.operation is None and opcode in _NO_MEDIUM):
            return None
        return self.disk.busy

    def pending(self) -> Sense:
        self.disk.look()
        if busy := self.disk.busy:
            return busy
        return Sense(codes.NO_SENSE, (0x5D, 0x00)) if self.disk.faults.predicts_failure else super().pending()

    def reset(self) -> None:
        """A sanitize and a format go on; the port has something to tell."""
        self.attentions.append((0x29, 0x02))  # SCSI BUS RESET OCCURRED

    def _tell(self, code: tuple[int, int], but: int | None) -> None:
        if but != self.number:
            self.attentions.append(code)

    # --- who it is

    @property
    def _kind(self) -> int:
        return 0x14 if isinstance(self.disk.medium, ZonedMedium) else 0x00

    def _inquiry(self, request: Request) -> bytes:
        identity = self.disk.identity
        standard = pages.standard_inquiry(
            vendor=identity.vendor,
            product=identity.product,
            revision=identity.revision,
            version=0x06,
            protect=self.disk.format.protection > 0,
            kind=self._kind,
        )
        vpd: dict[int, Callable[[], bytes]] = {
            0x80: lambda: pages.text(self.disk.faults.serial or identity.serial, 20).rstrip(),
            0x83: self._designators,
            0x86: self._extended,
            0xB0: self._block_limits,
            0xB1: self._characteristics,
            0xB2: self._provisioning,
        }
        if isinstance(self.disk.medium, ZonedMedium):
            vpd[0xB6] = partial(pages.zoned_characteristics, open_zones=OPEN_ZONES)
        return pages.inquiry(request, standard, vpd, kind=self._kind)

    def _designators(self) -> bytes:
        """Device identification (SPC-5 7.7.6): the NAA of the unit, then of this port, and its relative number."""
        naa = pages.designator(0x3, 0x1, self.disk.identity.naa.to_bytes(8, "big"))
        port = pages.designator(0x3, 0x1, self.disk.identity.ports[self.number].to_bytes(8, "big"), port=True)
        relative = pages.designator(0x4, 0x1, bytes([0, 0, 0, self.number + 1]), port=True)
        return naa + port + relative

    @staticmethod
    def _extended() -> bytes:
        """Extended INQUIRY data (SPC-5 7.7.7): PI types 1 to 3 supported, guard and reference checked; SIMPSUP; V_SUP."""
        return bytes([0x3D, 0x07, 0x01]).ljust(60, b"\0")

    def _block_limits(self) -> bytes:
        """Block limits (SBC-4 6.6.4); offsets are those of the page less 4."""
        page = bytearray(60)
        page[4:8] = MAXIMUM_TRANSFER.to_bytes(4, "big")
        if self._unmaps:
            page[16:20] = MAXIMUM_UNMAP.to_bytes(4, "big")
            page[20:24] = (256).to_bytes(4, "big")
            page[24:28] = (8).to_bytes(4, "big")
        page[32:40] = MAXIMUM_WRITE_SAME.to_bytes(8, "big")
        return bytes(page)

    def _characteristics(self) -> bytes:
        """Block device characteristics (SBC-4 6.6.2): WABEREQ and WACEREQ 01b, what is read after an erase is as the host may read it."""
        page = bytearray(60)
        page[0:2] = self.disk.identity.rotation.to_bytes(2, "big")
        page[3] = 0b01_01_0010  # WABEREQ, WACEREQ, 3.5 inch
        return bytes(page)

    def _provisioning(self) -> bytes:
        """Logical block provisioning (SBC-4 6.6.6): LBPU, LBPWS and LBPWS10, unmapped blocks read as zeros; a disk has none of it."""
        return bytes([0, 0xE4, 0x01, 0]) if self._unmaps else bytes(4)

    # --- modes and logs

    def _mode_sense(self, request: Request) -> bytes:
        return pages.mode_sense(
            request,
            {
                0x01: pages.ModePage(bytes([0x01, 0x0A, 0xC0, *bytes(9)])),  # read-write error recovery: AWRE, ARRE
                0x08: pages.caching_page(write_cache=self.disk.medium.write_cache),
                0x0A: pages.control_page(descriptor_sense=self.disk.descriptor_sense),
                0x1C: pages.ModePage(bytes([0x1C, 0x0A, 0, 4, *bytes(8)])),
            },
            descriptor=(self.disk.block_count, self.disk.pending_format.length),
        )

    def _mode_select(self, request: Request) -> bytes:
        """MODE SELECT: the block descriptor takes capacity away or gives it back, and chooses the block length of the next FORMAT UNIT."""
        wanted = pages.mode_list(request)
        if not request.cdb[1] & 0x10:  # PF
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if set(wanted.pages) - {0x01, 0x08, 0x0A, 0x1C}:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        if wanted.descriptor:
            self._choose(*wanted.descriptor, saved=bool(request.cdb[1] & 0x01))
        if caching := wanted.pages.get(0x08):
            self._switch_cache(on=bool(caching[2] & 0x04))
        if control := wanted.pages.get(0x0A):
            self.disk.descriptor_sense = bool(control[2] & 0x04)
        self.disk.tell_ports((0x2A, 0x01), self.number)  # MODE PARAMETERS CHANGED
        return b""

    def _choose(self, count: int, length: int, *, saved: bool) -> None:
        disk = self.disk
        length = length or disk.format.length
        if length not in SUPPORTED_LENGTHS or (length != disk.format.length and disk.faults.refuses_other_lengths):
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        if length != disk.pending_format.length:
            disk.pending_format = replace(disk.pending_format, length=length)
            if length != disk.format.length:
                return  # the number of blocks counts after the format only, and then it is all of them
        whole = count in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
        if not whole and count > disk.native_blocks:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        if count:
            before = disk.block_count
            disk.set_limit(None if whole or count == disk.native_blocks else count, saved=saved)
            if disk.block_count != before:
                disk.tell_ports(codes.CAPACITY_CHANGED, self.number)

    def _switch_cache(self, *, on: bool) -> None:
        if not on:
            self.disk.medium.flush()
        self.disk.medium.write_cache = on and self.disk.medium.cache_pages > 0

    def _log_sense(self, request: Request) -> bytes:
        """Temperature (SPC-5 7.3.22), start-stop cycles, error counters and information exceptions (2Fh) with the temperature in it."""
        exception = bytes([0x5D, 0x10]) if self.disk.faults.predicts_failure else bytes(2)
        log: dict[int, Callable[[], bytes]] = {
            0x02: partial(pages.log_parameter, 0x0006, bytes(8), control=0x02),
            0x03: partial(pages.log_parameter, 0x0006, len(self.disk.grown).to_bytes(8, "big"), control=0x02),
            0x0D: lambda: (
                pages.log_parameter(0, bytes([0, self.disk.temperature]), control=0x01)
                + pages.log_parameter(1, bytes([0, 60]), control=0x01)
            ),
            0x2F: lambda: pages.log_parameter(0, exception + bytes([self.disk.temperature, 0])),
        }
        return pages.log_sense(request, log)

    def _start_stop(self, request: Request) -> bytes:
        """START STOP UNIT (SBC-4 5.31), by the START bit."""
        if not request.cdb[4] & 0xF0:
            if not request.cdb[4] & 0x01:
                self.disk.medium.flush()
            self.disk.stopped = not request.cdb[4] & 0x01
        return b""
