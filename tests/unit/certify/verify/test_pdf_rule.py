"""The strict PDF rule, asked directly: what the corpus does not reach because an earlier rung stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from certify.errors import Malformed
from certify.foundation.clock import parse_rfc3339
from certify.pdf.render import render, renderer_id
from certify.pdf.sign import sign_pdf
from certify.signing.dsse import sign as seal
from certify.verify import pdf_rule
from certify.verify.pdf_drawing import LARGEST_DRAWING, check_operators, check_pages, check_picture
from certify.verify.pdf_file import Stored, read_pdf
from certify.verify.pdf_syntax import Name, Reference
from certify.verify.reasons import Doubt, Reason
from certify.verify.verdict import Outcome

Paper = Callable[[str], bytes]
PDF = "good/certificate.pdf"


def test_every_byte_of_a_certificate_is_accounted_for(paper: Paper) -> None:
    file = read_pdf(paper(PDF))
    assert len(file.revisions) == 2
    assert file.revisions[-1].end == len(paper(PDF))
    assert len(file.revisions[1].objects) == 5  # catalogue, page, form, field, signature


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"%PDF-1.7", b"%PDF-2.0"),
        (b"endobj\n2 0 obj", b"endobj\n\n2 0 obj"),  # all offsets behind it are wrong
        (b"\nendobj\n", b"\nendobj%"),
        (b" 00000 n \n", b" 00001 n \n"),
        (b"0000000000 65535 f \n", b"0000000000 65535 n \n"),
        (b"/Prev ", b"/Prex "),
        (b"startxref\n", b"startxref\r"),
        (b"/Length 161 ", b"/Length 160 "),
        (b"/Length 161 ", b"/Length 9 0 R "),
        (b"0000000000 65535 f ", b"0000000001 65535 f "),
        (b"/Size 35 ", b"/Size 34 "),
        (b"/Size 39\n", b"/Size 12\n"),
        (b"/Size 39\n", b"/Size 99\n"),
        (b"/ID [<1c178198fbdfa51b25995d89d4102043>", b"/ID [(1c178198fbdfa51b25995d89d4102043)"),
        (b"/ID [", b"/ID [<00>"),
    ],
)
def test_a_file_that_a_viewer_would_repair_is_malformed(old: bytes, new: bytes, paper: Paper) -> None:
    good = paper(PDF)
    assert old in good
    with pytest.raises(Malformed):
        read_pdf(good.replace(old, new, 1))


@pytest.mark.parametrize(
    "entry", [b"10 1\n0000000015 00000 n \n", b"10 1\n%b", b"0 1\n0000000000 65535 f \n", b"1 1\n0000000015 00000 n \n"]
)
def test_a_table_that_names_an_object_twice_is_malformed(entry: bytes, paper: Paper) -> None:
    """Nothing else is wrong: what follows has its place no less, and the second entry is the right one, or the same."""
    good = paper(PDF)
    place = good.rindex(b"\n10 1\n") + 1
    same = good[place + 5 : place + 25]
    with pytest.raises(Malformed) as caught:
        read_pdf(good[:place] + entry.replace(b"%b", same) + good[place:])
    assert caught.value.parameters["what"] in ("a table that does not fit the objects", "a freed object")


def test_an_object_that_is_there_twice_in_one_revision_is_malformed(paper: Paper) -> None:
    with pytest.raises(Malformed):
        read_pdf(paper(PDF).replace(b"\n2 0 obj\n", b"\n1 0 obj\n", 1))


def test_more_revisions_than_any_paper_has_are_malformed(paper: Paper) -> None:
    data = paper(PDF)
    for _ in range(10):
        previous = int(data[data.rindex(b"startxref") :].split()[1])
        table = b"xref\n5 1\n%010d 00000 n \n" % len(data)
        body = b"5 0 obj\nnull\nendobj\n"
        trailer = b"trailer\n<< /Root 1 0 R /Info 2 0 R /ID [%b] /Size 39 /Prev %d >>\n" % (b"<%032x>" % 7 * 2, previous)
        data += body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(data) + len(body))
    with pytest.raises(Malformed) as caught:
        read_pdf(data)
    assert caught.value.parameters["what"] == "too many revisions"


@pytest.mark.parametrize(
    "drawing",
    [
        b"q BI /W 9999 /H 9999 /F /RL ID x EI Q",
        b"/Sh1 sh",
        b"/G1 gs",
        b"/OC /L1 BDC EMC",
        b"BT 3 Tr (hidden) Tj ET",
        b"% a comment\n",
        b"<(> BI (<)> Tj",  # a string to one reader, an operator to another
        b"(nested (brackets)) Tj",
        b"(open",
        b"1 2 3 unknown",
        b"{ 1 }",
        b"1..2 w",
        b"12abc",
        b"1" * 200_000 + b"x",
        b"/" + b"A" * 128 + b" gs",
        b"/Im#31 Do",
    ],
)
def test_what_draws_more_than_text_lines_and_photos_is_refused(drawing: bytes) -> None:
    with pytest.raises(Doubt) as caught:
        check_operators(drawing)
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def test_more_drawing_than_any_paper_needs_is_refused(paper: Paper) -> None:
    structure = pdf_rule.check_structure(paper(PDF))
    objects = dict(structure.drawn)
    drawing = next(number for number, stored in objects.items() if stored.stream and b"BT " in structure.file.bytes_of(stored))
    page = {"Contents": Reference(drawing), "Resources": {}}
    objects[999] = Stored(page, None)
    copies = LARGEST_DRAWING // len(structure.file.bytes_of(objects[drawing])) + 1
    with pytest.raises(Doubt) as caught:
        check_pages(structure.file, objects, [999] * copies)
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def _with_pictures(paper: Paper, drawing: bytes, **facts: int) -> tuple[pdf_rule.Structure, dict[int, Stored]]:
    """The certificate's objects, and object 999: a page with this drawing and one picture, Im1."""
    structure = pdf_rule.check_structure(paper(PDF))
    data = structure.file.data + drawing
    objects = dict(structure.drawn)
    objects[997] = Stored({"Subtype": Name("Image"), "Width": 2000, "Height": 2000, **facts}, slice(0, 0))
    objects[998] = Stored({}, slice(len(structure.file.data), len(data)))
    objects[999] = Stored({"Contents": Reference(998), "Resources": {"XObject": {"Im1": Reference(997)}}}, None)
    return replace(structure, file=replace(structure.file, data=data)), objects


def test_twelve_photos_of_the_largest_size_are_drawn(paper: Paper) -> None:
    structure, objects = _with_pictures(paper, b"/Im1 Do\n" * 4)
    check_pages(structure.file, objects, [999] * 3)


@pytest.mark.parametrize(
    ("drawing", "pages", "facts"),
    [
        (b"/Im1 Do\n" * 4, 5, {"Width": 9}),  # more times than a paper has photos, over all pages
        (b"/Im1 Do\n", 5, {"Width": 8000}),  # more pixels, over all pages
        (b"/Im2 Do\n", 1, {}),
        (b"/Im1 Do\n", 1, {"Height": -2000}),
    ],
)
def test_more_pictures_than_any_paper_has_are_refused(drawing: bytes, pages: int, facts: dict[str, int], paper: Paper) -> None:
    structure, objects = _with_pictures(paper, drawing, **facts)
    with pytest.raises(Doubt) as caught:
        check_pages(structure.file, objects, [999] * pages)
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def test_plain_drawing_is_taken() -> None:
    names = check_operators(rb"q 1 0 0 1 0 -.5 cm BT /F1+0 8.5 Tf (a\(b\)\\ \334BI) Tj T* ET 0 0 1 1 re B* [(a) -3 (b)] TJ /Im1 Do Q")
    assert names == ["Im1"]


def test_all_that_the_renderer_draws_today_keeps_the_rule(make_failed_erasure, make_certificate, make_picture, make_photo, pki) -> None:
    pictures = [make_picture(2000, 1500), make_picture(600, 2000, shade=9)]
    photos = [make_photo(picture, number) for number, picture in enumerate(pictures, 1)]
    names = "髙橋﨑𠮷① ㈱"  # beyond the first font, and beyond U+FFFF
    for language in ("ja", "en"):
        certificate = make_certificate(photos=photos, renderer=renderer_id(), language=language, remarks=names * 20, test=True)
        inside = {"certificate.dsse.json": seal("text/plain", b"certificate", pki.contractor), "erasure.dsse.json": b"{}"}
        unsigned = render(make_failed_erasure(test=True), certificate, pictures, "https://haiki.example/v#123", inside)
        signed = sign_pdf(unsigned, pki.contractor, parse_rfc3339(certificate.issued.at))
        coverage, structure = pdf_rule.check_coverage(signed), pdf_rule.check_structure(signed)
        pdf_rule.check_certification(structure, coverage)
        assert pdf_rule.attachments(structure) == inside
        assert sorted(pdf_rule.images(structure)) == sorted(zip(pictures, (2000, 600), (1500, 2000), strict=True))


def test_a_picture_that_claims_another_size_than_it_has_is_refused(paper: Paper) -> None:
    structure = pdf_rule.check_structure(paper(PDF).replace(b"/Width 16 ", b"/Width 99 ", 1))
    with pytest.raises(Doubt) as caught:
        pdf_rule.images(structure)
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def test_a_picture_in_too_many_scans_is_refused(paper: Paper) -> None:
    structure = pdf_rule.check_structure(paper(PDF))
    stored = next(stored for stored in structure.signed.values() if stored.dictionary.get("Subtype") == "Image")
    good = structure.file.bytes_of(stored)
    assert check_picture(stored, good) == (16, 16)
    with pytest.raises(Doubt) as caught:
        check_picture(stored, good.removesuffix(b"\xff\xd9") + b"\xff\xda\x00\x02" * 12 + b"\xff\xd9")
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def _edited(good: bytes, old: bytes, new: bytes, *, last: bool = False) -> bytes:
    """Bytes exchanged for as many others: everywhere, or in the last place only (the signing revision)."""
    assert len(old) == len(new)
    assert old in good
    if last:
        place = good.rindex(old)
        return good[:place] + new + good[place + len(old) :]
    return good.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "last", "reason", "what"),
    [
        (b"/Root 1 0 R", b"/Root 12345", False, Reason.PDF_NOT_STRICT, "the root"),
        (b"/Info 2 0 R", b"/Info 3 0 R", True, Reason.CHANGED_WHILE_SIGNING, "Info"),
        (b"/Root 1 0 R", b"/Root 3 0 R", True, Reason.CHANGED_WHILE_SIGNING, "Root"),
        (b"/DCTDecode", b"/LZWDecode", False, Reason.PDF_NOT_STRICT, "a packed stream"),
        (b"/Length1 ", b"/FFilter ", False, Reason.ACTIVE_CONTENT, "a stream in another file"),
        (b"/AFRelationship ", b"/SMaskInData    ", False, Reason.HIDDEN_CONTENT, "SMaskInData"),
        (b"/ProcSet ", b"/URI     ", False, Reason.ACTIVE_CONTENT, "URI"),
        (b"/Metadata 5 0 R", b"/Metadata 6 0 R", False, Reason.HIDDEN_CONTENT, "object 5"),
        (b"/Contents 15 0 R", b"/Contents 99 0 R", False, Reason.PDF_NOT_STRICT, "no object 99"),
        (b"/PageMode ", b"/Threads  ", False, Reason.HIDDEN_CONTENT, "Threads"),
        (b"/EmbeddedFiles ", b"/IDS           ", False, Reason.HIDDEN_CONTENT, "Names"),
        (b"/Kids ", b"/Kidz ", False, Reason.PDF_NOT_STRICT, "pages"),
        (b"/Count 5 ", b"/Rotat 5 ", False, Reason.HIDDEN_CONTENT, "inherited entries"),
        (b"/Rotate 0", b"/Dur    0", False, Reason.HIDDEN_CONTENT, "page object 10"),
        (b"/Rotate 0", b"/Rotate 9", False, Reason.HIDDEN_CONTENT, "size of page object 10"),
        (b" 841.8898 ]", b" 941.8898 ]", False, Reason.HIDDEN_CONTENT, "size of page object 10"),
        (b"[ 0 0 595.2756", b"[ 9 0 595.2756", False, Reason.HIDDEN_CONTENT, "size of page object 10"),
        (b"/ProcSet ", b"/Pattern ", False, Reason.HIDDEN_CONTENT, "Pattern"),
        (b"/Subtype /TrueType", b"/Subtype /Type3   ", False, Reason.HIDDEN_CONTENT, "a font that is not embedded"),
        (b"/FontFile2 ", b"/FontFile9 ", False, Reason.HIDDEN_CONTENT, "a font that is not embedded"),
        (b"/Subtype /Image", b"/Subtype /Form ", False, Reason.HIDDEN_CONTENT, "a drawing inside the drawing"),
    ],
)
def test_each_rule_of_structure_refuses_its_own_breach(
    old: bytes, new: bytes, *, last: bool, reason: Reason, what: str, paper: Paper
) -> None:
    with pytest.raises(Doubt) as caught:
        pdf_rule.check_structure(_edited(paper(PDF), old, new, last=last))
    assert (caught.value.reason, caught.value.seen["what"]) == (reason, what)


@pytest.mark.parametrize(
    ("old", "new", "reason", "what"),
    [
        (b"/PageMode /UseNone", b"/PageMode /UseXYZe", Reason.CHANGED_WHILE_SIGNING, "catalogue PageMode"),
        (b"/Lang (en)\n", b"/Lang (ja)\n", Reason.CHANGED_WHILE_SIGNING, "catalogue Lang"),
        (b"/SigFlags 3", b"/XAXXXXXX 3", Reason.CHANGED_WHILE_SIGNING, "form"),
        (b"/SigFlags 3", b"/SigFlags 7", Reason.CHANGED_WHILE_SIGNING, "form"),
        (b"/Type /Sig\n", b"/Type /Sog\n", Reason.CHANGED_WHILE_SIGNING, "Type"),
        (b"/Type /SigRef", b"/Type (SigRe)", Reason.CHANGES_PERMITTED, None),
        (b"/V /1.2\n", b"/X /1.2\n", Reason.CHANGES_PERMITTED, None),
        (b"/V /1.2\n", b"/V (12)\n", Reason.CHANGES_PERMITTED, None),
        (b"/Fields [ 37 0 R ]", b"/Fields [        ]", Reason.SEVERAL_SIGNATURES, None),
        (b"/Fields [ 37 0 R ]", b"/Fields [ null   ]", Reason.PDF_NOT_STRICT, "field"),
        (b"/FT /Sig\n", b"/FT /Btn\n", Reason.SEVERAL_SIGNATURES, None),
        (b"/V 38 0 R", b"/V 123456", Reason.PDF_NOT_STRICT, "signature"),
        (b"/T (Certificate)", b"/T (Purge by us)", Reason.CHANGED_WHILE_SIGNING, "field"),
        (b"/Rect [ 0 0 0 0 ]", b"/Rect [ 0 0 9 9 ]", Reason.CHANGED_WHILE_SIGNING, "field"),
        (b"/F 132", b"/F   4", Reason.CHANGED_WHILE_SIGNING, "field"),
        (b"/P 10 0 R", b"/P 36 0 R", Reason.CHANGED_WHILE_SIGNING, "field"),
        (b"/P 1\n", b"/P 3\n", Reason.CHANGES_PERMITTED, None),
        (b"/TransformMethod /DocMDP", b"/TransformMethod /FieldM", Reason.CHANGES_PERMITTED, None),
        (b"/DocMDP 38 0 R", b"/DocMDP 37 0 R", Reason.CHANGES_PERMITTED, None),
        (b"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /adbe.pkcs7.detached", Reason.CHANGED_WHILE_SIGNING, "SubFilter"),
        (b"/M (D", b"/M (X", Reason.CHANGED_WHILE_SIGNING, "M"),
        (b"/Annots [ 37 0 R ]", b"/Annots [ 36 0 R ]", Reason.CHANGED_WHILE_SIGNING, "Annots"),
        (b"/Parent 7 0 R\n", b"/Parent 8 0 R\n", Reason.CHANGED_WHILE_SIGNING, "page Parent"),
    ],
)
def test_each_rule_of_certification_refuses_its_own_breach(old: bytes, new: bytes, reason: Reason, what: str | None, paper: Paper) -> None:
    """All in the signing revision."""
    data = _edited(paper(PDF), old, new, last=True)
    coverage, structure = pdf_rule.check_coverage(data), pdf_rule.check_structure(data)
    with pytest.raises(Doubt) as caught:
        pdf_rule.check_certification(structure, coverage)
    assert caught.value.reason is reason
    assert what is None or caught.value.seen["what"] == what


def test_a_revision_more_or_less_is_told_apart(paper: Paper) -> None:
    with pytest.raises(Doubt) as caught:
        pdf_rule.check_structure(paper("bad/pdf-not-signed.pdf"))
    assert caught.value.reason is Reason.NOT_SIGNED
    with pytest.raises(Doubt) as caught:
        pdf_rule.check_structure(paper("bad/pdf-title-changed-by-update.pdf"))
    assert caught.value.reason is Reason.CHANGED_AFTER_SIGNING


def test_a_file_that_ends_before_its_signature_is_cut_short(paper: Paper) -> None:
    with pytest.raises(Doubt) as caught:
        pdf_rule.check_coverage(paper(PDF)[:100_000])
    assert (caught.value.reason, caught.value.outcome) == (Reason.TRUNCATED, Outcome.UNREADABLE)


def test_the_range_that_objects_lead_to_must_be_the_one_that_bytes_show(paper: Paper) -> None:
    data = paper(PDF)
    coverage, structure = pdf_rule.check_coverage(data), pdf_rule.check_structure(data)
    assert pdf_rule.check_certification(structure, coverage) == "2026-11-20T02:00:00Z"
    for other in (
        replace(coverage, gap=slice(coverage.gap.start + 1, coverage.gap.stop)),
        replace(coverage, gap=slice(coverage.gap.start, coverage.gap.stop - 1)),
        replace(coverage, container=coverage.container + b"x"),
    ):
        with pytest.raises(Doubt) as caught:
            pdf_rule.check_certification(structure, other)
        assert caught.value.reason is Reason.SIGNATURE_COVERS_PART


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"/Names [ (certificate.dsse.json)", b"/Names [ [certificate.dsse.json ", None),
        (b"/Names [ (certificate.dsse.json)", b"/Namez [ (certificate.dsse.json)", "attachments"),
        (b"/UF 8 0 R >>", b"/UF 9 0 R >>", "an attachment"),
        (b"/EF << /F 8 0 R", b"/EF << /X 8 0 R", "an attachment"),
        (b"/UF (certificate.dsse.json)", b"/UF (certified-purges.json)", "an attachment"),
        (b"/AFRelationship /Data", b"/Desc (Purge, by us) ", "an attachment"),
    ],
)
def test_attachments_that_two_viewers_would_see_differently_are_refused(old: bytes, new: bytes, what: str | None, paper: Paper) -> None:
    data = _edited(paper(PDF), old, new)
    with pytest.raises(Doubt) as caught:
        pdf_rule.attachments(pdf_rule.check_structure(data))
    assert caught.value.reason is Reason.PDF_NOT_STRICT
    assert what is None or caught.value.seen["what"] == what


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"/AF [ 3 0 R 4 0 R ]", b"/AF [ 4 0 R 3 0 R ]"), (b"/AF [ 3 0 R 4 0 R ]", b"/AF [ 3 0 R       ]"), (b"/Params <<", b"/Purges <<")],
)
def test_attachments_that_are_named_in_two_ways_are_refused(old: bytes, new: bytes, paper: Paper) -> None:
    data = _edited(paper(PDF), old, new)
    with pytest.raises(Doubt) as caught:
        pdf_rule.attachments(pdf_rule.check_structure(data))
    assert caught.value.reason is Reason.HIDDEN_CONTENT


def test_two_attachments_of_one_name_are_refused(paper: Paper) -> None:
    data = _edited(paper(PDF), b"(certificate.dsse.json) 3 0 R", b"(erasure.dsse.json)     4 0 R")
    with pytest.raises(Doubt) as caught:
        pdf_rule.attachments(pdf_rule.check_structure(data))
    assert caught.value.reason is Reason.HIDDEN_CONTENT
