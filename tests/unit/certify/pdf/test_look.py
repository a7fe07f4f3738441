"""What independent programs see: qpdf, Poppler, zbar, zxing; and that nothing overlaps on the pages."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.errors import Malformed
from certify.foundation.messages import Language
from certify.pdf import record
from certify.pdf.blocks import BODY, NOTE, SMALL, STRONG, Field, banner, fields, heading, lines, to_fill_in
from certify.pdf.gallery import photos
from certify.pdf.head import head
from certify.pdf.layout import LEFT, MM, PAGE_HEIGHT, PAGE_WIDTH, WIDTH, Strip
from certify.pdf.qr_on_page import MAX_PAGES, PageCode, codes_on_pages
from certify.pdf.words import Label, Words
from certify.statement.model import Photo
from certify.token.picture import qr_texts

Make = Callable[..., Any]


def test_qpdf_finds_nothing_wrong(make_paper: Make, make_erasure: Make, run_tool: Make) -> None:
    assert "No syntax or stream encoding errors found" in run_tool(make_paper(make_erasure()).pdf, "qpdf", "--check")


def test_every_font_is_embedded_and_none_is_helvetica(make_paper: Make, make_erasure: Make, run_tool: Make) -> None:
    rows = run_tool(make_paper(make_erasure(), remarks="𠮷").pdf, "pdffonts").splitlines()[2:]
    assert len(rows) >= 3
    for row in rows:
        name, *_, embedded, subset, unicode, _number, _generation = row.split()
        assert name.partition("+")[2] in ("BIZUDPGothic-Regular", "BIZUDPGothic-Bold", "VL-PGothic-Regular")
        assert (embedded, subset, unicode) == ("yes", "yes", "yes")


def test_poppler_lists_the_attachments(make_paper: Make, make_erasure: Make, run_tool: Make) -> None:
    listed = run_tool(make_paper(make_erasure()).pdf, "pdfdetach", "-list")
    assert [line.partition(": ")[2] for line in listed.splitlines()[1:]] == ["certificate.dsse.json", "erasure.dsse.json"]


@pytest.mark.parametrize("language_of_paper", ["ja", "en"])
def test_the_code_is_read_from_the_page_at_150_dots_an_inch(
    make_paper: Make, test_erasure: Any, picture_of: Make, tmp_path: Path, language_of_paper: str
) -> None:
    paper = make_paper(test_erasure, language=language_of_paper)
    picture = picture_of(paper.pdf, dots=150)
    assert qr_texts(picture) == (paper.token_text,)
    (tmp_path / "page.png").write_bytes(picture)
    seen = subprocess.run(["zbarimg", "-q", "--raw", tmp_path / "page.png"], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == paper.token_text


def test_the_code_is_36_millimetres_wide(make_paper: Make, make_erasure: Make, picture_of: Make, pixels: Make) -> None:
    picture = pixels(picture_of(make_paper(make_erasure()).pdf, dots=254))  # ten pixels a millimetre
    box = picture.crop((200, 2430, 600, 2810)).point(lambda value: 255 * (value < 128)).getbbox()
    from certify.pdf.render import QR_SIDE

    assert pytest.approx(360) == QR_SIDE * 254 / 72
    # without its quiet zone of four modules on each side
    assert 310 < box[2] - box[0] < 335


def test_codes_are_found_on_their_pages(make_paper: Make, make_erasure: Make) -> None:
    paper = make_paper(make_erasure())
    assert codes_on_pages(paper.pdf) == (PageCode(1, paper.token_text),)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"not a PDF" * 100], ids=["empty", "head", "text"])
def test_a_file_that_can_not_be_drawn_is_refused_in_words(data: bytes, language: Language) -> None:
    with pytest.raises(Malformed) as refused:
        codes_on_pages(data)
    assert all(refused.value.sentences())


def _pages(count: int, box: str = "0 0 200 200") -> bytes:
    kids = " ".join(f"{number + 3} 0 R" for number in range(count))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {count} /Kids [{kids}] >>"]
    objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] >>"] * count
    body = b"%PDF-1.7\n" + b"".join(f"{number} 0 obj {text} endobj\n".encode() for number, text in enumerate(objects, 1))
    return body + b"trailer << /Root 1 0 R >>\n%%EOF"


def test_a_file_of_too_many_pages_is_refused() -> None:
    assert codes_on_pages(_pages(2)) == ()
    with pytest.raises(Malformed, match="pages"):
        codes_on_pages(_pages(MAX_PAGES + 1))


@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 1000000 2", "0 0 2 99999999"])
def test_a_page_that_lies_about_its_size_is_drawn_small(box: str) -> None:
    assert codes_on_pages(_pages(1, box)) == ()


class _Drawing:
    """A pen that remembers where it was."""

    def __init__(self) -> None:
        self.texts: list[tuple[float, float, float, float]] = []
        self.boxes: list[tuple[float, float, float, float]] = []

    def text(self, x: float, y: float, text: str, style: Any) -> None:
        from certify.pdf.fonts import width

        self.texts.append((x, y - 0.12 * style.size, x + width(text, style.face, style.size), y + 0.88 * style.size))

    def line(self, start: tuple[float, float], end: tuple[float, float], *, thickness: float = 0.4) -> None:
        self.boxes.append((*start, *end))

    def box(self, corner: tuple[float, float], size: tuple[float, float], *, thickness: float = 0.4, grey: float | None = None) -> None:
        self.boxes.append((*corner, corner[0] + size[0], corner[1] + size[1]))

    def squares(self, left: float, bottom: float, side: float, runs: Any) -> None:
        self.boxes.extend(
            (left + side * x, bottom + side * y, left + side * (x + width), bottom + side * (y + height)) for x, y, width, height in runs
        )

    def jpeg(self, data: bytes, corner: tuple[float, float], size: tuple[float, float]) -> None:
        self.box(corner, size)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    slack = 0.6  # ascent and descent of one line may touch those of the next
    across = min(one[2], other[2]) - max(one[0], other[0]) > slack
    return across and min(one[3], other[3]) - max(one[1], other[1]) > slack


def _draw(strips: list[Strip]) -> _Drawing:
    pen, top = _Drawing(), PAGE_HEIGHT
    for strip in strips:
        strip.paint(pen, LEFT, top)
        top -= strip.height
    return pen


@pytest.mark.parametrize("language_of_paper", list(Language))
@pytest.mark.parametrize("failed", [False, True])
def test_no_text_overlaps_another_or_leaves_its_box(
    make_erasure: Make, make_failed_erasure: Make, make_certificate: Make, language_of_paper: Language, failed: bool
) -> None:
    words = Words(language_of_paper)
    erasure = (make_failed_erasure if failed else make_erasure)()
    certificate = make_certificate(remarks="備考 " * 100, subject="件名" * 40)
    parts = [
        head(words, erasure, certificate),
        record.medium(words, erasure),
        record.result(words, erasure),
        record.policy(words, erasure),
        record.work(words, erasure),
        record.verification(words, erasure),
        record.validation(words, erasure),
        record.limits(words, erasure),
        record.people(words, erasure),
        record.interruptions(words, erasure),
        record.medium_details(words, erasure),
        record.machine(words, erasure),
        record.records(words, erasure, certificate, "0" * 64),
    ]
    for strips in parts:
        pen = _draw(strips)
        assert pen.texts
        for place, text in enumerate(pen.texts):
            assert text[0] >= LEFT - 0.1
            assert text[2] <= LEFT + WIDTH + 0.1
            assert not [other for other in pen.texts[place + 1 :] if _overlap(text, other)]


@pytest.mark.parametrize("language_of_paper", list(Language))
def test_what_a_strip_draws_stays_within_its_height(make_failed_erasure: Make, make_certificate: Make, language_of_paper: Language) -> None:
    words = Words(language_of_paper)
    erasure, certificate = make_failed_erasure(), make_certificate(subject="件名" * 90)
    strips = [*head(words, erasure, certificate), *record.work(words, erasure), *record.validation(words, erasure)]
    strips += [*record.limits(words, erasure), *record.people(words, erasure), *record.interruptions(words, erasure)]
    for strip in strips:
        pen = _Drawing()
        strip.paint(pen, LEFT, 0)
        for _, bottom, _, top in (*pen.texts, *pen.boxes):
            assert top <= 0.1
            assert bottom >= -strip.height - 0.1


def test_a_word_without_blanks_stays_in_its_column() -> None:
    label = Label("型番", "Model")
    pen = _draw(fields([[Field(label, "A" * 200), Field(label, "B" * 200)]]))
    middle = LEFT + WIDTH / 2
    assert all(text[2] <= middle for text in pen.texts if text[0] < middle)
    assert all(text[2] <= LEFT + WIDTH for text in pen.texts)


def test_a_text_of_many_lines_is_cut_into_strips_that_fit_a_page() -> None:
    strips = fields([[Field(Label("備考", "Remarks"), "とても長い備考。" * 400)]])
    assert len(strips) > 1
    assert all(strip.height < PAGE_HEIGHT * 0.8 for strip in strips)


def test_a_banner_is_as_wide_as_the_page_and_in_large_letters() -> None:
    (strip,) = banner(Label("消去未完了", "NOT ERASED"), size=24)
    pen = _draw([strip])
    left, bottom, right, top = pen.texts[0]
    assert top - bottom == pytest.approx(24)
    assert (left + right) / 2 == pytest.approx(PAGE_WIDTH / 2, abs=8)


def test_a_box_to_fill_in_grows_with_what_is_printed_in_it() -> None:
    *_, box = to_fill_in([(Label("判断", "Decision"), "□ 十分である\n" * 8, 1.0), (Label("氏名", "Name"), "", 4.0)], height=20)
    pen = _draw([box])
    assert box.height > 20
    assert all(bottom >= PAGE_HEIGHT - box.height for _, bottom, _, _ in pen.texts)
    (_, small) = to_fill_in([(Label("判断", "Decision"), "", 1.0)], height=20)
    assert small.height == 20


@pytest.mark.parametrize(("size", "height"), [((1500, 6000), 720), ((2250, 4000), 356), ((6000, 1500), 120)])
def test_a_narrow_upright_photo_gets_the_height_of_the_page(
    make_erasure: Make, make_certificate: Make, size: tuple[int, int], height: float
) -> None:
    width_, height_ = size
    photo = Photo(
        file="photos/01.jpg",
        kind="label",
        caption=None,
        original_sha256="0" * 64,
        published_sha256="1" * 64,
        width=width_,
        height=height_,
        captured="2026-11-23T07:05:00+09:00",
        barcodes=[],
    )
    strips = photos(Words(Language.JAPANESE), make_erasure(), make_certificate(photos=[photo]), [b""])
    pen = _draw(strips)
    assert sum(strip.height for strip in strips) <= 266 * MM
    left, bottom, right, top = pen.boxes[1]
    assert top - bottom == pytest.approx(height, abs=1)
    assert (right - left) / (top - bottom) == pytest.approx(width_ / height_)


@pytest.mark.parametrize("style", [SMALL, NOTE, BODY])
def test_no_text_is_smaller_than_can_be_read(style: Any) -> None:
    assert style.size >= 6.5


def test_a_heading_stays_with_what_follows() -> None:
    assert all(strip.keep_with_next for strip in heading(Label("写真", "Photos")))


def test_lines_fit_the_width_that_was_given() -> None:
    from certify.pdf.fonts import width

    for line in lines("消去の記録 https://haiki.example/v と SHA-256 を確認します。" * 5, STRONG, 120, "x"):
        assert width(line.text, STRONG.face, STRONG.size) <= 120
