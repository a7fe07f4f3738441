"""Who may sign what. A role is written into a certificate as a policy OID and is checked with each signature.

The arc 2.25.<UUID> (ITU-T X.667) needs no registration: the UUID is 45626d3a-e38c-4a50-9528-6ddcf8a5ce06. Below it,
``.1.N`` are the certificate policies of this project. They never change their meaning.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509

_ARC = "2.25.92227792249598529983165064717592284678.1"


class Role(StrEnum):
    """What a key may be used for."""

    ROOT = "root"  # signs issuing CAs; kept offline
    ISSUING_CA = "issuing-ca"  # signs the certificates of those below
    STATION = "station"  # signs erasure statements
    CONTRACTOR = "contractor"  # signs certificate statements, PDFs and tokens
    AGENCY = "agency"  # signs orders, trust lists, receipts and acceptance


POLICY_OIDS = {
    Role.ROOT: x509.ObjectIdentifier(f"{_ARC}.1"),
    Role.ISSUING_CA: x509.ObjectIdentifier(f"{_ARC}.2"),
    Role.STATION: x509.ObjectIdentifier(f"{_ARC}.3"),
    Role.CONTRACTOR: x509.ObjectIdentifier(f"{_ARC}.4"),
    Role.AGENCY: x509.ObjectIdentifier(f"{_ARC}.5"),
}
AUTHORITIES = (Role.ROOT, Role.ISSUING_CA)
SIGNERS = (Role.STATION, Role.CONTRACTOR, Role.AGENCY)


def policies_of(certificate: x509.Certificate) -> frozenset[Role]:
    """Every role that the certificate names. For an authority these are its own role and those it may give."""
    try:
        stated = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return frozenset()
    named = {policy.policy_identifier for policy in stated}
    return frozenset(role for role, oid in POLICY_OIDS.items() if oid in named)


def role_of(certificate: x509.Certificate) -> Role | None:
    """The one role in which this certificate's key may sign. None: it names no role, or more than one."""
    roles = policies_of(certificate)
    for authority in AUTHORITIES:
        if authority in roles:
            return authority
    return next(iter(roles)) if len(roles) == 1 else None
