"""The erasure statement: made and signed by the station when a job ends, success or failure."""

from __future__ import annotations

from certify.errors import Malformed
from certify.signing import dsse
from certify.signing.roles import Role
from certify.signing.signer import Signer, require_role
from certify.statement.consistency import Contradicted, contradictions
from certify.statement.intoto import read_statement, subject, subject_of, write_statement
from certify.statement.model import ERASURE_TYPE, STATEMENT_TYPE, Erasure, ErasureStatement, Subject


def _subjects(erasure: Erasure) -> list[Subject]:
    # the drive's identity without the kernel's view of it, so that another station can find the same digest
    return [subject_of("drive-identity", erasure.drive.identity), subject("journal.jsonl", erasure.journal.sha256)]


def statement_bytes(erasure: Erasure) -> bytes:
    """The payload to be signed. Raises Malformed if a field breaks the bounds of the schema."""
    return write_statement(
        ErasureStatement(type=STATEMENT_TYPE, subject=_subjects(erasure), predicate_type=ERASURE_TYPE, predicate=erasure)
    )


def parse_statement(payload: bytes) -> Erasure:
    """The facts of a payload. Raises Malformed, also when the subjects are not those of the facts."""
    statement = read_statement(payload, ErasureStatement)
    if statement.subject != _subjects(statement.predicate):
        raise Malformed("statement", "statement-malformed", detail="subjects that are not those of the predicate")
    return statement.predicate


def sign_erasure(erasure: Erasure, station: Signer) -> bytes:
    """The signed statement, the content of erasure.dsse.json.

    Raises Contradicted (a Refused) when the facts contradict each other, above all a success without a verification that passed;
    KeyProblem when the signer is no station.
    """
    require_role(station, Role.STATION)
    if found := contradictions(erasure):
        raise Contradicted(found)
    return dsse.sign(dsse.IN_TOTO, statement_bytes(erasure), station)
