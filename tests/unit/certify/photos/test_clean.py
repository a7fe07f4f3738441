"""What is left of a photo when it is published, and which files are refused."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from certify.errors import Malformed
from certify.foundation.messages import Language
from certify.photos.clean import LONG_SIDE, MAX_FILE, clean

Make = Callable[..., bytes]

EXIF_IFD = 0x8769


def _exif(**fields: Any) -> Image.Exif:
    """Exif as a telephone writes it: place, maker, owner, and the given DateTime fields."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "Maker", "Model X", "山田太郎"
    exif[0x9286] = "a comment"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (35.0, 40.0, 30.0)
    inner = exif.get_ifd(EXIF_IFD)
    inner[0xA431] = "CAMERA-SERIAL-0001"
    tags = {"taken": 0x9003, "digitised": 0x9004, "offset": 0x9011, "fraction": 0x9291}
    for name, value in fields.items():
        inner[tags[name]] = value
    return exif


def _opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def _segments(jpeg: bytes) -> set[int]:
    """The markers before the picture's own data (ITU T.81 annex B): application data, tables, frame, comments."""
    found, place = set(), 2
    while 0xDA not in found:
        found.add(jpeg[place + 1])
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    return found


def test_the_same_file_gives_the_same_photo(make_picture: Make) -> None:
    data = make_picture()
    assert clean(data, "a.jpg") == clean(data, "b.jpg")
    assert clean(data, "a.jpg").original_sha256 == hashlib.sha256(data).hexdigest()
    assert clean(data, "a.jpg").published_sha256 == hashlib.sha256(clean(data, "a.jpg").jpeg).hexdigest()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "MPO"])
def test_jpeg_png_webp_and_telephone_pictures_become_jpeg(make_picture: Make, form: str) -> None:
    options = {"save_all": True, "append_images": [Image.new("RGB", (320, 240))]} if form == "MPO" else {}
    photo = clean(make_picture(format=form, **options), "x")
    picture = _opened(photo.jpeg)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (320, 240))
    assert (photo.width, photo.height) == (320, 240)


def test_only_the_capture_time_survives(make_picture: Make) -> None:
    exif = _exif(taken="2026:11:23 07:05:00", digitised="2026:11:23 07:05:00", offset="+09:00", fraction="42")
    data = make_picture(exif=exif, comment=b"a note", icc_profile=b"a profile")
    assert b"CAMERA-SERIAL-0001" in data
    photo = clean(data, "x")
    assert photo.captured == "2026-11-23T07:05:00+09:00"
    left = _opened(photo.jpeg)
    assert dict(left.getexif()) == {EXIF_IFD: left.getexif()[EXIF_IFD]}
    assert dict(left.getexif().get_ifd(EXIF_IFD)) == {0x9003: "2026:11:23 07:05:00", 0x9011: "+09:00", 0x9291: "42"}
    assert "icc_profile" not in left.info
    assert "comment" not in left.info
    assert _segments(photo.jpeg) <= {0xE0, 0xE1, 0xDB, 0xC0, 0xC4, 0xDA}
    for secret in (b"CAMERA-SERIAL", b"Maker", b"Model X", "山田".encode(), b"a comment", b"a note"):
        assert secret not in photo.jpeg


@pytest.mark.parametrize(
    ("fields", "captured"),
    [
        ({}, None),
        ({"taken": "2026:11:23 07:05:00"}, "2026-11-23T07:05:00"),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({"taken": "2026:02:30 07:05:00"}, None),
        ({"taken": "山田太郎"}, None),
        ({"taken": "2026:11:23 07:05:00 by Yamada"}, None),
        ({"taken": "2026:11:23 07:05:00", "offset": "home"}, "2026-11-23T07:05:00"),
        ({"taken": "2026:11:23 07:05:00", "offset": "+99:99"}, None),
        ({"offset": "+09:00"}, None),
    ],
)
def test_a_capture_time_is_kept_in_its_one_form_only(make_picture: Make, fields: dict[str, str], captured: str | None) -> None:
    photo = clean(make_picture(exif=_exif(**fields)), "x")
    assert photo.captured == captured
    assert bool(dict(_opened(photo.jpeg).getexif())) == (captured is not None)


def test_broken_exif_does_not_stop_a_good_picture(make_picture: Make) -> None:
    data = make_picture(exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(range(200)))
    assert clean(data, "x").captured is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    # a red corner at the upper left of what the eye is to see
    upright = Image.new("RGB", (300, 200), "white")
    upright.paste("red", (0, 0, 100, 80))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    target = io.BytesIO()
    stored.save(target, "PNG", exif=exif)
    shown = _opened(clean(target.getvalue(), "x").jpeg)
    assert shown.size == (300, 200)
    red, green, _ = shown.getpixel((40, 30))
    assert red > 200
    assert green < 60
    assert all(min(shown.getpixel(corner)) > 200 for corner in ((290, 10), (10, 190), (290, 190)))


@pytest.mark.parametrize(("size", "published"), [((4000, 3000), (2000, 1500)), ((3000, 4000), (1500, 2000)), ((800, 600), (800, 600))])
def test_a_large_photo_is_scaled_and_a_small_one_is_not(size: tuple[int, int], published: tuple[int, int]) -> None:
    target = io.BytesIO()
    Image.new("RGB", size, "grey").save(target, "JPEG")
    photo = clean(target.getvalue(), "x")
    assert (photo.width, photo.height) == published
    assert max(published) <= LONG_SIDE


def test_a_photo_of_48_megapixels_is_taken() -> None:
    target = io.BytesIO()
    Image.new("L", (8000, 6000), 128).save(target, "JPEG")
    assert clean(target.getvalue(), "x").width == LONG_SIDE


def test_what_is_transparent_becomes_white() -> None:
    for mode, colour in (("RGBA", (255, 0, 0, 0)), ("LA", (0, 0))):
        target = io.BytesIO()
        Image.new(mode, (100, 100), colour).save(target, "PNG")
        assert min(_opened(clean(target.getvalue(), "x").jpeg).getpixel((50, 50))) > 250


def test_grey_and_palette_and_cmyk_pictures_are_taken() -> None:
    for mode, form in (("L", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("CMYK", "JPEG")):
        target = io.BytesIO()
        Image.new(mode, (100, 100)).save(target, form)
        assert _opened(clean(target.getvalue(), "x").jpeg).mode == "RGB"


def _label(text: str) -> bytes:
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(scale=4)
    picture = Image.new("RGB", (1200, 900), (90, 110, 130))
    height, width = code.shape
    paper = Image.frombytes("L", (width, height), bytes(code)).resize((width, 120))
    picture.paste(Image.new("RGB", (paper.width + 80, 220), "white"), (100, 300))
    picture.paste(paper.convert("RGB"), (140, 350))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=90)
    return target.getvalue()


def test_the_barcode_of_a_label_is_read_from_what_is_published() -> None:
    (code,) = clean(_label("WD-WCC4E1234567"), "x").codes
    assert (code.format, code.text) == ("Code128", "WD-WCC4E1234567")


def test_a_code_with_characters_that_nobody_can_print_is_left_out() -> None:
    assert clean(_label("A\tB\x01C"), "x").codes == ()


def _png_bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def _webp_moving() -> bytes:
    target = io.BytesIO()
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue")]
    frames[0].save(target, "WEBP", save_all=True, append_images=frames[1:])
    return target.getvalue()


def _saved(mode: str, form: str, size: tuple[int, int] = (100, 100)) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, form)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"This is a letter, not a photo." * 10, "not-a-picture"),
        (b"%PDF-1.7\n", "not-a-picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100), "heic"),
        (_png_bomb(20_000, 20_000), "too-many-pixels"),
        (_png_bomb(8_000, 8_000), "too-many-pixels"),
        (_png_bomb(2**31 - 1, 2**31 - 1), "too-many-pixels"),
        (_saved("RGB", "PNG", (63, 500)), "too-small"),
        (_saved("I;16", "PNG"), "unusual-colours"),
        (_webp_moving(), "moving"),
        (_saved("RGB", "GIF"), "not-a-picture"),
        (_saved("RGB", "BMP"), "not-a-picture"),
        (b"\xff\xd8\xff\xe0" + bytes(MAX_FILE), "file-too-large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_usable_photo_is_refused_in_words(data: bytes, code: str, language: Language) -> None:
    with pytest.raises(Malformed) as refused:
        clean(data, "IMG_0001.JPG")
    assert (refused.value.room, refused.value.code) == ("photos", code)
    what, why, next_step = refused.value.sentences()
    assert "IMG_0001.JPG" in what
    assert why
    assert next_step


@pytest.mark.parametrize(("form", "options"), [("JPEG", {}), ("JPEG", {"progressive": True}), ("WEBP", {})])
def test_a_file_that_was_cut_off_is_refused(make_picture: Make, form: str, options: dict[str, Any]) -> None:
    data = make_picture(format=form, **options)
    for end in range(1, len(data), max(1, len(data) // 40)):
        with pytest.raises(Malformed):
            clean(data[:end], "x")


def test_a_progressive_jpeg_of_too_many_pixels_is_refused_because_it_must_be_held_whole() -> None:
    target = io.BytesIO()
    Image.new("L", (8000, 6500), 128).save(target, "JPEG", progressive=True)
    with pytest.raises(Malformed, match="too-many-pixels"):
        clean(target.getvalue(), "x")


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_a_photo_or_our_own_error(data: st.DataObject) -> None:
    original = bytearray(_saved(*data.draw(st.sampled_from([("RGB", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("RGB", "WEBP")]))))
    for _ in range(data.draw(st.integers(1, 6))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    try:
        photo = clean(bytes(original), "x")
    except Malformed:
        return
    assert _opened(photo.jpeg).format == "JPEG"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_photo_or_our_own_error(data: bytes) -> None:
    with pytest.raises(Malformed):
        clean(data, "x")
