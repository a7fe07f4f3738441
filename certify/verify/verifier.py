"""Is this paper true? Bytes in, verdict out; no IO, no clock, bounded time and memory.

The ladder. Each rung has its own outcome; what it proves stands in the catalogue under ``verify.proves.RUNG``.

 (0) form                   forms.take_apart: one of our papers, whole, within its limits, nothing beside it
 (1) manifest               _manifest: the bundle's files are those of its manifest, its chain file that of the signatures
 (2) pdf-coverage           pdf_rule.check_coverage: exactly one signature, over the entire file, nothing behind it
 (3) pdf-signature          cms.check_signature: the bytes are those that were signed; SHA-256, ECDSA on P-256, nothing else
 (4) pdf-signer             signers.check_signer: a contractor for whom the trust file vouches
 (5) pdf-structure          pdf_rule.check_structure: every byte accounted for, nothing active, nothing hidden; not looked at if
                            the file is not what was signed, or its signer a stranger
 (6) pdf-certification      pdf_rule.check_certification: no change permitted; signing brought nothing but itself
 (7) pdf-statements         _statements_inside: the statements inside are this certificate's own
 (8) erasure-signature      statements.open_erasure
 (9) erasure-signer         signers.check_signer: a station
(10) certificate-signature  statements.open_certificate
(11) certificate-signer     signers.check_signer: a contractor, the one who signed the PDF
(12) same-erasure           statements.check_same_erasure: by SHA-256; both TEST or neither
(13) consistency            statements.check_consistency: nothing contradicts itself; success stands on a passed verification
(14) dates                  statements.check_dates: in order, within the keys' lives, over at the judging time
(15) journal                journal.check_same, read_journal: by SHA-256; by a known station, its lines hang together
(16) journal-facts          journal.check_facts: the signed facts are those that the journal tells
(17) photos                 photos.check_files: the bundle's photos are those that were signed for
(18) pdf-photos             photos.photos_inside, check_codes: the PDF's pictures are those, of the stated size, and no others;
                            the stated codes are read from them again
(19) pdf-code               pages.code_on_pages: one QR code is visible, it is this certificate's, and no other leads anywhere
(20) token-signature        tokens.check_signature
(21) token-signer           tokens.check_token_signer: a contractor, the one who signed the statement
(22) token-facts            tokens.check_facts, check_link: it says what the statements say, and leads where it should;
                            without statements tokens.check_alone: it speaks in its signer's name and does not contradict itself
(23) pdf-rebuild            rebuild.check_rebuild: the pages are what the signed data gives

A rung that needs what an earlier one could not give ends in 'cannot tell'. verdict.Verdict.bottom joins them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from certify.bundle.profile import CERTIFICATE, CHAIN, ERASURE, JOURNAL, REQUIRED, TOKEN
from certify.bundle.reader import Bundle
from certify.foundation.people import same_spelling
from certify.signing.certificates import certificate_keyid, write_pem
from certify.signing.roles import Role
from certify.signing.trust import TrustFile
from certify.statement.journal import Story
from certify.statement.model import Certificate, Erasure
from certify.token.payload import SignedToken
from certify.token.text import TokenText
from certify.verify import cms, journal, pdf_rule, photos, says, statements, tokens
from certify.verify.forms import Handed, kind_by_first_bytes, take_apart
from certify.verify.ladder import Ladder, needed
from certify.verify.reasons import Doubt, Reason
from certify.verify.signers import Court, KnownSigner, check_signer
from certify.verify.statements import Dated, Statement
from certify.verify.verdict import Kind, Note, Outcome, Paper, Step, Verdict


@dataclass
class _Found:
    """What the rungs found, for the rungs above them."""

    handed: Handed
    coverage: pdf_rule.Coverage | None = None
    pdf_signers: tuple[x509.Certificate, ...] | None = None
    pdf_signer: KnownSigner | None = None
    structure: pdf_rule.Structure | None = None
    stated: str | None = None  # the time of signing that the PDF states
    inside: Mapping[str, bytes] | None = None
    erasure: Statement[Erasure] | None = None
    certificate: Statement[Certificate] | None = None
    pair: tuple[Statement[Erasure], Statement[Certificate]] | None = None  # that belong together
    station: KnownSigner | None = None
    contractor: KnownSigner | None = None
    photos: list[bytes] | None = None
    code: TokenText | None = None
    token: tuple[SignedToken, x509.Certificate] | None = None
    token_signer: KnownSigner | None = None


def verify(data: bytes, name: str, trust: TrustFile | None, at: datetime) -> Verdict:
    """The verdict on a bundle, a PDF, a statement, a picture of a QR code, or its text. Never raises for any bytes.

    ``name``: for the report only. ``trust`` None: nobody is known, so the best answer is 'cannot tell'. ``at``: the
    judging time, timezone-aware.
    """
    ladder, court = Ladder(), Court(trust, at)
    kind = kind_by_first_bytes(data)
    handed = ladder.climb(Step.FORM, lambda: take_apart(data, kind))  # (0)
    found = _Found(handed or Handed())
    if handed is not None:
        _skip(ladder, kind)
        if handed.pdf is not None:
            _pdf(ladder, found, court)
        _statements(ladder, found, court, kind)
        if handed.bundle is not None:
            _bundle(ladder, found, handed.bundle)
        if handed.pdf is not None:
            _pages(ladder, found)
        found.code = found.code or handed.code
        _token(ladder, found, court, kind)
        _dates(ladder, found, court)
        if handed.pdf is not None:
            _rebuild(ladder, found)
    return Verdict(kind, name, at, ladder.checks(), _paper(found), _signers(found), _notes(found))


_NOT_IN_STATEMENTS = frozenset(Step) - {Step.FORM, Step.CONSISTENCY, Step.DATES}
_NEVER = {
    Kind.PDF: frozenset({Step.MANIFEST, Step.JOURNAL, Step.JOURNAL_FACTS, Step.PHOTOS}),
    Kind.ERASURE: _NOT_IN_STATEMENTS - {Step.ERASURE_SIGNATURE, Step.ERASURE_SIGNER},
    Kind.CERTIFICATE: _NOT_IN_STATEMENTS - {Step.CERTIFICATE_SIGNATURE, Step.CERTIFICATE_SIGNER},
    Kind.PICTURE: frozenset(Step) - {Step.FORM, Step.DATES, Step.TOKEN_SIGNATURE, Step.TOKEN_SIGNER, Step.TOKEN_FACTS},
    Kind.TOKEN: frozenset(Step) - {Step.FORM, Step.DATES, Step.TOKEN_SIGNATURE, Step.TOKEN_SIGNER, Step.TOKEN_FACTS},
}


def _skip(ladder: Ladder, kind: Kind) -> None:
    ladder.skip(*_NEVER.get(kind, ()))


def _pdf(ladder: Ladder, found: _Found, court: Court) -> None:
    data = needed(found.handed.pdf)
    found.coverage = ladder.climb(Step.PDF_COVERAGE, lambda: pdf_rule.check_coverage(data))  # (2)
    coverage = found.coverage
    if coverage is None:
        return

    def structure() -> pdf_rule.Structure:
        ladder.stand_on(Step.PDF_SIGNATURE, Step.PDF_SIGNER)
        return pdf_rule.check_structure(data)

    found.pdf_signers = ladder.climb(  # (3)
        Step.PDF_SIGNATURE, lambda: cms.check_signature(coverage.container, coverage.digest).certificates
    )
    found.pdf_signer = ladder.climb(Step.PDF_SIGNER, lambda: check_signer(needed(found.pdf_signers), Role.CONTRACTOR, court))  # (4)
    found.structure = ladder.climb(Step.PDF_STRUCTURE, structure)  # (5)
    found.stated = ladder.climb(Step.PDF_CERTIFICATION, lambda: pdf_rule.check_certification(needed(found.structure), coverage))  # (6)
    found.inside = ladder.climb(Step.PDF_STATEMENTS, lambda: _statements_inside(needed(found.structure), found.handed))  # (7)


def _statements_inside(structure: pdf_rule.Structure, handed: Handed) -> dict[str, bytes]:
    inside = pdf_rule.attachments(structure)
    for name in (ERASURE, CERTIFICATE):
        if name not in inside:
            raise Doubt(Reason.STATEMENT_MISSING, file=name)
        if handed.bundle is not None and inside[name] != handed.bundle.files[name]:
            raise Doubt(Reason.STATEMENT_DIFFERS, file=name)
    if extra := inside.keys() - {ERASURE, CERTIFICATE}:
        raise Doubt(Reason.EXTRA_FILE, file=min(extra))
    return inside


def _statements(ladder: Ladder, found: _Found, court: Court, kind: Kind) -> None:
    inside = found.inside or {}
    erasure = found.handed.erasure or inside.get(ERASURE)
    certificate = found.handed.certificate or inside.get(CERTIFICATE)
    if kind in (Kind.BUNDLE, Kind.PDF, Kind.ERASURE):
        found.erasure = ladder.climb(Step.ERASURE_SIGNATURE, lambda: statements.open_erasure(needed(erasure)))  # (8)
        found.station = ladder.climb(  # (9)
            Step.ERASURE_SIGNER, lambda: check_signer(needed(found.erasure).certificates, Role.STATION, court)
        )
    if kind in (Kind.BUNDLE, Kind.PDF, Kind.CERTIFICATE):
        found.certificate = ladder.climb(Step.CERTIFICATE_SIGNATURE, lambda: statements.open_certificate(needed(certificate)))  # (10)
        found.contractor = ladder.climb(Step.CERTIFICATE_SIGNER, lambda: _contractor(found, court))  # (11)
    if kind in (Kind.BUNDLE, Kind.PDF):
        found.pair = ladder.climb(Step.SAME_ERASURE, lambda: _pair(found))  # (12)
    if kind is Kind.CERTIFICATE:
        ladder.climb(Step.CONSISTENCY, lambda: statements.check_certificate_alone(needed(found.certificate)))  # (13)
    if kind in (Kind.BUNDLE, Kind.PDF, Kind.ERASURE):
        ladder.climb(Step.CONSISTENCY, lambda: statements.check_consistency(needed(found.erasure), found.certificate))  # (13)


def _pair(found: _Found) -> tuple[Statement[Erasure], Statement[Certificate]]:
    erasure, certificate = needed(found.erasure), needed(found.certificate)
    statements.check_same_erasure(certificate, erasure)
    return erasure, certificate


def _contractor(found: _Found, court: Court) -> KnownSigner:
    certificates = needed(found.certificate).certificates
    signer = check_signer(certificates, Role.CONTRACTOR, court)
    if found.pdf_signer and found.pdf_signers and certificate_keyid(found.pdf_signers[0]) != certificate_keyid(certificates[0]):
        raise Doubt(Reason.SIGNER_DIFFERS)
    stated = needed(found.certificate).predicate.contractor.name
    if same_spelling(stated) != same_spelling(signer.organisation or ""):
        # one enrolled contractor must not speak in another's name
        raise Doubt(Reason.CONTRACTOR_NAME_DIFFERS, stated=stated, signer=signer.organisation)
    return signer


def _bundle(ladder: Ladder, found: _Found, bundle: Bundle) -> None:
    files = bundle.files
    ladder.climb(Step.MANIFEST, lambda: _manifest(found, bundle))  # (1)

    def story() -> Story:
        erasure = needed(found.erasure).predicate
        journal.check_same(files[JOURNAL], erasure)
        needed(found.station)  # a stranger's journal may be made to be dear
        return journal.read_journal(files[JOURNAL], erasure)

    told = ladder.climb(Step.JOURNAL, story)  # (15)
    ladder.climb(Step.JOURNAL_FACTS, lambda: journal.check_facts(needed(told), needed(found.erasure).predicate))  # (16)
    ladder.climb(Step.PHOTOS, lambda: photos.check_files(needed(found.certificate).predicate, files))  # (17)


def _manifest(found: _Found, bundle: Bundle) -> None:
    """The reader compared each file with the manifest; what the manifest itself says is compared here."""
    certificate = needed(found.certificate)
    if bundle.certificate != certificate.predicate.certificate:
        raise Doubt(Reason.OTHER_CERTIFICATE_ID, manifest=bundle.certificate)
    # time stamps and revocation lists are not judged by this version: what nobody judges has no place beside what was
    if unjudged := [name for name in bundle.files if name not in REQUIRED and not name.startswith("photos/")]:
        raise Doubt(Reason.EXTRA_FILE, file=unjudged[0])
    signers = dict.fromkeys((*certificate.certificates, *needed(found.erasure).certificates))
    if bundle.files[CHAIN] != write_pem(signers):
        raise Doubt(Reason.CHAIN_FILE_NOT_PLAIN)


def _pages(ladder: Ladder, found: _Found) -> None:
    def pictures() -> None:
        certificate = needed(found.certificate).predicate
        found.photos = photos.photos_inside(needed(found.structure), certificate)
        if any(photo.barcodes for photo in certificate.photos):
            needed(found.pdf_signer)  # as for drawing
            photos.check_codes(certificate, found.photos)

    ladder.climb(Step.PDF_PHOTOS, pictures)  # (18)

    def code() -> TokenText:
        from certify.verify.pages import code_on_pages

        needed(found.pdf_signer), needed(found.photos)  # nothing is drawn that was not signed, accounted for and bounded
        stated = needed(found.certificate).predicate.photos
        seen = code_on_pages(needed(found.handed.pdf), {code.text for photo in stated for code in photo.barcodes})
        loose = found.handed.bundle.files[TOKEN] if found.handed.bundle is not None else None
        if loose is not None and loose != f"{seen}\n".encode():
            raise Doubt(Reason.OTHER_CODE_ON_PAGE)
        return seen

    found.code = ladder.climb(Step.PDF_CODE, code)  # (19)


def _token(ladder: Ladder, found: _Found, court: Court, kind: Kind) -> None:
    if kind in (Kind.ERASURE, Kind.CERTIFICATE):
        return
    own = found.certificate.certificates if found.certificate else ()
    found.token = ladder.climb(Step.TOKEN_SIGNATURE, lambda: tokens.check_signature(needed(found.code), own, court.trust))  # (20)
    found.token_signer = ladder.climb(  # (21)
        Step.TOKEN_SIGNER, lambda: tokens.check_token_signer(needed(found.token)[1], own, court)
    )

    def facts() -> None:
        token = needed(found.token)[0].token
        if kind in (Kind.BUNDLE, Kind.PDF):
            erasure, certificate = needed(found.pair)
            tokens.check_facts(token, certificate, erasure, court.trust)
            tokens.check_link(needed(found.code), certificate.predicate.verify_url)
        if court.trust is None:
            raise Doubt(Reason.NO_TRUST_FILE, Outcome.CANNOT_TELL)
        if kind not in (Kind.BUNDLE, Kind.PDF):
            tokens.check_alone(token, needed(found.token_signer), court.trust)
        tokens.check_link(needed(found.code), court.trust.verify_url)

    ladder.climb(Step.TOKEN_FACTS, facts)  # (22)


def _dates(ladder: Ladder, found: _Found, court: Court) -> None:
    dates: list[Dated] = []
    if found.erasure:
        times = found.erasure.predicate.times
        dates += [Dated(times.started.at, None), Dated(times.finished.at, found.station)]
    if found.certificate:
        dates.append(Dated(found.certificate.predicate.issued.at, found.contractor))
    if found.token:
        dates.append(Dated(tokens.issued(found.token[0].token), found.token_signer))

    def check() -> None:
        issued = found.certificate.predicate.issued.at if found.certificate else None
        if None not in (issued, found.stated) and issued != found.stated:
            raise Doubt(Reason.SIGNING_TIME_DIFFERS, stated=found.stated, issued=issued)
        statements.check_dates(needed(dates or None), court.moment)

    ladder.climb(Step.DATES, check)  # (14)


def _rebuild(ladder: Ladder, found: _Found) -> None:
    def rebuild() -> None:
        from certify.verify.rebuild import check_rebuild

        needed(found.pdf_signer)
        erasure, certificate = needed(found.pair)
        check_rebuild(
            needed(found.structure),
            erasure.predicate,
            certificate.predicate,
            needed(found.code),
            photos=needed(found.photos),
            inside=needed(found.inside),
        )

    ladder.climb(Step.PDF_REBUILD, rebuild)  # (23)


def _paper(found: _Found) -> Paper:
    paper = Paper()
    if found.token:
        paper = says.of_token(paper, found.token[0].token, found.code)
    if found.certificate:
        paper = says.of_certificate(paper, found.certificate.predicate)
    if found.erasure:
        paper = says.of_erasure(paper, found.erasure.predicate)
    return paper


def _signers(found: _Found) -> dict[str, str]:
    known = {Role.STATION: found.station, Role.CONTRACTOR: found.contractor or found.token_signer}
    return {role.value: f"{one.organisation} / {one.name}" for role, one in known.items() if one}


def _notes(found: _Found) -> tuple[Note, ...]:
    """What is no lie, and yet to be known by whoever relies on the paper."""
    if not (found.station and found.contractor and found.certificate):
        return ()
    certificate = found.certificate.predicate
    named = {same_spelling(party.name) for party in (certificate.contractor, *certificate.subcontractors)}
    return () if same_spelling(found.station.organisation or "") in named else (Note.STATION_OF_ANOTHER,)
