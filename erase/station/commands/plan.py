"""``erase plan``: what would be done to one drive, in words. The drive is looked at and never opened for writing."""

from __future__ import annotations

import argparse
from typing import Protocol

from certify.foundation.commandline import Context
from certify.foundation.errors import Exit
from certify.foundation.messages import text
from erase.drive.facts import Drive, Machine
from erase.planner.plan import ErasurePlan, make_plan
from erase.planner.words import VerificationOutlook, plan_in_words
from erase.station.commands.plan_options import add_plan_options, request_from, run_command, schemes_for
from erase.station.drive_words import told_by
from erase.station.people import FILE
from erase.techniques.base import VerifyKind


class DriveProbe(Protocol):
    """What is asked of the probe."""

    def drive(self, device: str) -> Drive:
        """The drive behind a node. Raises Refused."""
        ...

    def machine(self) -> Machine:
        """The computer this runs on."""
        ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The device, and what the plan is to meet."""
    parser.add_argument("device", metavar="DEVICE", help=text("planner.option-device"))
    add_plan_options(parser)


def run(options: argparse.Namespace, context: Context) -> int:
    """Shows the plan of one drive. Raises Refused where there is none."""
    from erase.probe.system import Probe

    return show_plan(options, context, Probe())


def show_plan(options: argparse.Namespace, context: Context, probe: DriveProbe) -> int:
    """The same with a probe that is passed in."""
    request = request_from(options, context)
    drive = probe.drive(options.device)
    plan = make_plan(drive, probe.machine(), request, schemes_for(options.scheme))
    if context.as_json:
        context.give(plan.to_json())
        return Exit.DONE
    _say_remarks(drive, context)
    for line in plan_in_words(plan, request.policy, outlook_of(plan), run_command(options)):
        context.say(line)
    if not (context.home.folder / FILE).exists():
        context.say(text("station.nobody-named", file=context.home.folder / FILE))
    return Exit.DONE


def _say_remarks(drive: Drive, context: Context) -> None:
    remarks = [f"- {remark}" for remark in told_by(drive)]
    for line in [text("drives.heading"), *remarks, ""] if remarks else []:
        context.say(line)


def outlook_of(plan: ErasurePlan) -> VerificationOutlook:
    """What the verification of the last pass will read, and how surely it finds a left-over."""
    from erase.verification import sampling

    size, sector = plan.drive.size, plan.drive.logical_sector
    any_seed = bytes(sampling.SEED_BYTES)  # extent and probability are the same whatever is drawn
    if plan.verify.kind is VerifyKind.NIST_800_88_R1:
        extent = sampling.nist_800_88r1(size, sector, any_seed)
    elif plan.verify.percent_ppm is not None:
        extent = sampling.percentage(size, sector, plan.verify.percent_ppm, any_seed)
    else:
        extent = sampling.full(size, sector)
    return VerificationOutlook(extent.bytes, extent.left_over_bytes, extent.finding_ppm, whole=extent.kind is sampling.Kind.FULL)
