"""Two people's confirmation of a plan. Without it there is no :class:`ConfirmedPlan`, and without that nothing is written."""

from __future__ import annotations

from dataclasses import InitVar, asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from certify.foundation.clock import in_japan, parse_rfc3339, rfc3339
from certify.foundation.people import folded, same_person
from erase.drive.facts import Drive, Source
from erase.errors import Refused
from erase.planner.identity import confirmation_name, named_drive, plain
from erase.planner.plan import ErasurePlan
from erase.techniques.base import RefusedTechnique
from erase.techniques.obstacles import node_of
from erase.techniques.registry import TECHNIQUES

SCHEMA = "https://haiki.example/confirmation/v1"
LIFETIME = timedelta(minutes=15)  # of a confirmation whose job has not started


@dataclass(frozen=True)
class Person:
    """Someone who takes part; what is not known of them is None."""

    id: str
    name: str | None = None
    organisation: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class Confirmation:
    """Who confirmed which plan for which drive, and until when it may be started. Times are RFC 3339, UTC."""

    job: str
    plan_sha256: str
    serial: str  # as typed or scanned
    label: str | None  # as a person read it from the drive's label
    asset: str | None
    place: str | None
    operator: Person
    witness: Person
    at: str
    source: str  # of the time
    expires: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the form of confirmation.json."""
        return {"schema": SCHEMA, **asdict(self)}


def expiry(at: datetime) -> str:
    """Until when a confirmation of this moment may be started."""
    return rfc3339(at + LIFETIME)


_SEAL = object()


@dataclass(frozen=True)
class ConfirmedPlan:
    """A plan that may be carried out. Only :func:`confirm` and :func:`confirm_started` make one."""

    plan: ErasurePlan
    confirmation: Confirmation
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a confirmed plan comes from confirm() only")


def confirm(plan: ErasurePlan, drive_now: Drive, confirmation: Confirmation, now: datetime) -> ConfirmedPlan:
    """The plan as confirmed, after everything was checked against the drive as it is at this moment.

    Raises Refused: another plan, another or changed drive, a wrong name typed, one person in both roles, a confirmation
    that is too old, or an obstacle that appeared meanwhile (mounted, read-only ...).
    """
    begins, ends = parse_rfc3339(confirmation.at), parse_rfc3339(confirmation.expires)
    if now < begins:
        raise Refused("planner", "confirmation-from-the-future", at=in_japan(begins), now=in_japan(now))
    if now >= min(ends, begins + LIFETIME):
        minutes = int(LIFETIME.total_seconds()) // 60
        raise Refused("planner", "confirmation-expired", at=in_japan(begins), expires=in_japan(ends), now=in_japan(now), minutes=minutes)
    return confirm_started(plan, drive_now, confirmation)


def confirm_started(plan: ErasurePlan, drive_now: Drive, confirmation: Confirmation) -> ConfirmedPlan:
    """The same for a job that was started while its confirmation was alive: a started job never expires.

    Raises Refused as :func:`confirm` does, but for the age.
    """
    if confirmation.plan_sha256 != plan.sha256:
        raise Refused("planner", "plan-changed", confirmed=confirmation.plan_sha256[:16], plan=plan.sha256[:16])
    check_same_drive(plan, drive_now)
    _check_name(plan.drive, confirmation.serial)
    _check_people(confirmation.operator, confirmation.witness)
    answer = TECHNIQUES[plan.technique].assess(_as_planned(plan, drive_now), _TermsOf(plan))
    if isinstance(answer, RefusedTechnique):
        raise answer.error()
    return ConfirmedPlan(plan, confirmation, _SEAL)


def check_same_drive(plan: ErasurePlan, drive_now: Drive) -> None:
    """Raises Refused unless this is the drive that was planned for, of the same size and sector size.

    For each identification up to the last one before the first write.
    """
    planned, now = plan.drive, _as_planned(plan, drive_now)
    if not planned.identity.same_drive(now.identity):
        serials = {"planned_serial": _shown(planned), "found_serial": _shown(now)}
        raise Refused("planner", "other-drive", device=node_of(drive_now), **serials)
    if (planned.size, planned.logical_sector) != (now.size, now.logical_sector):
        planned_form, found_form = (f"{drive.size:,} / {drive.logical_sector}" for drive in (planned, now))
        raise Refused("planner", "drive-changed", device=node_of(drive_now), planned=planned_form, found=found_form)


def _shown(drive: Drive) -> str:
    name = drive.identity.name
    return name.value if name else "-"


def _as_planned(plan: ErasurePlan, drive_now: Drive) -> Drive:
    """The drive, named by the label that it was planned with if it has no name of its own."""
    name = plan.drive.identity.name
    labelled = name is not None and name.source is Source.LABEL and drive_now.identity.name is None
    return named_drive(drive_now, name.value) if name and labelled else drive_now


@dataclass(frozen=True)
class _TermsOf:
    plan: ErasurePlan

    @property
    def allow_virtual(self) -> bool:
        return self.plan.test


def _check_name(drive: Drive, typed: str) -> None:
    expected = confirmation_name(drive)
    if plain(typed) == plain(expected):
        return
    # in full: who compares two numbers needs all of them. The names of the parameters have them masked in a log
    raise Refused(
        "planner", _difference(plain(typed), expected), device=node_of(drive), typed_serial=plain(typed) or "-", expected_serial=expected
    )


def _difference(typed: str, expected: str) -> str:
    """In what way the typed name is another one, as the code of the refusal."""
    if typed and expected.endswith(f":{typed}"):
        return "label-prefix-missing"
    return "serial-spelled-otherwise" if folded(typed) == folded(expected) else "wrong-serial"


def _check_people(operator: Person, witness: Person) -> None:
    for role, person in (("operator", operator), ("witness", witness)):
        if not folded(person.id):
            raise Refused("planner", f"{role}-missing")
    if same_person(operator, witness):
        raise Refused("planner", "same-person", operator=operator.id, witness=witness.id)
