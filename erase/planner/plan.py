"""The plan for one drive: which technique, by which rule, with which claim to be expected, and what it will not reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.messages import Words
from certify.foundation.standards import Method
from erase.drive.facts import Drive, Machine
from erase.errors import Refused
from erase.planner.claims import Claim, claim_of
from erase.planner.estimate import estimate
from erase.planner.identity import named_drive
from erase.planner.limits import Limit, limits_of_overwrite
from erase.planner.policies import Policy, PolicyRecord
from erase.techniques.base import Choices, Offer, RefusedTechnique, Step, TechniqueId, Verify, VerifyKind
from erase.techniques.findings import Reason
from erase.techniques.obstacles import node_of
from erase.techniques.registry import TECHNIQUES

SCHEMA = "https://haiki.example/plan/v1"
LEAST_PPM = 100_000  # NIST SP 800-88 Rev. 1, 4.7.3: representative sampling covers at least 10 % of the medium
PREFERRED_SCHEME = "random"  # one pass; what comes back can't be made up by a drive that stores nothing


@dataclass(frozen=True)
class SchemeFacts:
    """What a plan needs to know of an overwriting scheme."""

    id: str
    source: str
    passes: tuple[str, ...]  # hexadecimal patterns, or "random"
    verify_each: bool

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"id": self.id, "source": self.source, "passes": list(self.passes), "verify_each": self.verify_each}


@dataclass(frozen=True)
class PlanRequest:
    """What was asked for. None: the planner chooses."""

    policy: Policy
    technique: str | None = None
    scheme: str | None = None
    verify: Verify = field(default_factory=Verify)
    allow_virtual: bool = False
    label: str | None = None  # serial number as a person read it from the label


@dataclass(frozen=True)
class ErasurePlan:
    """What would be done to one drive. Written to plan.json as canonical JSON; its hash is what people confirm."""

    drive: Drive
    machine: Machine
    policy: PolicyRecord
    technique: TechniqueId
    refused: tuple[RefusedTechnique, ...]
    scheme: SchemeFacts
    verify: Verify
    expected: Claim
    limits: tuple[Limit, ...]
    estimate_ms: int | None
    test: bool

    @property
    def choices(self) -> Choices:
        """What the technique is told."""
        return Choices(self.scheme.passes, self.scheme.verify_each, self.verify)

    @property
    def steps(self) -> Sequence[Step]:
        """What will be done, in order."""
        return TECHNIQUES[self.technique].steps(self.drive.size, self.choices)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the form of plan.json."""
        expected = self.expected.to_json()
        del expected["evidence"]  # there is none before the work
        return {
            "schema": SCHEMA,
            "drive": self.drive.to_json(),
            "machine": self.machine.to_json(),
            "policy": self.policy.to_json(),
            "technique": self.technique.value,
            "refused": [{"technique": refused.technique.value, "reason": refused.reason.value} for refused in self.refused],
            "scheme": self.scheme.to_json(),
            "verify": {"kind": self.verify.kind.value, "percent_ppm": self.verify.percent_ppm},
            "expected": expected,
            "limits": [limit.value for limit in self.limits],
            "estimate_ms": self.estimate_ms,
            "test": self.test,
        }

    @cached_property
    def data(self) -> bytes:
        """The bytes of plan.json."""
        return canonical_json(self.to_json())

    @cached_property
    def sha256(self) -> str:
        """The hash of plan.json, which the confirmation and the journal name."""
        return sha256_hex(self.data)


@dataclass(frozen=True)
class _Prospect:
    """One technique with the scheme that suits it best, whether it is offered now or not."""

    answer: Offer | RefusedTechnique
    scheme: SchemeFacts
    claim: Claim

    @property
    def possible(self) -> bool:
        """Whether it is offered, or would be once somebody removed the obstacle."""
        return isinstance(self.answer, Offer) or self.answer.reason.curable


def make_plan(drive: Drive, machine: Machine, request: PlanRequest, schemes: Mapping[str, SchemeFacts]) -> ErasurePlan:
    """The plan that meets the request.

    Raises Refused: a share to be verified that proves too little, an unknown technique or scheme, a label that
    contradicts the drive, a method that can't be reached, or the obstacle that stands in the way (in use, read-only, too
    small, virtual, nameless).
    """
    _check_extent(request.verify)
    named = named_drive(drive, request.label)
    wished = _wished_techniques(request.technique)
    eligible = _eligible_schemes(request.scheme, schemes)
    prospects = [_prospect(technique, named, request, eligible) for technique in wished]
    sufficient = [found for found in prospects if found.possible and found.claim.method.rank >= request.policy.to_be_reached.rank]
    offered = [found for found in sufficient if isinstance(found.answer, Offer)]
    if not offered:
        raise _refusal(named, request, schemes, prospects, sufficient)
    best = max(offered, key=_worth)
    technique = best.answer.technique
    steps = TECHNIQUES[technique].steps(named.size, _choices(best.scheme, request))
    return ErasurePlan(
        drive=named,
        machine=machine,
        policy=request.policy.record,
        technique=technique,
        refused=tuple(found.answer for found in prospects if isinstance(found.answer, RefusedTechnique)),
        scheme=best.scheme,
        verify=request.verify,
        expected=best.claim,
        limits=limits_of_overwrite(named, machine, request.policy, request.verify),
        estimate_ms=estimate(named, steps).milliseconds,
        test=named.virtual is not None,
    )


def _check_extent(verify: Verify) -> None:
    if verify.kind is VerifyKind.PERCENT and (verify.percent_ppm or 0) < LEAST_PPM:
        asked, least = (f"{Decimal(ppm) / 10_000:f}" for ppm in (verify.percent_ppm or 0, LEAST_PPM))
        raise Refused("planner", "verification-too-thin", percent=asked, least=least)


def _wished_techniques(wish: str | None) -> tuple[TechniqueId, ...]:
    if wish is None:
        return tuple(TechniqueId)
    if wish not in set(TechniqueId):
        raise Refused("planner", "unknown-technique", technique=wish, known=tuple(TechniqueId))
    return (TechniqueId(wish),)


def _eligible_schemes(wish: str | None, schemes: Mapping[str, SchemeFacts]) -> tuple[SchemeFacts, ...]:
    """The wished scheme, or all: the preferred one first, then by number of passes."""
    if wish is None:
        return tuple(sorted(schemes.values(), key=lambda scheme: (scheme.id != PREFERRED_SCHEME, len(scheme.passes), scheme.id)))
    if wish not in schemes:
        raise Refused("planner", "unknown-scheme", scheme=wish, known=tuple(schemes))
    return (schemes[wish],)


def _choices(scheme: SchemeFacts, request: PlanRequest) -> Choices:
    return Choices(scheme.passes, scheme.verify_each, request.verify)


def _prospect(technique: TechniqueId, drive: Drive, request: PlanRequest, eligible: Iterable[SchemeFacts]) -> _Prospect:
    knowledge = TECHNIQUES[technique]
    answer = knowledge.assess(drive, request)
    prospects = [
        _Prospect(answer, scheme, claim_of(technique, drive, request.policy.basis, knowledge.prospect(_choices(scheme, request))))
        for scheme in eligible
    ]
    # max keeps the first of equals: more passes are chosen only where one is not enough for the standard
    return max(prospects, key=_worth)


def _worth(prospect: _Prospect) -> tuple[int, int]:
    return prospect.claim.method.rank, prospect.claim.evidence.grade


def _refusal(
    drive: Drive,
    request: PlanRequest,
    schemes: Mapping[str, SchemeFacts],
    prospects: Sequence[_Prospect],
    sufficient: Sequence[_Prospect],
) -> Refused:
    """Why there is no plan: an obstacle that a person can remove, else one that nobody can, else the method asked for."""
    obstacles = [found.answer for found in (*sufficient, *prospects) if isinstance(found.answer, RefusedTechnique)]
    if sufficient or not any(found.possible for found in prospects):
        return obstacles[0].error()
    asked = request.policy.to_be_reached
    facts = {"device": node_of(drive), "policy": request.policy.record.id, "method": asked.value.capitalize()}
    if asked is Method.DESTROY:
        return Refused("planner", "destroy-needed", **facts)
    if asked is Method.PURGE:
        reachable = max((found.claim.method for found in prospects), key=lambda method: method.rank)
        by_choice = request.policy.record.zone is None and request.policy.record.classification is None
        lesser = Words("planner.clear-under-same-policy" if by_choice else "planner.clear-under-other-policy", policy=facts["policy"])
        return Refused("planner", "purge-not-reachable", **facts, reachable=reachable.value.capitalize(), lesser=lesser)
    enough = sorted(
        scheme.id
        for scheme in schemes.values()
        if Reason.TWO_COMPLEMENTARY_PASSES_NEEDED not in _prospect(TechniqueId.OVERWRITE, drive, request, (scheme,)).claim.reasons
    )
    return Refused("planner", "two-passes-needed", **facts, scheme=prospects[0].scheme.id, known=tuple(enough))
