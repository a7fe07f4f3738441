"""Which QR codes can be seen on which page: the page is looked at as a picture, not trusted to say what it shows."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from certify.errors import Malformed
from certify.token.picture import qr_texts

MAX_FILE = 256 * 1024 * 1024
MAX_PAGES = 64
_DOTS_PER_INCH = 200  # 3.3 pixels a module of the printed code
_LONGEST_SIDE = 4096  # pixels; an A4 page has 2339


@dataclass(frozen=True)
class PageCode:
    """A QR code as a reader of the paper would see it."""

    page: int  # from 1
    text: str


def _picture(page: Any) -> bytes:
    scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(page.get_size()))
    picture = page.render(scale=scale, grayscale=True, may_draw_forms=True).to_pil()
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=1)
    return target.getvalue()


def codes_on_pages(data: bytes) -> tuple[PageCode, ...]:
    """Every QR code on every page of a PDF, in the order of pages.

    Raises Malformed (``paper.pdf-not-drawable``) for a file that is no PDF, can't be drawn, is larger than
    ``MAX_FILE`` bytes or has more than ``MAX_PAGES`` pages.
    """
    import pypdfium2

    if len(data) > MAX_FILE:
        raise Malformed("paper", "pdf-not-drawable", detail=f"{len(data)} bytes, {MAX_FILE} are allowed")
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            if len(document) > MAX_PAGES:
                raise Malformed("paper", "pdf-not-drawable", detail=f"{len(document)} pages, {MAX_PAGES} are allowed")
            pictures = (_picture(document[number]) for number in range(len(document)))
            return tuple(PageCode(number, text) for number, picture in enumerate(pictures, 1) for text in qr_texts(picture))
        finally:
            document.close()
    except (pypdfium2.PdfiumError, ValueError, OverflowError, ZeroDivisionError, MemoryError) as error:
        raise Malformed("paper", "pdf-not-drawable", detail=str(error)[:200]) from error
