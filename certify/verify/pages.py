"""The pages of a PDF as a reader sees them: the codes that are visible, and whether two files look and read the same.

Asked only of files whose every object was accounted for and whose signature holds: the renderer is large and old.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from certify.errors import Malformed
from certify.pdf.qr_on_page import codes_on_pages
from certify.token.text import TokenText
from certify.verify.reasons import Doubt, Reason
from certify.verify.tokens import our_texts

_DOTS_PER_INCH = 200


@dataclass(frozen=True)
class _Seen:
    """A page as it is seen, and as it is copied from."""

    size: tuple[int, int]
    dots: bytes
    text: str


def _pages(data: bytes) -> Iterator[_Seen]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            for page in document:
                picture = page.render(scale=_DOTS_PER_INCH / 72, grayscale=False).to_pil()
                yield _Seen(picture.size, picture.tobytes(), page.get_textpage().get_text_bounded())
    # a library over hostile bytes: whatever it stumbles over, the bytes are to blame
    except (pypdfium2.PdfiumError, ValueError, RuntimeError, OverflowError) as error:
        raise Doubt(Reason.PDF_NOT_STRICT, what=str(error)[:200]) from error


def code_on_pages(data: bytes) -> TokenText:
    """The one token that is visible: on the first page, and none other on any page. Raises Doubt."""
    try:
        seen = codes_on_pages(data)
    except Malformed as error:
        raise Doubt(Reason.PDF_NOT_STRICT, **error.parameters) from error
    first = our_texts(tuple(code.text for code in seen if code.page == 1))
    everywhere = our_texts(tuple(code.text for code in seen))
    if not first:
        raise Doubt(Reason.NO_CODE_ON_PAGE)
    if len(everywhere) > 1:
        raise Doubt(Reason.OTHER_CODE_ON_PAGE, count=len(everywhere))
    return first[0]


def look_the_same(one: bytes, other: bytes) -> bool:
    """Whether both files have the same pages, dot for dot and letter for letter. Raises Doubt."""
    return all(ours == theirs for ours, theirs in zip_longest(_pages(one), _pages(other)))
