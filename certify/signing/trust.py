"""The trust file: which roots are believed, whose keys are known, and which of them have come to an end.

It is the payload of the signed trust list (JSON schema ``.../trust/v1``). Unsigned it is believed only when the user
names it or when it lies in the user's own configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from certify.errors import Malformed
from certify.foundation.address import ADDRESS_PATTERN, MAX_ADDRESS
from certify.foundation.clock import parse_rfc3339, rfc3339
from certify.foundation.strict import NotStrict, read_strict, to_canonical
from certify.signing.certificates import MAX_CERTIFICATE, certificate_keyid, from_base64, to_base64
from certify.signing.roles import Role, role_of

TRUST_TYPE = "https://haiki.example/trust/v1"
MAX_TRUST_FILE = 16 * 1024 * 1024
KID_BYTES = 8  # a COSE kid is the beginning of a keyid

EndReason = Literal["retired", "lost", "compromised"]

_Time = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", max_length=20)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Certificate = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_CERTIFICATE * 4 // 3 + 4)]


class _WireAgency(msgspec.Struct, forbid_unknown_fields=True):
    name: _Name
    code: _Name | None


class _WireEnded(msgspec.Struct, forbid_unknown_fields=True):
    keyid: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
    ended: _Time
    revoked: _Time | None
    reason: EndReason


class _WireTrust(msgspec.Struct, forbid_unknown_fields=True):
    schema: Literal["https://haiki.example/trust/v1"]
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    issued: _Time
    expires: _Time
    agency: _WireAgency
    verify_url: Annotated[str, msgspec.Meta(pattern=ADDRESS_PATTERN, max_length=MAX_ADDRESS)]
    roots: Annotated[list[_Certificate], msgspec.Meta(min_length=1, max_length=16)]
    certificates: Annotated[list[_Certificate], msgspec.Meta(max_length=4096)]
    ended: Annotated[list[_WireEnded], msgspec.Meta(max_length=16384)]


@dataclass(frozen=True)
class Agency:
    """Whose trust file it is."""

    name: str
    code: str | None  # 団体コード


@dataclass(frozen=True)
class EndedKey:
    """A key that signs no more. What it signed before ``ended`` stands; what it signed at or after ``revoked`` falls."""

    keyid: str
    ended: datetime
    revoked: datetime | None
    reason: EndReason


@dataclass(frozen=True)
class TrustFile:
    """Whom to believe. ``certificates`` are issuing CAs and signers, needed where a paper carries only a key's name."""

    version: int
    issued: datetime
    expires: datetime
    agency: Agency
    verify_url: str  # https; the QR code's text is this, '#' and digits
    roots: tuple[x509.Certificate, ...]
    certificates: tuple[x509.Certificate, ...]
    ended: tuple[EndedKey, ...]

    def end_of(self, keyid: str) -> EndedKey | None:
        """How this key came to an end, if it did."""
        return next((key for key in self.ended if key.keyid == keyid), None)

    def known_as(self, kid: bytes) -> tuple[x509.Certificate, ...]:
        """The certificates whose keyid begins with these eight bytes. A kid of another length names none."""
        if len(kid) != KID_BYTES:
            return ()
        return tuple(certificate for certificate in self.certificates if certificate_keyid(certificate).startswith(kid.hex()))

    def to_bytes(self) -> bytes:
        """The file's bytes: canonical JSON."""
        return to_canonical(
            {
                "schema": TRUST_TYPE,
                "version": self.version,
                "issued": rfc3339(self.issued),
                "expires": rfc3339(self.expires),
                "agency": {"name": self.agency.name, "code": self.agency.code},
                "verify_url": self.verify_url,
                "roots": [to_base64(root) for root in self.roots],
                "certificates": [to_base64(certificate) for certificate in self.certificates],
                "ended": [
                    {
                        "keyid": key.keyid,
                        "ended": rfc3339(key.ended),
                        "revoked": None if key.revoked is None else rfc3339(key.revoked),
                        "reason": key.reason,
                    }
                    for key in self.ended
                ],
            }
        )


def _read_root(text: str) -> x509.Certificate:
    root = from_base64(text)
    try:
        root.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise Malformed("signing", "trust-malformed", detail="a root that did not sign itself") from error
    if role_of(root) is not Role.ROOT:
        raise Malformed("signing", "trust-malformed", detail="a root without the policy of a root")
    return root


def load_trust(data: bytes) -> TrustFile:
    """The trust file of these bytes. Raises Malformed for anything else than canonical JSON of exactly its shape."""
    try:
        wire = read_strict(data, _WireTrust, MAX_TRUST_FILE)
        issued, expires = parse_rfc3339(wire.issued), parse_rfc3339(wire.expires)
        ended = tuple(
            EndedKey(key.keyid, parse_rfc3339(key.ended), None if key.revoked is None else parse_rfc3339(key.revoked), key.reason)
            for key in wire.ended
        )
    except (NotStrict, ValueError) as error:
        raise Malformed("signing", "trust-malformed", detail=str(error)) from error
    if len({key.keyid for key in ended}) != len(ended):
        raise Malformed("signing", "trust-malformed", detail="a key that ends twice")
    return TrustFile(
        version=wire.version,
        issued=issued,
        expires=expires,
        agency=Agency(wire.agency.name, wire.agency.code),
        verify_url=wire.verify_url,
        roots=tuple(_read_root(text) for text in wire.roots),
        certificates=tuple(from_base64(text) for text in wire.certificates),
        ended=ended,
    )
