"""The last pass over the drawn PDF: attachments, properties, one form of bytes. Deterministic."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from certify.foundation.clock import parse_rfc3339
from certify.pdf.values import JAPAN
from certify.statement.model import Certificate

_BEYOND_THE_PLANE = re.compile(rb"<([0-9A-F]{5,6})>")

# nothing but the certificate's id: properties are published with the file (guideline 4-8-5(7))
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{created}</xmp:CreateDate>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def _attach(document: Any, attachments: Mapping[str, bytes], moment: str) -> None:
    from pikepdf import Array, Dictionary, Name, String

    specs = Array()
    names = Array()
    for name, data in sorted(attachments.items()):
        file = document.make_stream(data)
        file.Type, file.Subtype = Name.EmbeddedFile, Name("/application/json")
        file.Params = Dictionary(Size=len(data), ModDate=String(moment))
        spec = document.make_indirect(
            # /Data: what the page shows was made from it (ISO 32000-2 table 43)
            Dictionary(Type=Name.Filespec, F=String(name), UF=String(name), EF=Dictionary(F=file, UF=file), AFRelationship=Name.Data)
        )
        names.extend([String(name), spec])
        specs.append(spec)
    document.Root.Names = Dictionary(EmbeddedFiles=document.make_indirect(Dictionary(Names=names)))
    document.Root.AF = specs


def _utf16(found: re.Match[bytes]) -> bytes:
    return b"<" + chr(int(found[1], 16)).encode("utf-16-be").hex().upper().encode() + b">"


def _mend_to_unicode(document: Any) -> None:
    """reportlab writes characters beyond U+FFFF as one number where UTF-16 is asked for (ISO 32000-1, 9.10.3).

    Without this, a rare kanji is drawn well but copied from the page as another character.
    """
    from pikepdf import Dictionary

    fonts = [found for found in document.objects if isinstance(found, Dictionary) and "/ToUnicode" in found]
    for font in fonts:
        font.ToUnicode.write(_BEYOND_THE_PLANE.sub(_utf16, font.ToUnicode.read_bytes()))


def finish(drawn: bytes, certificate: Certificate, attachments: Mapping[str, bytes]) -> bytes:
    """The complete unsigned file: PDF 1.7, no stream compressed, its id a digest of its content."""
    import pikepdf
    from pikepdf import Dictionary, Name, Pdf, String

    created = parse_rfc3339(certificate.issued.at).astimezone(JAPAN)
    moment = f"D:{created:%Y%m%d%H%M%S}+09'00'"
    with Pdf.open(io.BytesIO(drawn)) as document:
        for key in list(document.docinfo.keys()):
            del document.docinfo[key]
        document.docinfo[Name.Title] = String(certificate.certificate)
        document.docinfo[Name.Producer] = String(certificate.renderer)
        document.docinfo[Name.CreationDate] = String(moment)
        xmp = _XMP.format(title=escape(certificate.certificate), created=created.isoformat(), producer=escape(certificate.renderer))
        document.Root.Metadata = document.make_stream(xmp.encode(), Type=Name.Metadata, Subtype=Name.XML)
        document.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        for page in document.pages:
            if Name.Trans in page:
                del page.obj[Name.Trans]  # reportlab writes an empty page transition
        _mend_to_unicode(document)
        _attach(document, attachments, moment)
        target = io.BytesIO()
        document.save(
            target,
            force_version="1.7",
            fix_metadata_version=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
            deterministic_id=True,
        )
    return target.getvalue()
