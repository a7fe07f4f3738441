"""Making the papers: certificate statement, token, PDF and bundle, from values to bytes. The same values, the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from certify.bundle.profile import CERTIFICATE, CHAIN, ERASURE, JOURNAL, PDF, TOKEN
from certify.bundle.reader import read_bundle
from certify.bundle.writer import write_bundle
from certify.errors import Refused
from certify.foundation.clock import parse_rfc3339
from certify.foundation.people import same_spelling
from certify.issuing.issuer import Request
from certify.issuing.job import FinishedJob
from certify.pdf.render import render, renderer_id
from certify.pdf.sign import sign_pdf
from certify.signing.certificates import certificate_keyid, organisation_of, write_pem
from certify.signing.dsse import parse
from certify.signing.signer import Signer
from certify.statement.certificate import sign_certificate
from certify.statement.model import Certificate, Stamp
from certify.token.payload import sign_token, token_of
from certify.token.text import write_text


@dataclass(frozen=True)
class Occasion:
    """The certificate's id and when it is issued."""

    certificate: str
    issued: Stamp
    supersedes: str | None


def _certificate(job: FinishedJob, request: Request, occasion: Occasion) -> Certificate:
    return Certificate(
        certificate=occasion.certificate,
        issued=occasion.issued,
        supersedes=occasion.supersedes,
        test=job.erasure.test,
        erasure_sha256=job.envelope.payload_sha256,
        addressee=request.addressee,
        subject=request.subject,
        contract=request.contract,
        document_number=request.document_number,
        contractor=request.contractor,
        subcontractors=request.subcontractors,
        certifier=request.certifier,
        destination=request.destination,
        remarks=request.remarks,
        photos=list(job.album.photos),
        verify_url=request.verify_url,
        renderer=renderer_id(),
        language=request.language,
    )


def _check_name(request: Request, contractor: Signer) -> None:
    """A key speaks for the organisation that it was given to, and for no other; a verifier looks at this too."""
    given_to = organisation_of(contractor.certificates[0]) or ""
    if same_spelling(request.contractor.name) != same_spelling(given_to):
        raise Refused("issue", "contractor-differs", stated=request.contractor.name, given_to=given_to)


def _chain(job: FinishedJob, contractor: Signer) -> bytes:
    """The certificates of everyone who signed, each once."""
    everyone = [*contractor.certificates, *(found for signature in job.envelope.signatures for found in signature.certificates)]
    return write_pem({certificate_keyid(found): found for found in everyone}.values())


def make_bundle(job: FinishedJob, request: Request, occasion: Occasion, contractor: Signer, *, agency: str | None) -> bytes:
    """The complete bundle, read back once. ``agency``: its code, for the token.

    Raises Refused for what can't be printed or would not be true, and for a contractor whose key it is not; KeyProblem for
    a key in the wrong role; Malformed for an agency code that is too long for the token.
    """
    _check_name(request, contractor)
    certificate = _certificate(job, request, occasion)
    statement = sign_certificate(certificate, job.envelope.payload, contractor)
    token = sign_token(token_of(certificate, parse(statement).payload, job.erasure, agency), contractor)
    token_text = str(write_text(request.verify_url, token))
    attachments = {ERASURE: job.envelope_bytes, CERTIFICATE: statement}
    unsigned = render(job.erasure, certificate, job.album.pictures, token_text, attachments)
    files = {
        **attachments,
        PDF: sign_pdf(unsigned, contractor, parse_rfc3339(occasion.issued.at)),
        TOKEN: f"{token_text}\n".encode(),
        CHAIN: _chain(job, contractor),
        JOURNAL: job.journal,
        **{photo.file: picture for photo, picture in zip(job.album.photos, job.album.pictures, strict=True)},
    }
    bundle = write_bundle(certificate.certificate, files)
    read_bundle(bundle)
    return bundle
