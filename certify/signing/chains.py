"""Is this signer one whom the trust file vouches for, in this role, at this moment? Facts, graded; no verdict.

The path is built by cryptography's verifier (RFC 5280: signatures, names, BasicConstraints, path length, KeyUsage).
Validity at the judged moment, roles and ends of keys are looked at apart from it, so that 'expired' can be told from
'never trusted': what was signed by a key that has since expired may well be true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from certify.signing.certificates import MAX_CHAIN, certificate_keyid
from certify.signing.roles import Role, policies_of, role_of
from certify.signing.trust import EndedKey, TrustFile


class Doubt(StrEnum):
    """Why a signer is not believed, or not yet."""

    NO_PATH = "no-path-to-trusted-root"
    WRONG_ROLE = "wrong-role"
    ROLE_NOT_GIVEN = "role-not-given-by-authority"
    NO_SIGNING_USE = "key-not-for-signing"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    ENDED = "key-ended"
    REVOKED = "key-revoked"


@dataclass(frozen=True)
class ChainReport:
    """What the trust file says of a signer at the judged moment."""

    keyid: str
    role: Role | None  # as the certificate states it
    trusted: bool  # a path leads to a trusted root
    path: tuple[x509.Certificate, ...]  # from the signer to the root; the signer alone when there is no path
    valid_from: datetime  # when all of the path was valid
    valid_until: datetime
    ends: tuple[EndedKey, ...]  # of the keys of the path, the signer's own first
    doubts: tuple[Doubt, ...]

    @property
    def believed(self) -> bool:
        """No doubt at all."""
        return not self.doubts


def _path(certificates: Sequence[x509.Certificate], trust: TrustFile) -> tuple[x509.Certificate, ...] | None:
    """From the signer to a trusted root, or None.

    Whether a path exists does not depend on the judged moment. If one does, then all of it is valid at the latest of its
    own beginnings; so these moments are tried, and only these.
    """
    leaf = certificates[0]
    authorities = [found for found in (*certificates[1:], *trust.certificates) if role_of(found) is Role.ISSUING_CA]
    beginnings = sorted({found.not_valid_before_utc for found in (leaf, *authorities, *trust.roots)}, reverse=True)
    builder = (
        PolicyBuilder()
        .store(Store(list(trust.roots)))
        .max_chain_depth(MAX_CHAIN - 1)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
    )
    for moment in beginnings:
        try:
            return tuple(builder.time(moment).build_client_verifier().verify(leaf, authorities).chain)
        except VerificationError:
            continue
    return None


def _may_sign(certificate: x509.Certificate) -> bool:
    """An end-entity certificate for signatures, every critical extension of which is understood here."""
    critical = {extension.oid for extension in certificate.extensions if extension.critical}
    if critical - {x509.BasicConstraints.oid, x509.KeyUsage.oid}:
        return False
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and usage.content_commitment and not constraints.ca


def check_chain(certificates: Sequence[x509.Certificate], trust: TrustFile, role: Role, moment: datetime) -> ChainReport:
    """What the trust file says of the signer ``certificates[0]``, who should act in ``role``, at ``moment`` (judging time).

    The certificates behind it only help to find the path; more are taken from the trust file. Never raises for
    certificates that :mod:`certify.signing.certificates` read.
    """
    leaf = certificates[0]
    found = _path(certificates, trust)
    path = found or (leaf,)
    valid_from = max(certificate.not_valid_before_utc for certificate in path)
    valid_until = min(certificate.not_valid_after_utc for certificate in path)
    # all of them: a key that was only retired must not hide that the one above it was revoked
    ends = tuple(end for certificate in path if (end := trust.end_of(certificate_keyid(certificate))))
    doubts = {
        Doubt.NO_PATH: found is None,
        Doubt.WRONG_ROLE: role_of(leaf) is not role,
        Doubt.ROLE_NOT_GIVEN: any(role not in policies_of(authority) for authority in path[1:-1]),
        Doubt.NO_SIGNING_USE: not _may_sign(leaf),
        Doubt.NOT_YET_VALID: moment < valid_from,
        Doubt.EXPIRED: moment > valid_until,
        Doubt.REVOKED: any(end.revoked is not None and moment >= end.revoked for end in ends),
        Doubt.ENDED: any(moment >= end.ended for end in ends),
    }
    return ChainReport(
        keyid=certificate_keyid(leaf),
        role=role_of(leaf),
        trusted=found is not None,
        path=path,
        valid_from=valid_from,
        valid_until=valid_until,
        ends=ends,
        doubts=tuple(doubt for doubt, present in doubts.items() if present),
    )
