"""The form of every technique: what it is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from erase.drive.facts import Drive
from erase.errors import Refused
from erase.techniques.findings import Findings


class TechniqueId(StrEnum):
    """The techniques that exist."""

    OVERWRITE = "overwrite"


class RefusalReason(StrEnum):
    """Why a technique can't be used on this drive now, those that nobody can cure first.

    Each has `.what`, `.why` and `.next` in the catalogue `techniques`.
    """

    NO_MEDIUM = "no-medium"
    NO_CAPACITY = "no-capacity"
    SECTOR_FORMAT = "sector-format"
    NO_BLOCK_DEVICE = "no-block-device"
    NO_NAMESPACE = "no-namespace"
    TOO_SMALL = "too-small"
    NOT_WHOLE_SECTORS = "not-whole-sectors"
    STANDS_ON_DRIVE = "stands-on-drive"
    ZONED = "zoned"
    BOOT_MEDIUM = "boot-medium"
    MOUNTED = "mounted"
    SWAP_IN_USE = "swap-in-use"
    HELD = "held"
    READ_ONLY = "read-only"
    VIRTUAL_NOT_ALLOWED = "virtual-not-allowed"
    NO_IDENTITY = "no-identity"
    IDENTITY_DIFFERS = "identity-differs"
    LOCKED = "locked"
    MAY_BE_LOCKED = "may-be-locked"
    SHADOW_MBR = "shadow-mbr"
    SANITIZE_RUNNING = "sanitize-running"
    HIDDEN_AREA = "hidden-area"
    CAPACITY_DIFFERS = "capacity-differs"

    @property
    def curable(self) -> bool:
        """Whether a person can remove the obstacle, after which the technique would be offered."""
        return list(RefusalReason).index(self) >= list(RefusalReason).index(RefusalReason.BOOT_MEDIUM)


@dataclass(frozen=True)
class Offer:
    """The technique can be used on this drive as it is now."""

    technique: TechniqueId


@dataclass(frozen=True)
class RefusedTechnique:
    """The technique can't be used; ``parameters`` fill the placeholders of the reason's sentences."""

    technique: TechniqueId
    reason: RefusalReason
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def explanation(self) -> str:
        """Key of the sentence that says why."""
        return f"techniques.{self.reason}.why"

    def error(self) -> Refused:
        """The same as an error, for a plan that can't do without this technique."""
        return Refused("techniques", self.reason.value, **self.parameters)


class Terms(Protocol):
    """What a technique may ask of the terms under which a drive is to be erased."""

    @property
    def allow_virtual(self) -> bool:
        """Whether a virtual drive may be erased; all its papers say TEST."""
        ...


class VerifyKind(StrEnum):
    """How much of the last pass is read back."""

    FULL = "full"
    NIST_800_88_R1 = "nist-800-88r1"  # representative sampling, section 4.7.3
    PERCENT = "percent"


@dataclass(frozen=True)
class Verify:
    """The extent of the verification; ``percent_ppm`` (parts per million of the medium) belongs to ``percent`` alone."""

    kind: VerifyKind = VerifyKind.FULL
    percent_ppm: int | None = None

    @property
    def share_ppm(self) -> int:
        """The share of the medium that is read, parts per million; NIST's sampling reads at least a tenth."""
        if self.kind is VerifyKind.NIST_800_88_R1:
            return 100_000
        return 1_000_000 if self.percent_ppm is None else self.percent_ppm


@dataclass(frozen=True)
class Choices:
    """What was chosen for a technique that writes passes."""

    passes: tuple[str, ...]  # hexadecimal patterns, or "random"
    verify_each: bool  # the scheme demands a read-back of every pass
    verify: Verify


class StepKind(StrEnum):
    """What a step does."""

    WRITE = "write"
    READ_BACK = "read-back"


@dataclass(frozen=True)
class Step:
    """One step over the drive, with the bytes that it moves."""

    kind: StepKind
    number: int  # the pass, from 1
    of: int  # passes in all
    pattern: str
    verify: Verify | None  # of a read-back
    bytes_moved: int


class Technique(Protocol):
    """A module that knows one technique."""

    @property
    def ID(self) -> TechniqueId:  # noqa: N802 - a module's constant
        """Its name in the closed set."""
        ...

    def assess(self, drive: Drive, terms: Terms) -> Offer | RefusedTechnique:
        """Whether it can be used on this drive now, and if not, why."""
        ...

    def steps(self, size: int, choices: Choices) -> Sequence[Step]:
        """What will be done to a drive of ``size`` bytes, in order."""
        ...

    def prospect(self, choices: Choices) -> Findings:
        """What will be known if nothing goes wrong."""
        ...
