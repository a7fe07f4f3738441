"""The verdict as a value: graded checks, and the one place where they are put together.

A verdict is about the truth of the paper, not about the drive: a true certificate of a failed erasure is valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from certify.verify.reasons import Reason


class Kind(StrEnum):
    """What was handed in."""

    BUNDLE = "bundle"
    PDF = "pdf"
    ERASURE = "erasure-statement"
    CERTIFICATE = "certificate-statement"
    PICTURE = "picture"
    TOKEN = "token"  # noqa: S105 - a kind of paper
    UNKNOWN = "unknown"


class Step(StrEnum):
    """The rungs of the ladder, in order; a rung's number is its place here and the same in every text."""

    FORM = "form"
    MANIFEST = "manifest"
    PDF_COVERAGE = "pdf-coverage"
    PDF_SIGNATURE = "pdf-signature"
    PDF_SIGNER = "pdf-signer"
    PDF_STRUCTURE = "pdf-structure"
    PDF_CERTIFICATION = "pdf-certification"
    PDF_STATEMENTS = "pdf-statements"
    ERASURE_SIGNATURE = "erasure-signature"
    ERASURE_SIGNER = "erasure-signer"
    CERTIFICATE_SIGNATURE = "certificate-signature"
    CERTIFICATE_SIGNER = "certificate-signer"
    SAME_ERASURE = "same-erasure"
    CONSISTENCY = "consistency"
    DATES = "dates"
    JOURNAL = "journal"
    JOURNAL_FACTS = "journal-facts"
    PHOTOS = "photos"
    PDF_PHOTOS = "pdf-photos"
    PDF_CODE = "pdf-code"
    TOKEN_SIGNATURE = "token-signature"  # noqa: S105 - the name of a check
    TOKEN_SIGNER = "token-signer"  # noqa: S105
    TOKEN_FACTS = "token-facts"  # noqa: S105
    PDF_REBUILD = "pdf-rebuild"

    @property
    def number(self) -> int:
        """The rung's number, from 0."""
        return list(Step).index(self)


class Outcome(StrEnum):
    """How one check ended."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cannot-tell"
    UNREADABLE = "unreadable"
    NOT_APPLICABLE = "not-applicable"


class Bottom(StrEnum):
    """The four verdicts."""

    VALID = "valid"
    INVALID = "invalid"
    UNREADABLE = "unreadable"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True)
class Check:
    """One rung: how it ended, why, and what was seen (texts from hostile input: never print them raw)."""

    step: Step
    outcome: Outcome
    reason: Reason
    seen: Mapping[str, str] = field(default_factory=dict)


_TOKEN_STEPS = frozenset({Step.FORM, Step.TOKEN_SIGNATURE, Step.TOKEN_SIGNER, Step.TOKEN_FACTS, Step.DATES})
_ONLY_IN_BUNDLES = frozenset({Step.MANIFEST, Step.JOURNAL, Step.JOURNAL_FACTS, Step.PHOTOS})

NEEDED: Mapping[Kind, frozenset[Step]] = {
    Kind.BUNDLE: frozenset(Step),
    Kind.PDF: frozenset(Step) - _ONLY_IN_BUNDLES,
    Kind.ERASURE: frozenset({Step.FORM, Step.ERASURE_SIGNATURE, Step.ERASURE_SIGNER, Step.CONSISTENCY, Step.DATES}),
    Kind.CERTIFICATE: frozenset({Step.FORM, Step.CERTIFICATE_SIGNATURE, Step.CERTIFICATE_SIGNER, Step.CONSISTENCY, Step.DATES}),
    Kind.PICTURE: _TOKEN_STEPS,
    Kind.TOKEN: _TOKEN_STEPS,
    Kind.UNKNOWN: frozenset(),
}
"""What must have passed before a paper of this kind may be called valid: a rung that was left out is no pass."""


WITHOUT_THE_STATIONS_WORD = frozenset({Kind.CERTIFICATE, Kind.PICTURE, Kind.TOKEN})
"""Papers that only the contractor signed: what they say of the drive is the contractor's word, not the station's."""


class Note(StrEnum):
    """What a true paper leaves for a person to ask about."""

    STATION_OF_ANOTHER = "station-of-another"  # neither the contractor's nor that of a subcontractor named on the certificate


@dataclass(frozen=True)
class Person:
    """Someone named on the paper."""

    id: str
    name: str | None


@dataclass(frozen=True)
class Paper:
    """What the paper says, whether it is true or not. ``None``: this kind of paper does not say it."""

    test: bool | None = None
    certificate: str | None = None
    job: str | None = None
    issued: str | None = None
    outcome: str | None = None
    method: str | None = None
    policy: str | None = None
    policy_known: bool | None = None  # False: an agency's own, of which this program knows nothing
    required: str | None = None  # the method that the policy demanded
    standard: str | None = None
    technique: str | None = None
    scheme: str | None = None
    verification: str | None = None
    verified: str | None = None
    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    asset: str | None = None
    size: int | None = None  # bytes
    exception_sectors: int | None = None
    started: str | None = None
    finished: str | None = None
    operator: Person | None = None
    witness: Person | None = None
    contractor: str | None = None
    contractor_bound: bool | None = None  # False: a number that the contractor states, and that no certificate holds
    certifier: str | None = None
    addressee: str | None = None
    photos: int | None = None
    link: str | None = None


@dataclass(frozen=True)
class Verdict:
    """All that was found about one paper."""

    kind: Kind
    name: str
    judged_at: datetime  # the judging time: this version proves no earlier time, so it is now, or ``--at``
    checks: tuple[Check, ...]
    paper: Paper
    signers: Mapping[str, str] = field(default_factory=dict)  # role -> who signed, as the trust file's authority named them
    notes: tuple[Note, ...] = ()

    @property
    def bottom(self) -> Bottom:
        """The only place where checks become a verdict.

        A lie outweighs everything; what could not be read outweighs what could not be judged; and nothing is valid
        unless each rung that this kind of paper needs was passed.
        """
        outcomes = {check.outcome for check in self.checks}
        if Outcome.FAILED in outcomes:
            return Bottom.INVALID
        if Outcome.UNREADABLE in outcomes or self.kind is Kind.UNKNOWN:
            return Bottom.UNREADABLE
        passed = {check.step for check in self.checks if check.outcome is Outcome.PASSED}
        if Outcome.CANNOT_TELL in outcomes or not NEEDED[self.kind] <= passed:
            return Bottom.CANNOT_TELL
        return Bottom.VALID

    @property
    def first_doubt(self) -> Check | None:
        """The lowest rung that bears the verdict, if the paper is not valid."""
        weight = {Bottom.INVALID: Outcome.FAILED, Bottom.UNREADABLE: Outcome.UNREADABLE, Bottom.CANNOT_TELL: Outcome.CANNOT_TELL}
        wanted = weight.get(self.bottom)
        return next((check for check in self.checks if check.outcome is wanted), None)
