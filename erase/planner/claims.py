"""What may be claimed: the one module that computes it.

A row of the table says which method a technique can reach on a medium, by which clause, and on what condition. Reasons
set ceilings. The claim is the lowest of all that apply, so that a quirk, a failure or an unknown can only lower it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from erase.drive.facts import Bus, Drive, MediaType
from erase.planner.editions import EDITIONS, Basis, Method
from erase.techniques.base import TechniqueId
from erase.techniques.findings import Condition, Evidence, Findings, Reason


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


@dataclass(frozen=True)
class Row:
    """One line of a standard's table. ``condition`` unmet: no claim at all."""

    technique: TechniqueId
    basis: Basis
    media: frozenset[MediaType]
    buses: frozenset[Bus]
    method: Method
    clause: str
    condition: Condition | None = None


_MAGNETIC = frozenset({MediaType.MAGNETIC})
_FLASH = frozenset({MediaType.FLASH})
_ANY_MEDIUM = _MAGNETIC | _FLASH
_ANY_BUS = frozenset(Bus)
# USB sticks and memory cards have entries of their own; a bus that nobody could tell may be either kind
_STICKS_AND_CARDS = frozenset({Bus.USB, Bus.MMC, Bus.UNKNOWN})
_OTHER_BUSES = frozenset(Bus) - {Bus.USB, Bus.MMC}
_R1 = Basis.NIST_800_88_R1
_R2 = Basis.NIST_800_88_R2_IEEE_2883

TABLE = (
    Row(TechniqueId.OVERWRITE, _R1, _MAGNETIC, _ANY_BUS, Method.CLEAR, "Appendix A, Tables A-5, A-6: Clear by overwriting"),
    Row(TechniqueId.OVERWRITE, _R1, _FLASH, _OTHER_BUSES, Method.CLEAR, "Appendix A, Table A-8 (solid state drives): Clear by overwriting"),
    Row(
        TechniqueId.OVERWRITE,
        _R1,
        _FLASH,
        _STICKS_AND_CARDS,
        Method.CLEAR,
        "Appendix A, Table A-8 (USB removable media, memory cards): Clear by two passes, a pattern and its complement",
        Condition.TWO_COMPLEMENTARY_PASSES,
    ),
    Row(
        TechniqueId.OVERWRITE,
        _R2,
        _ANY_MEDIUM,
        _ANY_BUS,
        Method.CLEAR,
        "SP 800-88 Rev. 2, 3.1.1 (per secondary sources): Clear by overwriting all addressable locations",
    ),
)

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
    rows = _rows(technique, drive, basis)
    unmet = frozenset(_UNMET[row.condition] for row in rows if row.condition is not None and row.condition not in findings.met)
    reasons = findings.reasons | unmet | _of_the_drive(drive)
    ceilings = [*([row.method for row in rows] or [Method.NONE]), *(CEILINGS[reason] for reason in reasons)]
    if findings.evidence.grade < Evidence.LOGICAL_READ_BACK.grade:
        ceilings.append(Method.NONE)
    edition = EDITIONS[basis]
    printed = tuple(reason for reason in Reason if reason in reasons)
    clause = "; ".join(row.clause for row in rows)
    return Claim(_lowest(ceilings), edition.standard, edition.edition, clause, findings.evidence, printed)


def _rows(technique: TechniqueId, drive: Drive, basis: Basis) -> tuple[Row, ...]:
    # what is unknown or mixed may be any of the kinds: the rows of all of them hold
    media = frozenset({drive.media}) if drive.media in _ANY_MEDIUM else _ANY_MEDIUM
    return tuple(row for row in TABLE if (row.technique, row.basis) == (technique, basis) and row.media & media and drive.bus in row.buses)


def _of_the_drive(drive: Drive) -> frozenset[Reason]:
    reasons = {Reason.HIDDEN_AREAS_UNKNOWN}  # HPA, DCO and AMA are not looked at, so nothing is known of them
    if drive.media is MediaType.UNKNOWN:
        reasons.add(Reason.MEDIA_TYPE_UNKNOWN)
    if drive.virtual is not None:
        reasons.add(Reason.VIRTUAL_DRIVE)
    return frozenset(reasons)


def _lowest(methods: Iterable[Method]) -> Method:
    return min(methods, key=lambda method: method.rank)
