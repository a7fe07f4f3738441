"""The certificate statement: made and signed by the contractor when the certificate is issued."""

from __future__ import annotations

from certify.errors import Malformed
from certify.signing import dsse
from certify.signing.roles import Role
from certify.signing.signer import Signer, require_role
from certify.statement.consistency import Contradicted, certificate_contradictions
from certify.statement.erasure import parse_statement as parse_erasure
from certify.statement.intoto import read_statement, subject, write_statement
from certify.statement.model import CERTIFICATE_TYPE, STATEMENT_TYPE, Certificate, CertificateStatement, Subject


def _subjects(certificate: Certificate) -> list[Subject]:
    photos = [subject(photo.file, photo.published_sha256) for photo in certificate.photos]
    return [subject("erasure-statement", certificate.erasure_sha256), *photos]


def statement_bytes(certificate: Certificate) -> bytes:
    """The payload to be signed. Raises Malformed if a field breaks the bounds of the schema."""
    return write_statement(
        CertificateStatement(type=STATEMENT_TYPE, subject=_subjects(certificate), predicate_type=CERTIFICATE_TYPE, predicate=certificate)
    )


def parse_statement(payload: bytes) -> Certificate:
    """The facts of a payload. Raises Malformed, also when the subjects are not those of the facts."""
    statement = read_statement(payload, CertificateStatement)
    if statement.subject != _subjects(statement.predicate):
        raise Malformed("statement", "statement-malformed", detail="subjects that are not those of the predicate")
    return statement.predicate


def sign_certificate(certificate: Certificate, erasure_payload: bytes, contractor: Signer) -> bytes:
    """The signed statement, the content of certificate.dsse.json.

    Raises Contradicted (a Refused) when it contradicts the erasure statement or itself; KeyProblem when the signer is no contractor;
    Malformed when the erasure payload can't be read.
    """
    require_role(contractor, Role.CONTRACTOR)
    if found := certificate_contradictions(certificate, parse_erasure(erasure_payload), erasure_payload):
        raise Contradicted(found)
    return dsse.sign(dsse.IN_TOTO, statement_bytes(certificate), contractor)
