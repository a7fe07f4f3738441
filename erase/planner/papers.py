"""Reads plan.json and confirmation.json back. What is not exactly what this program writes is damage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from certify.foundation.canonical import canonical_json
from certify.foundation.clock import parse_rfc3339
from certify.foundation.standards import basis_of
from erase.drive.facts import Drive, Machine, drive_from_json
from erase.errors import JobError
from erase.planner.claims import Claim
from erase.planner.confirm import Confirmation
from erase.planner.limits import Limit
from erase.planner.plan import ErasurePlan, SchemeFacts
from erase.planner.policies import PolicyRecord
from erase.techniques.base import Choices, RefusedTechnique, TechniqueId, Verify
from erase.techniques.registry import TECHNIQUES

_Paper = TypeVar("_Paper", ErasurePlan, Confirmation)


def plan_from_json(value: Mapping[str, Any]) -> ErasurePlan:
    """The plan whose ``to_json`` this is. Raises JobError for anything else."""
    return _read("plan.json", value, _plan)


def confirmation_from_json(value: Mapping[str, Any]) -> Confirmation:
    """The confirmation whose ``to_json`` this is. Raises JobError for anything else."""
    return _read("confirmation.json", value, _confirmation)


def _read(file: str, value: Mapping[str, Any], read: Callable[[Mapping[str, Any]], _Paper]) -> _Paper:
    try:
        paper = read(value)
        # every key, type and form is compared at once: what we would write is what was there
        same = canonical_json(paper.to_json()) == canonical_json(dict(value))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise JobError("planner", "paper-damaged", file=file) from error
    if not same:
        raise JobError("planner", "paper-damaged", file=file)
    return paper


def _plan(value: Mapping[str, Any]) -> ErasurePlan:
    expected = value["expected"]
    basis_of(expected["standard"], expected["edition"])  # a table that this version has
    technique = TechniqueId(value["technique"])
    scheme = msgspec.convert(value["scheme"], SchemeFacts)
    verify = msgspec.convert(value["verify"], Verify)
    evidence = TECHNIQUES[technique].prospect(Choices(scheme.passes, scheme.verify_each, verify)).evidence
    return ErasurePlan(
        drive=_drive(value["drive"]),
        machine=msgspec.convert(value["machine"], Machine),
        policy=msgspec.convert(value["policy"], PolicyRecord),
        technique=technique,
        refused=msgspec.convert(value["refused"], tuple[RefusedTechnique, ...]),
        scheme=scheme,
        verify=verify,
        expected=msgspec.convert({**expected, "evidence": evidence.value}, Claim),
        limits=msgspec.convert(value["limits"], tuple[Limit, ...]),
        estimate_ms=msgspec.convert(value["estimate_ms"], int | None),
        test=msgspec.convert(value["test"], bool),
    )


def _drive(value: dict[str, Any]) -> Drive:
    msgspec.convert(value, Drive)  # types of all fields, which the reader beside the facts takes as they come
    return drive_from_json(value)


def _confirmation(value: Mapping[str, Any]) -> Confirmation:
    confirmation = msgspec.convert(dict(value), Confirmation)
    parse_rfc3339(confirmation.at)
    parse_rfc3339(confirmation.expires)
    return confirmation
