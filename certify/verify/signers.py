"""Does the trust file vouch for this signer, in this role, at the judging time?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from certify.signing import chains
from certify.signing.certificates import common_name_of, organisation_of
from certify.signing.roles import Role
from certify.signing.trust import TrustFile
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Outcome

# the first that applies is the reason: what makes a signature false stands before what leaves it open
_FALSE = (
    (chains.Doubt.NO_PATH, Reason.SIGNER_NOT_TRUSTED),
    (chains.Doubt.WRONG_ROLE, Reason.SIGNER_ROLE_WRONG),
    (chains.Doubt.ROLE_NOT_GIVEN, Reason.SIGNER_ROLE_WRONG),
    (chains.Doubt.NO_SIGNING_USE, Reason.SIGNER_ROLE_WRONG),
    (chains.Doubt.REVOKED, Reason.SIGNER_REVOKED),
)
_OPEN = (
    (chains.Doubt.ENDED, Reason.SIGNER_RETIRED),
    (chains.Doubt.EXPIRED, Reason.SIGNER_EXPIRED),
    (chains.Doubt.NOT_YET_VALID, Reason.SIGNER_NOT_YET_VALID),
)


@dataclass(frozen=True)
class Court:
    """By what and when is judged."""

    trust: TrustFile | None
    moment: datetime


@dataclass(frozen=True)
class KnownSigner:
    """A signer for whom the trust file vouches."""

    keyid: str
    organisation: str | None
    name: str | None
    valid_from: datetime
    valid_until: datetime


def _changed(certificate: x509.Certificate, trust: TrustFile) -> bool:
    """Whether the trust file has this certificate (issuer and number, RFC 5280 section 4.1.2.2) with other bytes: anyone can make
    another signature of an authority's signature, (r, n - s), and authorities don't keep to one of them."""
    number, issuer = certificate.serial_number, certificate.issuer
    same = [known for known in trust.certificates if known.serial_number == number and known.issuer == issuer]
    return bool(same) and certificate not in same


def check_signer(certificates: Sequence[x509.Certificate], role: Role, court: Court) -> KnownSigner:
    """The signer ``certificates[0]``; those behind it are of help only. Raises Doubt.

    No earlier time is proven for any signature, so an expired or retired key leaves the answer open (decided so: the
    paper may have been signed while the key was good), and a revoked one is refused.
    """
    if court.trust is None:
        raise Doubt(Reason.NO_TRUST_FILE, Outcome.CANNOT_TELL)
    report = chains.check_chain(certificates, court.trust, role, court.moment)
    seen = {
        "signer": f"{organisation_of(certificates[0])} / {common_name_of(certificates[0])}",
        "role": report.role.value if report.role else "-",
        "until": report.valid_until.date().isoformat(),
    }
    for found, reason in _FALSE:
        if found in report.doubts:
            raise Doubt(reason, **seen)
    stray = len(set(certificates)) != len(certificates) or not set(certificates) <= set(report.path)
    if stray or any(_changed(certificate, court.trust) for certificate in certificates):
        # they are not covered by the signature: whatever does not help was put there by anyone
        raise Doubt(Reason.STRAY_CERTIFICATE, **seen)
    for found, reason in _OPEN:
        if found in report.doubts:
            raise Doubt(reason, Outcome.CANNOT_TELL, **seen)
    if court.trust.expires < court.moment:
        raise Doubt(Reason.TRUST_FILE_EXPIRED, Outcome.CANNOT_TELL, until=court.trust.expires.date().isoformat())
    return KnownSigner(
        report.keyid, organisation_of(certificates[0]), common_name_of(certificates[0]), report.valid_from, report.valid_until
    )
