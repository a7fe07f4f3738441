"""Codes read from a picture: the QR code of a paper, the label of a drive. Bounded, whatever the file says of itself."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certify.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import zxingcpp
    from PIL.Image import Image

MAX_FILE = 64 * 1024 * 1024
MAX_PIXELS = 36_000_000  # of what is decoded whole
MAX_JPEG_PIXELS = 89_000_000  # of what is decoded smaller, on its way in
MAX_CODES = 32
FORMATS = ("JPEG", "PNG", "WEBP")
_WORKING_SIDE = 4096  # pixels: a page photographed whole still has five of them for each module of its code
_ENLARGED_SIDE = 1600  # a code too small or too large to be read is often read at another size
_MOST_TEXT = 4096


@dataclass(frozen=True)
class Code:
    """One code: its kind, such as QRCode or Code128, and its text."""

    format: str
    text: str


def _open(data: bytes) -> Image:
    """A grey picture, upright. Raises Malformed."""
    from PIL import Image, ImageOps

    if len(data) > MAX_FILE:
        raise Malformed("token", "picture-malformed", detail=f"{len(data)} bytes, {MAX_FILE} are allowed")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            limit = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
            if width * height > limit:
                raise Malformed("token", "picture-malformed", detail=f"{width} x {height} pixels")
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))  # of effect on JPEG only
            grey = ImageOps.exif_transpose(picture).convert("L")
            grey.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX)
            return grey
    except Malformed:
        raise
    except Exception as error:  # decoders of pictures raise whatever they stumble over
        raise Malformed("token", "picture-malformed", detail=str(error)[:200]) from error


def _sizes(picture: Image) -> list[Image]:
    """The picture as it is, then smaller and larger."""
    from PIL import Image

    width, height = picture.size
    tries = [picture]
    if max(width, height) > _ENLARGED_SIDE:
        scale = _ENLARGED_SIDE / max(width, height)
    else:
        scale = min(4.0, 2 * _ENLARGED_SIDE / max(width, height))
    side = (max(1, round(width * scale)), max(1, round(height * scale)))
    tries.append(picture.resize(side, Image.Resampling.LANCZOS))
    return tries


def _found(data: bytes, formats: Sequence[zxingcpp.BarcodeFormat]) -> tuple[Code, ...]:
    import zxingcpp

    found: dict[Code, None] = {}
    for picture in _sizes(_open(data)):
        for barcode in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(formats), text_mode=zxingcpp.TextMode.Plain):
            if barcode.valid and 0 < len(barcode.text) <= _MOST_TEXT:
                found[Code(barcode.format.name, barcode.text)] = None
    return tuple(found)[:MAX_CODES]


def read_codes(data: bytes) -> tuple[Code, ...]:
    """The codes in a JPEG, PNG or WebP file, of the kinds that papers and labels of drives bear; each once.

    Other kinds are not looked for: the weaker ones are seen in noise, too. Raises Malformed for anything that is no such
    picture, or too large a one.
    """
    from zxingcpp import BarcodeFormat

    return _found(data, (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix, BarcodeFormat.Code128, BarcodeFormat.Code39))


def qr_texts(data: bytes) -> tuple[str, ...]:
    """The texts of the QR codes in a picture. Raises Malformed as :func:`read_codes` does."""
    from zxingcpp import BarcodeFormat

    return tuple(code.text for code in _found(data, (BarcodeFormat.QRCode,)))
