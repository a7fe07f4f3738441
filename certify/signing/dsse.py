"""DSSE envelopes (Dead Simple Signing Envelope 1.0.2): bytes, their type, and signatures over both.

Each signature carries the certificates of its signer, so that a statement can be checked without a bundle around it
(ADR/0001). They prove nothing by themselves: a trust file decides.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from cryptography import x509

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.foundation.strict import NotStrict, read_strict, to_canonical
from certify.signing.certificates import MAX_CERTIFICATE, MAX_CHAIN, certificate_keyid, from_base64, to_base64
from certify.signing.signer import Signer, signature_holds

IN_TOTO = "application/vnd.in-toto+json"
MAX_PAYLOAD = 1024 * 1024
MAX_SIGNATURES = 8
_MAX_SIGNATURE = 72  # ECDSA-Sig-Value on P-256: two integers of at most 33 bytes in a SEQUENCE
_BASE64_SLACK = 4


def _base64_length(size: int) -> int:
    return size * 4 // 3 + _BASE64_SLACK


MAX_ENVELOPE = _base64_length(MAX_PAYLOAD) + MAX_SIGNATURES * (MAX_CHAIN * _base64_length(MAX_CERTIFICATE) + 1024) + 1024


class _WireSignature(msgspec.Struct, forbid_unknown_fields=True):
    certificates: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=_base64_length(MAX_CERTIFICATE))]], msgspec.Meta(min_length=1, max_length=MAX_CHAIN)
    ]
    keyid: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
    sig: Annotated[str, msgspec.Meta(max_length=_base64_length(_MAX_SIGNATURE))]


class _WireEnvelope(msgspec.Struct, forbid_unknown_fields=True):
    payload: str
    payload_type: Annotated[str, msgspec.Meta(min_length=1, max_length=128)] = msgspec.field(name="payloadType")
    signatures: Annotated[list[_WireSignature], msgspec.Meta(min_length=1, max_length=MAX_SIGNATURES)]


@dataclass(frozen=True)
class Signature:
    """One signature and the certificates that came with it, the signer's own first."""

    keyid: str
    value: bytes  # DER
    certificates: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Envelope:
    """What was signed, and by whom it claims to be signed."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def payload_sha256(self) -> str:
        """By which other papers refer to this one."""
        return sha256_hex(self.payload)

    def holds(self, signature: Signature) -> bool:
        """Whether this signature was made over this payload by the first of its certificates."""
        return signature_holds(signature.certificates[0], signature.value, pae(self.payload_type, self.payload))


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload_type: str, payload: bytes, signers: Signer | Sequence[Signer]) -> bytes:
    """An envelope as canonical JSON, with one signature a signer, in the order given."""
    everyone = signers if isinstance(signers, Sequence) else (signers,)
    message = pae(payload_type, payload)
    return to_canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [
                {
                    "certificates": [to_base64(certificate) for certificate in signer.certificates],
                    "keyid": signer.keyid,
                    "sig": base64.b64encode(signer.sign(message)).decode(),
                }
                for signer in everyone
            ],
        }
    )


def _unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("signing", "envelope-malformed", detail="not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("signing", "envelope-malformed", detail="base64 in an unusual form")
    return data


def parse(data: bytes) -> Envelope:
    """The envelope of these bytes; its signatures are not yet checked.

    Raises Malformed for anything but canonical JSON of exactly this shape: unknown or duplicate keys, base64 in another
    form, sizes beyond the bounds above, a keyid that is not that of the certificate beside it, two signatures by one key.
    """
    try:
        wire = read_strict(data, _WireEnvelope, MAX_ENVELOPE)
    except NotStrict as error:
        raise Malformed("signing", "envelope-malformed", detail=str(error)) from error
    payload = _unbase64(wire.payload)
    if len(payload) > MAX_PAYLOAD:
        raise Malformed("signing", "envelope-malformed", detail=f"a payload of {len(payload)} bytes")
    signatures = []
    for signature in wire.signatures:
        chain = tuple(from_base64(text) for text in signature.certificates)
        if certificate_keyid(chain[0]) != signature.keyid:
            raise Malformed("signing", "envelope-malformed", detail="a keyid that is not its certificate's")
        signatures.append(Signature(signature.keyid, _unbase64(signature.sig), chain))
    if len({signature.keyid for signature in signatures}) != len(signatures):
        raise Malformed("signing", "envelope-malformed", detail="two signatures by one key")
    return Envelope(wire.payload_type, payload, tuple(signatures))
