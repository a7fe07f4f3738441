"""Which characters can be printed, by which font, and what is refused."""

from __future__ import annotations

import hashlib

import pytest

from certify.errors import Refused
from certify.foundation.messages import Language
from certify.pdf.blocks import STRONG, lines
from certify.pdf.fonts import FOLDER, Face, composed, evenly, require_glyphs, runs, width


@pytest.mark.parametrize("face", list(Face))
def test_ordinary_text_is_one_run_of_the_first_font(face: Face) -> None:
    assert runs("髙橋﨑 ㈱①～〜－ーA1", face) == [(face.value, "髙橋﨑 ㈱①～〜－ーA1")]


def test_a_kanji_that_the_first_font_lacks_comes_from_the_second() -> None:
    assert runs("髙𠮷野", Face.BOLD) == [("BIZUDPGothic-Bold", "髙"), ("VL-PGothic-Regular", "𠮷"), ("BIZUDPGothic-Bold", "野")]


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\u0905", "U+0905"),
        ("\u0e01", "U+0E01"),
        ("\u202e", "U+202E"),
        ("\u200b", "U+200B"),
        ("\u00ad", "U+00AD"),
        ("\U000e0100", "U+E0100"),
        ("\ufe00", "U+FE00"),
        ("\u3099", "U+3099"),
        ("\ue000", "U+E000"),
        ("\t", "U+0009"),
        ("\u2028", "U+2028"),
        ("\ud800", "U+D800"),
        ("\U0001f600", "U+1F600"),  # a face
        ("\U0001f4be", "U+1F4BE"),  # a thing
        ("\U0001f3fb", "U+1F3FB"),  # a colour of skin
    ],
)
def test_a_character_without_a_glyph_or_that_hides_is_refused_by_name(character: str, code: str, language: Language) -> None:
    with pytest.raises(Refused) as refused:
        require_glyphs(f"山田{character}太郎", Face.REGULAR, "作業者")
    assert refused.value.code == "glyph-missing"
    what, why, next_step = refused.value.sentences()
    assert code in what
    assert "作業者" in what
    assert why
    assert next_step


def test_a_name_with_a_letter_of_the_second_font_is_thin_as_a_whole() -> None:
    assert evenly("髙橋﨑 斉𠮷", Face.BOLD) is Face.REGULAR
    assert evenly("髙橋﨑 斉", Face.BOLD) is Face.BOLD
    assert {line.style.face for line in lines("髙橋﨑 斉𠮷", STRONG, 400, "証明者")} == {Face.REGULAR}


def test_symbols_of_papers_are_printed() -> None:
    require_glyphs("℃№㈱〒→★☆○△□※", Face.BOLD, "備考")


def test_marks_are_joined_with_their_letters() -> None:
    assert composed("か\u3099き\u3099ハ\u309ae\u0301") == "がぎパé"


def test_the_kanji_of_names_are_not_normalised_away() -> None:
    assert composed("神﨑\ufa19") == "神﨑\ufa19"


def test_a_mark_that_joins_with_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="glyph-missing"):
        require_glyphs(composed("漢\u3099"), Face.REGULAR, "件名")


def test_a_width_is_the_sum_of_its_characters() -> None:
    assert width("消去", Face.REGULAR, 10) == pytest.approx(20)
    assert 0 < width("i", Face.REGULAR, 10) < width("W", Face.REGULAR, 10) < 10


def test_the_fonts_are_those_whose_editions_the_renderer_names_and_their_licences_lie_beside_them() -> None:
    # a font that changes must change fonts.EDITIONS with it, because the bytes of every certificate depend on both
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in FOLDER.glob("*.ttf")}
    assert digests == DIGESTS
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "BIZUDPGothic-LICENSE.txt").read_text()
    vl_gothic = (FOLDER / "VL-PGothic-LICENSE.txt").read_text()
    assert all(name in vl_gothic for name in ("M+ FONTS", "Sazanami", "Project Vine", "Wada Laboratory"))


DIGESTS = {
    "BIZUDPGothic-Bold.ttf": "4148bfdc5da1f32b",
    "BIZUDPGothic-Regular.ttf": "8d4fd9568ad662d9",
    "VL-PGothic-Regular.ttf": "9c32cc9cff2d04ac",
}
