"""The pages of a PDF as a reader sees them: the codes that are visible.

Asked only of files whose every object was accounted for and whose signature holds: what draws them is large and old.
"""

from __future__ import annotations

from collections.abc import Collection

from certify.errors import Malformed
from certify.pdf.qr_on_page import codes_on_pages
from certify.token.text import TokenText
from certify.verify.reasons import Doubt, Reason
from certify.verify.tokens import addresses, our_texts


def code_on_pages(data: bytes, in_photos: Collection[str]) -> TokenText:
    """The one token that is visible: on the first page, and on no page another code that a telephone would open. Raises Doubt.

    ``in_photos``: codes that the statement says were read from photos, and that the page names beside them. The label of a
    drive may lead to its maker; no token is excused so.
    """
    try:
        seen = codes_on_pages(data)
    except Malformed as error:
        raise Doubt(Reason.PDF_NOT_STRICT, **error.parameters) from error
    first = our_texts(code.text for code in seen if code.page == 1)
    everywhere = addresses(code.text for code in seen)
    excused = set(in_photos) - {str(token) for token in our_texts(everywhere)}
    if not first:
        raise Doubt(Reason.NO_CODE_ON_PAGE)
    if others := [text for text in everywhere if text not in excused and text != str(first[0])]:
        raise Doubt(Reason.OTHER_CODE_ON_PAGE, count=1 + len(others))
    return first[0]
