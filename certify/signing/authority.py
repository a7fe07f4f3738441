"""Making certificates: one shape for each role, everything that varies passed in.

Extensions: BasicConstraints and KeyUsage critical, CertificatePolicies with the role, SKI and AKI (RFC 5280 section 4.2).
Signers get digitalSignature and nonRepudiation, which pyHanko demands of a PDF's signer. A contractor also gets the
extended key usages emailProtection, without which NSS (Poppler's pdfsig) does not accept a PDF signature, and
documentSigning (RFC 9336).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certify.signing.roles import AUTHORITIES, POLICY_OIDS, Role

DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
MAX_NAME = 64  # characters; ub-organization-name, ub-common-name: RFC 5280 appendix A.1
YEARS_PINNED = 5  # keys that nobody enrolled
_SERIAL_BYTES = 16
_EXTENDED_USES = {Role.CONTRACTOR: (ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING), Role.STATION: (DOCUMENT_SIGNING,)}


@dataclass(frozen=True)
class Subject:
    """Who a certificate speaks of."""

    organisation: str
    common_name: str

    def to_name(self) -> x509.Name:
        """The X.509 name, in Japan. Raises ValueError for a part of no or more than 64 characters."""
        parts = {NameOID.COUNTRY_NAME: "JP", NameOID.ORGANIZATION_NAME: self.organisation, NameOID.COMMON_NAME: self.common_name}
        if not all(0 < len(part) <= MAX_NAME for part in parts.values()):
            raise ValueError("a part of a name has 1 to 64 characters")
        # checked above: cryptography counts bytes (see certificates.py)
        return x509.Name([x509.NameAttribute(oid, part, _validate=False) for oid, part in parts.items()])


@dataclass(frozen=True)
class Authority:
    """Who issues: a certificate and the key to it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Validity:
    """When a certificate may be used."""

    start: datetime
    end: datetime


def years_later(moment: datetime, years: int) -> datetime:
    """The same day of a later year; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def _key_usage(role: Role) -> x509.KeyUsage:
    authority = role in AUTHORITIES
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def make_certificate(
    subject: Subject,
    public_key: ec.EllipticCurvePublicKey,
    role: Role,
    validity: Validity,
    *,
    issuer: Authority | ec.EllipticCurvePrivateKey,
    may_issue: Collection[Role] = (),
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> x509.Certificate:
    """A certificate for ``public_key``; ``issuer`` is an authority, or for a root its own private key.

    ``may_issue``: the roles that an issuing CA may give. Serial numbers are 127 bits of ``random_bytes``, of which the
    first is never 0. The signature is deterministic.
    """
    issuer_key = issuer.key if isinstance(issuer, Authority) else issuer
    issuer_name = issuer.certificate.subject if isinstance(issuer, Authority) else subject.to_name()
    number = int.from_bytes(random_bytes(_SERIAL_BYTES), "big")
    policies = [POLICY_OIDS[stated] for stated in Role if stated is role or stated in may_issue]
    path_length = {Role.ROOT: 1, Role.ISSUING_CA: 0}.get(role)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.to_name())
        .issuer_name(issuer_name)
        .public_key(public_key)
        .serial_number((number | 1 << 126) & ((1 << 127) - 1))
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
        .add_extension(x509.BasicConstraints(ca=role in AUTHORITIES, path_length=path_length), critical=True)
        .add_extension(_key_usage(role), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in policies]), critical=False)
    )
    if uses := _EXTENDED_USES.get(role):
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)
