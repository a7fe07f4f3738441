"""What a job folder gives to its certificate: the signed erasure statement, the journal, the photos. Checked before use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certify.errors import Malformed, Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.clock import parse_rfc3339
from certify.foundation.errors import system_reason
from certify.foundation.files import read_regular
from certify.photos.album import Album, read_album
from certify.signing import dsse
from certify.signing.chains import check_chain
from certify.signing.roles import Role, role_of
from certify.signing.trust import TrustFile
from certify.statement.consistency import Contradicted, contradictions
from certify.statement.erasure import parse_statement
from certify.statement.model import Erasure

STATEMENT = "erasure.dsse.json"
JOURNAL = "journal.jsonl"
_MAX_JOURNAL = 64 * 1024 * 1024


@dataclass(frozen=True)
class FinishedJob:
    """A job whose statement holds."""

    folder: Path
    envelope_bytes: bytes
    envelope: dsse.Envelope
    erasure: Erasure
    journal: bytes
    album: Album


def _read(path: Path, limit: int) -> bytes:
    try:
        data = read_regular(path, limit)
    except OSError as error:
        raise Malformed("issue", "job-unreadable", file=str(path), detail=system_reason(error)) from error
    if len(data) > limit:
        raise Malformed("issue", "job-unreadable", file=str(path), detail=f"> {limit}")
    return data


def _check_signatures(envelope: dsse.Envelope, erasure: Erasure, trust: TrustFile | None) -> None:
    """The station signed it, and is believed if there is a trust file to ask. Raises Refused.

    A certificate over a statement that no verifier will believe would be worthless, and is found out too late.
    """
    finished = parse_rfc3339(erasure.times.finished.at)
    for signature in envelope.signatures:
        if not envelope.holds(signature) or role_of(signature.certificates[0]) is not Role.STATION:
            raise Refused("issue", "statement-not-by-station", job=erasure.job)
        if trust is not None:
            report = check_chain(signature.certificates, trust, Role.STATION, finished)
            if not report.believed:
                raise Refused("issue", "station-not-believed", job=erasure.job, doubts=tuple(report.doubts))


def read_job(folder: Path, trust: TrustFile | None) -> FinishedJob:
    """Everything that a certificate is made from.

    Raises Refused: no job, not finished, a statement that contradicts itself, is not signed by a station or not believed,
    a journal that is not the statement's; Malformed for what can't be read.
    """
    if not (folder / "plan.json").is_file():
        raise Refused("issue", "no-job", folder=str(folder))
    if not (folder / STATEMENT).exists():
        raise Refused("issue", "not-finished", folder=str(folder))
    data = _read(folder / STATEMENT, dsse.MAX_ENVELOPE)
    envelope = dsse.parse(data)
    if envelope.payload_type != dsse.IN_TOTO:
        raise Malformed("issue", "job-unreadable", file=str(folder / STATEMENT), detail=envelope.payload_type[:80])
    erasure = parse_statement(envelope.payload)
    if found := contradictions(erasure):
        raise Contradicted(found)
    _check_signatures(envelope, erasure, trust)
    journal = _read(folder / JOURNAL, _MAX_JOURNAL)
    if sha256_hex(journal) != erasure.journal.sha256:
        raise Refused("issue", "journal-differs", job=erasure.job)
    return FinishedJob(folder, data, envelope, erasure, journal, read_album(folder))
