"""From a job folder's files to the facts of the erasure statement. Nothing is asked of the program that wrote them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from certify.errors import Malformed, Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.chain import BrokenChain, parse_head
from certify.foundation.errors import system_reason
from certify.foundation.strict import NotStrict, read_strict
from certify.statement.journal import Story, read_story, same_drive
from certify.statement.model import (
    MAX_LISTED,
    DriveFacts,
    Erasure,
    HiddenAreas,
    JobId,
    LongText,
    Model,
    People,
    Person,
    Policy,
    RefusedTechnique,
    Scheme,
    Sha256,
    Technique,
    Text,
    Times,
    Tool,
    Validation,
    VerificationKind,
)

PLAN_TYPE = "https://haiki.example/plan/v1"
CONFIRMATION_TYPE = "https://haiki.example/confirmation/v1"
_MAX_PLAN = 1024 * 1024

T = TypeVar("T")


class _PlannedScheme(Model, frozen=True, kw_only=True):
    id: str
    source: LongText
    passes: list[str]
    verify_each: bool


class _PlannedVerification(Model, frozen=True, kw_only=True):
    kind: VerificationKind
    percent_ppm: int | None


class _Plan(Model, frozen=True, kw_only=True):
    """plan.json. What it expected is not asked here: a statement says what happened."""

    schema: str
    drive: dict[str, Any]
    machine: dict[str, Any]
    policy: Policy
    technique: str
    refused: list[RefusedTechnique]
    scheme: _PlannedScheme
    verify: _PlannedVerification
    expected: dict[str, Any]
    limits: list[str]
    estimate_ms: int | None
    test: bool


class _Confirmation(Model, frozen=True, kw_only=True):
    """confirmation.json: who agreed to what."""

    schema: str
    job: JobId
    plan_sha256: Sha256
    serial: Text
    label: Text | None
    asset: Text | None
    place: Text | None
    operator: Person
    witness: Person
    at: str
    source: str
    expires: str


@dataclass(frozen=True)
class JobFiles:
    """The four files of a job folder that a statement is made from."""

    plan: bytes
    confirmation: bytes
    journal: bytes
    head: bytes


def _read(data: bytes, shape: type[T], file: str) -> T:
    try:
        return read_strict(data, shape, _MAX_PLAN)
    except NotStrict as error:
        raise Malformed("statement", "job-file-malformed", file=file, detail=str(error)) from error


def _disagree(detail: str) -> Refused:
    return Refused("statement", "job-files-disagree", detail=detail)


def _check_agreement(story: Story, plan: _Plan, confirmation: _Confirmation, files: JobFiles) -> None:
    """The journal is of this plan, confirmed by these people, and did what the plan says. Raises Refused."""
    if plan.schema != PLAN_TYPE or confirmation.schema != CONFIRMATION_TYPE:
        raise _disagree("a schema of another version")
    plan_sha256 = sha256_hex(files.plan)
    if story.opened.plan_sha256 != plan_sha256 or confirmation.plan_sha256 != plan_sha256:
        raise _disagree("the plan is not the one that was confirmed and begun")
    if story.opened.confirmation_sha256 != sha256_hex(files.confirmation):
        raise _disagree("the confirmation is not the one that the work began with")
    if story.opened.job != confirmation.job:
        raise _disagree("the journal is of another job")
    try:
        planned = msgspec.convert({name: plan.drive[name] for name in DriveFacts.__struct_fields__}, DriveFacts)
    except (msgspec.ValidationError, KeyError) as error:
        raise Malformed("statement", "job-file-malformed", file="plan.json", detail=str(error)) from error
    if not same_drive(planned, story.drive):
        raise _disagree("the drive is not the one that was planned")
    if [done.pattern for done in story.passes] != plan.scheme.passes[: len(story.passes)]:
        raise _disagree("the passes are not those of the scheme")
    if story.finished.outcome != "not-erased":
        if len(story.passes) != len(plan.scheme.passes):
            raise _disagree("a success with fewer passes than the scheme has")
        done = (story.verification.kind, story.verification.percent_ppm)
        if done not in ((plan.verify.kind, plan.verify.percent_ppm), ("full", None)):  # a drive too small to sample is read whole
            raise _disagree("a success verified otherwise than planned")
        if story.earlier_failures:
            raise _disagree("a success although the verification of an earlier pass failed")


def erasure_from_files(files: JobFiles) -> Erasure:
    """The facts of a finished job. Pure.

    Raises Malformed for damaged files and a job without an end, Refused where the files contradict each other.
    """
    try:
        head = parse_head(files.head)
    except BrokenChain as error:
        raise Malformed("statement", "journal-damaged", detail=error.damage.value, line=error.line) from error
    story = read_story(files.journal, head)
    plan = _read(files.plan, _Plan, "plan.json")
    confirmation = _read(files.confirmation, _Confirmation, "confirmation.json")
    _check_agreement(story, plan, confirmation, files)
    drive, finished = story.drive, story.finished
    return Erasure(
        job=story.opened.job,
        asset=confirmation.asset,
        order=None,
        test=plan.test,
        outcome=finished.outcome,
        claim=finished.claim,
        policy=plan.policy,
        machine=story.first_session.machine,
        drive=drive,
        hidden_areas=HiddenAreas(hpa="unknown", dco="unknown", ama="unknown"),  # this version looks at none, of no drive
        technique=Technique(id=plan.technique, refused=plan.refused),
        scheme=Scheme(id=plan.scheme.id, source=plan.scheme.source, passes=list(story.passes)),
        sectors=drive.size // drive.logical_sector,
        sectors_written=finished.sectors_written,
        exceptions=list(story.exceptions[:MAX_LISTED]),
        exception_sectors=finished.exception_sectors,
        verification=story.verification,
        validation=Validation(result="open"),
        people=People(operator=confirmation.operator, witness=confirmation.witness),
        place=confirmation.place,
        times=Times(started=story.started, finished=story.finished_at, milliseconds=finished.ms),
        interruptions=list(story.interruptions),
        tool=Tool(
            name=story.opened.tool.name,
            version=story.opened.tool.version,
            python=story.first_session.python,
            kernel=story.first_session.kernel,
        ),
        limits=finished.limits,
        journal=story.journal,
    )


def _read_file(path: Path) -> bytes:
    return path.read_bytes()


def erasure_from_folder(folder: Path, read: Callable[[Path], bytes] = _read_file) -> Erasure:
    """The facts of the job in this folder, read by ``read``. Raises Malformed and Refused; also when a file is missing."""
    contents = {}
    for name in ("plan.json", "confirmation.json", "journal.jsonl", "journal.head"):
        try:
            contents[name] = read(folder / name)
        except OSError as error:
            raise Malformed("statement", "job-file-missing", file=name, folder=str(folder), detail=system_reason(error)) from error
    files = JobFiles(contents["plan.json"], contents["confirmation.json"], contents["journal.jsonl"], contents["journal.head"])
    erasure = erasure_from_files(files)
    if folder.name != erasure.job:
        raise _disagree("the folder has another job's name")
    return erasure
