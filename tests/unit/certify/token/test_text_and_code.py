"""The text of a code, the code itself, and reading it back from pictures."""

from __future__ import annotations

import contextlib
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from certify.errors import Malformed, Refused
from certify.foundation.address import MAX_ADDRESS
from certify.token import picture
from certify.token.payload import MAX_TOKEN
from certify.token.picture import Code, check_jpeg, qr_texts, read_codes
from certify.token.qr import MAX_VERSION, QUIET_ZONE, SIDE_MM, make_qr
from certify.token.text import TokenText, read_text, write_text

URL = "https://haiki.example/v"
TOKEN = bytes(range(250))
TEXT = write_text(URL, TOKEN)


# --- text ---


def test_the_text_is_address_and_digits():
    assert str(write_text(URL, b"")) == "https://haiki.example/v#1"
    assert str(write_text(URL, b"\x00\xff")) == f"https://haiki.example/v#{0x0100FF}"


@given(token=st.binary(max_size=MAX_TOKEN))
def test_a_text_reads_back(token):
    text = write_text(URL, token)
    assert read_text(str(text)).token == token
    assert read_text(str(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://haiki.example/v",
        "https://haiki.example/v#",
        "https://haiki.example/v#0",
        "https://haiki.example/v#01",
        "https://haiki.example/v#1 ",
        " https://haiki.example/v#1",
        "https://haiki.example/v#1\n",
        "https://haiki.example/v#1#1",
        "https://haiki.example/v#１２",
        "https://haiki.example/v#1a",
        "https://haiki.example/v#-1",
        "http://haiki.example/v#1",
        "HTTPS://haiki.example/v#1",
        "https://#1",
        "https://例え.example/#1",
        "https://haiki.example/ v#1",
        "https://" + "a" * 53 + "#1",
        "https://haiki.example/v#" + "1" * 1001,
        "1" * 100_000,
    ],
)
def test_another_text_is_refused(text):
    with pytest.raises(Malformed):
        read_text(text)


@pytest.mark.parametrize("digits", ["2", "255", str(int.from_bytes(b"\x02" + TOKEN, "big")), "9" * 1000])
def test_digits_that_hold_no_token_of_this_version_are_refused(digits):
    with pytest.raises(Malformed):
        _ = read_text(f"{URL}#{digits}").token


@given(text=st.text(max_size=200))
def test_any_text_is_refused_with_our_own_error(text):
    with pytest.raises(Malformed):
        read_text(text)


# --- code ---


def drawn(text: TokenText, scale: int = 4, quiet: int = QUIET_ZONE) -> Image.Image:
    """The code as it would be on paper, from its runs."""
    code = make_qr(text)
    side = (len(code.modules) + 2 * quiet) * scale
    sheet = Image.new("L", (side, side), 255)
    for row, column, length in code.dark_runs():
        left, top = (column + quiet) * scale, (row + quiet) * scale
        sheet.paste(0, (left, top, left + length * scale, top + scale))
    return sheet


def saved(image: Image.Image, form: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def test_runs_cover_exactly_the_dark_modules():
    code = make_qr(TEXT)
    covered = {(row, column + step) for row, column, length in code.dark_runs() for step in range(length)}
    assert covered == {(row, column) for row, line in enumerate(code.modules) for column, dark in enumerate(line) if dark}


def test_a_token_of_usual_size_prints_with_modules_that_a_telephone_reads():
    code = make_qr(TEXT)
    assert code.version <= 15
    assert SIDE_MM / (len(code.modules) + 2 * QUIET_ZONE) >= 0.42  # millimetres


def test_the_level_is_q_and_the_mask_is_fixed():
    # ISO/IEC 18004 section 7.9: format information, beside the upper left finder; level Q is 11, mask 3 is 011
    modules = make_qr(TEXT).modules
    first_five = "".join(str(int(modules[8][column])) for column in range(5))
    masked = f"{int(first_five, 2) ^ 0b10101:05b}"
    assert masked == "11" + "011"


def test_the_code_is_always_the_same():
    assert make_qr(TEXT) == make_qr(TEXT)


def test_a_code_too_fine_to_print_is_refused():
    for digits in (1200, 10_000):
        with pytest.raises(Refused) as refusal:
            make_qr(TokenText(URL, "9" * digits))
        assert refusal.value.code == "too-large"


def test_the_longest_token_beside_the_longest_address_can_be_printed():
    longest = write_text("https://" + "a" * (MAX_ADDRESS - 8), b"\xff" * MAX_TOKEN)
    assert make_qr(longest).version == MAX_VERSION


# --- pictures ---


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_code_is_read_from_each_kind_of_picture(form):
    assert qr_texts(saved(drawn(TEXT).convert("RGB"), form)) == (str(TEXT),)


@pytest.mark.parametrize("scale", [1, 2, 3, 8, 30])
def test_small_and_large_codes_are_read(scale):
    assert qr_texts(saved(drawn(TEXT, scale))) == (str(TEXT),)


@pytest.mark.parametrize("angle", [0, 7, 90, 180, 200])
def test_a_turned_and_blurred_photo_is_read(angle):
    sheet = Image.new("L", (1400, 1400), 235)
    sheet.paste(drawn(TEXT, 9), (260, 260))
    photo = sheet.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=235).filter(ImageFilter.GaussianBlur(1.5))
    grains = random.Random(7)  # noqa: S311 - grain, no secret
    noise = Image.frombytes("L", photo.size, grains.randbytes(photo.width * photo.height))
    assert qr_texts(saved(Image.blend(photo, noise, 0.1), "JPEG", quality=75)) == (str(TEXT),)


def test_a_photo_that_was_stored_lying_down_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by 90 degrees
    assert qr_texts(saved(drawn(TEXT), "JPEG", exif=exif)) == (str(TEXT),)


def test_white_on_black_and_with_transparency_is_read():
    inverted = drawn(TEXT).point(lambda value: 255 - value)
    assert qr_texts(saved(inverted)) == (str(TEXT),)
    assert qr_texts(saved(drawn(TEXT).convert("RGBA"))) == (str(TEXT),)
    assert qr_texts(saved(drawn(TEXT).convert("P"))) == (str(TEXT),)
    assert qr_texts(saved(drawn(TEXT).convert("1"))) == (str(TEXT),)


def test_two_codes_in_one_picture_are_both_read():
    other = write_text("https://haiki.example/w", b"another")
    one, two = drawn(TEXT), drawn(other, 8)
    sheet = Image.new("L", (one.width + two.width, max(one.height, two.height)), 255)
    sheet.paste(one, (0, 0))
    sheet.paste(two, (one.width, 0))
    assert set(qr_texts(saved(sheet))) == {str(TEXT), str(other)}


def label(text: str) -> Image.Image:
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    bars = zxingcpp.write_barcode_to_image(code, scale=3)
    image = Image.frombytes("L", (bars.shape[1], bars.shape[0]), bytes(memoryview(bars)))
    return image.resize((image.width, 90))


def test_the_barcode_of_a_label_and_a_qr_code_are_read_from_one_photo():
    sheet = Image.new("L", (1200, 900), 255)
    sheet.paste(label("WD-WCC6Y3HK1234"), (60, 60))
    sheet.paste(drawn(TEXT, 5), (300, 300))
    assert set(read_codes(saved(sheet, "JPEG", quality=85))) == {Code("Code128", "WD-WCC6Y3HK1234"), Code("QRCode", str(TEXT))}
    assert qr_texts(saved(sheet)) == (str(TEXT),)


def test_a_picture_without_a_code_has_none():
    assert read_codes(saved(Image.new("RGB", (300, 200), "white"))) == ()
    assert read_codes(saved(Image.new("L", (1, 1)))) == ()


def _bomb() -> bytes:
    return saved(Image.new("1", (20_000, 20_000)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"junk",
        lambda: saved(drawn(TEXT))[:-2000],
        lambda: saved(drawn(TEXT), "BMP"),
        lambda: saved(drawn(TEXT), "GIF"),
        lambda: saved(drawn(TEXT), "TIFF"),
        lambda: saved(drawn(TEXT), "EPS"),
        _bomb,
    ],
    ids=["nothing", "junk", "cut", "bmp", "gif", "tiff", "eps", "bomb"],
)
def test_what_is_no_small_picture_of_the_three_kinds_is_refused(make):
    with pytest.raises(Malformed):
        read_codes(make())


def _marked(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG of these markers, each with its length and content, and two bytes of data behind a scan."""
    parts = [
        b"\xff%c" % kind + (len(content) + 2).to_bytes(2, "big") + content + b"\x12\x34" * (kind == 0xDA) for kind, content in segments
    ]
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def _frame(kind: int, width: int, height: int) -> tuple[int, bytes]:
    return kind, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"


_SCAN = (0xDA, b"\x01\x01\x00\x00\x3f\x00")
_BASELINE, _PROGRESSIVE = 0xC0, 0xC2


@pytest.mark.parametrize(
    "segments",
    [
        (_frame(_BASELINE, 9400, 9400), _SCAN),
        (_frame(_PROGRESSIVE, 6000, 4000), *[_SCAN] * 12),
        (_frame(_BASELINE, 100, 100), (0xE1, b"\xff\xda" * 20), _SCAN),  # what stands inside a segment is no marker
    ],
)
def test_a_jpeg_in_few_scans_is_decoded(segments):
    check_jpeg(_marked(*segments))


@pytest.mark.parametrize(
    "segments",
    [
        (_frame(_PROGRESSIVE, 16, 16), *[_SCAN] * 13),
        (_frame(_BASELINE, 16, 16), *[_SCAN] * 13),
        (_frame(_PROGRESSIVE, 6001, 4000), _SCAN),
        (_frame(_BASELINE, 6001, 4000), _SCAN, _SCAN),  # one after the other for each colour: held in memory as well
        (_frame(_PROGRESSIVE, 6001, 4000), (0xDD, b"\x00\x01"), _SCAN),
    ],
)
def test_a_jpeg_that_is_dear_to_decode_is_refused_before_it_is(segments):
    with pytest.raises(Malformed):
        check_jpeg(_marked(*segments))
    with pytest.raises(Malformed) as caught:
        read_codes(_marked(*segments))
    assert "scans" in caught.value.parameters["detail"]


def test_what_programs_write_as_progressive_is_read():
    assert qr_texts(saved(drawn(TEXT), "JPEG", progressive=True)) == (str(TEXT),)
    assert qr_texts(saved(drawn(TEXT).convert("RGB"), "JPEG", progressive=True)) == (str(TEXT),)


def test_the_code_of_a_page_is_read_from_a_photo_of_twelve_megapixels():
    page = Image.new("L", (3000, 4000), 225)
    side = round(SIDE_MM * 3000 / 230)  # the paper is 210 mm wide, the photo somewhat more
    page.paste(drawn(TEXT, 8, 0).resize((side, side), Image.Resampling.BICUBIC), (300, 3300))
    photo = page.rotate(3, resample=Image.Resampling.BICUBIC, fillcolor=225).filter(ImageFilter.GaussianBlur(1.2))
    assert qr_texts(saved(photo, "JPEG", quality=75)) == (str(TEXT),)


def test_all_codes_of_a_picture_are_told_and_long_ones_too():
    import zxingcpp

    def code(text: str) -> Image.Image:
        dots = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=3)
        return Image.frombytes("L", (dots.shape[1], dots.shape[0]), bytes(memoryview(dots)))

    assert qr_texts(saved(code("1" * 5000))) == ("1" * 5000,)
    sheet = Image.new("L", (1200, 900), 255)
    for number in range(40):
        sheet.paste(code(f"N{number:03}"), (20 + number % 8 * 140, 20 + number // 8 * 140))
    assert sorted(qr_texts(saved(sheet))) == [f"N{number:03}" for number in range(40)]
    assert len(read_codes(saved(sheet))) == picture.MAX_CODES


def test_sizes_are_bounded(monkeypatch):
    data = saved(drawn(TEXT))
    monkeypatch.setattr(picture, "MAX_FILE", len(data) - 1)
    with pytest.raises(Malformed):
        read_codes(data)


@given(data=st.data())
def test_a_damaged_picture_gives_codes_or_our_own_error(data):
    good = saved(drawn(TEXT, 1), data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"])))
    other = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        other[data.draw(st.integers(0, len(other) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        assert all(isinstance(code, Code) for code in read_codes(bytes(other)))
