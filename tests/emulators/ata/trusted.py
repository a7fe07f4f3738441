"""TRUSTED SEND and RECEIVE with TCG Level 0 discovery (ACS-4 section 7.54; TCG Storage Core 3.3.6, Opal SSC 2.01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.ata.refusals import require
from emulators.ata.registers import Outcome, Registers
from emulators.ata.run import Handler

if TYPE_CHECKING:
    from emulators.ata.disk import AtaDisk

TRUSTED_RECEIVE = frozenset({0x5C, 0x5D})
TRUSTED_SEND = frozenset({0x5E, 0x5F})

SHADOW_SECTORS = 262144  # 128 MiB, the least that Opal allows


class Trusted:
    """The locking state of a self-encrypting disk. Sessions are not spoken: a test takes ownership from outside."""

    def __init__(self, disk: AtaDisk) -> None:
        self._disk = disk
        self.enabled = False  # somebody owns it, and has ranges lock when power goes
        self.locked = False
        self.mbr_enabled = False
        self.mbr_done = False
        self.shadow_mbr = b""  # what it shows instead of the user's data; zeros behind
        self.commands: dict[int, Handler] = {
            **dict.fromkeys(TRUSTED_RECEIVE, self._receive),
            **dict.fromkeys(TRUSTED_SEND, self._send),
        }

    @property
    def is_supported(self) -> bool:
        return self._disk.personality.trusted and self._disk.supports(48, 0)

    @property
    def protects(self) -> bool:
        return self.enabled and self.locked

    def take_ownership(self, *, shadow_mbr: bytes | None = None) -> None:
        """Locking is enabled, and locks with the next power cycle; with a shadow MBR where one is given."""
        require(self.is_supported and not self._disk.security.enabled)  # one of the two locks, never both (SIIS)
        self.enabled = True
        self.mbr_enabled, self.shadow_mbr = shadow_mbr is not None, shadow_mbr or b""

    def unlock(self) -> None:
        """As the owner's boot loader does."""
        self.locked, self.mbr_done = False, True

    def power_on(self) -> None:
        self.locked, self.mbr_done = self.enabled, False

    def shadow(self, first: int, sectors: int) -> bytes | None:
        """What a read gets instead of user data: the shadow MBR, while it is enabled and not done."""
        if not self.mbr_enabled or self.mbr_done or first + sectors > SHADOW_SECTORS:
            return None
        start, length = first * self._disk.sector, sectors * self._disk.sector
        return self.shadow_mbr[start : start + length].ljust(length, b"\0")

    def _receive(self, registers: Registers, data: bytes) -> Outcome:
        """FEATURE is the protocol; COUNT and LBA 7:0 the length in 512 bytes; LBA 23:8 specific to the protocol."""
        require(self.is_supported)
        length = (registers.count & 0xFF | (registers.lba & 0xFF) << 8) * 512
        require(length)
        protocol, specific = registers.feature & 0xFF, registers.lba >> 8 & 0xFFFF
        if protocol == 0x00:
            require(specific == 0)
            answer = bytes([0, 0, 0, 0, 0, 0, 0, 2, 0x00, 0x01])
        else:
            require(protocol == 0x01 and specific == 0x0001)
            answer = self._level_0()
        return Outcome(data=answer[:length].ljust(length, b"\0"))

    def _send(self, registers: Registers, data: bytes) -> Outcome:
        require(False)
        return Outcome()

    def _level_0(self) -> bytes:
        tper = _feature(0x0001, 0x10, bytes([0x01]) + bytes(11))  # Sync
        flags = [True, self.enabled, self.locked, True, self.mbr_enabled, self.mbr_done]  # bit 3: media encryption
        locking = _feature(0x0002, 0x10, bytes([sum(1 << bit for bit, value in enumerate(flags) if value)]) + bytes(11))
        # base ComID, number of ComIDs, no range crossing, 4 admin and 9 user authorities, SID as delivered is MSID
        opal = _feature(0x0203, 0x20, bytes.fromhex("07fe 0001 00 0004 0009 00 00 0000000000"))
        body = (1).to_bytes(4, "big") + bytes(8) + bytes(32) + tper + locking + opal
        return len(body).to_bytes(4, "big") + body


def _feature(code: int, version: int, body: bytes) -> bytes:
    return code.to_bytes(2, "big") + bytes([version, len(body)]) + body
