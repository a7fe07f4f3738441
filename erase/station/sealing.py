"""The end of a job: its statement, signed by the station. The one crossing from drives to papers."""

from __future__ import annotations

from datetime import datetime

from certify.errors import KeyProblem
from certify.foundation.canonical import sha256_hex
from certify.foundation.clock import in_japan
from certify.foundation.errors import Exit, system_reason
from certify.foundation.files import write_whole
from certify.foundation.standards import Method
from certify.signing import dsse
from certify.signing.roles import Role, role_of
from certify.signing.signer import Signer
from certify.statement.erasure import parse_statement, sign_erasure
from certify.statement.from_journal import erasure_from_folder
from erase.errors import JobError
from erase.jobs.events import Finished
from erase.jobs.folder import RESULT, STATEMENT, JobFolder
from erase.jobs.journal import LINES
from erase.planner.plan import ErasurePlan


def is_sealed(folder: JobFolder) -> bool:
    """Whether nothing is left to do for a finished job."""
    return folder.has(STATEMENT) and folder.has(RESULT)


def exit_of(plan: ErasurePlan, finished: Finished) -> Exit:
    """Whether a finished job ended with the claim that was asked for."""
    reached = Method(finished.claim.method).rank >= plan.policy.require.rank
    return Exit.DONE if reached else Exit.NOT_REACHED


def seal(folder: JobFolder, plan: ErasurePlan, finished: Finished, signer: Signer, now: datetime) -> str:
    """Makes the statement of a finished job from its folder, signs it, writes it; gives the payload's SHA-256.

    A statement that is there already is kept if it is a station's about this very job. Raises certify's Refused where
    the facts contradict each other (then nothing is signed), Malformed for damaged files, KeyProblem for a key that ended
    meanwhile, JobError when the folder can't be written or holds another statement.
    """
    path = folder.path / STATEMENT
    try:
        if path.exists():
            data = path.read_bytes()
        else:
            _check_alive(signer, now)
            data = sign_erasure(erasure_from_folder(folder.path), signer)
            write_whole(path, data, mode=0o600)
        journal_sha256 = sha256_hex((folder.path / LINES).read_bytes())
    except OSError as error:
        raise JobError("jobs", "folder-not-writable", folder=folder.path, error=system_reason(error)) from error
    envelope = dsse.parse(data)
    _check_ours(envelope, folder, journal_sha256, finished)
    digest = envelope.payload_sha256
    result = {
        "job": folder.job,
        "outcome": finished.outcome.value,
        "method": finished.claim.method,
        "exit": int(exit_of(plan, finished)),
        "statement_sha256": digest,
    }
    folder.write(RESULT, result)
    return digest


def _check_ours(envelope: dsse.Envelope, folder: JobFolder, journal_sha256: str, finished: Finished) -> None:
    """The statement is about this folder's job, made from this journal, and signed by a station. Raises JobError, Malformed."""
    erasure = parse_statement(envelope.payload)
    agreements = {
        "job": erasure.job == folder.job,
        "journal": erasure.journal.sha256 == journal_sha256,
        "outcome": (erasure.outcome, erasure.claim.method) == (finished.outcome.value, finished.claim.method),
        "type": envelope.payload_type == dsse.IN_TOTO,
        "signature": all(map(envelope.holds, envelope.signatures)),
        # which station is not asked: another one may have signed before this one was set up anew
        "signer": all(role_of(signature.certificates[0]) is Role.STATION for signature in envelope.signatures),
    }
    if differing := [name for name, agrees in agreements.items() if not agrees]:
        raise JobError("station", "statement-foreign", job=folder.job, file=folder.path / STATEMENT, differing=tuple(differing))


def _check_alive(signer: Signer, now: datetime) -> None:
    """The key was in date when the job began; a job may take days."""
    for certificate in signer.certificates:
        if now > certificate.not_valid_after_utc:
            raise KeyProblem(
                "signing", "key-expired", uri=signer.keyid[:16], end=in_japan(certificate.not_valid_after_utc), now=in_japan(now)
            )
