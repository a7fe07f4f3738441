"""``erase run``: erases drives with the confirmation of two people, verifies, and signs what was found.

Everything is checked before anything is written: the station's key, the policy, every drive, every plan, both people
and every confirmed serial number. Exit status: 0 all ended with the claim that was asked, 1 one ended without it, 2
refused, 5 one was interrupted and can be resumed; of several drives the gravest, in the order 2, 5, 1, 0.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from certify.foundation.clock import rfc3339
from certify.foundation.commandline import Context
from certify.foundation.ids import Prefix, new_id
from certify.foundation.logs import mask
from certify.foundation.messages import text
from erase.errors import JobError, Refused
from erase.jobs.opening import begin_job, running_job
from erase.planner.confirm import Confirmation, confirm, expiry
from erase.planner.identity import confirmation_name, plain
from erase.planner.plan import ErasurePlan, make_plan
from erase.station import people, report
from erase.station.bench import Task
from erase.station.commands.plan_options import add_plan_options, request_from, schemes_for
from erase.station.erasing import DriveProbe, Opened, Station, erase_all, held, station_for, task_for
from erase.station.rehearsal import rehearse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The drives, what their plans are to meet, and who confirms them."""
    parser.add_argument("devices", nargs="+", metavar="DEVICE", help=text("station.option-devices"))
    parser.add_argument("--jobs", type=Path, required=True, metavar="DIR", help=text("station.option-jobs"))
    add_plan_options(parser)
    parser.add_argument("--place", metavar="PLACE", help=text("station.option-place"))
    parser.add_argument("--operator", required=True, metavar="ID", help=text("station.option-operator"))
    parser.add_argument("--witness", required=True, metavar="ID", help=text("station.option-witness"))
    parser.add_argument("--confirm", nargs="+", action="extend", required=True, metavar="SERIAL", help=text("station.option-confirm"))
    parser.add_argument("--key", metavar="URI", help=text("station.option-key"))


def run(options: argparse.Namespace, context: Context) -> int:
    """Erases the drives of this machine that were named. Raises HaikiError before anything is written."""
    from erase.probe.system import Probe

    try:
        return erase_drives(options, context, Probe())
    except KeyboardInterrupt as stopped:  # later ones stop the jobs in order
        raise JobError("jobs", "not-begun", device=", ".join(options.devices)) from stopped


def erase_drives(options: argparse.Namespace, context: Context, probe: DriveProbe) -> int:
    """The same with a probe that is passed in."""
    station = station_for(context, probe, options.key)
    plans = _plans(options, station)
    confirmations = _confirmations(plans, options, station)
    confirmable = list(zip(plans, confirmations, strict=True))
    for plan, confirmation in confirmable:  # before a drive is opened, and again by what the opened drive says
        confirm(plan, plan.drive, confirmation, station.clock.now())
        rehearse(plan, confirmation, plan.machine)

    def prepare(stack: ExitStack) -> Sequence[Task]:
        opened = [stack.enter_context(_held(station, plan, confirmation, options.jobs)) for plan, confirmation in confirmable]
        machine = probe.machine()
        jobs = [stack.enter_context(begin_job(options.jobs, found.confirmed, machine, station.clock)) for found in opened]
        return [task_for(station, found, job, machine, len(jobs)) for found, job in zip(opened, jobs, strict=True)]

    return report.give(erase_all(station, prepare), context, options.jobs)


@contextmanager
def _held(station: Station, plan: ErasurePlan, confirmation: Confirmation, jobs: Path) -> Iterator[Opened]:
    with ExitStack() as stack:
        try:
            opened = held(station, plan.drive.nodes[0], lambda drive: confirm(plan, drive, confirmation, station.clock.now()))
            found = stack.enter_context(opened)
        except Refused as error:
            # the kernel only says that somebody holds it
            if error.code == "drive-busy" and (job := running_job(jobs, plan.drive)):
                raise JobError("jobs", "already-running", job=job) from error
            raise
        yield found


def _confirmations(plans: Sequence[ErasurePlan], options: argparse.Namespace, station: Station) -> list[Confirmation]:
    """What both people confirm, drive by drive, from this moment on."""
    file = station.context.home.folder / people.FILE
    known = people.load_people(file)
    if known is None:
        print(text("station.nobody-named", file=file), file=station.context.err)
    now = station.clock.now()
    return [
        Confirmation(
            job=new_id(Prefix.JOB),
            plan_sha256=plan.sha256,
            serial=serial,
            label=options.label,
            asset=options.asset,
            place=options.place,
            operator=people.find_person(known, options.operator, file),
            witness=people.find_person(known, options.witness, file),
            at=rfc3339(now),
            source=station.clock.source,
            expires=expiry(now),
        )
        for plan, serial in zip(plans, _typed_for(plans, options.confirm), strict=True)
    ]


def _plans(options: argparse.Namespace, station: Station) -> list[ErasurePlan]:
    if options.label and len(options.devices) > 1:
        raise Refused("station", "one-label-one-drive", count=len(options.devices))
    request = request_from(options, station.context)
    schemes = schemes_for(options.scheme)
    drives = [station.probe.drive(device) for device in options.devices]
    for place, drive in enumerate(drives):
        if drive.nodes in [earlier.nodes for earlier in drives[:place]]:
            raise Refused("station", "device-twice", device=options.devices[place], nodes=tuple(drive.nodes))
    machine = station.probe.machine()
    plans = [make_plan(drive, machine, request, schemes) for drive in drives]
    _check_distinct(plans)
    return plans


def _check_distinct(plans: Sequence[ErasurePlan]) -> None:
    """Two drives of one name can't be told apart by typing it, and may be one drive that shows twice. Raises Refused."""
    nodes: dict[str, str] = {}
    for plan in plans:
        name, node = plain(confirmation_name(plan.drive)), plan.drive.nodes[0]
        if name in nodes:
            raise Refused("station", "same-serial-twice", serial=mask(name), devices=(nodes[name], node))
        nodes[name] = node


def _typed_for(plans: Sequence[ErasurePlan], typed: Sequence[str]) -> list[str]:
    """Which of the typed serial numbers confirms which drive, in any order.

    Raises Refused unless there is one for each. One that fits no drive is kept for a drive that has none, so that the
    refusal names both.
    """
    if len(typed) != len(plans):
        raise Refused("station", "confirm-each", drives=len(plans), confirmed=len(typed))
    left = list(typed)
    found: list[str | None] = []
    for plan in plans:
        expected = plain(confirmation_name(plan.drive))
        match = next((serial for serial in left if plain(serial) == expected), None)
        if match is not None:
            left.remove(match)
        found.append(match)
    return [left.pop(0) if serial is None else serial for serial in found]
