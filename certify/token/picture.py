"""Codes read from a picture: the QR code of a paper, the label of a drive. Bounded, whatever the file says of itself."""

from __future__ import annotations

import io
import re
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
MAX_DECODED = 110_000_000  # bytes; of what is left to decode after it was made smaller on its way in, or could not be
MAX_SCANNED_PIXELS = 24_000_000  # of a JPEG in several scans, all coefficients of which are held in memory
MAX_SCANS = 12  # each goes over the whole picture; cameras and programs write ten
MAX_CODES = 32
FORMATS = ("JPEG", "PNG", "WEBP")
_WORKING_SIDE = 2400  # pixels: a page photographed whole still has three of them for each module of its code
_ENLARGED_SIDE = 1600  # a code too small or too large to be read is often read at another size

# ISO/IEC 10918-1 annex B: a marker is FF and a byte; FF00 is data, FFD0 to FFD7 stand in data, more FF may stand before it
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_BARE = frozenset({0x01, 0xD8})  # markers without a length; the end is looked for apart
_END, _SCAN = 0xD9, 0xDA
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_IN_ONE_SCAN = frozenset({0xC0, 0xC1})  # baseline and extended sequential


@dataclass(frozen=True)
class Code:
    """One code: its kind, such as QRCode or Code128, and its text."""

    format: str
    text: str


def _refused(detail: str) -> Malformed:
    return Malformed("token", "picture-malformed", detail=detail)


def check_jpeg(data: bytes) -> None:
    """Raises Malformed for a JPEG that costs more to decode than its size says: in too many scans, or large in several.

    Only lengths are read here, so that this costs little itself; what is no JPEG is left to its decoder.
    """
    place = scans = pixels = 0
    in_one = True
    while found := _MARKER.search(data, place):
        kind, place = found[1][0], found.end()
        if kind == _END:
            break
        if kind in _BARE:
            continue
        if kind in _FRAMES:
            height, width = (int.from_bytes(data[start : start + 2], "big") for start in (place + 3, place + 5))
            pixels, in_one = max(pixels, width * height), in_one and kind in _IN_ONE_SCAN
        scans += kind == _SCAN
        if scans > MAX_SCANS:
            raise _refused(f"more than {MAX_SCANS} scans")
        place += int.from_bytes(data[place : place + 2], "big")
    if pixels > MAX_SCANNED_PIXELS and (scans > 1 or not in_one):
        raise _refused(f"{pixels} pixels in several scans")


def _open(data: bytes) -> Image:
    """A grey picture, upright. Raises Malformed."""
    from PIL import Image, ImageOps

    if len(data) > MAX_FILE:
        raise _refused(f"{len(data)} bytes, {MAX_FILE} are allowed")
    if data.startswith(b"\xff\xd8"):
        check_jpeg(data)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            limit = MAX_JPEG_PIXELS if picture.format == "JPEG" else MAX_PIXELS
            if width * height > limit:
                raise _refused(f"{width} x {height} pixels")
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))  # of effect on JPEG only
            width, height = picture.size
            if width * height * len(picture.getbands()) > MAX_DECODED:
                raise _refused(f"{width} x {height} pixels")
            grey = picture.convert("L")
            grey.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX)
            return ImageOps.exif_transpose(grey)
    except Malformed:
        raise
    except Exception as error:  # decoders of pictures raise whatever they stumble over
        raise _refused(str(error)[:200]) from error


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
            if barcode.valid and barcode.text:
                found[Code(barcode.format.name, barcode.text)] = None
    return tuple(found)


def read_codes(data: bytes) -> tuple[Code, ...]:
    """The codes in a JPEG, PNG or WebP file, of the kinds that papers and labels of drives bear; each once, ``MAX_CODES`` at most.

    Other kinds are not looked for: the weaker ones are seen in noise, too. Raises Malformed for anything that is no such
    picture, or too large a one.
    """
    from zxingcpp import BarcodeFormat

    return _found(data, (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix, BarcodeFormat.Code128, BarcodeFormat.Code39))[:MAX_CODES]


def qr_texts(data: bytes) -> tuple[str, ...]:
    """The texts of all QR codes in a picture. Raises Malformed as :func:`read_codes` does."""
    from zxingcpp import BarcodeFormat

    return tuple(code.text for code in _found(data, (BarcodeFormat.QRCode,)))
