"""A photo as it is published: decoded, turned upright, scaled, written anew. Nothing but the capture time survives.

Places, names of cameras and owners, thumbnails and hidden parts of the file are gone (guideline 4-8-5(7)). The hash of the
original is kept, so that whoever holds that file can show that this photo came from it.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from certify.errors import Malformed
from certify.foundation.canonical import sha256_hex
from certify.token.picture import Code, read_codes

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

MAX_FILE = 64 * 1024 * 1024  # bytes
LONG_SIDE = 2000  # pixels: 290 dots per inch across the page, so that the print on a drive's label can be read
SMALLEST_SIDE = 64  # pixels; less shows nothing
MAX_CODES = 16

_FORMATS = ("JPEG", "PNG", "WEBP")
_JPEG = ("JPEG", "MPO")  # MPO: a JPEG with more pictures behind it, as telephones write
_MAX_PIXELS = 50_000_000  # of what must be decoded whole; a photo has 48 million
_MAX_JPEG_PIXELS = 170_000_000  # of what is decoded at a fraction of its size; Pillow's own limit lies at 178 million
_QUALITY = 88

# Exif 2.32: Orientation, and how a picture is turned upright by Pillow's Transpose for each of its values
_ORIENTATION = 0x0112
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
# Exif 2.32: DateTimeOriginal, OffsetTimeOriginal, SubSecTimeOriginal
_EXIF_IFD = 0x8769
_TAKEN, _OFFSET, _FRACTION = 0x9003, 0x9011, 0x9291
_TAKEN_FORM = re.compile(r"\d{4}:\d{2}:\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)
_OFFSET_FORM = re.compile(r"[+-]\d{2}:\d{2}", re.ASCII)
_FRACTION_FORM = re.compile(r"\d{1,6}", re.ASCII)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
# a barcode holds what its maker likes; what can't be printed is no serial number
_PRINTABLE = re.compile(r"[ -~]{1,200}")


@dataclass(frozen=True)
class CleanPhoto:
    """A photo ready to be published."""

    jpeg: bytes
    width: int  # pixels
    height: int  # pixels
    original_sha256: str
    captured: str | None  # ISO 8601, with an offset if the camera gave one; nobody vouches for it
    codes: tuple[Code, ...]

    @property
    def published_sha256(self) -> str:
        """SHA-256 of the published file."""
        return sha256_hex(self.jpeg)


@dataclass(frozen=True)
class _Taken:
    """The camera's three fields, each in its one allowed form."""

    time: str
    offset: str | None
    fraction: str | None

    def iso(self) -> str | None:
        """As ISO 8601; None for a time that does not exist, such as 0000:00:00."""
        day, _, clock = self.time.partition(" ")
        try:
            return datetime.fromisoformat(f"{day.replace(':', '-')}T{clock}{self.offset or ''}").isoformat()
        except ValueError:
            return None


def _field(fields: dict[int, object], tag: int, form: re.Pattern[str]) -> str | None:
    value = fields.get(tag)
    text = value.rstrip("\0 ") if isinstance(value, str) else ""
    return text if form.fullmatch(text) else None


def _taken(exif: Exif) -> _Taken | None:
    fields: dict[int, object] = dict(exif.get_ifd(_EXIF_IFD))
    time = _field(fields, _TAKEN, _TAKEN_FORM)
    if time is None:
        return None
    taken = _Taken(time, _field(fields, _OFFSET, _OFFSET_FORM), _field(fields, _FRACTION, _FRACTION_FORM))
    return taken if taken.iso() else None


def _exif_of(taken: _Taken | None) -> bytes:
    from PIL.Image import Exif

    exif = Exif()
    if taken is not None:
        fields = exif.get_ifd(_EXIF_IFD)
        fields[_TAKEN] = taken.time
        if taken.offset:
            fields[_OFFSET] = taken.offset
        if taken.fraction:
            fields[_FRACTION] = taken.fraction
    return exif.tobytes() if taken is not None else b""


def _check_size(picture: Image, name: str) -> None:
    width, height = picture.size
    # a progressive JPEG is held whole in memory, an ordinary one is decoded at a fraction of its size
    small_on_the_way_in = picture.format in _JPEG and not picture.info.get("progressive")
    most = _MAX_JPEG_PIXELS if small_on_the_way_in else _MAX_PIXELS
    if width * height > most:
        raise Malformed("photos", "too-many-pixels", file=name, most=f"{most:,}")
    if min(width, height) < SMALLEST_SIDE:
        raise Malformed("photos", "too-small", file=name, width=width, height=height, least=SMALLEST_SIDE)
    if picture.format not in _JPEG and getattr(picture, "n_frames", 1) > 1:
        raise Malformed("photos", "moving", file=name)


def _opened(data: bytes, name: str) -> tuple[Image, _Taken | None]:
    """The picture upright and in RGB, no larger than published. Raises Malformed, and whatever a decoder stumbles over."""
    from PIL import Image

    picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    with picture:
        _check_size(picture, name)
        taken, orientation = None, 1
        with suppress(Exception):  # broken Exif is no reason to refuse the picture that it describes
            exif = picture.getexif()
            orientation = int(exif.get(_ORIENTATION, 1))
            taken = _taken(exif)
        if picture.format in _JPEG:
            picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        picture.load()
        flat = _flattened(picture, name)
    if orientation in _TURNS:
        flat = flat.transpose(Image.Transpose(_TURNS[orientation]))
    flat.info.clear()  # comments, colour profiles and the like would be written again
    return flat, taken


def _flattened(picture: Image, name: str) -> Image:
    """RGB, no larger than published; what is transparent becomes white."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):
        # 16 bits a channel and the like, which a conversion would cut off at white
        raise Malformed("photos", "unusual-colours", file=name, mode=picture.mode)
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    flat = picture.convert("RGBA" if clear else "RGB")
    flat.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    return Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat).convert("RGB") if clear else flat


def _is_heic(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


def clean(data: bytes, name: str) -> CleanPhoto:
    """The published form of a JPEG, PNG or WebP file; the same bytes give the same photo. ``name`` is for messages only.

    Raises Malformed (room ``photos``): empty, not a picture, HEIC, damaged or cut off, moving, too large or too small.
    """
    if not data:
        raise Malformed("photos", "empty", file=name)
    if len(data) > MAX_FILE:
        raise Malformed("photos", "file-too-large", file=name, bytes=f"{len(data):,}", most=f"{MAX_FILE:,}")
    if _is_heic(data):
        raise Malformed("photos", "heic", file=name)
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a photo is taken or refused, by our own limits
            picture, taken = _opened(data, name)
    except Malformed:
        raise
    except UnidentifiedImageError as error:
        raise Malformed("photos", "not-a-picture", file=name) from error
    except Image.DecompressionBombError as error:
        raise Malformed("photos", "too-many-pixels", file=name, most=f"{_MAX_PIXELS:,}") from error
    except Exception as error:  # decoders of pictures raise whatever they stumble over
        raise Malformed("photos", "damaged", file=name, detail=str(error)[:200]) from error
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=_QUALITY, subsampling="4:2:0", exif=_exif_of(taken))
    jpeg = target.getvalue()
    codes = tuple(code for code in read_codes(jpeg) if _PRINTABLE.fullmatch(code.text))[:MAX_CODES]
    return CleanPhoto(jpeg, *picture.size, sha256_hex(data), taken.iso() if taken else None, codes)
