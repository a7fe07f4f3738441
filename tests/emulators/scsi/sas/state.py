"""A SAS disk's inside, whichever port it is asked through: format, operations that run, what survives a power cut, and lies."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from emulators.clock import Clock
from emulators.medium import EVERYWHERE, Medium, Step, Where
from emulators.power import PowerCut
from emulators.scsi import sense as codes
from emulators.scsi.interface import NoReply, Unplugged
from emulators.scsi.sense import Sense


@dataclass(frozen=True)
class Identity:
    """Who the disk says it is. Both ports show the same NAA and serial, and an identifier of their own."""

    vendor: str = "HGST"
    product: str = "HUS726040ALS210"
    revision: str = "A5B0"
    serial: str = "K4EMU001"
    naa: int = 0x5000CCA25DEAD000  # NAA 5, 64 bits: the logical unit
    ports: tuple[int, ...] = (0x5000CCA25DEAD001,)
    rotation: int = 7200  # turns a minute; 1 is flash


@dataclass(frozen=True)
class BlockFormat:
    """What FORMAT UNIT laid down. With protection a block is followed by eight bytes that no host sees unless it asks for them."""

    length: int = 512
    protection: int = 0  # PI type, 0 to 3
    physical_exponent: int = 0  # logical blocks in a physical one, as a power of two


SUPPORTED_LENGTHS = (512, 520, 524, 528, 4096, 4160, 4224)


@dataclass
class SasFaults:
    """Lies and faults; each is off when falsy. They can be set at any time."""

    sanitize_does_nothing: bool = False
    sanitize_first_block_only: bool = False
    sanitize_unmaps_only: bool = False
    sanitize_skips_spares: bool = False  # stale, spare and retired places keep their data
    sanitize_keeps_key: bool = False
    sanitize_fails: bool = False  # ends in failure mode, with half of the steps done
    progress_stops_at: int = -1  # of 65536: it reports no more than that, and never ends
    format_does_nothing: bool = False
    format_switches_length_to: int = 0  # bytes: it lays down blocks of another length than it was told
    refuses_other_lengths: bool = False  # MODE SELECT of another block length
    reads_from_cache: bool = False  # after an erase reads give zeros; the old data is back after a power cycle
    is_slow: float = 0.0  # seconds that each command takes
    hangs: bool = False
    is_gone: bool = False
    serial: str = ""  # another drive's
    predicts_failure: bool = False  # information exceptions: 5Dh


@dataclass
class Operation:
    """Something that the disk does by itself; its steps are spread evenly over its time."""

    name: str  # "sanitize", "format" or "depopulation"
    steps: list[Step]
    started: float
    seconds: float
    busy: Sense
    on_end: Callable[[], None]
    done: int = 0

    def progress(self, now: float) -> int:
        """Of 65536."""
        if self.seconds <= 0:
            return 0xFFFF
        return max(0, min(0xFFFF, int((now - self.started) / self.seconds * 65536)))


class SasDisk:
    """The disk. ``sanitize_seconds`` and ``format_seconds`` are what those operations take."""

    def __init__(
        self,
        medium: Medium,
        clock: Clock,
        *,
        identity: Identity | None = None,
        block_format: BlockFormat | None = None,
        sanitize_seconds: float = 600.0,
        format_seconds: float = 600.0,
        sanitizes: frozenset[int] = frozenset((0x01, 0x02, 0x03)),
        tcg: bytes | None = None,
    ) -> None:
        self.medium = medium
        self.clock = clock
        self.identity = identity or Identity()
        self.format = block_format or BlockFormat()
        self.pending_format = self.format  # MODE SELECT chose it; FORMAT UNIT lays it down
        self.sanitize_seconds, self.format_seconds = sanitize_seconds, format_seconds
        self.sanitizes = sanitizes  # service actions of SANITIZE
        self.tcg = tcg  # level 0 discovery data, or no TCG
        self.faults = SasFaults()
        self.descriptor_sense = False
        self.temperature = 31  # degrees Celsius
        self.stopped = False
        self.limit: int | None = None  # blocks, where the host took capacity away
        self.keeps_limit = True
        self.operation: Operation | None = None
        self.failed_sanitize: bool | None = None  # None, or whether EXIT FAILURE MODE is allowed
        self.is_corrupted = False  # FORMAT UNIT did not come to its end
        self.grown: list[int] = []  # LBAs
        self.elements: dict[int, int] = {1: 0x01, 2: 0x01}  # physical element: its health (SBC-4 table 48)
        self.registrations: dict[int, int] = {}  # port number: reservation key
        self.reservation: tuple[int, int] | None = None  # port number of the holder, type
        self.attention: list[Callable[[tuple[int, int], int | None], None]] = []  # each port's; see SasPort
        self.sanitizes_done = 0

    # --- sizes

    @property
    def stored_length(self) -> int:
        """Bytes that a block takes on the medium."""
        return self.format.length + (8 if self.format.protection else 0)

    @property
    def native_blocks(self) -> int:
        """Blocks that there would be without a limit."""
        lost = sum(1 for health in self.elements.values() if health == 0xFF)
        return self.medium.size * (len(self.elements) - lost) // len(self.elements) // self.stored_length

    @property
    def block_count(self) -> int:
        return self.native_blocks if self.limit is None else min(self.limit, self.native_blocks)

    def set_limit(self, blocks: int | None, *, saved: bool) -> None:
        """The host takes capacity away, or (None) gets it back."""
        self.limit, self.keeps_limit = blocks, saved
        self._hide()

    def _hide(self) -> None:
        self.medium.accessible = min(self.medium.size, self.block_count * self.stored_length)

    # --- the outer world

    def look(self) -> None:
        """Lets the disk do what it did since it was last looked at. Raises NoReply, Unplugged."""
        if self.faults.is_gone:
            raise Unplugged
        if self.faults.hangs or not self.medium.power.is_on:
            raise NoReply
        try:
            self._advance()
        except PowerCut:
            raise NoReply from None

    def power_cycle(self) -> None:
        """Off and on. A sanitize goes on by itself; a format does not, and leaves its mark."""
        with contextlib.suppress(PowerCut):  # it was cut before, in the middle of a step
            self._advance()
        self.medium.lose_power()
        self.medium.power.restore()
        self.stopped, self.descriptor_sense = False, False
        if not self.keeps_limit:
            self.set_limit(None, saved=True)
        if self.operation and self.operation.name != "sanitize":
            self.is_corrupted = self.operation.name == "format"
            self.operation = None
        elif self.operation:
            left = 1 - self.operation.done / max(1, len(self.operation.steps))
            self.operation.seconds = max(1.0, self.operation.seconds)
            self.operation.started = self.clock.now() - (1 - left) * self.operation.seconds
        self.tell_ports(codes.POWER_ON, None)

    def tell_ports(self, code: tuple[int, int], but: int | None) -> None:
        """A unit attention for all ports but one."""
        for tell in self.attention:
            tell(code, but)

    # --- operations

    def begin(self, name: str, steps: list[Step], seconds: float, code: tuple[int, int], on_end: Callable[[], None]) -> Operation:
        """Starts what runs by itself from now on."""
        self.operation = Operation(name, steps, self.clock.now(), seconds, Sense(codes.NOT_READY, code), on_end)
        return self.operation

    def _advance(self) -> None:
        operation = self.operation
        if operation is None:
            return
        progress = operation.progress(self.clock.now())
        stuck = self.faults.progress_stops_at
        if 0 <= stuck <= progress:
            progress = stuck
        due = len(operation.steps) if progress == 0xFFFF else len(operation.steps) * progress // 65536
        if operation.name == "sanitize" and self.faults.sanitize_fails:
            due = min(due, len(operation.steps) // 2)
        while operation.done < due:
            operation.steps[operation.done]()
            operation.done += 1
        if progress == 0xFFFF and self.clock.now() >= operation.started + operation.seconds:
            self.operation = None
            operation.on_end()

    @property
    def busy(self) -> Sense | None:
        """Why nothing can be read or written now, with its progress."""
        if self.operation:
            progress, stuck = self.operation.progress(self.clock.now()), self.faults.progress_stops_at
            return replace(self.operation.busy, progress=min(progress, stuck) if stuck >= 0 else progress)
        if self.failed_sanitize is not None:
            return Sense(codes.MEDIUM_ERROR, codes.SANITIZE_FAILED)
        if self.is_corrupted:
            return Sense(codes.MEDIUM_ERROR, codes.MEDIUM_FORMAT_CORRUPTED)
        return Sense(codes.NOT_READY, codes.STOPPED) if self.stopped else None

    @property
    def due(self) -> float:
        """When the operation ends, by the disk's clock."""
        if self.operation is None:
            return self.clock.now()
        if self.faults.progress_stops_at >= 0:
            return math.inf
        return self.operation.started + self.operation.seconds

    def erase_scope(self) -> frozenset[Where]:
        """Where an erase reaches; all of it, unless the disk skips something."""
        return EVERYWHERE - {Where.SPARE, Where.STALE, Where.RETIRED} if self.faults.sanitize_skips_spares else EVERYWHERE

    def finish_sanitize(self, *, unrestricted: bool) -> None:
        """What the disk says when the steps are done."""
        self.failed_sanitize = unrestricted if self.faults.sanitize_fails else None
        if self.failed_sanitize is None:
            self.is_corrupted = False
            self.sanitizes_done += 1
        if self.faults.reads_from_cache:
            self.medium.facade = b"\0"

    def grow_defect(self, lba: int) -> None:
        """The block goes bad and is put elsewhere; what was in it stays where it was."""
        reallocate = getattr(self.medium, "reallocate", None)
        if reallocate is None:
            raise ValueError("only a magnetic medium has grown defects")
        reallocate(lba * self.stored_length)
        self.grown.append(lba)
