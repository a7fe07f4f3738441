"""The certificate as unsigned PDF bytes: the same data gives the same bytes, so that anyone can make them again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from certify.errors import Refused
from certify.foundation.canonical import sha256_hex
from certify.foundation.messages import Language
from certify.pdf import gallery, head, record
from certify.pdf.blocks import BODY, LABEL, lines
from certify.pdf.fonts import EDITIONS, Face, width
from certify.pdf.layout import LEFT, MM, PAGE_HEIGHT, WIDTH, Frame, Page, Pen, Strip, Style, flow
from certify.pdf.words import Words
from certify.statement.model import Certificate, Erasure
from certify.token.qr import QUIET_ZONE, SIDE_MM, QrCode, make_qr
from certify.token.text import read_text

CERTIFICATE_STATEMENT = "certificate.dsse.json"

QR_SIDE = SIDE_MM * MM
_LAYOUT = "paper/2"
_TOP = PAGE_HEIGHT - 14 * MM
_BOTTOM = 17 * MM
_PANEL = QR_SIDE + 4 * MM
_FOOT = Style(7)
_WATERMARK = Style(84, Face.BOLD, grey=0.9)


def renderer_id() -> str:
    """Everything that the bytes depend on beside the data: layout, words, libraries, fonts."""
    import pikepdf

    parts = (f"haiki/{version('haiki')}", _LAYOUT, f"reportlab/{version('reportlab')}", f"pikepdf/{version('pikepdf')}")
    return " ".join((*parts, f"qpdf/{pikepdf.__libqpdf_version__}", EDITIONS))


def _on_first_page(strips: Sequence[Strip]) -> bool:
    frame = _frame_of(0)
    return sum(strip.height for strip in strips) <= frame.top - frame.bottom


def _strips(words: Words, erasure: Erasure, certificate: Certificate, digest: str) -> list[Strip]:
    below = [*record.medium(words, erasure), *record.result(words, erasure)]
    first = [*head.head(words, erasure, certificate), *below]
    brief = not _on_first_page(first)
    if brief:  # medium and result before whatever can stand elsewhere
        first = [*head.head(words, erasure, certificate, brief=True), *below]
    if _on_first_page([*first, *(more := record.who_and_where(words, erasure))]):
        first += more
    return [
        *first,
        *record.grounds(words, erasure.claim),
        *record.policy(words, erasure),
        *record.work(words, erasure),
        *record.verification(words, erasure),
        *record.validation(words, erasure),
        *record.limits(words, erasure),
        *record.people(words, erasure),
        *record.interruptions(words, erasure),
        *record.medium_details(words, erasure),
        *record.machine(words, erasure),
        *record.subcontractors(words, certificate),
        *record.remarks(words, certificate, brief=brief),
        *record.records(words, erasure, certificate, digest),
    ]


def _draw_code(pen: Pen, code: QrCode, left: float, bottom: float) -> None:
    side = QR_SIDE / (len(code.modules) + 2 * QUIET_ZONE)
    rows = len(code.modules)
    runs = [(QUIET_ZONE + column, QUIET_ZONE + rows - 1 - row, length, 1) for row, column, length in code.dark_runs()]
    pen.squares(left, bottom, side, runs)


def _frame_of(page: int) -> Frame:
    return Frame(_TOP, _BOTTOM + (_PANEL if page == 0 else 0))


def _draw_panel(pen: Pen, panel: Strip, code: QrCode) -> None:
    pen.line((LEFT, _BOTTOM + QR_SIDE + 2 * MM), (LEFT + WIDTH, _BOTTOM + QR_SIDE + 2 * MM))
    _draw_code(pen, code, LEFT, _BOTTOM)
    panel.paint(pen, LEFT + QR_SIDE + 5 * MM, _BOTTOM + QR_SIDE - 2 * MM)


def _test_mark(words: Words) -> str:
    """What every page of a test says, in both languages."""
    mark = words.label("test-banner")
    return f"{mark.first} {mark.second}"


def _draw_foot(pen: Pen, words: Words, certificate: Certificate, number: int, count: int) -> None:
    y = _BOTTOM - 6 * MM
    pen.line((LEFT, y + 9), (LEFT + WIDTH, y + 9))
    mark = f"  {_test_mark(words)}" if certificate.test else ""
    pen.text(LEFT, y, f"{certificate.certificate}{mark}", _FOOT)
    page = words.say("page", page=number, pages=count)
    pen.text(LEFT + WIDTH - width(page, _FOOT.face, _FOOT.size), y, page, _FOOT)


def _check_pictures(certificate: Certificate, pictures: Sequence[bytes]) -> None:
    for place, photo in enumerate(certificate.photos):
        if place >= len(pictures) or sha256_hex(pictures[place]) != photo.published_sha256:
            raise Refused("paper", "photos-differ", file=photo.file)
    if len(pictures) > len(certificate.photos):
        raise Refused("paper", "photos-differ", file=f"{len(certificate.photos) + 1:02}")


def _paginate(words: Words, erasure: Erasure, certificate: Certificate, digest: str, pictures: Sequence[bytes]) -> list[Page]:
    strips = _strips(words, erasure, certificate, digest)
    return flow([*strips, *gallery.photos(words, erasure, certificate, pictures)], _frame_of)


def render(
    erasure: Erasure,
    certificate: Certificate,
    photos: Sequence[bytes],
    token_text: str,
    attachments: Mapping[str, bytes],
) -> bytes:
    """The unsigned certificate: A4, PDF 1.7, fonts embedded, statements attached.

    ``photos`` are the published photos in the order of ``certificate.photos``; ``token_text`` is what the QR code says;
    ``attachments`` must hold ``certificate.dsse.json``, whose payload's hash is printed.
    Raises Refused (``paper.glyph-missing``, ``paper.unknown-word``, ``paper.photos-differ``, a token too large for the
    code) and Malformed for an envelope or a token text that can't be read.
    """
    from certify.pdf.finish import finish
    from certify.pdf.pen import CanvasPen, new_canvas
    from certify.signing.dsse import parse

    _check_pictures(certificate, photos)
    code = make_qr(read_text(token_text))
    digest = parse(attachments[CERTIFICATE_STATEMENT]).payload_sha256
    words = Words(Language(certificate.language))
    pages = _paginate(words, erasure, certificate, digest, photos)
    panel = head.code_panel(words, certificate, digest)
    # the foot holds digits and the id only, but a glyph must never be missing anywhere
    lines(certificate.certificate, LABEL, WIDTH, words.say("label.certificate"))
    lines(certificate.renderer, BODY, WIDTH, words.say("label.renderer"))
    target = io.BytesIO()
    canvas = new_canvas(target, language="ja-JP" if words.language is Language.JAPANESE else "en")
    pen = CanvasPen(canvas)
    for number, page in enumerate(pages, 1):
        if certificate.test:
            pen.behind(_test_mark(words), _WATERMARK)
        for top, strip in page.placed:
            strip.paint(pen, LEFT, top)
        if number == 1:
            _draw_panel(pen, panel, code)
        _draw_foot(pen, words, certificate, number, len(pages))
        pen.next_page()
    canvas.save()
    return finish(target.getvalue(), certificate, attachments)
