"""Reading, writing and unmapping blocks (SBC-4 section 5)."""

from __future__ import annotations

from emulators.medium import Unreadable, ZonedMedium
from emulators.medium.zoned import OutOfOrder, ZoneRefusal
from emulators.scsi import cdb as cdbs
from emulators.scsi import sense as codes
from emulators.scsi.pages import capacity_10, capacity_16
from emulators.scsi.protection import information
from emulators.scsi.sas.state import SasDisk
from emulators.scsi.sense import Sense
from emulators.scsi.unit import Refusal, Request, cut, refused

MAXIMUM_TRANSFER = 0x4000  # blocks
MAXIMUM_UNMAP = 0x10000  # blocks
MAXIMUM_WRITE_SAME = 0x10000  # blocks

# ZBC-2 table 10; an offline zone has a sense key of its own
_ZONE_CODES = {
    ZoneRefusal.UNALIGNED_WRITE: (0x21, 0x04),
    ZoneRefusal.BOUNDARY: (0x21, 0x05),
    ZoneRefusal.FULL: (0x55, 0x0E),
    ZoneRefusal.READ_ONLY: (0x27, 0x08),
    ZoneRefusal.OFFLINE: (0x2C, 0x0E),
}


class Blocks:
    """The commands that move blocks, of one disk."""

    def __init__(self, disk: SasDisk, *, host_strips: bool = False) -> None:
        self._disk, self._host_strips = disk, host_strips

    def capacity_10(self, _: Request) -> bytes:
        return capacity_10(self._disk.block_count - 1, self._disk.format.length)

    def capacity_16(self, request: Request) -> bytes:
        layout = self._disk.format
        return cut(
            capacity_16(
                self._disk.block_count - 1,
                layout.length,
                protection=layout.protection,
                physical_exponent=layout.physical_exponent,
                unmap=self.unmaps,
                zeros=self.unmaps,
                zoned=isinstance(self._disk.medium, ZonedMedium),
            ),
            request.field(10, 4),
        )

    @property
    def unmaps(self) -> bool:
        """Whether UNMAP is there: on flash."""
        return self._disk.identity.rotation == 1

    def read(self, request: Request) -> bytes:
        """READ (SBC-4 5.12 to 5.14); RDPROTECT asks for the protection information too."""
        wanted, with_protection = self._range(request.cdb), self._protect(request.cdb)
        stripped = bytes(8 * wanted.count) if self._host_strips and len(request.cdb) > 6 and request.cdb[1] >> 5 else b""
        try:
            data = self._disk.medium.read(*self._bytes(wanted))
        except Unreadable as error:
            lba = int(error.args[0]) // self._disk.stored_length
            raise Refusal(Sense(codes.MEDIUM_ERROR, codes.UNRECOVERED_READ_ERROR, information=max(lba, wanted.lba))) from None
        except OutOfOrder as error:
            raise _disordered(error) from None
        return (
            b"".join(
                self._outward(data[index * self._disk.stored_length :], wanted.lba + index, with_protection=with_protection)
                for index in range(wanted.count)
            )
            + stripped
        )

    def _outward(self, stored: bytes, lba: int, *, with_protection: bool) -> bytes:
        block = stored[: self._disk.format.length]
        return block + information(block, lba, self._disk.format.protection) if with_protection else block

    def write(self, request: Request) -> bytes:
        """WRITE and WRITE AND VERIFY (SBC-4 5.40 to 5.46); with WRPROTECT the information comes along and is checked."""
        wanted, with_protection = self._range(request.cdb), self._protect(request.cdb)
        size = self._disk.format.length + (8 if with_protection else 0)
        if len(request.data_out) < wanted.count * size:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        stored = b"".join(
            self._inward(request.data_out[index * size : (index + 1) * size], wanted.lba + index, with_protection=with_protection)
            for index in range(wanted.count)
        )
        fua = request.cdb[0] in (0x2E, 0x8E) or (len(request.cdb) > 6 and bool(request.cdb[1] & 0x08))
        self._store(wanted.lba, stored, fua=fua)
        return b""

    def _inward(self, sent: bytes, lba: int, *, with_protection: bool) -> bytes:
        layout = self._disk.format
        block = sent[: layout.length]
        if not layout.protection:
            return block
        own = information(block, lba, layout.protection)
        if with_protection:
            if sent[layout.length : layout.length + 2] != own[:2]:
                raise refused((0x10, 0x01), codes.ABORTED_COMMAND)  # LOGICAL BLOCK GUARD CHECK FAILED
            if layout.protection != 3 and sent[layout.length + 4 :] != own[4:]:
                raise refused((0x10, 0x03), codes.ABORTED_COMMAND)  # LOGICAL BLOCK REFERENCE TAG CHECK FAILED
        return block + own

    def _store(self, lba: int, stored: bytes, *, fua: bool = False) -> None:
        try:
            self._disk.medium.write(lba * self._disk.stored_length, stored, fua=fua)
        except OutOfOrder as error:
            raise _disordered(error) from None
        except Unreadable:
            raise refused((0x0C, 0x02), codes.MEDIUM_ERROR) from None  # WRITE ERROR - AUTO REALLOCATION FAILED

    def verify(self, request: Request) -> bytes:
        """VERIFY (SBC-4 5.36): reads; BYTCHK is not there."""
        if request.cdb[1] & 0x06:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        self.read(request)
        return b""

    def write_same(self, request: Request) -> bytes:
        """WRITE SAME 10 and 16 (SBC-4 5.47): one block everywhere; UNMAP where the medium can; NDOB for zeros. 0 blocks is to the end."""
        unmap, no_data = bool(request.cdb[1] & 0x08), len(request.cdb) == 16 and bool(request.cdb[1] & 0x01)
        if unmap and not self.unmaps:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        named = cdbs.blocks(request.cdb)
        wanted = self._checked(cdbs.Blocks(named.lba, named.count or self._disk.block_count - named.lba))
        if wanted.count > MAXIMUM_WRITE_SAME:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        if len(request.data_out) < self._disk.format.length and not no_data:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        block = bytes(self._disk.format.length) if no_data else request.data_out[: self._disk.format.length]
        if unmap and not any(block):
            self._disk.medium.discard(*self._bytes(wanted))
            return b""
        self._store(
            wanted.lba,
            b"".join(self._inward(block, wanted.lba + index, with_protection=False) for index in range(wanted.count)),
        )
        return b""

    def unmap(self, request: Request) -> bytes:
        """UNMAP (SBC-4 5.35): descriptors of 16 bytes behind a head of 8."""
        size = request.field(7, 2)
        data = request.data_out[:size]
        if not size:
            return b""
        if len(data) < 8:
            raise refused(codes.PARAMETER_LIST_LENGTH_ERROR)
        listed = data[8 : 8 + int.from_bytes(data[2:4], "big") // 16 * 16]
        ranges = [
            self._checked(cdbs.Blocks(int.from_bytes(listed[at : at + 8], "big"), int.from_bytes(listed[at + 8 : at + 12], "big")))
            for at in range(0, len(listed) // 16 * 16, 16)
        ]
        if sum(wanted.count for wanted in ranges) > MAXIMUM_UNMAP:
            raise refused(codes.INVALID_FIELD_IN_PARAMETERS)
        for wanted in ranges:
            self._disk.medium.discard(*self._bytes(wanted))
        return b""

    def synchronize(self, _: Request) -> bytes:
        """SYNCHRONIZE CACHE (SBC-4 5.33): all of it, whatever range is named."""
        self._disk.medium.flush()
        return b""

    def _range(self, cdb: bytes) -> cdbs.Blocks:
        wanted = self._checked(cdbs.blocks(cdb))
        if wanted.count > MAXIMUM_TRANSFER:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return wanted

    def _checked(self, wanted: cdbs.Blocks) -> cdbs.Blocks:
        if wanted.lba + wanted.count > self._disk.block_count:
            raise refused(codes.LBA_OUT_OF_RANGE)
        return wanted

    def _bytes(self, wanted: cdbs.Blocks) -> tuple[int, int]:
        return wanted.lba * self._disk.stored_length, wanted.count * self._disk.stored_length

    def _protect(self, cdb: bytes) -> bool:
        if len(cdb) == 6:
            return False
        asked = cdb[1] >> 5
        if asked and not self._disk.format.protection:
            raise refused(codes.INVALID_FIELD_IN_CDB)
        return bool(asked) and not self._host_strips


def _disordered(error: OutOfOrder) -> Refusal:
    refusal = ZoneRefusal(error.args[0])
    key = codes.DATA_PROTECT if refusal in (ZoneRefusal.READ_ONLY, ZoneRefusal.OFFLINE, ZoneRefusal.FULL) else codes.ILLEGAL_REQUEST
    return refused(_ZONE_CODES[refusal], key)
