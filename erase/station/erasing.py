"""What `erase run` and `erase resume` do alike once a job may start: open, confirm by descriptor, carry out, seal, report."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from certify.foundation.clock import Clock
from certify.foundation.commandline import Context
from certify.foundation.errors import HaikiError
from certify.signing.keyfiles import uri_of
from certify.signing.keys import own_signer
from certify.signing.passphrases import passphrase_source
from certify.signing.roles import Role
from certify.signing.signer import Signer
from erase.drive.facts import Drive, Machine
from erase.errors import JobError
from erase.jobs.opening import OpenJob
from erase.jobs.runner import Runner, World
from erase.overwrite.engine import layout
from erase.overwrite.target import BlockTarget, open_block
from erase.planner.confirm import ConfirmedPlan
from erase.station.bench import Task, carry_out, stopping_at_signals, told_defect
from erase.station.report import Report
from erase.station.screen import screen_for
from erase.station.sealing import seal

_MAPPING = "dm-"


class DriveProbe(Protocol):
    """What is asked of the probe."""

    def drives(self) -> tuple[Drive, ...]:
        """Every drive of this machine."""
        ...

    def drive(self, device: str) -> Drive:
        """The drive behind a node. Raises Refused."""
        ...

    def drive_of(self, descriptor: int) -> Drive:
        """The drive behind an open descriptor. Raises Refused."""
        ...

    def machine(self) -> Machine:
        """The computer this runs on."""
        ...

    def temperature(self, drive: Drive) -> float | None:
        """Degrees Celsius, where somebody measures them."""
        ...


@dataclass
class Station:
    """One command's world: the probe, the clock, the station's key, and the event that stops everything."""

    context: Context
    probe: DriveProbe
    signer: Signer
    cancel: threading.Event = field(default_factory=threading.Event)
    open_node: Callable[[str], int] = open_block

    @property
    def clock(self) -> Clock:
        """The command's clock."""
        return self.context.clock


def station_for(context: Context, probe: DriveProbe, key: str | None) -> Station:
    """Opens the station's key before anything else is done; ``key`` is a URI or a path. Raises KeyProblem."""
    uri = uri_of(Path(key)) if key and ":" not in key else key
    signer = own_signer(context.home, Role.STATION, context.clock.now(), passphrase_source(context.environment), uri=uri)
    return Station(context, probe, signer)


@dataclass(frozen=True)
class Opened:
    """A drive that is held by this process alone, identified through the descriptor, with a plan that two people confirmed."""

    descriptor: int
    drive: Drive
    confirmed: ConfirmedPlan


@contextmanager
def held(station: Station, node: str, confirm: Callable[[Drive], ConfirmedPlan]) -> Iterator[Opened]:
    """Opens the drive for itself, identifies it anew through the descriptor, and asks ``confirm`` about what it found.

    The kernel keeps others away from a node, not from a drive: so every node of it is held until the end of the block.
    Raises Refused: held by somebody else, gone, another drive, or whatever ``confirm`` objects to.
    """
    with ExitStack() as stack:

        def opened(path: str) -> int:
            descriptor = station.open_node(path)
            stack.callback(os.close, descriptor)
            return descriptor

        descriptor = opened(node)
        drive = station.probe.drive_of(descriptor)
        for other in _other_nodes(drive, node):
            opened(other)
        yield Opened(descriptor, drive, confirm(drive))


def _other_nodes(drive: Drive, node: str) -> Sequence[str]:
    """Those besides the one that is open. The paths of a multipath mapping are held by the mapping, for whoever holds that."""
    return [] if Path(node).name.startswith(_MAPPING) else [other for other in drive.nodes if other != node]


def task_for(station: Station, opened: Opened, job: OpenJob, machine: Machine, drives: int) -> Task:
    """The job, ready to be carried out with ``drives - 1`` others."""
    world = World(
        clock=station.clock,
        cancel=station.cancel,
        machine=machine,
        identify=lambda: station.probe.drive_of(opened.descriptor),
        layout=layout(drives, len(os.sched_getaffinity(0))),
    )
    runner = Runner(opened.confirmed, BlockTarget(opened.descriptor), job.journal, job.slots, world)
    return Task(job, opened.confirmed.plan, opened.drive, runner)


def erase_all(station: Station, prepare: Callable[[ExitStack], Sequence[Task]]) -> list[Report]:
    """Prepares all jobs, carries them out at the same time, and seals what was finished.

    From the first line of a journal to the last signature a signal stops the jobs in order.
    """
    context = station.context
    with ExitStack() as stack:
        stack.enter_context(stopping_at_signals(station.cancel))
        tasks = prepare(stack)
        if tasks:
            screen = screen_for(context.err, as_json=context.as_json)
            carry_out(tasks, screen, station.cancel, station.clock, station.probe.temperature)
        return [_ended(station, task) for task in tasks]


def _ended(station: Station, task: Task) -> Report:
    folder, state = task.job.folder, task.job.journal.state
    problem: HaikiError | None = task.error or (task.ending.problem if task.ending else None)
    digest = None
    if not state.started:
        not_begun = problem or JobError("jobs", "not-begun", job=folder.job, device=task.drive.nodes[0])
        return Report(folder.job, folder.path, task.drive.nodes[0], task.plan, None, None, not_begun)
    if state.finished:
        try:
            digest = seal(folder, task.plan, state.finished, station.signer, station.clock.now())
        except HaikiError as error:
            problem = error
        except Exception as defect:
            problem = told_defect(folder.job, defect)  # the other jobs are to be signed all the same
    return Report(folder.job, folder.path, task.drive.nodes[0], task.plan, state, digest, problem)
