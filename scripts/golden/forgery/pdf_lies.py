"""Lies told with the PDF."""

from __future__ import annotations

import io
import re
from typing import Any

from certify.foundation.clock import parse_rfc3339
from certify.signing.certificates import to_der
from certify.statement.model import Barcode, Stamp
from certify.token.text import TokenText
from golden.forgery.honest import OTHER_PHOTO, PHOTOS, Job, Making, changed, make
from golden.forgery.keys import other_form, signer
from golden.forgery.lies import OTHER, Book, honest_pdf
from golden.forgery.pdf_tools import (
    container_of,
    force_sign,
    in_place,
    object_bytes,
    redrawn,
    sign_again,
    stream,
    updated,
)

BOOK = Book(".pdf", "good/certificate.pdf")
lie = BOOK.lie
_SERIAL, _OTHER_SERIAL = b"(TST0000001)", b"(TST0000002)"
_MOMENT = parse_rfc3339("2026-11-20T02:00:00Z")


def _number(data: bytes, pattern: bytes) -> int:
    return int(re.search(pattern, data)[1])  # type: ignore[index]


def _first_page(data: bytes) -> int:
    pages = _number(data, rb"/Pages ([0-9]+) 0 R")
    return int(re.search(rb"/Kids \[ ([0-9]+) 0 R", object_bytes(data, pages))[1])  # type: ignore[index]


def _contents(data: bytes) -> int:
    return int(re.search(rb"/Contents ([0-9]+) 0 R", object_bytes(data, _first_page(data)))[1])  # type: ignore[index]


def first_drawing(data: bytes) -> bytes:
    """What stands on the first page."""
    return object_bytes(data, _contents(data)).split(b"stream\n", 1)[1].removesuffix(b"endstream").rstrip(b"\n")


# --- anyone who has the file ---


@lie("pdf-text-edited", "pdf-signature digest-differs")
def _text_edited() -> bytes:
    return in_place(_SERIAL, _OTHER_SERIAL)(honest_pdf())


@lie("pdf-not-signed", "pdf-coverage not-signed")
def _not_signed() -> bytes:
    return make(Making()).unsigned_pdf()


@lie("pdf-cut-short", "pdf-coverage truncated", verdict="unreadable")
def _cut_short() -> bytes:
    return honest_pdf()[:-100]


@lie("pdf-junk-behind-the-end", "pdf-coverage bytes-after-end")
def _junk() -> bytes:
    return honest_pdf() + b"% nothing to see here\n"


@lie("pdf-page-replaced-by-update", "pdf-coverage changed-after-signing")
def _page_replaced() -> bytes:
    data = honest_pdf()
    return updated(data, {_contents(data): stream(first_drawing(data).replace(_SERIAL, _OTHER_SERIAL))})


@lie("pdf-title-changed-by-update", "pdf-coverage changed-after-signing")
def _title_changed() -> bytes:
    data = honest_pdf()
    info = _number(data, rb"/Info ([0-9]+) 0 R")
    return updated(data, {info: re.sub(rb"/Title \([^)]*\)", b"/Title (Purge)", object_bytes(data, info))})


@lie("pdf-annotation-added-by-update", "pdf-coverage changed-after-signing")
def _annotation_added() -> bytes:
    data = honest_pdf()
    page, number = _first_page(data), _number(data[data.rindex(b"trailer") :], rb"/Size ([0-9]+)")
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [ 60 700 400 760 ] /DA (/Helv 24 Tf) /Contents (Purge) >>"
    return updated(data, {page: object_bytes(data, page).replace(b"/Annots [ ", b"/Annots [ %d 0 R " % number), number: note})


@lie("pdf-second-signature", "pdf-coverage several-signatures")
def _second_signature() -> bytes:
    data = honest_pdf()
    number = _number(data[data.rindex(b"trailer") :], rb"/Size ([0-9]+)")
    form = _number(data, rb"/AcroForm ([0-9]+) 0 R")
    page = _first_page(data)
    fields = object_bytes(data, form).replace(b"/Fields [ ", b"/Fields [ %d 0 R " % number)
    field = b"<<\n/FT /Sig /T (Second) /Type /Annot /Subtype /Widget /F 132 /Rect [ 0 0 0 0 ] /P %d 0 R /V %d 0 R >>" % (page, number + 1)
    room = b"0" * 6000
    signature = b"<<\n/Contents <%b>\n/ByteRange [0 %b]%b\n/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>"
    empty = updated(data, {form: fields, number: field, number + 1: signature % (room, b"0 0 0", b" " * 40)})
    start = empty.rindex(b"<" + room)
    after = start + len(room) + 2
    ranges = b"0 %d %d %d]" % (start, after, len(empty) - after)
    place = empty.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    filled = empty[:place] + ranges + b" " * (len(b"0 0 0 0]") + 40 - len(ranges)) + empty[place + len(b"0 0 0 0]") + 40 :]
    return _fill(filled, start, after)


def _fill(data: bytes, start: int, after: int) -> bytes:
    import asyncio
    import hashlib

    from certify.pdf import sign as signing

    digest = hashlib.sha256(data[:start] + data[after:]).digest()
    container = asyncio.run(signing._OurSigner(signer("foreign-contractor")).async_sign(digest, "sha256", use_pades=True)).dump()
    return data[: start + 1] + container.hex().upper().encode().ljust(after - start - 2, b"0") + data[after - 1 :]


@lie("pdf-saved-again", "pdf-coverage signature-covers-part")
def _saved_again() -> bytes:
    import pikepdf

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(honest_pdf())) as document:
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False, deterministic_id=True)
    return target.getvalue()


@lie("pdf-garbage-in-the-signature", "pdf-signature cms-not-strict")
def _garbage() -> bytes:
    data = honest_pdf()
    place = container_of(data)
    return data[: place.start] + b"30820400" + b"A5" * 100 + data[place.start + 208 :]


@lie("pdf-bytes-behind-the-signature", "pdf-signature cms-not-strict")
def _padding_used() -> bytes:
    data = honest_pdf()
    place = container_of(data)
    return data[: place.stop - 8] + b"DEADBEEF" + data[place.stop :]


@lie("pdf-signature-digits-in-both-cases", "pdf-coverage signature-covers-part")
def _both_cases() -> bytes:
    data = honest_pdf()
    place = container_of(data)
    digits = data[place]
    letter = next(at for at, digit in enumerate(digits) if digit in b"abcdefABCDEF")
    return data[: place.start + letter] + digits[letter : letter + 1].swapcase() + data[place.start + letter + 1 :]


@lie("pdf-signature-digits-in-lower-case", "pdf-coverage signature-covers-part")
def _lower_case() -> bytes:
    data = honest_pdf()
    place = container_of(data)
    return data[: place.start] + data[place].lower() + data[place.stop :]


@lie("pdf-signature-in-its-other-form", "pdf-signature signature-wrong")
def _other_form() -> bytes:
    from asn1crypto import cms, parser

    data = honest_pdf()
    place = container_of(data)
    container = bytes.fromhex(data[place].decode())
    content = cms.ContentInfo.load(container[: parser.peek(container)])
    one = content["content"]["signer_infos"][0]
    one["signature"] = other_form(one["signature"].native)
    digits = content.dump(force=True).hex().upper().encode()
    return data[: place.start] + digits.ljust(place.stop - place.start, b"0") + data[place.stop :]


@lie("pdf-with-a-certificate-of-an-unknown-curve", "pdf-signature broken-form signing.certificate-malformed")
def _unknown_curve() -> bytes:
    """secp256r1 written as prime239v1; the certificate's hash in the container is set right, the signature is not."""
    import hashlib

    data = honest_pdf()
    place = container_of(data)
    container = bytes.fromhex(data[place].decode())
    old = to_der(signer("contractor").certificates[0])
    new = old.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a8648ce3d030104"))
    container = container.replace(old, new).replace(hashlib.sha256(old).digest(), hashlib.sha256(new).digest())
    return data[: place.start] + container.hex().upper().encode() + data[place.stop :]


# --- a forger with keys of his own ---


@lie("pdf-of-a-foreign-root", "pdf-signer signer-not-trusted")  # a stranger's file is not opened
def _foreign() -> bytes:
    return make(Making(station=signer("foreign-station"), contractor=signer("foreign-contractor"))).pdf


@lie("pdf-signed-by-a-foreign-contractor", "pdf-signer signer-not-trusted")
def _foreign_pdf() -> bytes:
    papers = make(Making())
    return force_sign(papers.unsigned_pdf(), signer("foreign-contractor"), _MOMENT)


# --- someone with a key of another role, or at another time ---


@lie("pdf-signed-by-the-station", "pdf-signer signer-role-wrong", actor="station")
def _by_station() -> bytes:
    return force_sign(make(Making()).unsigned_pdf(), signer("station"), _MOMENT)


@lie(
    "pdf-with-expired-keys",
    *(f"{step} signer-expired" for step in ("pdf-signer", "certificate-signer", "erasure-signer")),
    actor="contractor",
    verdict="cannot-tell",
)
def _expired() -> bytes:
    return make(Making(job=Job(day="2025-06-02"), station=signer("expired-station"), contractor=signer("expired-contractor"))).pdf


@lie("pdf-with-a-revoked-key", "pdf-signer signer-revoked", actor="contractor")
def _revoked() -> bytes:
    return make(Making(contractor=signer("revoked-contractor"))).pdf


# --- a contractor who signs what is not so ---


@lie("pdf-drawn-otherwise", "pdf-rebuild pages-differ", actor="contractor")
def _drawn_otherwise() -> bytes:
    return make(Making(drawn=in_place(_SERIAL, _OTHER_SERIAL))).pdf


@lie("pdf-drawn-otherwise-by-an-invented-renderer", "pdf-rebuild not-reproducible-here", actor="contractor", verdict="cannot-tell")
def _invented_renderer() -> bytes:
    return make(Making(certificate=changed(renderer="haiki/0.0.9"), drawn=in_place(_SERIAL, _OTHER_SERIAL))).pdf


@lie("pdf-page-replaced-while-signing", "pdf-certification changed-while-signing", actor="contractor")
def _replaced_while_signing() -> bytes:
    data = honest_pdf()
    unsigned = make(Making()).unsigned_pdf()
    number = _contents(data)
    body = b"%d 0 obj\n%b\nendobj\n" % (number, stream(first_drawing(data).replace(_SERIAL, _OTHER_SERIAL)))
    return sign_again(_inserted(data, len(unsigned), number, body), signer("contractor"))


def _inserted(data: bytes, place: int, number: int, body: bytes) -> bytes:
    """An object more at the beginning of the signing revision, its table and the signature's range set right."""
    table = data.rindex(b"\nxref\n") + 1
    moved = len(body)
    lines = data[table : data.rindex(b"trailer")].split(b"\n")
    entries: dict[int, int] = {number: place}
    head = [int(word) for word in lines[1].split()]
    rest = lines[2:]
    while True:
        for known in range(head[0], head[0] + head[1]):
            line = rest.pop(0)
            if line.rstrip().endswith(b"n"):
                entries[known] = int(line[:10]) + moved
        if not rest or not rest[0].strip():
            break
        head = [int(word) for word in rest.pop(0).split()]
    fresh = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in sorted(entries.items()))
    tail = data[data.rindex(b"trailer") : data.rindex(b"startxref")]
    whole = data[:place] + body + data[place:table] + fresh + tail + b"startxref\n%d\n%%%%EOF\n" % (table + moved)
    return ranged(whole)


def ranged(data: bytes) -> bytes:
    """The signature's range set to the whole file around its container."""
    found = re.search(rb"/Contents <([0-9a-fA-F]+)>\n/ByteRange (\[[^\]]*\] *)\n", data)
    start, after = found.start(1) - 1, found.end(1) + 1  # type: ignore[union-attr]
    ranges = b"[0 %d %d %d]" % (start, after, len(data) - after)
    place, room = found.start(2), len(found[2])  # type: ignore[union-attr,index]
    return data[:place] + ranges.ljust(room) + data[place + room :]


@lie("pdf-reason-beside-the-signature", "pdf-certification changed-while-signing", actor="contractor")
def _reason() -> bytes:
    data = honest_pdf()
    old, new = b"/Filter /Adobe.PPKLite\n", b"/Filter /Adobe.PPKLite\n/Reason (Purge)\n"
    place = data.rindex(old)
    return sign_again(moved(data[:place] + new + data[place + len(old) :], len(new) - len(old)), signer("contractor"))


def moved(data: bytes, by: int) -> bytes:
    """The last table moved by some bytes; no object behind the change."""
    start = int(data[data.rindex(b"startxref") :].split()[1])
    return ranged(data[: data.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (start + by))


@lie("pdf-signature-leaves-something-out", "pdf-coverage signature-covers-part", actor="contractor")
def _leaves_out() -> bytes:
    data = honest_pdf()
    found = re.search(rb"/ByteRange (\[0 [0-9]+ )([0-9]+) ([0-9]+)(\] *)\n", data)
    after, rest = int(found[2]), int(found[3])  # type: ignore[index]
    ranges = b"%b%d %d]" % (found[1], after + 40, rest - 40)  # type: ignore[index]
    start, end = found.start(1), found.end(4)  # type: ignore[union-attr]
    return sign_again(data[:start] + ranges.ljust(end - start) + data[end:], signer("contractor"))


@lie("pdf-changes-permitted", "pdf-certification changes-permitted", actor="contractor")
def _changes_permitted() -> bytes:
    return force_sign(make(Making()).unsigned_pdf(), signer("contractor"), _MOMENT, permission=2)


def _redrawn(change: Any) -> bytes:
    return make(Making(drawn=redrawn(change))).pdf


@lie("pdf-with-javascript", "pdf-structure active-content", actor="contractor")
def _javascript() -> bytes:
    from pikepdf import Dictionary, Name, String

    def change(document: Any) -> None:
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('Purge')"))

    return _redrawn(change)


@lie("pdf-with-a-hidden-layer", "pdf-structure hidden-content", actor="contractor")
def _layer() -> bytes:
    from pikepdf import Array, Dictionary, Name, String

    def change(document: Any) -> None:
        layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("other")))
        document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))

    return _redrawn(change)


@lie("pdf-with-an-annotation", "pdf-structure hidden-content", actor="contractor")
def _annotation() -> bytes:
    from pikepdf import Array, Dictionary, Name, String

    def change(document: Any) -> None:
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.FreeText, Rect=[60, 700, 400, 760], DA=String("/Helv 24 Tf"), Contents=String("Purge")
        )
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return _redrawn(change)


@lie("pdf-with-bytes-between-objects", "pdf-structure pdf-not-strict", actor="contractor")
def _between() -> bytes:
    return sign_again(in_place(b"%\xbf\xf7\xa2\xfe\n1 0 obj\n<< ", b"%\xbf\xf7\xa2\xfe\n1 0 obj\n<<%")(honest_pdf()), signer("contractor"))


@lie("pdf-with-another-file-inside", "pdf-statements extra-file", actor="contractor")
def _another_file() -> bytes:
    return make(Making(inside=lambda inside: {**inside, "purge.txt": b"Purge"})).pdf


@lie("pdf-without-the-erasure-statement", "pdf-statements statement-missing", actor="contractor")
def _without_statement() -> bytes:
    return make(Making(inside=lambda inside: {name: data for name, data in inside.items() if not name.startswith("erasure")})).pdf


@lie("pdf-with-the-statement-of-another-drive", "same-erasure other-erasure", actor="contractor")
def _statement_of_another() -> bytes:
    other = make(Making(job=OTHER)).erasure_envelope
    return make(Making(inside=lambda inside: {**inside, "erasure.dsse.json": other})).pdf


@lie("pdf-with-the-code-of-another-certificate", "token-facts other-statement", actor="contractor")
def _code_of_another() -> bytes:
    other = make(Making(job=OTHER)).code
    return make(Making(code=lambda _: other)).pdf


@lie("pdf-with-two-codes", "pdf-code other-code-on-page", actor="contractor")
def _two_codes() -> bytes:
    return _redrawn(_painted(make(Making(job=OTHER)).code, page=1))


@lie("pdf-without-a-code", "pdf-code no-code-on-page", actor="contractor")
def _no_code() -> bytes:
    return _redrawn(_painted(None, page=0))


def _painted(text: TokenText | None, page: int) -> Any:
    """Something painted over a page: a code, or white paper."""
    from certify.token.qr import make_qr

    def change(document: Any) -> None:
        drawing = [b"q 1 g 0 0 200 200 re f"]
        if text:
            code = make_qr(text)
            side = len(code.modules)
            drawing += [b"0 g"] + [
                b"%d %d %d 2 re" % (20 + 2 * first, 20 + 2 * (side - row), 2 * length) for row, first, length in code.dark_runs()
            ]
        drawing += [b"f Q"] if text else [b"Q"]
        document.pages[page].contents_add(b"\n".join(drawing))
        contents = b"\n".join(part.read_bytes() for part in document.pages[page].Contents)
        document.pages[page].Contents = document.make_stream(contents)

    return change


@lie("pdf-with-another-photo", "pdf-photos photo-differs", actor="contractor")
def _another_photo() -> bytes:
    return make(Making(drawn=in_place(PHOTOS[1], OTHER_PHOTO))).pdf


@lie("pdf-with-a-squeezed-photo", "pdf-photos photo-differs", actor="contractor")
def _squeezed_photo() -> bytes:
    return make(Making(certificate=_first_photo(width=65535, height=1))).pdf


@lie("pdf-with-an-invented-barcode", "pdf-photos code-not-in-photo", actor="contractor", verdict="cannot-tell")
def _invented_barcode() -> bytes:
    """The page says that the serial number was read from the photo of the label."""
    return make(Making(certificate=_first_photo(barcodes=[Barcode(format="Code128", text="TST0000001")]))).pdf


def _first_photo(**changes: Any) -> Any:
    return lambda one: changed(photos=[changed(**changes)(one.photos[0]), *one.photos[1:]])(one)


@lie("pdf-with-an-address-beside-the-code", "pdf-code other-code-on-page", actor="contractor")
def _address_beside() -> bytes:
    return _redrawn(_painted(TokenText("HTTPS://HAIKI.EXAMPLE.NET/V", "1" * 400), page=1))


@lie("pdf-with-a-code-that-leads-elsewhere", "token-facts link-elsewhere", actor="contractor")
def _leads_elsewhere() -> bytes:
    return make(Making(certificate=changed(verify_url="https://haiki.example.net/v"))).pdf


@lie("pdf-issued-before-the-erasure", "dates order-of-times", actor="contractor")
def _issued_before() -> bytes:
    return make(Making(certificate=changed(issued=Stamp(at="2026-11-19T02:00:00Z", source="fixed")))).pdf


@lie("pdf-signed-on-another-day", "dates signing-time-differs", actor="contractor")
def _another_day() -> bytes:
    return force_sign(make(Making()).unsigned_pdf(), signer("contractor"), parse_rfc3339("2026-03-01T02:00:00Z"))
