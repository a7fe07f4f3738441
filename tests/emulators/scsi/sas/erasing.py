"""SANITIZE and FORMAT UNIT (SBC-4 sections 5.30 and 5.4): what runs for hours, and what is left when it doesn't come to its end."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from emulators.medium import Step, Where
from emulators.scsi import sense as codes
from emulators.scsi.sas.state import BlockFormat, SasDisk
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Refusal, Request, refused

OVERWRITE, BLOCK_ERASE, CRYPTOGRAPHIC_ERASE, EXIT_FAILURE_MODE = 0x01, 0x02, 0x03, 0x1F
IMMEDIATE, UNRESTRICTED = 0x80, 0x20  # IMMED and AUSE of byte 1; 40h is ZNR


class Erasing:
    """The commands that erase, of one disk."""

    def __init__(self, disk: SasDisk) -> None:
        self._disk = disk

    def sanitize(self, request: Request) -> bytes | Generator[float, None, bytes]:
        """SANITIZE (SBC-4 5.30)."""
        action, unrestricted, size = request.cdb[1] & 0x1F, bool(request.cdb[1] & UNRESTRICTED), request.field(7, 2)
        disk = self._disk
        if action == EXIT_FAILURE_MODE:
            if disk.failed_sanitize is False:
                raise refused(codes.INVALID_FIELD_IN_CDB)
            disk.failed_sanitize = None
            return b""
        if action not in disk.sanitizes or (size and action != OVERWRITE):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if disk.failed_sanitize is False and unrestricted:  # 4.11.4: in restricted failure only a restricted one gets out
            raise refused(codes.INVALID_FIELD_IN_CDB)
        steps = self._overwrite(request.data_out[:size]) if action == OVERWRITE else self._plain(action)
        return self._begin_sanitize(self._with_lies(action, steps), unrestricted=unrestricted, waits=not request.cdb[1] & IMMEDIATE)

    def _plain(self, action: int) -> list[Step]:
        medium = self._disk.medium
        if action == CRYPTOGRAPHIC_ERASE:
            return medium.key_steps(old_stays=self._disk.faults.sanitize_keeps_key)
        return medium.erase_steps(self._disk.erase_scope())

    def _overwrite(self, parameters: bytes) -> list[Step]:
        """Its parameter list (SBC-4 table 98): INVERT, TEST and the count; the length of the pattern; the pattern."""
        if len(parameters) < 4:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        passes, invert, size = parameters[0] & 0x1F, bool(parameters[0] & 0x80), int.from_bytes(parameters[2:4], "big")
        if not passes or not 0 < size <= self._disk.format.length or len(parameters) < 4 + size:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        steps = []
        for number in range(passes):
            flipped = invert and number % 2 == 1
            pattern = self._laid_out(bytes(byte ^ 0xFF for byte in parameters[4 : 4 + size]) if flipped else parameters[4 : 4 + size])
            steps += self._disk.medium.overwrite_steps(pattern, self._disk.erase_scope())
        return steps

    def _laid_out(self, pattern: bytes) -> bytes:
        """A page full of it: it starts anew in each block, where blocks fill pages (a medium has no odd blocks in it otherwise)."""
        page, block = self._disk.medium.page_size, self._disk.stored_length
        in_block = (pattern * -(-block // len(pattern)))[:block]
        return (in_block * -(-page // block))[:page]

    def _with_lies(self, action: int, steps: list[Step]) -> list[Step]:
        disk, faults = self._disk, self._disk.faults
        if faults.sanitize_does_nothing or faults.reads_from_cache:
            return []
        if faults.sanitize_first_block_only:
            return [Step("first block", lambda: disk.medium.write(0, bytes(disk.stored_length), fua=True))]
        if faults.sanitize_unmaps_only and action != CRYPTOGRAPHIC_ERASE:
            return disk.medium.unmap_steps()
        return steps

    def _begin_sanitize(self, steps: list[Step], *, unrestricted: bool, waits: bool) -> bytes | Generator[float, None, bytes]:
        disk = self._disk
        disk.failed_sanitize = None
        disk.medium.facade = None
        disk.begin(
            "sanitize",
            steps,
            disk.sanitize_seconds,
            codes.SANITIZE_IN_PROGRESS,
            lambda: disk.finish_sanitize(unrestricted=unrestricted),
        )
        return self._wait() if waits else b""

    def _wait(self) -> Generator[float, None, bytes]:
        while self._disk.operation is not None:
            yield self._disk.due
            self._disk.look()
        if self._disk.failed_sanitize is not None or self._disk.is_corrupted:
            raise Refusal(self._disk.busy or Sense(codes.MEDIUM_ERROR, codes.FORMAT_FAILED))
        return b""

    def format_unit(self, request: Request) -> bytes | Generator[float, None, bytes]:
        """FORMAT UNIT (SBC-4 5.4): lays down the blocks that MODE SELECT chose, with FMTPINFO's protection. Spares keep their data."""
        disk = self._disk
        information, has_list, long_list = request.cdb[1] >> 6, request.cdb[1] & 0x10, request.cdb[1] & 0x20
        waits, usage = True, 0
        pattern = b"\0"
        if has_list:
            head = 8 if long_list else 4
            if len(request.data_out) < head:
                raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
            usage = request.data_out[0] & 0x07
            waits = not request.data_out[1] & 0x02
            if request.data_out[1] & 0x08:  # IP: an initialization pattern descriptor follows (table 42)
                pattern = self._initial(request.data_out[head:])
        protection = _PROTECTION.get((information, usage))
        if protection is None:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if protection and disk.pending_format.length not in (512, 4096):
            raise refused(codes.INVALID_FIELD_IN_CDB)
        layout = replace(disk.pending_format, protection=protection)
        if disk.faults.format_switches_length_to:
            layout = replace(layout, length=disk.faults.format_switches_length_to)
        scope = disk.erase_scope() - {Where.SPARE, Where.RETIRED}
        steps = [] if disk.faults.format_does_nothing else disk.medium.overwrite_steps(pattern, scope)
        disk.is_corrupted = False
        disk.begin("format", steps, disk.format_seconds, codes.FORMAT_IN_PROGRESS, lambda: self._formatted(layout))
        return self._wait() if waits else b""

    def _initial(self, descriptor: bytes) -> bytes:
        size = int.from_bytes(descriptor[2:4], "big")
        if len(descriptor) < 4 or descriptor[1] not in (0x00, 0x01) or len(descriptor) < 4 + size:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        return self._laid_out(descriptor[4 : 4 + size]) if descriptor[1] == 0x01 and size else b"\0"

    def _formatted(self, layout: BlockFormat) -> None:
        self._disk.format = self._disk.pending_format = layout
        self._disk.set_limit(self._disk.limit, saved=True)
        self._disk.tell_ports(codes.CAPACITY_CHANGED, None)


# FMTPINFO with PROTECTION FIELD USAGE to the PI type (SBC-4 table 39)
_PROTECTION = {(0b00, 0): 0, (0b10, 0): 1, (0b11, 0): 2, (0b11, 1): 3}
