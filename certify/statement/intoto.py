"""What both statements share: canonical bytes out, strict reading in."""

from __future__ import annotations

from typing import TypeVar

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.foundation.strict import NotStrict, read_strict, to_canonical
from certify.statement.model import Digest, Subject

MAX_STATEMENT = 1024 * 1024

T = TypeVar("T")


def subject(name: str, sha256: str) -> Subject:
    """One thing that a statement is about."""
    return Subject(name=name, digest=Digest(sha256=sha256))


def subject_of(name: str, value: object) -> Subject:
    """A subject whose bytes are the canonical JSON of a value."""
    return subject(name, sha256_hex(to_canonical(value)))


def write_statement(statement: T) -> bytes:
    """Canonical bytes, read back once: what could not be read is never signed. Raises Malformed."""
    data = to_canonical(statement)
    read_statement(data, type(statement))
    return data


def read_statement(payload: bytes, shape: type[T]) -> T:
    """The statement of these bytes. Raises Malformed for another shape, another form or too many bytes."""
    try:
        return read_strict(payload, shape, MAX_STATEMENT)
    except NotStrict as error:
        raise Malformed("statement", "statement-malformed", detail=str(error)) from error
