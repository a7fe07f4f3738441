"""X.509 certificates as this project reads them: bounded, P-256 only, every part parsed before it is believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import warnings
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from certify.errors import Malformed

# cryptography counts the bytes of a name and warns at 64; RFC 5280 counts characters, of which a Japanese one has three
warnings.filterwarnings("ignore", message="Attribute's length must be")

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

MAX_CERTIFICATE = 8 * 1024  # bytes of DER
MAX_CHAIN = 4  # own certificate, issuing CAs; the root comes from the trust file


def keyid_of(key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, 64 hexadecimal digits."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def public_key_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """The P-256 key of a certificate that :func:`read_der` gave. Raises Malformed for another kind of key."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Malformed("signing", "certificate-malformed", detail="the key is not on the curve P-256")
    return key


def certificate_keyid(certificate: x509.Certificate) -> str:
    """The keyid of a certificate's key."""
    return keyid_of(public_key_of(certificate))


def read_der(data: bytes) -> x509.Certificate:
    """One certificate. Raises Malformed; afterwards no part of it raises when it is looked at."""
    if len(data) > MAX_CERTIFICATE:
        raise Malformed("signing", "certificate-malformed", detail=f"{len(data)} bytes, {MAX_CERTIFICATE} are allowed")
    try:
        certificate = x509.load_der_x509_certificate(data)
        # cryptography parses these only when they are asked for
        _ = (certificate.extensions, certificate.subject, certificate.issuer, certificate.version)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc, certificate.signature_hash_algorithm)
        public_key_of(certificate)
        positive, same = certificate.serial_number > 0, to_der(certificate) == data
    except _UNREADABLE as error:
        raise Malformed("signing", "certificate-malformed", detail=str(error)) from error
    if not positive or not same:
        raise Malformed("signing", "certificate-malformed", detail="no DER, or a serial number that is not positive")
    return certificate


def to_der(certificate: x509.Certificate) -> bytes:
    """The certificate's own bytes."""
    return certificate.public_bytes(Encoding.DER)


def to_base64(certificate: x509.Certificate) -> str:
    """The form in which JSON files carry a certificate."""
    return base64.b64encode(to_der(certificate)).decode()


def from_base64(text: str) -> x509.Certificate:
    """Reads what :func:`to_base64` writes. Raises Malformed."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("signing", "certificate-malformed", detail="not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("signing", "certificate-malformed", detail="base64 in an unusual form")
    return read_der(data)


def write_pem(certificates: Iterable[x509.Certificate]) -> bytes:
    """A chain file: PEM certificates one after the other, the signer's own first."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def read_pem(data: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a chain file, in its order. Raises Malformed, also for anything between them."""
    if len(data) > 2 * MAX_CERTIFICATE * MAX_CHAIN:
        raise Malformed("signing", "certificate-malformed", detail=f"a chain of {len(data)} bytes")
    try:
        found = x509.load_pem_x509_certificates(data)
    except _UNREADABLE as error:
        raise Malformed("signing", "certificate-malformed", detail=str(error)) from error
    certificates = tuple(read_der(to_der(certificate)) for certificate in found)
    if len(certificates) > MAX_CHAIN:
        raise Malformed("signing", "certificate-malformed", detail=f"{len(certificates)} certificates, {MAX_CHAIN} are allowed")
    if write_pem(certificates) != data:
        raise Malformed("signing", "certificate-malformed", detail="text beside the certificates")
    return certificates


def _name_part(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    parts = name.get_attributes_for_oid(oid)
    return str(parts[0].value) if parts else None


def organisation_of(certificate: x509.Certificate) -> str | None:
    """The organisation (O) that the certificate names."""
    return _name_part(certificate.subject, NameOID.ORGANIZATION_NAME)


def common_name_of(certificate: x509.Certificate) -> str | None:
    """The common name (CN) that the certificate names."""
    return _name_part(certificate.subject, NameOID.COMMON_NAME)
