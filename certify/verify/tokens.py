"""The token: found in a text or a picture, its signature, its signer, and what it says against the statements."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509

from certify.errors import Malformed
from certify.foundation.clock import rfc3339
from certify.signing.certificates import certificate_keyid
from certify.signing.roles import Role
from certify.signing.trust import TrustFile
from certify.statement.model import Certificate, Erasure
from certify.token.payload import SignedToken, Token, is_corporate_number, may_stand_for, parse_token, token_contradictions, token_of
from certify.token.picture import qr_texts
from certify.token.text import TokenText, read_text
from certify.verify.reasons import Doubt, Reason
from certify.verify.signers import Court, KnownSigner, check_signer
from certify.verify.statements import Statement
from certify.verify.verdict import Outcome


def addresses(texts: Iterable[str]) -> list[str]:
    """Those that a telephone would open as a page, each once. Other codes (a job's tag, a label) are none of our business."""
    return list(dict.fromkeys(text for text in texts if text.strip().lower().startswith(("http:", "https:"))))


def our_texts(texts: Iterable[str]) -> list[TokenText]:
    """Those that have the form of a token's text, each once."""
    found: dict[TokenText, None] = {}
    for text in texts:
        try:
            found[read_text(text)] = None
        except Malformed:
            continue
    return list(found)


def from_picture(data: bytes) -> TokenText:
    """The one token that a picture shows. Raises Doubt."""
    try:
        seen = addresses(qr_texts(data))
    except Malformed as error:
        raise Doubt(Reason.NO_CODE_IN_PICTURE, Outcome.UNREADABLE, **error.parameters) from error
    found = our_texts(seen)
    if not found:
        raise Doubt(Reason.NO_CODE_IN_PICTURE, Outcome.UNREADABLE)
    if len(seen) > 1:
        raise Doubt(Reason.SEVERAL_CODES, Outcome.CANNOT_TELL, count=len(seen))
    return found[0]


def certificates_for(signed: SignedToken, own: tuple[x509.Certificate, ...], trust: TrustFile | None) -> tuple[x509.Certificate, ...]:
    """The certificates whose key may have signed: those that came with the statement, else those that the trust file knows."""
    known = (*own[:1], *(trust.known_as(signed.kid) if trust else ()))
    return tuple(one for one in dict.fromkeys(known) if certificate_keyid(one).startswith(signed.kid.hex()))


def check_signature(text: TokenText, own: tuple[x509.Certificate, ...], trust: TrustFile | None) -> tuple[SignedToken, x509.Certificate]:
    """The token and the certificate of the key that signed it. ``own``: the chain that came along. Raises Doubt or Malformed."""
    signed = parse_token(text.token)
    candidates = certificates_for(signed, own, trust)
    if not candidates:
        if trust is None:
            raise Doubt(Reason.NO_TRUST_FILE, Outcome.CANNOT_TELL)
        raise Doubt(Reason.SIGNER_NOT_TRUSTED, kid=signed.kid.hex())
    for candidate in candidates:
        if signed.holds(candidate):
            return signed, candidate
    raise Doubt(Reason.SIGNATURE_WRONG)


def check_token_signer(certificate: x509.Certificate, own: tuple[x509.Certificate, ...], court: Court) -> KnownSigner:
    """The contractor who signed it: with a statement at hand, the one who signed that. Raises Doubt."""
    if own and certificate_keyid(own[0]) != certificate_keyid(certificate):
        raise Doubt(Reason.SIGNER_DIFFERS)
    return check_signer(own or (certificate,), Role.CONTRACTOR, court)


def check_link(text: TokenText, expected: str) -> None:
    """The code leads to the page that it should: else a telephone would show what a forger wants. Raises Doubt."""
    if text.url != expected:
        raise Doubt(Reason.LINK_ELSEWHERE, url=text.url, expected=expected)


def check_facts(token: Token, certificate: Statement[Certificate], erasure: Statement[Erasure], trust: TrustFile | None) -> None:
    """The token is this certificate's and says what both statements say. Raises Doubt."""
    if token.statement_sha256 != certificate.sha256 or token.certificate != certificate.predicate.certificate:
        raise Doubt(Reason.OTHER_STATEMENT, certificate=token.certificate)
    if token.test != certificate.predicate.test:
        raise Doubt(Reason.TEST_FLAG_DIFFERS)
    expected = token_of(certificate.predicate, certificate.payload, erasure.predicate, token.agency)
    if token != expected:
        fields = [name for name, value in vars(token).items() if value != getattr(expected, name)]
        raise Doubt(Reason.TOKEN_DIFFERS, fields=" ".join(fields))
    _check_agency(token, trust)


def check_alone(token: Token, signer: KnownSigner, trust: TrustFile | None) -> None:
    """What can be told of a token without its statement: it speaks in its signer's name, and does not contradict itself. Raises Doubt."""
    if not is_corporate_number(token.issuer) and not may_stand_for(token.issuer, signer.organisation or ""):
        raise Doubt(Reason.CONTRACTOR_NAME_DIFFERS, stated=token.issuer, signer=signer.organisation)
    _check_agency(token, trust)
    if found := token_contradictions(token):
        raise Doubt(Reason.CONTRADICTION, codes=" ".join(found))


def _check_agency(token: Token, trust: TrustFile | None) -> None:
    if trust and None not in (trust.agency.code, token.agency) and trust.agency.code != token.agency:
        raise Doubt(Reason.TOKEN_DIFFERS, fields="agency")


def issued(token: Token) -> str:
    """When the token says that it was made."""
    return rfc3339(token.issued)
