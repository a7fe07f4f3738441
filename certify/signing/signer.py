"""What makes signatures. Whoever signs gets a Signer and never sees where its key lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certify.errors import KeyProblem
from certify.signing.certificates import certificate_keyid, keyid_of, public_key_of
from certify.signing.roles import Role, role_of


class Signer(Protocol):
    """A private key in one role, with the certificates that vouch for it."""

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        """The chain, the signer's own certificate first, without the root."""
        ...

    @property
    def keyid(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hexadecimal."""
        ...

    @property
    def role(self) -> Role:
        """The role that the certificate gives to this key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """ES256 over ``data``: ECDSA on P-256 with SHA-256, as :func:`only_form` has it. The same data gives the same signature."""
        ...


# of each ECDSA signature (r, s) anyone can make another one, (r, n - s): the smaller s is the only one that is made or taken.
# n: SEC 2 section 2.4.2
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

_NOT_IN_ROLE = {
    Role.STATION: "not-a-station-key",
    Role.CONTRACTOR: "not-a-contractor-key",
    Role.AGENCY: "not-an-agency-key",
}


def require_role(signer: Signer, role: Role) -> None:
    """Raises KeyProblem unless the signer acts in that role, one of those that sign papers."""
    if signer.role is not role:
        raise KeyProblem("signing", _NOT_IN_ROLE[role], found=signer.role.value)


@dataclass(frozen=True)
class FileSigner:
    """A key that was read from a file. Signatures are deterministic (RFC 6979), so that issuing again gives equal bytes."""

    private_key: ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]
    role: Role

    @property
    def keyid(self) -> str:
        return certificate_keyid(self.certificates[0])

    def sign(self, data: bytes) -> bytes:
        return only_form(self.private_key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))


def only_form(signature: bytes) -> bytes:
    """The signature in its only form: DER, the smaller of the two possible s. Raises ValueError for no ECDSA-Sig-Value."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDER - s))


def make_signer(private_key: ec.EllipticCurvePrivateKey, certificates: Sequence[x509.Certificate]) -> FileSigner:
    """Joins a key with its certificates. Raises KeyProblem if they don't belong together or name no role."""
    if not certificates or keyid_of(private_key.public_key()) != certificate_keyid(certificates[0]):
        raise KeyProblem("signing", "key-certificate-mismatch")
    role = role_of(certificates[0])
    if role is None:
        raise KeyProblem("signing", "no-role")
    return FileSigner(private_key, tuple(certificates), role)


def signature_holds(certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    """Whether this signature over ``data`` was made by the certificate's key, and has its only form."""
    try:
        public_key_of(certificate).verify(signature, data, ec.ECDSA(hashes.SHA256()))
        return only_form(signature) == signature
    except (InvalidSignature, ValueError):
        return False
