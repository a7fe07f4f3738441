"""The two signed statements: their signatures, what they say of each other, and whether it can be true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from cryptography import x509

from certify.foundation.clock import parse_rfc3339
from certify.signing import dsse
from certify.statement import certificate as certificate_statement
from certify.statement import erasure as erasure_statement
from certify.statement.consistency import Contradiction, certificate_alone_contradictions, certificate_contradictions, contradictions
from certify.statement.model import CERTIFICATE_TYPE, ERASURE_TYPE, Certificate, Erasure
from certify.verify.reasons import Doubt, Reason
from certify.verify.signers import KnownSigner
from certify.verify.verdict import Outcome

T = TypeVar("T")

_SAME_ERASURE = {Contradiction.OTHER_ERASURE: Reason.OTHER_ERASURE, Contradiction.TEST_DIFFERS: Reason.TEST_FLAG_DIFFERS}
_OF_TIME = frozenset({Contradiction.ISSUED_EARLY, Contradiction.TIMES_REVERSED})


@dataclass(frozen=True)
class Statement(Generic[T]):
    """A statement whose signature holds."""

    predicate: T
    payload: bytes
    sha256: str  # of the payload
    certificates: tuple[x509.Certificate, ...]


def _open(data: bytes, parse: Callable[[bytes], T]) -> Statement[T]:
    envelope = dsse.parse(data)
    if len(envelope.signatures) != 1:
        raise Doubt(Reason.SEVERAL_SIGNATURES, count=len(envelope.signatures))
    signature = envelope.signatures[0]
    if envelope.payload_type != dsse.IN_TOTO or not envelope.holds(signature):
        raise Doubt(Reason.SIGNATURE_WRONG)
    return Statement(parse(envelope.payload), envelope.payload, envelope.payload_sha256, signature.certificates)


def open_erasure(data: bytes) -> Statement[Erasure]:
    """The erasure statement in this envelope. Raises Doubt or Malformed."""
    return _open(data, erasure_statement.parse_statement)


def open_certificate(data: bytes) -> Statement[Certificate]:
    """The certificate statement in this envelope. Raises Doubt or Malformed."""
    return _open(data, certificate_statement.parse_statement)


def kind_of(data: bytes) -> str | None:
    """The predicate type that an envelope claims to hold, if it is one of ours. Raises Malformed."""
    payload = dsse.parse(data).payload
    # the place of the key in canonical JSON is fixed only relative to others: both types can't stand in one statement
    found = [kind for kind in (ERASURE_TYPE, CERTIFICATE_TYPE) if f'"predicateType":"{kind}"'.encode() in payload]
    return found[0] if len(found) == 1 else None


def check_same_erasure(certificate: Statement[Certificate], erasure: Statement[Erasure]) -> None:
    """The certificate is about this erasure, and both are for training or neither is. Raises Doubt."""
    found = certificate_contradictions(certificate.predicate, erasure.predicate, erasure.payload)
    for code, reason in _SAME_ERASURE.items():
        if code in found:
            raise Doubt(reason)


def check_consistency(erasure: Statement[Erasure], certificate: Statement[Certificate] | None) -> None:
    """Nothing that is stated contradicts itself. Raises Doubt."""
    found: list[Contradiction] = list(contradictions(erasure.predicate))
    if certificate is not None:
        found += certificate_contradictions(certificate.predicate, erasure.predicate, erasure.payload)
    found = [code for code in found if code not in _SAME_ERASURE and code not in _OF_TIME]
    if found:
        raise Doubt(Reason.CONTRADICTION, codes=" ".join(found))


def check_certificate_alone(certificate: Statement[Certificate]) -> None:
    """Nothing that a certificate states contradicts itself, whatever the erasure was. Raises Doubt."""
    if found := certificate_alone_contradictions(certificate.predicate):
        raise Doubt(Reason.CONTRADICTION, codes=" ".join(found))


@dataclass(frozen=True)
class Dated:
    """A moment that a paper states, and the key that signed it, if the trust file knows that key."""

    at: str  # RFC 3339
    signer: KnownSigner | None


def check_dates(dates: list[Dated], moment: datetime) -> None:
    """Each stated moment follows the one before it, lies in its key's time, and is over at the judging time. Raises Doubt."""
    moments = [parse_rfc3339(dated.at) for dated in dates]
    if moments != sorted(moments):
        raise Doubt(Reason.ORDER_OF_TIMES, times=" > ".join(dated.at for dated in dates))
    if moments and moments[-1] > moment:
        raise Doubt(Reason.DATED_AFTER_JUDGING, Outcome.CANNOT_TELL, at=dates[-1].at)
    for dated, at in zip(dates, moments, strict=True):
        if dated.signer and not dated.signer.valid_from <= at <= dated.signer.valid_until:
            raise Doubt(Reason.DATED_OUTSIDE_KEY, Outcome.CANNOT_TELL, at=dated.at)
