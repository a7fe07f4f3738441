"""Why a check ended as it did: a closed set of codes, each with a sentence in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certify.verify.verdict import Outcome


class Reason(StrEnum):
    """Codes of all outcomes, good and bad."""

    AS_IT_SHOULD_BE = "as-it-should-be"
    # not judged
    NOT_IN_THIS_PAPER = "not-in-this-paper"
    EARLIER_STEP = "earlier-step"
    NO_TRUST_FILE = "no-trust-file"
    TRUST_FILE_EXPIRED = "trust-file-expired"
    SIGNER_EXPIRED = "signer-expired"
    SIGNER_NOT_YET_VALID = "signer-not-yet-valid"
    SIGNER_RETIRED = "signer-retired"
    DATED_AFTER_JUDGING = "dated-after-judging"
    DATED_OUTSIDE_KEY = "dated-outside-key"
    NOT_REPRODUCIBLE_HERE = "not-reproducible-here"
    # form
    UNKNOWN_FORM = "unknown-form"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    NO_CODE_IN_PICTURE = "no-code-in-picture"
    SEVERAL_CODES = "several-codes"
    BROKEN_FORM = "broken-form"
    EXTRA_FILE = "extra-file"
    OTHER_CERTIFICATE_ID = "other-certificate-id"
    CHAIN_FILE_NOT_PLAIN = "chain-file-not-plain"
    # signatures and signers
    SIGNATURE_WRONG = "signature-wrong"
    SEVERAL_SIGNATURES = "several-signatures"
    SIGNER_NOT_TRUSTED = "signer-not-trusted"
    SIGNER_ROLE_WRONG = "signer-role-wrong"
    SIGNER_REVOKED = "signer-revoked"
    SIGNER_DIFFERS = "signer-differs"
    CONTRACTOR_NAME_DIFFERS = "contractor-name-differs"
    STRAY_CERTIFICATE = "stray-certificate"
    # statements
    OTHER_ERASURE = "other-erasure"
    TEST_FLAG_DIFFERS = "test-flag-differs"
    CONTRADICTION = "contradiction"
    ORDER_OF_TIMES = "order-of-times"
    SIGNING_TIME_DIFFERS = "signing-time-differs"
    JOURNAL_DIFFERS = "journal-differs"
    JOURNAL_BROKEN = "journal-broken"
    FACTS_DIFFER = "facts-differ"
    PHOTO_DIFFERS = "photo-differs"
    PHOTO_MISSING = "photo-missing"
    PHOTO_NOT_SIGNED_FOR = "photo-not-signed-for"
    CODE_NOT_IN_PHOTO = "code-not-in-photo"
    # PDF
    NOT_SIGNED = "not-signed"
    BYTES_AFTER_END = "bytes-after-end"
    CHANGED_AFTER_SIGNING = "changed-after-signing"
    SIGNATURE_COVERS_PART = "signature-covers-part"
    PDF_NOT_STRICT = "pdf-not-strict"
    ACTIVE_CONTENT = "active-content"
    HIDDEN_CONTENT = "hidden-content"
    CHANGES_PERMITTED = "changes-permitted"
    CHANGED_WHILE_SIGNING = "changed-while-signing"
    CMS_NOT_STRICT = "cms-not-strict"
    ALGORITHM_NOT_ALLOWED = "algorithm-not-allowed"
    DIGEST_DIFFERS = "digest-differs"
    STATEMENT_MISSING = "statement-missing"
    STATEMENT_DIFFERS = "statement-differs"
    NO_CODE_ON_PAGE = "no-code-on-page"
    OTHER_CODE_ON_PAGE = "other-code-on-page"
    PAGES_DIFFER = "pages-differ"
    # token
    TOKEN_DIFFERS = "token-differs"  # noqa: S105 - a code of a reason
    OTHER_STATEMENT = "other-statement"
    LINK_ELSEWHERE = "link-elsewhere"


class Doubt(Exception):
    """Ends a check: with what outcome, why, and what was seen. It never leaves the verifier."""

    def __init__(self, reason: Reason, outcome: Outcome | None = None, /, **seen: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.outcome = outcome  # None: failed
        self.seen = {name: str(value) for name, value in seen.items()}
