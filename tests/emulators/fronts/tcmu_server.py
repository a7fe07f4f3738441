"""Serves the rings of all emulated drives of this process: one thread obeys commands; timers end what takes long; nothing blocks a ring."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import math
import mmap
import os
import selectors
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from emulators.clock import RealClock
from emulators.fronts.drives import Drive
from emulators.fronts.tcmu_config import Backstore, Port, create_backstore, reserve_number
from emulators.fronts.tcmu_ring import Command, Ring, TaskManagement
from emulators.scsi.interface import CHECK_CONDITION, TASK_ABORTED, LogicalUnit, NoReply, Reply, Unplugged, Work
from emulators.scsi.sense import ABORTED_COMMAND, HARDWARE_ERROR, INTERNAL_TARGET_FAILURE, NO_ADDITIONAL, Sense

_LOOKED_AT = 60.0  # seconds that the kernel has for it
_TICK = 0.2  # seconds between looks at the clocks
_SLEPT = 0.5  # seconds; CLOCK_BOOTTIME counts a suspend, CLOCK_MONOTONIC doesn't
_TOGETHER = 0.1  # seconds within which two clocks count as looked at together
_LOST_POWER = Reply(CHECK_CONDITION, sense=Sense(ABORTED_COMMAND, NO_ADDITIONAL).fixed())
_BROKEN = Reply(CHECK_CONDITION, sense=Sense(HARDWARE_ERROR, INTERNAL_TARGET_FAILURE).fixed())


@dataclass
class Path:
    """One way to one logical unit: port, ring, and the commands that it has not answered."""

    drive: Drive
    unit: LogicalUnit
    backstore: Backstore
    port: Port
    ring: Ring
    descriptor: int
    open: dict[int, tuple[Command, Work]] = field(default_factory=dict)  # by the kernel's number
    plugged: bool = False

    def finish(self, command: Command, reply: Reply) -> None:
        """Answers a command, unless it was answered or given up meanwhile."""
        if command.number in self.open and self.open[command.number][0] is command:
            self.open.pop(command.number)[1].close()
            self.ring.complete(command, reply)
            os.write(self.descriptor, b"\0\0\0\0")  # the kernel looks at the tail


def asleep() -> float:
    """Seconds that the machine was suspended for since it started.

    A process that is kept waiting between its looks at the two clocks must not take that for a suspend: it looks again.
    """
    while True:
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        since_start = time.clock_gettime(time.CLOCK_BOOTTIME)
        if time.clock_gettime(time.CLOCK_MONOTONIC) - before < _TOGETHER:
            return since_start - before


class Server:
    """Drives with their paths. Everything but what is for the background belongs to the thread that calls :meth:`run`."""

    def __init__(self, drives: list[Drive], clock: RealClock, *, command_timeout: int = 0) -> None:
        self._clock = clock
        self.drives = {drive.name: drive for drive in drives}
        self.paths: list[Path] = []
        self.selector = selectors.DefaultSelector()
        self.running = True
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._asleep = asleep()
        self._open(drives, command_timeout)

    def _open(self, drives: list[Drive], command_timeout: int) -> None:
        units = [(drive, unit) for drive in drives for unit in drive.units]
        for drive, unit in units:
            number = reserve_number()
            backstore = create_backstore(number, f"{drive.name}-{drive.units.index(unit)}", drive.inside.size // 512 * 512, command_timeout)
            descriptor = os.open(backstore.device, os.O_RDWR | os.O_NONBLOCK)
            path = Path(
                drive,
                unit,
                backstore,
                Port(f"naa.6001405{number:09x}"),
                Ring(mmap.mmap(descriptor, backstore.map_bytes), unit.takes_data_out),
                descriptor,
            )
            path.port.create()
            self.paths.append(path)
            self.selector.register(descriptor, selectors.EVENT_READ, lambda path=path: self._serve(path))

    def of(self, drive: Drive) -> Iterator[Path]:
        """The paths of one drive."""
        return (path for path in self.paths if path.drive is drive)

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._order), what))

    @staticmethod
    def in_background(work: Callable[[], None]) -> None:
        """For configfs: the kernel talks to the drive before a write to it returns."""
        threading.Thread(target=work, daemon=True).start()

    def plug(self, drive: Drive) -> None:
        """Shows all paths of a drive to the kernel; call it in the background."""
        for path in self.of(drive):
            if not path.plugged:
                path.port.plug(path.backstore)
                path.plugged = True

    def wait_for_nodes(self) -> None:
        """Until the kernel has looked at all units; call it in the background. It does so some time after plugging."""
        end = time.monotonic() + _LOOKED_AT
        while time.monotonic() < end and not all(all(path.port.node()) for path in self.paths if path.plugged):
            time.sleep(_TICK)

    def unplug(self, drive: Drive) -> None:
        """Pulls the drive; call it in the background. What is open ends with an error, as it does on a bus."""
        for path in self.of(drive):
            if path.plugged:
                path.port.unplug()
                path.plugged = False

    def run(self) -> None:
        """Serves until :attr:`running` is false."""
        while self.running:
            wait = min(_TICK, max(0.0, self._timers[0][0] - time.monotonic())) if self._timers else _TICK
            events = self.selector.select(wait)
            self._see_whether_machine_slept()
            for key, _ in events:
                key.data()
            while self._timers and self._timers[0][0] <= time.monotonic():
                heapq.heappop(self._timers)[2]()

    def _see_whether_machine_slept(self) -> None:
        """Suspend-to-RAM takes the power from drives; whatever they forget by it they forget before the next command is obeyed."""
        slept = asleep()
        if slept - self._asleep > _SLEPT:
            for drive in self.drives.values():
                self.lose_power(drive, drive.inside.resume)
        self._asleep = slept

    def lose_power(self, drive: Drive, how: Callable[[], None]) -> None:
        """Power off and on again (``how`` is the drive's part): open commands are lost, as the host notices at once."""
        how()
        for path in self.of(drive):
            for command, _ in list(path.open.values()):
                path.finish(command, _LOST_POWER)

    def _serve(self, path: Path) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(path.descriptor, 4)
        for arrived in path.ring.arrived():
            if isinstance(arrived, TaskManagement):
                self._give_up(path, arrived)
            else:
                path.drive.heard.append(arrived.cdb)
                path.open[arrived.number] = arrived, path.unit.start(arrived.cdb, arrived.data_out, arrived.data_in)
                if not path.drive.swallows():
                    self._go_on(path, arrived)

    def _give_up(self, path: Path, task: TaskManagement) -> None:
        """A time-out ended in an abort: on a real bus the link is reset by it."""
        path.unit.reset()
        for number in task.numbers:
            if number in path.open:
                path.finish(path.open[number][0], Reply(TASK_ABORTED))
        for command, _ in list(path.open.values()):  # others may have lost their link too
            self._go_on(path, command)

    def _go_on(self, path: Path, command: Command) -> None:
        """Looks at a command: it has ended, or says when to look again."""
        if command.number not in path.open or path.open[command.number][0] is not command or path.drive.hangs:
            return
        try:
            due = next(path.open[command.number][1])
        except StopIteration as end:
            path.finish(command, end.value)
        except NoReply:
            return
        except Unplugged:
            path.finish(command, _LOST_POWER)
            self.in_background(lambda: self.unplug(path.drive))
        except Exception:
            # a defect of the emulator must not leave the kernel waiting; whoever reads the front's stderr sees it
            traceback.print_exc(file=sys.stderr)
            path.finish(command, _BROKEN)
        else:
            if not math.isinf(due):
                self._later(max(0.0, due - self._clock.now()) / self._clock.rate, lambda: self._go_on(path, command))

    def close(self) -> None:
        """Takes everything away again. The rings are served meanwhile: the kernel flushes what goes away."""
        gone = threading.Event()
        self.in_background(lambda: self._remove(gone))
        while not gone.is_set():
            for key, _ in self.selector.select(0.05):
                key.data()
        for path in self.paths:
            self.selector.unregister(path.descriptor)
            os.close(path.descriptor)
            path.backstore.remove()

    def _remove(self, gone: threading.Event) -> None:
        for path in self.paths:
            path.port.remove()
        gone.set()
