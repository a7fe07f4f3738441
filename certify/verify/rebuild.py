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
from certify.verify.pdf_rule import Structure
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
) -> None:
    """Equal bytes, whichever renderer the statement names. Raises Doubt: others are a lie by ours, and open by another (ADR/0002)."""
    try:
        again = render(erasure, certificate, photos, str(code), inside)
    # whatever the renderer stumbles over was put into the data by whoever signed it
    except Exception as error:
        raise _doubt(certificate, error=f"{error.room}.{error.code}" if isinstance(error, HaikiError) else type(error).__name__) from error
    if structure.file.data[: structure.file.revisions[0].end] != again:
        raise _doubt(certificate)


def _doubt(certificate: Certificate, **seen: str) -> Doubt:
    if certificate.renderer == renderer_id():
        return Doubt(Reason.PAGES_DIFFER, **seen)
    return Doubt(Reason.NOT_REPRODUCIBLE_HERE, Outcome.CANNOT_TELL, renderer=certificate.renderer)
