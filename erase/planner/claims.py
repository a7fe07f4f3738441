"""What may be claimed: the one module that computes it.

A row of a standard's table (certify.foundation.standards) says which method a technique can reach on a medium, by which
clause, and on what condition. Reasons set ceilings. The claim is the lowest of all that apply, so that a quirk, a failure
or an unknown can only lower it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from certify.foundation.standards import Basis, Condition, Method, clause_of, rows_for, standards
from erase.drive.facts import Drive, MediaType
from erase.techniques.base import TechniqueId
from erase.techniques.findings import Evidence, Findings, Reason


@dataclass(frozen=True)
class Claim:
    """The method that may be stated, by whose rule, how well it is known, and what limits it."""

    method: Method
    standard: str
    edition: str
    clause: str
    evidence: Evidence
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the form of the journal's last line."""
        return asdict(self)


_UNMET: Mapping[Condition, Reason] = MappingProxyType({Condition.TWO_COMPLEMENTARY_PASSES: Reason.TWO_COMPLEMENTARY_PASSES_NEEDED})

CEILINGS: Mapping[Reason, Method] = MappingProxyType(
    {
        Reason.NOT_COMPLETED: Method.NONE,
        Reason.SECTORS_WITH_ERRORS: Method.NONE,
        Reason.VERIFICATION_FAILED: Method.NONE,
        Reason.VERIFICATION_NOT_RUN: Method.NONE,
        Reason.TWO_COMPLEMENTARY_PASSES_NEEDED: Method.NONE,
        Reason.ADDRESSABLE_AREA_ONLY: Method.CLEAR,
        Reason.HIDDEN_AREAS_UNKNOWN: Method.CLEAR,
        Reason.MEDIA_TYPE_UNKNOWN: Method.CLEAR,
        # printed, and by themselves no ground to claim less
        Reason.VERIFICATION_SAMPLED: Method.DESTROY,
        Reason.RESUMED: Method.DESTROY,
        Reason.VIRTUAL_DRIVE: Method.DESTROY,
    }
)


def claim_of(technique: TechniqueId, drive: Drive, basis: Basis, findings: Findings) -> Claim:
    """What may be said of this drive after this work, by this table. Nothing better is known elsewhere, or may be."""
    rows = rows_for(basis, technique, drive.media, drive.bus)
    unmet = frozenset(_UNMET[row.condition] for row in rows if row.condition is not None and row.condition not in findings.met)
    reasons = findings.reasons | unmet | _of_the_drive(drive)
    ceilings = [*([row.method for row in rows] or [Method.NONE]), *(CEILINGS[reason] for reason in reasons)]
    if findings.evidence.grade < Evidence.LOGICAL_READ_BACK.grade:
        ceilings.append(Method.NONE)
    printed = tuple(reason for reason in Reason if reason in reasons)
    standard = standards()[basis]
    return Claim(_lowest(ceilings), standard.standard, standard.edition, clause_of(rows), findings.evidence, printed)


def _of_the_drive(drive: Drive) -> frozenset[Reason]:
    reasons: set[Reason] = set()
    if drive.report is None or not drive.report.hidden.are_known:
        reasons.add(Reason.HIDDEN_AREAS_UNKNOWN)
    if drive.media is MediaType.UNKNOWN:
        reasons.add(Reason.MEDIA_TYPE_UNKNOWN)
    if drive.virtual is not None:
        reasons.add(Reason.VIRTUAL_DRIVE)
    return frozenset(reasons)


def _lowest(methods: Iterable[Method]) -> Method:
    return min(methods, key=lambda method: method.rank)
