"""What a technique can say after (or before) its work, in words that the table of claims understands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from certify.foundation.standards import Condition


class Evidence(StrEnum):
    """How well it is known that old data is gone, weakest first. The grade is printed on the certificate."""

    NONE = "none"
    COMMAND_STATUS = "command-status"  # nothing but the word of whoever executed it
    LOGICAL_READ_BACK = "logical-read-back"  # the addressable area read back as expected
    OLD_DATA_GONE = "old-data-gone"  # data read before was shown to be gone
    MEDIA_LEVEL = "media-level"  # the medium itself was verified, beneath the mapping

    @property
    def grade(self) -> int:
        """Place on the scale; more is better known."""
        return list(Evidence).index(self)


class Reason(StrEnum):
    """What limits or lowers a claim. The order is the order of printing: what takes the claim away comes first."""

    NOT_COMPLETED = "not-completed"
    SECTORS_WITH_ERRORS = "sectors-with-errors"
    VERIFICATION_FAILED = "verification-failed"
    VERIFICATION_NOT_RUN = "verification-not-run"
    TWO_COMPLEMENTARY_PASSES_NEEDED = "two-complementary-passes-needed"
    ADDRESSABLE_AREA_ONLY = "addressable-area-only"
    HIDDEN_AREAS_UNKNOWN = "hidden-areas-unknown"
    MEDIA_TYPE_UNKNOWN = "media-type-unknown"
    VERIFICATION_SAMPLED = "verification-sampled"
    RESUMED = "resumed"
    VIRTUAL_DRIVE = "virtual-drive"


class VerificationResult(StrEnum):
    """How the verification (検証) of the last pass ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not-run"


@dataclass(frozen=True)
class Findings:
    """What is known of the work on one drive. Fewer reasons, more conditions met and better evidence allow more."""

    evidence: Evidence
    reasons: frozenset[Reason] = frozenset()
    met: frozenset[Condition] = frozenset()
