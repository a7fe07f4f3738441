"""What was issued for a job: issue.json and issued/C-....haiki.zip in its folder. The bundle is written before the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from certify.bundle.profile import MAX_BUNDLE
from certify.bundle.writer import bundle_name
from certify.errors import Malformed
from certify.foundation.canonical import canonical_json, sha256_hex
from certify.foundation.errors import system_reason
from certify.foundation.files import private_folder, read_regular, write_whole
from certify.foundation.messages import Words
from certify.foundation.strict import NotStrict, read_strict, to_canonical
from certify.issuing.issuer import Request
from certify.issuing.job import FinishedJob
from certify.statement.model import CertificateId, Model, Sha256, Stamp

FILE = "issue.json"
FOLDER = "issued"
_SCHEMA: Final = "https://haiki.example/issue/v1"
_MAX_FILE = 4 * 1024 * 1024
MAX_ISSUES = 1000


class Issue(Model, frozen=True, kw_only=True):
    """One certificate that was issued."""

    certificate: CertificateId
    issued: Stamp
    supersedes: CertificateId | None
    made_from: Sha256  # of request, erasure statement and photos
    request: Request  # for people: the hash above decides
    bundle_sha256: Sha256


class _Record(Model, frozen=True, kw_only=True):
    schema: Literal["https://haiki.example/issue/v1"]
    issues: Annotated[list[Issue], msgspec.Meta(min_length=1, max_length=MAX_ISSUES)]


def made_from(job: FinishedJob, request: Request) -> str:
    """One hash over everything that a person or a station put into the certificate; key and renderer are not among it."""
    photos = msgspec.to_builtins(list(job.album.photos))
    content = {"erasure": job.envelope.payload_sha256, "photos": photos, "request": msgspec.to_builtins(request)}
    return sha256_hex(canonical_json(content))


def _damaged(folder: Path, detail: str | Words) -> Malformed:
    return Malformed("issue", "record-damaged", folder=str(folder), detail=detail)


def read_issues(folder: Path) -> tuple[Issue, ...]:
    """What was issued, the oldest first. Raises Malformed (``issue.record-damaged``)."""
    try:
        return tuple(read_strict(read_regular(folder / FILE, _MAX_FILE), _Record, _MAX_FILE).issues)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _damaged(folder, Words("system.at", place=FILE, reason=system_reason(error))) from error
    except NotStrict as error:
        raise _damaged(folder, f"{FILE}: {error}") from error


def stored_bundle(folder: Path, issue: Issue) -> bytes:
    """The bytes that were issued. Raises Malformed (``issue.record-damaged``) when they are gone or others."""
    path = folder / FOLDER / bundle_name(issue.certificate)
    try:
        data = read_regular(path, MAX_BUNDLE)
    except OSError as error:
        raise _damaged(folder, Words("system.at", place=path.name, reason=system_reason(error))) from error
    if sha256_hex(data) != issue.bundle_sha256:
        raise _damaged(folder, f"{path.name}: SHA-256")
    return data


def store_issue(folder: Path, before: tuple[Issue, ...], issue: Issue, bundle: bytes) -> None:
    """Keeps the bundle, then says in the record that it was issued. Raises OSError."""
    private_folder(folder / FOLDER)
    write_whole(folder / FOLDER / bundle_name(issue.certificate), bundle, mode=0o600)
    write_whole(folder / FILE, to_canonical(_Record(schema=_SCHEMA, issues=[*before, issue])), mode=0o600)
