"""The document that ``erase list --json`` gives: its form is the schema in ``erase/station/schema``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from erase.drive.facts import Drive, Machine
from erase.drive.inventory import Controller
from erase.probe.comparison import Disagreement
from erase.probe.system import Survey

SCHEMA = "https://haiki.example/list/v1"


@dataclass(frozen=True, kw_only=True)
class ListedDrive(Drive):
    """A drive with what the kernel measures."""

    celsius: float | None


@dataclass(frozen=True)
class WitnessAnswer:
    """Whether a witness answered; ``error`` says why not."""

    witness: str
    error: str | None


@dataclass(frozen=True)
class DriveList:
    """Everything that was found at one moment."""

    schema: Literal["https://haiki.example/list/v1"]
    machine: Machine
    drives: tuple[ListedDrive, ...]
    controllers: tuple[Controller, ...]
    witnesses: tuple[WitnessAnswer, ...]
    disagreements: tuple[Disagreement, ...]


def drive_list(machine: Machine, survey: Survey, temperatures: Sequence[float | None]) -> dict[str, Any]:
    """The document as plain JSON values. ``temperatures``: degrees Celsius, one for each drive."""
    return {
        "schema": SCHEMA,
        "machine": machine.to_json(),
        "drives": [drive.to_json() | {"celsius": celsius} for drive, celsius in zip(survey.drives, temperatures, strict=True)],
        "controllers": [controller.to_json() for controller in survey.controllers],
        "witnesses": [asdict(WitnessAnswer(found.witness, found.error)) for found in survey.answers],
        "disagreements": [asdict(found) for found in survey.disagreements],
    }
