"""What was handed in, told by its first bytes; never by its name."""

from __future__ import annotations

from dataclasses import dataclass

from certify.bundle.profile import CERTIFICATE, ERASURE, MAX_BUNDLE, PDF, largest
from certify.bundle.reader import Bundle, read_bundle
from certify.errors import Malformed
from certify.statement.model import CERTIFICATE_TYPE, ERASURE_TYPE
from certify.token.text import TokenText, read_text
from certify.verify.reasons import Doubt, Reason
from certify.verify.statements import kind_of
from certify.verify.tokens import from_picture
from certify.verify.verdict import Kind, Outcome

MAX_INPUT = MAX_BUNDLE
MAX_PDF = largest(PDF)
_LAST_PLACE_OF_END = 66_000  # bytes: the end record and the longest comment that other programs put behind it
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_LONGEST_TEXT = 4096  # bytes; read_text allows less


@dataclass(frozen=True)
class Handed:
    """The parts of what was handed in."""

    bundle: Bundle | None = None
    pdf: bytes | None = None
    erasure: bytes | None = None
    certificate: bytes | None = None
    code: TokenText | None = None


def kind_by_first_bytes(data: bytes) -> Kind:
    """The kind that the bytes begin like."""
    beginnings = ((b"PK", Kind.BUNDLE), (b"%PDF-", Kind.PDF), (_PICTURES, Kind.PICTURE), (b"https://", Kind.TOKEN))
    for beginning, kind in beginnings:
        if data.startswith(beginning):
            return kind
    if not data.startswith(b"{"):
        return Kind.UNKNOWN
    try:
        return {ERASURE_TYPE: Kind.ERASURE, CERTIFICATE_TYPE: Kind.CERTIFICATE}.get(kind_of(data) or "", Kind.UNKNOWN)
    except Malformed:
        return Kind.UNKNOWN


def take_apart(data: bytes, kind: Kind) -> Handed:
    """The parts, each read strictly as far as its outer form goes. Raises Doubt or Malformed."""
    if len(data) > (MAX_PDF if kind is Kind.PDF else MAX_INPUT):
        raise Doubt(Reason.TOO_LARGE, Outcome.UNREADABLE, bytes=len(data))
    match kind:
        case Kind.BUNDLE:
            return _bundle(data)
        case Kind.PDF:
            return Handed(pdf=data)
        case Kind.ERASURE:
            return Handed(erasure=data)
        case Kind.CERTIFICATE:
            return Handed(certificate=data)
        case Kind.PICTURE:
            return Handed(code=from_picture(data))
        case Kind.TOKEN:
            return Handed(code=_text(data))
        case Kind.UNKNOWN:
            if data.startswith(b"{") and b'"payloadType"' in data:
                kind_of(data)  # an envelope that breaks its own rules is a lie told badly: it says which
            raise Doubt(Reason.UNKNOWN_FORM, Outcome.UNREADABLE)


def _text(data: bytes) -> TokenText:
    if len(data) > _LONGEST_TEXT:
        raise Doubt(Reason.UNKNOWN_FORM, Outcome.UNREADABLE)
    line = data.removesuffix(b"\n").removesuffix(b"\r")  # one line end, of either kind
    try:
        return read_text(line.decode("ascii"))
    except (UnicodeDecodeError, Malformed) as error:
        raise Doubt(Reason.UNKNOWN_FORM, Outcome.UNREADABLE) from error


def _bundle(data: bytes) -> Handed:
    if b"PK\x05\x06" not in data[-_LAST_PLACE_OF_END:]:
        raise Doubt(Reason.TRUNCATED, Outcome.UNREADABLE)
    bundle = read_bundle(data)
    return Handed(bundle=bundle, pdf=bundle.files[PDF], erasure=bundle.files[ERASURE], certificate=bundle.files[CERTIFICATE])
