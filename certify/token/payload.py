"""The token: COSE_Sign1 (RFC 9052) with ES256, untagged, in deterministic CBOR (RFC 8949 section 4.2).

Protected header {1 (alg): -7 (ES256), 4 (kid): first 8 bytes of the keyid}; the unprotected one is empty. The payload is
a CWT claims set (RFC 8392): 1 iss, 6 iat, 7 cti (the certificate's id as 16 bytes, see ADR/0001), and private keys
-70001 to -70007. Exactly these keys, all of them; null is 'unknown'. It holds ids and the drive's names, no person.
Names that are too long for it are shortened as as_on_token says (ADR/0002); the statement, whose hash it holds, has them whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certify.errors import Malformed, Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.clock import EARLIEST, LATEST, parse_rfc3339
from certify.foundation.ids import Prefix, decode, encode
from certify.foundation.people import same_spelling
from certify.signing.certificates import certificate_keyid
from certify.signing.roles import Role
from certify.signing.signer import Signer, require_role, signature_holds
from certify.signing.trust import KID_BYTES
from certify.statement.consistency import Contradiction, is_virtual_name
from certify.statement.model import Certificate, Erasure, Method, Outcome

MAX_TOKEN = 410  # bytes; what fits beside the longest address into the largest QR code that prints well (qr.py)
_MAX_TEXT = 64  # characters of each text
_MAX_NAME = 64  # bytes in UTF-8 of each name: three of them and an agency's code always fit into MAX_TOKEN
_LONGEST_CHARACTER = 4  # bytes in UTF-8
_CUT = "…"  # at the end of a name that was shortened

_CORPORATE_NUMBER = re.compile("[0-9]{13}")

_ALGORITHM, _KID, _ES256 = 1, 4, -7
_ISSUER, _ISSUED, _CERTIFICATE = 1, 6, 7
_STATEMENT, _SERIAL, _MODEL, _METHOD, _RESULT, _AGENCY, _TEST = range(-70001, -70008, -1)
_METHODS: dict[Method, int] = {"none": 0, "clear": 1, "purge": 2, "destroy": 3}
_RESULTS: dict[Outcome, int] = {"not-erased": 0, "erased": 1, "erased-with-exceptions": 2}
_COORDINATE = 32  # bytes of r and of s on P-256


@dataclass(frozen=True)
class Token:
    """What the QR code says of one certificate."""

    issuer: str  # 法人番号 of the contractor, else its name
    certificate: str
    issued: datetime
    statement_sha256: str  # of the certificate statement's payload, hexadecimal
    serial: str | None
    model: str | None
    method: Method
    result: Outcome
    agency: str | None  # code of the agency
    test: bool


@dataclass(frozen=True)
class SignedToken:
    """A token as it was read, its signature not yet checked."""

    token: Token
    kid: bytes
    signed: bytes  # the Sig_structure
    signature: bytes  # r || s

    def holds(self, certificate: x509.Certificate) -> bool:
        """Whether this certificate's key made the signature, and the kid names that key."""
        if not certificate_keyid(certificate).startswith(self.kid.hex()):
            return False
        r, s = (int.from_bytes(self.signature[place : place + _COORDINATE], "big") for place in (0, _COORDINATE))
        return signature_holds(certificate, encode_dss_signature(r, s), self.signed)


def as_on_token(name: str) -> str:
    """How a name of a statement stands on the token: whoever compares the two asks this first.

    Blanks of every kind become a space, characters that can't be printed are left out. What then has more than 64 bytes in
    UTF-8 is cut after the last whole character within 61 bytes, and ends with an ellipsis.
    """
    plain = "".join(character if character.isprintable() else " " if character.isspace() else "" for character in name)
    data = plain.encode()
    if len(data) > _MAX_NAME:
        plain = data[: _MAX_NAME - len(_CUT.encode())].decode(errors="ignore") + _CUT
    return plain or _CUT


def may_stand_for(on_token: str, name: str) -> bool:
    """Whether a name on a token is this organisation's, cut where it was too long. Width and blanks make no difference."""
    shown, whole = same_spelling(on_token), same_spelling(as_on_token(name))
    cut = on_token.endswith(_CUT) and len(on_token.encode()) > _MAX_NAME - _LONGEST_CHARACTER
    return shown == whole or (cut and same_spelling(name).startswith(shown.removesuffix(_CUT)))


def token_of(certificate: Certificate, payload: bytes, erasure: Erasure, agency: str | None) -> Token:
    """The token of a certificate statement with these bytes, names as they stand there. ``agency``: its code, where it is known."""
    identity = erasure.drive.identity
    return Token(
        issuer=as_on_token(certificate.contractor.corporate_number or certificate.contractor.name),
        certificate=certificate.certificate,
        issued=parse_rfc3339(certificate.issued.at),
        statement_sha256=sha256_hex(payload),
        serial=as_on_token(identity.serial.value) if identity.serial else None,
        model=as_on_token(identity.model.value) if identity.model else None,
        method=erasure.claim.method,
        result=erasure.outcome,
        agency=agency,
        test=certificate.test,
    )


def is_corporate_number(issuer: str) -> bool:
    """Whether an issuer is a 法人番号: it stands there as the contractor states it, for no certificate holds one."""
    return _CORPORATE_NUMBER.fullmatch(issuer) is not None


def token_contradictions(token: Token) -> list[Contradiction]:
    """What a token says that can't be true, whatever the statement says that it stands for. Empty: none."""
    # overwriting is the only technique of this version, and gives nothing above Clear
    above = token.method not in ("none", "clear")
    hidden = is_virtual_name(token.serial, token.model) and not token.test
    return [
        *([Contradiction.CLAIM_ABOVE_TECHNIQUE] if above else []),
        *([Contradiction.CLAIM_WITHOUT_SUCCESS] if token.method != "none" and token.result != "erased" else []),
        *([Contradiction.TEST_HIDDEN] if hidden else []),
    ]


def _encode(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def _sig_structure(protected: bytes, payload: bytes) -> bytes:
    return _encode(["Signature1", protected, b"", payload])


def _to_map(token: Token) -> dict[int, Any]:
    return {
        _ISSUER: token.issuer,
        _CERTIFICATE: decode(token.certificate),
        _ISSUED: int(token.issued.timestamp()),
        _STATEMENT: bytes.fromhex(token.statement_sha256),
        _SERIAL: token.serial,
        _MODEL: token.model,
        _METHOD: _METHODS[token.method],
        _RESULT: _RESULTS[token.result],
        _AGENCY: token.agency,
        _TEST: token.test,
    }


def sign_token(token: Token, contractor: Signer) -> bytes:
    """The signed token.

    Raises KeyProblem when the signer is no contractor, Malformed when a text can't stand in a token, Refused when all
    together is too long for a QR code.
    """
    require_role(contractor, Role.CONTRACTOR)
    protected = _encode({_ALGORITHM: _ES256, _KID: bytes.fromhex(contractor.keyid)[:KID_BYTES]})
    payload = _encode(_to_map(token))
    r, s = decode_dss_signature(contractor.sign(_sig_structure(protected, payload)))
    signature = r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")
    signed = _encode([protected, {}, payload, signature])
    if len(signed) > MAX_TOKEN:
        raise Refused("token", "too-large")
    parse_token(signed)  # what could not be read is never printed
    return signed


def _malformed(detail: str) -> Malformed:
    return Malformed("token", "token-malformed", detail=detail)


def _decode(data: bytes) -> Any:
    """One CBOR item in its only form. Raises Malformed."""
    try:
        value = cbor2.loads(data, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False)
        again = _encode(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, EOFError, RecursionError) as error:
        raise _malformed(f"not CBOR: {error}") from error
    if again != data:
        raise _malformed("not in deterministic form")
    return value


def _text(value: Any) -> str:
    if type(value) is not str or not 0 < len(value) <= _MAX_TEXT or not value.isprintable():
        raise _malformed("a text that is empty, too long or not printable")
    return value


def _one_of(value: Any, codes: dict[Any, int]) -> Any:
    names = {code: name for name, code in codes.items()}
    if type(value) is not int or value not in names:
        raise _malformed("an unknown code")
    return names[value]


def _from_map(value: Any) -> Token:
    wanted = {_ISSUER, _CERTIFICATE, _ISSUED, _STATEMENT, _SERIAL, _MODEL, _METHOD, _RESULT, _AGENCY, _TEST}
    if type(value) is not dict or any(type(key) is not int for key in value) or value.keys() != wanted:
        raise _malformed("other keys than those of a token")
    issued, digest, test = value[_ISSUED], value[_STATEMENT], value[_TEST]
    if type(issued) is not int or not EARLIEST.timestamp() <= issued <= LATEST.timestamp():
        raise _malformed("no time of issue")
    if type(digest) is not bytes or len(digest) != 32 or type(test) is not bool:
        raise _malformed("a field of another kind")
    identifier = value[_CERTIFICATE]
    if type(identifier) is not bytes or len(identifier) != 16:
        raise _malformed("no certificate id")
    serial, model, agency = (None if value[key] is None else _text(value[key]) for key in (_SERIAL, _MODEL, _AGENCY))
    return Token(
        issuer=_text(value[_ISSUER]),
        certificate=encode(Prefix.CERTIFICATE, identifier),
        issued=datetime.fromtimestamp(issued, UTC),
        statement_sha256=digest.hex(),
        serial=serial,
        model=model,
        method=_one_of(value[_METHOD], _METHODS),
        result=_one_of(value[_RESULT], _RESULTS),
        agency=agency,
        test=test,
    )


def parse_token(data: bytes) -> SignedToken:
    """Reads a token strictly: exactly this structure in its only form, nothing behind it. Raises Malformed."""
    if len(data) > MAX_TOKEN:
        raise _malformed(f"{len(data)} bytes, {MAX_TOKEN} are allowed")
    message = _decode(data)
    if type(message) is not list or len(message) != 4:
        raise _malformed("no COSE_Sign1")
    protected, unprotected, payload, signature = message
    if any(type(part) is not bytes for part in (protected, payload, signature)) or unprotected != {}:
        raise _malformed("no COSE_Sign1")
    header = _decode(protected)
    if type(header) is not dict or header.keys() != {_ALGORITHM, _KID} or header[_ALGORITHM] != _ES256:
        raise _malformed("another algorithm or header")
    kid = header[_KID]
    if type(kid) is not bytes or len(kid) != KID_BYTES or len(signature) != 2 * _COORDINATE:
        raise _malformed("a kid or signature of another length")
    return SignedToken(_from_map(_decode(payload)), kid, _sig_structure(protected, payload), signature)
