"""``erase list``: every drive of this machine, who it is, what holds it, and the machine itself. Nothing is written."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from certify.foundation.commandline import Context
from certify.foundation.errors import Exit
from certify.foundation.messages import text
from certify.foundation.sizes import in_decimal_units
from erase.drive.facts import Bus, Drive, Holder, HolderKind, Machine, Source
from erase.probe.holders import EXCLUSIVE
from erase.probe.system import Survey
from erase.station.columns import table
from erase.station.drive_words import controller_lines, told_by
from erase.station.listing import drive_list

_COLUMNS = ("device", "model", "serial", "bus", "media", "size", "temperature", "state")
_WIDEST = (24, 32, 40, 8, 12, 10, 8, 24)  # cells; a hostile drive must not push the rest off the screen


class SurveyProbe(Protocol):
    """What is asked of the probe."""

    def survey(self) -> Survey:
        """Every drive."""
        ...

    def machine(self) -> Machine:
        """The computer this runs on."""
        ...

    def temperature(self, drive: Drive) -> float | None:
        """Degrees Celsius."""
        ...


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """It takes none but those of all commands."""


def run(_options: argparse.Namespace, context: Context) -> int:
    """Lists the drives of this machine."""
    from erase.probe.system import Probe

    return show_list(context, Probe())


def show_list(context: Context, probe: SurveyProbe) -> int:
    """The same with a probe that is passed in."""
    machine, survey = probe.machine(), probe.survey()
    temperatures = [probe.temperature(drive) for drive in survey.drives]
    if context.as_json:
        context.give(drive_list(machine, survey, temperatures))
        return Exit.DONE
    drives = _drive_lines(survey.drives, temperatures)
    for line in (*_machine_lines(machine), "", *drives, *_disagreement_lines(survey), *_hiding_places(survey)):
        context.say(line)
    return Exit.DONE


def _machine_lines(machine: Machine) -> Iterator[str]:
    names = [fact.value for fact in (machine.maker, machine.model) if fact]
    yield text("probe.list.machine", name=" ".join(names) or text("probe.list.machine-unknown"))
    if machine.serial:
        yield text("probe.list.machine-serial", serial=machine.serial.value)
    else:
        yield text("probe.list.machine-serial-unknown")
    if machine.hypervisor:
        name = text("probe.list.hypervisor-unknown") if machine.hypervisor == "unknown" else machine.hypervisor
        yield text("probe.list.hypervisor", name=name)


def _drive_lines(drives: Sequence[Drive], temperatures: Sequence[float | None]) -> Iterator[str]:
    if not drives:
        yield text("probe.list.empty")
        return
    virtual = sum(drive.virtual is not None for drive in drives)
    yield text("probe.list.count", real=len(drives) - virtual, virtual=virtual)
    yield ""
    heads = [text(f"probe.list.column-{name}") for name in _COLUMNS]
    head, *lines = table([heads, *map(_row, drives, temperatures)], _WIDEST)
    yield head
    for line, drive in zip(lines, drives, strict=True):
        yield line
        yield from (f"  - {note}" for note in _notes(drive))
        yield from _tree(drive.holders, "  ")


def _row(drive: Drive, celsius: float | None) -> tuple[str, ...]:
    identity = drive.identity
    unknown = text("probe.list.unknown")
    if celsius is None and drive.report is not None:
        celsius = drive.report.health.celsius
    names = [fact.value for fact in (identity.vendor if drive.bus is not Bus.MMC else None, identity.model) if fact]
    return (
        drive.nodes[0],
        " ".join(names) or unknown,
        identity.serial.value if identity.serial else unknown,
        text(f"probe.list.bus-{drive.bus}"),
        text(f"probe.list.media-{drive.media}"),
        in_decimal_units(drive.size) if drive.size else unknown,
        "" if celsius is None else text("probe.list.temperature", celsius=f"{celsius:.0f}"),
        text(f"probe.list.state-{_state(drive)}"),
    )


def _state(drive: Drive) -> str:
    kinds = {holder.kind for holder in drive.in_use}
    if HolderKind.BOOT_MEDIUM in kinds:
        return "boot"
    if kinds:
        return "held"
    return "unusable" if drive.unusable else "free"


def _notes(drive: Drive) -> Iterator[str]:
    if drive.virtual:
        yield text("probe.list.note-virtual", kind=drive.virtual)
    if drive.unusable:
        yield text(f"probe.list.note-unusable-{drive.unusable}")
    yield from _name_notes(drive)
    if len(drive.nodes) > 1:
        yield text("probe.list.note-other-nodes", nodes=drive.nodes[1:])
    if drive.read_only:
        yield text("probe.list.note-read-only")
    if drive.removable:
        yield text("probe.list.note-removable")
    for area in drive.areas:
        size = in_decimal_units(area.size) if area.size else text("probe.list.unknown")
        yield text(f"probe.list.area-{area.kind}", name=area.name, size=size)
    yield from told_by(drive)


def _name_notes(drive: Drive) -> Iterator[str]:
    """Where the serial comes from, unless it is the drive's own; what takes its place where there is none."""
    name = drive.identity.name
    if name is None:
        yield text("probe.list.note-no-name")
    elif drive.identity.serial is None:
        yield text("probe.list.note-no-serial", name=name.value)
    elif drive.bus is Bus.VIRTIO:
        yield text("probe.list.note-serial-hypervisor")
    elif name.source in (Source.BRIDGE, Source.DERIVED, Source.LABEL):
        yield text(f"probe.list.note-serial-{name.source}")


def _tree(holders: Iterable[Holder], indent: str) -> Iterator[str]:
    branches = list(holders)
    for holder in branches:
        is_last = holder is branches[-1]
        yield f"{indent}{'└─' if is_last else '├─'} {_holder(holder)}"
        yield from _tree(holder.held_by, indent + ("   " if is_last else "│  "))


def _holder(holder: Holder) -> str:
    unnamed = holder.kind is HolderKind.OTHER and holder.name == EXCLUSIVE
    return text("probe.list.holder-exclusive" if unnamed else f"probe.list.holder-{holder.kind}", name=holder.name)


def _disagreement_lines(survey: Survey) -> Iterator[str]:
    for found in survey.disagreements:
        parameters = {"witness": found.witness, "node": found.node, "ours": found.ours, "theirs": found.theirs}
        yield text(f"probe.list.disagreement-{found.difference}", **parameters)


def _hiding_places(survey: Survey) -> Iterator[str]:
    lines = list(controller_lines(survey.controllers))
    return iter(["", *lines] if lines else [])
