"""The PDF, made again from the signed data: what stands on the pages is what was signed, and nothing else.

A contractor signs the PDF as well as the data; without this check the pages could say 'Purge' above data that says
'Clear', and every signature would hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certify.foundation.errors import HaikiError
from certify.pdf.render import render, renderer_id
from certify.statement.model import Certificate, Erasure
from certify.token.text import TokenText
from certify.verify.pages import look_the_same
from certify.verify.pdf_file import PdfFile, read_pdf
from certify.verify.pdf_rule import Structure
from certify.verify.pdf_syntax import Reference
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Outcome


def check_rebuild(
    structure: Structure,
    erasure: Erasure,
    certificate: Certificate,
    code: TokenText,
    *,
    photos: Sequence[bytes],
    inside: Mapping[str, bytes],
) -> Reason:
    """AS_IT_SHOULD_BE: equal bytes; LOOKS_THE_SAME: another renderer's bytes, which show and say the same. Raises Doubt."""
    data = structure.file.data
    ours = certificate.renderer == renderer_id()
    try:
        again = render(erasure, certificate, photos, str(code), inside)
    # whatever the renderer stumbles over was put into the data by whoever signed it
    except Exception as error:
        name = f"{error.room}.{error.code}" if isinstance(error, HaikiError) else type(error).__name__
        if ours:
            raise Doubt(Reason.PAGES_DIFFER, error=name) from error
        raise Doubt(Reason.NOT_REPRODUCIBLE_HERE, Outcome.CANNOT_TELL, renderer=certificate.renderer) from error
    if ours:
        if data[: structure.file.revisions[0].end] != again:
            raise Doubt(Reason.PAGES_DIFFER)
        return Reason.AS_IT_SHOULD_BE
    if _properties(structure.file) != _properties(read_pdf(again)) or not look_the_same(data, again):
        raise Doubt(Reason.NOT_REPRODUCIBLE_HERE, Outcome.CANNOT_TELL, renderer=certificate.renderer)
    return Reason.LOOKS_THE_SAME


def _properties(file: PdfFile) -> tuple[object, ...]:
    """What viewers show beside the pages: title and the like, the language, how to open the file."""
    objects, trailer = file.objects(1), file.revisions[0].trailer
    info, root = (
        objects[pointer.number].dictionary if isinstance(pointer := trailer.get(key), Reference) else {} for key in ("Info", "Root")
    )
    metadata = root.get("Metadata")
    xmp = file.bytes_of(objects[metadata.number]) if isinstance(metadata, Reference) else b""
    return dict(info), xmp, *(root.get(key) for key in ("Lang", "ViewerPreferences", "PageMode", "PageLayout"))
