"""Two pictures such as a worker would take: the drive's label with its barcode, and the drive beside the job's tag."""

from __future__ import annotations

import io
from random import Random

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from demonstration.people import FONT

_SIZE = (1600, 1200)
_EXIF_DATE_TIME_ORIGINAL = 0x9003
_EXIF_MAKER = 0x010F
_EXIF_FOLDER = 0x8769
_EXIF_GPS = 0x8825


def _code(text: str, kind: zxingcpp.BarcodeFormat, size: tuple[int, int]) -> Image.Image:
    drawn = zxingcpp.create_barcode(text, kind).to_image(scale=4)
    return Image.fromarray(drawn).convert("RGB").resize(size, Image.Resampling.NEAREST)


def _bench(random: Random) -> Image.Image:
    wood = Image.effect_noise(_SIZE, 30).convert("RGB").filter(ImageFilter.GaussianBlur(2))
    return Image.blend(wood, Image.new("RGB", _SIZE, (random.randint(120, 150), 110, 90)), 0.7)


def _jpeg(picture: Image.Image, taken: str) -> bytes:
    exif = Image.Exif()
    exif[_EXIF_MAKER] = "Mihon Camera"
    exif.get_ifd(_EXIF_FOLDER)[_EXIF_DATE_TIME_ORIGINAL] = taken
    exif.get_ifd(_EXIF_GPS)[1] = "N"  # a camera would say where it was: the published photo must not
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90, exif=exif)
    return stream.getvalue()


def label_photo(model: str, serial: str, taken: str, seed: int = 1) -> bytes:
    """The drive from above with its label in focus. ``taken`` in EXIF form, ``2026:11:23 10:02:03``."""
    random = Random(seed)  # noqa: S311 a picture needs no secrets
    picture = _bench(random)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((220, 120, 1380, 1080), 40, fill="#5a5e63", outline="#2b2d30", width=8)
    draw.rectangle((320, 220, 1280, 900), fill="white")
    for row, (line, points) in enumerate(((model, 64), (f"S/N: {serial}", 44), ("見本 試験用 / SAMPLE FOR TEST", 40))):
        draw.text((370, 260 + 90 * row), line, fill="black", font=ImageFont.truetype(str(FONT), points))
    picture.paste(_code(serial, zxingcpp.BarcodeFormat.Code128, (820, 160)), (370, 620))
    return _jpeg(picture.rotate(1.5, fillcolor=(130, 110, 90)), taken)


def tag_photo(tag: str, serial: str, taken: str, seed: int = 2) -> bytes:
    """The drive with the job's tag (a QR code) beside it."""
    random = Random(seed)  # noqa: S311 a picture needs no secrets
    picture = _bench(random)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((120, 260, 860, 960), 30, fill="#5a5e63", outline="#2b2d30", width=8)
    draw.rectangle((180, 340, 800, 780), fill="white")
    draw.text((210, 380), f"S/N: {serial}", fill="black", font=ImageFont.truetype(str(FONT), 32))
    picture.paste(_code(serial, zxingcpp.BarcodeFormat.Code128, (560, 120)), (210, 520))
    draw.rectangle((960, 260, 1480, 960), fill="#fffbe6")
    picture.paste(_code(tag, zxingcpp.BarcodeFormat.QRCode, (440, 440)), (1000, 300))
    draw.text((1000, 780), tag, fill="black", font=ImageFont.truetype(str(FONT), 22))
    return _jpeg(picture.rotate(-2, fillcolor=(130, 110, 90)), taken)
