"""The eMMC device: its states, its commands, its busy times (JESD84-B51 sections 6.3 to 6.10)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from emulators.clock import Clock
from emulators.medium import Step
from emulators.mmc import registers as r
from emulators.mmc.areas import BOOT1, BOOT2, RPMB, USER, Areas
from emulators.mmc.lies import Lies
from emulators.mmc.registers import HIGH_CAPACITY_GROUP, SECTOR, Layout
from emulators.power import Power, PowerCut

# device status, R1 (section 6.13)
OUT_OF_RANGE, ERASE_SEQ_ERROR, ERASE_PARAM, WP_VIOLATION = 1 << 31, 1 << 28, 1 << 27, 1 << 26
ILLEGAL_COMMAND, ECC_FAILED, WP_ERASE_SKIP, READY_FOR_DATA, SWITCH_ERROR = 1 << 22, 1 << 21, 1 << 15, 1 << 8, 1 << 7
STAND_BY, TRANSFER, PROGRAMMING = 3, 4, 7  # CURRENT_STATE, bits 12:9

# CMD38's argument (section 6.6.9 and on)
ERASE, TRIM, DISCARD, SECURE_ERASE, SECURE_TRIM_1, SECURE_TRIM_2 = 0x00000000, 0x00000001, 0x00000003, 0x80000000, 0x80000001, 0x80008000
_BY_GROUPS = {ERASE, SECURE_ERASE}
_NEEDS = {SECURE_ERASE: r.SECURE_ER_EN, SECURE_TRIM_1: r.SEC_GB_CL_EN, SECURE_TRIM_2: r.SEC_GB_CL_EN, TRIM: r.SEC_GB_CL_EN}

_RPMB_NO_KEY = 0x0007  # operation result: authentication key not yet programmed (section 6.6.22.3)


class NoResponse(Exception):
    """Nobody answered on the command line: the device is gone, or the command is illegal in its state."""


@dataclass
class _Busy:
    """Something that takes its time behind R1b."""

    since: float
    seconds: float
    steps: list[Step]
    end: Callable[[], None]
    fails_at: float = math.inf

    def __post_init__(self) -> None:
        self.steps_at_first = len(self.steps)


@dataclass
class Card:
    """Powered, identified and selected (transfer state) when it is made: the host's driver has done that already."""

    clock: Clock
    layout: Layout = field(default_factory=Layout)
    lies: Lies = field(default_factory=Lies)
    power: Power = field(default_factory=Power)
    rca: int = 1

    def __post_init__(self) -> None:
        self.areas = Areas(self.layout, self.power)
        self.ext_csd = r.ext_csd(self.layout)
        self.state = TRANSFER
        self._errors = 0  # status bits that are cleared by being read
        self._busy: _Busy | None = None
        self._first: int | None = None  # sector of CMD35
        self._last: int | None = None  # sector of CMD36
        self._marked: list[tuple[int, range]] = []  # by secure trim step 1
        self._protected: dict[int, bool] = {}  # write protect groups of the user area: whether until power cycle or for good
        self._rpmb_request = 0

    # --- from outside

    @property
    def area(self) -> int:
        """What CMD17 to CMD38 go to now: PARTITION_ACCESS."""
        return self.ext_csd[r.PARTITION_CONFIG] & 7

    @property
    def is_busy(self) -> bool:
        self._advance()
        return self._busy is not None

    def cut_power(self) -> None:
        """The plug is pulled: what was running ends where it is, and does not go on by itself."""
        if self.power.is_on:
            try:
                self._advance()
            except NoResponse:
                return
        self._lose_power()

    def power_on(self) -> None:
        self.power.restore()
        fresh = r.ext_csd(self.layout)
        for index in r.VOLATILE:
            self.ext_csd[index] = fresh[index]
        self.ext_csd[r.PARTITION_CONFIG] &= ~7 & 0xFF
        self.ext_csd[r.BOOT_WP] &= ~0x01 & 0xFF  # B_PWR_WP_EN
        self._protected = {group: for_good for group, for_good in self._protected.items() if for_good}
        self.areas.media[USER].write_cache = False
        self.state, self._errors = TRANSFER, 0

    def power_cycle(self) -> None:
        self.cut_power()
        self.power_on()

    # --- the bus

    def command(self, opcode: int, argument: int, data_out: bytes = b"", data_in: int = 0) -> tuple[tuple[int, ...], bytes]:
        """The response's words (one for R1, R1b and R3, four for R2) and data. Raises NoResponse."""
        self._advance()
        if self.lies.gone or not self.power.is_on:
            raise NoResponse("no device")
        handler = self._handlers().get(opcode)
        if handler is None or (self._busy is not None and opcode not in {0, 13}):
            self._errors |= ILLEGAL_COMMAND
            raise NoResponse(f"CMD{opcode} is illegal here")
        try:
            return handler(argument, data_out, data_in)
        except PowerCut:
            self._lose_power()
            raise NoResponse("no device") from None

    def _handlers(self) -> dict[int, Callable[[int, bytes, int], tuple[tuple[int, ...], bytes]]]:
        return {
            0: self._go_idle,
            6: self._switch,
            8: lambda argument, data_out, data_in: (self._r1(), bytes(self.ext_csd)),
            9: lambda argument, data_out, data_in: (r.csd(self.layout), b""),
            10: lambda argument, data_out, data_in: (r.cid(self.layout), b""),
            13: lambda argument, data_out, data_in: (self._r1(), b""),
            16: lambda argument, data_out, data_in: (self._r1(), b""),
            17: lambda argument, data_out, data_in: self._read(argument, SECTOR),
            18: lambda argument, data_out, data_in: self._read(argument, data_in),
            23: lambda argument, data_out, data_in: (self._r1(), b""),
            24: self._write,
            25: self._write,
            28: self._protect,
            29: self._unprotect,
            30: self._protection,
            35: self._erase_start,
            36: self._erase_end,
            38: self._erase,
        }

    def _r1(self) -> tuple[int]:
        """The status; error bits are cleared by it, and a busy device is not ready for data."""
        state = PROGRAMMING if self._busy is not None else self.state
        status = self._errors | state << 9 | (READY_FOR_DATA if self._busy is None else 0)
        self._errors = 0
        return (status,)

    def _go_idle(self, argument: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD0 resets; the driver's identification is not played here, so that the device is in the transfer state again."""
        self._busy = None
        for medium in self.areas.media.values():
            medium.flush()
        self.power_on()
        return (), b""

    # --- time

    def _start(self, seconds: float, steps: list[Step], end: Callable[[], None] = lambda: None, fails_at: float = math.inf) -> None:
        self._busy = _Busy(self.clock.now(), math.inf if self.lies.hung else seconds + self.lies.slow, steps, end, fails_at)

    def _advance(self) -> None:
        busy = self._busy
        if busy is None:
            return
        share = min(1.0, (self.clock.now() - busy.since) / busy.seconds) if busy.seconds else 1.0
        try:
            while busy.steps and busy.steps_at_first - len(busy.steps) < min(share, busy.fails_at) * busy.steps_at_first:
                busy.steps[0]()
                del busy.steps[0]
        except PowerCut:
            self._lose_power()
            raise NoResponse("no device") from None
        if share >= 1.0:
            self._busy = None
            busy.end()

    def _lose_power(self) -> None:
        self.power.cut()
        self._busy, self._first, self._last, self._marked = None, None, None, []
        for medium in self.areas.media.values():
            medium.lose_power()

    # --- SWITCH

    def _switch(self, argument: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD6: access 25:24 (1 set bits, 2 clear bits, 3 write byte), index 23:16, value 15:8 (section 6.6.1)."""
        access, index, value = argument >> 24 & 3, argument >> 16 & 0xFF, argument >> 8 & 0xFF
        response = self._r1()
        if access == 0 or index not in r.WRITABLE:
            self._errors |= SWITCH_ERROR
            return response, b""
        old = self.ext_csd[index]
        new = {1: old | value, 2: old & ~value & 0xFF, 3: value}[access]
        if index == r.SANITIZE_START:
            self._sanitize(new)
        elif index == r.FLUSH_CACHE:
            if new & 1:
                self.areas.media[USER].flush()
        elif index == r.PARTITION_CONFIG and new & 7 not in self.areas.media:
            self._errors |= SWITCH_ERROR
        elif index == r.BOOT_WP and (old & 0x05) & ~new:
            self._errors |= SWITCH_ERROR  # write protection of the boot areas is not taken back
        else:
            self.ext_csd[index] = new
            if index == r.CACHE_CTRL:
                self.areas.media[USER].flush()
                self.areas.media[USER].write_cache = bool(new & 1)
        return response, b""

    def _sanitize(self, value: int) -> None:
        """Section 6.6.12. Only what no host can address is removed."""
        if not self.layout.security & r.SEC_SANITIZE or not value & 1:
            self._errors |= SWITCH_ERROR
            return
        for medium in self.areas.media.values():
            medium.flush()

        def fail() -> None:
            self._errors |= SWITCH_ERROR

        fails = self.lies.sanitize_fails
        self._start(
            self.layout.sanitize_seconds, self.areas.sanitize_steps(self.lies), fail if fails else lambda: None, 0.5 if fails else math.inf
        )

    # --- data

    def _read(self, sector: int, length: int) -> tuple[tuple[int, ...], bytes]:
        if self.area == RPMB:
            frame = bytearray(SECTOR)
            frame[508:510] = _RPMB_NO_KEY.to_bytes(2, "big")
            frame[510:512] = (self._rpmb_request << 8).to_bytes(2, "big")
            return self._r1(), bytes(frame)
        medium = self.areas.media[self.area]
        if sector * SECTOR + length > medium.size:
            self._errors |= OUT_OF_RANGE
            return self._r1(), b""
        if self.area == USER and self.lies.bad_blocks & set(range(sector, sector + length // SECTOR)):
            self._errors |= ECC_FAILED
            return self._r1(), b""
        return self._r1(), medium.read(sector * SECTOR, length)

    def _write(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        if self.area == RPMB:
            self._rpmb_request = int.from_bytes(data_out[510:512], "big") & 0xFF
            return self._r1(), b""
        medium = self.areas.media[self.area]
        if not data_out or len(data_out) % SECTOR or sector * SECTOR + len(data_out) > medium.size:
            self._errors |= OUT_OF_RANGE
        elif self._is_protected(range(sector * SECTOR, sector * SECTOR + len(data_out))):
            self._errors |= WP_VIOLATION
        else:
            medium.write(sector * SECTOR, data_out)
        return self._r1(), b""

    # --- write protection

    def _is_protected(self, span: range) -> bool:
        if self.area in {BOOT1, BOOT2}:
            return bool(self.ext_csd[r.BOOT_WP] & 0x05)  # B_PERM_WP_EN, B_PWR_WP_EN
        groups = range(span.start // HIGH_CAPACITY_GROUP, -(-span.stop // HIGH_CAPACITY_GROUP))
        return self.area == USER and any(group in self._protected for group in groups)

    def _protect(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD28: the group with this sector, in the way that USER_WP says: bit 2 for good, bit 0 until power cycle, else temporary."""
        if sector * SECTOR >= self.layout.user:
            self._errors |= OUT_OF_RANGE
        else:
            self._protected[sector * SECTOR // HIGH_CAPACITY_GROUP] = bool(self.ext_csd[r.USER_WP] & 0x04)
        return self._r1(), b""

    def _unprotect(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD29: not where protection is for good or until the power cycles."""
        group = sector * SECTOR // HIGH_CAPACITY_GROUP
        if group in self._protected and (self._protected[group] or self.ext_csd[r.USER_WP] & 0x01):
            self._errors |= WP_VIOLATION
        else:
            self._protected.pop(group, None)
        return self._r1(), b""

    def _protection(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD30: 32 bits, the group with this sector in the lowest one."""
        first = sector * SECTOR // HIGH_CAPACITY_GROUP
        bits = sum(1 << index for index in range(32) if first + index in self._protected)
        return self._r1(), bits.to_bytes(4, "big")

    # --- erase

    def _erase_start(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        self._first, self._last = sector, None
        return self._r1(), b""

    def _erase_end(self, sector: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        if self._first is None:
            self._errors |= ERASE_SEQ_ERROR
        else:
            self._last = sector
        return self._r1(), b""

    def _erase(self, argument: int, data_out: bytes, data_in: int) -> tuple[tuple[int, ...], bytes]:
        """CMD38 (sections 6.6.9 to 6.6.11, 6.6.15, 6.6.16)."""
        first, last, self._first, self._last = self._first, self._last, None, None
        needs = _NEEDS.get(argument, 0)
        if argument == SECURE_TRIM_2:
            return self._secure_trim_2()
        if first is None or last is None:
            self._errors |= ERASE_SEQ_ERROR
        elif argument not in {ERASE, TRIM, DISCARD, SECURE_ERASE, SECURE_TRIM_1} or self.layout.security & needs != needs or last < first:
            self._errors |= ERASE_PARAM
        elif self.area == RPMB or (last + 1) * SECTOR > self.areas.media[self.area].size:
            self._errors |= OUT_OF_RANGE
        else:
            self._erase_sectors(argument, first, last)
        return self._r1(), b""

    def _erase_sectors(self, argument: int, first: int, last: int) -> None:
        spans = [range(first * SECTOR, (last + 1) * SECTOR)]
        if argument in _BY_GROUPS:
            spans = self._groups(spans[0])
        writable = [span for span in spans if not self._is_protected(span)]
        if len(writable) < len(spans):
            self._errors |= WP_ERASE_SKIP
        area = self.area
        self.areas.media[area].flush()  # what else is in the cache is not part of this
        if argument == SECURE_TRIM_1:
            self._marked += [(area, span) for span in writable]
            self._start(self.layout.busy_seconds, [])
            return
        steps = [step for span in writable for step in self.areas.erase_steps(area, span, self.lies, secure=argument == SECURE_ERASE)]
        self._start(self.layout.busy_seconds, steps)

    def _secure_trim_2(self) -> tuple[tuple[int, ...], bytes]:
        """What step 1 marked is purged, all areas together."""
        if self.layout.security & r.SEC_GB_CL_EN == 0:
            self._errors |= ERASE_PARAM
            return self._r1(), b""
        marked, self._marked = self._marked, []
        steps = [step for area, span in marked for step in self.areas.erase_steps(area, span, self.lies, secure=True)]
        self._start(self.layout.busy_seconds, steps)
        return self._r1(), b""

    def _groups(self, span: range) -> list[range]:
        """The erase groups that the span touches, whole; where ERASE_GROUP_DEF lies, only the beginning of each."""
        high = bool(self.ext_csd[r.ERASE_GROUP_DEF] & 1)
        size = HIGH_CAPACITY_GROUP if high else self.layout.low_capacity_group
        really = self.layout.low_capacity_group if high and self.lies.erase_group_def_wrong else size
        end = self.areas.media[self.area].size
        starts = range(span.start // size * size, span.stop, size)
        return [range(start, min(start + really, end)) for start in starts]
