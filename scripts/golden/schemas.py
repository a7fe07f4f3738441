"""certify/statement/schema: the JSON schemas of both statements, for whoever reads them with other tools."""

from __future__ import annotations

import json

import msgspec

from certify.statement.model import CERTIFICATE_TYPE, ERASURE_TYPE, CertificateStatement, ErasureStatement, Model

FOLDERS = ("certify/statement/schema",)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _schema(shape: type[Model], identifier: str) -> bytes:
    schema = {"$schema": _DIALECT, "$id": identifier, **msgspec.json.schema(shape)}
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def files() -> dict[str, bytes]:
    """Each schema by its path."""
    return {
        "certify/statement/schema/erasure-v1.json": _schema(ErasureStatement, ERASURE_TYPE),
        "certify/statement/schema/certificate-v1.json": _schema(CertificateStatement, CERTIFICATE_TYPE),
    }
