"""The signature inside a PDF (CMS SignedData, RFC 5652; PAdES baseline B-B), read strictly.

Only what our own signer writes is taken: one signer, SHA-256 with ECDSA on P-256, no content inside, nothing unsigned
but the certificates. CMS has many places that a signature does not cover; here they must be empty or say nothing new.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from certify.errors import Malformed
from certify.signing.certificates import read_der, to_der
from certify.signing.signer import signature_holds
from certify.verify.reasons import Doubt, Reason

# object identifiers as numbers: the names that the parser knows depend on what else was imported
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_DATA = "1.2.840.113549.1.7.1"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
_NEEDED_ATTRIBUTES = frozenset({_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_CERTIFICATE_V2})
_ALLOWED_ATTRIBUTES = _NEEDED_ATTRIBUTES | {_ALGORITHM_PROTECTION}
MOST_CERTIFICATES = 8


@dataclass(frozen=True)
class Signed:
    """Who signed: the signer's own certificate first, the others in the order of the container."""

    certificates: tuple[x509.Certificate, ...]


def check_signature(container: bytes, digest: bytes) -> Signed:
    """The signer of what has this SHA-256. ``container``: DER, followed by nothing but zero bytes.

    Raises Doubt, or Malformed for a certificate that can't be read.
    """
    try:
        return _check(container, digest)
    except (Doubt, Malformed):
        raise
    # the parser of a third party over hostile bytes: whatever it stumbles over, the bytes are to blame
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise Doubt(Reason.CMS_NOT_STRICT, what=type(error).__name__) from error


def _need(condition: object, what: str) -> None:
    if not condition:
        raise Doubt(Reason.CMS_NOT_STRICT, what=what)


def _allow(found: str, wanted: str) -> None:
    if found != wanted:
        raise Doubt(Reason.ALGORITHM_NOT_ALLOWED, algorithm=found)


def _check(container: bytes, digest: bytes) -> Signed:
    from asn1crypto import cms, parser

    length = parser.peek(container)
    der, padding = container[:length], container[length:]
    _need(not padding.strip(b"\0"), "bytes after the container")
    content = cms.ContentInfo.load(der, strict=True)
    _need(content["content_type"].dotted == _SIGNED_DATA, "not signed data")
    signed = content["content"]
    _need(signed["version"].native == "v1", "version")
    _need(len(signed["digest_algorithms"]) == 1, "digest algorithms")
    _allow(signed["digest_algorithms"][0]["algorithm"].dotted, _SHA256)
    _need(signed["encap_content_info"]["content_type"].dotted == _DATA, "content type")
    _need(signed["encap_content_info"]["content"].native is None, "content inside")
    _need(signed["crls"].native is None, "revocation lists inside")
    _need(len(signed["signer_infos"]) == 1, "more than one signer")
    signer = signed["signer_infos"][0]
    certificates = _certificates(signed, signer)
    _check_signer(signer, certificates[0], digest)
    _need(_again(content) == der, "not in DER")
    return Signed(certificates)


def _again(content: Any) -> bytes:
    """The container, encoded anew from its values."""
    encoded: bytes = content.copy().dump(force=True)
    return encoded


def _certificates(signed: Any, signer: Any) -> tuple[x509.Certificate, ...]:
    found = signed["certificates"]
    _need(0 < len(found) <= MOST_CERTIFICATES, "number of certificates")
    _need(all(choice.name == "certificate" for choice in found), "another kind of certificate")
    _need(signer["sid"].name == "issuer_and_serial_number", "name of the signer")
    wanted = signer["sid"].chosen
    own: list[bytes] = []
    others: list[bytes] = []
    for choice in found:
        certificate = choice.chosen
        named = certificate.issuer.dump() == wanted["issuer"].dump() and certificate.serial_number == wanted["serial_number"].native
        (own if named else others).append(certificate.dump())
    _need(len(own) == 1, "the signer's certificate")
    _need(len({*own, *others}) == len(found), "a certificate twice")
    return tuple(read_der(der) for der in own + others)


def _check_signer(signer: Any, certificate: x509.Certificate, digest: bytes) -> None:
    from asn1crypto import tsp

    _need(signer["version"].native == "v1", "signer version")
    _allow(signer["digest_algorithm"]["algorithm"].dotted, _SHA256)
    _allow(signer["signature_algorithm"]["algorithm"].dotted, _ECDSA_SHA256)
    _need(signer["signature_algorithm"]["parameters"].native is None, "algorithm parameters")
    _need(signer["unsigned_attrs"].native is None, "unsigned attributes")
    attributes: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].dotted
        _need(name in _ALLOWED_ATTRIBUTES and name not in attributes and len(attribute["values"]) == 1, f"attribute {name}")
        attributes[name] = attribute["values"][0]
    _need(attributes.keys() >= _NEEDED_ATTRIBUTES, "a signed attribute is missing")
    _need(attributes[_CONTENT_TYPE].dotted == _DATA, "signed content type")
    named = tsp.SigningCertificateV2.load(attributes[_SIGNING_CERTIFICATE_V2].dump(), strict=True)["certs"][0]
    _allow(named["hash_algorithm"]["algorithm"].dotted, _SHA256)
    _need(named["cert_hash"].native == hashlib.sha256(to_der(certificate)).digest(), "the signer's certificate was exchanged")
    if attributes[_MESSAGE_DIGEST].native != digest:
        raise Doubt(Reason.DIGEST_DIFFERS)
    # RFC 5652 section 5.4: what is signed is the SET OF with its own tag, not the implicit one it is stored with
    to_be_verified = b"\x31" + signer["signed_attrs"].dump()[1:]
    if not signature_holds(certificate, signer["signature"].native, to_be_verified):
        raise Doubt(Reason.SIGNATURE_WRONG)
