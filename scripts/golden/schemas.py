"""The JSON schemas of both statements and of ``erase list --json``, for whoever reads them with other tools."""

from __future__ import annotations

import json

import msgspec

from certify.statement.model import CERTIFICATE_TYPE, ERASURE_TYPE, CertificateStatement, ErasureStatement
from erase.station.listing import SCHEMA, DriveList

FOLDERS = ("certify/statement/schema", "erase/station/schema")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _schema(shape: type, identifier: str) -> bytes:
    schema = {"$schema": _DIALECT, "$id": identifier, **msgspec.json.schema(shape)}
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def _output(shape: type, identifier: str) -> bytes:
    """The schema of what we write and nobody hands in: every field is there, and no other."""
    schema = json.loads(_schema(shape, identifier))
    for form in schema["$defs"].values():
        if form.get("type") == "object":
            form |= {"required": list(form["properties"]), "additionalProperties": False}
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def files() -> dict[str, bytes]:
    """Each schema by its path."""
    return {
        "certify/statement/schema/erasure-v1.json": _schema(ErasureStatement, ERASURE_TYPE),
        "certify/statement/schema/certificate-v1.json": _schema(CertificateStatement, CERTIFICATE_TYPE),
        "erase/station/schema/list-v1.json": _output(DriveList, SCHEMA),
    }
